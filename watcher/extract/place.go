package extract

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A place says where on the page an article's text stands: the body's
// container, the element or field of the headline, and the standfirst. It is
// written as one line:
//
//	1 body=div.story-text<article.story<main headline=h1.story-title<header
//
// Each is an address: the element and its nearest ancestors, with the classes
// and id that look as if people had given them. Names with digits are left out:
// they name this article, or this build of the site.
type place struct {
	body, head, stand address
	line              string // as written
	field             string // "og:title" and so on when no element is the headline
}

func (p place) empty() bool { return len(p.body) == 0 }

// An address is a chain of steps from an element outwards.
type address []step

type step struct {
	tag     string
	tokens  []string // classes as .name, id as #name, itemprop as @name
	ordinal int      // only of the first step: how many equal addresses come before it
}

// maxSteps is how far out an address reaches, maxTokens how many names a step keeps.
const (
	maxSteps  = 4
	maxTokens = 6
)

const placeVersion = "1"

func (p *sheet) place(body *html.Node, pin place) string {
	var b strings.Builder
	b.WriteString(placeVersion)
	write := func(key string, a address) {
		if len(a) > 0 {
			b.WriteByte(' ')
			b.WriteString(key)
			b.WriteByte('=')
			a.write(&b)
		}
	}
	write("body", addressOf(p.doc, body))
	if p.headline.node != nil {
		write("headline", addressOf(p.doc, p.headline.node))
	} else if p.headline.field != "" {
		b.WriteString(" headline=" + p.headline.field)
	}
	write("standfirst", p.standAddress(pin))
	return b.String()
}

// standAddress keeps the standfirst's place while an article has none for a time.
func (p *sheet) standAddress(pin place) address {
	if p.body.stand != nil {
		return addressOf(p.doc, p.body.stand)
	}
	return pin.stand
}

func (a address) write(b *strings.Builder) {
	for i, s := range a {
		if i > 0 {
			b.WriteByte('<')
		}
		b.WriteString(s.tag)
		for _, t := range s.tokens {
			b.WriteString(t)
		}
		if s.ordinal > 0 {
			b.WriteString(":" + strconv.Itoa(s.ordinal))
		}
	}
}

// parsePlace reads what place wrote. Anything else is an empty place.
func parsePlace(s string) place {
	var p place
	fields := strings.Fields(s)
	if len(fields) == 0 || fields[0] != placeVersion {
		return p
	}
	p.line = s
	for _, f := range fields[1:] {
		key, value, _ := strings.Cut(f, "=")
		switch key {
		case "body":
			p.body = parseAddress(value)
		case "headline":
			if slices.Contains(headlineFields, value) {
				p.field = value
			} else {
				p.head = parseAddress(value)
			}
		case "standfirst":
			p.stand = parseAddress(value)
		}
	}
	return p
}

func parseAddress(s string) address {
	var a address
	for part := range strings.SplitSeq(s, "<") {
		part, ordinal, _ := strings.Cut(part, ":")
		end := strings.IndexAny(part, ".#@")
		if end < 0 {
			end = len(part)
		}
		st := step{tag: part[:end]}
		if st.tag == "" {
			return nil
		}
		st.ordinal, _ = strconv.Atoi(ordinal)
		for rest := part[end:]; rest != ""; {
			next := strings.IndexAny(rest[1:], ".#@") + 1
			if next == 0 {
				next = len(rest)
			}
			st.tokens = append(st.tokens, rest[:next])
			rest = rest[next:]
		}
		if a = append(a, st); len(a) == maxSteps {
			break
		}
	}
	return a
}

// addressOf returns n's address. The ordinal counts the elements before n that
// match as well as n does.
func addressOf(doc, n *html.Node) address {
	var a address
	for at := n; at != nil && at.Type == html.ElementNode && len(a) < maxSteps; at = at.Parent {
		a = append(a, stepOf(at))
	}
	m := match{of: a}
	m.walk(doc)
	for i, c := range m.candidates {
		if c == n {
			a[0].ordinal = i
		}
	}
	return a
}

// tagOf returns an element's name as a step has it. On a broken page a name may
// hold the marks and spaces an address is written with; all such names are one.
func tagOf(n *html.Node) string {
	if n.DataAtom == 0 && strings.ContainsFunc(n.Data, oddInName) {
		return "-"
	}
	return n.Data
}

func oddInName(r rune) bool {
	return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
}

