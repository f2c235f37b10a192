package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A headline is the title a reader sees over the article.
type headline struct {
	text  string
	node  *html.Node // the element it stands in, nil when it comes from a field
	field string     // the field otherwise
}

// headlineFields stand in for a headline when no element shows one.
var headlineFields = []string{"og:title", "ld:headline", "twitter:title", "title"}

// longestHeadline and shortestHeadline bound a headline, in runes.
const (
	longestHeadline  = 300
	shortestHeadline = 2
)

// headline returns the page's headline: the pinned element or field while it
// is there, so that a change of field is never an edit.
func (s *surveyed) headline(pin place) headline {
	if pin.field != "" {
		if t := s.field(pin.field); t != "" {
			return headline{text: t, field: pin.field}
		}
	}
	if n := s.head.best(); n != nil {
		if t := headlineText(n, s.titles()); t != "" {
			return headline{text: t, node: n}
		}
	}
	titles := s.titles()
	best, bestScore := headline{}, 0.0
	for i, n := range s.headings {
		t := headlineText(n, titles)
		if t == "" || s.isSiteName(t) {
			continue
		}
		score := s.headlineScore(n, t, titles) - 0.001*float64(i)
		if score > bestScore {
			best, bestScore = headline{text: t, node: n}, score
		}
	}
	if best.node != nil {
		return best
	}
	for _, f := range headlineFields {
		if t := s.field(f); t != "" {
			return headline{text: t, field: f}
		}
	}
	return headline{}
}

// headlineScore says how well a heading serves as the headline; 0 is not at all.
// An h1 may be alone in saying so; an h2 needs a title that says the same.
func (s *surveyed) headlineScore(n *html.Node, t string, titles []string) float64 {
	like := 0.0
	for _, title := range titles {
		like = max(like, likeness(t, title))
		if rest, ok := strings.CutPrefix(title, t); ok && len(rest) > 2 && rest[0] == ' ' && strings.ContainsAny(rest[:min(len(rest), 4)], "|-–—·•:»") {
			like = max(like, 0.9) // the title with the publication's name behind it
		}
	}
	score := like
	if n.DataAtom == atom.H1 {
		score += 0.5
		if strings.Contains(attr(n, "itemprop"), "headline") {
			score += 0.2
		}
		if headlineName(n) {
			score += 0.1
		}
	} else if like < 0.75 {
		return 0
	}
	for at := n.Parent; at != nil && at.Type == html.ElementNode; at = at.Parent {
		switch at.DataAtom {
		case atom.Nav, atom.Aside, atom.Footer, atom.Form, atom.Dialog:
			score -= 0.4
		case atom.Article, atom.Main:
			score += 0.05
		}
	}
	if len(titles) > 0 && like < 0.15 {
		score -= 0.3
	}
	return score
}

func headlineName(n *html.Node) (is bool) {
	names(n, func(word, _ string) bool {
		switch word {
		case "headline", "title", "hed", "heading", "titulo", "titre", "titel", "titolo":
			is = true
		}
		return !is
	})
	return is
}

// headlineText returns the text of a headline's element without a kicker: a
// first child, marked as such or told apart by the page's own titles, that
// names the section ("College Sports |").
func headlineText(n *html.Node, titles []string) string {
	t := clean(content(n))
	if c := firstElement(n); c != nil && c.NextSibling != nil {
		lead := clean(content(c))
		rest := strings.TrimLeft(strings.TrimPrefix(t, lead), " |:•·–—/")
		if lead != "" && rest != "" && len(rest) < len(t) && utf8.RuneCountInString(lead) <= 40 && (kicker(c) || oneOf(rest, titles)) {
			t = rest
		}
	}
	if n := utf8.RuneCountInString(t); n < shortestHeadline || n > longestHeadline {
		return ""
	}
	return t
}

// firstElement returns the first child if it is an element with text.
func firstElement(n *html.Node) *html.Node {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.Type {
		case html.ElementNode:
			if silent(c.DataAtom) || unseen(c) {
				continue
			}
			return c
		case html.TextNode:
			if strings.TrimSpace(c.Data) != "" {
				return nil
			}
		}
	}
	return nil
}

