package edit

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/editwatch/editwatch/internal/news"
	"pgregory.net/rapid"
)

// check returns what is wrong with the edit from old to new.
func check(old, new news.Text) error {
	e := Compare(old, new)
	got, err := e.Apply(old)
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	if got.Headline != new.Headline || got.Standfirst != new.Standfirst || !slices.Equal(got.Paragraphs, new.Paragraphs) {
		return fmt.Errorf("applied: got %+v, want %+v", got, new)
	}
	if e.Classes == nil || e.Parts == nil {
		return fmt.Errorf("a list is nil")
	}
	equal := old.Headline == new.Headline && old.Standfirst == new.Standfirst && slices.Equal(old.Paragraphs, new.Paragraphs)
	if equal != (e.Significance == news.None) || equal != (len(e.Parts) == 0) {
		return fmt.Errorf("equal %v, but significance %v with %d parts", equal, e.Significance, len(e.Parts))
	}
	if !slices.IsSortedFunc(e.Parts, func(p, q news.Part) int { return cmp.Compare(significance(q.Classes), significance(p.Classes)) }) {
		return fmt.Errorf("the parts are not in the order of what they matter")
	}
	for _, p := range e.Parts {
		var before, after strings.Builder
		for _, w := range p.Words {
			if w.Op != news.Ins {
				before.WriteString(w.Text)
			}
			if w.Op != news.Del {
				after.WriteString(w.Text)
			}
		}
		if before.String() != p.Before || after.String() != p.After {
			return fmt.Errorf("the words of %+v do not make its texts", p)
		}
		if p.Words == nil || len(p.Classes) == 0 || !slices.IsSortedFunc(p.Classes, func(a, b news.Class) int { return Rank(a) - Rank(b) }) {
			return fmt.Errorf("words %v, classes %v", p.Words, p.Classes)
		}
	}
	if !reflect.DeepEqual(e, Compare(old, new)) {
		return fmt.Errorf("compared again, the edit differs")
	}
	return nil
}

var sentencesOfTown = []string{
	"The bridge carries 8,000 vehicles a day.", "The bridge carries 11,000 vehicles a day.", "“We were not asked,” the mayor said.",
	"We were asked, the mayor said on Tuesday.", "Advertisement", "Correction: the figure was wrong.", "Photo: Getty Images", "* * *", "",
	"Der Bürgermeister trat zurück.", "橋は月曜日に閉鎖された。", "أغلق الجسر يوم الاثنين.", "Le maire n'a pas répondu.", "word", "’", "-5", "\xff",
}

func textGen() *rapid.Generator[news.Text] {
	sentence := rapid.OneOf(rapid.SampledFrom(sentencesOfTown), rapid.String())
	paragraph := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(sentence, 1, 3).Draw(t, "sentences"), " ")
	})
	return rapid.Custom(func(t *rapid.T) news.Text {
		return news.Text{
			Headline:   sentence.Draw(t, "headline"),
			Standfirst: sentence.Draw(t, "standfirst"),
			Paragraphs: rapid.SliceOfN(paragraph, 0, 10).Draw(t, "paragraphs"),
		}
	})
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old, new := textGen().Draw(t, "old"), textGen().Draw(t, "new")
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0: // a mass move, with equal paragraphs
			new.Paragraphs = rapid.Permutation(append(slices.Clone(old.Paragraphs), old.Paragraphs...)).Draw(t, "order")
		case 1: // most stays
			new.Paragraphs = slices.Concat(old.Paragraphs[:len(old.Paragraphs)/2], new.Paragraphs[:min(1, len(new.Paragraphs))], old.Paragraphs[len(old.Paragraphs)/2:])
		case 2:
			new = old
		}
		if err := check(old, new); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFoldProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("a1 .,-–—'’\"“”…()%$\u00a0`´")))).Draw(t, "s")
		if once := Fold(s); Fold(once) != once {
			t.Fatalf("Fold(%q) = %q, folded again %q", s, once, Fold(once))
		}
	})
}

func FuzzCompare(f *testing.F) {
	f.Add("Headline", "34 people died.\n\nThe mayor resigned.", "Headline", "The mayor resigned.\n\n38 people died.")
	f.Fuzz(func(t *testing.T, h1, b1, h2, b2 string) {
		old := news.Text{Headline: h1, Paragraphs: strings.Split(b1, "\n")}
		new := news.Text{Headline: h2, Paragraphs: strings.Split(b2, "\n")}
		if err := check(old, new); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFold(t *testing.T) {
	equal := [][2]string{
		{"“We”", `"We"`}, {"« Nous »", "“Nous”"}, {"it’s", "it's"}, {"a — b", "a—b"}, {"a – b", "a - b"}, {"wait…", "wait..."},
		{"Vraiment ?", "Vraiment?"}, {"5 %", "5%"}, {"2019–20", "2019-20"}, {"end .", "end."},
	}
	for _, p := range equal {
		if Fold(p[0]) != Fold(p[1]) {
			t.Errorf("%q and %q fold to %q and %q", p[0], p[1], Fold(p[0]), Fold(p[1]))
		}
	}
	unequal := [][2]string{
		{"-5", "5"}, {"1, 5", "1,5"}, {"apart", "a part"}, {"1.5m", "15m"}, {"a -5", "a - 5"}, {"5 - 3", "5-3"}, {"lied?", "lied"},
	}
	for _, p := range unequal {
		if Fold(p[0]) == Fold(p[1]) {
			t.Errorf("%q and %q both fold to %q", p[0], p[1], Fold(p[0]))
		}
	}
}
