// Package storetest holds any implementation of package store against its
// contract. An implementation's tests call [Run] with a way to open an empty
// store, and with a way to open the same one again.
//
// Every test ends with the store's own Check, so that each is also a test of
// corruption. Nothing here knows how a store keeps its records.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/google/go-cmp/cmp"
)

// Run runs every test of the contract. open returns an empty store; reopen
// closes the one it is given and opens what it kept.
func Run(t *testing.T, open func(t *testing.T) store.Store, reopen func(t *testing.T, s store.Store) store.Store) {
	for _, group := range []struct {
		name  string
		tests map[string]func(*bench)
	}{
		{"Schedule", scheduleTests},
		{"Recorder", recorderTests},
		{"Versions", versionTests},
		{"Merge", mergeTests},
		{"Outbox", outboxTests},
		{"Watches", watchTests},
		{"Channels", channelTests},
		{"MoveChannel", moveChannelTests},
		{"Reader", readerTests},
		{"Keeper", keeperTests},
		{"Archive", archiveTests},
		{"Import", importTests},
		{"Whole", wholeTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for name, test := range group.tests {
				t.Run(name, func(t *testing.T) { test(newBench(t, open, reopen)) })
			}
		})
	}
	t.Run("Model", func(t *testing.T) { model(t, open) })
	t.Run("KeepModel", func(t *testing.T) { keepModel(t, open) })
	t.Run("Filters", func(t *testing.T) { filters(t, open) })
}

// start is the time the tests begin at. Everything else is told from it.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return start.Add(d) }

// A bench is a store under test with the steps that tests share. Steps fail
// the test when the store does.
type bench struct {
	*testing.T
	s      store.Store
	ctx    context.Context
	reopen func(t *testing.T, s store.Store) store.Store
}

func newBench(t *testing.T, open func(t *testing.T) store.Store, reopen func(t *testing.T, s store.Store) store.Store) *bench {
	b := &bench{T: t, s: open(t), ctx: context.WithoutCancel(t.Context()), reopen: reopen}
	t.Cleanup(func() {
		if err := b.s.Check(b.ctx); err != nil {
			t.Errorf("Check at the end of the test: %v", err)
		}
		if err := b.s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return b
}

// again closes the store and opens it again.
func (b *bench) again() {
	b.Helper()
	b.s = b.reopen(b.T, b.s)
}

func (b *bench) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) fails(err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Fatalf("got error %v, want %v", err, want)
	}
}

// same compares what was read with what was wanted.
func (b *bench) same(got, want any) {
	b.Helper()
	if d := cmp.Diff(want, got); d != "" {
		b.Fatalf("want (-) and got (+) differ:\n%s", d)
	}
}

// must returns v, or fails the test.
func must[T any](v T, err error) func(*bench) T {
	return func(b *bench) T {
		b.Helper()
		b.ok(err)
		return v
	}
}

// sighting is an entry of a host, first seen at the start and due then.
func sighting(host, path string) store.Sighting {
	url := "https://" + host + "/" + path
	return store.Sighting{
		Keys: []news.Key{news.AddressKey(news.PageReading, url)},
		Article: news.Article{
			Reading: news.PageReading, URL: url, Headline: "Headline of " + path, Source: "The " + host,
			FirstSeen: start, Polling: news.Polling{Host: host, Next: start},
		},
	}
}

// article makes an article on a host that is due at a time.
func (b *bench) article(host, path string, next time.Time) news.Article {
	b.Helper()
	x := sighting(host, path)
	x.Article.Polling.Next = next
	seen := must(b.s.Sight(b.ctx, nil, []store.Sighting{x}))(b)
	if len(seen) != 1 || !seen[0].New {
		b.Fatalf("sighted %+v, want one new article", seen)
	}
	return seen[0].Article
}

// feed makes a feed that lists what was sighted.
func (b *bench) feed(host string, next time.Time, sightings ...store.Sighting) (news.Feed, []store.Sighted) {
	b.Helper()
	f := news.Feed{URL: "https://" + host + "/feed.xml", Title: "Feed of " + host, FirstSeen: start,
		Every: 15 * time.Minute, Polling: news.Polling{Host: host, Next: next}}
	seen := must(b.s.Sight(b.ctx, &f, sightings))(b)
	if f.ID == "" {
		b.Fatal("Sight left the feed without an ID")
	}
	return f, seen
}

