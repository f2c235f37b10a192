package storetest

import (
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

var mergeTests = map[string]func(*bench){
	"KeysFeedsWatches": func(b *bench) {
		f, _ := b.feed("x.example", start, sighting("x.example", "into"))
		g, _ := b.feed("y.example", start, sighting("y.example", "dup"))
		into := must(b.s.FindArticle(b.ctx, sighting("x.example", "into").Keys...))(b)
		dup := must(b.s.FindArticle(b.ctx, sighting("y.example", "dup").Keys...))(b)
		must(b.s.Record(b.ctx, store.Record{Article: dup, Keys: []news.Key{"one", "two"}, Page: []byte("page")}))(b)
		b.version(into.ID, text(1), start)
		w := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", URL: dup.URL, Article: dup.ID, Pages: true}))(b)
		before := must(b.s.Counts(b.ctx))(b)

		b.ok(b.s.Merge(b.ctx, dup.ID, into.ID))
		_, err := b.s.Article(b.ctx, dup.ID)
		b.fails(err, store.ErrNotFound)
		for _, k := range append(sighting("y.example", "dup").Keys, "one", "two") {
			b.same(must(b.s.FindArticle(b.ctx, k))(b).ID, into.ID)
		}
		got := must(b.s.Article(b.ctx, into.ID))(b)
		b.same(got.Feeds, []news.FeedID{f.ID, g.ID})
		b.same(got.Versions, 1)
		b.same(must(b.s.Watch(b.ctx, w.ID))(b).Article, into.ID)
		b.same(watchIDs(must(b.s.Watching(b.ctx, got))(b)), []news.WatchID{w.ID})
		b.same(must(b.s.Counts(b.ctx))(b).Articles, before.Articles-1)
		// Its polls are over.
		for range 2 {
			for _, p := range b.lease(at(time.Hour), 10).Polls {
				if p.Article != nil && p.Article.ID != into.ID {
					b.Fatalf("%s is still scheduled", p.Article.ID)
				}
			}
		}
		// Its ID is not given out again.
		if a := b.article("x.example", "new", start); a.ID == dup.ID {
			b.Fatalf("the ID %s was given to another article", a.ID)
		}
	},

	"EventsAndDeliveries": func(b *bench) {
		into, dup := b.article("x.example", "into", start), b.article("x.example", "dup", start)
		b.post(into.ID, "desk", start)
		b.post(dup.ID, "desk", start)
		b.post(dup.ID, "night", start)
		b.post(into.ID, "desk", start)
		d := b.attempt(start)
		b.sent(d, "m1", start)
		b.ok(b.s.Merge(b.ctx, dup.ID, into.ID))
		b.same(seqs(must(b.s.Events(b.ctx, store.EventQuery{Article: into.ID}))(b)), []news.Seq{4, 3, 2, 1})
		b.same(len(must(b.s.Deliveries(b.ctx, store.DeliveryQuery{Article: into.ID}))(b)), 4)
		b.same(must(b.s.Thread(b.ctx, "desk", into.ID))(b), news.Thread{Root: "m1", Posted: start, Posts: 1})
	},

	"SameWatchTwice": func(b *bench) {
		into, dup := b.article("x.example", "into", start), b.article("x.example", "dup", start)
		one := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Article: into.ID, Pages: true}))(b)
		must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Article: dup.ID, Pages: true}))(b)
		b.ok(b.s.Merge(b.ctx, dup.ID, into.ID))
		b.same(watchIDs(must(b.s.Watches(b.ctx, store.WatchQuery{}))(b)), []news.WatchID{one.ID})
	},

	"Refused": func(b *bench) {
		into, dup := b.article("x.example", "into", start), b.article("x.example", "dup", start)
		b.version(dup.ID, text(1), start)
		b.fails(b.s.Merge(b.ctx, dup.ID, into.ID), store.ErrConflict)
		b.fails(b.s.Merge(b.ctx, "a999", into.ID), store.ErrNotFound)
		b.fails(b.s.Merge(b.ctx, into.ID, "a999"), store.ErrNotFound)
		if b.s.Merge(b.ctx, into.ID, into.ID) == nil {
			b.Fatal("an article was merged into itself")
		}
	},
}
