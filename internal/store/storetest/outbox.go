package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

var outboxTests = map[string]func(*bench){
	"PlanOnce": func(b *bench) {
		a := b.article("x.example", "a", start)
		e := b.event(a.ID, start)
		b.same(seqs(must(b.s.Unplanned(b.ctx, 10))(b)), []news.Seq{e.Seq})
		duties := []store.Duty{
			{Channel: "desk", Kind: news.Post, Article: a.ID, Due: start},
			{Channel: "night", Kind: news.Post, Article: a.ID, Due: start},
		}
		for range 3 { // planning twice adds nothing
			b.ok(b.s.Plan(b.ctx, e.Seq, duties))
		}
		b.same(len(must(b.s.Unplanned(b.ctx, 10))(b)), 0)
		b.same(must(b.s.Counts(b.ctx))(b).Pending, 2)
		b.again()
		b.ok(b.s.Plan(b.ctx, e.Seq, duties))
		b.same(must(b.s.Counts(b.ctx))(b).Pending, 2)
		b.fails(b.s.Plan(b.ctx, 99, duties), store.ErrNotFound)
	},

	"PlanForNobody": func(b *bench) {
		a := b.article("x.example", "a", start)
		e := b.event(a.ID, start)
		b.ok(b.s.Plan(b.ctx, e.Seq, nil))
		b.same(len(must(b.s.Unplanned(b.ctx, 10))(b)), 0)
		b.idle(start)
	},

	"UnplannedOldestFirst": func(b *bench) {
		a := b.article("x.example", "a", start)
		for range 5 {
			b.event(a.ID, start)
		}
		b.same(seqs(must(b.s.Unplanned(b.ctx, 3))(b)), []news.Seq{1, 2, 3})
		b.ok(b.s.Plan(b.ctx, 2, nil))
		b.same(seqs(must(b.s.Unplanned(b.ctx, 3))(b)), []news.Seq{1, 3, 4})
	},

	"DeliveryIsWhole": func(b *bench) {
		a := b.article("x.example", "a", start)
		seq := b.post(a.ID, "desk", start)
		d := b.attempt(at(time.Second))
		if d.ID == "" || len(d.ID) > 25 || strings.Trim(string(d.ID), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
			b.Fatalf("the delivery's ID is %q", d.ID)
		}
		want := news.Delivery{ID: d.ID, Kind: news.Post, Channel: "desk", Article: a.ID, Events: []news.Seq{seq},
			Queued: d.Queued, Due: start, Attempts: 1, State: news.Pending}
		b.same(d, want)
		d = b.sent(d, "1234567890123456789", at(2*time.Second))
		b.same(must(b.s.Deliveries(b.ctx, store.DeliveryQuery{}))(b), []news.Delivery{d})
		b.idle(at(time.Hour))
	},

	"AttemptIsCountedBeforeItIsMade": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.post(a.ID, "desk", start)
		d := b.attempt(start)
		b.again() // the process died in the attempt
		again := b.attempt(start)
		b.same(again.ID, d.ID)
		b.same(again.Attempts, 2)
	},

	"LeaseOfAChannelEnds": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.post(a.ID, "desk", start)
		d := b.attempt(start) // for a minute
		b.idle(at(59 * time.Second))
		b.same(must(b.s.NextDelivery(b.ctx))(b), at(time.Minute))
		again := b.attempt(at(time.Minute))
		b.same(again.ID, d.ID)
	},

	"OldestOfTheDue": func(b *bench) {
		a := b.article("x.example", "a", start)
		o := b.article("x.example", "o", start)
		later := b.post(a.ID, "desk", at(5*time.Minute)) // waits for more to join
		now := b.post(o.ID, "desk", start)
		d := b.attempt(start)
		b.same(d.Events, []news.Seq{now})
		b.sent(d, "m", start)
		b.idle(start)
		b.same(must(b.s.NextDelivery(b.ctx))(b), at(5*time.Minute))
		third := b.post(o.ID, "desk", at(time.Minute))
		d = b.attempt(at(time.Hour)) // both are due: the order they were planned in counts
		b.same(d.Events, []news.Seq{later})
		b.sent(d, "m", start)
		b.same(b.attempt(at(time.Hour)).Events, []news.Seq{third})
	},

	"ChannelThatWaitedLongest": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.post(a.ID, "second", at(2*time.Second))
		b.post(a.ID, "first", at(time.Second))
		b.post(a.ID, "third", at(3*time.Second))
		for _, want := range []news.ChannelName{"first", "second", "third"} {
			b.same(b.attempt(at(time.Minute)).Channel, want)
		}
		b.idle(at(time.Minute))
	},

	"FailureHoldsTheChannelBack": func(b *bench) {
		a := b.article("x.example", "a", start)
		o := b.article("x.example", "o", start)
		b.post(a.ID, "desk", start)
		b.post(o.ID, "desk", start)
		b.post(a.ID, "other", at(time.Second))
		d := b.attempt(start)
		d.State, d.Due, d.Trouble = news.Pending, at(time.Hour), "Slack said to wait"
		b.ok(b.s.Settle(b.ctx, d))
		// The other channel goes on, this one waits with all it has.
		other := b.attempt(at(time.Minute))
		b.same(other.Channel, news.ChannelName("other"))
		b.sent(other, "m", start)
		b.idle(at(time.Minute))
		b.same(must(b.s.NextDelivery(b.ctx))(b), at(time.Hour))
		b.again() // and that survives a restart
		b.idle(at(time.Hour - 1))
		b.same(must(b.s.NextDelivery(b.ctx))(b), at(time.Hour))
		// Order is kept: the one that failed comes first.
		got := b.attempt(at(time.Hour))
		b.same(got.ID, d.ID)
		b.same(got.Trouble, "Slack said to wait")
		b.same(got.Attempts, 2)
	},

	"SettleTwice": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.post(a.ID, "desk", start)
		d := b.sent(b.attempt(start), "m1", start)
		twice := d
		twice.State, twice.Message, twice.Trouble = news.Rejected, "m2", "too late"
		b.ok(b.s.Settle(b.ctx, twice)) // changes nothing
		twice.State, twice.Due = news.Pending, at(time.Hour)
		b.ok(b.s.Settle(b.ctx, twice))
		b.same(must(b.s.Deliveries(b.ctx, store.DeliveryQuery{}))(b), []news.Delivery{d})
		b.same(must(b.s.Thread(b.ctx, "desk", a.ID))(b).Posts, 1)
		b.post(a.ID, "desk", start)
		b.attempt(start) // not held back
		twice.ID = "d99-00000000"
		b.fails(b.s.Settle(b.ctx, twice), store.ErrNotFound)
		twice.ID = "nonsense"
		b.fails(b.s.Settle(b.ctx, twice), store.ErrNotFound)
	},

	"RejectedAndMoot": func(b *bench) {
		a := b.article("x.example", "a", start)
		for _, state := range []news.DeliveryState{news.Rejected, news.Moot} {
			b.post(a.ID, "desk", start)
			d := b.attempt(start)
			d.State, d.Settled, d.Trouble = state, at(time.Second), "why"
			b.ok(b.s.Settle(b.ctx, d))
			b.idle(at(time.Hour))
			b.same(must(b.s.Deliveries(b.ctx, store.DeliveryQuery{State: state}))(b), []news.Delivery{d})
		}
		b.same(must(b.s.Thread(b.ctx, "desk", a.ID))(b), news.Thread{})
		b.same(must(b.s.Counts(b.ctx))(b).Pending, 0)
	},

	"AttemptTakenBack": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.post(a.ID, "desk", start)
		d := b.attempt(start)
		d.Attempts--
		b.ok(b.s.Settle(b.ctx, d))
		b.same(b.attempt(at(time.Minute)).Attempts, 1)
	},

	"Join": func(b *bench) {
		a := b.article("x.example", "a", start)
		o := b.article("x.example", "o", start)
		join := func(id news.ArticleID, channel news.ChannelName, kind news.DeliveryKind) news.Seq {
			e := b.event(id, start)
			b.ok(b.s.Plan(b.ctx, e.Seq, []store.Duty{{Channel: channel, Kind: kind, Article: id, Due: at(time.Hour), Join: true}}))
			return e.Seq
		}
		first := b.post(a.ID, "desk", start)
		joined := join(a.ID, "desk", news.Post)
		otherArticle := join(o.ID, "desk", news.Post)
		otherChannel := join(a.ID, "night", news.Post)
		otherKind := join(a.ID, "desk", news.Notice)
		b.same(must(b.s.Counts(b.ctx))(b).Pending, 4)
		b.again()
		b.same(joined, first+1)
		more := join(a.ID, "desk", news.Post)
		d := b.attempt(start)
		b.same(d.Events, []news.Seq{first, joined, more}) // its Due stood
		// Frozen at the first attempt, even when that fails.
		late := join(a.ID, "desk", news.Post)
		d.State, d.Due = news.Pending, at(time.Minute)
		b.ok(b.s.Settle(b.ctx, d))
		later := join(a.ID, "desk", news.Post) // joins the other late one
		again := b.attempt(at(time.Minute))
		b.same(again.Events, d.Events)
		b.sent(again, "m", start)
		var got [][]news.Seq
		for range 4 {
			d := b.attempt(at(2 * time.Hour))
			got = append(got, d.Events)
			b.sent(d, "m", start)
		}
		b.same(got, [][]news.Seq{{otherArticle}, {otherKind}, {late, later}, {otherChannel}})
		b.idle(at(2 * time.Hour))
	},

	"NoticesOfAChannelJoin": func(b *bench) {
		f, _ := b.feed("x.example", start)
		for i := range 3 {
			b.ok(b.s.RecordFeed(b.ctx, f, &news.Event{Kind: news.Failing, Feed: f.ID, At: start}))
			b.ok(b.s.Plan(b.ctx, news.Seq(i+1), []store.Duty{{Channel: "desk", Kind: news.Notice, Due: start, Join: true}}))
		}
		d := b.attempt(start)
		b.same(d.Events, []news.Seq{1, 2, 3})
		b.same(d.Article, news.ArticleID(""))
		b.sent(d, "m", start)
		b.idle(at(time.Hour))
	},

	"UpdatesOfAMessageAreOne": func(b *bench) {
		a := b.article("x.example", "a", start)
		update := func(message string) {
			e := b.event(a.ID, start)
			b.ok(b.s.Plan(b.ctx, e.Seq, []store.Duty{{Channel: "desk", Kind: news.Update, Article: a.ID, Due: start, Message: message}}))
		}
		update("m1")
		update("m1")
		update("m2")
		b.same(must(b.s.Counts(b.ctx))(b).Pending, 2)
		d := b.attempt(start)
		b.same(d.Message, "m1")
		update("m1") // what is on its way may be out of date already
		b.same(must(b.s.Counts(b.ctx))(b).Pending, 3)
		b.sent(d, "", start)
		got := must(b.s.Deliveries(b.ctx, store.DeliveryQuery{State: news.Sent}))(b)
		b.same(got[0].Message, "m1") // an update keeps the message it changed
		b.same(must(b.s.Thread(b.ctx, "desk", a.ID))(b).Posts, 0)
	},

	"Thread": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.same(must(b.s.Thread(b.ctx, "desk", a.ID))(b), news.Thread{})
		b.post(a.ID, "desk", start)
		b.same(must(b.s.Thread(b.ctx, "desk", a.ID))(b), news.Thread{}) // not sent yet
		b.sent(b.attempt(start), "1111", at(time.Minute))
		b.post(a.ID, "desk", start)
		b.sent(b.attempt(start), "2222", at(time.Hour))
		b.again()
		b.same(must(b.s.Thread(b.ctx, "desk", a.ID))(b), news.Thread{Root: "1111", Posted: at(time.Hour), Posts: 2})
		b.same(must(b.s.Thread(b.ctx, "night", a.ID))(b), news.Thread{})
	},

	"HastenDeliveries": func(b *bench) {
		a := b.article("x.example", "a", start)
		o := b.article("x.example", "o", start)
		b.post(a.ID, "held", start)
		d := b.attempt(start)
		d.State, d.Due = news.Pending, at(time.Hour)
		b.ok(b.s.Settle(b.ctx, d))
		b.post(o.ID, "held", at(2*time.Hour))
		b.post(a.ID, "desk", at(2*time.Hour))
		b.ok(b.s.HastenDeliveries(b.ctx, start))
		desk := b.attempt(start)
		b.same(desk.Channel, news.ChannelName("desk"))
		b.sent(desk, "m", start)
		b.idle(at(time.Hour - 1)) // held back all the same
		b.same(b.attempt(at(time.Hour)).ID, d.ID)
	},

	"Deliveries": func(b *bench) {
		a := b.article("x.example", "a", start)
		o := b.article("x.example", "o", start)
		var want []news.DeliveryID // newest first
		for i := range 8 {
			id := []news.ArticleID{a.ID, o.ID}[i%2]
			channel := []news.ChannelName{"desk", "night"}[i/4]
			b.post(id, channel, start)
			all := must(b.s.Deliveries(b.ctx, store.DeliveryQuery{Max: 1}))(b)
			want = append([]news.DeliveryID{all[0].ID}, want...)
		}
		first := b.sent(b.attempt(start), "m", start)
		b.same(first.ID, want[7])
		get := func(q store.DeliveryQuery) []news.DeliveryID {
			return deliveryIDs(must(b.s.Deliveries(b.ctx, q))(b))
		}
		b.same(get(store.DeliveryQuery{}), want)
		b.same(get(store.DeliveryQuery{Max: 3}), want[:3])
		b.same(get(store.DeliveryQuery{Channel: "desk"}), want[4:])
		b.same(get(store.DeliveryQuery{Channel: "nobody"}), []news.DeliveryID{})
		b.same(get(store.DeliveryQuery{Article: a.ID}), []news.DeliveryID{want[1], want[3], want[5], want[7]})
		b.same(get(store.DeliveryQuery{Article: a.ID, Channel: "desk"}), []news.DeliveryID{want[5], want[7]})
		b.same(get(store.DeliveryQuery{Article: a.ID, State: news.Pending}), []news.DeliveryID{want[1], want[3], want[5]})
		b.same(get(store.DeliveryQuery{State: news.Sent}), []news.DeliveryID{want[7]})
		b.same(get(store.DeliveryQuery{State: news.Pending, Max: 2}), want[:2])
		b.same(get(store.DeliveryQuery{State: news.Pending, Channel: "desk"}), want[4:7])
		b.same(get(store.DeliveryQuery{Event: first.Events[0]}), []news.DeliveryID{want[7]})
		b.same(get(store.DeliveryQuery{Event: 99}), []news.DeliveryID{})
	},

	"DeliveryIDsAreUnique": func(b *bench) {
		a := b.article("x.example", "a", start)
		seen := map[news.DeliveryID]bool{}
		for i := range 50 {
			b.post(a.ID, news.ChannelName(fmt.Sprint("c", i%3)), start)
			d := b.attempt(start)
			if seen[d.ID] {
				b.Fatalf("the ID %s was given twice", d.ID)
			}
			seen[d.ID] = true
			b.sent(d, "m", start)
			if i%20 == 0 {
				b.again()
			}
		}
	},

	"UnknownArticle": func(b *bench) {
		a := b.article("x.example", "a", start)
		e := b.event(a.ID, start)
		b.fails(b.s.Plan(b.ctx, e.Seq, []store.Duty{{Channel: "desk", Kind: news.Post, Article: "a999"}}), store.ErrNotFound)
		b.same(seqs(must(b.s.Unplanned(b.ctx, 10))(b)), []news.Seq{e.Seq}) // all or nothing
	},
}
