package bolt

import (
	"context"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// feedKey is where a feed's address stands among the keys.
func feedKey(address string) []byte {
	return keyHash(news.Key("feed " + news.FoldAddress(address)))
}

func (t *tx) encodeFeed(f news.Feed) ([]byte, error) {
	e := namer{t: t}
	e.polling(f.Polling)
	e.address(1, f.URL, f.Polling.Host) // 1 and 2
	e.text(3, f.Title)
	e.text(4, f.SiteURL)
	e.time(5, f.FirstSeen)
	e.time(6, f.Listed)
	e.int(7, f.Entries)
	e.uint(8, uint64(f.Every/time.Millisecond))
	return e.b, e.err
}

func (t *tx) decodeFeed(n uint32, b []byte) (news.Feed, error) {
	f := news.Feed{ID: feedID(n)}
	d := unnamer{decoder: decoder{rest: b}, t: t}
	for d.next() {
		switch d.field {
		case 1:
			f.URL = "https://" + f.Polling.Host + "/" + d.text()
		case 2:
			f.URL = d.text()
		case 3:
			f.Title = d.text()
		case 4:
			f.SiteURL = d.text()
		case 5:
			f.FirstSeen = d.time()
		case 6:
			f.Listed = d.time()
		case 7:
			f.Entries = d.int()
		case 8:
			f.Every = time.Duration(d.num) * time.Millisecond
		default:
			d.polling(&f.Polling)
		}
	}
	if d.err != nil {
		return news.Feed{}, damaged("feed %s: %v", f.ID, d.err)
	}
	return f, nil
}

func (t *tx) feed(n uint32) (news.Feed, error) {
	b := t.get(feeds, n4(n))
	if b == nil || n == 0 {
		return news.Feed{}, missing("feed", feedID(n))
	}
	return t.decodeFeed(n, b)
}

// putFeed writes a feed in place of old, whose ID is empty for a new one. An
// address that another feed has stays that feed's.
func (t *tx) putFeed(old, f news.Feed) error {
	n := feedNum(f.ID)
	b, err := t.encodeFeed(f)
	if err != nil {
		return err
	}
	if err := t.put(feeds, n4(n), b); err != nil {
		return err
	}
	if old.URL != f.URL || old.ID == "" {
		// The old address keeps leading here: it is how people know the feed.
		if k := feedKey(f.URL); t.get(keys, k) == nil {
			if err := t.put(keys, k, n4(n)); err != nil {
				return err
			}
		}
	}
	return t.reschedule(old.Polling, f.Polling, kindFeed, n)
}

// findFeed returns the number of the feed with the address, or 0.
func (t *tx) findFeed(address string) uint32 {
	if v := t.get(keys, feedKey(address)); v != nil {
		return num4(v)
	}
	return 0
}

// Feed implements [store.Reader].
func (s *Store) Feed(ctx context.Context, id news.FeedID) (f news.Feed, err error) {
	err = s.view(ctx, func(t *tx) error {
		if feedNum(id) == 0 {
			return missing("feed", id)
		}
		f, err = t.feed(feedNum(id))
		return err
	})
	return f, err
}

// FindFeed implements [store.Reader].
func (s *Store) FindFeed(ctx context.Context, address string) (f news.Feed, err error) {
	err = s.view(ctx, func(t *tx) error {
		n := t.findFeed(address)
		if n == 0 {
			return missing("feed", address)
		}
		f, err = t.feed(n)
		return err
	})
	return f, err
}

// Feeds implements [store.Reader].
func (s *Store) Feeds(ctx context.Context, q store.FeedQuery) (list []news.Feed, err error) {
	err = s.view(ctx, func(t *tx) error {
		if q.After != "" && feedNum(q.After) == 0 {
			return missing("feed", q.After)
		}
		c := t.bucket(feeds).Cursor()
		for k, v := c.Seek(n4(feedNum(q.After) + 1)); k != nil && len(list) < limit(q.Max); k, v = c.Next() {
			f, err := t.decodeFeed(num4(k), v)
			if err != nil {
				return err
			}
			list = append(list, f)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}
