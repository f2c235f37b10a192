package web

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
)

//go:embed templates static
var assets embed.FS

// assetsHash names this build of templates and style sheet, so that a reader
// never keeps a page of an older one.
var assetsHash = func() string {
	h := sha256.New()
	err := fs.WalkDir(assets, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := assets.ReadFile(path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(b), b)
		return err
	})
	if err != nil {
		panic(err) // the files are part of the binary
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:9])
}()

// A view is what the layout shows around a page's Body.
type view struct {
	Title   string
	Section string     // the section it stands in: edits, articles, sources, feeds, search
	Feeds   *feedLinks // the feeds of edits that follow the page; nil: everything's
	Preview *preview   // nil: its title alone
	Lookup  string     // what stands in the box of the masthead
	Search  bool       // that box takes words too
	Version string
	Body    any
}

// feedLinks are the addresses of one set of feeds of edits.
type feedLinks struct {
	Title string // of the feed
	Name  string // what it follows, within a sentence
	Path  string // without the format
	Query string // what chooses among them, as in the page's address
}

// At returns the address of the feed in a format.
func (f *feedLinks) At(format string) string {
	if f.Query == "" {
		return f.Path + "." + format
	}
	return f.Path + "." + format + "?" + f.Query
}

// filtered are the feeds of a filtered list. The zero filter wants them all.
func (f *feedLinks) filtered(by filter) *feedLinks {
	if by == (filter{}) {
		return f
	}
	return &feedLinks{Title: f.Title + ", filtered", Name: f.Name + ", filtered as here", Path: f.Path, Query: by.values().Encode()}
}

var allEdits = &feedLinks{Title: "All edits", Name: "all edits", Path: "/edits"}

// pageNames are the templates that stand within the layout.
var pageNames = []string{"home", "article", "diff", "version", "articles", "sources", "feeds", "search", "refusal"}

// parsePages returns the templates by name; "item" is the body of a feed's
// item. Addresses in pages start with prefix.
func parsePages(prefix string) map[string]*template.Template {
	funcs := template.FuncMap{
		"path":   func(p string) string { return prefix + p },
		"assets": func() string { return assetsHash },
		"iso":    func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"isoDay": func(t time.Time) string { return t.UTC().Format(time.DateOnly) },
		"stamp":  stamp,
		"exact":  func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 UTC") },
		"clock":  func(t time.Time) string { return t.UTC().Format("15:04") },
		"day":    func(t time.Time) string { return t.UTC().Format("Monday, 2 January 2006") },
		"short":  short,
		"inc":    func(i int) int { return i + 1 },
		"sub":    func(i, n int) int { return i - n },
		// Only paragraph numbers hang in the margin; other labels are words.
		"numbered": func(label string) bool { return strings.HasPrefix(label, "¶") },
		"isDel":    func(r brief.Run) bool { return r.Mark == brief.Del },
		"isIns":    func(r brief.Run) bool { return r.Mark == brief.Ins },
		"passage":  func(r rowOf, w []news.Word) passage { return passage{r.Lang, w} },
		"in":       func(d diffPage, r row) rowOf { return rowOf{r, d.Lang, d.From.Number, d.To.Number, d.Layout} },
	}
	parse := func(files ...string) *template.Template {
		return template.Must(template.New("").Funcs(funcs).ParseFS(assets, files...))
	}
	pages := map[string]*template.Template{"item": parse("templates/item.html")}
	layout := parse("templates/layout.html")
	for _, name := range pageNames {
		t := template.Must(layout.Clone())
		pages[name] = template.Must(t.ParseFS(assets, "templates/"+name+".html"))
	}
	return pages
}

func (s *site) render(w io.Writer, name string, v view) error {
	if v.Feeds == nil {
		v.Feeds = allEdits
	}
	v.Version, v.Search = s.version, s.search != nil
	// What was stored before texts went without them may have marks that turn
	// the direction of what follows; no page has a use for any.
	straight := transform.NewWriter(w, runes.Remove(runes.Predicate(news.Turns)))
	err := s.pages[name].ExecuteTemplate(straight, "layout", v)
	if err = cmp.Or(err, straight.Close()); err != nil {
		return fmt.Errorf("make page %s: %w", name, err)
	}
	return nil
}

// stamp returns a time as pages show it: "3 May 2026, 10:02".
func stamp(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04") }

// maxAddress is how many characters of an address a page shows; the link holds
// all of it.
const maxAddress = 72

// short returns an address without what people do not read in it.
func short(address string) string {
	address = strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://")
	address = strings.TrimSuffix(strings.TrimPrefix(address, "www."), "/")
	if utf8.RuneCountInString(address) > maxAddress {
		address = string([]rune(address)[:maxAddress-1]) + "…"
	}
	return address
}

// static serves the style sheet and the icon. Pages name them with the hash of
// this build, so that a browser may keep them for good.
func (s *site) static(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	types := map[string]string{"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
	if types[name] == "" {
		return errNoPage
	}
	err := s.send(w, r, answer{contentType: types[name], tag: s.tagOf(r), keep: r.URL.RawQuery == assetsHash,
		make: func(w io.Writer) error {
			b, err := assets.ReadFile("static/" + name)
			if err == nil {
				_, err = w.Write(b)
			}
			return err
		}})
	return err
}

// heading is what every page about an article starts from.
type heading struct {
	ArticlePath string
	SourceName  string // the publication, or the host where none is known
	SourcePath  string // empty when the source has no page
	Headline    string
	Lang        string
	Original    string // the article's own address, if it may be linked
	Versions    int
}

func headingOf(a news.Article) heading {
	h := heading{
		ArticlePath: articlePath(a.ID),
		SourceName:  a.Source,
		SourcePath:  sourcePath(a.Source),
		Headline:    a.Headline,
		Lang:        language(a),
		Original:    outward(a.URL),
		Versions:    a.Versions,
	}
	if h.SourceName == "" {
		h.SourceName = news.Host(a.URL)
	}
	if h.Headline == "" {
		h.Headline = "Article without a headline"
		h.Lang = ""
	}
	return h
}

// languageForm is what a language's tag looks like, near enough
// (https://www.rfc-editor.org/rfc/rfc5646#section-2.1).
var languageForm = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)

// language returns the article's language if a browser can understand it.
func language(a news.Article) string {
	if !languageForm.MatchString(a.Language) {
		return ""
	}
	return a.Language
}

// articleFeeds are the feeds that follow one article.
func articleFeeds(h heading) *feedLinks {
	return &feedLinks{Title: "Edits of “" + h.Headline + "”", Name: "this article", Path: h.ArticlePath + "/edits"}
}

// sourceFeeds are the feeds that follow one source.
func sourceFeeds(name string) *feedLinks {
	return &feedLinks{Title: "Edits by " + name, Name: "this source", Path: sourcePath(name) + "/edits"}
}

// pager links the neighbours of a page of a list; empty links are not shown.
type pager struct {
	Newer, Older string
	Undated      bool // the list is not ordered by time
}
