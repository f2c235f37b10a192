package edit

import (
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A change is a stretch of words of the old text, before[b0:b1], that became
// after[a0:a1] of the new one.
type change struct{ b0, b1, a0, a1 int }

// A comparison is a pair of texts read as words.
type comparison struct {
	before, after []word
	changes       []change
	lang          string
	names         func(string) bool // reports whether a word is known as a name
	plain         func(string) bool // reports whether a word is known as an ordinary one
}

func (c *comparison) old(ch change) []word { return c.before[ch.b0:ch.b1] }
func (c *comparison) new(ch change) []word { return c.after[ch.a0:ch.a1] }

// near is how many kept words may lie between a word taken out and put in
// again for it to have moved rather than changed: "12 March" → "March 12".
const near = 3

// joined returns the changes, with one that only takes and a neighbour that only
// adds within a few words made one, so that a word that moved a little is no
// fact lost and another won.
func (c *comparison) joined() []change {
	var out []change
	for _, ch := range c.changes {
		if n := len(out); n > 0 {
			last := out[n-1]
			takesAdds := last.a0 == last.a1 && ch.b0 == ch.b1 || last.b0 == last.b1 && ch.a0 == ch.a1
			if takesAdds && ch.b0-last.b1 <= near {
				out[n-1] = change{last.b0, ch.b1, last.a0, ch.a1}
				continue
			}
		}
		out = append(out, ch)
	}
	return out
}

// fact reports whether a number, unit, date, name, negation or quotation differs
// in ch.
func (c *comparison) fact(ch change) bool {
	before, after := c.facts(c.before, ch.b0, ch.b1), c.facts(c.after, ch.a0, ch.a1)
	settle(before, after)
	return !maps.Equal(before, after) ||
		c.nameChanged(ch) || c.negated(ch) || c.quotation(ch)
}

// figures reports whether both sides of ch have numbers or dates, and others.
func (c *comparison) figures(ch change) bool {
	before, after := c.facts(c.before, ch.b0, ch.b1), c.facts(c.after, ch.a0, ch.a1)
	for _, m := range []map[string]int{before, after} {
		maps.DeleteFunc(m, func(k string, _ int) bool { return k[0] != 'n' && k[0] != 'd' })
	}
	return len(before) > 0 && len(after) > 0 && !maps.Equal(before, after)
}

// facts counts the numbers, units, dates and negations of ws[lo:hi] by meaning.
func (c *comparison) facts(ws []word, lo, hi int) map[string]int {
	out := make(map[string]int)
	for i := lo; i < hi; i++ {
		w := ws[i]
		if w.mark && !strings.ContainsAny(w.text, "%‰°$€£¥₹") || innocent[c.lang][w.low] {
			continue
		}
		c.factsOf(ws, i, out)
	}
	return out
}

func (c *comparison) factsOf(ws []word, i int, out map[string]int) {
	w := ws[i]
	if i > 0 && cents[w.low] && pers[ws[i-1].low] {
		out["upercent"]++
		return
	}
	if d, ok := dateWords[w.low]; ok && (!capitalDates[w.low] || capital(w.text) && !w.first || besideNumber(ws, i)) {
		out["d"+d]++
		return
	}
	if n, ok := numberWords[w.low]; ok {
		out["n"+n]++
		return
	}
	if u, ok := unitWords[w.low]; ok {
		if i > 0 && !besideNumber(ws, i) && numberWords[ws[i-1].low] == "" {
			u = looseMark + u
		}
		out["u"+u]++
		return
	}
	if negations[w.low] || strings.HasSuffix(w.low, "n't") {
		out["not"]++
		return
	}
	if strings.IndexFunc(w.low, unicode.IsDigit) >= 0 {
		number(w.low, out)
		return
	}
	if strings.Contains(w.low, "-") {
		for part := range strings.SplitSeq(w.low, "-") {
			if n, ok := numberWords[part]; ok {
				out["n"+n]++
			} else if u, ok := unitWords[part]; ok {
				out["u"+u]++
			}
		}
	}
}

// number counts a token with digits: a number, its currency or percent mark, and
// what is tied to it by hyphens, as in 5-year-old.
func number(low string, out map[string]int) {
	if strings.IndexFunc(low, unicode.IsLetter) >= 0 {
		_, tail, _ := strings.Cut(strings.TrimLeft(low, "-+"), "-")
		if tail != "" && strings.IndexFunc(tail, unicode.IsLetter) >= 0 {
			number(low[:len(low)-len(tail)-1], out)
			for part := range strings.SplitSeq(tail, "-") {
				if u, ok := unitWords[part]; ok {
					out["u"+u]++
				} else if strings.IndexFunc(part, unicode.IsDigit) >= 0 {
					out["n"+part]++
				}
			}
			return
		}
	}
	trimmed := strings.Map(func(r rune) rune {
		if u, ok := unitWords[string(r)]; ok && !unicode.IsLetter(r) {
			out["u"+u]++
			return -1
		}
		return r
	}, low)
	out["n"+plain(trimmed)]++
}

// plain drops the commas and apostrophes between groups of three digits: 1,000
// is 1000. Full stops stay, for 1.500 is not the same everywhere.
func plain(n string) string {
	for _, mark := range []string{",", "'"} {
		groups := strings.Split(n, mark)
		grouped := len(groups) > 1
		for i, g := range groups {
			digits := strings.TrimLeft(g, "+-")
			if i > 0 {
				digits, _, _ = strings.Cut(g, ".")
			}
			if i > 0 && len(digits) != 3 || i == 0 && (len(digits) == 0 || len(digits) > 3) ||
				strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) >= 0 {
				grouped = false
			}
		}
		if grouped {
			return strings.Join(groups, "")
		}
	}
	return n
}

