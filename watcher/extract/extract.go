package extract

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/editwatch/editwatch/internal/news"
)

// Extractor names the rules of this package and their version. It changes
// whenever the same page could give another text.
const Extractor = "page/2"

// maxElements bounds what the full extractor looks at. The largest real news
// pages have some 15,000 elements.
const maxElements = 200_000

// Options say what is known about a page besides its bytes.
type Options struct {
	// URL is the page's address after redirects. It may be empty; then
	// Canonical is only taken when absolute.
	URL string
	// ContentType is the Content-Type header, for its charset. It may be empty.
	ContentType string
	// Place is the Place of the article's last reading, empty for the first.
	Place string
	// Last is the text of the last version. With it a pinned place whose text
	// has little in common is not believed. It may be empty.
	Last news.Text
}

// A Reading is what an article's page says.
type Reading struct {
	Text       news.Text // canonical
	ShareTitle string    // the title for sharing and search: og:title, else <title>
	Byline     string
	Source     string    // the publication's [news.Name]
	Published  time.Time // UTC; zero when the page does not say
	Modified   time.Time // UTC; zero when the page does not say
	Language   string    // BCP 47 as the page states it, empty when it does not
	Kind       string    // schema.org type: NewsArticle, LiveBlogPosting …; empty when unknown
	Canonical  string    // absolute rel=canonical of the same site, empty otherwise

	// Place is where the text stood, for [Options].
	Place string
	// Moved reports that the pinned place was gone, or its text had little in
	// common with the last version, and the text was found elsewhere.
	Moved bool
	// Extractor is [Extractor].
	Extractor string
}

// Read reads an article's page. The error is a [*Refusal] when the page is no
// article; there is no other kind. Time and memory are linear in len(page),
// which the caller caps.
func Read(page []byte, opts Options) (Reading, error) {
	if len(strings.TrimSpace(string(page[:min(len(page), 512)]))) == 0 && len(page) < 512 {
		return Reading{}, &Refusal{Reason: EmptyPage}
	}
	text := decode(page, opts.ContentType)
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		// The only error html.Parse has for a string is nesting beyond its limit.
		return Reading{}, &Refusal{Reason: NoArticle}
	}
	base, _ := url.Parse(opts.URL)
	pin := parsePlace(opts.Place)
	s := survey(doc, pin)
	r := s.reading(base)
	p := &sheet{doc: doc, survey: s, reading: &r, last: opts.Last, base: base}
	p.read(pin)
	if slices.Equal(r.Text.Paragraphs, opts.Last.Paragraphs) && len(r.Text.Paragraphs) > 0 {
		return r, nil
	}
	if cutShort(text) {
		return Reading{}, &Refusal{CutPage}
	}
	if p.familiar() {
		return r, nil
	}
	if refusal := p.judge(); refusal != nil {
		return Reading{}, refusal
	}
	return r, nil
}

// A sheet is one page being read.
type sheet struct {
	doc      *html.Node
	survey   *surveyed
	reading  *Reading
	last     news.Text
	base     *url.URL
	headline headline
	body     collected
}

// read fills in the text: from the pinned place if it is there and holds the
// article that was read last, else from where the full extractor finds it.
func (p *sheet) read(pin place) {
	p.headline = p.survey.headline(pin)
	if p.reading.Byline == "" {
		p.reading.Byline = p.survey.byline(p.headline)
	}
	pinned := p.survey.bodyAt(pin)
	if pinned != nil {
		p.take(pinned)
		if len(p.body.paragraphs) > 0 && inCommon(p.last, p.reading.Text) {
			p.reading.Place = p.keep(pinned, pin)
			return
		}
	}
	found := find(p.doc, p.base)
	if found == nil || found == pinned {
		if pinned != nil {
			p.reading.Place = p.place(pinned, pin)
		}
		return
	}
	there, text := p.body, p.reading.Text
	found = p.nearest(found)
	if pinned != nil && len(there.paragraphs) > 0 && !inCommon(p.last, p.reading.Text) {
		// Neither place has the last text: it was rewritten where it stood.
		p.body, p.reading.Text = there, text
		p.reading.Place = p.place(pinned, pin)
		return
	}
	p.reading.Moved = !pin.empty()
	p.reading.Place = p.place(found, place{})
}

