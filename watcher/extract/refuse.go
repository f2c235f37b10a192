package extract

import (
	"strings"

	"golang.org/x/net/html"
)

// A Refusal is the error of a page that is no article: it is never a version.
type Refusal struct {
	Reason Reason
}

// Error says "the page is " and the reason.
func (r *Refusal) Error() string { return "the page is " + string(r.Reason) }

// Reason says what a refused page is, in words for people: "the answer was …".
type Reason string

const (
	EmptyPage   Reason = "an empty page"
	CutPage     Reason = "a page cut short"
	ErrorPage   Reason = "an error page"
	ConsentWall Reason = "a consent wall"
	Paywall     Reason = "a paywall"
	LoginPage   Reason = "a login page"
	BotCheck    Reason = "a bot check"
	NeedsScript Reason = "a page that needs JavaScript"
	Redirects   Reason = "a page that sends readers elsewhere"
	Listing     Reason = "a list of articles" // a front or section page: a thing to look for feeds on
	AnotherPage Reason = "another page, with nothing of the article on it"
	NoArticle   Reason = "no readable article"
)

// Lengths of prose in bytes. Walls are short; what is longer is an article
// whatever words it uses.
const (
	leastText   = 40   // below it there is nothing to compare
	shortText   = 500  // beyond it a page is no error or login page
	stubText    = 1500 // beyond it a page is no paywall's stub
	consentText = 6000 // beyond it a page is no consent wall: they list purposes and partners
)

// judge refuses a page that is no article. Vocabulary alone decides nothing: it
// takes little other text beside it, and the controls a wall has.
func (p *sheet) judge() *Refusal {
	if p.body.prose > consentText && !p.shrunk() {
		return p.listing(nil)
	}
	s := look(p.doc)
	checks := []struct {
		is     func(*scene) bool
		reason Reason
	}{
		{p.botCheck, BotCheck},
		{p.consentWall, ConsentWall},
		{p.errorPage, ErrorPage},
		{p.loginPage, LoginPage},
		{p.paywall, Paywall},
	}
	for _, c := range checks {
		if c.is(s) {
			return &Refusal{c.reason}
		}
	}
	if p.survey.refresh && p.textLength() < shortText {
		return &Refusal{Redirects}
	}
	if p.textLength() < leastText {
		return &Refusal{p.nothing(s)}
	}
	if p.replaced() {
		return &Refusal{AnotherPage}
	}
	return p.listing(s)
}

// replaced reports that a short page which does not say it is an article shares
// neither headline nor text with the last version: a notice of some kind, in
// whatever language. Where an article was withdrawn, its headline is left, or
// the page says what it is; else a page so emptied is told as one that cannot
// be read.
func (p *sheet) replaced() bool {
	if len(p.last.Paragraphs) == 0 || p.body.prose >= shortText || p.saysArticle() {
		return false
	}
	return likeness(p.last.Headline, p.reading.Text.Headline) < 0.3 && !inCommon(p.last, p.reading.Text)
}

// saysArticle reports whether the page's data call it an article.
func (p *sheet) saysArticle() bool {
	m := p.survey.meta
	return p.survey.linked.kind != "" || strings.EqualFold(m["og:type"], "article") || m["article:published_time"] != ""
}

// nothing says why a page has no text.
func (p *sheet) nothing(s *scene) Reason {
	switch {
	case s.script():
		return NeedsScript
	case s.linkTitles >= 12:
		return Listing
	case s.visible < leastText:
		return EmptyPage
	}
	return NoArticle
}

func (p *sheet) textLength() int {
	n := 0
	for _, para := range p.body.paragraphs {
		n += len(para)
	}
	return n
}

// shrunk reports that less than half of the last version's text is left.
func (p *sheet) shrunk() bool {
	last := 0
	for _, para := range p.last.Paragraphs {
		last += len(para)
	}
	return p.textLength()*2 < last
}

// other returns how many bytes of the text stand in paragraphs with none of
// the phrases, and how many in those with one.
func (p *sheet) other(phrases []string) (without, with int) {
	for _, para := range p.body.paragraphs {
		if count(strings.ToLower(strings.ReplaceAll(para, "’", "'")), phrases, 1) > 0 {
			with += len(para)
		} else if len(para) >= leastText {
			without += len(para)
		}
	}
	return without, with
}

func (p *sheet) consentWall(s *scene) bool {
	said := count(s.text, consentPhrases, 2)
	if said == 0 || said+count(s.text, consentOffers, 1) < 2 || !s.control(consentControls) {
		return false
	}
	without, with := p.other(consentPhrases)
	return with == 0 && without < leastText || with > 0 && without < with && without < stubText
}

