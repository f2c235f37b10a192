package extract

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/editwatch/editwatch/internal/news"
)

// surveyed is what one walk over the whole tree finds.
type surveyed struct {
	root      *html.Node // <html>
	title     string     // <title>
	canonical string     // rel=canonical as written
	meta      map[string]string
	ld        []string     // JSON-LD scripts
	headings  []*html.Node // h1, and h2 where there is room, in page order
	refresh   bool         // it has a <meta http-equiv=refresh> with an address
	dated     string       // datetime of the first <time> that has one

	linked linkedData

	body, head, stand match // of the pinned place
	titled            bool
	titleForms        []string
}

// maxHeadings bounds how many headings are looked at.
const maxHeadings = 60

// survey walks the tree once.
func survey(doc *html.Node, pin place) *surveyed {
	s := &surveyed{meta: make(map[string]string)}
	s.body.of, s.head.of, s.stand.of = pin.body, pin.head, pin.stand
	s.walk(doc)
	s.linked = readLinkedData(s.ld)
	return s
}

// passedOver reports whether the survey does not look inside an element: no
// place in there can be found again. On a broken page a title may have
// swallowed the article.
func passedOver(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Title, atom.Meta, atom.Link, atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Iframe:
		return true
	}
	return false
}

func (s *surveyed) walk(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		switch c.DataAtom {
		case atom.Html:
			if s.root == nil {
				s.root = c
			}
		case atom.Title:
			if s.title == "" && n.DataAtom == atom.Head && c.FirstChild != nil {
				s.title = c.FirstChild.Data
			}
			continue
		case atom.Meta:
			s.addMeta(c)
			continue
		case atom.Link:
			if s.canonical == "" && strings.EqualFold(attr(c, "rel"), "canonical") {
				s.canonical = attr(c, "href")
			}
			continue
		case atom.Script:
			if c.FirstChild != nil && strings.HasPrefix(strings.ToLower(strings.TrimSpace(attr(c, "type"))), "application/ld+json") {
				s.ld = append(s.ld, c.FirstChild.Data)
			}
			continue
		case atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Iframe:
			continue
		case atom.H1, atom.H2:
			if len(s.headings) < maxHeadings {
				s.headings = append(s.headings, c)
			}
		case atom.Time:
			if s.dated == "" {
				s.dated = attr(c, "datetime")
			}
		}
		s.body.try(c)
		s.head.try(c)
		s.stand.try(c)
		s.walk(c)
	}
}

// addMeta keeps the first content of each name or property.
func (s *surveyed) addMeta(n *html.Node) {
	var key, value string
	if strings.EqualFold(attr(n, "http-equiv"), "refresh") {
		s.refresh = s.refresh || strings.Contains(strings.ToLower(attr(n, "content")), "url")
		return
	}
	for i := range n.Attr {
		switch n.Attr[i].Key {
		case "name", "property", "itemprop":
			if key == "" {
				key = strings.ToLower(strings.TrimSpace(n.Attr[i].Val))
			}
		case "content":
			value = n.Attr[i].Val
		}
	}
	if key != "" && value != "" && s.meta[key] == "" {
		s.meta[key] = value
	}
}

// bodyAt returns the element the pinned body stands in, nil when it is gone.
func (s *surveyed) bodyAt(pin place) *html.Node {
	if len(pin.body) == 0 {
		return nil
	}
	return s.body.best()
}

// byline returns the names shown under the headline, when the page's data does
// not give them.
func (s *surveyed) byline(h headline) string {
	if h.node == nil {
		return ""
	}
	looked := 0
	for n := after(h.node); n != nil && looked < 60; n = next(n) {
		if n.Type != html.ElementNode {
			continue
		}
		looked++
		if !bylineName(n) || inSide(n) {
			continue
		}
		t := clean(content(n))
		for _, start := range bylineStarts {
			if len(t) > len(start) && strings.EqualFold(t[:len(start)], start) {
				t = t[len(start):]
				break
			}
		}
		if t != "" && len(t) <= 100 && !timeExpression(t) {
			return t
		}
	}
	return ""
}

func bylineName(n *html.Node) (is bool) {
	if attr(n, "rel") == "author" || attr(n, "itemprop") == "author" {
		return true
	}
	names(n, func(word, _ string) bool {
		is = word == "byline" || word == "author" || word == "authors"
		return !is
	})
	return is
}

// first returns the first value that is not blank, canonical.
func (s *surveyed) first(keys ...string) string {
	for _, k := range keys {
		if v := clean(s.meta[k]); v != "" {
			return v
		}
	}
	return ""
}

// reading returns what the page says about itself.
func (s *surveyed) reading(base *url.URL) Reading {
	r := Reading{
		ShareTitle: s.first("og:title", "twitter:title"),
		Byline:     s.linked.author,
		Source:     s.first("og:site_name"),
		Kind:       s.linked.kind,
		Extractor:  Extractor,
	}
	if r.ShareTitle == "" {
		r.ShareTitle = clean(s.title)
	}
	if r.Byline == "" {
		r.Byline = s.first("author", "article:author", "dc.creator", "parsely-author", "sailthru.author", "byl")
		if strings.Contains(r.Byline, "://") {
			r.Byline = ""
		}
	}
	if r.Source == "" {
		r.Source = s.linked.publisher
	}
	if r.Source == "" {
		r.Source = s.first("application-name", "publisher", "dc.publisher")
	}
	r.Source = news.Name(r.Source)
	r.Published = firstTime(s.meta["article:published_time"], s.linked.published, s.meta["datepublished"],
		s.meta["og:article:published_time"], s.meta["parsely-pub-date"], s.meta["dc.date.issued"], s.meta["dc.date"],
		s.meta["date"], s.meta["pubdate"], s.meta["sailthru.date"], s.meta["publishdate"], s.dated)
	r.Modified = firstTime(s.meta["article:modified_time"], s.linked.modified, s.meta["datemodified"],
		s.meta["og:updated_time"], s.meta["dc.date.modified"], s.meta["last-modified"])
	if s.root != nil {
		r.Language = strings.ReplaceAll(strings.TrimSpace(attr(s.root, "lang")), "_", "-")
	}
	if r.Language == "" {
		r.Language = strings.ReplaceAll(s.first("og:locale", "content-language", "language"), "_", "-")
	}
	if len(r.Language) > 35 { // the longest registered tags are shorter
		r.Language = ""
	}
	r.Canonical = sameSite(s.canonical, base)
	return r
}

// sameSite resolves a rel=canonical address. One that names another site says
// who wrote the text first, not where this page is.
func sameSite(href string, base *url.URL) string {
	u, err := url.Parse(strings.TrimSpace(href))
	if err != nil || href == "" {
		return ""
	}
	if base != nil && base.Host != "" {
		u = base.ResolveReference(u)
		if site(u.Hostname()) != site(base.Hostname()) {
			return ""
		}
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	u.Fragment = ""
	return u.String()
}

// site returns a host without the first label that names a form of the site.
func site(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, prefix := range []string{"www.", "m.", "mobile.", "amp."} {
		if rest, ok := strings.CutPrefix(host, prefix); ok && strings.Contains(rest, ".") {
			return rest
		}
	}
	return host
}

// clean returns the canonical form of text from an attribute or a script.
func clean(s string) string { return news.Canonical(unescape(s)) }
