package edit_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
)

// numbered returns words that tell where they stand.
func numbered(from, to int) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintf(&b, "w%d ", i)
	}
	return strings.TrimSpace(b.String())
}

func TestExcerpt(t *testing.T) {
	old := news.Text{
		Headline: numbered(1, 60), Standfirst: "It was never changed.",
		Paragraphs: []string{"First and untouched.", numbered(1, 99) + " 34 dead " + numbered(100, 200), "Alone.", "Third and untouched.", "Goes away altogether."},
	}
	next := old
	next.Paragraphs = []string{"First and untouched.", numbered(1, 99) + " 38 dead " + numbered(100, 200), "Alone.", "Third and untouched."}
	e := edit.Compare(old, next)
	x := edit.Excerpt(e)
	for i, want := range []struct{ before, after string }{
		{"… " + numbered(75, 99) + " 34 dead " + numbered(100, 123) + " …", "… " + numbered(75, 99) + " 38 dead " + numbered(100, 123) + " …"},
		{"Goes away altogether.", ""},
	} {
		if x.Parts[i].Before != want.before || x.Parts[i].After != want.after {
			t.Errorf("part %d:\n%q\n%q, want\n%q\n%q", i, x.Parts[i].Before, x.Parts[i].After, want.before, want.after)
		}
	}
	if e.Parts[0].Before != old.Paragraphs[1] {
		t.Error("the edit itself was changed")
	}
	got := edit.ExcerptText(old, nil, &e)
	want := []string{"…", "… " + numbered(75, 99) + " 34 dead " + numbered(100, 123) + " …", "…", "Goes away altogether."}
	if got.Headline != old.Headline || got.Standfirst != "…" || strings.Join(got.Paragraphs, "|") != strings.Join(want, "|") {
		t.Errorf("the text is %q", got)
	}
	if got := edit.ExcerptText(old, nil, nil); len(got.Paragraphs) != 1 || got.Paragraphs[0] != "…" {
		t.Errorf("a text without an edit is %q", got)
	}
	a, b, _ := edit.ExcerptTexts(old, next, e)
	if len(a.Paragraphs) != 5 || len(b.Paragraphs) != 4 || b.Paragraphs[3] != "…" || a.Paragraphs[4] != "Goes away altogether." || b.Standfirst != "…" {
		t.Errorf("both texts are %q, %q", a, b)
	}
}

// An excerpt shows all that changed, and little else, in any script.
func TestExcerptIsShort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"harbour", "橋は閉鎖された", "мост", "34", ",", "a", " "})
		sentence := func(name string) string {
			return strings.Join(rapid.SliceOfN(word, 0, 300).Draw(t, name), rapid.SampledFrom([]string{" ", ""}).Draw(t, name+" between"))
		}
		head, tail := sentence("head"), sentence("tail")
		a, b := "one"+sentence("a"), "two"+sentence("b")
		old := news.Text{Headline: "h", Paragraphs: []string{head + a + tail}}
		next := news.Text{Headline: "h", Paragraphs: []string{head + b + tail}}
		e := edit.Compare(old, next)
		for i, p := range edit.Excerpt(e).Parts {
			changed, shown, runs := 0, 0, 0
			for _, w := range p.Words {
				if !utf8.ValidString(w.Text) {
					t.Fatalf("%q was cut inside a character", w.Text)
				}
				if w.Op == news.Same {
					runs++
					shown += utf8.RuneCountInString(w.Text)
				} else {
					changed += len(w.Text)
				}
			}
			want := 0
			for _, w := range e.Parts[i].Words {
				if w.Op != news.Same {
					want += len(w.Text)
				}
			}
			if changed != want {
				t.Fatalf("%d bytes of what changed are shown, of %d", changed, want)
			}
			if most := runs * (2*200 + 3); shown > most {
				t.Fatalf("%d characters around it are shown, more than %d", shown, most)
			}
		}
	})
}
