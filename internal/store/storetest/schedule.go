package storetest

import (
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

var scheduleTests = map[string]func(*bench){
	"Nothing": func(b *bench) {
		_, err := b.s.LeaseHost(b.ctx, start, at(time.Minute), 10)
		b.fails(err, store.ErrNothing)
		_, err = b.s.NextDue(b.ctx)
		b.fails(err, store.ErrNothing)
	},

	"MostOverdueHostFirst": func(b *bench) {
		b.article("late.example", "a", at(3*time.Minute))
		b.article("early.example", "a", at(2*time.Minute))
		b.article("early.example", "b", at(time.Minute))
		b.article("early.example", "c", at(time.Hour))
		b.article("later.example", "a", at(time.Hour))
		now := at(10 * time.Minute)

		early := b.lease(now, 10)
		b.same(paths(early), []string{"early.example", "b", "a"})
		late := b.lease(now, 10)
		b.same(paths(late), []string{"late.example", "a"})
		b.noHost(now)
		b.same(must(b.s.NextDue(b.ctx))(b), at(20*time.Minute)) // the leases end
		b.ok(b.s.ReleaseHost(b.ctx, "early.example", at(2*time.Hour)))
		b.ok(b.s.ReleaseHost(b.ctx, "late.example", at(2*time.Hour)))
		b.same(must(b.s.NextDue(b.ctx))(b), at(time.Hour)) // of later.example
	},

	"AtMostMax": func(b *bench) {
		for i := range 5 {
			b.article("x.example", string(rune('a'+i)), at(time.Duration(i)*time.Minute))
		}
		b.same(paths(b.lease(at(time.Hour), 3)), []string{"x.example", "a", "b", "c"})
	},

	"FeedsAndArticles": func(b *bench) {
		f, seen := b.feed("x.example", at(time.Minute), sighting("x.example", "a"))
		l := b.lease(at(time.Hour), 10)
		if len(l.Polls) != 2 || l.Polls[0].Article == nil || l.Polls[1].Feed == nil {
			b.Fatalf("leased %+v, want an article, then a feed", l)
		}
		b.same(*l.Polls[0].Article, seen[0].Article)
		b.same(*l.Polls[1].Feed, f)
	},

	"DueToTheMillisecond": func(b *bench) {
		next := at(1500 * time.Microsecond)
		b.article("x.example", "a", next)
		b.noHost(at(time.Millisecond - 1))
		b.lease(next, 1)
	},

	"LeasedUntilReleased": func(b *bench) {
		b.article("x.example", "a", start)
		b.lease(start, 1)
		b.noHost(start)
		b.ok(b.s.ReleaseHost(b.ctx, "x.example", time.Time{}))
		b.lease(start, 1)
	},

	"LeaseEnds": func(b *bench) {
		b.article("x.example", "a", start)
		must(b.s.LeaseHost(b.ctx, start, at(time.Minute), 1))(b)
		b.noHost(at(59 * time.Second))
		b.lease(at(time.Minute), 1)
	},

	"LeaseDiesWithTheStore": func(b *bench) {
		b.article("x.example", "a", start)
		must(b.s.LeaseHost(b.ctx, start, at(time.Minute), 1))(b)
		b.again()
		b.lease(at(time.Minute), 1)
	},

	"HoldBack": func(b *bench) {
		b.article("x.example", "a", start)
		b.lease(start, 1)
		b.ok(b.s.ReleaseHost(b.ctx, "x.example", at(time.Hour)))
		b.noHost(at(time.Hour - 1))
		b.same(must(b.s.NextDue(b.ctx))(b), at(time.Hour))

		b.again() // it survives a restart
		b.noHost(at(time.Hour - 1))
		b.same(must(b.s.NextDue(b.ctx))(b), at(time.Hour))
		b.lease(at(time.Hour), 1)

		b.ok(b.s.ReleaseHost(b.ctx, "x.example", at(2*time.Hour)))
		b.noHost(at(time.Hour))
		b.ok(b.s.ReleaseHost(b.ctx, "x.example", time.Time{})) // lifted
		b.lease(at(time.Hour), 1)
	},

	"HoldBackOfAHostWithoutWork": func(b *bench) {
		b.ok(b.s.ReleaseHost(b.ctx, "x.example", at(time.Hour)))
		b.article("x.example", "a", start)
		b.noHost(at(time.Minute))
		b.lease(at(time.Hour), 1)
		b.ok(b.s.ReleaseHost(b.ctx, "unheard.example", time.Time{}))
	},

	"OverdueCountsAfterHoldBack": func(b *bench) {
		b.article("x.example", "a", start)
		b.article("y.example", "a", at(time.Minute))
		b.ok(b.s.ReleaseHost(b.ctx, "x.example", at(time.Hour)))
		b.same(b.lease(at(time.Minute), 1).Host, "y.example")
		b.ok(b.s.ReleaseHost(b.ctx, "y.example", time.Time{}))
		b.same(b.lease(at(time.Hour), 1).Host, "x.example")
	},

	"RecordMovesThePoll": func(b *bench) {
		a := b.article("x.example", "a", start)
		b.lease(start, 1)
		a.Polling.Next = at(time.Hour)
		must(b.s.Record(b.ctx, store.Record{Article: a}))(b)
		b.ok(b.s.ReleaseHost(b.ctx, "x.example", time.Time{}))
		b.noHost(at(time.Hour - 1))
		b.same(must(b.s.NextDue(b.ctx))(b), at(time.Hour))

		a.Polling.Host = "y.example" // it moved
		must(b.s.Record(b.ctx, store.Record{Article: a}))(b)
		b.same(b.lease(at(time.Hour), 1).Host, "y.example")
		b.noHost(at(time.Hour))

		a.Polling.Next = time.Time{} // it retired
		must(b.s.Record(b.ctx, store.Record{Article: a}))(b)
		b.ok(b.s.ReleaseHost(b.ctx, "y.example", time.Time{}))
		_, err := b.s.NextDue(b.ctx)
		b.fails(err, store.ErrNothing)
	},

	"ClockThatRunsBack": func(b *bench) {
		b.article("x.example", "a", at(time.Hour))
		b.lease(at(2*time.Hour), 1)
		b.ok(b.s.ReleaseHost(b.ctx, "x.example", time.Time{}))
		b.article("y.example", "a", at(3*time.Hour))
		b.noHost(at(time.Minute))
		b.lease(at(2*time.Hour), 1)
	},

	"Hasten": func(b *bench) {
		late := b.article("x.example", "late", at(time.Hour))
		b.article("x.example", "due", at(-time.Hour))
		f, _ := b.feed("y.example", at(24*time.Hour))
		b.article("z.example", "never", time.Time{})
		b.article("held.example", "a", at(time.Hour))
		b.ok(b.s.ReleaseHost(b.ctx, "held.example", at(time.Hour)))
		b.ok(b.s.Hasten(b.ctx, start))
		b.same(paths(b.lease(start, 10)), []string{"x.example", "due", "late"})
		b.same(paths(b.lease(start, 10)), []string{"y.example", "feed.xml"})
		b.noHost(start)
		b.same(must(b.s.Article(b.ctx, late.ID))(b).Polling.Next, start)
		b.same(must(b.s.Feed(b.ctx, f.ID))(b).Polling.Next, start)
	},

	"HastenMany": func(b *bench) {
		var many []store.Sighting
		for i := range 5000 {
			x := sighting(string(rune('a'+i%7))+".example", string(rune('a'+i/7%26))+time.Duration(i).String())
			x.Article.Polling.Next = at(time.Duration(i%50-10) * time.Minute)
			many = append(many, x)
		}
		must(b.s.Sight(b.ctx, nil, many))(b)
		b.ok(b.s.Hasten(b.ctx, start))
		n := 0
		for range 7 {
			n += len(b.lease(start, 1<<20).Polls)
		}
		b.same(n, 5000)
	},
}

func (b *bench) lease(now time.Time, max int) store.Lease {
	b.Helper()
	return must(b.s.LeaseHost(b.ctx, now, now.Add(time.Minute*10), max))(b)
}

func (b *bench) noHost(now time.Time) {
	b.Helper()
	l, err := b.s.LeaseHost(b.ctx, now, now.Add(time.Minute), 10)
	if err == nil {
		b.Fatalf("leased %v, want nothing due", paths(l))
	}
	b.fails(err, store.ErrNothing)
}

// paths names what was leased: the host, then the last part of each address.
func paths(l store.Lease) []string {
	list := []string{l.Host}
	for _, p := range l.Polls {
		url := ""
		if p.Feed != nil {
			url = p.Feed.URL
		} else {
			url = p.Article.URL
		}
		list = append(list, url[len("https://"+news.Host(url)+"/"):])
	}
	return list
}