func (p *sheet) botCheck(s *scene) bool {
	if p.body.prose > shortText*2 {
		return false
	}
	if count(s.titles(p), botTitles, 1) > 0 && p.body.prose < shortText*2 {
		without, _ := p.other(botPhrases)
		return without < shortText
	}
	without, _ := p.other(botPhrases)
	return count(s.text, botPhrases, 2) >= 2 && without < shortText/2
}

func (p *sheet) errorPage(s *scene) bool {
	for t := range strings.SplitSeq(s.titles(p), "\n") {
		words := len(strings.Fields(t))
		if words == 0 || words > 12 {
			continue
		}
		if code := strings.TrimLeft(t, "erohtp :-#"); len(code) >= 3 && words <= 6 && errorCodes[code[:3]] && (len(code) == 3 || !letterOrDigit(code[3])) && p.body.prose < stubText {
			return true
		}
		if count(t, errorTitles, 1) > 0 && (words <= 8 && p.body.prose < stubText || p.body.prose < shortText) {
			return true
		}
	}
	if p.body.prose > shortText {
		return false
	}
	without, _ := p.other(errorPhrases)
	return count(s.text, errorPhrases, 1) > 0 && without < leastText*3 && p.survey.linked.kind == ""
}

func (p *sheet) loginPage(s *scene) bool {
	if !s.password || p.body.prose > shortText {
		return false
	}
	without, _ := p.other(loginPhrases)
	return without < leastText || without < leastText*3 && count(s.titles(p), loginPhrases, 1) > 0
}

// paywall looks for a stub: little text and an offer to read the rest.
func (p *sheet) paywall(s *scene) bool {
	if p.body.prose > stubText && !p.shrunk() {
		return false
	}
	strong := count(s.text, paywallPhrases, 1) > 0
	weak := count(s.text, subscriptionPhrases, 2)
	switch {
	case strong:
		return true
	case weak >= 2:
		return p.body.prose < shortText || p.shrunk()
	case weak == 1:
		return p.survey.linked.free == "false" && p.body.prose < shortText
	}
	return false
}

// listing refuses front and section pages: headings that are links, with a
// teaser each. A page that says it is an article is none.
func (p *sheet) listing(s *scene) *Refusal {
	if p.survey.linked.kind != "" {
		return nil
	}
	if strings.EqualFold(p.survey.meta["og:type"], "article") {
		// Many sites say so of every page: only a plain list is one then.
		if kept := p.body.linkedKept; kept >= 12 && p.body.prose < kept*200 {
			return &Refusal{Listing}
		}
		return nil
	}
	heads := p.body.linkedHeadings
	front := p.base != nil && strings.Trim(p.base.Path, "/") == "" && p.base.Host != "" && p.base.RawQuery == ""
	least, each := 5, 350
	if p.survey.linked.list || front {
		least, each = 3, 600
	}
	if heads >= least && p.body.prose < heads*each {
		return &Refusal{Listing}
	}
	if s != nil && front && s.linkTitles >= 12 && p.body.prose < stubText {
		return &Refusal{Listing}
	}
	return nil
}

// cutShort reports whether the source of a page ends in its middle. Real pages
// close <body> or <html>, or leave out the end of both on purpose, and then
// everything else is closed; a page that does neither was cut.
func cutShort(source string) bool {
	if strings.Contains(source[max(0, len(source)-1<<10):], "</html>") {
		return false
	}
	tail := strings.ToLower(source[max(0, len(source)-64<<10):])
	if strings.Contains(tail, "</html") || strings.Contains(tail, "</body") {
		return false
	}
	z := html.NewTokenizer(strings.NewReader(source))
	open, whole := 0, false
	for {
		switch z.Next() {
		case html.ErrorToken:
			rest := source[strings.LastIndexByte(source, '>')+1:]
			return strings.Contains(rest, "<") || whole && open > 0
		case html.StartTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "html", "body":
				whole = true
			case "div", "section", "article", "main", "table", "ul", "ol", "span", "a", "script", "style", "header", "footer", "nav", "aside", "figure", "form", "h1", "h2", "svg":
				open++
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "html", "body":
				return false
			case "div", "section", "article", "main", "table", "ul", "ol", "span", "a", "script", "style", "header", "footer", "nav", "aside", "figure", "form", "h1", "h2", "svg":
				open--
			}
		}
	}
}
