package storetest

import (
	"fmt"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

var readerTests = map[string]func(*bench){
	"NotFound": func(b *bench) {
		for _, id := range []string{"", "a", "f", "a9", "f9", "A1", "a01", "x", "a-1", "azzzzzzzzzzzz", "新"} {
			_, err := b.s.Article(b.ctx, news.ArticleID(id))
			b.fails(err, store.ErrNotFound)
			_, err = b.s.Feed(b.ctx, news.FeedID(id))
			b.fails(err, store.ErrNotFound)
			_, err = b.s.Page(b.ctx, news.ArticleID(id))
			b.fails(err, store.ErrNotFound)
			_, err = b.s.FindVersion(b.ctx, news.ArticleID(id), text(1).Hash())
			b.fails(err, store.ErrNotFound)
		}
		_, err := b.s.FindFeed(b.ctx, "https://x.example/feed")
		b.fails(err, store.ErrNotFound)
		_, err = b.s.FindArticle(b.ctx, "k")
		b.fails(err, store.ErrNotFound)
		_, err = b.s.FindArticle(b.ctx)
		b.fails(err, store.ErrNotFound)
		_, err = b.s.Event(b.ctx, 1)
		b.fails(err, store.ErrNotFound)
	},

	"Feeds": func(b *bench) {
		f, _ := b.feed("x.example", start)
		g, _ := b.feed("y.example", start)
		b.same(must(b.s.Feeds(b.ctx, store.FeedQuery{}))(b), []news.Feed{f, g})
		b.same(must(b.s.Feeds(b.ctx, store.FeedQuery{Max: 1}))(b), []news.Feed{f})
		b.same(must(b.s.Feeds(b.ctx, store.FeedQuery{Max: 1, After: f.ID}))(b), []news.Feed{g})
		b.same(len(must(b.s.Feeds(b.ctx, store.FeedQuery{After: g.ID}))(b)), 0)
		b.same(must(store.AllFeeds(b.ctx, b.s))(b), []news.Feed{f, g})
		_, err := b.s.Feeds(b.ctx, store.FeedQuery{After: "nonsense"})
		b.fails(err, store.ErrNotFound)
		for _, address := range []string{f.URL, "http://x.example/feed.xml", "https://www.x.example/feed.xml/#top"} {
			b.same(must(b.s.FindFeed(b.ctx, address))(b).ID, f.ID)
		}
		moved := f
		moved.URL = "https://x.example/new.xml"
		b.ok(b.s.RecordFeed(b.ctx, moved, nil))
		b.same(must(b.s.FindFeed(b.ctx, moved.URL))(b).ID, f.ID)
		b.same(must(b.s.FindFeed(b.ctx, f.URL))(b).ID, f.ID) // as people know it
	},

	"ArticlesInOrder": func(b *bench) {
		var want []news.ArticleID // newest first
		for i := range 7 {
			x := sighting("x.example", fmt.Sprint(i))
			x.Article.FirstSeen = at(time.Duration(i) * time.Minute)
			seen := must(b.s.Sight(b.ctx, nil, []store.Sighting{x}))(b)
			want = append([]news.ArticleID{seen[0].Article.ID}, want...)
		}
		get := func(q store.ArticleQuery) []news.ArticleID { return articleIDs(must(b.s.Articles(b.ctx, q))(b)) }
		b.same(get(store.ArticleQuery{}), want)
		b.same(get(store.ArticleQuery{Max: 3}), want[:3])
		b.same(get(store.ArticleQuery{Max: 3, After: want[2]}), want[3:6])
		b.same(get(store.ArticleQuery{Max: 3, After: want[5]}), want[6:])
		b.same(get(store.ArticleQuery{After: want[6]}), []news.ArticleID{})
		_, err := b.s.Articles(b.ctx, store.ArticleQuery{After: "a999"})
		b.fails(err, store.ErrNotFound)

		b.event(want[4], at(time.Hour)) // comes to the front
		moved := append([]news.ArticleID{want[4]}, append(append([]news.ArticleID{}, want[:4]...), want[5:]...)...)
		b.same(get(store.ArticleQuery{}), moved)
		b.again()
		b.same(get(store.ArticleQuery{}), moved)
	},

	"ArticlesByFeedSourceHold": func(b *bench) {
		f, _ := b.feed("x.example", start, sighting("x.example", "a"), sighting("x.example", "b"))
		b.feed("y.example", start, sighting("y.example", "c"))
		get := func(q store.ArticleQuery) []news.ArticleID { return articleIDs(must(b.s.Articles(b.ctx, q))(b)) }
		all := get(store.ArticleQuery{})
		b.same(len(all), 3)
		b.same(get(store.ArticleQuery{Feed: f.ID}), get(store.ArticleQuery{Source: "The x.example"}))
		b.same(len(get(store.ArticleQuery{Feed: f.ID})), 2)
		b.same(get(store.ArticleQuery{Feed: "f999"}), []news.ArticleID{})
		b.same(get(store.ArticleQuery{Source: "Nobody"}), []news.ArticleID{})
		b.same(get(store.ArticleQuery{Held: true}), []news.ArticleID{})

		// A source's articles go page by page too, and follow its name.
		one := get(store.ArticleQuery{Source: "The x.example", Max: 1})
		b.same(append(one, get(store.ArticleQuery{Source: "The x.example", After: one[0]})...), get(store.ArticleQuery{Feed: f.ID}))
		b.same(get(store.ArticleQuery{Source: "The x.example", Feed: "f2"}), []news.ArticleID{})

		a := must(b.s.Article(b.ctx, all[1]))(b)
		a.Hold = &news.Hold{Reason: news.HoldHeadline, Text: text(1), Since: start, Looks: 1}
		a.Source = "New name"
		must(b.s.Record(b.ctx, store.Record{Article: a}))(b)
		b.same(get(store.ArticleQuery{Held: true}), []news.ArticleID{a.ID})
		b.same(get(store.ArticleQuery{Source: "New name"}), []news.ArticleID{a.ID})
		b.same(get(store.ArticleQuery{}), all) // a hold is no event
	},

	"Events": func(b *bench) {
		a := b.article("x.example", "a", start)
		o := b.article("y.example", "o", start)
		f, _ := b.feed("z.example", start)
		for i := range 9 {
			switch i % 3 {
			case 0:
				b.event(a.ID, start)
			case 1:
				b.event(o.ID, start)
			case 2:
				b.ok(b.s.RecordFeed(b.ctx, f, &news.Event{Kind: news.Failing, At: start}))
			}
		}
		get := func(q store.EventQuery) []news.Seq { return seqs(must(b.s.Events(b.ctx, q))(b)) }
		b.same(get(store.EventQuery{}), []news.Seq{9, 8, 7, 6, 5, 4, 3, 2, 1})
		b.same(get(store.EventQuery{Max: 2}), []news.Seq{9, 8})
		b.same(get(store.EventQuery{Max: 2, Before: 8}), []news.Seq{7, 6})
		b.same(get(store.EventQuery{Before: 100, Max: 1}), []news.Seq{9})
		b.same(get(store.EventQuery{After: 7}), []news.Seq{9, 8})
		b.same(get(store.EventQuery{After: 2, Before: 6}), []news.Seq{5, 4, 3})
		b.same(get(store.EventQuery{Oldest: true, Max: 3}), []news.Seq{1, 2, 3})
		b.same(get(store.EventQuery{Oldest: true, After: 3, Before: 6}), []news.Seq{4, 5})
		b.same(get(store.EventQuery{Oldest: true, After: 9}), []news.Seq{})
		for _, q := range []store.EventQuery{{Article: a.ID}, {Source: "The x.example"}, {Article: a.ID, Source: "The x.example"}} {
			b.same(get(q), []news.Seq{7, 4, 1})
			q.Before = 7
			b.same(get(q), []news.Seq{4, 1})
			q.Max = 1
			b.same(get(q), []news.Seq{4})
			q.Oldest = true
			b.same(get(q), []news.Seq{1})
			q.After, q.Before = 1, 0
			b.same(get(q), []news.Seq{4})
			q.Max = 0
			b.same(get(q), []news.Seq{4, 7})
		}
		b.same(get(store.EventQuery{Article: a.ID, Source: "The y.example"}), []news.Seq{})
		b.same(get(store.EventQuery{Source: "Nobody"}), []news.Seq{})
		_, err := b.s.Events(b.ctx, store.EventQuery{Article: "a999"})
		b.fails(err, store.ErrNotFound)
	},

	"Recorded": func(b *bench) {
		a, o := b.article("x.example", "a", start), b.article("x.example", "o", start)
		b.version(a.ID, text(1), start)
		b.version(o.ID, text(2), start)
		b.version(a.ID, text(3), start)
		all := must(b.s.Recorded(b.ctx, 0, 10))(b)
		var got []string
		for i, v := range all {
			got = append(got, fmt.Sprint(v.Article, v.Number))
			if i > 0 && v.Place <= all[i-1].Place {
				b.Errorf("%+v is not in order", all)
			}
		}
		b.same(got, []string{fmt.Sprint(a.ID, 1), fmt.Sprint(o.ID, 1), fmt.Sprint(a.ID, 2)})
		b.same(must(b.s.Recorded(b.ctx, all[0].Place, 1))(b), all[1:2])
		b.same(len(must(b.s.Recorded(b.ctx, all[2].Place, 1))(b)), 0)
	},

	"Counts": func(b *bench) {
		b.same(must(b.s.Counts(b.ctx))(b), store.Counts{})
		_, seen := b.feed("x.example", start, sighting("x.example", "a"), sighting("x.example", "b"))
		a := seen[0].Article
		b.version(a.ID, text(1), start)
		_, e := b.version(a.ID, text(2), start)
		must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Article: a.ID}))(b)
		b.ok(b.s.Plan(b.ctx, e[0].Seq, []store.Duty{{Channel: "desk", Kind: news.Post, Article: a.ID, Due: start}}))
		b.same(must(b.s.Counts(b.ctx))(b), store.Counts{Feeds: 1, Articles: 2, Versions: 2, Events: 1, Watches: 1, Pending: 1})
	},
}
