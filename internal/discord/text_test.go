package discord

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/editwatch/editwatch/internal/brief"
)

// read is a reader of Discord's Markdown that knows nothing of how Escape
// works. It goes through a text as the client does, rule by rule, and returns
// what is shown, and the name of the first rule that made something other than
// text of it.
func read(s string) (shown, rule string) {
	var b strings.Builder
	for start := true; s != ""; {
		if m := backslash.FindStringSubmatch(s); m != nil {
			b.WriteString(m[1])
			s, start = s[len(m[0]):], false
			continue
		}
		if start {
			for _, r := range atLineStart {
				if r.is.MatchString(s) {
					return b.String(), r.name
				}
			}
		}
		for _, r := range anywhere {
			if r.is.MatchString(s) {
				return b.String(), r.name
			}
		}
		r, n := utf8.DecodeRuneInString(s)
		b.WriteRune(r)
		start = r == '\n'
		s = s[n:]
	}
	return b.String(), ""
}

type mark struct {
	name string
	is   *regexp.Regexp
}

var backslash = regexp.MustCompile(`^\\([^0-9A-Za-z\s])`)

var atLineStart = []mark{
	{"heading", regexp.MustCompile(`^\s*#{1,3}\s`)},
	{"subtext", regexp.MustCompile(`^\s*-#\s`)},
	{"list", regexp.MustCompile(`^\s*(?:[-*+]|\d+[.)])\s`)},
	{"quote", regexp.MustCompile(`^\s*>{1,3}\s`)},
}

var anywhere = []mark{
	{"line break", regexp.MustCompile(`^[\r\n\x{2028}\x{2029}\x{85}]`)},
	{"bold", regexp.MustCompile(`(?s)^\*\*.+?\*\*`)},
	{"italic", regexp.MustCompile(`(?s)^\*[^*\s].*?\*`)},
	{"underline", regexp.MustCompile(`(?s)^__.+?__`)},
	{"emphasis", regexp.MustCompile(`(?s)^_[^_].*?_`)},
	{"strike", regexp.MustCompile(`(?s)^~~.+?~~`)},
	{"spoiler", regexp.MustCompile(`(?s)^\|\|.+?\|\|`)},
	{"code", regexp.MustCompile("(?s)^`+[^`].*?`+")},
	{"fence", regexp.MustCompile("^```")},
	{"masked link", regexp.MustCompile(`(?s)^\[.*?\]\(.*?\)`)},
	{"address", regexp.MustCompile(`(?i)^(?:https?|steam|discord|ftp)://[^\s<]`)},
	{"angle address", regexp.MustCompile(`^<[a-zA-Z][a-zA-Z0-9+.-]*:[^\s>]+>`)},
	{"mail", regexp.MustCompile(`^<[^\s<>]+@[^\s<>]+>`)},
	{"emoji code", regexp.MustCompile(`^:(?:[0-9_+-]*[a-zA-Z][a-zA-Z0-9_+-]*|100|1234|[+-]1):`)},
}

// Mentions, and invites and timestamps that become cards, are looked for in the
// raw text: a backslash does not hide them.
var raw = []mark{
	{"everyone", regexp.MustCompile(`(?i)@(?:everyone|here)`)},
	{"user or role", regexp.MustCompile(`<@[!&]?\d+>`)},
	{"channel", regexp.MustCompile(`(?:^|[^\\])<#\d+>`)},
	{"emoji", regexp.MustCompile(`(?:^|[^\\])<a?:\w+:\d+>`)},
	{"timestamp", regexp.MustCompile(`(?:^|[^\\])<t:-?\d+`)},
	{"command", regexp.MustCompile(`(?:^|[^\\])</\w+:\d+>`)},
	{"invite", regexp.MustCompile(`(?i)(?:discord\.gg|dis\.gd|discord(?:app)?\.com/invite)/\w`)},
}

var nasty = []string{
	"", "plain text", "@everyone", "@Here", "a@everyone.b", "<@123456789012345678>", "<@!1>", "<@&2>", "@!!12", "<#123>", "<:a:1>", "<a:b:2>",
	"<t:1700000000:R>", "</cmd:1>", "[x](https://evil.example)", "[x](javascript:alert(1))", "https://evil.example/a_b_c", "HTTP://x.y",
	"<https://x.y>", "<me@x.y>", "<tel:+1>", "discord.gg/abc", "https://discord.com/invite/abc", "x.discordapp.com/invite/y", "dis.gd/z", "xdiscord.gg/abc",
	"# h", "  ## h", "-# s", "- l", "+ l", "* l", "1. l", "99) l", "> q", ">>> q", "= x", "```js", "`a`", "``a``", "**b**", "__u__", "_e_", "*i*",
	"~~s~~", "||s||", "\\", "\\\\*a*", "\\*a\\*", "*\\*", "snake_case_name", "2 * 3 * 4", "12:30:45", ":smile:", "::+1:::", "a:b", "1.5m", "9/11",
	"a\nb\r\n# c", "\u2028# x", "\x00\x1b[0m", "\u202eabc\u2066", "\xff\xfe", "👩‍👩‍👧‍👦 東京 مرحبا", "e\u0301",
	strings.Repeat("*", 300), strings.Repeat("👩‍👩‍👧‍👦", 50), strings.Repeat("\\", 77), strings.Repeat("@everyone ", 40),
}

