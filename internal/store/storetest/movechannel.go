package storetest

import (
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

var moveChannelTests = map[string]func(*bench){
	"Everything": func(b *bench) {
		f, _ := b.feed("x.example", start)
		a, muted := b.article("x.example", "a", start), b.article("x.example", "m", start)
		stands := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", URL: f.URL, Feed: f.ID, Pages: true, FromFile: true, PausedUntil: news.Forever}))(b)
		ended := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", URL: a.URL, Article: a.ID, Pages: true}))(b)
		b.ok(b.s.RemoveWatch(b.ctx, ended.ID))
		wishes := news.Settings{Zone: "Europe/London", Cap: 3}
		b.ok(b.s.SetSettings(b.ctx, "desk", wishes))
		b.ok(b.s.SetStanding(b.ctx, news.Standing{Channel: "desk", Forbidden: 2, Since: start}))
		b.ok(b.s.Mute(b.ctx, "desk", muted.ID, news.Forever))
		b.post(a.ID, "desk", start)
		b.sent(b.attempt(start), "m1", start)
		b.post(a.ID, "desk", at(time.Hour))
		b.post(a.ID, "night", at(2*time.Hour))
		before := must(b.s.Deliveries(b.ctx, store.DeliveryQuery{Channel: "desk"}))(b)

		b.ok(b.s.MoveChannel(b.ctx, "desk", "slack:C1"))
		for range 2 {
			got := must(b.s.Watch(b.ctx, stands.ID))(b)
			stands.Channel = "slack:C1"
			b.same(got, stands)
			b.same(watchIDs(must(b.s.Watches(b.ctx, store.WatchQuery{Channel: "slack:C1"}))(b)), []news.WatchID{stands.ID})
			b.same(must(b.s.Settings(b.ctx, "slack:C1"))(b), wishes)
			b.same(must(b.s.Standings(b.ctx))(b), []news.Standing{{Channel: "slack:C1", Forbidden: 2, Since: start}})
			b.same(must(b.s.Thread(b.ctx, "slack:C1", a.ID))(b), news.Thread{Root: "m1", Posted: start, Posts: 1})
			b.same(must(b.s.Thread(b.ctx, "slack:C1", muted.ID))(b), news.Thread{Muted: news.Forever})
			for i := range before {
				before[i].Channel = "slack:C1"
			}
			b.same(must(b.s.Deliveries(b.ctx, store.DeliveryQuery{Channel: "slack:C1"}))(b), before)
			b.same(must(b.s.Deliveries(b.ctx, store.DeliveryQuery{Channel: "slack:C1", Article: a.ID}))(b), before)

			b.same(len(must(b.s.Watches(b.ctx, store.WatchQuery{Channel: "desk"}))(b)), 0)
			b.same(must(b.s.Settings(b.ctx, "desk"))(b), news.Settings{})
			b.same(must(b.s.Thread(b.ctx, "desk", a.ID))(b), news.Thread{})
			b.same(must(b.s.Thread(b.ctx, "desk", muted.ID))(b), news.Thread{})
			b.same(len(must(b.s.Deliveries(b.ctx, store.DeliveryQuery{Channel: "desk"}))(b)), 0)
			b.ok(b.s.Check(b.ctx))
			b.ok(b.s.MoveChannel(b.ctx, "desk", "slack:C1")) // nothing is left to move
			b.again()
		}
		back := must(b.s.RestoreWatch(b.ctx, ended.ID, "slack:C1"))(b)
		b.same(back.Channel, news.ChannelName("slack:C1"))
		b.same(must(b.s.NextDelivery(b.ctx))(b), at(time.Hour))
		d := b.attempt(at(time.Hour))
		b.same(d.ID, before[0].ID)
		b.sent(d, "m2", at(time.Hour))
		b.same(must(b.s.Thread(b.ctx, "slack:C1", a.ID))(b).Posts, 2)
		b.same(b.attempt(at(2*time.Hour)).Channel, news.ChannelName("night"))
	},

	"TwoBecomeOne": func(b *bench) {
		f, _ := b.feed("x.example", start)
		a := b.article("x.example", "a", start)
		older := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "slack:C1", Feed: f.ID, Pages: true}))(b)
		must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Feed: f.ID, Pages: true, FromFile: true}))(b)
		other := must(b.s.AddWatch(b.ctx, news.Watch{Channel: "desk", Article: a.ID, Pages: true}))(b)
		b.ok(b.s.SetSettings(b.ctx, "desk", news.Settings{Cap: 3}))
		b.ok(b.s.SetSettings(b.ctx, "slack:C1", news.Settings{Cap: 5}))

		b.both(b.event(a.ID, start), start) // told in both
		for _, message := range []string{"m1", "m2"} {
			b.sent(b.attempt(start), message, start)
		}
		b.both(b.event(a.ID, start), at(time.Hour)) // waits in both
		b.post(a.ID, "desk", at(2*time.Hour))       // waits in one

		b.ok(b.s.MoveChannel(b.ctx, "desk", "slack:C1"))
		b.again()
		b.same(watchIDs(must(b.s.Watches(b.ctx, store.WatchQuery{}))(b)), []news.WatchID{older.ID, other.ID})
		b.same(must(b.s.Settings(b.ctx, "slack:C1"))(b), news.Settings{Cap: 5})
		b.same(must(b.s.Thread(b.ctx, "slack:C1", a.ID))(b).Posts, 2)
		b.same(len(must(b.s.Deliveries(b.ctx, store.DeliveryQuery{Channel: "slack:C1", State: news.Moot}))(b)), 1)
		for _, want := range []news.Seq{2, 3} {
			d := b.attempt(at(2 * time.Hour))
			b.same(d.Events, []news.Seq{want})
			b.sent(d, "m", at(2*time.Hour))
		}
		b.idle(at(24 * time.Hour))
	},

	"Nothing": func(b *bench) {
		b.ok(b.s.MoveChannel(b.ctx, "desk", "slack:C1"))
		a := b.article("x.example", "a", start)
		b.post(a.ID, "slack:C1", start)
		b.ok(b.s.MoveChannel(b.ctx, "desk", "slack:C1"))
		b.same(b.attempt(start).Channel, news.ChannelName("slack:C1"))
		if b.s.MoveChannel(b.ctx, "desk", "desk") == nil || b.s.MoveChannel(b.ctx, "", "desk") == nil || b.s.MoveChannel(b.ctx, "desk", "") == nil {
			b.Fatal("a channel moved nowhere")
		}
	},
}

// both plans an event for the two names of one channel.
func (b *bench) both(e news.Event, due time.Time) {
	b.Helper()
	var duties []store.Duty
	for _, channel := range []news.ChannelName{"desk", "slack:C1"} {
		duties = append(duties, store.Duty{Channel: channel, Kind: news.Post, Article: e.Article, Due: due})
	}
	b.ok(b.s.Plan(b.ctx, e.Seq, duties))
}
