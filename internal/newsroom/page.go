package newsroom

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"regexp"
	"strings"
	"time"
)

//go:embed layouts
var layoutFiles embed.FS

// layouts are the names of the article layouts in layouts/, each with other
// habits: semantic elements; nested divisions; JSON-LD and AMP; boxes amid and
// beside the text; a headline outside of the element that holds the text.
var layouts = []string{"layout0", "layout1", "layout2", "layout3", "layout4"}

var pages = template.Must(template.ParseFS(layoutFiles, "layouts/*.html"))

// labels are the words of a site around its articles.
type labels struct {
	By, Published, Updated, Ago, MinRead, Related, MostRead, Share, ShareCount, Views string
	Newsletter, SignUp, Comments, Ad, Cookie, Accept, Manage, Home, Search            string
	Photo, Live, Copyright                                                            string
	NewsletterTexts, Credits, Ads, Links, Reader, Remarks                             []string
	ConsentTitle, PaywallTitle, BotTitle, ScriptTitle, Script, NotFoundTitle          string
	GoneTitle, LoginTitle, ErrorTitle                                                 string
	Consent, Paywall, Bot, NotFound, Gone, Login, Error                               []string
}

// labelsOf holds the labels of each language.
var labelsOf = func() map[string]*labels {
	b, err := layoutFiles.ReadFile("layouts/labels.json")
	if err != nil {
		panic(err)
	}
	m := make(map[string]*labels)
	if err := json.Unmarshal(b, &m); err != nil {
		panic(err)
	}
	return m
}()

// A sitePage is what all pages of a site have. Templates read its fields.
type sitePage struct {
	Name, Tagline, Lang, Title string
	FeedURL, FeedType          string
	Sections                   []string
	Year                       int
	L                          *labels
}

type paragraph struct {
	HTML   template.HTML
	Note   bool   // a correction or an editor's note
	Posted string // in a live blog: when
}

type link struct{ Title, Slug string }

type box struct {
	Title string
	Links []link
}

type comment struct{ Reader, Remark string }

// An articlePage is an article as one reading shows it.
type articlePage struct {
	sitePage
	*reading
	URL, AMP                       string
	ShareTitle                     string
	Headline, Standfirst           template.HTML
	PlainHeadline, PlainStandfirst string
	Byline, AuthorSlug, Section    string
	Kind                           Kind
	PublishedISO, ModifiedISO      string
	PublishedText, UpdatedText     string
	Paragraphs                     []paragraph
	AdAt                           int // the paragraph after which an advertisement stands
	HasAds                         bool
	Views, Shares, Credit          string
	Invitation                     string
	Boxes                          []box
	Comments                       []comment
	LD                             map[string]any
}

// Class returns the class name or id as this reading has it.
func (p *articlePage) Class(name string) string { return p.class(name) }

// Token returns a new token under Nonces, else always the same.
func (p *articlePage) Token() string {
	return fmt.Sprintf("%08x", 0x5eed0000+p.pick(Nonces, 1, 1<<24))
}

// NextAd returns an advertisement.
func (p *articlePage) NextAd() string { return p.L.Ads[p.pick(Ads, 0, len(p.L.Ads))] }

// IsLive reports whether the page is a live blog.
func (p *articlePage) IsLive() bool { return p.Kind == LiveBlog }

// NextLinks returns some links to other stories.
func (p *articlePage) NextLinks() []link {
	first := p.pick(Related, 2, len(p.L.Links))
	var all []link
	for i := range 4 {
		t := p.L.Links[(first+i)%len(p.L.Links)]
		all = append(all, link{t, "s/" + slug(t)})
	}
	return all
}

