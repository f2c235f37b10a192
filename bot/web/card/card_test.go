package card

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
)

// check holds a card against what the package promises.
func check(t testing.TB, b brief.Brief, l Layout) {
	t.Helper()
	var boxes []image.Rectangle
	for _, k := range l.lines {
		box := k.box()
		if !box.In(image.Rect(margin, 0, Width-margin, Height)) {
			t.Errorf("%q stands at %v, which is not within the margins", k.said(), box)
		}
		for _, other := range boxes {
			if box.Overlaps(other) {
				t.Errorf("%q at %v stands on something else, at %v", k.said(), box, other)
			}
		}
		boxes = append(boxes, box)
		for _, p := range k.pieces {
			for _, g := range p.glyphs {
				if g.id == 0 {
					t.Errorf("%q shows a character that the font lacks", p.text)
				}
			}
			if p.mark == brief.Ins && !p.bold || p.mark == brief.Del && p.bold {
				t.Errorf("%q is marked by colour and line alone", p.text)
			}
		}
	}
	told := letters(b.Plain()) + " " + letters("editwatch")
	for _, k := range l.lines {
		for _, p := range k.pieces {
			for said := range strings.SplitSeq(strings.TrimPrefix(p.text, edited), " · ") { // the foot, in another order
				for _, said := range strings.Split(said, gap) {
					if !strings.Contains(told, letters(said)) && !more.MatchString(said) {
						t.Errorf("the card shows %q, which the words beside it do not say: %s", said, b.Plain())
					}
				}
			}
		}
	}
}

// more is what a card says of the parts it leaves out; they may be more than
// the brief leaves out.
var more = regexp.MustCompile(`^and [1-9][0-9]* more$`)

// letters is what text says, without the signs that tell a mark in words.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// said is the text of a line; its pieces may stand in another order.
func (k placed) said() string {
	var text strings.Builder
	for _, p := range k.pieces {
		text.WriteString(p.text)
	}
	return text.String()
}

// checkPixels holds that nothing is painted outside the margins, but for the
// ends of marks and letters.
func checkPixels(t testing.TB, l Layout) {
	t.Helper()
	img := l.paint()
	inner := image.Rect(margin-bleed, 20, Width-margin+bleed, Height-12)
	bare := colourOf(paper, inkText, noPaint)
	for y := range Height {
		row := img.Pix[y*img.Stride:][:Width]
		outside := [][]uint8{row[:inner.Min.X], row[inner.Max.X:]}
		if y < inner.Min.Y || y >= inner.Max.Y {
			outside = [][]uint8{row}
		}
		for _, part := range outside {
			if slices.ContainsFunc(part, func(colour uint8) bool { return colour != bare }) {
				t.Fatalf("something is painted outside the margins, at line %d", y)
			}
		}
	}
}

func TestEncode(t *testing.T) {
	for name, g := range goldens(t) {
		l := Lay(g.brief)
		checkPixels(t, l)
		var b bytes.Buffer
		if err := l.Encode(&b); err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(&b)
		if err != nil || img.Bounds() != image.Rect(0, 0, Width, Height) {
			t.Errorf("%s: %v, %v", name, img.Bounds(), err)
		}
	}
}

// TestShowsAllThatFits: of an ordinary edit, the card says as much as the words
// beside it.
func TestShowsAllThatFits(t *testing.T) {
	for _, name := range []string{"bridge", "headline", "digit", "greek", "cyrillic", "arabic", "hebrew", "hindi", "chinese", "japanese", "korean", "added", "removed"} {
		b := goldens(t)[name].brief
		var shown strings.Builder
		for _, k := range Lay(b).lines {
			shown.WriteString(letters(k.said()))
		}
		for _, l := range b.Lines {
			for _, r := range l.Runs {
				// A run may be broken over lines that stand in another order.
				for w := range strings.FieldsSeq(r.Text) {
					if !strings.Contains(shown.String(), letters(w)) && brief.Len(w) < 12 {
						t.Errorf("%s: %q is not shown", name, w)
					}
				}
			}
		}
	}
}

