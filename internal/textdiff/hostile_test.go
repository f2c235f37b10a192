package textdiff

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestHostileSizes ends soon only if the limits hold: any of these would take
// minutes or gigabytes without them.
func TestHostileSizes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	text := func(words, vocabulary int) string {
		var b strings.Builder
		for range words {
			fmt.Fprintf(&b, "w%d ", rnd.IntN(vocabulary))
		}
		return b.String()
	}
	for _, vocabulary := range []int{2, 300, 1 << 20} {
		a, b := text(50_000, vocabulary), text(50_000, vocabulary)
		if err := checkLong(a, b, Words(a, b)); err != nil {
			t.Errorf("vocabulary %d: %v", vocabulary, err)
		}
		a, b = text(3_900, vocabulary), text(3_900, vocabulary)
		if err := checkLong(a, b, Words(a, b)); err != nil {
			t.Errorf("vocabulary %d: %v", vocabulary, err)
		}
		paragraphs := func() []string {
			list := make([]string, 5000)
			for i := range list {
				list[i] = text(20, vocabulary)
			}
			return list
		}
		old, new := paragraphs(), paragraphs()
		if err := checkAlign(old, new, Align(old, new)); err != nil {
			t.Errorf("vocabulary %d: %v", vocabulary, err)
		}
	}
	same := slices.Repeat([]string{"Advertisement", "Read more"}, 3000)
	if err := checkAlign(same, same[1:], Align(same, same[1:])); err != nil {
		t.Error(err)
	}
	endless := []string{text(1<<20, 1000)}
	short := slices.Repeat([]string{"w1 w2 w3 w4 w5"}, 5000)
	if err := checkAlign(endless, short, Align(endless, short)); err != nil {
		t.Error(err)
	}
}

// checkLong is checkWords without the look at every grapheme.
func checkLong(old, new string, spans []Span) error {
	var before, after strings.Builder
	for _, s := range spans {
		if s.Op != Ins {
			before.WriteString(s.Text)
		}
		if s.Op != Del {
			after.WriteString(s.Text)
		}
	}
	if before.String() != old || after.String() != new {
		return fmt.Errorf("the spans do not make the texts")
	}
	return nil
}
