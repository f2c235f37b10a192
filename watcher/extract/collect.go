package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/editwatch/editwatch/internal/news"
)

// collected is the text of a container, paragraph by paragraph.
type collected struct {
	paragraphs []string
	prose      int // bytes of paragraphs that read as sentences
	stand      *html.Node

	// What was left out, for telling articles from lists and walls.
	linkedHeadings int
	linkedKept     int      // of them, those that are part of the text
	dropped        []string // short blocks left out: controls, notices
}

// para is one block on its way to a paragraph.
type para struct {
	text    string
	linked  int // bytes in links
	control int // bytes in buttons, labels, times
	links   int
	tag     atom.Atom // of the block it stood in
	code    bool      // some of it shows code, where entities mean themselves
	out     bool      // left out
}

// prose reports whether a paragraph reads as a sentence rather than a label.
func (p *para) prose() bool {
	return len(p.text) >= 60 && p.linked*2 < len(p.text) && p.control*2 < len(p.text)
}

// linkedHeading reports whether a paragraph is a heading that leads to another
// page, as those of a list of articles do.
func (p *para) linkedHeading() bool {
	return heading(p.tag) > 1 && p.linked*10 >= len(p.text)*8
}

// collector walks a container.
type collector struct {
	paras []para
	spans []span
	b     strings.Builder
	cur   para
	brs   int // line breaks since the last text
	skip  map[*html.Node]bool
	code  int
	ctrl  int
	link  int

	head   *html.Node // the headline's element
	above  int        // paragraphs that stand above it
	end    int        // from here on at most two sentences follow
	byline string     // as the page gives it

	mail             bool // a field for an address was seen, and its box not yet
	formFrom, formTo int  // the paragraphs of the last form
}

// collect reads a container's paragraphs. The headline and the standfirst are
// parts of their own, wherever they stand.
func collect(container *html.Node, h headline, st standfirst, byline string) collected {
	c := &collector{skip: map[*html.Node]bool{}, head: h.node, byline: byline}
	if h.node != nil {
		c.skip[h.node] = true
	}
	if st.node != nil {
		c.skip[st.node] = true
	}
	c.children(container, container.DataAtom)
	c.flush(container.DataAtom)
	return c.finish(h, st)
}

func (c *collector) children(n *html.Node, tag atom.Atom) {
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		switch k.Type {
		case html.TextNode:
			c.text(k.Data)
		case html.ElementNode:
			c.element(k, tag)
		}
	}
}

func (c *collector) text(s string) {
	blank := true
	for i := 0; i < len(s); i++ {
		if s[i] > ' ' {
			blank = false
			break
		}
	}
	if blank {
		if c.b.Len() > 0 && s != "" {
			c.b.WriteByte(' ')
		}
		return
	}
	c.brs = 0
	c.b.WriteString(s)
	c.cur.code = c.cur.code || c.code > 0
	if c.link > 0 {
		c.cur.linked += len(strings.TrimSpace(s))
	} else if c.ctrl > 0 {
		c.cur.control += len(strings.TrimSpace(s))
	}
}

func (c *collector) element(n *html.Node, tag atom.Atom) {
	if c.skip[n] {
		c.flush(tag)
		if n == c.head {
			c.above = len(c.paras)
		}
		return
	}
	if silent(n.DataAtom) || n.Data == "annotation" || n.Data == "annotation-xml" { // a formula's source
		return
	}
	hidden := unseen(n)
	if hidden && !block(n.DataAtom) {
		return
	}
	switch n.DataAtom {
	case atom.Br:
		c.brs++
		if c.brs >= 2 {
			c.flush(tag)
		} else if c.b.Len() > 0 {
			c.b.WriteByte('\n')
		}
		return
	case atom.A:
		c.link++
		c.cur.links++
		c.inline(n, tag)
		c.link--
		return
	case atom.Button, atom.Label, atom.Time:
		c.ctrl++
		c.inline(n, tag)
		c.ctrl--
		return
	case atom.Input:
		c.mail = c.mail || mailField(n)
		return
	case atom.Img, atom.Picture, atom.Source, atom.Link, atom.Meta:
		return
	case atom.Pre, atom.Code:
		c.code++
		defer func() { c.code-- }()
	case atom.Td, atom.Th:
		// A row is a paragraph; its cells are told apart.
		if c.b.Len() > 0 {
			c.b.WriteByte('\t')
		}
	}
	if !block(n.DataAtom) {
		c.inline(n, tag)
		return
	}
	c.flush(tag)
	from := len(c.paras)
	c.children(n, n.DataAtom)
	c.flush(n.DataAtom)
	if n.DataAtom == atom.Form {
		c.formFrom, c.formTo = from, len(c.paras)
	}
	if len(c.paras) > from {
		if c.mail {
			c.letter(n, from)
		}
		if hidden {
			c.spans = append(c.spans, span{from: from, to: len(c.paras), name: hiddenName})
			return
		}
		c.consider(n, from)
	}
}