// looseMark begins the meaning of a word that may count nothing, as "week" in
// "all week" and "first" in "he first said".
const looseMark = "~"

// settle makes a loose word count as any other where the other side has one of
// its kind as well (hours became days, the first the second), and drops it where
// it has none.
func settle(before, after map[string]int) {
	for _, kind := range []string{"n", "u"} {
		of := func(m map[string]int) (n int) {
			for k := range m {
				if k[:1] == kind {
					n++
				}
			}
			return n
		}
		both := of(before) > 0 && of(after) > 0
		for _, m := range []map[string]int{before, after} {
			for k, n := range maps.Clone(m) {
				if meaning, ok := strings.CutPrefix(k, kind+looseMark); ok {
					delete(m, k)
					if both {
						m[kind+meaning] += n
					}
				}
			}
		}
	}
}

func besideNumber(ws []word, i int) bool {
	return i > 0 && strings.ContainsAny(ws[i-1].text, "0123456789") ||
		i+1 < len(ws) && strings.ContainsAny(ws[i+1].text, "0123456789")
}

// negated reports whether a word of one side is the opposite of one of the
// other: lawfully, unlawfully; harmful, harmless.
func (c *comparison) negated(ch change) bool {
	for _, o := range c.old(ch) {
		for _, n := range c.new(ch) {
			if !o.mark && !n.mark && (opposite(o.low, n.low) || opposite(n.low, o.low)) {
				return true
			}
		}
	}
	return false
}

// opposite reports whether b denies a by its form.
func opposite(a, b string) bool {
	if utf8.RuneCountInString(a) >= 4 && len(b) > len(a) && strings.HasSuffix(b, a) {
		head := b[:len(b)-len(a)]
		for _, p := range negativePrefixes {
			if head == p {
				return true
			}
		}
	}
	for _, e := range opposites {
		if stem, ok := strings.CutSuffix(a, e[0]); ok && b == stem+e[1] {
			return true
		}
	}
	return false
}

// quotation reports whether ch alters the words of a quotation.
func (c *comparison) quotation(ch change) bool {
	if key(c.old(ch)) != key(c.new(ch)) {
		for _, ws := range [][]word{c.old(ch), c.new(ch)} {
			for _, w := range ws {
				if w.quoted && !w.mark {
					return true
				}
			}
		}
	}
	return false
}

// quotedAnew reports whether words that were kept are quoted on one side only.
// Where a mark is missing on a side, it was put right, and nothing is said.
func (c *comparison) quotedAnew() bool {
	if quoteMarks(c.before)%2 != 0 || quoteMarks(c.after)%2 != 0 {
		return false
	}
	b, a := 0, 0
	for _, ch := range append(c.changes, change{len(c.before), len(c.before), len(c.after), len(c.after)}) {
		for ; b < ch.b0 && a < ch.a0; b, a = b+1, a+1 {
			if !c.before[b].mark && c.before[b].quoted != c.after[a].quoted {
				return true
			}
		}
		b, a = ch.b1, ch.a1
	}
	return false
}

func quoteMarks(ws []word) int {
	n := 0
	for _, w := range ws {
		if w.mark && quoteMark(w.text) {
			n++
		}
	}
	return n
}
