package textdiff

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// Op says in which text a span stands.
type Op int

const (
	Same Op = iota // in both
	Del            // only in the old text
	Ins            // only in the new text
)

func (o Op) String() string { return [...]string{"same", "del", "ins"}[o] }

// A Span is a run of text with one Op. Spans are never empty, neighbours differ
// in Op, and a Del comes before the Ins that replaces it.
type Span struct {
	Op   Op
	Text string
}

// Words marks which words of old were taken out and which words of new were put
// in. The Same and Del spans concatenate to old, the Same and Ins spans to new,
// to the byte. Texts that share too little to be read as one, such as those of
// a rewritten headline, come back as one Del and one Ins span. Equal texts come
// back as one Same span, two empty ones as nil.
func Words(old, new string) []Span {
	return mark(old, new, true)
}

// mark is Words, with the choice to mark words however few are shared.
func mark(old, new string, floor bool) []Span {
	if old == new {
		if old == "" {
			return nil
		}
		return []Span{{Same, old}}
	}
	p := newPair(old, new)
	regions := p.regions()
	if floor && p.unlike(regions) {
		return whole(old, new)
	}
	return p.spans(regions)
}

// whole marks all of both texts.
func whole(old, new string) []Span {
	var out []Span
	if old != "" {
		out = append(out, Span{Del, old})
	}
	if new != "" {
		out = append(out, Span{Ins, new})
	}
	return out
}

// A pair is two texts as sequences of token numbers: equal tokens, equal numbers.
type pair struct {
	old, new string
	at, bt   []Token
	a, b     []int32
	weights  []int32 // by token number
	marks    []bool  // by token number: it is punctuation
}

func newPair(old, new string) *pair {
	p := &pair{old: old, new: new, at: Tokens(old), bt: Tokens(new)}
	numbers := make(map[string]int32, len(p.at)+8)
	number := func(s string, ts []Token) []int32 {
		out := make([]int32, len(ts))
		for i, t := range ts {
			w := t.In(s)
			n, ok := numbers[w]
			if !ok {
				n = int32(len(numbers))
				numbers[w] = n
				p.weights = append(p.weights, weight(w))
				p.marks = append(p.marks, isMark(w))
			}
			out[i] = n
		}
		return out
	}
	p.a, p.b = number(old, p.at), number(new, p.bt)
	return p
}

// regions returns the stretches of tokens that differ.
func (p *pair) regions() []region {
	a, b := p.a, p.b
	start := 0
	for start < min(len(a), len(b)) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < min(len(a), len(b))-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	a, b = a[start:len(a)-end], b[start:len(b)-end]
	var out []region
	switch {
	case len(a) == 0 && len(b) == 0:
		return nil
	case len(a) == 0 || len(b) == 0:
		out = []region{{0, len(a), 0, len(b)}}
	case len(a)*len(b) <= chainCells:
		out = chain(a, b, p.weights)
	default:
		out = large(a, b)
	}
	for i := range out {
		out[i].a0 += start
		out[i].a1 += start
		out[i].b0 += start
		out[i].b1 += start
	}
	p.slide(out)
	return out
}

// floorShared is the floor of likeness: the least share, in hundredths, of the
// shorter text's weight that must stay unmarked. Below it two texts have words
// in common but are not one sentence edited, and marks would only confuse.
const floorShared = 32

// unlike reports whether so little is shared that marks would not help.
func (p *pair) unlike(regions []region) bool {
	var total [2]int32
	for _, w := range p.a {
		total[0] += p.weights[w]
	}
	for _, w := range p.b {
		total[1] += p.weights[w]
	}
	same := total[0]
	for _, r := range regions {
		for _, w := range p.a[r.a0:r.a1] {
			same -= p.weights[w]
		}
	}
	return 100*same < floorShared*min(total[0], total[1])
}

// spans turns regions of tokens into spans of text.
//
// What lies between two tokens that are kept, or before the first and after the
// last, is a stretch of each text. Where the stretches differ, the white space
// they have in common at either end stays unmarked, so that marks begin and end
// at words: "a [-b -]c", "a[- b-]." and "a [-b-]{+x+} c".
func (p *pair) spans(regions []region) []Span {
	w := writer{old: p.old, new: p.new}
	ta, tb := 0, 0
	for _, r := range append(regions, region{len(p.at), len(p.at), len(p.bt), len(p.bt)}) {
		for ; ta < r.a0; ta, tb = ta+1, tb+1 {
			w.upTo(p.at[ta].Start, p.bt[tb].Start)
			w.same(p.at[ta].End - p.at[ta].Start)
		}
		ta, tb = r.a1, r.b1
	}
	w.upTo(len(p.old), len(p.new))
	return w.out
}

// A writer turns stretches of both texts, in order, into spans.
type writer struct {
	old, new string
	oi, ni   int // told so far
	out      []Span
	from     int // where the last span begins in its text
}

// upTo writes the stretches up to o in old and n in new.
func (w *writer) upTo(o, n int) {
	x, y := w.old[w.oi:o], w.new[w.ni:n]
	if x == y {
		w.same(len(x))
		return
	}
	head := commonSpace(x, y)
	tail := commonSpaceEnd(x[head:], y[head:])
	w.same(head)
	if d := len(x) - head - tail; d > 0 {
		w.out = append(w.out, Span{Del, w.old[w.oi : w.oi+d]})
		w.oi += d
	}
	if d := len(y) - head - tail; d > 0 {
		w.out = append(w.out, Span{Ins, w.new[w.ni : w.ni+d]})
		w.ni += d
	}
	w.same(tail)
}

// same writes n bytes that are equal in both texts.
func (w *writer) same(n int) {
	if n == 0 {
		return
	}
	if last := len(w.out) - 1; last < 0 || w.out[last].Op != Same {
		w.out = append(w.out, Span{Op: Same})
		w.from = w.oi
	}
	w.oi += n
	w.ni += n
	w.out[len(w.out)-1].Text = w.old[w.from:w.oi]
}

// commonSpace returns the length of the white space that x and y begin with in
// common.
func commonSpace(x, y string) int {
	n := 0
	for i, r := range x {
		size := utf8.RuneLen(r)
		if !unicode.IsSpace(r) || len(y) < i+size || x[i:i+size] != y[i:i+size] {
			break
		}
		n = i + size
	}
	for n > 0 && !(boundary(x, n) && boundary(y, n)) {
		_, size := utf8.DecodeLastRuneInString(x[:n])
		n -= size
	}
	return n
}

// commonSpaceEnd is commonSpace for the ends of x and y.
func commonSpaceEnd(x, y string) int {
	n := 0
	for n < min(len(x), len(y)) {
		r, size := utf8.DecodeLastRuneInString(x[:len(x)-n])
		if !unicode.IsSpace(r) || !strings.HasSuffix(y[:len(y)-n], x[len(x)-n-size:len(x)-n]) {
			break
		}
		n += size
	}
	for n > 0 && !(boundary(x, len(x)-n) && boundary(y, len(y)-n)) {
		_, size := utf8.DecodeRuneInString(x[len(x)-n:])
		n -= size
	}
	return n
}

// boundary reports whether a grapheme ends at s[:at], where white space stands
// on one side: not within a line end, or before a mark that sits on the space.
func boundary(s string, at int) bool {
	if at == 0 || at == len(s) || s[at-1] != '\r' && s[at-1] < utf8.RuneSelf && s[at] < utf8.RuneSelf {
		return true
	}
	_, size := utf8.DecodeLastRuneInString(s[:at])
	it := graphemes.FromString(s[at-size:])
	return it.Next() && it.End() == size
}
