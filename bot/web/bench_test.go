package web

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

var many = flag.Int("events", 20_000, "events in the record that BenchmarkPages reads")

// BenchmarkPages compares what a reader asks for with the one index read that
// no page can do without, on a record of as many events as are asked for:
//
//	go test ./bot/web -bench Pages -run '^$' -args -events 1000000
//
// "bare" reads one page of events from the file itself, and decodes nothing.
// What is "made" reads, compares and lays out anew each time; the others come
// from what is kept of it.
func BenchmarkPages(b *testing.B) {
	h := newHistory(b)
	h.manyEvents(*many)
	a := h.manyVersions(200)
	b.Run("bare_one_index_read", func(b *testing.B) { bareRead(b, h.st) })
	b.Run("floor_one_index_read", func(b *testing.B) {
		for b.Loop() {
			if _, err := h.st.Events(b.Context(), store.EventQuery{Max: homeEntries}); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, q := range []struct {
		name  string
		query store.EventQuery
	}{
		{"told", store.EventQuery{Told: true}},
		{"headline", store.EventQuery{Told: true, Classes: []news.Class{news.ClassHeadline}}},
		{"source_rare_class", store.EventQuery{Told: true, Source: "Source 0", Classes: []news.Class{news.ClassCorrection}}},
	} {
		q.query.Max = homeEntries + 1
		b.Run("store_"+q.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := h.st.Events(b.Context(), q.query); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	pages := New(Options{Store: h.st})
	for _, page := range []struct{ name, path string }{
		{"home", "/"},
		{"home_older", fmt.Sprintf("/?before=%d", *many/2)},
		{"home_filtered", "/?class=headline&min=major"},
		{"source_filtered", "/sources/Source%200?class=correction"},
		{"sources", "/sources"},
		{"article_of_200_versions", articlePath(a.ID)},
		{"article_filtered", articlePath(a.ID) + "?class=headline"},
		{"side_by_side", diffPath(a.ID, 100, 101)},
		{"feed", "/edits.atom"},
	} {
		tag := get(b, pages, page.path).Header().Get("ETag")
		b.Run(page.name+"_made", func(b *testing.B) {
			sep := "?"
			if strings.Contains(page.path, "?") {
				sep = "&"
			}
			for i := 0; b.Loop(); i++ { // under an address that nobody asked for
				if get(b, pages, page.path+sep+"i="+strconv.Itoa(i)).Code != http.StatusOK {
					b.Fatal("not made")
				}
			}
		})
		b.Run(page.name, func(b *testing.B) {
			for b.Loop() {
				if get(b, pages, page.path).Code != http.StatusOK {
					b.Fatal("not made")
				}
			}
		})
		b.Run(page.name+"_not_modified", func(b *testing.B) {
			for b.Loop() {
				if get(b, pages, page.path, "If-None-Match", tag).Code != http.StatusNotModified {
					b.Fatal("made")
				}
			}
		})
	}
}

// manyEvents records n edits of a thousand articles of fifty sources. Every
// tenth changed the headline, every thousandth brought a correction note. As the
// events alone decide what a list costs, each tells of the same two versions.
func (h *history) manyEvents(n int) {
	h.t.Helper()
	const articles = 1000
	perArticle := max(n/articles, 1)
	start := time.Now().Add(-articles * 20 * time.Minute) // so that the page of sources counts them all
	for i := range min(articles, n) {
		at := start.Add(time.Duration(i) * 20 * time.Minute)
		a := h.sight(news.Article{URL: fmt.Sprint("https://many.example/", i), Source: fmt.Sprint("Source ", i%50), FirstSeen: at})
		h.read(&a, bridge[0], at)
		h.read(&a, bridge[1], at)
		var r store.Record
		for j := range perArticle {
			e := news.Event{Kind: news.Edited, Article: a.ID, At: at.Add(time.Duration(j) * time.Second), From: 1, To: 2,
				ChangedAfter: at, ChangedBefore: at, Significance: news.Minor, Classes: []news.Class{news.ClassMinor}}
			if number := i*perArticle + j; number%1000 == 0 {
				e.Significance, e.Classes = news.Major, []news.Class{news.ClassCorrection}
			} else if number%10 == 0 {
				e.Significance, e.Classes = news.Major, []news.Class{news.ClassHeadline}
			}
			r.Events = append(r.Events, e)
		}
		h.record(&a, r)
	}
}

// bareRead reads the newest page of events from a copy of the file with bbolt
// alone.
func bareRead(b *testing.B, st store.Store) {
	path := filepath.Join(b.TempDir(), "copy.db")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := st.Backup(b.Context(), f); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for b.Loop() {
		err := db.View(func(tx *bbolt.Tx) error {
			c := tx.Bucket([]byte("events")).Cursor()
			n := 0
			for k, v := c.Last(); k != nil && n < homeEntries; k, v = c.Prev() {
				n += min(len(v), 1)
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
