package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"pgregory.net/rapid"
)

// model holds random sequences of outbox and schedule steps against a model
// that is as simple as the contract: plain lists, searched from the start.
func model(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	t.Cleanup(func() { s.Close() })
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		m := &modelState{T: rt, s: s, ctx: context.Background(), run: run, now: start,
			held: map[news.ChannelName]time.Time{}, leased: map[news.ChannelName]news.Delivery{}}
		m.begin()
		rt.Repeat(map[string]func(*rapid.T){
			"":       func(rt *rapid.T) {},
			"plan":   m.plan,
			"lease":  m.lease,
			"settle": m.settle,
			"wait":   func(rt *rapid.T) { m.now = m.now.Add(time.Duration(rapid.IntRange(1, 40).Draw(rt, "s")) * time.Second) },
		})
		m.finish()
	})
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// modelState is the model of an outbox.
type modelState struct {
	*rapid.T
	s        store.Store
	ctx      context.Context
	run      int
	now      time.Time
	articles []news.ArticleID
	pending  []news.Delivery // in the order they were planned; IDs are not known before the first attempt
	held     map[news.ChannelName]time.Time
	leased   map[news.ChannelName]news.Delivery
}

func (m *modelState) ok(err error) {
	if err != nil {
		m.Fatal(err)
	}
}

func (m *modelState) begin() {
	for i := range 2 {
		seen, err := m.s.Sight(m.ctx, nil, []store.Sighting{sighting("x.example", fmt.Sprintf("%d/%d", m.run, i))})
		m.ok(err)
		m.articles = append(m.articles, seen[0].Article.ID)
	}
}

// channel draws one of the run's own channels.
func (m *modelState) channel(rt *rapid.T) news.ChannelName {
	return news.ChannelName(fmt.Sprintf("%d-%d", m.run, rapid.IntRange(1, 2).Draw(rt, "channel")))
}

func (m *modelState) plan(rt *rapid.T) {
	d := store.Duty{
		Channel: m.channel(rt), Kind: rapid.SampledFrom([]news.DeliveryKind{news.Post, news.Post, news.Notice}).Draw(rt, "kind"),
		Article: rapid.SampledFrom(m.articles).Draw(rt, "article"), Join: rapid.Bool().Draw(rt, "join"),
		Due: m.now.Add(time.Duration(rapid.IntRange(-10, 30).Draw(rt, "due")) * time.Second),
	}
	a, err := m.s.Article(m.ctx, d.Article)
	m.ok(err)
	done, err := m.s.Record(m.ctx, store.Record{Article: a, Events: []news.Event{{Kind: news.Removed, At: m.now}}})
	m.ok(err)
	seq := done.Events[0].Seq
	m.ok(m.s.Plan(m.ctx, seq, []store.Duty{d}))

	newest := -1
	for i, p := range m.pending {
		if p.Channel == d.Channel && p.Kind == d.Kind && p.Article == d.Article {
			newest = i
		}
	}
	if d.Join && newest >= 0 && m.pending[newest].Attempts == 0 {
		m.pending[newest].Events = append(m.pending[newest].Events, seq)
		return
	}
	m.pending = append(m.pending, news.Delivery{Channel: d.Channel, Kind: d.Kind, Article: d.Article, Due: d.Due, Events: []news.Seq{seq}})
}

// lease expects of the store what a plain search finds.
func (m *modelState) lease(rt *rapid.T) {
	best, bestDue := -1, time.Time{}
	for _, channel := range []news.ChannelName{news.ChannelName(fmt.Sprintf("%d-1", m.run)), news.ChannelName(fmt.Sprintf("%d-2", m.run))} {
		if _, leased := m.leased[channel]; leased || m.held[channel].After(m.now) {
			continue
		}
		first, earliest := -1, time.Time{}
		for i, p := range m.pending {
			if p.Channel != channel || p.Due.After(m.now) {
				continue
			}
			if first < 0 {
				first = i
			}
			if earliest.IsZero() || p.Due.Before(earliest) {
				earliest = p.Due
			}
		}
		if first >= 0 && (best < 0 || earliest.Before(bestDue)) {
			best, bestDue = first, earliest
		} else if first >= 0 && earliest.Equal(bestDue) {
			return // either may go first
		}
	}
	got, err := m.s.LeaseDelivery(m.ctx, m.now, m.now.Add(24*time.Hour))
	if best < 0 {
		if !errors.Is(err, store.ErrNothing) {
			rt.Fatalf("leased %+v, %v; want nothing", got, err)
		}
		return
	}
	m.ok(err)
	want := &m.pending[best]
	want.Attempts++
	if want.ID == "" {
		want.ID = got.ID
	}
	if got.ID != want.ID || got.Channel != want.Channel || got.Attempts != want.Attempts || fmt.Sprint(got.Events) != fmt.Sprint(want.Events) {
		rt.Fatalf("leased %+v, want %+v", got, *want)
	}
	m.leased[got.Channel] = got
}

func (m *modelState) settle(rt *rapid.T) {
	channel := m.channel(rt)
	d, ok := m.leased[channel]
	if !ok {
		return
	}
	at := 0
	for i, p := range m.pending {
		if p.ID == d.ID {
			at = i
		}
	}
	if rapid.Bool().Draw(rt, "fails") {
		d.State, d.Due = news.Pending, m.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(rt, "again"))*time.Second)
		m.pending[at].Due, m.held[channel] = d.Due, d.Due
	} else {
		d.State, d.Settled, d.Message = news.Sent, m.now, "m"
		m.pending = append(m.pending[:at], m.pending[at+1:]...)
	}
	m.ok(m.s.Settle(m.ctx, d))
	delete(m.leased, channel)
}

// finish sends what is left, so that the next run finds an empty outbox.
func (m *modelState) finish() {
	for _, d := range m.leased {
		d.Due = m.now
		m.ok(m.s.Settle(m.ctx, d))
	}
	left := len(m.pending)
	for {
		d, err := m.s.LeaseDelivery(m.ctx, m.now.Add(24*time.Hour), m.now.Add(25*time.Hour))
		if errors.Is(err, store.ErrNothing) {
			break
		}
		m.ok(err)
		left--
		d.State, d.Settled = news.Sent, m.now
		m.ok(m.s.Settle(m.ctx, d))
	}
	if left != 0 {
		m.Fatalf("%d deliveries more were pending than were sent", left)
	}
}
