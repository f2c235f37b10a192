package textdiff

import (
	"cmp"
	"slices"
)

// A Pair says which paragraph of the old text became which of the new one.
type Pair struct {
	Old, New int     // numbers from 0; -1 where there is none
	Like     float64 // 1 if equal; 0 if one of them is missing
	Moved    bool    // it changed places with others that stayed
}

// From which likeness on two paragraphs are one that was edited.
const (
	likeNeighbour = 0.35 // between the same neighbours
	likeLone      = 0.20 // the only ones between the same neighbours
	likeMoved     = 0.60 // elsewhere
)

// Limits on what is compared with everything; beyond them only paragraphs that
// share rare words are. The first is in paragraphs, the second in words.
const (
	alignCells = 1 << 15
	alignWork  = 1 << 24
)

// Align pairs the paragraphs of two texts. Equal paragraphs in the same order
// are found first, then equal ones that moved, then between the same neighbours
// the pairs that are most alike, then what is alike elsewhere, then those that
// stand alone in the same place. Of the pairs, as little text as possible counts
// as moved; those not moved ascend in both texts.
//
// Each paragraph stands in exactly one pair. The pairs come in the order of the
// new text, those removed before what followed them.
func Align(old, new []string) []Pair {
	al := newAligner(old, new)
	al.equal()
	al.equalElsewhere()
	al.neighbours(likeNeighbour)
	al.elsewhere()
	al.neighbours(likeLone)
	return al.pairs()
}

type aligner struct {
	old, new []string
	a, b     []int32 // numbers of equal paragraphs
	sizes    []int32 // by those numbers
	inNew    []int   // for each old paragraph its partner, or -1
	inOld    []int
	like     []float64 // by old paragraph
	vocab    vocabulary
	oldp     []*profile
	newp     []*profile
}

func newAligner(old, new []string) *aligner {
	al := &aligner{
		old: old, new: new,
		inNew: make([]int, len(old)), inOld: make([]int, len(new)),
		like:  make([]float64, len(old)),
		vocab: make(vocabulary),
		oldp:  make([]*profile, len(old)), newp: make([]*profile, len(new)),
	}
	for i := range al.inNew {
		al.inNew[i] = -1
	}
	for j := range al.inOld {
		al.inOld[j] = -1
	}
	numbers := make(map[string]int32, len(old))
	number := func(list []string) []int32 {
		out := make([]int32, len(list))
		for i, s := range list {
			n, ok := numbers[s]
			if !ok {
				n = int32(len(numbers))
				numbers[s] = n
				al.sizes = append(al.sizes, size(s))
			}
			out[i] = n
		}
		return out
	}
	al.a, al.b = number(old), number(new)
	return al
}

// size is what it is worth to keep a paragraph in its place: in the main its
// length, bounded so that sums of thousands stay in range.
func size(s string) int32 { return costRegion + costSwap + 1 + int32(min(len(s), 1<<14)) }

func (al *aligner) pair(i, j int, like float64) {
	al.inNew[i], al.inOld[j], al.like[i] = j, i, like
}

// equal pairs equal paragraphs that stand in the same order.
func (al *aligner) equal() {
	a, b := al.a, al.b
	lo := 0
	for lo < min(len(a), len(b)) && a[lo] == b[lo] {
		al.pair(lo, lo, 1)
		lo++
	}
	hi := 0
	for hi < min(len(a), len(b))-lo && a[len(a)-1-hi] == b[len(b)-1-hi] {
		hi++
		al.pair(len(a)-hi, len(b)-hi, 1)
	}
	a, b = a[lo:len(a)-hi], b[lo:len(b)-hi]
	if len(a) == 0 || len(b) == 0 {
		return
	}
	var regions []region
	if len(a)*len(b) <= chainCells {
		regions = chain(a, b, al.sizes)
	} else {
		regions = large(a, b)
	}
	i, j := 0, 0
	for _, r := range append(regions, region{len(a), len(a), len(b), len(b)}) {
		for ; i < r.a0; i, j = i+1, j+1 {
			al.pair(lo+i, lo+j, 1)
		}
		i, j = r.a1, r.b1
	}
}

