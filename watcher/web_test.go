package watcher

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// A web is a [Fetcher] whose pages a test changes as it goes.
type web struct {
	mu    sync.Mutex // guards the fields below
	pages map[string]func(n int) (*fetch.Response, error)
	asked map[string]int
	times map[string][]time.Time
}

// Get answers as a server that knows validators and has no gap.
func (w *web) Get(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	answer := w.pages[r.URL]
	if answer == nil {
		return nil, &fetch.Error{Kind: fetch.Status, Status: 404, Host: news.Host(r.URL)}
	}
	w.asked[r.URL]++
	w.times[r.URL] = append(w.times[r.URL], time.Now())
	resp, err := answer(w.asked[r.URL])
	if err != nil {
		return nil, err
	}
	if resp.URL == "" {
		resp.URL = r.URL
	}
	sum := sha256.Sum256(resp.Body)
	resp.BodyHash = hex.EncodeToString(sum[:])
	if resp.BodyHash == r.BodyHash {
		resp.Same, resp.Body = true, nil
	}
	return resp, nil
}

// set has the address answer so from now on; n counts what was asked of it.
func (w *web) set(url string, answer func(n int) (*fetch.Response, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[url] = answer
}

// page serves one page.
func (w *web) page(url, html string) {
	w.set(url, func(int) (*fetch.Response, error) { return ok(html), nil })
}

// status serves nothing but a status.
func (w *web) status(url string, code int) {
	w.set(url, func(int) (*fetch.Response, error) {
		return nil, &fetch.Error{Kind: fetch.Status, Status: code, Host: news.Host(url)}
	})
}

func (w *web) count(url string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked[url]
}

func ok(html string) *fetch.Response {
	return &fetch.Response{Body: []byte(html), ContentType: "text/html; charset=utf-8"}
}

// A page is an article as a site shows it.
type page struct {
	headline   string
	standfirst string
	paragraphs []string
	modified   time.Time
	kind       string // of the linked data; NewsArticle unless set
	wrap       string // the class around the text; story unless set
}

func (p page) String() string {
	kind, wrap := p.kind, p.wrap
	if kind == "" {
		kind = "NewsArticle"
	}
	if wrap == "" {
		wrap = "story"
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>%s</title>`, p.headline)
	if !p.modified.IsZero() || p.kind != "" {
		fmt.Fprintf(&b, `<script type="application/ld+json">{"@context":"https://schema.org","@type":%q`, kind)
		if !p.modified.IsZero() {
			fmt.Fprintf(&b, `,"dateModified":%q`, p.modified.UTC().Format(time.RFC3339))
		}
		b.WriteString(`}</script>`)
	}
	fmt.Fprintf(&b, `</head><body><main><article><h1>%s</h1>`, p.headline)
	if p.standfirst != "" {
		fmt.Fprintf(&b, `<p class="standfirst">%s</p>`, p.standfirst)
	}
	fmt.Fprintf(&b, `<div class="%s-text">`, wrap)
	for _, para := range p.paragraphs {
		fmt.Fprintf(&b, "<p>%s</p>\n", para)
	}
	b.WriteString(`</div></article></main></body></html>`)
	return b.String()
}

// with returns the page with a change.
func (p page) with(change func(p *page)) page {
	p.paragraphs = append([]string(nil), p.paragraphs...)
	change(&p)
	return p
}

// pageOf returns an article of ten paragraphs; those of different n share none.
func pageOf(n int) page {
	p := page{headline: fmt.Sprintf("Council number %d votes on its bridge", n)}
	for i := range 10 {
		p.paragraphs = append(p.paragraphs, fmt.Sprintf(
			"In meeting %d of the year the council of district %d heard that engineers had found cracks in %d piers, which nobody had looked at since %d, as the harbour master told reporters.",
			i+1, n, i+n+2, 1900+n+i))
	}
	return p
}

// A rig is a watcher on a real store and a web of the test's own, in a bubble
// of time.
type rig struct {
	*testing.T
	web     *web
	store   *bolt.Store
	path    string
	watcher *Watcher
	when    Schedule
	log     *strings.Builder
	seq     news.Seq // the newest event seen
}

const harbour = "https://harbour.example"

// warm has the compressors make their channels outside of any bubble, since
// those made in one cannot be used in the next.
var warm = sync.OnceValue(func() error {
	dir, err := os.MkdirTemp("", "editwatch")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := bolt.Open(filepath.Join(dir, "warm.db"), bolt.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.PutTemplate(context.Background(), news.Template{Host: "warm.example"}); err != nil {
		return err
	}
	_, err = s.Template(context.Background(), "warm.example")
	return err
})

// bubble runs a test in a bubble of time.
func bubble(t *testing.T, test func(r *rig)) {
	t.Helper()
	if err := warm(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		r := &rig{T: t, path: filepath.Join(t.TempDir(), "test.db"), when: DefaultSchedule(), log: &strings.Builder{}}
		r.web = &web{pages: make(map[string]func(int) (*fetch.Response, error)), asked: make(map[string]int), times: make(map[string][]time.Time)}
		r.open()
		defer func() {
			if err := r.store.Check(context.Background()); err != nil {
				t.Error(err)
			}
			r.store.Close()
		}()
		test(r)
	})
}

func (r *rig) open() {
	r.Helper()
	s, err := bolt.Open(r.path, bolt.Options{})
	if err != nil {
		r.Fatal(err)
	}
	r.store = s
	log := slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelError}))
	r.watcher = New(s, r.web, Options{Schedule: r.when, Logger: log})
}

// restart closes everything and opens it again.
func (r *rig) restart() {
	r.Helper()
	if err := r.store.Close(); err != nil {
		r.Fatal(err)
	}
	extractor, read := r.watcher.extractor, r.watcher.read
	r.open()
	r.watcher.extractor, r.watcher.read = extractor, read
}

// run lets the watcher watch for a time.
func (r *rig) run(d time.Duration) {
	r.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	if err := r.watcher.Run(ctx); err != nil {
		r.Fatal(err)
	}
}

// pass visits everything at once, as the poll command does.
func (r *rig) pass() Passed {
	r.Helper()
	p, err := r.watcher.Pass(context.Background())
	if err != nil {
		r.Fatal(err)
	}
	return p
}

// watch places a watch of one address.
func (r *rig) watch(url string) news.Watch {
	r.Helper()
	p, err := r.watcher.Place(context.Background(), news.Watch{Channel: "desk", URL: url, Pages: true})
	if err != nil {
		r.Fatal(err)
	}
	return p.Watch
}

// watchFeed serves a feed of the addresses and watches it.
func (r *rig) watchFeed(urls ...string) news.Watch {
	r.Helper()
	r.serveFeed(urls...)
	return r.watch(harbour + "/feed.xml")
}

// serveFeed serves a feed of the addresses.
func (r *rig) serveFeed(urls ...string) {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><rss version="2.0"><channel><title>The Harbour Post</title><link>` + harbour + `/</link>`)
	for _, u := range urls {
		fmt.Fprintf(&b, "<item><title>%s</title><link>%s</link><guid>%s</guid></item>", u, u, u)
	}
	b.WriteString(`</channel></rss>`)
	r.web.set(harbour+"/feed.xml", func(int) (*fetch.Response, error) {
		return &fetch.Response{Body: []byte(b.String()), ContentType: "application/rss+xml"}, nil
	})
}

// events returns what was recorded since it was asked last.
func (r *rig) events() []news.Event {
	r.Helper()
	list, err := r.store.Events(context.Background(), store.EventQuery{After: r.seq, Oldest: true, Max: 10_000})
	if err != nil {
		r.Fatal(err)
	}
	if len(list) > 0 {
		r.seq = list[len(list)-1].Seq
	}
	return list
}

// expect compares the kinds of the events recorded since the last time.
func (r *rig) expect(kinds ...news.EventKind) []news.Event {
	r.Helper()
	list := r.events()
	var got []news.EventKind
	for _, e := range list {
		got = append(got, e.Kind)
	}
	if fmt.Sprint(got) != fmt.Sprint(kinds) {
		for _, e := range list {
			r.Logf("%+v", e)
		}
		r.Fatalf("recorded %v, want %v", got, kinds)
	}
	return list
}

// article returns the article at an address.
func (r *rig) article(url string) news.Article {
	r.Helper()
	a, err := r.store.FindArticle(context.Background(), news.AddressKey(news.PageReading, url))
	if err != nil {
		r.Fatal(err)
	}
	return a
}

// version returns the newest version of the article at an address.
func (r *rig) version(url string) news.Version {
	r.Helper()
	a := r.article(url)
	v, err := r.store.Version(context.Background(), a.ID, a.Versions)
	if err != nil {
		r.Fatal(err)
	}
	return v
}
