package storetest

import (
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// wanted is a copy as it is when it is first wanted.
func wanted(a news.ArticleID, version int, due time.Time) news.Copy {
	return news.Copy{Article: a, Version: version, State: news.CopyWanted, Wanted: start, Due: due}
}

// kept is what becomes of a copy that the archive keeps.
func kept(c news.Copy, when time.Time) news.Copy {
	c.State, c.Due, c.Settled, c.Job = news.CopyKept, time.Time{}, when, ""
	c.Taken, c.URL = when.Add(-time.Minute), "https://archive.example/web/20260301120000/https://x.example/a"
	return c
}

// nextCopy makes sure which copy is to be seen to first, and when.
func (b *bench) nextCopy(want news.Copy, at time.Time) {
	b.Helper()
	got, when, err := b.s.NextCopy(b.ctx)
	b.ok(err)
	b.same(got, want)
	b.same(when, at)
}

func (b *bench) copies(id news.ArticleID, from, to int) []news.Copy {
	b.Helper()
	return must(b.s.Copies(b.ctx, id, from, to))(b)
}

var archiveTests = map[string]func(*bench){
	"FollowedBeginsAtTheNewest": func(b *bench) {
		b.same(must(b.s.Followed(b.ctx))(b), news.Seq(0)) // there is no event yet
		a := b.article("x.example", "a", start)
		b.event(a.ID, start)
		b.same(must(b.s.Followed(b.ctx))(b), news.Seq(0)) // and that was the first time
	},

	"FollowedPassesOverTheBacklog": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.event(a.ID, start)
		last := b.event(a.ID, start)
		b.same(must(b.s.Followed(b.ctx))(b), last.Seq)
		b.event(a.ID, start)
		b.again()
		b.same(must(b.s.Followed(b.ctx))(b), last.Seq)
	},

	"Want": func(b *bench) {
		a, hidden, gone := b.article("x.example", "a", start), b.article("x.example", "h", start), b.article("x.example", "g", start)
		for _, id := range []news.ArticleID{a.ID, hidden.ID, gone.ID} {
			b.version(id, text(1), start)
			b.version(id, text(2), at(time.Hour))
		}
		b.ok(b.s.Withhold(b.ctx, hidden.ID, start, "No."))
		must(b.s.Delete(b.ctx, gone.ID))(b)
		first, second := wanted(a.ID, 1, at(2*time.Minute)), wanted(a.ID, 2, at(time.Minute))
		b.ok(b.s.Want(b.ctx, 2, []news.Copy{
			first, second,
			wanted(a.ID, 3, start), wanted(a.ID, 0, start), // no such version
			wanted(hidden.ID, 2, start), wanted(gone.ID, 2, start), wanted("a99", 1, start),
		}))
		b.again()
		b.same(must(b.s.Followed(b.ctx))(b), news.Seq(2))
		b.same(b.copies(a.ID, 1, 0), []news.Copy{first, second})
		b.same(b.copies(a.ID, 2, 2), []news.Copy{second})
		b.same(b.copies(hidden.ID, 0, 0), []news.Copy(nil))
		b.nextCopy(second, second.Due)
		b.same(must(b.s.Counts(b.ctx))(b).Wanted, 2)

		b.ok(b.s.Want(b.ctx, 3, []news.Copy{wanted(a.ID, 2, start)})) // it is there already
		b.nextCopy(second, second.Due)
		b.ok(b.s.Want(b.ctx, 1, []news.Copy{wanted(a.ID, 2, start)}))
		b.same(must(b.s.Followed(b.ctx))(b), news.Seq(3))
	},

	"RecordCopy": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.version(a.ID, text(1), start)
		b.version(a.ID, text(2), at(time.Hour))
		first, second := wanted(a.ID, 1, at(time.Hour)), wanted(a.ID, 2, at(2*time.Hour))
		b.ok(b.s.Want(b.ctx, 1, []news.Copy{first, second}))

		first.State, first.Job, first.Asked, first.Due, first.Attempts = news.CopyAsked, "spn2-1", at(time.Hour), at(3*time.Hour), 2
		first.Trouble = "the archive is busy"
		b.ok(b.s.RecordCopy(b.ctx, first))
		b.again()
		b.same(b.copies(a.ID, 1, 1), []news.Copy{first})
		b.nextCopy(second, second.Due)
		b.same(len(must(b.s.Events(b.ctx, store.EventQuery{Article: a.ID}))(b)), 1)

		second = kept(second, at(4*time.Hour))
		for range 2 { // the second time changes nothing
			b.ok(b.s.RecordCopy(b.ctx, second))
		}
		late := wanted(a.ID, 2, start)
		b.ok(b.s.RecordCopy(b.ctx, late)) // nor does an answer that comes late
		b.again()
		b.same(b.copies(a.ID, 2, 0), []news.Copy{second})
		events := must(b.s.Events(b.ctx, store.EventQuery{Article: a.ID}))(b)
		b.same(events[0], news.Event{Seq: 2, Kind: news.Archived, Article: a.ID, At: at(4 * time.Hour), From: 2, To: 2})
		b.same(len(events), 2)
		b.same(seqs(must(b.s.Unplanned(b.ctx, 10))(b)), []news.Seq{1, 2})
		b.same(seqs(must(b.s.Events(b.ctx, store.EventQuery{Told: true}))(b)), []news.Seq{1})
		b.same(seqs(must(b.s.Events(b.ctx, store.EventQuery{Kinds: []news.EventKind{news.Archived}}))(b)), []news.Seq{2})

		first.State, first.Due, first.Settled = news.CopyGivenUp, time.Time{}, at(5*time.Hour)
		b.ok(b.s.RecordCopy(b.ctx, first))
		b.same(must(b.s.Counts(b.ctx))(b).Wanted, 0)
		_, _, err := b.s.NextCopy(b.ctx)
		b.fails(err, store.ErrNothing)
		b.same(len(must(b.s.Events(b.ctx, store.EventQuery{Article: a.ID}))(b)), 2)
		b.fails(b.s.RecordCopy(b.ctx, wanted(a.ID, 3, start)), store.ErrNotFound)
		b.fails(b.s.RecordCopy(b.ctx, wanted("a99", 1, start)), store.ErrNotFound)
	},

	"HoldArchive": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.version(a.ID, text(1), start)
		b.event(a.ID, start)
		c := wanted(a.ID, 1, at(time.Hour))
		b.ok(b.s.Want(b.ctx, 1, []news.Copy{c}))
		b.ok(b.s.HoldArchive(b.ctx, at(2*time.Hour)))
		b.again()
		b.nextCopy(c, at(2*time.Hour))
		b.ok(b.s.HoldArchive(b.ctx, at(time.Minute)))
		b.nextCopy(c, at(time.Hour))
		b.ok(b.s.HoldArchive(b.ctx, time.Time{}))
		b.nextCopy(c, at(time.Hour))
	},

	"ImportCopies": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.version(a.ID, text(1), start)
		b.version(a.ID, text(2), at(time.Hour))
		own := wanted(a.ID, 2, start)
		b.ok(b.s.Want(b.ctx, 1, []news.Copy{own}))
		first := kept(wanted(a.ID, 1, start), at(time.Hour))
		b.ok(b.s.ImportCopies(b.ctx, []news.Copy{first, kept(own, at(time.Hour))}))
		b.same(b.copies(a.ID, 0, 0), []news.Copy{first, own})
		b.same(len(must(b.s.Unplanned(b.ctx, 10))(b)), 1) // the edit
		b.fails(b.s.ImportCopies(b.ctx, []news.Copy{kept(wanted(a.ID, 3, start), start)}), store.ErrConflict)
		b.fails(b.s.ImportCopies(b.ctx, []news.Copy{kept(wanted("a99", 1, start), start)}), store.ErrNotFound)
	},

	"DeleteTakesCopies": func(b *bench) {
		a, o := b.article("x.example", "a", start), b.article("x.example", "o", start)
		for _, id := range []news.ArticleID{a.ID, o.ID} {
			b.version(id, text(1), start)
			b.version(id, text(2), at(time.Hour))
		}
		of := wanted(o.ID, 2, at(time.Hour))
		b.ok(b.s.Want(b.ctx, 2, []news.Copy{wanted(a.ID, 1, start), wanted(a.ID, 2, start), of}))
		b.ok(b.s.RecordCopy(b.ctx, kept(wanted(a.ID, 2, start), at(time.Hour))))
		b.same(must(b.s.Delete(b.ctx, a.ID))(b).Events, 2)
		b.same(b.copies(a.ID, 0, 0), []news.Copy(nil))
		b.nextCopy(of, of.Due)
		b.fails(b.s.RecordCopy(b.ctx, kept(wanted(a.ID, 1, start), at(time.Hour))), store.ErrNotFound)
	},

	"CopiesOutliveWhatIsPruned": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.version(a.ID, text(1), start)
		b.version(a.ID, text(2), at(time.Hour))
		b.ok(b.s.Want(b.ctx, 1, []news.Copy{wanted(a.ID, 1, start)}))
		c := kept(wanted(a.ID, 1, start), at(time.Hour))
		b.ok(b.s.RecordCopy(b.ctx, c))
		old := must(b.s.Article(b.ctx, a.ID))(b)
		old.Polling.Next, old.Retired = time.Time{}, at(2*time.Hour)
		must(b.s.Record(b.ctx, store.Record{Article: old}))(b)
		b.same(must(b.s.Prune(b.ctx, store.Pruning{Versions: at(3 * time.Hour)}))(b).Versions, 1)
		b.same(b.copies(a.ID, 1, 1), []news.Copy{c})
	},
}
