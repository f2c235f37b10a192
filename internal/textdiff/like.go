package textdiff

import (
	"slices"
	"strings"
)

// Similarity says how much two texts have in common, from 0 (no word) to 1 (the
// same words, in whatever order). Content words count for more than function
// words, case and punctuation for nothing, and a text that the other contains
// counts as more alike than its length alone would make it.
func Similarity(a, b string) float64 {
	if a == b {
		return 1
	}
	v := make(vocabulary)
	return likeness(v.profile(a), v.profile(b))
}

// profileWords bounds the different words of a text that are compared, so that
// one endless paragraph cannot make every comparison slow.
const profileWords = 1000

// A profile is what a text consists of: its words by number, ascending, each
// with its share of the whole.
type profile struct {
	words []profileWord
	total int32
}

type profileWord struct{ number, share int32 }

// A vocabulary numbers words.
type vocabulary map[string]int32

// profile returns the profile of s, whose new words it numbers.
func (v vocabulary) profile(s string) *profile {
	shares := make(map[int32]int32)
	p := new(profile)
	for _, t := range Tokens(s) {
		w := strings.ToLower(t.In(s))
		share := int32(4)
		switch {
		case functionWords[w]:
			share = 1
		case !hasWordRune(w):
			continue
		}
		n, ok := v[w]
		if !ok {
			n = int32(len(v))
			v[w] = n
		}
		if _, known := shares[n]; !known && len(shares) == profileWords {
			break
		}
		shares[n] += share
		p.total += share
	}
	p.words = make([]profileWord, 0, len(shares))
	for n, share := range shares {
		p.words = append(p.words, profileWord{n, share})
	}
	slices.SortFunc(p.words, func(a, b profileWord) int { return int(a.number - b.number) })
	return p
}

// containedShare is how much of a text must be words before being contained in
// another says anything: about six content words.
const containedShare = 24

func likeness(a, b *profile) float64 {
	if a.total == 0 || b.total == 0 {
		return 0
	}
	var shared int32
	for i, j := 0, 0; i < len(a.words) && j < len(b.words); {
		switch d := a.words[i].number - b.words[j].number; {
		case d < 0:
			i++
		case d > 0:
			j++
		default:
			shared += min(a.words[i].share, b.words[j].share)
			i++
			j++
		}
	}
	like := 2 * float64(shared) / float64(a.total+b.total)
	if small := min(a.total, b.total); small >= containedShare {
		like = (like + float64(shared)/float64(small)) / 2
	}
	return like
}