func stepOf(n *html.Node) step {
	s := step{tag: tagOf(n)}
	for i := range n.Attr {
		switch n.Attr[i].Key {
		case "class":
			for name := range strings.FieldsSeq(n.Attr[i].Val) {
				s.add(".", name)
			}
		case "id":
			s.add("#", n.Attr[i].Val)
		case "itemprop":
			s.add("@", n.Attr[i].Val)
		}
	}
	return s
}

// add keeps what of a name is lasting.
func (s *step) add(kind, name string) {
	if name = stem(name); name != "" && len(s.tokens) < maxTokens && !slices.Contains(s.tokens, kind+name) {
		s.tokens = append(s.tokens, kind+name)
	}
}

// A match looks for an address in a tree.
type match struct {
	of         address
	candidates []*html.Node // those of the best score, in page order
	score      float64
}

// leastLikeness is the score below which an element is not the one meant.
// A step counts as much as the next two; an equal address scores 1.
const leastLikeness = 0.55

func (m *match) walk(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			m.try(c)
			m.walk(c)
		}
	}
}

// try considers an element.
func (m *match) try(n *html.Node) {
	if len(m.of) == 0 || tagOf(n) != m.of[0].tag {
		return
	}
	score, weight, total := 0.0, 1.0, 0.0
	at := n
	for i := range m.of {
		like := 0.0
		if at != nil && at.Type == html.ElementNode {
			like = m.of[i].like(at)
			at = at.Parent
		}
		if i == 0 && like == 0 {
			return
		}
		score += weight * like
		total += weight
		weight /= 2
	}
	score /= total
	switch {
	case score < leastLikeness || score < m.score-1e-9:
	case score > m.score+1e-9:
		m.score = score
		m.candidates = append(m.candidates[:0], n)
	default:
		m.candidates = append(m.candidates, n)
	}
}

// best returns the element meant, nil when there is none.
func (m *match) best() *html.Node {
	if len(m.candidates) == 0 {
		return nil
	}
	return m.candidates[min(m.of[0].ordinal, len(m.candidates)-1)]
}

// like scores how far an element is the step's: its tag, and the share of names
// in common of all names of both. It runs for every element of a tag, so it
// builds nothing.
func (s *step) like(n *html.Node) float64 {
	if tagOf(n) != s.tag {
		return 0
	}
	if n.DataAtom == atom.Body || n.DataAtom == atom.Html {
		return 1 // their classes tell pages apart, not places
	}
	same, other := 0, 0
	for i := range n.Attr {
		v := n.Attr[i].Val
		switch n.Attr[i].Key {
		case "class":
			for start := 0; start < len(v); {
				if v[start] <= ' ' {
					start++
					continue
				}
				end := start + 1
				for end < len(v) && v[end] > ' ' {
					end++
				}
				s.compare('.', v[start:end], &same, &other)
				start = end
			}
		case "id":
			s.compare('#', v, &same, &other)
		case "itemprop":
			s.compare('@', v, &same, &other)
		}
	}
	switch {
	case other == 0 && same >= len(s.tokens):
		return 1
	case len(s.tokens) == 0:
		return 0.5
	case same == 0:
		return 0
	}
	return 0.2 + 0.8*float64(min(same, len(s.tokens)))/float64(len(s.tokens)+other)
}

// compare counts a name as one of the step's or as another.
func (s *step) compare(kind byte, name string, same, other *int) {
	if name = stem(name); name == "" {
		return
	}
	for _, t := range s.tokens {
		if t[0] == kind && t[1:] == name {
			*same++
			return
		}
	}
	if *same+*other < maxTokens {
		*other++
	}
}

// stem returns the part of a name that looks as if it stays from build to build
// and from article to article: letters, hyphens and underscores only. What
// build tools and content systems hang on behind, as in story_5a3f2 and
// post-12345, is cut off. It is empty for any other name.
func stem(name string) string {
	if name == "" || len(name) > 60 {
		return ""
	}
	digits, end := false, -1 // the last separator
	for i := range len(name) {
		switch c := name[i]; {
		case c == '-' || c == '_':
			if digits {
				return ""
			}
			end = i
		case '0' <= c && c <= '9':
			digits = true
		case !letterOrDigit(c):
			return ""
		}
	}
	if !digits {
		return name
	}
	if end < 1 || len(name)-end <= shortestTail {
		return ""
	}
	return strings.TrimRight(name[:end], "-_")
}

// shortestTail is the length of what build tools hang on; shorter numbers are
// sizes, as in col-12.
const shortestTail = 4
