package archive

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
	"github.com/editwatch/editwatch/watcher/archive/archivetest"
)

const keys = "access:secret"

// A world is an archive, a site and a store, and the steps that tests share. The
// archive is asked in memory, so that hours pass in no time; client_test.go asks
// it over a socket.
type world struct {
	*testing.T
	path    string
	bolt    *bolt.Store
	store   Store // bolt, or what stands before it
	archive *archivetest.Wayback

	mu   sync.Mutex // guards page
	page map[string]string

	stopping func()
}

// newWorld is made within a synctest bubble.
func newWorld(t *testing.T, takes time.Duration) *world {
	w := &world{T: t, path: filepath.Join(t.TempDir(), "test.db"), page: make(map[string]string)}
	w.archive = archivetest.New(archivetest.Options{Keys: keys, Gap: DefaultGap, Takes: takes, Page: func(address string) (string, int) {
		w.mu.Lock()
		defer w.mu.Unlock()
		body, ok := w.page[address]
		if !ok {
			return "", http.StatusNotFound
		}
		return body, http.StatusOK
	}})
	w.open()
	t.Cleanup(func() {
		if w.stopping != nil {
			w.stop()
		}
		if err := w.bolt.Check(context.Background()); err != nil {
			t.Error(err)
		}
		if err := w.bolt.Close(); err != nil {
			t.Error(err)
		}
		for _, c := range w.archive.Complaints() {
			t.Errorf("the archive complains: %s", c)
		}
	})
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) open() {
	w.Helper()
	s, err := bolt.Open(w.path, bolt.Options{})
	w.ok(err)
	w.bolt, w.store = s, s
}

// inMemory answers requests by a handler, without a network.
type inMemory struct{ http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	m.ServeHTTP(rec, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return rec.Result(), nil
}

// start starts an archiver, and returns when it has followed what there is.
func (w *world) start() {
	w.Helper()
	c := NewClient(ClientOptions{
		APIURL: "https://archive.example", Keys: keys, UserAgent: "editwatch/test", HTTP: &http.Client{Transport: inMemory{w.archive}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	})
	r := New(w.store, c, Options{Logger: slog.New(slog.NewTextHandler(w.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))})
	ctx, cancel := context.WithCancel(w.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	w.stopping = func() {
		cancel()
		if err := <-done; err != nil {
			w.Errorf("Run: %v", err)
		}
	}
	time.Sleep(time.Second)
}

func (w *world) stop() {
	w.stopping()
	w.stopping = nil
}

// restart ends the process and begins a new one on the same store.
func (w *world) restart() {
	w.Helper()
	if w.stopping != nil {
		w.stop()
	}
	w.ok(w.bolt.Close())
	w.open()
	w.start()
}

// article makes an article with its baseline.
func (w *world) article(path string) news.Article {
	w.Helper()
	url := "https://harbour.example/" + path
	seen, err := w.bolt.Sight(w.Context(), nil, []store.Sighting{{
		Keys:    []news.Key{news.AddressKey(news.PageReading, url)},
		Article: news.Article{Reading: news.PageReading, URL: url, Source: "The Harbour Post", FirstSeen: time.Now(), Polling: news.Polling{Host: "harbour.example", Next: time.Now()}},
	}})
	w.ok(err)
	return w.read(seen[0].Article.ID, "The bridge closes.")
}

// read polls the article: its page says something, which is the next version if
// it is another than the last.
func (w *world) read(id news.ArticleID, body string) news.Article {
	w.Helper()
	a, err := w.bolt.Article(w.Context(), id)
	w.ok(err)
	now := time.Now().UTC()
	text := news.Text{Headline: "Bridge", Paragraphs: []string{body}}
	r := store.Record{}
	if text.Hash() != a.Hash {
		if a.Versions > 0 {
			r.Events = []news.Event{{Kind: news.Edited, At: now, From: a.Versions, To: a.Versions + 1, Significance: news.Major,
				ChangedAfter: a.Polling.LastOK, ChangedBefore: now, Classes: []news.Class{news.ClassFact}}}
			a.Edits++
		}
		a.Versions++
		a.Hash = text.Hash()
		r.Version = &news.Version{Article: id, Number: a.Versions, Seen: now, Hash: a.Hash, Text: text}
	}
	a.Polling.Last, a.Polling.LastOK, a.Polling.Next = now, now, now.Add(5*time.Minute)
	r.Article = a
	_, err = w.bolt.Record(w.Context(), r)
	w.ok(err)
	w.says(a.URL, body)
	return a
}

// says has the page say something from now on, before anybody polls it.
func (w *world) says(url, body string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.page[url] = body
}

func (w *world) copies(id news.ArticleID) (list []news.Copy) {
	w.Helper()
	list, err := w.bolt.Copies(w.Context(), id, 0, 0)
	w.ok(err)
	return list
}

// told returns how often it was told that a version is kept.
func (w *world) told(id news.ArticleID) map[int]int {
	w.Helper()
	events, err := w.bolt.Events(w.Context(), store.EventQuery{Article: id, Kinds: []news.EventKind{news.Archived}})
	w.ok(err)
	of := make(map[int]int)
	for _, e := range events {
		of[e.To]++
	}
	return of
}

// proves makes sure that every copy that is kept says what its version says.
func (w *world) proves(id news.ArticleID) {
	w.Helper()
	for _, c := range w.copies(id) {
		if c.State != news.CopyKept {
			continue
		}
		v, err := w.bolt.Version(w.Context(), id, c.Version)
		w.ok(err)
		found := false
		for _, k := range w.archive.Copies() {
			if c.URL == fmt.Sprintf("https://archive.example/web/%s/%s", k.At.Format(stamp), k.Address) {
				found = true
				if k.Body != v.Text.Paragraphs[0] {
					w.Errorf("the copy of version %d says %q, and the version %q", c.Version, k.Body, v.Text.Paragraphs[0])
				}
			}
		}
		if !found {
			w.Errorf("the copy of version %d leads to %s, which is not there", c.Version, c.URL)
		}
	}
}

// state tells how the copies stand, in one line.
func (w *world) state(id news.ArticleID) string {
	w.Helper()
	var parts []string
	for _, c := range w.copies(id) {
		s := fmt.Sprintf("%d %s", c.Version, c.State)
		if c.Trouble != "" && c.State != news.CopyKept {
			s += ": " + c.Trouble
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "; ")
}

func (w *world) wants(id news.ArticleID, want string) {
	w.Helper()
	if got := w.state(id); got != want {
		w.Errorf("the copies stand thus:\n%s\nwant\n%s", got, want)
	}
	w.proves(id)
}

// polls has the page polled every five minutes for a time, unchanged.
func (w *world) polls(id news.ArticleID, body string, for_ time.Duration) {
	w.Helper()
	for end := time.Now().Add(for_); time.Now().Before(end); {
		time.Sleep(5 * time.Minute)
		w.read(id, body)
	}
}

var errBroken = errors.New("the disk is full")