// text is what a reader of the page saw of s: what must be shown.
func text(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case unicode.IsControl(r), '\u202A' <= r && r <= '\u202E', '\u2066' <= r && r <= '\u2069':
		default:
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

func without(s, cut string) string { return strings.ReplaceAll(s, cut, "") }

func checkEscaped(t *testing.T, s, escaped string) {
	t.Helper()
	shown, rule := read(escaped)
	if rule != "" {
		t.Fatalf("%q escaped is %q, in which %q makes a %s", s, escaped, strings.TrimPrefix(escaped, shown), rule)
	}
	if without(shown, apart) != without(text(s), apart) {
		t.Fatalf("%q escaped is %q, which shows %q", s, escaped, shown)
	}
	for _, m := range raw {
		if found := m.is.FindString(escaped); found != "" {
			t.Fatalf("%q escaped is %q, in which %q is a %s", s, escaped, found, m.name)
		}
	}
}

// TestReaderFindsMarks keeps the reader honest: what it is made to find it does
// find.
func TestReaderFindsMarks(t *testing.T) {
	for _, s := range []string{"# h", "-# s", "1. l", "> q", "**b**", "*i*", "_e_", "__u__", "~~s~~", "||s||", "`c`", "```x", "[a](b)", "https://x.y", "<mailto:a@b>", "a\nb", ":x:"} {
		if _, rule := read(s); rule == "" {
			t.Errorf("%q has no effect", s)
		}
	}
	if shown, rule := read(`\*a\* b`); shown != "*a* b" || rule != "" {
		t.Errorf("an escaped star is shown as %q (%s)", shown, rule)
	}
}

func TestEscape(t *testing.T) {
	tests := []struct{ in, want string }{
		{"8,000 vehicles a day, and/or more", "8,000 vehicles a day, and/or more"},
		{"1.5m at 9/11 - 12 March", "1.5m at 9/11 - 12 March"},
		{"a_b*c", `a\_b\*c`},
		{"@everyone", "@\u200beveryone"},
		{"@harbourpost", "@harbourpost"},
		{"https://x.example/a", `https\://x.example/a`},
		{"- x", `\- x`},
		{"a - x", "a - x"},
		{"12. x", `12\. x`},
	}
	for _, tt := range tests {
		if got := Escape(tt.in); got != tt.want {
			t.Errorf("Escape(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkEscaped(t, s, Escape(s)) })
}

func FuzzWithin(f *testing.F) {
	for i, s := range nasty {
		f.Add(s, i)
	}
	f.Fuzz(func(t *testing.T, s string, most int) {
		most = max(0, min(most, 5000))
		got := Within(s, most)
		if n := brief.Len(got); n > most {
			t.Fatalf("%d characters, want at most %d", n, most)
		}
		shown, rule := read(got)
		if rule != "" {
			t.Fatalf("%q cut to %q, which has a %s", s, got, rule)
		}
		if whole := without(text(s), apart); without(shown, apart) != whole {
			if shown = strings.TrimSuffix(shown, "…"); !strings.HasPrefix(whole, without(shown, apart)) {
				t.Fatalf("%q cut to %q", s, got)
			}
		}
	})
}

// FuzzMarked holds that text within marks leaves them whole: the reader finds
// exactly one struck and one bold text, with nothing of one in the other.
func FuzzMarked(f *testing.F) {
	for i, s := range nasty {
		f.Add(s, nasty[len(nasty)-1-i])
	}
	f.Fuzz(func(t *testing.T, del, ins string) {
		struck, bold := Struck(del), Bold(ins)
		for _, m := range []struct{ mark, got, in string }{{"~~", struck, del}, {"**", bold, ins}} {
			if text(m.in) == "" {
				if m.got != "" {
					t.Fatalf("nothing was marked: %q", m.got)
				}
				continue
			}
			inner := m.got[2 : len(m.got)-2]
			if m.got != m.mark+inner+m.mark || end(m.got[2:], m.mark) != len(inner) {
				t.Fatalf("%q breaks out of its mark: %q", m.in, m.got)
			}
			checkEscaped(t, m.in, inner)
		}
		line := "¶2  " + struck + " " + bold
		for _, m := range raw {
			if found := m.is.FindString(line); found != "" {
				t.Fatalf("%q has a %s: %q", line, m.name, found)
			}
		}
	})
}

// end returns where a mark that was opened before s closes: at the first one
// that is not escaped.
func end(s, mark string) int {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case strings.HasPrefix(s[i:], mark):
			return i
		}
	}
	return -1
}

func TestLink(t *testing.T) {
	tests := []struct{ label, address, want string }{
		{"History", "https://e.example/a1", "[History](https://e.example/a1)"},
		{"History", "https://e.example/a(1)?b=<c>", "[History](https://e.example/a%281%29?b=%3Cc%3E)"},
		{"a](b)", "https://e.example/", `[a\](b)](https://e.example/)`},
		{"x", "javascript:alert(1)", "x"},
		{"x", "/a1", "x"},
		{"x", "https://e.example/" + strings.Repeat("a", MaxURL), "x"},
	}
	for _, tt := range tests {
		if got := Link(tt.label, tt.address); got != tt.want {
			t.Errorf("Link(%q, %q) = %q, want %q", tt.label, tt.address, got, tt.want)
		}
	}
}
