package storetest

import (
	"fmt"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

var importTests = map[string]func(*bench){
	"EventsAreNeverPlanned": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.version(a.ID, text(1), start)
		a = must(b.s.Article(b.ctx, a.ID))(b)
		a.Versions++
		v := news.Version{Article: a.ID, Number: 2, Seen: at(time.Hour), Hash: text(2).Hash(), Extractor: "page/1", Text: text(2)}
		must(b.s.Record(b.ctx, store.Record{Article: a, Version: &v}))(b)

		edit := b.edit(2, at(time.Hour))
		edit.Article = a.ID
		removed := news.Event{Kind: news.Removed, Article: a.ID, At: at(2 * time.Hour)}
		b.ok(b.s.RecordImported(b.ctx, []news.Event{edit, removed}))
		b.again()
		b.same(len(must(b.s.Unplanned(b.ctx, 10))(b)), 0)
		edit.Imported, removed.Imported = true, true
		edit.Seq, removed.Seq = 1, 2
		b.same(must(b.s.Events(b.ctx, store.EventQuery{Oldest: true}))(b), []news.Event{edit, removed})
		b.same(must(b.s.Events(b.ctx, store.EventQuery{Article: a.ID, Classes: edit.Classes}))(b), []news.Event{edit})
		a = must(b.s.Article(b.ctx, a.ID))(b)
		b.same(a.Edits, 1)
		b.same(a.LastEdited, edit.At)

		b.event(a.ID, at(3*time.Hour)) // what happens here is told
		b.same(len(must(b.s.Unplanned(b.ctx, 10))(b)), 1)
	},

	"EventsAllOrNone": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.version(a.ID, text(1), start)
		good := news.Event{Kind: news.Removed, Article: a.ID, At: start}
		b.fails(b.s.RecordImported(b.ctx, []news.Event{good, {Kind: news.Edited, Article: a.ID, From: 1, To: 2}}), store.ErrConflict)
		b.fails(b.s.RecordImported(b.ctx, []news.Event{good, {Kind: news.Removed, Article: "a9"}}), store.ErrNotFound)
		b.same(len(must(b.s.Events(b.ctx, store.EventQuery{}))(b)), 0)
	},

	"FirstVersionsOfNoMore": func(b *bench) { // versions before it were not kept where it comes from
		a := b.article("x.example", "a", start)
		v := news.Version{Article: a.ID, Number: 5, Seen: start, Hash: text(5).Hash(), Extractor: "page/1", Text: text(5)}
		a.Versions = 5
		_, err := b.s.Record(b.ctx, store.Record{Article: a, Version: &v})
		b.fails(err, store.ErrConflict) // nobody said so
		a.Pruned = 4
		must(b.s.Record(b.ctx, store.Record{Article: a, Version: &v}))(b)
		b.again()
		b.same(must(b.s.Versions(b.ctx, a.ID, 1, 0))(b), []news.Version{v})
		b.same(must(b.s.FindVersion(b.ctx, a.ID, v.Hash))(b), 5)
		_, err = b.s.Version(b.ctx, a.ID, 4)
		b.fails(err, store.ErrNotFound)
		b.ok(b.s.RecordImported(b.ctx, []news.Event{{Kind: news.Edited, Article: a.ID, At: start, From: 4, To: 5}}))
		a = must(b.s.Article(b.ctx, a.ID))(b)
		b.same([]int{a.Versions, a.Pruned, a.Edits}, []int{5, 4, 1})

		a, _ = b.version(a.ID, text(6), at(time.Hour)) // it goes on from there
		b.same([]int{a.Versions, a.Pruned}, []int{6, 4})
		b.same(len(must(b.s.Versions(b.ctx, a.ID, 1, 0))(b)), 2)
		b.same(must(b.s.Counts(b.ctx))(b).Versions, 2)
		b.same(must(b.s.Recorded(b.ctx, 0, 10))(b)[0].Number, 5)
		b.ok(b.s.Check(b.ctx))
	},

	"ArticlesAsTheyBecameKnown": func(b *bench) {
		var want []news.ArticleID
		for i := range 5 {
			want = append(want, b.article("x.example", fmt.Sprint(i), start).ID)
		}
		b.event(want[1], at(time.Hour)) // comes to the front of other lists
		get := func(q store.ArticleQuery) []news.ArticleID {
			q.Known = true
			return articleIDs(must(b.s.Articles(b.ctx, q))(b))
		}
		b.same(get(store.ArticleQuery{}), want)
		b.same(get(store.ArticleQuery{Max: 2, After: want[1]}), want[2:4])
		b.same(get(store.ArticleQuery{After: want[4]}), []news.ArticleID{})
		_, err := b.s.Articles(b.ctx, store.ArticleQuery{Known: true, After: "nonsense"})
		b.fails(err, store.ErrNotFound)
	},
}