// TestCovered: what no font has is left out; if it is more than decoration, a
// gap says so.
func TestCovered(t *testing.T) {
	for _, tt := range []struct {
		text, want string
		lost       int
	}{
		{"plain", "plain", 0},
		{"", "", 0},
		{"a 🎉 b", "a b", 0},
		{"👩‍🚀👍🏽", "", 0},
		{"5️⃣ stars", "5 stars", 0},
		{"می\u200cخواهم", "می\u200cخواهم", 0}, // the joiner within stays
		{"Z" + strings.Repeat("\u0301", 50), "Z" + strings.Repeat("\u0301", maxMarks), 0},
		{"ស្ពាន", "…", 5},
		{"ᚠᚢ 𓀀 or ᏣᎳ", "… or …", 5},
		{"5 ៛", "5 …", 1}, // a sign of money matters
		{"→ − € ₽ № ½", "→ − € ₽ № ½", 0},
	} {
		if got, lost := newSetter().covered(serif, tt.text); got != tt.want || lost != tt.lost {
			t.Errorf("covered(%q) = %q, %d, want %q, %d", tt.text, got, lost, tt.want, tt.lost)
		}
	}
}

// TestScripts: every letter of the scripts that the README names can be shown,
// in both weights.
func TestScripts(t *testing.T) {
	for name, letters := range map[string]string{
		"Latin":    "ÀßĞŁőǺẼỹ“”‘’–—…¶·«»¿",
		"Greek":    "ΆΩάώΐ",
		"Cyrillic": "ЁЯёяґїЎҚ",
		"Hebrew":   "אתשּׂבְּ",
		"Arabic":   "ابيپچگڤء،؟٠٩۴",
		"Hindi":    "अहक्षज्ञ़१९।",
		"Bengali":  "অহক্ষ৳১",
		"Tamil":    "அஹக்ஷ௧",
		"Thai":     "กฮเแ๑๙ฯๆ",
		"Armenian": "ԱՖաֆ։՞",
		"Georgian": "აჰᲐჟ",
		"Chinese":  "中国國門龜龍，。「」！？",
		"Japanese": "ぁんァンー々〆、。『』",
		"Korean":   "가힣뷁ㄱㅎ",
	} {
		for _, base := range []*family{serif, sans} {
			if got, lost := newSetter().covered(base, letters); got != letters || lost != 0 {
				t.Errorf("%s: %q of %q", name, got, letters)
			}
		}
	}
}

// FuzzLay holds any card against what the package promises.
func FuzzLay(f *testing.F) {
	for _, g := range goldens(f) {
		if len(g.brief.Lines) > 0 {
			runs := g.brief.Lines[0].Runs
			f.Add(g.brief.Source, g.brief.Headline, g.brief.Lines[0].Label, int(runs[0].Mark), runs[0].Text, runs[len(runs)-1].Text, false)
		}
	}
	f.Add("", "\u202e\u2066\x00\ufeff\xff", "¶1", 1, strings.Repeat("\u0300\u0489", 300), strings.Repeat("ﷺ", 400), true)
	f.Add("a\u0300", "क्षि\u200d्", "¶9", 2, "\U000e0001\U000e0061", "\u034f\u115f\u3164", true)
	f.Fuzz(func(t *testing.T, source, headline, label string, mark int, one, two string, head bool) {
		b := brief.Brief{Source: source, What: "1 paragraph", Headline: headline, When: []string{"Version 1 → 2"}, Remarks: []string{"minor"}}
		line := brief.Line{Part: news.WhereParagraph, Label: label, Runs: []brief.Run{{Mark: brief.Mark(mark & 3), Text: one}, {Text: " "}, {Mark: brief.Ins, Text: two}}}
		if head {
			line.Part = news.WhereHeadline
		}
		b.Lines = []brief.Line{line, line}
		l := Lay(b)
		check(t, b, l)
		checkPixels(t, l)
	})
}

// BenchmarkCard lays out and encodes cards; blank is the floor, an empty
// picture of the same size and depth through the same encoder.
func BenchmarkCard(b *testing.B) {
	b.Run("blank", func(b *testing.B) {
		img := Layout{}.paint()
		for b.Loop() {
			if err := encoder.Encode(io.Discard, img); err != nil {
				b.Fatal(err)
			}
		}
	})
	all := goldens(b)
	for _, name := range []string{"bridge", "long_headline", "arabic", "japanese", "hostile"} {
		g := all[name]
		b.Run(name, func(b *testing.B) {
			var size bytes.Buffer
			b.ReportAllocs()
			for b.Loop() {
				size.Reset()
				if err := Lay(g.brief).Encode(&size); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(size.Len()), "png-B")
		})
	}
}
