// Package web answers browsers and feed readers: the pages on which the edits
// of articles can be read, feeds of edits, and a small JSON API. It only reads.
//
//	request ──guard──> handler ──store──> events ──report──> brief, rows ──template──> page
//	                         └──search──> hits │    ├──> item ──gorilla/feeds──> RSS, Atom, JSON Feed
//	                                           └────┴──> card ──> PNG
//
// A handler first reads the records a page depends on and makes its entity tag
// from them; only when the reader does not have that page already is it made.
// What was made is kept in memory, by all that decides it: whole answers, packed,
// and what lists show of each event (kept.go, listed.go). A new edit is the only
// one that is read and compared for the pages that show it. No handler reads
// more than one page of an index, however much the store holds; that of the
// sources reads one of each source it shows.
//
// A list of edits shows what its filter wants (filter.go), and keeps it in its
// links. An edit is laid out in rows (rows.go), which one page shows side by side
// or inline; where the reader has not chosen, the style sheet does by the width
// of the window. Any link, and words, go into the one box of the masthead
// (lookup.go, search.go). Where the link of an edit is pasted, its card stands
// beside it (preview.go).
//
// Invariants:
//   - What was read from an article is text: html/template escapes it in pages,
//     and feed items are made by templates too. Addresses of articles are linked
//     only if they are http or https.
//   - Pages need no script and fetch nothing from elsewhere; the
//     Content-Security-Policy forbids both.
//   - What changed is marked by del and ins, by line and by words for those who
//     hear the page, never by colour alone.
//   - An article that is withheld stands in no list, and every address of it
//     answers 410 with the operator's sentence.
//   - Every answer says noindex and noarchive, and robots.txt keeps crawlers
//     out: the record is for those who have its address. Those that make a
//     preview of a pasted link may fetch it.
//   - A card says no more than its page may show, and the words beside it say
//     all of it.
//   - Times are UTC, to the minute, with the exact time in the markup.
package web

import (
	"context"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/search"
	"github.com/editwatch/editwatch/internal/store"
)

// Store is what the pages read. Its methods are those of [store.Store].
type Store interface {
	Feeds(ctx context.Context, q store.FeedQuery) ([]news.Feed, error)
	Article(ctx context.Context, id news.ArticleID) (news.Article, error)
	FindArticle(ctx context.Context, keys ...news.Key) (news.Article, error)
	Articles(ctx context.Context, q store.ArticleQuery) ([]news.Article, error)
	Version(ctx context.Context, article news.ArticleID, number int) (news.Version, error)
	Versions(ctx context.Context, article news.ArticleID, from, to int) ([]news.Version, error)
	Feed(ctx context.Context, id news.FeedID) (news.Feed, error)
	Event(ctx context.Context, seq news.Seq) (news.Event, error)
	Events(ctx context.Context, q store.EventQuery) ([]news.Event, error)
	Sources(ctx context.Context, after string, max int) ([]string, error)
	Counts(ctx context.Context) (store.Counts, error)
	Copies(ctx context.Context, article news.ArticleID, from, to int) ([]news.Copy, error)
	Signal() (changed <-chan struct{}, stop func())
}

// Options configure the pages.
type Options struct {
	Store Store
	// PublicURL is the address people reach the pages at, with its path if
	// they stand below one. Feeds and the API need whole addresses; without
	// one they use the host that the request names.
	PublicURL string
	// Version is editwatch's own, for the foot of the page and /healthz.
	Version string
	// Ready says whether everything beyond the store works, for /readyz; nil
	// when there is nothing beyond.
	Ready func(context.Context) error
	// Search finds versions by their words; nil where that is switched off.
	Search Searcher
	// Closing ends the streams when it is closed; nil: they go on until their
	// connections end.
	Closing <-chan struct{}
	// Excerpt shows of texts what changed and the words around it, and no text
	// whole.
	Excerpt bool
	Access  Access
	Logger  *slog.Logger
}

// A Searcher is a [search.Index].
type Searcher interface {
	Search(ctx context.Context, q search.Query) (search.Results, error)
}

// New returns the handler of all pages, feeds and API answers. It answers GET
// and HEAD only. It serves requests with and without the path of PublicURL, so
// that a proxy may strip it or not.
func New(o Options) http.Handler {
	s := newSite(o)
	return s.guard(s.gated(s.routes()))
}

