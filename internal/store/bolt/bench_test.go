package bolt

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"go.etcd.io/bbolt"
)

var size = flag.Int("articles", 200_000, "articles in the store that BenchmarkOpen and BenchmarkLeaseHost use")

// large builds a store of many articles on a thousand hosts, once a run; with
// -articles 1000000 it takes a minute.
func large(b *testing.B) string {
	b.Helper()
	path := filepath.Join(os.TempDir(), fmt.Sprintf("editwatch-bench-%d.db", os.Getpid()))
	if _, err := os.Stat(path); err == nil {
		return path
	}
	s, err := Open(path, Options{noSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	rnd := rand.New(rand.NewPCG(1, 1))
	for n := 0; n < *size; {
		var list []store.Sighting
		for range min(10_000, *size-n) {
			n++
			host := fmt.Sprintf("h%d.example", n%1000)
			url := fmt.Sprintf("https://%s/2026/03/an-article-with-a-usual-address-%d", host, n)
			list = append(list, store.Sighting{Keys: []news.Key{news.AddressKey(news.PageReading, url)}, Article: news.Article{
				Reading: news.PageReading, URL: url, Source: host, Headline: "Council votes to close bridge for two years", FirstSeen: now,
				Polling: news.Polling{Host: host, Next: now.Add(time.Duration(rnd.IntN(86400_000)) * time.Millisecond)},
			}})
		}
		if _, err := s.Sight(b.Context(), nil, list); err != nil {
			b.Fatal(err)
		}
	}
	return path
}

func TestMain(m *testing.M) {
	if path := os.Getenv("EDITWATCH_TORTURE"); path != "" {
		torture(path)
		return
	}
	code := m.Run()
	os.Remove(filepath.Join(os.TempDir(), fmt.Sprintf("editwatch-bench-%d.db", os.Getpid())))
	os.Exit(code)
}

func BenchmarkOpen(b *testing.B) {
	path := large(b)
	for b.Loop() {
		s, err := Open(path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
	b.ReportMetric(float64(*size), "articles")
}

// BenchmarkLeaseHost picks the next due poll and gives the host back.
func BenchmarkLeaseHost(b *testing.B) {
	s, err := Open(large(b), Options{noSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	ctx := b.Context()
	now := time.Date(2026, 3, 1, 18, 0, 0, 0, time.UTC)
	for _, max := range []int{1, 20} {
		b.Run(strconv.Itoa(max), func(b *testing.B) {
			for b.Loop() {
				l, err := s.LeaseHost(ctx, now, now.Add(time.Minute), max)
				if err != nil {
					b.Fatal(err)
				}
				if err := s.ReleaseHost(ctx, l.Host, time.Time{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("NextDue", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.NextDue(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkRecord takes down the outcomes of polls. floor is one commit of as
// many bytes as a version takes, which is the least any store on bbolt costs.
func BenchmarkRecord(b *testing.B) {
	for _, sync := range []bool{true, false} {
		name := map[bool]string{true: "synced", false: "unsynced"}[sync]
		b.Run(name+"/floor", func(b *testing.B) { benchFloor(b, sync) })
		b.Run(name+"/not_modified", func(b *testing.B) { benchRecord(b, sync, false) })
		b.Run(name+"/new_version", func(b *testing.B) { benchRecord(b, sync, true) })
	}
}

func benchFloor(b *testing.B, sync bool) {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "floor.db"), 0o600, boltOptions(Options{noSync: !sync}))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	value := make([]byte, 300)
	n := uint64(0)
	for b.Loop() {
		n++
		err := db.Update(func(tx *bbolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists([]byte("b"))
			if err != nil {
				return err
			}
			return bucket.Put(n8(n), value)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func benchRecord(b *testing.B, sync, edited bool) {
	s, err := Open(filepath.Join(b.TempDir(), "record.db"), Options{noSync: !sync})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	ctx := b.Context()
	rnd := rand.New(rand.NewPCG(1, 1))
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	many := 1000
	if edited {
		many = 4 // few baselines, long histories
	}
	var list []store.Sighting
	for i := range many {
		url := fmt.Sprintf("https://h%d.example/a-usual-address/%d", i%20, i)
		list = append(list, store.Sighting{Keys: []news.Key{news.AddressKey(news.PageReading, url)}, Article: news.Article{
			Reading: news.PageReading, URL: url, Source: "The Harbour Post", FirstSeen: now, Polling: news.Polling{Host: news.Host(url), Next: now}}})
	}
	seen, err := s.Sight(ctx, nil, list)
	if err != nil {
		b.Fatal(err)
	}
	text := generated(rnd, 1, 1)[0].texts[0]
	n := 0
	for b.Loop() {
		a := &seen[n%many].Article
		n++
		now = now.Add(time.Second)
		a.Polling.Last, a.Polling.LastOK, a.Polling.Next, a.Polling.Outcome = now, now, now.Add(5*time.Minute), news.OutcomeNotModified
		r := store.Record{Article: *a}
		if edited {
			text = revise(rnd, text)
			if len(text.Paragraphs) > 30 {
				text.Paragraphs = text.Paragraphs[:15]
			}
			a.Versions++
			r.Article.Versions++
			r.Version = &news.Version{Article: a.ID, Number: a.Versions, Seen: now, Extractor: "page/1", Text: text}
			r.Events = []news.Event{{Kind: news.Edited, At: now, From: a.Versions - 1, To: a.Versions}}
		}
		if _, err := s.Record(ctx, r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRecordTogether has many pollers record at once.
func BenchmarkRecordTogether(b *testing.B) {
	s, err := Open(filepath.Join(b.TempDir(), "record.db"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	ctx := b.Context()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var list []store.Sighting
	for i := range 1000 {
		url := fmt.Sprintf("https://h%d.example/%d", i%20, i)
		list = append(list, store.Sighting{Keys: []news.Key{news.Key(url)}, Article: news.Article{URL: url, FirstSeen: now, Polling: news.Polling{Host: news.Host(url), Next: now}}})
	}
	seen, err := s.Sight(ctx, nil, list)
	if err != nil {
		b.Fatal(err)
	}
	articles := make(chan news.Article, len(seen))
	for _, x := range seen {
		articles <- x.Article
	}
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			a := <-articles
			a.Polling.Next = a.Polling.Next.Add(5 * time.Minute)
			if _, err := s.Record(ctx, store.Record{Article: a}); err != nil {
				b.Error(err)
			}
			articles <- a
		}
	})
}

// BenchmarkVersion reads the newest version at the end of a long chain.
func BenchmarkVersion(b *testing.B) {
	s, err := Open(filepath.Join(b.TempDir(), "read.db"), Options{noSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	ctx := b.Context()
	h := generated(rand.New(rand.NewPCG(1, 1)), 1, fullEvery)[0]
	seen, err := s.Sight(ctx, nil, []store.Sighting{{Keys: []news.Key{"k"}, Article: news.Article{URL: "https://x.example/"}}})
	if err != nil {
		b.Fatal(err)
	}
	a := seen[0].Article
	for i, text := range h.texts {
		a.Versions = i + 1
		if _, err := s.Record(ctx, store.Record{Article: a, Version: &news.Version{Article: a.ID, Number: i + 1, Text: text}}); err != nil {
			b.Fatal(err)
		}
	}
	for _, n := range []int{1, fullEvery / 2, fullEvery} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Version(ctx, a.ID, n); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
