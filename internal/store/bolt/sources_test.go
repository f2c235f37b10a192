package bolt

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

func TestSourcesAndTheirEvents(t *testing.T) {
	ctx := t.Context()
	s, err := Open(filepath.Join(t.TempDir(), "sources.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	at := time.Date(2026, 5, 3, 10, 0, 0, 0, time.UTC)
	var articles []news.Article
	for i, source := range []string{"Post", "Gazette", "", "Post", "Évening"} {
		got, err := s.Sight(ctx, nil, []store.Sighting{{
			Keys:    []news.Key{news.Key(fmt.Sprint("page address x.example/", i))},
			Article: news.Article{Reading: news.PageReading, URL: fmt.Sprint("https://x.example/", i), Source: source, FirstSeen: at},
		}})
		if err != nil {
			t.Fatal(err)
		}
		articles = append(articles, got[0].Article)
	}
	for i := range 30 { // the articles' events take turns
		a := articles[i%len(articles)]
		if _, err := s.Record(ctx, store.Record{Article: a, Events: []news.Event{{Kind: news.Removed, At: at.Add(time.Duration(i) * time.Minute)}}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		after string
		max   int
		want  []string
	}{
		{"", 0, []string{"Gazette", "Post", "Évening"}},
		{"", 2, []string{"Gazette", "Post"}},
		{"Post", 2, []string{"Évening"}},
		{"Q", 1, []string{"Évening"}},
		{"Évening", 0, nil},
	} {
		got, err := s.Sources(ctx, tt.after, tt.max)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("Sources(%q, %d) = %q, %v, want %q", tt.after, tt.max, got, err, tt.want)
		}
	}

	// A source that is added stands in the list at once.
	fifth := articles[4]
	fifth.Source = "Herald"
	if _, err := s.Record(ctx, store.Record{Article: fifth}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Sources(ctx, "Gazette", 1); err != nil || !slices.Equal(got, []string{"Herald"}) {
		t.Errorf("after Gazette comes %q, %v", got, err)
	}

	// Pages of a source's events, by a cursor of its own or any other.
	all, err := s.Events(ctx, store.EventQuery{Source: "Post"})
	if err != nil || len(all) != 12 {
		t.Fatalf("%d events of Post, %v", len(all), err)
	}
	for before := news.Seq(1); before <= 32; before++ {
		var want []news.Event
		for _, e := range all {
			if e.Seq < before && len(want) < 3 {
				want = append(want, e)
			}
		}
		got, err := s.Events(ctx, store.EventQuery{Source: "Post", Before: before, Max: 3})
		if err != nil || !slices.EqualFunc(got, want, func(a, b news.Event) bool { return a.Seq == b.Seq }) {
			t.Errorf("before %d: %v, %v, want %v", before, got, err, want)
		}
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
}
