// Package watcher notices edits. It decides when to poll, and makes of each
// poll what is true:
//
//	Schedule ──due──> fetch ──bytes──> feed, extract ──text──> edit.Compare
//	                                                                │
//	    store <──version, event, next poll── believe, hold, refuse ─┘
//
// A [Watcher] leases hosts from the store, one host in one pair of hands, and
// polls what is due there. The outcome of a poll is recorded in one
// transaction with the time of the next. Nothing is kept in memory that a
// crash may not take: a held reading, a failing feed, a host that asked to
// wait all stand in the store.
//
// Two sets of rules are pure functions: when to visit (schedule.go), and what to
// believe at first sight and what to look at twice (decide.go). The rest, by
// what it is about:
//
//   - a poll: article.go and feed.go, address.go for where a page has gone,
//     failure.go and outage.go for polls that brought nothing, round.go for
//     what the polls of one host share;
//   - what is the site's and not the article's: template.go learns it, block.go
//     says what may be boilerplate, redesign.go when many articles change alike,
//     and site.go leaves both out of a comparison;
//   - what is no edit: reread.go after our own rules changed, typography.go for
//     the same words set otherwise, live.go for pages that never rest;
//   - a new watch: place.go;
//   - what is kept of the pages that were fetched: keep.go.
//
// Everything that is read comes through package fetch.
package watcher

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/watcher/extract"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// Store is the part of the store that watching uses; see package store for
// what its methods promise.
type Store interface {
	store.Schedule
	store.Recorder

	AddWatch(ctx context.Context, w news.Watch) (news.Watch, error)
	ChangeWatch(ctx context.Context, id news.WatchID, change func(w *news.Watch) error) (news.Watch, error)
	RemoveWatch(ctx context.Context, id news.WatchID) error
	Watches(ctx context.Context, q store.WatchQuery) ([]news.Watch, error)
	Watching(ctx context.Context, article news.Article) ([]news.Watch, error)

	Feed(ctx context.Context, id news.FeedID) (news.Feed, error)
	FindFeed(ctx context.Context, address string) (news.Feed, error)
	Article(ctx context.Context, id news.ArticleID) (news.Article, error)
	FindArticle(ctx context.Context, keys ...news.Key) (news.Article, error)
	Articles(ctx context.Context, q store.ArticleQuery) ([]news.Article, error)
	Events(ctx context.Context, q store.EventQuery) ([]news.Event, error)
	Version(ctx context.Context, article news.ArticleID, number int) (news.Version, error)
	FindVersion(ctx context.Context, article news.ArticleID, hash news.Hash) (int, error)
	Page(ctx context.Context, article news.ArticleID) ([]byte, error)
	Delete(ctx context.Context, article news.ArticleID) (store.Deleted, error)

	Signal() (changed <-chan struct{}, stop func())
}

// Fetcher asks the web politely. It spaces requests to a host, honours
// robots.txt and caps what it reads.
type Fetcher interface {
	Get(ctx context.Context, r fetch.Request) (*fetch.Response, error)
}

// Options configure a [Watcher].
type Options struct {
	Schedule Schedule
	Hosts    int  // how many hosts are polled at once; 0: 16
	Keep     Keep // which pages are kept; empty: KeepLast
	// MaxPage and MaxFeed cap an answer, packed and unpacked, in bytes; 0 means
	// the defaults of package fetch.
	MaxPage, MaxFeed int64
	// Articles is how many articles a feed may list that only chats watch; 0 is
	// no limit.
	Articles int
	Logger   *slog.Logger
}

// A Watcher polls what is due.
type Watcher struct {
	store Store
	fetch Fetcher
	when  Schedule
	hosts int
	keep  Keep

	maxPage, maxFeed int64
	maxListed        int

	log    *slog.Logger
	outage outage
	reads  reads

	// read and extractor are package extract's, except in tests of an upgrade.
	read      func(page []byte, opts extract.Options) (extract.Reading, error)
	extractor string

	feeds, articles atomic.Int64 // polled since the start
}

// Polled returns how many feeds and articles were polled since the start.
func (w *Watcher) Polled() (feeds, articles int) {
	return int(w.feeds.Load()), int(w.articles.Load())
}

// New returns a Watcher that keeps what it finds in s.
func New(s Store, f Fetcher, o Options) *Watcher {
	if o.Hosts == 0 {
		o.Hosts = 16
	}
	if o.MaxPage == 0 {
		o.MaxPage = fetch.MaxPage
	}
	if o.MaxFeed == 0 {
		o.MaxFeed = fetch.MaxFeed
	}
	return &Watcher{
		store: s, fetch: f, when: o.Schedule, hosts: o.Hosts, keep: o.Keep, log: o.Logger,
		maxPage: o.MaxPage, maxFeed: o.MaxFeed,
		maxListed: o.Articles,
		read:      inTurns(extract.Read), extractor: extract.Extractor,
	}
}

