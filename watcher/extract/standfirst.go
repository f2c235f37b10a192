package extract

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// standfirst is the sentence or two under a headline that sum the article up.
type standfirst struct {
	text string
	node *html.Node
}

// longestStandfirst is in bytes; what is longer is the article.
const (
	longestStandfirst  = 700
	shortestStandfirst = 20
)

// standfirst looks for the standfirst: where it is pinned, else between the
// headline and the body's first paragraphs.
func (s *surveyed) standfirst(h headline, container *html.Node) standfirst {
	if n := s.stand.best(); n != nil {
		if t, ok := standfirstText(n, h); ok {
			return standfirst{t, n}
		}
	}
	if h.node == nil {
		return standfirst{}
	}
	looked := 0
	for n := after(h.node); n != nil && looked < 80; n = next(n) {
		if n.Type != html.ElementNode {
			continue
		}
		looked++
		if within(n, container) {
			looked += 4 // the body begins: only its first few elements
		}
		if silent(n.DataAtom) || inSide(n) {
			continue
		}
		if besideHeadline(n, h, container) {
			if t, ok := standfirstText(n, h); ok && len(t) >= leastText && sentence(t) && !furniture(t) && !invitation(t) && noiseName(n) == "" {
				return standfirst{t, n}
			}
		}
		if !standfirstName(n) && n.DataAtom != atom.H2 {
			continue
		}
		if n.DataAtom == atom.H2 && !standfirstName(n) && (within(n, container) || n.Parent != h.node.Parent) {
			continue
		}
		if t, ok := standfirstText(n, h); ok && !opensBody(n) {
			return standfirst{t, n}
		}
	}
	return standfirst{}
}

// besideHeadline reports whether n is a paragraph that stands next to the headline and outside
// of the body.
func besideHeadline(n *html.Node, h headline, container *html.Node) bool {
	if n.DataAtom != atom.P && n.DataAtom != atom.H2 && n.DataAtom != atom.H3 || n.Parent != h.node.Parent || within(n, container) {
		return false
	}
	for s := n.PrevSibling; s != nil; s = s.PrevSibling {
		if s == h.node {
			return true
		}
		if s.Type == html.ElementNode {
			return false
		}
	}
	return false
}

// opensBody reports whether n is the body's first paragraph, set apart by its
// class only: those beside it are prose as well.
func opensBody(n *html.Node) bool {
	if n.DataAtom != atom.P {
		return false
	}
	beside := 0
	for c := n.NextSibling; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.P && len(clean(content(c))) >= 100 {
			if beside++; beside == 2 {
				return true
			}
		}
	}
	return false
}

func standfirstText(n *html.Node, h headline) (string, bool) {
	if h.node != nil && (within(h.node, n) || within(n, h.node)) {
		return "", false
	}
	t := clean(content(n))
	if len(t) < shortestStandfirst || len(t) > longestStandfirst || t == h.text || linkShare(n) > 0.5 || timeExpression(t) || bylineText(t) {
		return "", false
	}
	return t, true
}

func standfirstName(n *html.Node) (is bool) {
	if p := attr(n, "itemprop"); p == "description" || p == "alternativeHeadline" || p == "abstract" {
		return true
	}
	bad := false
	names(n, func(word, prev string) bool {
		switch word {
		case "standfirst", "dek", "deck", "subtitle", "subheadline", "subhead", "subheading", "subtitulo", "sottotitolo",
			"strapline", "strap", "chapo", "entradilla", "bajada", "vorspann", "untertitel", "tagline", "excerpt", "synopsis",
			"description", "summary", "abstract", "copete", "lide", "subline", "sapo":
			is = true
		case "title", "headline", "hed", "heading":
			if prev == "sub" || prev == "secondary" {
				is = true
			}
		case "image", "photo", "caption", "video", "author", "byline", "related", "newsletter", "share", "social", "meta", "nav", "menu", "card", "promo", "teaser":
			bad = true
		}
		return !bad
	})
	return is && !bad
}

// inSide reports whether n stands in what surrounds an article.
func inSide(n *html.Node) bool {
	for at := n; at != nil; at = at.Parent {
		switch at.DataAtom {
		case atom.Nav, atom.Aside, atom.Footer, atom.Form, atom.Figure, atom.Dialog:
			return true
		}
	}
	return false
}