func kicker(n *html.Node) (is bool) {
	names(n, func(word, _ string) bool {
		switch word {
		case "kicker", "eyebrow", "label", "section", "category", "overline", "flag", "topic", "prefix", "rubric", "dachzeile", "antetitulo", "surtitre", "occhiello":
			is = true
		}
		return !is
	})
	return is
}

func oneOf(t string, titles []string) bool {
	for _, title := range titles {
		if strings.EqualFold(t, title) {
			return true
		}
	}
	return false
}

// titles are the forms of the title the page gives elsewhere. They show which
// heading is the headline.
func (s *surveyed) titles() []string {
	if s.titled {
		return s.titleForms
	}
	s.titled = true
	for _, f := range headlineFields {
		if t := s.field(f); t != "" {
			s.titleForms = append(s.titleForms, t)
		}
	}
	return s.titleForms
}

// field returns a headline field without the publication's name at its end.
func (s *surveyed) field(name string) string {
	var t string
	switch name {
	case "title":
		t = clean(s.title)
	case "ld:headline":
		t = s.linked.headline
	default:
		t = clean(s.meta[name])
	}
	return s.withoutSite(t)
}

// withoutSite cuts what follows the last separator if it is short beside what
// stands before it, or names the site.
func (s *surveyed) withoutSite(t string) string {
	for _, sep := range []string{" | ", " - ", " – ", " — ", " :: ", " » ", " • ", " · "} {
		i := strings.LastIndex(t, sep)
		if i < 0 {
			continue
		}
		head, tail := strings.TrimSpace(t[:i]), strings.TrimSpace(t[i+len(sep):])
		words, before := len(strings.Fields(tail)), len(strings.Fields(head))
		if s.isSiteName(tail) || sep == " | " && words <= 5 && before > words || words <= 4 && before >= 2*words && before > 3 && s.meta["og:site_name"] == "" {
			return head
		}
		if name := s.meta["og:site_name"]; name != "" && strings.Contains(strings.ToLower(tail), strings.ToLower(name)) {
			return head
		}
	}
	return t
}

// isSiteName reports whether t names the publication rather than an article.
func (s *surveyed) isSiteName(t string) bool {
	for _, name := range []string{s.meta["og:site_name"], s.meta["application-name"], s.linked.publisher} {
		if name = strings.TrimSpace(name); name != "" && strings.EqualFold(t, name) {
			return true
		}
	}
	return false
}

// likeness is the share of words two titles have in common, of the words of the longer.
func likeness(a, b string) float64 {
	x, y := titleWords(a), titleWords(b)
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	have := make(map[string]int, len(x))
	for _, w := range x {
		have[w]++
	}
	same := 0
	for _, w := range y {
		if have[w] > 0 {
			have[w]--
			same++
		}
	}
	return float64(same) / float64(max(len(x), len(y)))
}

func titleWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// next and after walk the tree in page order: into n, and past it.
func next(n *html.Node) *html.Node {
	if n.FirstChild != nil {
		return n.FirstChild
	}
	return after(n)
}

func after(n *html.Node) *html.Node {
	for ; n != nil; n = n.Parent {
		if n.NextSibling != nil {
			return n.NextSibling
		}
	}
	return nil
}

// linkShare is the share of n's text that is links.
func linkShare(n *html.Node) float64 {
	total, linked := 0, 0
	var walk func(n *html.Node, in bool)
	walk = func(n *html.Node, in bool) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch c.Type {
			case html.TextNode:
				l := len(strings.TrimSpace(c.Data))
				total += l
				if in {
					linked += l
				}
			case html.ElementNode:
				if !silent(c.DataAtom) {
					walk(c, in || c.DataAtom == atom.A)
				}
			}
		}
	}
	walk(n, n.DataAtom == atom.A)
	if total == 0 {
		return 0
	}
	return float64(linked) / float64(total)
}
