package edit

import (
	"strings"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/textdiff"
)

// A word or two are style; more of them say something else. Counted are content
// words of one change.
const styleWords = 2

// Of many small changes in one paragraph: more than so many content words and
// more than so many hundredths of them make a rewrite.
const (
	scatteredWords = 8
	scatteredShare = 40
)

// classifyPair returns the classes of a text that became another, with the spans
// that tell how. The texts differ.
func (c *comparer) classifyPair(before, after string, spans []textdiff.Span) []news.Class {
	switch {
	case Fold(before) == Fold(after):
		return []news.Class{news.ClassTypography}
	case isNote(after) || isNote(before):
		return c.classifyNote(before, after, spans)
	case isCaption(before) && isCaption(after):
		return []news.Class{news.ClassMinor}
	}
	return classifyProse(c.compare(before, after, spans))
}

// classifyNote classifies a paragraph that is or holds a note, on either side.
// What changed outside the note's own sentence is prose like any other.
func (c *comparer) classifyNote(before, after string, spans []textdiff.Span) []news.Class {
	cmp := c.compare(before, after, spans)
	if key(cmp.before) == key(cmp.after) {
		return []news.Class{news.ClassMinor}
	}
	set := make(classSet)
	set.add(classifyProse(cmp)...)
	set.add(news.ClassCorrection)
	return set.list()
}

// classifyHeadline is classifyPair for a headline, whose every word counts.
func (c *comparer) classifyHeadline(before, after string, spans []textdiff.Span) []news.Class {
	if Fold(before) == Fold(after) {
		return []news.Class{news.ClassTypography}
	}
	cmp := c.compare(before, after, spans)
	set := make(classSet)
	if key(cmp.before) != key(cmp.after) || questions(before) != questions(after) {
		set.add(news.ClassHeadline)
	}
	if before != "" && after != "" && !rewritten(cmp) {
		for _, ch := range cmp.joined() {
			if cmp.fact(ch) {
				set.add(news.ClassFact)
			}
		}
		if cmp.quotedAnew() {
			set.add(news.ClassFact)
		}
	} else if cmp.figures(change{0, len(cmp.before), 0, len(cmp.after)}) {
		set.add(news.ClassFact)
	}
	if len(set) == 0 {
		set.add(news.ClassMinor)
	}
	return set.list()
}

// questions counts the question marks of s.
func questions(s string) int {
	n := 0
	for _, r := range s {
		switch r {
		case '?', '？', '؟', '¿':
			n++
		}
	}
	return n
}

// classifyProse classifies the changes of a paragraph or standfirst.
func classifyProse(cmp *comparison) []news.Class {
	set := make(classSet)
	if rewritten(cmp) {
		set.add(news.ClassRewrite)
		if cmp.figures(cmp.changes[0]) {
			set.add(news.ClassFact)
		}
		return set.list()
	}
	var small []change
	for _, ch := range cmp.changes {
		wholeOld, wholeNew := sentences(cmp.before, ch.b0, ch.b1), sentences(cmp.after, ch.a0, ch.a1)
		switch {
		case wholeOld && wholeNew:
			set.add(news.ClassRewrite)
			if cmp.figures(ch) {
				set.add(news.ClassFact)
			}
		case wholeNew && ch.b0 == ch.b1:
			set.add(news.ClassAddition)
		case wholeOld && ch.a0 == ch.a1:
			set.add(news.ClassRemoval)
		default:
			small = append(small, ch)
		}
	}
	whole := cmp.changes
	cmp.changes = small
	for _, ch := range cmp.joined() {
		if cmp.fact(ch) {
			set.add(news.ClassFact)
		}
	}
	cmp.changes = whole
	if cmp.quotedAnew() {
		set.add(news.ClassFact)
	}
	set.add(style(cmp, small)...)
	if len(set) == 0 {
		set.add(news.ClassMinor)
	}
	return set.list()
}

