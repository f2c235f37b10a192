package textdiff

import (
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// largeTokens bounds what is compared token by token when two stretches are too
// large for chain. The library's cost is the square of the number of
// differences: at worst, with that many tokens on both sides together and little
// in common, about 100 ms.
const largeTokens = 8000

// large returns the regions of two stretches of tokens of any size. It splits
// them at tokens that stand once in each and in the same order, and compares
// what lies between by the plain shortest edit script; a piece that is still
// too large counts as replaced whole.
func large(a, b []int32) []region {
	if len(a)+len(b) <= largeTokens {
		return shortest(a, b)
	}
	var out []region
	piece := func(a0, a1, b0, b1 int) {
		switch {
		case a0 == a1 && b0 == b1:
		case a0 == a1 || b0 == b1 || a1-a0+b1-b0 > largeTokens:
			out = appendRegion(out, region{a0, a1, b0, b1})
		default:
			for _, r := range shortest(a[a0:a1], b[b0:b1]) {
				out = appendRegion(out, region{r.a0 + a0, r.a1 + a0, r.b0 + b0, r.b1 + b0})
			}
		}
	}
	a0, b0 := 0, 0
	for _, m := range uniqueMatches(a, b) {
		piece(a0, m[0], b0, m[1])
		a0, b0 = m[0]+1, m[1]+1
	}
	piece(a0, len(a), b0, len(b))
	return out
}

// appendRegion appends r, merged with the last region where they touch.
func appendRegion(out []region, r region) []region {
	if n := len(out); n > 0 && out[n-1].a1 == r.a0 && out[n-1].b1 == r.b0 {
		out[n-1].a1, out[n-1].b1 = r.a1, r.b1
		return out
	}
	return append(out, r)
}

// shortest returns the regions of the shortest edit script, tokens mapped to
// runes for the library. It runs without the library's time limit, which would
// make the result depend on the machine; the callers bound the size.
func shortest(a, b []int32) []region {
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = 0
	var out []region
	i, j := 0, 0
	for _, d := range dmp.DiffMainRunes(runes(a), runes(b), false) {
		n := utf8.RuneCountInString(d.Text)
		switch d.Type {
		case diffmatchpatch.DiffEqual:
			i, j = i+n, j+n
		case diffmatchpatch.DiffDelete:
			out = appendRegion(out, region{i, i + n, j, j})
			i += n
		case diffmatchpatch.DiffInsert:
			out = appendRegion(out, region{i, i, j, j + n})
			j += n
		}
	}
	return out
}

// runes maps token numbers to runes that survive a round trip through a string:
// all but the surrogates.
func runes(tokens []int32) []rune {
	const surrogates, after = 0xD800, 0xE000
	out := make([]rune, len(tokens))
	for i, t := range tokens {
		if t >= surrogates {
			t += after - surrogates
		}
		out[i] = t
	}
	return out
}

// uniqueMatches returns the places (in a, in b) of the longest increasing chain
// of values that stand exactly once in a and once in b.
func uniqueMatches(a, b []int32) [][2]int {
	type count struct{ inA, inB, at int32 }
	counts := make(map[int32]count)
	for _, v := range a {
		c := counts[v]
		c.inA++
		counts[v] = c
	}
	for j, v := range b {
		c := counts[v]
		c.inB++
		c.at = int32(j)
		counts[v] = c
	}
	var pairs [][2]int
	for i, v := range a {
		if c := counts[v]; c.inA == 1 && c.inB == 1 {
			pairs = append(pairs, [2]int{i, int(c.at)})
		}
	}
	return increasing(pairs, func([2]int) int { return 1 })
}

// increasing returns the heaviest subsequence of pairs, which ascend in their
// first number and differ in the second, that ascends in the second too.
func increasing(pairs [][2]int, weigh func([2]int) int) [][2]int {
	size := 0
	for _, p := range pairs {
		size = max(size, p[1]+1)
	}
	// A tree of prefix maxima: best[k] is the pair that ends the heaviest chain
	// among those it covers, by index + 1.
	best := make([]int32, size+1)
	sum := make([]int, len(pairs)+1)
	prev := make([]int32, len(pairs)+1)
	last := int32(0)
	for i, p := range pairs {
		id := int32(i + 1)
		for k := p[1]; k > 0; k -= k & -k {
			if sum[best[k]] > sum[prev[id]] {
				prev[id] = best[k]
			}
		}
		sum[id] = sum[prev[id]] + weigh(p)
		for k := p[1] + 1; k <= size; k += k & -k {
			if sum[id] > sum[best[k]] {
				best[k] = id
			}
		}
		if sum[id] > sum[last] {
			last = id
		}
	}
	var out [][2]int
	for ; last > 0; last = prev[last] {
		out = append(out, pairs[last-1])
	}
	for l, r := 0, len(out)-1; l < r; l, r = l+1, r-1 {
		out[l], out[r] = out[r], out[l]
	}
	return out
}