// equalElsewhere pairs what is equal and in another order.
func (al *aligner) equalElsewhere() {
	places := make(map[int32][]int)
	for j, n := range al.b {
		if al.inOld[j] < 0 {
			places[n] = append(places[n], j)
		}
	}
	if len(places) == 0 {
		return
	}
	for i, n := range al.a {
		if list := places[n]; al.inNew[i] < 0 && len(list) > 0 {
			al.pair(i, list[0], 1)
			places[n] = list[1:]
		}
	}
}

// kept returns the pairs that stay in order when the least text moves.
func (al *aligner) kept() [][2]int {
	var all [][2]int
	for i, j := range al.inNew {
		if j >= 0 {
			all = append(all, [2]int{i, j})
		}
	}
	return increasing(all, func(p [2]int) int {
		return int(al.like[p[0]] * float64(size(al.old[p[0]])+size(al.new[p[1]])))
	})
}

// neighbours pairs the most alike of what is left between the same neighbours;
// a lone paragraph and another need only be as alike as lone says.
func (al *aligner) neighbours(lone float64) {
	i, j := 0, 0
	for _, p := range append(al.kept(), [2]int{len(al.old), len(al.new)}) {
		al.gap(i, p[0], j, p[1], lone)
		i, j = p[0]+1, p[1]+1
	}
}

func (al *aligner) gap(i0, i1, j0, j1 int, lone float64) {
	is, js := unpaired(al.inNew, i0, i1), unpaired(al.inOld, j0, j1)
	switch {
	case len(is) == 0 || len(js) == 0:
	case len(is) == 1 && len(js) == 1:
		if like := al.likeness(is[0], js[0]); like >= lone {
			al.pair(is[0], js[0], like)
		}
	case al.affordable(is, js):
		al.best(is, js)
	default:
		al.greedy(al.byRareWords(is, js, likeNeighbour))
	}
}

// best pairs paragraphs in order so that the sum of the squares of their
// likenesses is greatest: one good pair rather than two poor ones.
func (al *aligner) best(is, js []int) {
	width := len(js) + 1
	sum := make([]float64, (len(is)+1)*width)
	likes := make([]float64, (len(is)+1)*width)
	for x, i := range is {
		for y, j := range js {
			at := (x+1)*width + y + 1
			sum[at] = max(sum[at-width], sum[at-1])
			if like := al.likeness(i, j); like >= likeNeighbour {
				likes[at] = like
				sum[at] = max(sum[at], sum[at-width-1]+like*like)
			}
		}
	}
	for x, y := len(is), len(js); x > 0 && y > 0; {
		at := x*width + y
		switch {
		case sum[at] == sum[at-width]:
			x--
		case sum[at] == sum[at-1]:
			y--
		default:
			x, y = x-1, y-1
			al.pair(is[x], js[y], likes[at])
		}
	}
}

// elsewhere pairs what moved and was edited.
func (al *aligner) elsewhere() {
	is, js := unpaired(al.inNew, 0, len(al.old)), unpaired(al.inOld, 0, len(al.new))
	if len(is) == 0 || len(js) == 0 {
		return
	}
	if !al.affordable(is, js) {
		al.greedy(al.byRareWords(is, js, likeMoved))
		return
	}
	var all []Pair
	for _, i := range is {
		for _, j := range js {
			if like := al.likeness(i, j); like >= likeMoved {
				all = append(all, Pair{Old: i, New: j, Like: like})
			}
		}
	}
	al.greedy(all)
}

// greedy takes the most alike pairs first, of equals the earliest.
func (al *aligner) greedy(all []Pair) {
	slices.SortFunc(all, func(p, q Pair) int {
		return cmp.Or(cmp.Compare(q.Like, p.Like), cmp.Compare(p.Old, q.Old), cmp.Compare(p.New, q.New))
	})
	for _, p := range all {
		if al.inNew[p.Old] < 0 && al.inOld[p.New] < 0 {
			al.pair(p.Old, p.New, p.Like)
		}
	}
}

