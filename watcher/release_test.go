package watcher_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
	"github.com/editwatch/editwatch/watcher"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// quietWeb answers everything with 304, after a moment.
type quietWeb struct {
	mu    sync.Mutex // guards asked
	asked map[string]time.Time
}

func (q *quietWeb) Get(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	time.Sleep(10 * time.Millisecond)
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.asked[r.URL].IsZero() {
		q.asked[r.URL] = time.Now()
	}
	return &fetch.Response{NotModified: true, URL: r.URL}, nil
}

// TestHostIsLeasedAnewAtOnce has one host with more work than one lease holds,
// and nothing else that would wake the watcher.
func TestHostIsLeasedAnewAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := bolt.Open(filepath.Join(t.TempDir(), "release.db"), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		now := time.Now().UTC()
		feed := news.Feed{URL: "https://post.example/feed", FirstSeen: now, Polling: news.Polling{Host: "post.example"}}
		var list []store.Sighting
		for i := range 100 {
			url := fmt.Sprintf("https://post.example/%d", i)
			list = append(list, store.Sighting{Keys: []news.Key{news.AddressKey(news.PageReading, url)}, Article: news.Article{
				Reading: news.PageReading, URL: url, FirstSeen: now, Polling: news.Polling{Host: "post.example", Next: now},
			}})
		}
		if _, err := s.Sight(t.Context(), &feed, list); err != nil {
			t.Fatal(err)
		}
		if _, err := s.AddWatch(t.Context(), news.Watch{Channel: "desk", URL: feed.URL, Feed: feed.ID, Pages: true, Placed: now}); err != nil {
			t.Fatal(err)
		}
		web := &quietWeb{asked: make(map[string]time.Time)}
		w := watcher.New(s, web, watcher.Options{Schedule: watcher.DefaultSchedule(), Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := w.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if len(web.asked) != len(list) {
			t.Errorf("%d of %d articles were asked for in five seconds of which they take one", len(web.asked), len(list))
		}
	})
}
