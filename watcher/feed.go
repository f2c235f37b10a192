package watcher

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/watcher/feed"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// maxEntries bounds how many articles one reading of a feed may add.
const maxEntries = 500

// entriesAtOnce is how many entries of a feed are recorded at once.
const entriesAtOnce = 32

// feedExtractor names what reads the text of feed readings.
const feedExtractor = "feed/2"

// feed polls a feed and records what it lists. The feed is the index: its
// articles are tracked long after they left it.
func (v *visit) feed(ctx context.Context, f news.Feed) error {
	watches, err := v.store.Watches(ctx, store.WatchQuery{Feed: f.ID})
	if err != nil {
		return err
	}
	if len(watches) == 0 {
		f.Polling.Next = time.Time{}
		f.Polling.Detail = "nobody watches it any more"
		return v.store.RecordFeed(ctx, f, nil)
	}
	resp, err := v.fetch.Get(ctx, fetch.Request{
		URL: f.URL, Accept: fetch.AcceptFeed, MaxBytes: v.maxFeed,
		ETag: f.Polling.ETag, LastModified: f.Polling.LastModified, BodyHash: f.Polling.BodyHash,
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	now := time.Now().UTC()
	v.note(f.Polling.Host, err, now)
	if err != nil {
		return v.feedFailed(ctx, f, err, now)
	}
	if resp.NotModified || resp.Same {
		outcome := news.OutcomeNotModified
		if resp.Same {
			outcome = news.OutcomeSameBytes
		}
		v.rested(&f, outcome, false, resp.Fresh, now)
		return v.recordFeed(ctx, f)
	}
	parsed, err := feed.Parse(resp.Body, resp.ContentType, resp.URL)
	if err != nil {
		return v.feedFailed(ctx, f, err, now)
	}
	if resp.Permanent {
		f.URL, f.Polling.Host = resp.URL, news.Host(resp.URL)
	}
	fresh, err := v.list(ctx, &f, parsed, watches, now)
	if err != nil {
		return err
	}
	f.Polling.ETag, f.Polling.LastModified, f.Polling.BodyHash = resp.ETag, resp.LastModified, resp.BodyHash
	v.rested(&f, news.OutcomeListed, fresh, max(resp.Fresh, parsed.TTL), now)
	return v.recordFeed(ctx, f)
}

// list records what a reading of the feed lists, and reports whether any of it
// was new. It does not record the feed's next poll.
func (v *visit) list(ctx context.Context, f *news.Feed, parsed feed.Feed, watches []news.Watch, now time.Time) (fresh bool, err error) {
	f.Title, f.SiteURL, f.Entries = cmp.Or(parsed.Title, f.Title), cmp.Or(parsed.SiteURL, f.SiteURL), len(parsed.Entries)
	entries := parsed.Entries
	if len(entries) > maxEntries {
		v.log.Warn("feed lists too many entries", "feed", f.ID, "entries", len(entries), "read", maxEntries)
		entries = entries[:maxEntries]
	}
	for _, reading := range readings(watches) {
		within, err := v.within(ctx, *f, entries, reading, watches)
		if err != nil {
			return fresh, err
		}
		seen, err := v.sight(ctx, f, within, reading, now)
		if err != nil {
			return fresh, err
		}
		fresh = fresh || seen
	}
	if fresh {
		f.Listed = now
	}
	return fresh, nil
}

// within returns the entries that a feed may list: of one that only chats watch
// the newest, up to their limit, and of the others those that are watched
// already.
func (v *visit) within(ctx context.Context, f news.Feed, entries []feed.Entry, reading news.Reading, watches []news.Watch) ([]feed.Entry, error) {
	if v.maxListed == 0 || len(entries) <= v.maxListed || !news.Limited(watches) {
		return entries, nil
	}
	sorted := slices.Clone(entries)
	if !slices.ContainsFunc(sorted, func(e feed.Entry) bool { return e.Published.IsZero() }) { // else the feed's order has to do
		slices.SortStableFunc(sorted, func(x, y feed.Entry) int { return y.Published.Compare(x.Published) })
	}
	within := sorted[:v.maxListed:v.maxListed]
	for _, e := range sorted[v.maxListed:] {
		a, err := v.store.FindArticle(ctx, entryKeys(f, e, reading)...)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err == nil && slices.Contains(a.Feeds, f.ID) {
			within = append(within, e)
		}
	}
	return within, nil
}

// entryKeys are what an entry's article is known by. The GUID is the entry's
// name; the address, in a page reading, is also the article's, in whatever feed
// it stands.
func entryKeys(f news.Feed, e feed.Entry, reading news.Reading) []news.Key {
	keys := []news.Key{news.GUIDKey(reading, f.ID, e.GUID)}
	if reading == news.PageReading {
		keys = append(keys, news.AddressKey(reading, e.URL))
	}
	return keys
}

// readings returns the kinds of reading the watches of a feed ask for.
func readings(watches []news.Watch) []news.Reading {
	var page, own bool
	for _, w := range watches {
		if w.Pages {
			page = true
		} else {
			own = true
		}
	}
	var rs []news.Reading
	if page {
		rs = append(rs, news.PageReading)
	}
	if own {
		rs = append(rs, news.FeedReading)
	}
	return rs
}

// sight attaches the entries to articles and reads what they say themselves. A
// page that the feed says was changed is looked at before its schedule says so.
func (v *visit) sight(ctx context.Context, f *news.Feed, entries []feed.Entry, reading news.Reading, now time.Time) (fresh bool, err error) {
	var sightings []store.Sighting
	var listed []feed.Entry
	for _, e := range entries {
		if e.URL == "" && reading == news.PageReading {
			continue // nothing to read
		}
		a := news.Article{
			Reading: reading, URL: e.URL, Source: f.Title, Headline: e.Title, Language: e.Language,
			FirstSeen: now, Published: e.Published,
		}
		if reading == news.PageReading {
			a.Polling = news.Polling{Host: news.Host(e.URL), Next: v.due}
		}
		sightings = append(sightings, store.Sighting{Keys: entryKeys(*f, e, reading), Article: a, Changed: e.Updated})
		listed = append(listed, e)
	}
	sighted, err := v.store.Sight(ctx, f, sightings)
	if err != nil {
		return false, err
	}
	// Side by side, so that the store writes what they change together.
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(entriesAtOnce)
	for i, s := range sighted {
		fresh = fresh || s.New
		if reading == news.FeedReading && !s.Deleted {
			e, v := listed[i], *v // each has a visit of its own
			work.Go(func() error { return v.entry(ctx, *f, s.Article, e, now) })
		}
	}
	return fresh, work.Wait()
}

// entry compares what the feed says of an article with what it said before.
func (v *visit) entry(ctx context.Context, f news.Feed, a news.Article, e feed.Entry, now time.Time) error {
	text := news.Text{Headline: e.Title, Standfirst: e.Summary}
	hash := text.Hash()
	switch {
	case text.Empty() || hash == a.Hash || a.Rereading != nil && hash == a.Rereading.Text.Hash():
		return nil // most entries of most polls: nothing is written
	case a.Versions == 0:
		version := news.Version{Article: a.ID, Number: 1, Seen: now, Hash: hash, Extractor: feedExtractor, Text: text}
		a.Versions, a.Hash, a.Extractor, a.Headline = 1, hash, feedExtractor, text.Headline
		a.Polling = answered(a.Polling, news.OutcomeBaseline, "version 1 was stored", now)
		return v.record(ctx, store.Record{Article: a, Version: &version, Keys: []news.Key{news.AddressKey(news.FeedReading, e.URL)}})
	}
	a.Polling.LastOK = f.Polling.LastOK // the feed's poll is the article's
	a.Source = news.Name(a.Source)      // older rules kept any
	last, err := v.last(ctx, a)
	if err != nil {
		return err
	}
	if a.Extractor != feedExtractor && a.Rereading == nil {
		// No poll of a feed is kept to be read again, but all that its rules
		// changed since is what they leave out of a text.
		a.Rereading = &news.Rereading{Why: news.RereadUpgrade, Text: last.Text.Canonical(), Extractor: feedExtractor, At: now}
	}
	return v.differs(ctx, a, last, finding{text: text, extractor: feedExtractor, at: now}, nil)
}

// rested schedules the feed's next poll after an answer.
func (v *visit) rested(f *news.Feed, o news.Outcome, fresh bool, atLeast time.Duration, now time.Time) {
	f.Every = v.when.feedInterval(*f, fresh, atLeast)
	f.Polling = answered(f.Polling, o, "", now)
	f.Polling.Next = v.next(now, f.Every, f.URL)
}

// recordFeed writes the feed's record, and tells if it had been told to fail.
func (v *visit) recordFeed(ctx context.Context, f news.Feed) error {
	if !f.Polling.FailureTold {
		return v.store.RecordFeed(ctx, f, nil)
	}
	f.Polling.FailureTold = false
	return v.store.RecordFeed(ctx, f, &news.Event{Kind: news.Recovered, Feed: f.ID, At: f.Polling.Last, ChangedBefore: f.Polling.Last})
}

// feedFailed records that the feed could not be read, and tells its channels
// when it has failed long enough.
func (v *visit) feedFailed(ctx context.Context, f news.Feed, err error, now time.Time) error {
	var fe *fetch.Error
	detail := "it is no feed any more"
	switch {
	case errors.As(err, &fe):
		detail = fe.Error()
		if fe.Host == f.Polling.Host {
			v.wait = fe.Wait
		}
	case !errors.Is(err, feed.ErrNotFeed):
		return err
	}
	v.trouble = detail
	ours := v.outage.ours(now)
	p, told := fail(f.Polling, detail, now, ours)
	p.Outcome = news.OutcomeFailed
	every := v.when.backoff(max(f.Every, v.when.FeedMin), p.Failures)
	if ours {
		every = min(every, 2*v.when.Look)
	}
	p.Next = v.next(now, max(every, v.wait), f.URL)
	f.Polling = p
	var event *news.Event
	if told {
		f.Polling.FailureTold = true
		event = &news.Event{Kind: news.Failing, Feed: f.ID, At: now, Detail: detail, ChangedAfter: p.FailingSince, ChangedBefore: now}
	}
	return v.store.RecordFeed(ctx, f, event)
}