// style classifies changes inside sentences by how much they say: nothing beyond
// a word or two of style, a clause added or removed, or both and so a rewrite.
func style(cmp *comparison, changes []change) []news.Class {
	added, removed, rewritten, scattered := false, false, false, 0
	for _, ch := range changes {
		if key(cmp.old(ch)) == key(cmp.new(ch)) {
			continue // punctuation or case
		}
		taken, put := content(cmp.old(ch)), content(cmp.new(ch))
		scattered += max(taken, put)
		switch {
		case max(taken, put) <= styleWords:
		case taken == 0:
			added = true
		case put == 0:
			removed = true
		default:
			rewritten = true
		}
	}
	switch {
	case rewritten, added && removed,
		scattered > scatteredWords && 100*scattered > scatteredShare*content(cmp.after) && !added && !removed:
		return []news.Class{news.ClassRewrite}
	case added:
		return []news.Class{news.ClassAddition}
	case removed:
		return []news.Class{news.ClassRemoval}
	}
	return nil
}

// rewritten reports whether nothing was kept.
func rewritten(cmp *comparison) bool {
	return len(cmp.changes) == 1 && cmp.changes[0] == change{0, len(cmp.before), 0, len(cmp.after)}
}

// sentences reports whether ws[lo:hi] is one or more whole sentences.
func sentences(ws []word, lo, hi int) bool {
	if content(ws[lo:hi]) < 2 || !starts(ws, lo) {
		return false
	}
	return hi == len(ws) || starts(ws, hi)
}

// starts reports whether a sentence starts at ws[i].
func starts(ws []word, i int) bool {
	for ; i < len(ws); i++ {
		if !ws[i].mark {
			return ws[i].first
		}
		if !ws[i].first {
			return false
		}
	}
	return false
}

// content counts the words that carry content.
func content(ws []word) int {
	n := 0
	for _, w := range ws {
		if !w.mark && !function(w.low) {
			n++
		}
	}
	return n
}

// compare reads both texts as words and finds the changes the spans tell of.
func (c *comparer) compare(before, after string, spans []textdiff.Span) *comparison {
	cmp := &comparison{before: read(before), after: read(after), names: c.known, plain: c.ordinary}
	if cmp.lang = language(cmp.before, cmp.after); cmp.lang == "" {
		cmp.lang = c.language()
	}
	b, a := 0, 0 // bytes told
	at, to := 0, 0
	index := func(ws []word, from, end int) int {
		for from < len(ws) && ws[from].Start < end {
			from++
		}
		return from
	}
	for i := 0; i < len(spans); {
		if spans[i].Op == textdiff.Same {
			b += len(spans[i].Text)
			a += len(spans[i].Text)
			at, to = index(cmp.before, at, b), index(cmp.after, to, a)
			i++
			continue
		}
		ch := change{b0: at, a0: to}
		for ; i < len(spans) && spans[i].Op != textdiff.Same; i++ {
			if spans[i].Op == textdiff.Del {
				b += len(spans[i].Text)
			} else {
				a += len(spans[i].Text)
			}
		}
		at, to = index(cmp.before, at, b), index(cmp.after, to, a)
		ch.b1, ch.a1 = at, to
		if ch.b0 < ch.b1 || ch.a0 < ch.a1 {
			cmp.changes = append(cmp.changes, ch)
		}
	}
	return cmp
}

// functionWords carry grammar; see content.
var functionWords = set(`a an the and or but of to in on at by for with from as is are was were be been being it its this that these those
	he she they we you i his her their our your my him them us has have had will would can could which who whom whose than then so if
	when while there also do does did up out over about after before
	der die das den dem des ein eine einen einem einer eines und oder aber von zu im am auf aus bei mit nach für ist sind war waren
	wird werden wurde wurden hat haben hatte er sie es wir ihr sich als auch wie dass
	le la les l un une de du et ou mais à au aux en dans sur par pour avec est sont était été a ont il elle ils elles on ce cet cette ces qui que se
	el los las lo unos unas y o del al con por para es son fue era su sus como
	os as um uma e em do da dos das na nos nas ao aos às com foi seu sua
	il gli uno ed di dello della dei degli delle nel nella nei sul sulla che si sono è`)

func function(low string) bool { return functionWords[strings.TrimSuffix(low, "'")] }