func newSite(o Options) *site {
	s := &site{store: o.Store, version: o.Version, ready: o.Ready, search: o.Search, closing: o.Closing, excerpt: o.Excerpt, gate: newGate(o.Access), drawing: make(turnstile, cardsAtOnce), log: o.Logger}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if o.PublicURL != "" {
		u, err := url.Parse(o.PublicURL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			s.log.Warn("public_url is not a web address; links name the host that was asked", "public_url", o.PublicURL)
		} else {
			s.public = u.Scheme + "://" + u.Host
			s.prefix = strings.TrimRight(u.EscapedPath(), "/")
		}
	}
	s.pages = parsePages(s.prefix)
	return s
}

// site holds what all handlers share. But for what is kept, the streams counted
// and the cards being drawn, it does not change after New.
type site struct {
	store   Store
	public  string // scheme and host of the public address; empty without one
	prefix  string // path of the public address, without a slash at its end
	version string
	ready   func(context.Context) error
	search  Searcher
	closing <-chan struct{}
	excerpt bool // no text is shown whole
	gate    *gate
	log     *slog.Logger
	pages   map[string]*template.Template
	kept    kept
	streams streams
	drawing turnstile
}

func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	page := func(pattern string, h handler) { mux.Handle("GET "+pattern, s.handle(h, s.fail)) }
	page("/{$}", s.home)
	page("/articles", s.articles)
	page("/articles/{id}", s.article)
	page("/articles/{id}/diff", s.chooseDiff)
	page("/articles/{id}/diff/{from}/{to}", s.diff)
	page("/articles/{id}/diff/{from}/{to}/card.png", s.card)
	page("/articles/{id}/versions/{n}", s.versionPage)
	page("/sources", s.sources)
	page("/sources/{source}", s.source)
	page("/sources/{source}/articles", s.articles)
	page("/feeds", s.feeds)
	page("/lookup", s.lookup)
	page("/search", s.searchWords)
	page("/static/{file}", s.static)
	page("/robots.txt", robots)
	page("/", func(http.ResponseWriter, *http.Request) error { return errNoPage })
	for _, f := range formats {
		page("/edits."+f.name, s.edits(f))
		page("/articles/{id}/edits."+f.name, s.edits(f))
		page("/sources/{source}/edits."+f.name, s.edits(f))
		page("/search/edits."+f.name, s.foundEdits(f))
	}
	api := func(pattern string, h handler) { mux.Handle("GET "+pattern, s.handle(h, s.failJSON)) }
	for _, route := range s.apiRoutes() {
		api(apiRoot+route.path, route.handler)
	}
	api("/api/", func(http.ResponseWriter, *http.Request) error { return errNoPage })
	api("/healthz", s.healthz)
	api("/readyz", s.readyz)
	return mux
}

// Addresses of the pages, below the prefix.

func articlePath(id news.ArticleID) string { return "/articles/" + url.PathEscape(string(id)) }

func diffPath(id news.ArticleID, from, to int) string {
	return fmt.Sprintf("%s/diff/%d/%d", articlePath(id), from, to)
}

func versionPath(id news.ArticleID, n int) string {
	return fmt.Sprintf("%s/versions/%d", articlePath(id), n)
}

// sourcePath is empty for a name that cannot be part of an address.
func sourcePath(name string) string {
	if name == "" || name == "." || name == ".." {
		return ""
	}
	return "/sources/" + url.PathEscape(name)
}

// outward returns an address found on a page if it may be linked: http or
// https, with a host, and without a name before it that could pass for one.
// Otherwise it returns "".
func outward(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	return u.String()
}

// base returns the scheme, host and prefix that whole addresses start with.
func (s *site) base(r *http.Request) string {
	if s.public != "" {
		return s.public + s.prefix
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return (&url.URL{Scheme: scheme, Host: r.Host}).String()
}

// Limits of a listener that anyone may reach.
const (
	headerTimeout  = 5 * time.Second
	readTimeout    = 10 * time.Second
	writeTimeout   = 30 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 16 << 10
)

// Server returns a server for the handler on addr with limits that keep slow
// or greedy clients from holding it. The caller starts it and shuts it down.
func Server(addr string, h http.Handler, log *slog.Logger) *http.Server {
	srv := &http.Server{
		Addr:              addr,
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
	if log != nil {
		srv.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelDebug)
	}
	return srv
}
