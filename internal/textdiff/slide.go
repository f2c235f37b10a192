package textdiff

import "strings"

// slide moves each region that only adds or only takes to where it reads best.
// In "a b a b" against "a b", which "a b" is new is anyone's choice: a whole
// sentence or clause, brackets in pairs, rather than the end of one and the
// beginning of the next.
func (p *pair) slide(regions []region) {
	for i := range regions {
		r := &regions[i]
		lowA, highA := 0, len(p.a)
		if i > 0 {
			lowA = regions[i-1].a1
		}
		if i+1 < len(regions) {
			highA = regions[i+1].a0
		}
		left, right := r.a0-lowA, highA-r.a1
		switch {
		case r.a0 == r.a1 && r.b0 < r.b1:
			d := bestShift(p.new, p.bt, p.b, r.b0, r.b1, left, right, i > 0, i+1 < len(regions))
			r.a0, r.a1, r.b0, r.b1 = r.a0+d, r.a1+d, r.b0+d, r.b1+d
		case r.b0 == r.b1 && r.a0 < r.a1:
			d := bestShift(p.old, p.at, p.a, r.a0, r.a1, left, right, i > 0, i+1 < len(regions))
			r.a0, r.a1, r.b0, r.b1 = r.a0+d, r.a1+d, r.b0+d, r.b1+d
		}
	}
}

// bestShift returns by how many tokens to move the stretch [lo, hi) of s, at
// most left back and right ahead. A neighbouring region on either side must not
// be touched.
func bestShift(s string, ts []Token, ids []int32, lo, hi, left, right int, before, after bool) int {
	if before {
		left--
	}
	if after {
		right--
	}
	first, last := 0, 0
	for -first < left && ids[lo+first-1] == ids[hi+first-1] {
		first--
	}
	for last < right && ids[lo+last] == ids[hi+last] {
		last++
	}
	if first == 0 && last == 0 {
		return 0
	}
	best, bestScore := 0, -1<<30
	for d := first; d <= last; d++ {
		if score := shiftScore(s, ts, lo+d, hi+d); score > bestScore || score == bestScore && d <= 0 {
			best, bestScore = d, score
		}
	}
	return best
}

// shiftScore says how well a mark around the tokens [lo, hi) reads.
func shiftScore(s string, ts []Token, lo, hi int) int {
	score := 0
	first, last := ts[lo].In(s), ts[hi-1].In(s)
	begins := lo == 0 || ends(ts[lo-1].In(s))
	if begins && (ends(last) || hi == len(ts)) {
		score += 8 // whole sentences
	}
	if depth := 0; true {
		for _, t := range ts[lo:hi] {
			switch t.In(s) {
			case "(", "[", "“", "«", "„":
				depth++
			case ")", "]", "”", "»":
				depth--
			}
			if depth < 0 {
				break
			}
		}
		if depth != 0 {
			score -= 6
		}
	}
	switch first {
	case ",", ";", ":", "–", "—", "(", "and", "or", "but", "which", "who", "where", "while":
		score += 3 // a clause with its mark or conjunction
	}
	if ends(first) || strings.ContainsAny(first, ")]”»") {
		score -= 5
	}
	if strings.ContainsAny(last, "([“«„") {
		score -= 5
	}
	switch last {
	case ",", ";", "–", "—":
		score++
	}
	return score
}

// ends reports whether a token ends a sentence.
func ends(token string) bool {
	switch token {
	case ".", "!", "?", "…", "...", "。", "！", "？", "؟", "।":
		return true
	}
	return false
}
