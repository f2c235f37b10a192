package storetest

import (
	"errors"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

var watchTests = map[string]func(*bench){
	"EveryField": func(b *bench) {
		f, _ := b.feed("x.example", start)
		w := news.Watch{Channel: "slack:C0123456789", URL: f.URL, Feed: f.ID, Label: "The Post", Scope: news.ScopeHeadline, Min: news.MinMajor,
			Pages: true, Placed: start, After: 7, PausedUntil: news.Forever, FromFile: true,
			Trouble: "no answer", NextTry: at(time.Minute), Tries: 3}
		got := must(b.s.AddWatch(b.ctx, w))(b)
		w.ID = "w1"
		b.same(got, w)
		b.again()
		b.same(must(b.s.Watch(b.ctx, "w1"))(b), w)
		w.Channel, w.PausedUntil, w.Label = "discord:1", time.Time{}, "Post"
		b.same(must(b.s.ChangeWatch(b.ctx, "w1", func(to *news.Watch) error { *to = w; return nil }))(b), w)
		b.same(must(b.s.Watch(b.ctx, "w1"))(b), w)
		b.same(len(must(b.s.Watches(b.ctx, store.WatchQuery{Channel: "slack:C0123456789"}))(b)), 0)
		b.same(len(must(b.s.Watches(b.ctx, store.WatchQuery{Channel: "discord:1"}))(b)), 1)
	},

	"AfterTheNewestEvent": func(b *bench) {
		a := b.article("x.example", "a", start)
		one := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "early", Article: a.ID}))(b)
		b.same(one.After, news.Seq(0))
		e := b.event(a.ID, start)
		two := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "late", Article: a.ID}))(b)
		b.same(two.After, e.Seq)
	},

	"Exists": func(b *bench) {
		f, seen := b.feed("x.example", start, sighting("x.example", "a"))
		a := seen[0].Article
		feed := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", URL: f.URL, Feed: f.ID, Pages: true}))(b)
		article := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", URL: a.URL, Article: a.ID, Pages: true}))(b)
		unread := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", URL: "https://y.example/feed", Pages: true}))(b)
		for want, w := range map[news.WatchID]news.Watch{
			feed.ID:    {Channel: "desk", URL: "https://x.example/elsewhere", Feed: f.ID, Pages: true},
			article.ID: {Channel: "desk", URL: "https://x.example/elsewhere", Article: a.ID, Pages: true},
			unread.ID:  {Channel: "desk", URL: "http://www.y.example/feed/", Pages: true},
		} {
			got, err := b.s.AddWatch(b.ctx, w)
			b.fails(err, store.ErrExists)
			b.same(got.ID, want)
		}
		for _, w := range []news.Watch{
			{Channel: "night", Feed: f.ID, Pages: true},
			{Channel: "desk", Feed: f.ID, Pages: false},
			{Channel: "desk", URL: "https://y.example/other", Pages: true},
		} {
			must(b.s.AddWatch(b.ctx, w))(b)
		}
	},

	"IDsAreNeverReused": func(b *bench) {
		a := b.article("x.example", "a", start)
		w := news.Watch{Channel: "desk", Article: a.ID}
		for _, want := range []news.WatchID{"w1", "w2", "w3"} {
			got := must(b.s.AddWatch(b.ctx, w))(b)
			b.same(got.ID, want)
			b.ok(b.s.RemoveWatch(b.ctx, got.ID))
			b.again()
		}
		b.same(len(must(b.s.Watches(b.ctx, store.WatchQuery{}))(b)), 0)
		must(b.s.Article(b.ctx, a.ID))(b) // its record stays
	},

	"Change": func(b *bench) {
		f, _ := b.feed("x.example", start)
		w := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", URL: f.URL, Feed: f.ID, Pages: true}))(b)
		// What two change at once is changed by both.
		var both sync.WaitGroup
		for i := range 20 {
			both.Go(func() {
				_, err := b.s.ChangeWatch(b.ctx, w.ID, func(w *news.Watch) error {
					if i%2 == 0 {
						w.Tries++
					} else {
						w.After++
					}
					return nil
				})
				b.ok(err)
			})
		}
		both.Wait()
		w.Tries, w.After = w.Tries+10, w.After+10
		b.same(must(b.s.Watch(b.ctx, w.ID))(b), w)
		// Nothing is changed where the change fails, or names what is not there.
		odd := errors.New("odd")
		_, err := b.s.ChangeWatch(b.ctx, w.ID, func(w *news.Watch) error { w.Label = "lost"; return odd })
		b.fails(err, odd)
		_, err = b.s.ChangeWatch(b.ctx, w.ID, func(w *news.Watch) error { w.Feed = "f999"; return nil })
		b.fails(err, store.ErrNotFound)
		// Its ID is not changed.
		b.same(must(b.s.ChangeWatch(b.ctx, w.ID, func(w *news.Watch) error { w.ID = "w77"; return nil }))(b), w)
		b.same(must(b.s.Watches(b.ctx, store.WatchQuery{}))(b), []news.Watch{w})
	},

	"NotFound": func(b *bench) {
		for _, id := range []news.WatchID{"w9", "", "w", "9", "w09", "w-1", "watch"} {
			_, err := b.s.Watch(b.ctx, id)
			b.fails(err, store.ErrNotFound)
			b.fails(b.s.RemoveWatch(b.ctx, id), store.ErrNotFound)
			_, err = b.s.ChangeWatch(b.ctx, id, func(*news.Watch) error { return nil })
			b.fails(err, store.ErrNotFound)
		}
		_, err := b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Article: "a999"})
		b.fails(err, store.ErrNotFound)
		_, err = b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Feed: "f999"})
		b.fails(err, store.ErrNotFound)
	},

	"Queries": func(b *bench) {
		f, seen := b.feed("x.example", start, sighting("x.example", "a"))
		a := seen[0].Article
		w1 := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Feed: f.ID, Pages: true}))(b)
		w2 := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "night", Feed: f.ID, Pages: true}))(b)
		w3 := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Article: a.ID, Pages: true}))(b)
		w4 := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", URL: "https://y.example/", Pages: true}))(b)
		w5 := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Feed: f.ID, Pages: false}))(b)
		get := func(q store.WatchQuery) []news.WatchID { return watchIDs(must(b.s.Watches(b.ctx, q))(b)) }
		b.same(get(store.WatchQuery{}), []news.WatchID{w1.ID, w2.ID, w3.ID, w4.ID, w5.ID})
		b.same(get(store.WatchQuery{Channel: "desk"}), []news.WatchID{w1.ID, w3.ID, w4.ID, w5.ID})
		b.same(get(store.WatchQuery{Channel: "nobody"}), []news.WatchID{})
		b.same(get(store.WatchQuery{Feed: f.ID}), []news.WatchID{w1.ID, w2.ID, w5.ID})
		b.same(get(store.WatchQuery{Feed: f.ID, Channel: "desk"}), []news.WatchID{w1.ID, w5.ID})
		b.same(get(store.WatchQuery{Article: a.ID}), []news.WatchID{w3.ID})
		b.same(get(store.WatchQuery{Unread: true}), []news.WatchID{w4.ID})

		w4 = must(b.s.ChangeWatch(b.ctx, w4.ID, func(w *news.Watch) error {
			w.Feed = f.ID // it was read
			return nil
		}))(b)
		b.same(get(store.WatchQuery{Unread: true}), []news.WatchID{})
		b.same(get(store.WatchQuery{Feed: f.ID}), []news.WatchID{w1.ID, w2.ID, w4.ID, w5.ID})
	},

	"Watching": func(b *bench) {
		x := sighting("x.example", "a")
		f, seen := b.feed("x.example", start, x)
		page := seen[0].Article
		y := x
		y.Keys = []news.Key{"feed reading"}
		y.Article.Reading = news.FeedReading
		g, seen := b.feed("y.example", start, y, x)
		entry := seen[0].Article
		page = must(b.s.Article(b.ctx, page.ID))(b)

		pages := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Feed: f.ID, Pages: true}))(b)
		titles := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Feed: g.ID, Pages: false}))(b)
		both := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Feed: g.ID, Pages: true}))(b)
		own := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Article: entry.ID, Pages: true}))(b)
		b.same(watchIDs(must(b.s.Watching(b.ctx, page))(b)), []news.WatchID{pages.ID, both.ID})
		b.same(watchIDs(must(b.s.Watching(b.ctx, entry))(b)), []news.WatchID{titles.ID, own.ID})
		b.same(watchIDs(must(b.s.Watching(b.ctx, b.article("z.example", "z", start)))(b)), []news.WatchID{})
	},
}
