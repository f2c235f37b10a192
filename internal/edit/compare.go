package edit

import (
	"cmp"
	"slices"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/textdiff"
)

// Compare returns what changed from old to new: the headline, the standfirst and
// each paragraph that was edited, added, removed or moved, classified and ranked.
// Within a significance the headline comes first, then what the class puts first,
// then what stands first in the text. Equal texts give an edit of significance
// None without parts. The lists of an edit are never nil.
func Compare(old, new news.Text) news.Edit {
	c := comparer{old: old, new: new}
	c.line(news.WhereHeadline, old.Headline, new.Headline)
	c.line(news.WhereStandfirst, old.Standfirst, new.Standfirst)
	c.paragraphs()
	c.splits()
	return c.edit()
}

type comparer struct {
	old, new news.Text
	parts    []news.Part
	names    map[string]bool // see readArticle
	lower    map[string]bool

	lang      string // see language
	langKnown bool
}

// line compares the headline or the standfirst.
func (c *comparer) line(where news.Where, before, after string) {
	if before == after {
		return
	}
	p := news.Part{Part: where, Op: news.OpEdit, Before: before, After: after}
	switch {
	case before == "":
		p.Op = news.OpAdd
	case after == "":
		p.Op = news.OpRemove
	}
	spans := textdiff.Words(before, after)
	p.Words = wordsOf(spans)
	if where == news.WhereHeadline {
		p.Classes = c.classifyHeadline(before, after, spans)
	} else {
		p.Classes = c.classifyStandfirst(p, spans)
	}
	c.parts = append(c.parts, p)
}

// classifyStandfirst calls by its own name what in a paragraph would be an
// addition, a removal or a rewrite.
func (c *comparer) classifyStandfirst(p news.Part, spans []textdiff.Span) []news.Class {
	set := make(classSet)
	if p.Op != news.OpEdit {
		set.add(news.ClassStandfirst)
		if isNote(p.Before) || isNote(p.After) {
			set.add(news.ClassCorrection)
		}
		return set.list()
	}
	for _, class := range c.classifyPair(p.Before, p.After, spans) {
		switch class {
		case news.ClassAddition, news.ClassRemoval, news.ClassRewrite:
			class = news.ClassStandfirst
		case news.ClassFact:
			set.add(news.ClassStandfirst)
		}
		set.add(class)
	}
	return set.list()
}

// paragraphs compares the paragraphs, aligned.
func (c *comparer) paragraphs() {
	old, new := c.old.Paragraphs, c.new.Paragraphs
	if slices.Equal(old, new) {
		return
	}
	for _, pair := range textdiff.Align(old, new) {
		p := news.Part{Part: news.WhereParagraph}
		if pair.Old >= 0 {
			p.From, p.Before = &pair.Old, old[pair.Old]
		}
		if pair.New >= 0 {
			p.To, p.After = &pair.New, new[pair.New]
		}
		switch {
		case pair.Old < 0:
			p.Op = news.OpAdd
			p.Classes = standalone(p.After, news.ClassAddition)
			p.Words = []news.Word{{Op: news.Ins, Text: p.After}}
		case pair.New < 0:
			p.Op = news.OpRemove
			p.Classes = standalone(p.Before, news.ClassRemoval)
			p.Words = []news.Word{{Op: news.Del, Text: p.Before}}
		case p.Before == p.After:
			if !pair.Moved {
				continue
			}
			p.Op = news.OpMove
			p.Classes = []news.Class{news.ClassReorder}
			p.Words = []news.Word{{Op: news.Same, Text: p.Before}}
		default:
			spans := textdiff.Words(p.Before, p.After)
			p.Op = news.OpEdit
			p.Words = wordsOf(spans)
			p.Classes = c.classifyPair(p.Before, p.After, spans)
			if pair.Moved {
				p.Op = news.OpMove
				set := make(classSet)
				set.add(p.Classes...)
				set.add(news.ClassReorder)
				p.Classes = set.list()
			}
		}
		c.parts = append(c.parts, p)
	}
}

// standalone classifies a paragraph that came or went.
func standalone(s string, class news.Class) []news.Class {
	set := make(classSet)
	switch {
	case isNote(s):
		set.add(news.ClassCorrection, class)
	case isCaption(s), len(key(read(s))) == 0:
		set.add(news.ClassMinor)
	default:
		set.add(class)
	}
	return set.list()
}

