package storetest

import (
	"bytes"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// captured records the article's next version with a capture of a page.
func (b *bench) captured(id news.ArticleID, n int, when time.Time) news.Capture {
	b.Helper()
	a := must(b.s.Article(b.ctx, id))(b)
	a.Versions++
	a.Hash = text(n).Hash()
	c := capture(a, when)
	must(b.s.Record(b.ctx, store.Record{Article: a, Capture: &c, Version: &news.Version{
		Article: id, Number: a.Versions, Seen: when, Hash: a.Hash, Extractor: "page/1", Text: text(n),
	}}))(b)
	return c
}

func capture(a news.Article, when time.Time) news.Capture {
	return news.Capture{
		Article: a.ID, Version: a.Versions, At: when, Asked: a.URL, URL: a.URL + "?to", Proto: "HTTP/2.0", Status: 200,
		Request: []string{"Accept: text/html", "Host: x.example"},
		Header:  []string{"Content-Encoding: br", "Content-Type: text/html; charset=utf-8", "Date: Sun, 01 Mar 2026 12:00:00 GMT"},
		Body:    bytes.Repeat([]byte{0, 255, byte(a.Versions)}, 2000*a.Versions),
	}
}

// captures reads what is asked for to the end.
func (b *bench) captures(q store.CaptureQuery) []news.Capture {
	b.Helper()
	list := []news.Capture{}
	for c, err := range b.s.Captures(b.ctx, q) {
		b.ok(err)
		list = append(list, c)
	}
	return list
}

var keeperTests = map[string]func(*bench){
	"Withhold": func(b *bench) {
		a, o := b.article("x.example", "a", start), b.article("x.example", "o", start)
		c := b.captured(a.ID, 1, start)
		b.version(o.ID, text(1), start)
		b.version(a.ID, text(2), at(time.Hour))
		b.version(o.ID, text(3), at(2*time.Hour))
		b.ok(b.s.Withhold(b.ctx, a.ID, at(3*time.Hour), "A court asked for it."))
		b.again()
		got := must(b.s.Article(b.ctx, a.ID))(b)
		b.same([]any{got.Withheld, got.WithheldWhy}, []any{at(3 * time.Hour), "A court asked for it."})
		b.same(must(b.s.Withheld(b.ctx))(b), []news.Article{got})
		b.same(articleIDs(must(b.s.Articles(b.ctx, store.ArticleQuery{}))(b)), []news.ArticleID{o.ID})
		b.same(articleIDs(must(b.s.Articles(b.ctx, store.ArticleQuery{Withheld: true}))(b)), []news.ArticleID{o.ID, a.ID})
		b.same(seqs(must(b.s.Events(b.ctx, store.EventQuery{}))(b)), []news.Seq{2})
		b.same(seqs(must(b.s.Events(b.ctx, store.EventQuery{Source: a.Source, Oldest: true}))(b)), []news.Seq{2})
		b.same(seqs(must(b.s.Events(b.ctx, store.EventQuery{Article: a.ID}))(b)), []news.Seq{})
		b.same(seqs(must(b.s.Events(b.ctx, store.EventQuery{Article: a.ID, Withheld: true}))(b)), []news.Seq{1})
		b.same(seqs(must(b.s.Events(b.ctx, store.EventQuery{Withheld: true}))(b)), []news.Seq{2, 1})
		b.same(b.captures(store.CaptureQuery{}), []news.Capture{})
		b.same(b.captures(store.CaptureQuery{Withheld: true}), []news.Capture{c})
		b.same(must(b.s.Event(b.ctx, 1))(b).Article, a.ID) // whoever shows it looks at the article

		b.version(a.ID, text(4), at(4*time.Hour)) // recorded as before
		stale := got
		stale.Versions, stale.Withheld, stale.WithheldWhy, stale.Pruned = 3, time.Time{}, "", 9
		must(b.s.Record(b.ctx, store.Record{Article: stale}))(b)
		b.ok(b.s.RecordQuiet(b.ctx, []news.Article{stale}))
		now := must(b.s.Article(b.ctx, a.ID))(b)
		b.same([]any{now.Withheld, now.WithheldWhy, now.Pruned}, []any{got.Withheld, got.WithheldWhy, 0})

		b.ok(b.s.Withhold(b.ctx, a.ID, time.Time{}, ""))
		b.same(must(b.s.Article(b.ctx, a.ID))(b).Withheld.IsZero(), true)
		b.same(len(must(b.s.Withheld(b.ctx))(b)), 0)
		b.same(seqs(must(b.s.Events(b.ctx, store.EventQuery{}))(b)), []news.Seq{3, 2, 1})
		b.fails(b.s.Withhold(b.ctx, "a99", start, "No."), store.ErrNotFound)
	},

	"Delete": func(b *bench) {
		x, y := sighting("x.example", "a"), sighting("x.example", "o")
		f, seen := b.feed("x.example", start, x, y)
		a, o := seen[0].Article, seen[1].Article
		b.captured(a.ID, 1, start)
		b.captured(o.ID, 1, start)
		must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Feed: f.ID, Pages: true}))(b)
		w := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Article: a.ID, Pages: true}))(b)
		was := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "night", Article: a.ID, Pages: true}))(b)
		b.ok(b.s.RemoveWatch(b.ctx, was.ID))
		var kept []news.Seq
		for n := range 3 { // sent, sent, pending; each beside one of the other's
			due := at(time.Duration(n) * time.Minute)
			b.post(a.ID, "desk", due)
			kept = append(kept, b.post(o.ID, "desk", due))
			if n < 2 {
				b.sent(b.attempt(due), "m", due)
				b.sent(b.attempt(due), "m", due)
			}
		}
		_, more := b.version(a.ID, text(2), at(time.Hour)) // not planned
		leased := b.attempt(at(time.Hour))
		b.same(leased.Article, a.ID)
		before := must(b.s.Counts(b.ctx))(b)

		done := must(b.s.Delete(b.ctx, a.ID))(b)
		b.same(done, store.Deleted{Versions: 2, Events: 4, Captures: 1, Watches: []news.Watch{w}, Posts: map[news.ChannelName]int{"desk": 2}})
		b.ok(b.s.Check(b.ctx))
		b.ok(b.s.Settle(b.ctx, func() news.Delivery { leased.State, leased.Settled = news.Sent, at(time.Hour); return leased }()))
		b.again()

		_, err := b.s.Article(b.ctx, a.ID)
		b.fails(err, store.ErrNotFound)
		_, err = b.s.FindArticle(b.ctx, x.Keys...)
		b.fails(err, store.ErrNotFound)
		_, err = b.s.Event(b.ctx, more[0].Seq)
		b.fails(err, store.ErrNotFound)
		_, err = b.s.Watch(b.ctx, w.ID)
		b.fails(err, store.ErrNotFound)
		_, err = b.s.RestoreWatch(b.ctx, was.ID, "")
		b.fails(err, store.ErrNotFound)
		_, err = b.s.Delete(b.ctx, a.ID)
		b.fails(err, store.ErrNotFound)
		b.same(len(must(b.s.Unplanned(b.ctx, 10))(b)), 0)
		slices.Reverse(kept)
		b.same(seqs(must(b.s.Events(b.ctx, store.EventQuery{}))(b)), kept)
		b.same(seqs(must(b.s.Events(b.ctx, store.EventQuery{Source: o.Source}))(b)), kept)
		b.same(len(must(b.s.Deliveries(b.ctx, store.DeliveryQuery{Channel: "desk"}))(b)), 3)
		b.same(len(must(b.s.Deliveries(b.ctx, store.DeliveryQuery{}))(b)), 3)
		b.same(len(must(b.s.Deliveries(b.ctx, store.DeliveryQuery{Event: more[0].Seq}))(b)), 0)
		b.same(must(b.s.Thread(b.ctx, "desk", a.ID))(b), news.Thread{})
		b.same(len(b.captures(store.CaptureQuery{})), 1)
		b.same(b.attempt(at(time.Hour)).Article, o.ID)
		b.idle(at(time.Hour))
		want := before
		want.Articles, want.Versions, want.Events, want.Captures, want.Watches, want.Pending = 1, 1, 3, 1, 1, 1
		b.same(must(b.s.Counts(b.ctx))(b), want)
		b.same(b.event(o.ID, at(2*time.Hour)).Seq > more[0].Seq, true)

		// Neither the feed nor an import brings it back, a person does.
		again := must(b.s.Sight(b.ctx, &f, []store.Sighting{x, y}))(b)
		b.same([]bool{again[0].Deleted, again[0].New, again[1].Deleted}, []bool{true, false, false})
		told := x
		told.Imported = true
		b.same(must(b.s.Sight(b.ctx, nil, []store.Sighting{told}))(b)[0], store.Sighted{Deleted: true})
		z := sighting("x.example", "z") // another address, and the page says it is the same
		n := must(b.s.Sight(b.ctx, &f, []store.Sighting{z}))(b)[0].Article
		n.Versions = 1
		_, err = b.s.Record(b.ctx, store.Record{Article: n, Keys: x.Keys, Version: &news.Version{Article: n.ID, Number: 1, Seen: start, Text: text(1)}})
		b.fails(err, store.ErrDeleted)
		back := must(b.s.Sight(b.ctx, nil, []store.Sighting{x}))(b)[0]
		b.same([]any{back.New, back.Deleted, back.Article.ID != a.ID, back.Article.Versions}, []any{true, false, true, 0})
		b.same(must(b.s.Sight(b.ctx, &f, []store.Sighting{x}))(b)[0].Article.ID, back.Article.ID)
	},

	"DeleteThenMoveChannel": func(b *bench) {
		a, o := b.article("x.example", "a", start), b.article("x.example", "o", start)
		for _, id := range []news.ArticleID{a.ID, o.ID, a.ID, o.ID} {
			b.post(id, "desk", start)
		}
		must(b.s.Delete(b.ctx, a.ID))(b)
		b.ok(b.s.MoveChannel(b.ctx, "desk", "night"))
		b.same(len(must(b.s.Deliveries(b.ctx, store.DeliveryQuery{Channel: "night"}))(b)), 2)
	},

	"Prune": func(b *bench) {
		a, o := b.article("x.example", "a", start), b.article("x.example", "o", start)
		for n := range 5 {
			b.captured(a.ID, n, at(time.Duration(n)*time.Hour))
			b.captured(o.ID, n, at(time.Duration(n)*time.Hour))
		}
		b.version(a.ID, text(7), at(5*time.Hour))
		old := must(b.s.Article(b.ctx, a.ID))(b)
		old.Retired, old.Polling.Next, old.Polling.Last = at(6*time.Hour), time.Time{}, at(6*time.Hour)
		must(b.s.Record(b.ctx, store.Record{Article: old}))(b)

		prune := func(p store.Pruning) store.Pruned { b.Helper(); return must(b.s.Prune(b.ctx, p))(b) }
		b.same(prune(store.Pruning{}), store.Pruned{})
		b.same(prune(store.Pruning{Versions: at(6 * time.Hour), Captures: at(5 * time.Hour)}), store.Pruned{}) // checked just then
		b.same(prune(store.Pruning{Captures: at(7 * time.Hour)}), store.Pruned{Articles: 1, Captures: 5})
		b.same(prune(store.Pruning{Versions: at(7 * time.Hour), Max: 1}), store.Pruned{Articles: 1, Versions: 5, Last: a.ID})
		b.same(prune(store.Pruning{Versions: at(7 * time.Hour), After: a.ID}), store.Pruned{}) // the other is checked
		b.ok(b.s.Check(b.ctx))
		b.again()
		now := must(b.s.Article(b.ctx, a.ID))(b)
		b.same([]int{now.Versions, now.Pruned, now.Edits}, []int{6, 5, old.Edits})
		b.same(must(b.s.Version(b.ctx, a.ID, 6))(b).Text, text(7))
		_, err := b.s.Version(b.ctx, a.ID, 5)
		b.fails(err, store.ErrNotFound)
		_, err = b.s.FindVersion(b.ctx, a.ID, text(3).Hash())
		b.fails(err, store.ErrNotFound)
		b.same(len(must(b.s.Versions(b.ctx, a.ID, 1, 0))(b)), 1)
		b.same(len(must(b.s.Events(b.ctx, store.EventQuery{Article: a.ID}))(b)), 1)
		b.same(must(b.s.Counts(b.ctx))(b), store.Counts{Articles: 2, Versions: 6, Events: 1, Captures: 5})

		// It goes on from there.
		b.captured(a.ID, 8, at(8*time.Hour))
		b.version(a.ID, text(9), at(9*time.Hour))
		b.same(prune(store.Pruning{Versions: at(10 * time.Hour)}), store.Pruned{Articles: 1, Versions: 2})
		b.same(must(b.s.Version(b.ctx, a.ID, 8))(b).Text, text(9))
		b.same(must(b.s.Delete(b.ctx, a.ID))(b).Versions, 1)
	},

	"Captures": func(b *bench) {
		a, o := b.article("x.example", "a", start), b.article("y.example", "o", start)
		var want []news.Capture
		want = append(want, b.captured(a.ID, 1, start))
		want = append(want, b.captured(o.ID, 1, start)) // at the same moment
		want = append(want, b.captured(a.ID, 2, at(time.Hour)))
		b.version(o.ID, text(2), at(2*time.Hour)) // without one
		want = append(want, b.captured(o.ID, 3, at(3*time.Hour)))
		b.again()
		b.same(b.captures(store.CaptureQuery{}), want)
		b.same(b.captures(store.CaptureQuery{Article: a.ID}), []news.Capture{want[0], want[2]})
		b.same(b.captures(store.CaptureQuery{Source: o.Source}), []news.Capture{want[1], want[3]})
		b.same(b.captures(store.CaptureQuery{Since: at(time.Hour), Until: at(3 * time.Hour)}), want[2:3])
		late := b.captured(a.ID, 4, at(-time.Hour)) // the clock was set back
		got := b.captures(store.CaptureQuery{Article: a.ID})
		b.same([]any{len(got), got[2].At, got[2].Body}, []any{3, at(time.Hour + time.Millisecond), late.Body})
		b.same(must(b.s.Counts(b.ctx))(b).Captures, 5)
		for _, err := range b.s.Captures(b.ctx, store.CaptureQuery{Article: "a99"}) {
			b.fails(err, store.ErrNotFound)
		}
		n := must(b.s.Article(b.ctx, a.ID))(b)
		c := capture(n, start)
		if _, err := b.s.Record(b.ctx, store.Record{Article: n, Capture: &c}); err == nil {
			b.Error("a capture without a version was taken")
		}
	},
}
