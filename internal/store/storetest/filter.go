package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var (
	allKinds = []news.EventKind{news.Edited, news.Removed, news.Returned, news.Reverted, news.Live, news.Retired, news.Failing, news.Archived}
	// aboutWatching are those that readers of an article need not know of.
	aboutWatching = []news.EventKind{news.Retired, news.Failing, news.Archived}
	allClasses    = []news.Class{news.ClassHeadline, news.ClassFact, news.ClassMinor, news.ClassTypography, news.ClassReorder}
)

// filters holds the filters of events, in any combination, against a plain look
// at every event.
func filters(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	t.Cleanup(func() { s.Close() })
	ctx := context.WithoutCancel(t.Context())
	all, sources := manyEvents(t, s)
	rapid.Check(t, func(rt *rapid.T) {
		q := store.EventQuery{
			Source:  rapid.SampledFrom([]string{"", "", "The x.example", "The y.example", "The z.example", "Nobody"}).Draw(rt, "source"),
			Kinds:   rapid.SliceOfN(rapid.SampledFrom(allKinds), 0, 2).Draw(rt, "kinds"),
			Classes: rapid.SliceOfN(rapid.SampledFrom(append(allClasses, "unheard of")), 0, 2).Draw(rt, "classes"),
			Told:    rapid.Bool().Draw(rt, "told"),
			Oldest:  rapid.Bool().Draw(rt, "oldest"),
			Least:   news.Significance(rapid.IntRange(0, 3).Draw(rt, "least")),
			Max:     rapid.SampledFrom([]int{1, 3, 25, len(all)}).Draw(rt, "max"),
			After:   news.Seq(rapid.SampledFrom([]int{0, 0, 1, len(all) / 3, len(all)}).Draw(rt, "after")),
			Before:  news.Seq(rapid.SampledFrom([]int{0, 0, 1, len(all) / 2, len(all), 2 * len(all)}).Draw(rt, "before")),
		}
		if rapid.Bool().Draw(rt, "one article") {
			q.Article = rapid.SampledFrom(all).Draw(rt, "of").Article
		}
		if rapid.Bool().Draw(rt, "since") {
			q.Since = rapid.SampledFrom(all).Draw(rt, "from").At
		}
		if rapid.Bool().Draw(rt, "until") {
			q.Until = rapid.SampledFrom(all).Draw(rt, "to").At
		}
		for range 3 { // pages
			got, err := s.Events(ctx, q)
			if err != nil {
				rt.Fatal(err)
			}
			if d := cmp.Diff(seqs(plainFilter(all, sources, q)), seqs(got)); d != "" {
				rt.Fatalf("%+v: want (-) and got (+) differ:\n%s", q, d)
			}
			if len(got) == 0 {
				break
			}
			if last := got[len(got)-1].Seq; q.Oldest {
				q.After = last
			} else {
				q.Before = last
			}
		}
	})
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
}

// manyEvents records some thousand events of four articles, times going forth
// and, at times, back. It returns them as they are stored, and the sources of
// the articles.
func manyEvents(t *testing.T, s store.Store) (all []news.Event, sources map[news.ArticleID]string) {
	ctx := t.Context()
	rnd := rand.New(rand.NewPCG(7, 7))
	sources = map[news.ArticleID]string{}
	var list []store.Sighting
	for i := range 4 {
		list = append(list, sighting(string('x'+rune(min(i, 2)))+".example", fmt.Sprint(i)))
	}
	seen, err := s.Sight(ctx, nil, list)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < 9000; {
		// The last article, and one class, are rare.
		a := seen[min(rnd.IntN(50)/16, 3)].Article
		if a, err = s.Article(ctx, a.ID); err != nil {
			t.Fatal(err)
		}
		sources[a.ID] = a.Source
		var events []news.Event
		for range 1 + rnd.IntN(60) {
			n++
			when := at(time.Duration(n) * time.Minute)
			if rnd.IntN(500) == 0 {
				when = when.Add(-time.Duration(rnd.IntN(n)) * time.Minute)
			}
			e := news.Event{Kind: news.Edited, At: when, Significance: news.Significance(1 + rnd.IntN(3))}
			if rnd.IntN(3) == 0 {
				e.Kind, e.Significance = allKinds[rnd.IntN(len(allKinds))], news.None
			} else {
				e.Classes = append(e.Classes, allClasses[rnd.IntN(len(allClasses)-1)])
			}
			if rnd.IntN(2000) == 0 {
				e.Classes = append(e.Classes, news.ClassReorder)
			}
			events = append(events, e)
		}
		done, err := s.Record(ctx, store.Record{Article: a, Events: events})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, done.Events...)
	}
	return all, sources
}

// plainFilter is what the contract says, read event by event.
func plainFilter(all []news.Event, sources map[news.ArticleID]string, q store.EventQuery) (list []news.Event) {
	for _, e := range all {
		major := e.Kind != news.Edited && !slices.Contains(aboutWatching, e.Kind)
		switch {
		case q.Article != "" && e.Article != q.Article,
			q.Source != "" && sources[e.Article] != q.Source,
			e.Seq <= q.After, q.Before != 0 && e.Seq >= q.Before,
			len(q.Kinds) > 0 && !slices.Contains(q.Kinds, e.Kind),
			q.Told && slices.Contains(aboutWatching, e.Kind),
			e.Significance < q.Least && !major,
			e.At.Before(q.Since), !q.Until.IsZero() && !e.At.Before(q.Until):
			continue
		}
		any := len(q.Classes) == 0
		for _, c := range q.Classes {
			any = any || slices.Contains(e.Classes, c)
		}
		if any {
			list = append(list, e)
		}
	}
	if !q.Oldest {
		slices.Reverse(list)
	}
	return list[:min(len(list), q.Max)]
}