// splits finds paragraphs that were split or joined and left alone otherwise:
// what one lost or won at an end is a whole paragraph on the other side. Nothing
// was added or removed then, so that both are a matter of order.
func (c *comparer) splits() {
	added, removed := make(map[string][]int), make(map[string][]int)
	for i, p := range c.parts {
		switch {
		case p.Part != news.WhereParagraph:
		case p.Op == news.OpAdd:
			added[Fold(p.After)] = append(added[Fold(p.After)], i)
		case p.Op == news.OpRemove:
			removed[Fold(p.Before)] = append(removed[Fold(p.Before)], i)
		}
	}
	if len(added) == 0 && len(removed) == 0 {
		return
	}
	for i := range c.parts {
		p := &c.parts[i]
		if p.From == nil || p.To == nil || len(p.Words) != 2 {
			continue
		}
		for _, w := range p.Words {
			others := added
			switch w.Op {
			case news.Same:
				continue
			case news.Ins:
				others = removed
			}
			if list := others[Fold(w.Text)]; len(list) > 0 {
				others[Fold(w.Text)] = list[1:]
				p.Classes, c.parts[list[0]].Classes = []news.Class{news.ClassReorder}, []news.Class{news.ClassReorder}
				break
			}
		}
	}
}

// edit ranks the parts and sums them up.
func (c *comparer) edit() news.Edit {
	slices.SortStableFunc(c.parts, func(p, q news.Part) int {
		return cmp.Or(
			cmp.Compare(significance(q.Classes), significance(p.Classes)),
			cmp.Compare(order(p), order(q)),
			cmp.Compare(Rank(p.Classes[0]), Rank(q.Classes[0])),
			cmp.Compare(place(p), place(q)),
		)
	})
	e := news.Edit{Classes: []news.Class{}, Parts: []news.Part{}}
	all := make(classSet)
	for _, p := range c.parts {
		all.add(p.Classes...)
		e.Significance = max(e.Significance, significance(p.Classes))
		if p.Op != news.OpRemove && slices.Contains(p.Classes, news.ClassCorrection) {
			e.Noted = true
		}
		e.Parts = append(e.Parts, p)
	}
	for _, class := range ranking {
		if all[class] {
			e.Classes = append(e.Classes, class)
		}
	}
	return e
}

// order puts the headline before everything else.
func order(p news.Part) int {
	if p.Part == news.WhereHeadline {
		return 0
	}
	return 1
}

// place is where a part stands, in the new text if it does; the standfirst stands
// before the paragraphs.
func place(p news.Part) int {
	switch {
	case p.To != nil:
		return *p.To
	case p.From != nil:
		return *p.From
	}
	return -1
}

// known reports whether a word, in lower case, stands anywhere in the article
// capitalised where only a name is.
func (c *comparer) known(low string) bool {
	c.readArticle()
	return c.names[low]
}

// ordinary reports whether the article has a word in lower case.
func (c *comparer) ordinary(low string) bool {
	c.readArticle()
	return c.lower[low]
}

// readArticle learns names and lower-case words from all that is prose, once.
func (c *comparer) readArticle() {
	if c.names != nil {
		return
	}
	c.names, c.lower = make(map[string]bool), make(map[string]bool)
	for _, t := range []news.Text{c.old, c.new} {
		for _, s := range append([]string{t.Standfirst}, t.Paragraphs...) {
			ws := read(s)
			if titled(ws) {
				continue
			}
			for _, w := range ws {
				switch {
				case w.mark:
				case !capital(w.text):
					c.lower[w.low] = true
				case !w.first:
					c.names[w.low] = true
				}
			}
		}
	}
}

// sample is how many paragraphs are read to guess the language of an article.
const sample = 12

// language guesses the article's language, for a paragraph too short to tell.
func (c *comparer) language() string {
	if !c.langKnown {
		c.langKnown = true
		texts := [][]word{read(c.new.Standfirst)}
		for _, s := range c.new.Paragraphs[:min(sample, len(c.new.Paragraphs))] {
			texts = append(texts, read(s))
		}
		c.lang = language(texts...)
	}
	return c.lang
}

func wordsOf(spans []textdiff.Span) []news.Word {
	ops := [...]news.WordOp{textdiff.Same: news.Same, textdiff.Del: news.Del, textdiff.Ins: news.Ins}
	out := make([]news.Word, len(spans))
	for i, s := range spans {
		out[i] = news.Word{Op: ops[s.Op], Text: s.Text}
	}
	return out
}
