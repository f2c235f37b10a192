package news

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestCanonical(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "The bridge is closed.", "The bridge is closed."},
		{"empty", "", ""},
		{"spaces", "  The\t bridge\n\r\n is  closed. ", "The bridge is closed."},
		{"only_spaces", " \u00a0\u3000 ", ""},
		{"no-break_spaces", "8\u00a0000\u202fvehicles\u2009a\u3000day", "8 000 vehicles a day"},
		{"line_separators", "one\u2028two\u2029three\u0085four", "one two three four"},
		{"soft_hyphen", "har\u00adbour", "harbour"},
		{"zero_width", "har\u200bbour\u2060 \ufeffmaster", "harbour master"},
		{"control", "har\x00bour\x1b", "harbour"},
		{"composed", "cafe\u0301", "caf\u00e9"},
		{"hangul", "\u1112\u1161\u11ab", "\ud55c"},
		{"emoji_joined", "👩\u200d👩\u200d👧 and ❤\ufe0f", "👩\u200d👩\u200d👧 and ❤\ufe0f"},
		{"persian_non-joiner", "می\u200cخواهم", "می\u200cخواهم"},
		{"hebrew_direction", "\u200fשלום\u200e", "\u200fשלום\u200e"},
		{"turned", "Court \u202edessap\u202c 47", "Court dessap 47"},
		{"turned_beside_spaces", "Court \u2066 passed \u2069.\u202a \u202d", "Court passed ."},
		{"turned_alone", " \u202e\u2067 ", ""},
		{"mended_turned", "\u202eThe councilâ€™s", "The council’s"},
		{"invalid_byte", "caf\xe9 bar", "caf\uFFFD bar"},
		{"compatibility_kept", "ﬁve ② ５", "ﬁve ② ５"},
		{"quotes_kept", "“No,” she said – ‘never’…", "“No,” she said – ‘never’…"},

		{"mended_apostrophe", "The councilâ€™s plan", "The council’s plan"},
		{"mended_quotes", "â€œNo,â€\u009d she said", "“No,” she said"},
		{"mended_accents", "cafÃ© dÃ©jÃ\u00a0 vu", "café déjà vu"},
		{"mended_twice", "cafÃƒÂ©", "café"},
		{"mended_pound", "Â£5m", "£5m"},
		{"mended_emoji", "ðŸ˜€", "😀"},
		{"mended_japanese", "æ—¥æœ¬èªž", "日本語"},
		{"portuguese_capitals", "A IRMÃ” DISSE", "A IRMÃ” DISSE"},
		{"portuguese_guillemets", "«AMANHû", "«AMANHû"},
		{"portuguese", "A NAÇÃO e o pão", "A NAÇÃO e o pão"},
		{"portuguese_end", "De manhã…”", "De manhã…”"},
		{"romanian", "ÎNTR-O ZI, FĂRĂ", "ÎNTR-O ZI, FĂRĂ"},
		{"mixed_left_alone", "naïve councilâ€™s", "naïve councilâ€™s"},
		{"french_capital_end", "PÂ° 5", "PÂ° 5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Canonical(tt.in); got != tt.want {
				t.Errorf("Canonical(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func checkCanonical(t interface {
	Helper()
	Fatalf(string, ...any)
}, s string) {
	t.Helper()
	c := Canonical(s)
	if again := Canonical(c); again != c {
		t.Fatalf("Canonical(%q) = %q, but again %q", s, c, again)
	}
	if !utf8.ValidString(c) || !norm.NFC.IsNormalString(c) {
		t.Fatalf("Canonical(%q) = %q is not NFC", s, c)
	}
	if strings.TrimSpace(c) != c || strings.Contains(c, "  ") || strings.ContainsAny(c, "\x00\n\t\u00a0\u00ad\ufeff") || strings.ContainsFunc(c, Turns) {
		t.Fatalf("Canonical(%q) = %q", s, c)
	}
}

// alphabet has what goes wrong in texts, and letters to go wrong between.
var alphabet = []rune("aZ9 .\t\n\u00a0\u00ad\u200b\u200d\ufeff\u202e\u2069\u0301\u0327e\u2028ÃÂâ€™œ\u009d©ðŸ˜€éßĀ\u1112\u1161\u11ab漢ع\u0651\u034f\x00\x1f")

func TestCanonicalIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkCanonical(t, rapid.StringOf(rapid.SampledFrom(alphabet)).Draw(t, "text"))
	})
	rapid.Check(t, func(t *rapid.T) {
		checkCanonical(t, rapid.String().Draw(t, "text"))
	})
}

func TestName(t *testing.T) {
	long := strings.Repeat("harbour ", 50)
	for _, tt := range []struct{ in, want string }{
		{"The Harbour Post", "The Harbour Post"},
		{" The\u202e Harbour\nPost ", "The Harbour Post"},
		{strings.Repeat("é", MaxName), strings.Repeat("é", MaxName)},
		{strings.Repeat("é", MaxName+1), strings.Repeat("é", MaxName-1) + "…"},
		{long, long[:79] + "…"},
		{strings.Repeat("h", MaxName-1) + " Post", strings.Repeat("h", MaxName-1) + "…"},
		{strings.Repeat("h", MaxName-2) + " Post", strings.Repeat("h", MaxName-2) + "…"},
	} {
		if got := Name(tt.in); got != tt.want {
			t.Errorf("Name(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// TestCanonicalMendsWhatWindowsDid: text with a typographic quote in it that
// was written as UTF-8 and read as windows-1252 comes back.
func TestCanonicalMendsWhatWindowsDid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("abc xyz 09.,“”’–…éàüñßç€"))).Draw(t, "text") + "“quoted”"
		s = Canonical(s)
		var damaged strings.Builder
		for i := range len(s) {
			r := charmap.Windows1252.DecodeByte(s[i])
			if r == utf8.RuneError {
				r = rune(s[i])
			}
			damaged.WriteRune(r)
		}
		if got := Canonical(damaged.String()); got != s {
			t.Fatalf("Canonical(%q) = %q, want %q", damaged.String(), got, s)
		}
	})
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"The bridge", "councilâ€™s", "cafÃƒÂ©", "e\u0301\u200b\u0301", "\xff\xfe", strings.Repeat("\u0301", 40)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkCanonical(t, s) })
}

// TestCanonicalKeepsRealText: nothing in real text people wrote is mended.
func TestCanonicalKeepsRealText(t *testing.T) {
	dir := os.Getenv("EDITWATCH_DATA")
	if dir == "" {
		t.Skip("EDITWATCH_DATA names no folder of real texts")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "p*", "*", "*.jsonl"))
	more, _ := filepath.Glob(filepath.Join(dir, "*", "*.jsonl"))
	for _, f := range append(files, more...) {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(string(b), "\\n") {
			if m := mend(line); m != line {
				t.Errorf("%s: %.200q mended to %.200q", filepath.Base(f), line, m)
			}
		}
	}
}
