package textdiff

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"pgregory.net/rapid"
)

// checkWords returns what is wrong with spans of old and new.
func checkWords(old, new string, spans []Span) error {
	var before, after strings.Builder
	oldCuts, newCuts := boundaries(old), boundaries(new)
	for i, s := range spans {
		if s.Text == "" {
			return fmt.Errorf("span %d is empty", i)
		}
		if i > 0 && (spans[i-1].Op == s.Op || spans[i-1].Op == Ins && s.Op == Del) {
			return fmt.Errorf("span %d: %v after %v", i, s.Op, spans[i-1].Op)
		}
		if s.Op != Ins {
			before.WriteString(s.Text)
		}
		if s.Op != Del {
			after.WriteString(s.Text)
		}
		if utf8.ValidString(old) && utf8.ValidString(new) && (!oldCuts[before.Len()] || !newCuts[after.Len()]) {
			return fmt.Errorf("span %d %q ends inside a grapheme", i, s.Text)
		}
	}
	if before.String() != old {
		return fmt.Errorf("old: got %q, want %q", before.String(), old)
	}
	if after.String() != new {
		return fmt.Errorf("new: got %q, want %q", after.String(), new)
	}
	return nil
}

func boundaries(s string) map[int]bool {
	cuts := map[int]bool{0: true}
	it := graphemes.FromString(s)
	for it.Next() {
		cuts[it.End()] = true
	}
	return cuts
}

// checkAlign returns what is wrong with the pairs of old and new.
func checkAlign(old, new []string, pairs []Pair) error {
	seenOld, seenNew := make([]bool, len(old)), make([]bool, len(new))
	lastOld, lastNew := -1, -1
	for _, p := range pairs {
		if p.Old >= 0 {
			if seenOld[p.Old] {
				return fmt.Errorf("old %d twice", p.Old)
			}
			seenOld[p.Old] = true
		}
		if p.New >= 0 {
			if seenNew[p.New] {
				return fmt.Errorf("new %d twice", p.New)
			}
			seenNew[p.New] = true
			if p.New < lastNew {
				return fmt.Errorf("new %d after %d", p.New, lastNew)
			}
			lastNew = p.New
		}
		if p.Old >= 0 && p.New >= 0 {
			if (p.Like == 1) != (old[p.Old] == new[p.New]) && p.Like == 0 {
				return fmt.Errorf("pair %+v has no likeness", p)
			}
			if !p.Moved {
				if p.Old < lastOld {
					return fmt.Errorf("old %d stays after %d", p.Old, lastOld)
				}
				lastOld = p.Old
			}
		}
	}
	if slices.Contains(seenOld, false) || slices.Contains(seenNew, false) {
		return fmt.Errorf("not every paragraph is in a pair")
	}
	return nil
}

// pieces make texts that differ in telling ways.
var pieces = []string{
	"the", "a", "of", "minister", "resigned", "Minister", "34", "38", "1,234.5", "-5", "$5", "5%", "12/03/2024", "10:30",
	"well-known", "U.S.", "don’t", "“We", "were”", ",", ".", " ", " ", " ", "  ", "\n", "\r\n", "(", ")", "–", "...", "http://a.example/b?c",
	"会議", "東京", "は", "กำ", "\u0E33", "مرحبا", "שלום", "👨‍👩‍👧", "🇩🇪", "e\u0301", "\u0301", "\u0600", "\u200D", "\x00", "\xff",
}

func textGen() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 30).Draw(t, "pieces"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
	})
}

func TestWordsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old, new := textGen().Draw(t, "old"), textGen().Draw(t, "new")
		if rapid.Bool().Draw(t, "any") {
			new = rapid.String().Draw(t, "string")
		}
		for _, floor := range []bool{true, false} {
			if err := checkWords(old, new, mark(old, new, floor)); err != nil {
				t.Fatal(err)
			}
		}
		if s := Similarity(old, new); s < 0 || s > 1 || s != Similarity(new, old) {
			t.Fatalf("Similarity = %v, the other way round %v", s, Similarity(new, old))
		}
	})
}

func TestAlignProperties(t *testing.T) {
	paragraph := rapid.OneOf(
		textGen(),
		rapid.SampledFrom([]string{"", "Advertisement", "* * *", "The bridge carries 8,000 vehicles a day.", "The bridge carries 9,000 vehicles a day."}),
	)
	rapid.Check(t, func(t *rapid.T) {
		old := rapid.SliceOfN(paragraph, 0, 12).Draw(t, "old")
		new := rapid.SliceOfN(paragraph, 0, 12).Draw(t, "new")
		if rapid.Bool().Draw(t, "shuffle") {
			new = append(rapid.Permutation(old).Draw(t, "order"), new...)
		}
		if err := checkAlign(old, new, Align(old, new)); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzWords(f *testing.F) {
	f.Add("34 people were killed", "38 people were killed")
	f.Add("a\r\nb", "a\rb")
	f.Fuzz(func(t *testing.T, old, new string) {
		if err := checkWords(old, new, Words(old, new)); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzAlign(f *testing.F) {
	f.Add("one\ntwo\nthree", "three\none\ntwo and a half")
	f.Fuzz(func(t *testing.T, a, b string) {
		old, new := strings.Split(a, "\n"), strings.Split(b, "\n")
		if err := checkAlign(old, new, Align(old, new)); err != nil {
			t.Fatal(err)
		}
	})
}
