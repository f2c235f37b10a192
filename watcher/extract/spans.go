package extract

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// largeShare is the share of a container's prose beyond which elements named
// alike are the article all the same: site builders name things oddly.
const largeShare = 0.4

// hiddenShare is the same for hidden elements: only a page that hides nearly
// all, to show it by script, means it to be read.
const hiddenShare = 0.75

// span is a run of paragraphs that one element gave and that may be no prose.
type span struct {
	from, to int
	sure     bool   // whatever its size
	box      bool   // a division
	name     string // what marks it as no prose; empty when only its links can
}

// consider notes an element whose paragraphs may be no prose.
func (c *collector) consider(n *html.Node, from int) {
	s := span{from: from, to: len(c.paras)}
	switch n.DataAtom {
	case atom.Nav, atom.Figcaption:
		s.sure = true
	case atom.Aside, atom.Footer, atom.Form, atom.Address, atom.Figure:
		s.name = "<" + n.Data
	default:
		s.name = noiseName(n)
		s.sure = s.name == consentName
	}
	if s.name == "" && !s.sure {
		switch n.DataAtom {
		case atom.Ul, atom.Ol, atom.Dl, atom.Menu, atom.Section, atom.Div, atom.Table, atom.Details:
		default:
			return
		}
	}
	s.box = n.DataAtom == atom.Div || n.DataAtom == atom.Section || n.DataAtom == atom.Aside
	c.spans = append(c.spans, s)
}

// dropSpans leaves out the elements that were noted. Those of one name are
// judged together: a gallery's captions are noise in a report, and the text of
// an article that is a gallery.
func (c *collector) dropSpans(total int) {
	prose := make(map[string]int)
	counted := make(map[string]int) // paragraphs before this one are counted
	for k := len(c.spans) - 1; k >= 0; k-- {
		s := &c.spans[k]
		if s.name == "" {
			continue
		}
		// Spans come innermost first: from the back, an outer one counts for its inner ones.
		to := s.to
		if before, ok := counted[s.name]; ok {
			to = min(to, before)
		}
		for i := s.from; i < to; i++ {
			if p := &c.paras[i]; p.prose() {
				prose[s.name] += len(p.text)
			}
		}
		counted[s.name] = min(s.from, to)
	}
	for _, s := range c.spans {
		limit := largeShare
		if s.name == hiddenName {
			limit = hiddenShare
		} else if s.name == letterName {
			limit = letterShare
		}
		drop := s.sure || s.name != "" && float64(prose[s.name]) <= limit*float64(total)
		if s.name == "" && !s.sure {
			drop = c.linky(s)
		}
		if drop {
			for i := s.from; i < s.to; i++ {
				c.paras[i].out = true
			}
		}
	}
}

// linky reports whether a run of paragraphs is mostly links.
func (c *collector) linky(s span) bool {
	all, linked, links := 0, 0, 0
	for i := s.from; i < s.to; i++ {
		p := &c.paras[i]
		if p.out {
			continue // an element inside that was left out by itself
		}
		all += len(p.text)
		linked += p.linked
		links += p.links
	}
	return links >= 2 && linked*2 >= all
}