// nearest takes the text of the element around or in found that agrees best with
// the last version, and returns it. The full extractor goes one element further
// out or in on pages that differ by little.
func (p *sheet) nearest(found *html.Node) *html.Node {
	p.take(found)
	if len(p.last.Paragraphs) == 0 || !inCommon(p.last, p.reading.Text) {
		return found
	}
	best, most := found, p.agreement()
	consider := func(n *html.Node) {
		if n == nil || n.Type != html.ElementNode || n.DataAtom == atom.Body || n.DataAtom == atom.P {
			return
		}
		p.take(n)
		if a := p.agreement(); a > most {
			best, most = n, a
		}
	}
	for n, far := found.Parent, 0; n != nil && far < 3; n, far = n.Parent, far+1 {
		consider(n)
	}
	for n, deep := heaviest(found), 0; n != nil && deep < 3; n, deep = heaviest(n), deep+1 {
		consider(n)
	}
	p.take(best)
	return best
}

// agreement is how many bytes of the reading's paragraphs stand in the last
// version, less those that do not.
func (p *sheet) agreement() int {
	have := make(map[string]bool, len(p.last.Paragraphs))
	for _, para := range p.last.Paragraphs {
		have[para] = true
	}
	n := 0
	for _, para := range p.reading.Text.Paragraphs {
		if have[para] {
			n += len(para)
		} else {
			n -= len(para)
		}
	}
	return n
}

// heaviest returns the child element with the most text, nil when there is none.
func heaviest(n *html.Node) (child *html.Node) {
	most := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode || silent(c.DataAtom) {
			continue
		}
		if l := len(content(c)); l > most {
			child, most = c, l
		}
	}
	return child
}

// keep returns the place of a text that was found where it was pinned: the same
// one while everything is exactly there, so that it does not drift.
func (p *sheet) keep(body *html.Node, pin place) string {
	s := p.survey
	if s.body.score > 0.999 && (pin.field != "" && pin.field == p.headline.field || p.headline.node != nil && s.head.best() == p.headline.node) &&
		(p.body.stand == nil || s.stand.best() == p.body.stand) {
		return pin.line
	}
	return p.place(body, pin)
}

// take reads the text of a container.
func (p *sheet) take(container *html.Node) {
	stand := p.survey.standfirst(p.headline, container)
	p.body = collect(container, p.headline, stand, p.reading.Byline)
	p.reading.Text = news.Text{
		Headline:   p.headline.text,
		Standfirst: stand.text,
		Paragraphs: p.body.paragraphs,
	}
}

// familiar reports whether most of the last version's paragraphs are there
// again: then the page is the article, and no wall.
func (p *sheet) familiar() bool {
	now, last := p.reading.Text.Paragraphs, p.last.Paragraphs
	if len(last) == 0 || len(now) == 0 {
		return false
	}
	have := make(map[string]bool, len(last))
	for _, para := range last {
		have[para] = true
	}
	same, all := 0, 0
	for _, para := range last {
		all += len(para)
	}
	for _, para := range now {
		if have[para] {
			same += len(para)
		}
	}
	return same*10 >= all*7
}

// inCommon reports whether two readings can be of the same article: a quarter
// of the shorter one's words in runs of three are in the other too.
// Nothing known of the last reading speaks for it.
func inCommon(last, now news.Text) bool {
	if len(last.Paragraphs) == 0 {
		return true
	}
	if slices.Equal(last.Paragraphs, now.Paragraphs) {
		return true
	}
	have := make(map[string]bool, len(last.Paragraphs))
	for _, para := range last.Paragraphs {
		have[para] = true
	}
	same := 0
	for _, para := range now.Paragraphs {
		if have[para] {
			same++
		}
	}
	if same*2 >= min(len(last.Paragraphs), len(now.Paragraphs)) {
		return true
	}
	a, b := runs(last.Paragraphs), runs(now.Paragraphs)
	if len(a) > len(b) {
		a, b = b, a
	}
	shared := 0
	for run := range a {
		if b[run] {
			shared++
		}
	}
	return shared*4 >= len(a)
}

// runs returns the set of runs of three words.
func runs(paragraphs []string) map[string]bool {
	set := make(map[string]bool)
	for _, para := range paragraphs {
		words := strings.Fields(para)
		for i := range words {
			set[strings.Join(words[i:min(i+3, len(words))], " ")] = true
		}
	}
	return set
}
