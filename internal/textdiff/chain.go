package textdiff

// A region is a stretch of differing tokens: a[a0:a1] became b[b0:b1].
// Between regions, and before and after them, the tokens are equal.
type region struct{ a0, a1, b0, b1 int }

// chainCells bounds the table of chain: about 2 ms and 1 MB at the limit.
// Two paragraphs of 1,000 words with nothing in common just fit.
const chainCells = 1 << 20

// Steps back through the table: for each of the three states of a cell, which
// state the best way to it came from.
const (
	cameKeep  byte = iota // an equal pair before it
	cameDrop              // a deletion before it
	cameAdd               // an insertion before it
	cameMask  = 3
	dropShift = 2
	addShift  = 4
)

// never is a score no chain falls to, with room to subtract costs from it.
const never = -1 << 30

// chain returns the regions that separate the best chain of equal tokens: the
// one with the greatest weight after the cost of its regions. Every cell has
// three states, as in alignment with gap costs: the last step kept a pair,
// dropped a token of a, or added one of b (always after the drops, so that each
// result has one way only). It needs len(a) x len(b) <= chainCells.
func chain(a, b []int32, weights []int32) []region {
	n, m := len(a), len(b)
	width := m + 1
	back := make([]byte, (n+1)*width)
	keep := make([]int32, width)
	drop := make([]int32, width)
	add := make([]int32, width)

	for i := 0; i <= n; i++ {
		var diagKeep, diagDrop, diagAdd int32 // of the row above, one column to the left
		for j := 0; j <= m; j++ {
			upKeep, upDrop, upAdd := keep[j], drop[j], add[j]
			if i == 0 {
				upKeep, upDrop, upAdd = never, never, never
			}
			var step byte

			k := int32(never)
			if i == 0 && j == 0 {
				k = 0
			} else if i > 0 && j > 0 && a[i-1] == b[j-1] {
				k = diagKeep
				if diagDrop > k {
					k, step = diagDrop, cameDrop
				}
				if diagAdd > k {
					k, step = diagAdd, step&^cameMask|cameAdd
				}
				k += weights[a[i-1]]
			}

			d := upDrop
			if e := upKeep - costRegion; e >= d {
				d = e
			} else {
				step |= cameDrop << dropShift
			}

			p := int32(never)
			if j > 0 {
				p = add[j-1]
				came := cameAdd
				if e := keep[j-1] - costRegion; e > p {
					p, came = e, cameKeep
				}
				if e := drop[j-1] - costSwap; e > p {
					p, came = e, cameDrop
				}
				step |= came << addShift
			}

			diagKeep, diagDrop, diagAdd = upKeep, upDrop, upAdd
			keep[j], drop[j], add[j] = max(k, never), max(d, never), max(p, never)
			back[i*width+j] = step
		}
	}
	return walk(back, width, n, m, keep[m], drop[m], add[m])
}

// walk follows the table back from its last cell and returns the regions in
// order.
func walk(back []byte, width, n, m int, keep, drop, add int32) []region {
	state := cameKeep
	switch {
	case add > keep && add > drop:
		state = cameAdd
	case drop > keep:
		state = cameDrop
	}
	var regions []region
	open := false
	for i, j := n, m; i > 0 || j > 0; {
		step := back[i*width+j]
		if state == cameKeep {
			open = false
			state = step & cameMask
			i, j = i-1, j-1
			continue
		}
		if !open {
			regions = append(regions, region{a1: i, b1: j})
			open = true
		}
		if state == cameDrop {
			state = step >> dropShift & cameMask
			i--
		} else {
			state = step >> addShift & cameMask
			j--
		}
		last := &regions[len(regions)-1]
		last.a0, last.b0 = i, j
	}
	for l, r := 0, len(regions)-1; l < r; l, r = l+1, r-1 {
		regions[l], regions[r] = regions[r], regions[l]
	}
	return regions
}