// Paragraphs are candidates for each other if they share one of their rarest
// words: of those that at most rareUses old paragraphs use, the rareWords
// rarest. No more than rareCandidates are compared with each new paragraph.
const (
	rareUses       = 16
	rareWords      = 8
	rareCandidates = 8
)

// byRareWords returns the pairs that are alike at least so much, of those that share
// rare words. Its cost grows with the length of the text, not with its square.
func (al *aligner) byRareWords(is, js []int, least float64) []Pair {
	users := make(map[int32][]int)
	for _, i := range is {
		for _, w := range al.profileOld(i).words {
			if len(users[w.number]) <= rareUses {
				users[w.number] = append(users[w.number], i)
			}
		}
	}
	var out []Pair
	for _, j := range js {
		var rare []int32
		for _, w := range al.profileNew(j).words {
			if n := len(users[w.number]); n > 0 && n <= rareUses {
				rare = append(rare, w.number)
			}
		}
		slices.SortFunc(rare, func(v, w int32) int {
			return cmp.Or(cmp.Compare(len(users[v]), len(users[w])), cmp.Compare(v, w))
		})
		shared := make(map[int]int)
		for _, w := range rare[:min(rareWords, len(rare))] {
			for _, i := range users[w] {
				shared[i]++
			}
		}
		candidates := make([]int, 0, len(shared))
		for i := range shared {
			candidates = append(candidates, i)
		}
		slices.SortFunc(candidates, func(x, y int) int {
			return cmp.Or(cmp.Compare(shared[y], shared[x]), cmp.Compare(x, y))
		})
		for _, i := range candidates[:min(rareCandidates, len(candidates))] {
			if like := al.likeness(i, j); like >= least {
				out = append(out, Pair{Old: i, New: j, Like: like})
			}
		}
	}
	return out
}

// affordable reports whether each of is can be compared with each of js.
func (al *aligner) affordable(is, js []int) bool {
	if len(is)*len(js) > alignCells {
		return false
	}
	work := 0
	for _, i := range is {
		work += len(js) * len(al.profileOld(i).words)
	}
	for _, j := range js {
		work += len(is) * len(al.profileNew(j).words)
	}
	return work <= alignWork
}

func (al *aligner) likeness(i, j int) float64 {
	return likeness(al.profileOld(i), al.profileNew(j))
}

func (al *aligner) profileOld(i int) *profile { return al.profile(al.oldp, i, al.old[i]) }
func (al *aligner) profileNew(j int) *profile { return al.profile(al.newp, j, al.new[j]) }

func (al *aligner) profile(known []*profile, i int, s string) *profile {
	if known[i] == nil {
		known[i] = al.vocab.profile(s)
	}
	return known[i]
}

// pairs returns the result in order.
func (al *aligner) pairs() []Pair {
	stays := make([]bool, len(al.old))
	for _, p := range al.kept() {
		stays[p[0]] = true
	}
	out := make([]Pair, 0, max(len(al.old), len(al.new)))
	next := 0
	removedBefore := func(end int) {
		for ; next < end; next++ {
			if al.inNew[next] < 0 {
				out = append(out, Pair{Old: next, New: -1})
			}
		}
	}
	for j, i := range al.inOld {
		switch {
		case i < 0:
			out = append(out, Pair{Old: -1, New: j})
		case !stays[i]:
			out = append(out, Pair{Old: i, New: j, Like: al.like[i], Moved: true})
		default:
			removedBefore(i)
			out = append(out, Pair{Old: i, New: j, Like: al.like[i]})
		}
	}
	removedBefore(len(al.old))
	return out
}

// unpaired returns the numbers from lo up to hi that have no partner.
func unpaired(partner []int, lo, hi int) []int {
	var out []int
	for i := lo; i < hi; i++ {
		if partner[i] < 0 {
			out = append(out, i)
		}
	}
	return out
}
