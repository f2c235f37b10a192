package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

// TestSweep lets days pass: what an article leaves goes when its time has come,
// and what is still checked stays.
func TestSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		s, err := bolt.Open(filepath.Join(t.TempDir(), "test.db"), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		began := time.Now()
		day := duration(24 * time.Hour)
		a := &app{store: s, log: slog.New(slog.DiscardHandler), config: config{Retention: retentionConfig{Versions: 10 * day, Captures: 3 * day}}}
		left := func() (c store.Counts) {
			t.Helper()
			if c, err = s.Counts(ctx); err != nil {
				t.Fatal(err)
			}
			return c
		}
		for _, next := range []time.Time{{}, time.Now().Add(1000 * time.Hour)} { // one is not checked any more
			recordThree(t, s, next)
		}
		ended := make(chan error, 1)
		go func() { ended <- a.sweepLoop(ctx) }()
		for _, tt := range []struct{ days, versions, captures int }{{1, 6, 6}, {2, 6, 6}, {4, 6, 3}, {9, 6, 3}, {11, 4, 3}, {30, 4, 3}} {
			time.Sleep(time.Until(began.Add(time.Duration(tt.days)*24*time.Hour + time.Hour)))
			if c := left(); c.Versions != tt.versions || c.Captures != tt.captures || c.Events != 4 {
				t.Errorf("on day %d: %+v, want %d versions and %d captures", tt.days, c, tt.versions, tt.captures)
			}
		}
		if err := s.Check(ctx); err != nil {
			t.Error(err)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// recordThree records an article in three versions, with a capture of each.
func recordThree(t *testing.T, s store.Store, next time.Time) {
	t.Helper()
	ctx, now := context.Background(), time.Now()
	url := fmt.Sprintf("https://harbour.example/%d", next.Unix())
	seen, err := s.Sight(ctx, nil, []store.Sighting{{Keys: []news.Key{news.Key(url)}, Article: news.Article{
		URL: url, FirstSeen: now, Polling: news.Polling{Host: "harbour.example", Next: next},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	a := seen[0].Article
	for n := 1; n <= 3; n++ {
		a.Versions = n
		r := store.Record{
			Article: a, Version: &news.Version{Article: a.ID, Number: n, Seen: now, Text: news.Text{Headline: fmt.Sprint(n)}},
			Capture: &news.Capture{At: now, Asked: url, URL: url, Body: []byte(url)},
		}
		if n > 1 {
			r.Events = []news.Event{{Kind: news.Edited, At: now, From: n - 1, To: n}}
		}
		if _, err := s.Record(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
}