const (
	// leaseFor is how long a host is ours. No poll begins after leaseFor less
	// leaseSpare, so that the last has time to end before the host is leased
	// again: a slow host would otherwise be asked by two workers.
	leaseFor   = 30 * time.Minute
	leaseSpare = 20 * time.Minute
	// leasePolls bounds the polls of a lease, so that what became more overdue
	// meanwhile gets its turn.
	leasePolls = 16
	// idle is the longest sleep: the clock may have been set meanwhile.
	idle = time.Minute
	// storePause is the wait after the store failed.
	storePause = 5 * time.Second
)

// Run polls what is due until ctx ends, and then returns nil. It returns an
// error only when the store can no longer be used.
func (w *Watcher) Run(ctx context.Context) error {
	changed, stop := w.store.Signal()
	defer stop()
	var workers sync.WaitGroup
	defer workers.Wait()
	workers.Go(func() { w.resolveLoop(ctx) })
	free := make(chan struct{}, w.hosts)
	released := make(chan struct{}, 1) // receives after a host was; values stand for several
	for {
		wake, err := w.dispatch(ctx, free, released, &workers)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, store.ErrClosed):
			return err
		case err != nil:
			w.log.Error("lease a host", "err", err)
			wake = time.Now().Add(storePause)
		}
		timer := time.NewTimer(min(time.Until(wake), idle))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-changed:
		case <-released: // it may have work left, and the store does not tell of releases
		case <-timer.C:
		}
		timer.Stop()
	}
}

// dispatch starts a worker for each host that has work, and returns when to
// look for more.
func (w *Watcher) dispatch(ctx context.Context, free, released chan struct{}, workers *sync.WaitGroup) (time.Time, error) {
	for {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
		now := time.Now().UTC()
		lease, err := w.store.LeaseHost(ctx, now, now.Add(leaseFor), leasePolls)
		if err != nil {
			<-free
			if errors.Is(err, store.ErrNothing) {
				return w.wake(ctx, now)
			}
			return time.Time{}, err
		}
		workers.Go(func() {
			defer func() { <-free }()
			w.pollHost(ctx, lease, now, now.Add(leaseFor), false)
			select {
			case released <- struct{}{}:
			default:
			}
		})
	}
}

// wake returns when the next poll is due.
func (w *Watcher) wake(ctx context.Context, now time.Time) (time.Time, error) {
	next, err := w.store.NextDue(ctx)
	switch {
	case errors.Is(err, store.ErrNothing):
		return now.Add(idle), nil
	case err != nil:
		return time.Time{}, err
	case next.Before(now.Add(10 * time.Millisecond)):
		return now.Add(10 * time.Millisecond), nil // it became due just now
	}
	return next, nil
}

// Passed says what one pass did.
type Passed struct {
	Feeds, Articles int      // polled, each counted once
	Looks           int      // further looks at held readings
	Failed          []string // a few words for each page, feed or watch that could not be read
	Held            int      // readings that still wait for a second look
}

// Pass visits every watched feed and article once, due or not, and looks again
// at once at what is held. Hosts that asked to wait are passed over. A page
// that is missing stays held: it takes time to believe that.
func (w *Watcher) Pass(ctx context.Context) (Passed, error) {
	p := &pass{}
	trouble, err := w.resolve(ctx, true)
	p.Failed = trouble
	if err != nil {
		return p.Passed, err
	}
	start := time.Now().UTC()
	if err := w.store.Hasten(ctx, start); err != nil {
		return p.Passed, err
	}
	if err := w.drain(ctx, start, p); err != nil {
		return p.Passed, err
	}
	articles := p.Articles
	// Each round gives every held reading one more look.
	for range maxLooks {
		held, err := w.heldTexts(ctx)
		if err != nil {
			return p.Passed, err
		}
		if len(held) == 0 {
			break
		}
		at := time.Now().UTC()
		for _, a := range held {
			a.Polling.Next = at
			if _, err := w.store.Record(ctx, store.Record{Article: a}); err != nil && !errors.Is(err, store.ErrConflict) {
				return p.Passed, err
			}
		}
		if err := w.drain(ctx, at, p); err != nil {
			return p.Passed, err
		}
	}
	held, err := w.heldTexts(ctx)
	if err != nil {
		return p.Passed, err
	}
	p.Held = len(held)
	p.Articles, p.Looks = articles, p.Articles-articles
	slices.Sort(p.Failed)
	p.Failed = slices.Compact(p.Failed)
	return p.Passed, ctx.Err()
}

// A pass collects what the workers of one [Watcher.Pass] report.
type pass struct {
	mu sync.Mutex // guards Passed
	Passed
}

