package web

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

var many = flag.String("events", "20000", "how many events the records have that BenchmarkPages reads, with commas between")

// BenchmarkPages compares what a reader asks for with the one index read that
// no page can do without, on records of as many events as are asked for. It gives
// medians, because a busy machine spoils means: p50-µs, and as x-bare how often
// the index read would fit into that. Where these are the same for every record,
// nothing is scanned:
//
//	go test ./bot/web -bench Pages -run '^$' -benchtime 300x -timeout 30m -args -events 10000,100000,1000000
//
// "bare" reads one page of events from the file itself, and decodes nothing.
// "first" is a page of which nothing was ever made, "made" one of which only the
// edits were shown before, on other pages; the others come from what is kept.
// Bodies are packed, as browsers take them.
func BenchmarkPages(b *testing.B) {
	for n := range strings.SplitSeq(*many, ",") {
		events, err := strconv.Atoi(n)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(n, func(b *testing.B) { benchmarkPages(b, events) })
	}
}

func benchmarkPages(b *testing.B, n int) {
	h := newHistory(b)
	a := h.manyVersions(200)
	h.manyEvents(n)
	var bare time.Duration
	run := func(name string, ask func()) {
		b.Run(name, func(b *testing.B) {
			var times []time.Duration
			for b.Loop() {
				begun := time.Now()
				ask()
				times = append(times, time.Since(begun))
			}
			slices.Sort(times)
			median := times[len(times)/2]
			if bare == 0 {
				bare = median
			}
			b.ReportMetric(float64(median)/float64(time.Microsecond), "p50-µs")
			b.ReportMetric(float64(median)/float64(bare), "x-bare")
		})
	}
	run("bare_one_index_read", bareRead(b, h.st))
	for _, q := range []struct {
		name  string
		query store.EventQuery
	}{
		{"all", store.EventQuery{}},
		{"told", store.EventQuery{Told: true}},
		{"headline", store.EventQuery{Told: true, Classes: []news.Class{news.ClassHeadline}}},
		{"source_rare_class", store.EventQuery{Told: true, Source: "Source 0", Classes: []news.Class{news.ClassCorrection}}},
	} {
		q.query.Max = homeEntries + 1
		run("store_"+q.name, func() {
			if _, err := h.st.Events(b.Context(), q.query); err != nil {
				b.Fatal(err)
			}
		})
	}
	s := newSite(Options{Store: h.st})
	pages := s.guard(s.gated(s.routes()))
	asks := func(path string, want int, headers ...string) {
		if got := get(b, pages, path, append(headers, "Accept-Encoding", "gzip")...).Code; got != want {
			b.Fatalf("%s answers %d, want %d", path, got, want)
		}
	}
	for _, page := range []struct{ name, path string }{
		{"home", "/"},
		{"home_older", fmt.Sprintf("/?before=%d", n/2)},
		{"home_filtered", "/?class=headline&min=major"},
		{"source_filtered", "/sources/Source%200?class=correction"},
		{"sources", "/sources"},
		{"article_of_200_versions", articlePath(a.ID)},
		{"article_filtered", articlePath(a.ID) + "?class=headline"},
		{"side_by_side", diffPath(a.ID, 100, 101)},
		{"feed", "/edits.atom"},
	} {
		run(page.name+"_first", func() {
			s.kept = kept{}
			asks(page.path, http.StatusOK)
		})
		other, i := page.path+"?i=", 0 // an address that nobody asked for
		if strings.Contains(page.path, "?") {
			other = page.path + "&i="
		}
		run(page.name+"_made", func() {
			i++
			asks(other+strconv.Itoa(i), http.StatusOK)
		})
		run(page.name, func() { asks(page.path, http.StatusOK) })
		tag := get(b, pages, page.path).Header().Get("ETag")
		run(page.name+"_not_modified", func() { asks(page.path, http.StatusNotModified, "If-None-Match", tag) })
	}
}

// manyEvents records n edits of a thousand articles of fifty sources. Every
// tenth changed the headline, every thousandth brought a correction note. As the
// events alone decide what a list costs, each tells of the same two versions. The
// newest edits are of one article each.
func (h *history) manyEvents(n int) {
	h.t.Helper()
	const articles = 1000
	perArticle := max(n/articles, 1)
	var newest []news.Article
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
		newest = append(newest, a)
	}
	for _, a := range newest[max(len(newest)-2*homeEntries, 0):] {
		h.happened(&a, news.Event{Kind: news.Edited, At: time.Now(), From: 1, To: 2, Significance: news.Major, Classes: []news.Class{news.ClassHeadline}})
	}
}

// bareRead returns what reads the newest page of events from a copy of the file
// with bbolt alone.
func bareRead(b *testing.B, st store.Store) func() {
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
	b.Cleanup(func() { db.Close() })
	return func() {
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