// text is a text of some paragraphs; texts with different n differ.
func text(n int) news.Text {
	t := news.Text{Headline: fmt.Sprintf("Council votes for the %dth time", n), Standfirst: "The harbour stays open."}
	for i := range 6 {
		t.Paragraphs = append(t.Paragraphs, fmt.Sprintf("Paragraph %d says what was said before, at some length, about the bridge.", i))
	}
	t.Paragraphs[n%6] += fmt.Sprintf(" It was changed %d times.", n)
	return t
}

// version records the article's next version with an edit, unless it is the
// first, and returns the article and its events.
func (b *bench) version(id news.ArticleID, body news.Text, when time.Time) (news.Article, []news.Event) {
	b.Helper()
	a := must(b.s.Article(b.ctx, id))(b)
	a.Versions++
	a.Hash = body.Hash()
	r := store.Record{Article: a, Version: &news.Version{
		Article: id, Number: a.Versions, Seen: when, Hash: body.Hash(), Extractor: "page/1", Text: body,
	}}
	if a.Versions > 1 {
		r.Article.Edits++
		r.Events = []news.Event{b.edit(a.Versions, when)}
	}
	done := must(b.s.Record(b.ctx, r))(b)
	return must(b.s.Article(b.ctx, id))(b), done.Events
}

func (b *bench) edit(to int, when time.Time) news.Event {
	return news.Event{Kind: news.Edited, At: when, From: to - 1, To: to,
		ChangedAfter: when.Add(-5 * time.Minute), ChangedBefore: when,
		Significance: news.Major, Classes: []news.Class{news.ClassFact, news.ClassMinor}, Noted: true}
}

// event records an edit of an article without a new version's text, for tests
// of what follows from it.
func (b *bench) event(id news.ArticleID, when time.Time) news.Event {
	b.Helper()
	a := must(b.s.Article(b.ctx, id))(b)
	done := must(b.s.Record(b.ctx, store.Record{Article: a, Events: []news.Event{{Kind: news.Removed, At: when}}}))(b)
	return done.Events[0]
}

// post plans a post about the article's new event in a channel.
func (b *bench) post(id news.ArticleID, channel news.ChannelName, due time.Time) news.Seq {
	b.Helper()
	e := b.event(id, due)
	b.ok(b.s.Plan(b.ctx, e.Seq, []store.Duty{{Channel: channel, Kind: news.Post, Article: id, Due: due}}))
	return e.Seq
}

// attempt leases the next delivery for a minute.
func (b *bench) attempt(now time.Time) news.Delivery {
	b.Helper()
	return must(b.s.LeaseDelivery(b.ctx, now, now.Add(time.Minute)))(b)
}

// idle makes sure that no delivery is due.
func (b *bench) idle(now time.Time) {
	b.Helper()
	d, err := b.s.LeaseDelivery(b.ctx, now, now.Add(time.Minute))
	if !errors.Is(err, store.ErrNothing) {
		b.Fatalf("leased %+v with error %v, want nothing due", d, err)
	}
}

// sent settles a delivery as sent.
func (b *bench) sent(d news.Delivery, message string, when time.Time) news.Delivery {
	b.Helper()
	d.State, d.Message, d.Settled = news.Sent, message, when
	b.ok(b.s.Settle(b.ctx, d))
	return d
}

func articleIDs(list []news.Article) []news.ArticleID {
	ids := []news.ArticleID{}
	for _, a := range list {
		ids = append(ids, a.ID)
	}
	return ids
}

func seqs(list []news.Event) []news.Seq {
	ids := []news.Seq{}
	for _, e := range list {
		ids = append(ids, e.Seq)
	}
	return ids
}

func deliveryIDs(list []news.Delivery) []news.DeliveryID {
	ids := []news.DeliveryID{}
	for _, d := range list {
		ids = append(ids, d.ID)
	}
	return ids
}

func watchIDs(list []news.Watch) []news.WatchID {
	ids := []news.WatchID{}
	for _, w := range list {
		ids = append(ids, w.ID)
	}
	return ids
}