// inline reads an element inside a paragraph. One that holds blocks, or is
// named as no prose and stands alone, is judged as a block.
func (c *collector) inline(n *html.Node, tag atom.Atom) {
	from, empty := len(c.paras), c.b.Len() == 0
	c.children(n, tag)
	if empty && len(c.paras) > from {
		c.flush(tag)
		c.consider(n, from)
	}
}

// flush ends the paragraph being read.
func (c *collector) flush(tag atom.Atom) {
	c.brs = 0
	if c.b.Len() == 0 {
		c.cur = para{}
		return
	}
	raw := c.b.String()
	c.b.Reset()
	p := c.cur
	c.cur = para{}
	if !p.code {
		raw = unescape(raw)
	}
	p.text = news.Canonical(raw)
	p.tag = tag
	if p.text == "" {
		return
	}
	c.paras = append(c.paras, p)
}

// finish decides what stays.
func (c *collector) finish(h headline, st standfirst) collected {
	var out collected
	total := 0
	for i := range c.paras {
		p := &c.paras[i]
		if p.prose() {
			total += len(p.text)
		}
		if p.linkedHeading() {
			out.linkedHeadings++
		}
	}
	c.dropSpans(total)
	c.boxes(total)
	c.end = c.ending()
	first := true
	for i := range c.paras {
		p := &c.paras[i]
		if p.out {
			continue
		}
		if p.text == h.text && first || p.text == st.text || c.noise(p, i, first) {
			p.out = true
			continue
		}
		if p.prose() {
			first = false
		}
	}
	c.headings()
	last := ""
	for i := range c.paras {
		p := &c.paras[i]
		if p.out {
			if len(p.text) <= 200 && len(out.dropped) < 200 {
				out.dropped = append(out.dropped, p.text)
			}
			continue
		}
		if p.text == last {
			continue
		}
		last = p.text
		if p.linkedHeading() {
			out.linkedKept++
		}
		out.paragraphs = append(out.paragraphs, p.text)
		if p.prose() {
			out.prose += len(p.text)
		}
	}
	out.stand = st.node
	return out
}

// longestKicker is in bytes. What stands above the headline in the article's own
// element and is no sentence names its section or kind.
const longestKicker = 60

// ending returns the first paragraph behind which at most two stand that read as
// sentences. What else is between or behind them makes no difference, because it
// comes and goes.
func (c *collector) ending() int {
	after := 0
	for i := len(c.paras) - 1; i >= 0; i-- {
		if p := &c.paras[i]; !p.out && p.prose() {
			if after++; after > 2 {
				return i
			}
		}
	}
	return 0
}

// headings leaves out the headings at the end: nothing stands under them any
// more. Elsewhere a heading without text stays, so that what is put under it and
// left out again makes no difference.
func (c *collector) headings() {
	for i := len(c.paras) - 1; i >= 0; i-- {
		p := &c.paras[i]
		if p.out {
			continue
		}
		if heading(p.tag) == 0 {
			return
		}
		p.out = true
	}
}

// noise reports whether a block by itself is no part of the article's text.
func (c *collector) noise(p *para, i int, before bool) bool {
	t := p.text
	if i < c.above && len(t) <= longestKicker && !sentence(t) {
		return true
	}
	if heading(p.tag) > 0 {
		return furniture(t) || counter(t) || invitation(t)
	}
	if p.control > 0 && p.control*10 >= len(t)*8 {
		return true
	}
	if p.linked*10 >= len(t)*9 && (p.links > 1 || !sentence(t)) {
		return true
	}
	if !wordful(t) {
		return true
	}
	if p.tag == atom.Tr || p.tag == atom.Td || p.tag == atom.Th {
		return false // a row of numbers is a row of numbers
	}
	edge := before || i >= c.end
	return timeExpression(t) || (bylineText(t) || isByline(t, c.byline)) && edge || isRow(t, c.byline, before) || counter(t) ||
		furniture(t) || invitation(t) || caption(t) || scriptText(t)
}

// sentence reports whether t ends as a sentence does.
func sentence(t string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(t, `"'”’»)]`))
	return strings.ContainsRune(".!?…。！？؟।", r)
}

// wordful reports whether t has a letter or digit.
func wordful(t string) bool {
	return strings.IndexFunc(t, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0
}
