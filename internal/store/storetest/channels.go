package storetest

import (
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

var channelTests = map[string]func(*bench){
	"Settings": func(b *bench) {
		b.same(must(b.s.Settings(b.ctx, "desk"))(b), news.Settings{})
		want := news.Settings{
			Zone: "Europe/London", Quiet: news.Quiet{From: 22 * 60, To: 7 * 60}, Digest: news.Digest{Every: news.DigestDaily, At: 9*60 + 30},
			Threads: news.ThreadsOff, Publish: news.PublishMajor, Cap: news.NoCap, AdminsOnly: true,
		}
		b.ok(b.s.SetSettings(b.ctx, "desk", want))
		b.again()
		b.same(must(b.s.Settings(b.ctx, "desk"))(b), want)
		b.same(must(b.s.Settings(b.ctx, "night"))(b), news.Settings{})
		b.ok(b.s.SetSettings(b.ctx, "desk", news.Settings{}))
		b.same(must(b.s.Settings(b.ctx, "desk"))(b), news.Settings{})
		b.ok(b.s.SetSettings(b.ctx, "new", news.Settings{}))
	},

	"Standing": func(b *bench) {
		b.same(must(b.s.Standing(b.ctx, "desk"))(b), news.Standing{Channel: "desk"})
		b.same(len(must(b.s.Standings(b.ctx))(b)), 0)
		a := b.article("x.example", "a", start)
		want := news.Standing{
			Channel: "desk", Forbidden: 3, Since: start, Paused: at(time.Hour), Told: at(2 * time.Hour), Trouble: "no right to post",
			Publishing: news.Publishing{
				PerHour: 8, Done: []time.Time{start, at(time.Minute)}, Until: at(time.Hour), Dropped: 2,
				Waiting:  []news.Publication{{Message: "123", Article: a.ID, Event: 7, Rank: 2, Since: start}, {Message: "m2", Since: at(1)}},
				LeftOut:  []news.Publication{{Message: "m3", Article: a.ID, Event: 8, Since: start}},
				Combined: news.Combined{ID: "more-1", Events: []news.Seq{3, 5}, Tries: 2},
			},
		}
		want.Publishing.Waiting[1].Since = at(time.Second)
		b.ok(b.s.SetStanding(b.ctx, want))
		b.again()
		b.same(must(b.s.Standing(b.ctx, "desk"))(b), want)
		b.same(must(b.s.Standings(b.ctx))(b), []news.Standing{want})
		b.ok(b.s.SetStanding(b.ctx, news.Standing{Channel: "desk"}))
		b.same(len(must(b.s.Standings(b.ctx))(b)), 0)
	},

	"Mute": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.ok(b.s.Mute(b.ctx, "desk", a.ID, news.Forever))
		b.again()
		b.same(must(b.s.Thread(b.ctx, "desk", a.ID))(b), news.Thread{Muted: news.Forever})
		b.same(must(b.s.Thread(b.ctx, "night", a.ID))(b), news.Thread{})
		b.ok(b.s.Mute(b.ctx, "desk", a.ID, time.Time{}))
		b.same(must(b.s.Thread(b.ctx, "desk", a.ID))(b), news.Thread{})
		b.fails(b.s.Mute(b.ctx, "desk", "a999", news.Forever), store.ErrNotFound)
	},

	"MuteMovesWithAnArticle": func(b *bench) {
		a, into := b.article("x.example", "a", start), b.article("x.example", "b", start)
		b.ok(b.s.Mute(b.ctx, "desk", a.ID, news.Forever))
		b.ok(b.s.Merge(b.ctx, a.ID, into.ID))
		b.same(must(b.s.Thread(b.ctx, "desk", into.ID))(b).Muted, news.Forever)
	},

	"ForgetRoot": func(b *bench) {
		a := b.article("x.example", "a", start)
		e := b.event(a.ID, start)
		b.ok(b.s.Plan(b.ctx, e.Seq, []store.Duty{{Channel: "desk", Kind: news.Post, Article: a.ID, Due: start}}))
		d := must(b.s.LeaseDelivery(b.ctx, start, at(time.Minute)))(b)
		d.State, d.Settled, d.Message = news.Sent, start, "m1"
		b.ok(b.s.Settle(b.ctx, d))
		b.ok(b.s.ForgetRoot(b.ctx, "desk", a.ID, "m0"))
		b.same(must(b.s.Thread(b.ctx, "desk", a.ID))(b).Root, "m1")
		b.ok(b.s.ForgetRoot(b.ctx, "desk", a.ID, "m1"))
		b.again()
		b.same(must(b.s.Thread(b.ctx, "desk", a.ID))(b), news.Thread{Posted: start, Posts: 1})
	},

	"ReleaseChannel": func(b *bench) {
		a := b.article("x.example", "a", start)
		one, two := b.event(a.ID, start), b.event(a.ID, start)
		b.ok(b.s.Plan(b.ctx, one.Seq, []store.Duty{{Channel: "desk", Kind: news.Post, Article: a.ID, Due: start}}))
		b.ok(b.s.Plan(b.ctx, two.Seq, []store.Duty{{Channel: "desk", Kind: news.Gather, Due: at(8 * time.Hour), Join: true}}))
		d := must(b.s.LeaseDelivery(b.ctx, start, at(time.Minute)))(b)
		d.Due = at(7 * time.Hour) // pending, and holds the channel back
		b.ok(b.s.Settle(b.ctx, d))
		_, err := b.s.LeaseDelivery(b.ctx, at(time.Minute), at(2*time.Minute))
		b.fails(err, store.ErrNothing)
		b.ok(b.s.ReleaseChannel(b.ctx, "desk", at(time.Minute)))
		b.ok(b.s.ReleaseChannel(b.ctx, "nobody", at(time.Minute)))
		b.again()
		for _, want := range []news.DeliveryKind{news.Post, news.Gather} {
			d := must(b.s.LeaseDelivery(b.ctx, at(time.Minute), at(2*time.Minute)))(b)
			b.same(d.Kind, want)
			d.State, d.Settled = news.Sent, at(time.Minute)
			b.ok(b.s.Settle(b.ctx, d))
		}
	},

	"RestoreWatch": func(b *bench) {
		f, _ := b.feed("x.example", start)
		w := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", URL: f.URL, Feed: f.ID, Label: "The Post", Mention: "77", Include: []string{"bridge", "tide"}, Exclude: []string{"sport"}, Server: "s1", By: "u1"}))(b)
		_, err := b.s.RestoreWatch(b.ctx, "w9", "")
		b.fails(err, store.ErrNotFound)
		b.same(must(b.s.RestoreWatch(b.ctx, w.ID, "desk"))(b), w) // it stands
		b.ok(b.s.RemoveWatch(b.ctx, w.ID))
		_, err = b.s.RestoreWatch(b.ctx, w.ID, "night")
		b.fails(err, store.ErrNotFound)
		b.again()
		b.same(must(b.s.RestoreWatch(b.ctx, w.ID, "desk"))(b), w)
		_, err = b.s.RestoreWatch(b.ctx, w.ID, "night")
		b.fails(err, store.ErrNotFound)
		b.same(must(b.s.Watches(b.ctx, store.WatchQuery{Server: "s1"}))(b), []news.Watch{w})
		b.same(len(must(b.s.Watches(b.ctx, store.WatchQuery{Server: "s2"}))(b)), 0)

		b.ok(b.s.RemoveWatch(b.ctx, w.ID))
		again := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", URL: f.URL, Feed: f.ID}))(b)
		other, err := b.s.RestoreWatch(b.ctx, w.ID, "desk")
		b.fails(err, store.ErrExists)
		b.same(other.ID, again.ID)
	},
}
