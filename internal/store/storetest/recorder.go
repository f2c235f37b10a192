package storetest

import (
	"bytes"
	"context"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

var recorderTests = map[string]func(*bench){
	"SightFindsByAnyKey": func(b *bench) {
		x := sighting("x.example", "a")
		x.Keys = []news.Key{"k1", "k2"}
		first := must(b.s.Sight(b.ctx, nil, []store.Sighting{x}))(b)[0]
		b.same(first.New, true)
		x.Keys = []news.Key{"k3", "k2"}
		x.Article.Headline = "Another headline"
		second := must(b.s.Sight(b.ctx, nil, []store.Sighting{x}))(b)[0]
		b.same(second.New, false)
		b.same(second.Article.ID, first.Article.ID)
		b.same(second.Article.Headline, first.Article.Headline) // nothing else changes
		b.same(must(b.s.FindArticle(b.ctx, "k0", "k3"))(b).ID, first.Article.ID)
	},

	"RecordQuiet": func(b *bench) {
		seen := must(b.s.Sight(b.ctx, nil, []store.Sighting{sighting("x.example", "a"), sighting("x.example", "b")}))(b)
		one, two := seen[0].Article, seen[1].Article
		later := start.Add(time.Hour)
		one.Polling.Next, two.Polling.Next = later, later
		behind, gone := two, one
		behind.Versions = 7
		gone.ID = "azzz"
		b.ok(b.s.RecordQuiet(b.ctx, []news.Article{gone, one, behind}))
		b.same(must(b.s.Article(b.ctx, one.ID))(b), one)
		b.same(must(b.s.Article(b.ctx, two.ID))(b), seen[1].Article)
	},

	"SightFirstKeyWins": func(b *bench) {
		one, two := sighting("x.example", "one"), sighting("x.example", "two")
		seen := must(b.s.Sight(b.ctx, nil, []store.Sighting{one, two}))(b)
		both := sighting("x.example", "three")
		both.Keys = []news.Key{two.Keys[0], one.Keys[0]}
		got := must(b.s.Sight(b.ctx, nil, []store.Sighting{both}))(b)[0]
		b.same(got.Article.ID, seen[1].Article.ID)
		// A key that another holds stays there.
		b.same(must(b.s.FindArticle(b.ctx, one.Keys[0]))(b).ID, seen[0].Article.ID)
	},

	"SightTwiceInOneReading": func(b *bench) {
		x := sighting("x.example", "a")
		seen := must(b.s.Sight(b.ctx, nil, []store.Sighting{x, x, x}))(b)
		b.same([]bool{seen[0].New, seen[1].New, seen[2].New}, []bool{true, false, false})
		b.same(seen[2].Article.ID, seen[0].Article.ID)
		b.same(must(b.s.Counts(b.ctx))(b).Articles, 1)
	},

	"SightNeedsAKey": func(b *bench) {
		if _, err := b.s.Sight(b.ctx, nil, []store.Sighting{{Article: news.Article{URL: "https://x.example/"}}}); err == nil {
			b.Fatal("a sighting without keys was taken")
		}
		b.same(must(b.s.Counts(b.ctx))(b).Articles, 0)
	},

	"SightFeed": func(b *bench) {
		f, seen := b.feed("x.example", start, sighting("x.example", "a"))
		b.same(seen[0].Article.Feeds, []news.FeedID{f.ID})
		b.same(must(b.s.Feed(b.ctx, f.ID))(b), f)

		again := f // the same address in another form, and no ID
		again.ID, again.URL, again.Title = "", "http://www.x.example/feed.xml?utm_source=y", "New title"
		again.FirstSeen = at(time.Hour)
		must(b.s.Sight(b.ctx, &again, nil))(b)
		b.same(again.ID, f.ID)
		got := must(b.s.Feed(b.ctx, f.ID))(b)
		b.same(got.Title, "New title")
		b.same(got.FirstSeen, start) // it was first seen when it was

		other, seen2 := b.feed("y.example", start, sighting("x.example", "a"))
		b.same(seen2[0].New, false)
		b.same(seen2[0].Article.Feeds, []news.FeedID{f.ID, other.ID})

		unknown := f
		unknown.ID = "f999"
		_, err := b.s.Sight(b.ctx, &unknown, nil)
		b.fails(err, store.ErrNotFound)
	},

	"SightSchedulesOnce": func(b *bench) {
		x := sighting("x.example", "a")
		a := b.article("x.example", "a", time.Time{})
		got := must(b.s.Sight(b.ctx, nil, []store.Sighting{x}))(b)[0].Article
		b.same(got.Polling.Next, start)
		x.Article.Polling.Next = at(time.Hour)
		got = must(b.s.Sight(b.ctx, nil, []store.Sighting{x}))(b)[0].Article
		b.same(got.Polling.Next, start) // it was scheduled

		for _, end := range []func(*news.Article){
			func(a *news.Article) { a.Retired = start },
			func(a *news.Article) { a.Removed = start },
		} {
			gone := got
			gone.Polling.Next = time.Time{}
			end(&gone)
			must(b.s.Record(b.ctx, store.Record{Article: gone}))(b)
			back := must(b.s.Sight(b.ctx, nil, []store.Sighting{x}))(b)[0].Article
			b.same(back.Polling.Next, time.Time{})
		}
		b.same(a.ID, got.ID)
	},

	"SightLooksSoonerAtWhatChanged": func(b *bench) {
		a := b.article("x.example", "a", at(time.Hour))
		a.Polling.Last = at(time.Minute)
		a.Hold = &news.Hold{Reason: news.HoldGone, Since: start, Looks: 1}
		must(b.s.Record(b.ctx, store.Record{Article: a}))(b)
		x := sighting("x.example", "a") // due at start
		for _, changed := range []time.Time{{}, at(time.Minute)} {
			x.Changed = changed
			b.same(must(b.s.Sight(b.ctx, nil, []store.Sighting{x}))(b)[0].Article, a)
		}

		x.Changed = at(2 * time.Minute)
		a.Polling.Next = start // and nothing else is touched
		b.same(must(b.s.Sight(b.ctx, nil, []store.Sighting{x}))(b)[0].Article, a)
		b.same(must(b.s.Article(b.ctx, a.ID))(b), a)
		x.Article.Polling.Next = at(time.Second)
		b.same(must(b.s.Sight(b.ctx, nil, []store.Sighting{x}))(b)[0].Article, a) // never later
	},

	"RecordKeepsEveryField": func(b *bench) {
		f, _ := b.feed("x.example", start)
		a := b.article("x.example", "a", start)
		full := everyField(a.ID, f.ID)
		must(b.s.Record(b.ctx, store.Record{Article: full}))(b)
		b.same(must(b.s.Article(b.ctx, a.ID))(b), full)
		b.again()
		b.same(must(b.s.Article(b.ctx, a.ID))(b), full)

		full.Rereading = &news.Rereading{Why: news.RereadRedesign, Text: text(5), Extractor: "page/3", At: at(time.Hour)}
		must(b.s.Record(b.ctx, store.Record{Article: full}))(b)
		b.same(must(b.s.Article(b.ctx, a.ID))(b), full)

		full.Hold, full.Rereading, full.Tested = nil, nil, nil // and lets go of it
		must(b.s.Record(b.ctx, store.Record{Article: full}))(b)
		b.same(must(b.s.Article(b.ctx, a.ID))(b), full)
	},

	"Template": func(b *bench) {
		b.same(must(b.s.Template(b.ctx, "x.example"))(b), news.Template{Host: "x.example"})
		want := news.Template{
			Host:      "x.example",
			Read:      []news.ArticleRead{{Article: "a1", At: start}},
			Blocks:    []news.Block{{Sum: 1<<63 + 1, Prose: true, Articles: []news.ArticleID{"a1", "a2"}, At: start}},
			Shifts:    []news.Shift{{Feature: "moved", Article: "a1", At: start}},
			Redesigns: []news.Redesign{{Feature: "moved", At: at(time.Hour), Articles: 6}},
		}
		b.ok(b.s.PutTemplate(b.ctx, want))
		b.again()
		b.same(must(b.s.Template(b.ctx, "x.example"))(b), want)
		b.same(must(b.s.Template(b.ctx, "y.example"))(b), news.Template{Host: "y.example"})
		want.Blocks = nil
		b.ok(b.s.PutTemplate(b.ctx, want))
		b.same(must(b.s.Template(b.ctx, "x.example"))(b), want)
	},

	"RecordNeverForgetsAFeed": func(b *bench) {
		f, _ := b.feed("x.example", start)
		a := b.article("x.example", "a", start)
		must(b.s.Sight(b.ctx, &f, []store.Sighting{sighting("x.example", "a")}))(b)
		must(b.s.Record(b.ctx, store.Record{Article: a}))(b) // read before the feed listed it
		b.same(must(b.s.Article(b.ctx, a.ID))(b).Feeds, []news.FeedID{f.ID})
	},

	"RecordConflicts": func(b *bench) {
		a := b.article("x.example", "a", start)
		v := news.Version{Article: a.ID, Number: 1, Seen: start, Text: text(1)}
		unknown := a
		unknown.ID = "a999"
		_, err := b.s.Record(b.ctx, store.Record{Article: unknown})
		b.fails(err, store.ErrNotFound)

		for name, r := range map[string]store.Record{
			"more versions than stored": {Article: withVersions(a, 1)},
			"version not counted":       {Article: a, Version: &v},
			"version skipped":           {Article: withVersions(a, 2), Version: &news.Version{Article: a.ID, Number: 2, Text: text(1)}},
		} {
			r.Events = []news.Event{{Kind: news.Removed, At: start}}
			r.Keys = []news.Key{"key"}
			if _, err := b.s.Record(b.ctx, r); err == nil {
				b.Errorf("%s: was recorded", name)
			} else {
				b.fails(err, store.ErrConflict)
			}
		}
		b.version(a.ID, text(1), start)
		_, err = b.s.Record(b.ctx, store.Record{Article: withVersions(a, 1), Version: &v})
		b.fails(err, store.ErrConflict) // twice
		_, err = b.s.Record(b.ctx, store.Record{Article: a})
		b.fails(err, store.ErrConflict) // read before the version
		// Nothing of what was refused was written.
		b.same(must(b.s.Counts(b.ctx))(b), store.Counts{Articles: 1, Versions: 1})
		_, err = b.s.FindArticle(b.ctx, "key")
		b.fails(err, store.ErrNotFound)
	},

	"RecordKeys": func(b *bench) {
		a := b.article("x.example", "a", start)
		o := b.article("x.example", "o", start)
		theirs := news.AddressKey(news.PageReading, o.URL)
		must(b.s.Record(b.ctx, store.Record{Article: a, Keys: []news.Key{"new", theirs, "new"}}))(b)
		b.same(must(b.s.FindArticle(b.ctx, "new"))(b).ID, a.ID)
		b.same(must(b.s.FindArticle(b.ctx, theirs))(b).ID, o.ID)
	},

	"Page": func(b *bench) {
		a := b.article("x.example", "a", start)
		_, err := b.s.Page(b.ctx, a.ID)
		b.fails(err, store.ErrNotFound)
		page := []byte(strings.Repeat("<p>a page</p>", 1000))
		must(b.s.Record(b.ctx, store.Record{Article: a, Page: page}))(b)
		must(b.s.Record(b.ctx, store.Record{Article: a}))(b) // keeps it
		if got := must(b.s.Page(b.ctx, a.ID))(b); !bytes.Equal(got, page) {
			b.Fatalf("got a page of %d bytes, want the one of %d", len(got), len(page))
		}
		must(b.s.Record(b.ctx, store.Record{Article: a, Page: []byte("another")}))(b)
		b.same(string(must(b.s.Page(b.ctx, a.ID))(b)), "another")
		must(b.s.Record(b.ctx, store.Record{Article: a, DropPage: true}))(b)
		_, err = b.s.Page(b.ctx, a.ID)
		b.fails(err, store.ErrNotFound)
	},

	"RecordFeed": func(b *bench) {
		f, _ := b.feed("x.example", start)
		f.Polling = everyField("", "").Polling
		f.SiteURL, f.Listed, f.Entries, f.Every = "https://x.example/", at(time.Hour), 40, 90*time.Minute
		b.ok(b.s.RecordFeed(b.ctx, f, &news.Event{Kind: news.Failing, Feed: f.ID, At: start, Detail: "no answer"}))
		b.same(must(b.s.Feed(b.ctx, f.ID))(b), f)
		list := must(b.s.Unplanned(b.ctx, 10))(b)
		b.same(list, []news.Event{{Seq: 1, Kind: news.Failing, Feed: f.ID, At: start, Detail: "no answer"}})
		b.ok(b.s.RecordFeed(b.ctx, f, nil))
		b.same(must(b.s.Counts(b.ctx))(b).Events, 1)
		f.ID = "f999"
		b.fails(b.s.RecordFeed(b.ctx, f, nil), store.ErrNotFound)
	},

	"EventsAreNumbered": func(b *bench) {
		a := b.article("x.example", "a", start)
		o := b.article("x.example", "o", start)
		_, none := b.version(a.ID, text(1), start)
		b.same(len(none), 0) // the baseline is no event
		b.version(o.ID, text(1), start)
		_, e1 := b.version(a.ID, text(2), at(time.Hour))
		_, e2 := b.version(o.ID, text(3), at(2*time.Hour))
		want := b.edit(2, at(time.Hour))
		want.Seq, want.Article = 1, a.ID
		b.same(e1, []news.Event{want})
		b.same(seqs(e2), []news.Seq{2})
		b.same(must(b.s.Event(b.ctx, 1))(b), want)
		b.again()
		b.same(must(b.s.Event(b.ctx, 1))(b), want)
		_, e3 := b.version(a.ID, text(4), at(3*time.Hour))
		b.same(seqs(e3), []news.Seq{3})
	},

	"ContextThatHasEnded": func(b *bench) {
		a := b.article("x.example", "a", start)
		ctx, cancel := context.WithCancel(b.ctx)
		cancel()
		_, err := b.s.Record(ctx, store.Record{Article: a, Events: []news.Event{{Kind: news.Removed, At: start}}})
		b.fails(err, context.Canceled)
		_, err = b.s.Article(ctx, a.ID)
		b.fails(err, context.Canceled)
		b.same(must(b.s.Counts(b.ctx))(b).Events, 0)
	},
}

func withVersions(a news.Article, n int) news.Article {
	a.Versions = n
	return a
}

// everyField is an article with no field left at its zero value; a test of
// this package keeps that true.
func everyField(id news.ArticleID, feed news.FeedID) news.Article {
	return news.Article{
		ID: id, Reading: news.PageReading, URL: "https://x.example/a?b=c", Feeds: []news.FeedID{feed},
		Source: "The Harbour Post", Headline: "Bridge “closed”", Language: "en-GB", Kind: "NewsArticle",
		FirstSeen: start, Published: at(-time.Hour), LastEdited: at(time.Hour), Armed: at(90 * time.Minute), Edits: 3,
		Hash: text(1).Hash(), Extractor: "page/1", Place: "main > div.body-2",
		Hold: &news.Hold{Reason: news.HoldLoss, Text: text(2), After: start, Since: at(time.Minute), Looks: 2,
			Extractor: "page/2", Place: "main", Detail: "404", Modified: at(30 * time.Second)},
		Vanished: []string{"A headline seen once"}, Modified: at(-30 * time.Minute), Live: at(time.Hour), Lives: 2, Steady: at(50 * time.Minute),
		Rereading: &news.Rereading{Why: news.RereadUpgrade, Text: text(4), Extractor: "page/3", At: at(20 * time.Minute)},
		Flips:     2, Tested: []string{"One headline", "", "Another"}, Removed: at(2 * time.Hour), Retired: at(3 * time.Hour),
		Polling: news.Polling{Host: "x.example", Next: at(5 * time.Minute), Last: start, LastOK: at(-time.Minute),
			Outcome: news.OutcomeFailed, Detail: "no answer", Failures: 4, FailingSince: at(-2 * time.Minute), FailureTold: true,
			ETag: `W/"abc"`, LastModified: "Sun, 01 Mar 2026 11:00:00 GMT", BodyHash: string(text(3).Hash())},
	}
}