// site returns what all pages of o have. The caller holds o.room.mu.
func (o *Outlet) site(title string) sitePage {
	types := map[string]string{"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
	return sitePage{
		Name: o.Name, Tagline: o.Tagline, Lang: o.Language, Title: title, FeedURL: o.base + o.feed, FeedType: types[o.format],
		Sections: o.sections(), Year: time.Now().UTC().Year(), L: labelsOf[o.Language],
	}
}

// page returns a as a reading shows it when it has the given text.
func (a *Article) page(t Text, r *reading) *articlePage {
	o := a.outlet
	now := time.Now().UTC()
	p := &articlePage{
		sitePage: o.site(t.Headline + " | " + o.Name), reading: r,
		URL: a.url(), AMP: o.base + "/amp" + a.path(),
		// The title for sharing is the one it was first published under: a
		// habit of real sites that readers of pages must know of.
		ShareTitle: a.versions[0].Headline,
		Headline:   r.markup(t.Headline), Standfirst: r.markup(t.Standfirst),
		PlainHeadline: t.Headline, PlainStandfirst: t.Standfirst,
		Byline: a.byline, AuthorSlug: slug(a.byline), Section: a.section, Kind: a.kind,
		PublishedISO: a.published.Format(time.RFC3339), ModifiedISO: a.modified.Format(time.RFC3339),
		PublishedText: a.published.Format("02.01.2006 15:04") + " UTC",
	}
	for i, s := range t.Paragraphs {
		shown := paragraph{HTML: r.markup(s), Note: isNote(s)}
		if i%3 == 0 {
			shown.HTML = linkName(shown.HTML)
		}
		if a.kind == LiveBlog {
			shown.Posted = a.postedAt(s).Format("15:04") + " UTC"
			if r.on(RelativeTimes) {
				shown.Posted = fmt.Sprintf(p.L.Ago, int(now.Sub(a.postedAt(s)).Minutes()))
			}
		}
		p.Paragraphs = append(p.Paragraphs, shown)
	}
	if r.on(RelativeTimes) {
		p.PublishedText = fmt.Sprintf(p.L.Ago, int(now.Sub(a.published).Minutes()))
	}
	if r.on(UpdatedStamp) {
		p.UpdatedText = now.Format("15:04:05") + " UTC"
		p.ModifiedISO = now.Format(time.RFC3339)
	}
	p.HasAds = r.on(Ads)
	p.AdAt = p.pick(Ads, 2, max(1, len(t.Paragraphs)-1))
	p.Views = fmt.Sprintf(p.L.Views, fmt.Sprint(1000+a.id%500+p.pick(Views, 0, 9000)))
	p.Shares = fmt.Sprintf(p.L.ShareCount, 12+p.pick(Shares, 0, 400))
	p.Credit = p.L.Credits[p.pick(Captions, a.id, len(p.L.Credits))]
	p.Invitation = p.L.NewsletterTexts[p.pick(Newsletter, 0, len(p.L.NewsletterTexts))]
	p.Boxes = []box{{p.L.MostRead, p.NextLinks()}, {p.L.Related, p.NextLinks()}, {p.Name, p.NextLinks()}}
	r.shuffle(Sidebar, len(p.Boxes), func(i, j int) { p.Boxes[i], p.Boxes[j] = p.Boxes[j], p.Boxes[i] })
	for i := range p.pick(Comments, 2, 5) {
		p.Comments = append(p.Comments, comment{
			p.L.Reader[(i+p.pick(Comments, 0, 5))%len(p.L.Reader)], p.L.Remarks[(i+p.pick(Comments, 1, 5))%len(p.L.Remarks)],
		})
	}
	p.LD = map[string]any{
		"@context": "https://schema.org", "@type": string(a.kind), "headline": t.Headline, "description": t.Standfirst,
		"datePublished": p.PublishedISO, "dateModified": p.ModifiedISO, "mainEntityOfPage": p.URL, "inLanguage": o.Language,
		"author":    map[string]string{"@type": "Person", "name": a.byline},
		"publisher": map[string]string{"@type": "Organization", "name": o.Name},
	}
	return p
}

// linkName makes a link of the first name in a paragraph, as sites do.
func linkName(h template.HTML) template.HTML {
	at := twoNames.FindStringIndex(string(h))
	if at == nil {
		return h
	}
	name := h[at[0]:at[1]]
	return h[:at[0]] + template.HTML(`<a href="/topic/`+slug(string(name))+`">`) + name + "</a>" + h[at[1]:]
}

var twoNames = regexp.MustCompile(`\p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+`)

// isNote reports whether a paragraph speaks of the article itself, which sites
// set apart.
func isNote(s string) bool {
	for _, start := range []string{
		"Correction", "Clarification", "Editor", "This article was amended",
		"Korrektur", "Anmerkung der Redaktion", "In einer früheren Fassung",
		"Rectificatif", "Précision", "Note de la rédaction",
	} {
		if strings.HasPrefix(s, start) {
			return true
		}
	}
	return false
}

// render executes a template. Ours do not fail; if one does, the page ends
// there and the tests see it.
func render(name string, data any) string {
	var b strings.Builder
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		fmt.Fprintf(&b, "\n<!-- %v -->", err)
	}
	return b.String()
}

// A noticePage stands in for an article: an error, a wall, a check.
type noticePage struct {
	sitePage
	Kind           string
	Texts, Buttons []string
}

func (o *Outlet) notice(kind, title string, texts []string, buttons ...string) string {
	return render("notice", noticePage{o.site(title), kind, texts, buttons})
}

// A listPage names articles: the front page and the sections.
type listPage struct {
	sitePage
	Items []listItem
}

type listItem struct{ URL, Headline, Standfirst string }

func (o *Outlet) list(title, section string) string {
	p := listPage{sitePage: o.site(title)}
	for _, a := range o.newest(30) {
		if section == "" || a.section == section {
			p.Items = append(p.Items, listItem{a.url(), a.text.Headline, a.text.Standfirst})
		}
	}
	return render("list", p)
}
