package textdiff

import (
	"fmt"
	"strings"
)

// A score compares marks with those of people, over many pairs. Of several
// accepted markings of a pair, the one most like ours counts.
type score struct {
	right, total     int // words of both texts that are marked or unmarked as people did
	found, ours, all int // spans that people marked just so; that we, that people marked
}

func (s *score) tokens() float64 { return float64(s.right) / float64(s.total) }

func (s score) String() string {
	p, r := float64(s.found)/float64(s.ours), float64(s.found)/float64(s.all)
	return fmt.Sprintf("tokens %.4f, spans precision %.3f recall %.3f F1 %.3f, marked %d for %d",
		s.tokens(), p, r, 2*p*r/(p+r), s.ours, s.all)
}

func (s *score) add(spans []Span, pair marked) {
	oursOld, oursNew := touched(spans, Ins, pair.Before), touched(spans, Del, pair.After)
	var best score
	for i, ops := range append([][]op{pair.Ops}, pair.Alternatives...) {
		old, new := make([]bool, len(oursOld)), make([]bool, len(oursNew))
		for _, op := range ops {
			set := func(marks []bool, at *[2]int) {
				for k := range marks {
					if at != nil && at[0] <= k && k < at[1] {
						marks[k] = true
					}
				}
			}
			set(old, op.Before)
			set(new, op.After)
		}
		var one score
		one.compare(oursOld, old)
		one.compare(oursNew, new)
		if i == 0 || one.right > best.right || one.right == best.right && one.found > best.found {
			best = one
		}
	}
	s.right += best.right
	s.total += best.total
	s.found += best.found
	s.ours += best.ours
	s.all += best.all
}

func (s *score) compare(ours, theirs []bool) {
	s.total += len(ours)
	for i := range ours {
		if ours[i] == theirs[i] {
			s.right++
		}
	}
	a, b := stretches(ours), stretches(theirs)
	s.ours += len(a)
	s.all += len(b)
	for k := range a {
		if b[k] {
			s.found++
		}
	}
}

// stretches returns the unbroken runs of marked words.
func stretches(marks []bool) map[[2]int]bool {
	out := make(map[[2]int]bool)
	for i := 0; i < len(marks); i++ {
		if !marks[i] {
			continue
		}
		j := i
		for j < len(marks) && marks[j] {
			j++
		}
		out[[2]int{i, j}] = true
		i = j
	}
	return out
}

// touched returns which words of text, split at spaces, a mark touches. Spans
// with the Op not are those of the other text.
func touched(spans []Span, not Op, text string) []bool {
	marks := make([]bool, len(text))
	at := 0
	for _, sp := range spans {
		if sp.Op == not {
			continue
		}
		for k := range len(sp.Text) {
			marks[at+k] = sp.Op != Same && sp.Text[k] != ' '
		}
		at += len(sp.Text)
	}
	var out []bool
	at = 0
	for _, w := range strings.Fields(text) {
		at += strings.Index(text[at:], w)
		any := false
		for k := range len(w) {
			any = any || marks[at+k]
		}
		out = append(out, any)
		at += len(w)
	}
	return out
}