// drain polls everything that is due at the moment the pass began.
func (w *Watcher) drain(ctx context.Context, at time.Time, p *pass) error {
	var workers sync.WaitGroup
	free := make(chan struct{}, w.hosts)
	defer workers.Wait()
	for ctx.Err() == nil {
		free <- struct{}{}
		// Asked before the store is: a worker that ends in between may have left
		// work that the store's answer does not know of.
		alone := len(free) == 1
		now := time.Now().UTC()
		lease, err := w.store.LeaseHost(ctx, at, now.Add(leaseFor), leasePolls)
		if errors.Is(err, store.ErrNothing) {
			<-free
			if alone {
				return nil
			}
			// A worker may yet find articles, or release its host with work left.
			workers.Wait()
			continue
		}
		if err != nil {
			return err
		}
		workers.Go(func() {
			defer func() { <-free }()
			feeds, articles, failed := w.pollHost(ctx, lease, at, now.Add(leaseFor), true)
			p.mu.Lock()
			defer p.mu.Unlock()
			p.Feeds += feeds
			p.Articles += articles
			p.Failed = append(p.Failed, failed...)
		})
	}
	return ctx.Err()
}

// heldTexts returns the articles with a held reading that a second look can
// settle now.
func (w *Watcher) heldTexts(ctx context.Context) ([]news.Article, error) {
	held, err := w.store.Articles(ctx, store.ArticleQuery{Held: true, Max: 10_000})
	if err != nil {
		return nil, err
	}
	now := held[:0]
	for _, a := range held {
		if a.Hold.Reason != news.HoldGone && !a.Polling.Next.IsZero() && !underTest(a, a.Hold.Text.Headline) {
			now = append(now, a)
		}
	}
	return now, nil
}

// pollHost polls what was leased until a time, in order, and releases the host;
// what it does not get to stays due. Articles and feeds that a poll finds are
// due at the time given.
func (w *Watcher) pollHost(ctx context.Context, lease store.Lease, due, until time.Time, settle bool) (feeds, articles int, failed []string) {
	var notBefore time.Time
	var shared round
	for i, p := range lease.Polls {
		if ctx.Err() != nil || i > 0 && time.Until(until) <= leaseSpare {
			break
		}
		v := visit{Watcher: w, due: due, settle: settle}
		var err error
		switch {
		case p.Feed != nil:
			feeds++
			w.feeds.Add(1)
			err = v.feed(ctx, *p.Feed)
		case p.Article != nil:
			articles++
			w.articles.Add(1)
			v.round = &shared
			err = v.article(ctx, *p.Article)
		}
		shared.flush(ctx, w, quietFor)
		if err != nil && ctx.Err() == nil {
			w.log.Error("record a poll", "host", lease.Host, "err", err)
		}
		if v.trouble != "" {
			failed = append(failed, addressOf(p)+" "+v.trouble)
		}
		if v.wait > 0 {
			notBefore = time.Now().UTC().Add(v.wait)
			w.log.Warn("host asked to wait", "host", lease.Host, "until", notBefore)
			break
		}
	}
	// Even when we are told to stop: the next start finds the host free, and
	// what was asked is not asked again.
	shared.flush(context.WithoutCancel(ctx), w, 0)
	if err := shared.keep(context.WithoutCancel(ctx), w); err != nil {
		w.log.Error("keep what was learnt of a host", "host", lease.Host, "err", err)
	}
	if err := w.store.ReleaseHost(context.WithoutCancel(ctx), lease.Host, notBefore); err != nil && ctx.Err() == nil {
		w.log.Error("release a host", "host", lease.Host, "err", err)
	}
	return feeds, articles, failed
}

// A visit is one poll under way.
type visit struct {
	*Watcher
	due    time.Time // when what it finds is due
	settle bool      // believe what is seen twice, however short the time between

	// round is shared with other polls of articles of the host; nil when there
	// are none, and for feeds.
	round *round

	// events and keys go into the next record of the article.
	events []news.Event
	keys   []news.Key

	why     string        // why nothing is told of a difference, for people
	trouble string        // what went wrong, for people
	wait    time.Duration // what the host asked for
}

// next returns the time of the poll after this one.
func (v *visit) next(now time.Time, every time.Duration, url string) time.Time {
	return v.when.after(now, every, url, rand.Float64())
}

// addressOf names what was polled: its address without the scheme, and without
// a query, which may hold a reader's token.
func addressOf(p store.Poll) string {
	address := ""
	switch {
	case p.Feed != nil:
		address = p.Feed.URL
	case p.Article != nil:
		address = p.Article.URL
	}
	u, err := url.Parse(address)
	if err != nil {
		return news.Host(address)
	}
	return u.Host + u.Path
}
