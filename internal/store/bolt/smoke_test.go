package bolt

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

func TestSmoke(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "x.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	now := time.Now()
	f := &news.Feed{URL: "https://x.example/feed", Polling: news.Polling{Host: "x.example", Next: now}}
	out, err := s.Sight(ctx, f, []store.Sighting{{Keys: []news.Key{"k"}, Article: news.Article{URL: "https://x.example/a", FirstSeen: now, Polling: news.Polling{Host: "x.example", Next: now}}}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.LeaseHost(ctx, now, now.Add(time.Minute), 10)
	if err != nil || len(l.Polls) != 2 {
		t.Fatal(l, err)
	}
	a := out[0].Article
	for i := 1; i <= 100; i++ {
		a.Versions = i
		v := &news.Version{Article: a.ID, Number: i, Seen: now, Text: news.Text{Headline: "A headline", Paragraphs: []string{"One paragraph with number " + time.Now().String(), "Two"}}}
		if _, err := s.Record(ctx, store.Record{Article: a, Version: v, Events: []news.Event{{Kind: news.Edited}}}); err != nil {
			t.Fatal(err)
		}
	}
	vs, err := s.Versions(ctx, a.ID, 1, 0)
	if err != nil || len(vs) != 100 {
		t.Fatal(len(vs), err)
	}
	ev, err := s.Unplanned(ctx, 5)
	if err != nil || len(ev) != 5 {
		t.Fatal(ev, err)
	}
	for range 2 {
		if err := s.Plan(ctx, ev[0].Seq, []store.Duty{{Channel: "c", Kind: news.Post, Article: a.ID, Due: now}}); err != nil {
			t.Fatal(err)
		}
	}
	d, err := s.LeaseDelivery(ctx, now, now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	d.State, d.Message, d.Settled = news.Sent, "m", now
	if err := s.Settle(ctx, d); err != nil {
		t.Fatal(err)
	}
	t.Log(d.ID)
	c, err := s.Counts(ctx)
	t.Log(c, err)
	if err := s.Check(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
