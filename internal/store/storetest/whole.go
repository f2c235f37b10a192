package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

var wholeTests = map[string]func(*bench){
	"Signal": func(b *bench) {
		changed, stop := b.s.Signal()
		other, stopOther := b.s.Signal()
		a := b.article("x.example", "a", start)
		b.event(a.ID, start)
		for _, c := range []<-chan struct{}{changed, other} {
			select {
			case <-c:
			case <-time.After(10 * time.Second):
				b.Fatal("nobody was told of a write")
			}
		}
		stop()
		stopOther()
		b.event(a.ID, start)
		select {
		case <-changed: // one may have been waiting
		default:
		}
		select {
		case <-changed:
			b.Fatal("a listener that had stopped was told")
		default:
		}
	},

	"Backup": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.version(a.ID, text(1), start)
		var out bytes.Buffer
		b.ok(b.s.Backup(b.ctx, &out))
		if out.Len() == 0 {
			b.Fatal("the backup is empty")
		}
		ctx, cancel := context.WithCancel(b.ctx)
		cancel()
		b.fails(b.s.Backup(ctx, &out), context.Canceled)
	},

	"Closed": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.post(a.ID, "desk", start)
		s := b.s
		b.again()
		if s == b.s {
			b.Skip("this store is the same when it is opened again")
		}
		checks := map[string]error{}
		_, checks["LeaseHost"] = s.LeaseHost(b.ctx, start, at(time.Minute), 1)
		checks["ReleaseHost"] = s.ReleaseHost(b.ctx, "x.example", time.Time{})
		_, checks["NextDue"] = s.NextDue(b.ctx)
		checks["Hasten"] = s.Hasten(b.ctx, start)
		_, checks["Sight"] = s.Sight(b.ctx, nil, []store.Sighting{sighting("x.example", "b")})
		_, checks["Record"] = s.Record(b.ctx, store.Record{Article: a})
		checks["RecordFeed"] = s.RecordFeed(b.ctx, news.Feed{ID: "f1"}, nil)
		checks["Merge"] = s.Merge(b.ctx, a.ID, "a2")
		_, checks["Unplanned"] = s.Unplanned(b.ctx, 1)
		checks["Plan"] = s.Plan(b.ctx, 1, nil)
		_, checks["LeaseDelivery"] = s.LeaseDelivery(b.ctx, start, at(time.Minute))
		checks["Settle"] = s.Settle(b.ctx, news.Delivery{ID: "d1"})
		checks["HastenDeliveries"] = s.HastenDeliveries(b.ctx, start)
		_, checks["NextDelivery"] = s.NextDelivery(b.ctx)
		_, checks["Thread"] = s.Thread(b.ctx, "desk", a.ID)
		_, checks["Deliveries"] = s.Deliveries(b.ctx, store.DeliveryQuery{})
		checks["MoveChannel"] = s.MoveChannel(b.ctx, "desk", "night")
		_, checks["AddWatch"] = s.AddWatch(b.ctx, news.Watch{Channel: "desk"})
		_, checks["ChangeWatch"] = s.ChangeWatch(b.ctx, "w1", func(*news.Watch) error { return nil })
		checks["RemoveWatch"] = s.RemoveWatch(b.ctx, "w1")
		_, checks["Watch"] = s.Watch(b.ctx, "w1")
		_, checks["Watches"] = s.Watches(b.ctx, store.WatchQuery{})
		_, checks["Watching"] = s.Watching(b.ctx, a)
		_, checks["Feed"] = s.Feed(b.ctx, "f1")
		_, checks["Feeds"] = s.Feeds(b.ctx, store.FeedQuery{})
		_, checks["FindFeed"] = s.FindFeed(b.ctx, "https://x.example/")
		_, checks["Article"] = s.Article(b.ctx, a.ID)
		_, checks["FindArticle"] = s.FindArticle(b.ctx, "k")
		_, checks["Articles"] = s.Articles(b.ctx, store.ArticleQuery{})
		_, checks["Version"] = s.Version(b.ctx, a.ID, 1)
		_, checks["Versions"] = s.Versions(b.ctx, a.ID, 1, 0)
		_, checks["FindVersion"] = s.FindVersion(b.ctx, a.ID, text(1).Hash())
		_, checks["Recorded"] = s.Recorded(b.ctx, 0, 1)
		_, checks["Page"] = s.Page(b.ctx, a.ID)
		_, checks["Events"] = s.Events(b.ctx, store.EventQuery{})
		_, checks["Event"] = s.Event(b.ctx, 1)
		_, checks["Counts"] = s.Counts(b.ctx)
		checks["Backup"] = s.Backup(b.ctx, &bytes.Buffer{})
		checks["Check"] = s.Check(b.ctx)
		checks["Close"] = s.Close()
		for name, err := range checks {
			if !errors.Is(err, store.ErrClosed) {
				b.Errorf("%s after Close: got %v, want %v", name, err, store.ErrClosed)
			}
		}
		_, stop := s.Signal()
		stop()
	},

	"Concurrent": func(b *bench) {
		const workers, rounds = 8, 15
		var wg sync.WaitGroup
		errs := make(chan error, workers+1)
		for w := range workers {
			wg.Go(func() { errs <- b.work(w, rounds) })
		}
		wg.Go(func() { errs <- b.s.Check(b.ctx) }) // beside the writers
		wg.Wait()
		close(errs)
		for err := range errs {
			b.ok(err)
		}
		c := must(b.s.Counts(b.ctx))(b)
		b.same(c, store.Counts{Articles: workers, Versions: workers * rounds, Events: workers * (rounds - 1), Pending: workers * (rounds - 1)})
		seen := map[news.DeliveryID]bool{}
		for {
			d, err := b.s.LeaseDelivery(b.ctx, at(time.Hour), at(2*time.Hour))
			if errors.Is(err, store.ErrNothing) {
				break
			}
			b.ok(err)
			if seen[d.ID] {
				b.Fatalf("delivery %s was sent twice", d.ID)
			}
			seen[d.ID] = true
			b.sent(d, "m", start)
		}
		b.same(len(seen), workers*(rounds-1))
	},

	"ConcurrentLeases": func(b *bench) {
		const hosts = 40
		for i := range hosts {
			b.article(fmt.Sprintf("h%d.example", i), "a", start)
		}
		var mu sync.Mutex
		held := map[string]int{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for {
					l, err := b.s.LeaseHost(b.ctx, start, at(time.Hour), 5)
					if err != nil {
						return
					}
					mu.Lock()
					held[l.Host]++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		b.same(len(held), hosts)
		for h, n := range held {
			if n != 1 {
				b.Fatalf("%s was leased %d times at once", h, n)
			}
		}
	},

	"FailuresLeaveNeighboursAlone": func(b *bench) {
		good := make([]news.Article, 30)
		for i := range good {
			good[i] = b.article("x.example", fmt.Sprint(i), start)
		}
		var wg sync.WaitGroup
		errs := make(chan error, 2*len(good))
		for i := range good {
			wg.Go(func() {
				_, err := b.s.Record(b.ctx, store.Record{Article: good[i], Events: []news.Event{{Kind: news.Removed, At: start}}})
				errs <- err
			})
			wg.Go(func() { // written in part when it fails
				e := news.Seq(i + 1)
				if err := b.s.Plan(b.ctx, e, []store.Duty{{Channel: "desk", Article: "a999", Kind: news.Post}}); err == nil {
					errs <- errors.New("a duty about no article was planned")
				} else {
					errs <- nil
				}
			})
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			b.ok(err)
		}
		b.same(must(b.s.Counts(b.ctx))(b).Events, len(good))
		b.same(len(must(b.s.Unplanned(b.ctx, 100))(b)), len(good))
	},
}

// work is what one worker does: it makes an article, edits and announces it.
func (b *bench) work(worker, rounds int) error {
	x := sighting(fmt.Sprintf("h%d.example", worker), "a")
	seen, err := b.s.Sight(b.ctx, nil, []store.Sighting{x})
	if err != nil {
		return err
	}
	a := seen[0].Article
	for i := 1; i <= rounds; i++ {
		body := text(i)
		a.Versions, a.Polling.Next = i, at(time.Duration(i)*time.Minute)
		r := store.Record{Article: a, Version: &news.Version{Article: a.ID, Number: i, Seen: start, Hash: body.Hash(), Text: body}}
		if i > 1 {
			r.Events = []news.Event{{Kind: news.Edited, At: at(time.Duration(i) * time.Minute), From: i - 1, To: i}}
		}
		done, err := b.s.Record(b.ctx, r)
		if err != nil {
			return err
		}
		for _, e := range done.Events {
			duty := store.Duty{Channel: news.ChannelName(fmt.Sprint("c", worker%3)), Kind: news.Post, Article: a.ID, Due: start}
			if err := b.s.Plan(b.ctx, e.Seq, []store.Duty{duty}); err != nil {
				return err
			}
		}
		got, err := b.s.Version(b.ctx, a.ID, i)
		if err != nil {
			return err
		}
		if got.Hash != body.Hash() {
			return fmt.Errorf("version %d of %s has another text", i, a.ID)
		}
	}
	return nil
}
