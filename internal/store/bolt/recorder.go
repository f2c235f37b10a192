package bolt

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// Sight implements [store.Recorder].
func (s *Store) Sight(ctx context.Context, feed *news.Feed, sightings []store.Sighting) ([]store.Sighted, error) {
	for _, x := range sightings {
		if len(x.Keys) == 0 {
			return nil, errors.New("a sighting without keys can never be found again")
		}
	}
	var out []store.Sighted
	var id news.FeedID
	err := s.update(ctx, func(t *tx) (err error) {
		out, id = make([]store.Sighted, 0, len(sightings)), ""
		if feed != nil {
			if id, err = t.sightFeed(*feed); err != nil {
				return err
			}
		}
		for _, x := range sightings {
			seen, err := t.sight(x, id)
			if err != nil {
				return err
			}
			out = append(out, seen)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if feed != nil {
		feed.ID = id
	}
	return out, nil
}

// sightFeed writes a feed that was read, under the ID it has or is given.
func (t *tx) sightFeed(f news.Feed) (news.FeedID, error) {
	n := feedNum(f.ID)
	if f.ID == "" {
		n = t.findFeed(f.URL)
	} else if n == 0 {
		return "", missing("feed", f.ID)
	}
	var old news.Feed
	var err error
	if n != 0 {
		if old, err = t.feed(n); err != nil {
			return "", err
		}
		if !old.FirstSeen.IsZero() {
			f.FirstSeen = old.FirstSeen
		}
	} else if n, err = t.number4(feeds); err != nil {
		return "", err
	}
	f.ID = feedID(n)
	return f.ID, t.putFeed(old, f)
}

// sight attaches one sighting.
func (t *tx) sight(x store.Sighting, feed news.FeedID) (store.Sighted, error) {
	n := t.holder(x.Keys)
	if n == 0 {
		if was := t.wasDeleted(x.Keys); was != 0 && (feed != "" || x.Imported) {
			return store.Sighted{Deleted: true}, nil
		} else if err := t.forgetDeleted(was); err != nil {
			return store.Sighted{}, err
		}
		return t.newArticle(x, feed)
	}
	old, err := t.article(n)
	if err != nil {
		return store.Sighted{}, err
	}
	a := *old
	changed, err := t.addKeys(&a, x.Keys)
	if err != nil {
		return store.Sighted{}, err
	}
	if feed != "" && !slices.Contains(a.Feeds, feed) {
		a.Feeds = append(slices.Clone(a.Feeds), feed)
		changed = true
	}
	p := x.Article.Polling
	if a.Polling.Next.IsZero() && a.Retired.IsZero() && a.Removed.IsZero() && !p.Next.IsZero() {
		a.Polling.Next = p.Next
		if a.Polling.Host == "" {
			a.Polling.Host = p.Host
		}
		changed = true
	}
	if x.Changed.After(a.Polling.Last) && !p.Next.IsZero() && a.Polling.Next.After(p.Next) {
		a.Polling.Next = p.Next
		changed = true
	}
	if changed {
		err = t.putArticle(old, &a)
	}
	return store.Sighted{Article: a.Article}, err
}

func (t *tx) newArticle(x store.Sighting, feed news.FeedID) (store.Sighted, error) {
	n, err := t.number4(articles)
	if err != nil {
		return store.Sighted{}, err
	}
	a := articleRecord{Article: x.Article, num: n}
	a.ID = articleID(n)
	a.Versions, a.Edits = 0, 0
	a.kept(&articleRecord{})
	a.Feeds = slices.Clone(a.Feeds)
	if feed != "" && !slices.Contains(a.Feeds, feed) {
		a.Feeds = append(a.Feeds, feed)
	}
	a.order = millis(a.FirstSeen)
	if _, err := t.addKeys(&a, x.Keys); err != nil {
		return store.Sighted{}, err
	}
	if err := t.putArticle(nil, &a); err != nil {
		return store.Sighted{}, err
	}
	return store.Sighted{Article: a.Article, New: true}, nil
}

// Record implements [store.Recorder].
func (s *Store) Record(ctx context.Context, r store.Record) (store.Recorded, error) {
	version, page, err := s.prepareRecord(ctx, r)
	if err != nil {
		return store.Recorded{}, err
	}
	capture, err := prepareCapture(r.Capture, version)
	if err != nil {
		return store.Recorded{}, err
	}
	var done store.Recorded
	err = s.update(ctx, func(t *tx) error {
		done.Events = nil
		old, err := t.find(r.Article.ID)
		if err != nil {
			return err
		}
		if want := r.Article.Versions; version == nil && want != old.Versions ||
			version != nil && (want != version.number || old.next(r.Article) != version.number) {
			return conflict(old, want)
		}
		if version != nil && old.Versions == 0 && t.wasDeleted(r.Keys) != 0 {
			return fmt.Errorf("article %s: %w", old.ID, store.ErrDeleted)
		}
		a := *old
		a.Article = r.Article
		a.kept(old)
		// A feed may have listed it since the caller read it.
		a.Feeds = union(r.Article.Feeds, old.Feeds)
		if version != nil {
			if err := version.put(t, &a); err != nil {
				return err
			}
		}
		for _, e := range r.Events {
			e, err := t.appendEvent(e, &a)
			if err != nil {
				return err
			}
			done.Events = append(done.Events, e)
		}
		if _, err := t.addKeys(&a, r.Keys); err != nil {
			return err
		}
		if err := t.putPage(a.num, page, r.DropPage); err != nil {
			return err
		}
		if capture != nil {
			if err := t.putCapture(&a, *capture); err != nil {
				return err
			}
		}
		return t.putArticle(old, &a)
	})
	if err != nil {
		return store.Recorded{}, err
	}
	return done, nil
}

// RecordQuiet implements [store.Recorder].
func (s *Store) RecordQuiet(ctx context.Context, articles []news.Article) error {
	return s.update(ctx, func(t *tx) error {
		for i := range articles {
			old, err := t.find(articles[i].ID)
			if errors.Is(err, store.ErrNotFound) || err == nil && old.Versions != articles[i].Versions {
				continue
			}
			if err != nil {
				return err
			}
			a := *old
			a.Article = articles[i]
			a.kept(old)
			a.Feeds = union(a.Feeds, old.Feeds)
			if err := t.putArticle(old, &a); err != nil {
				return err
			}
		}
		return nil
	})
}

// prepareRecord does what takes time before the transaction begins.
func (s *Store) prepareRecord(ctx context.Context, r store.Record) (version *prepared, page []byte, err error) {
	if r.Version != nil {
		v := *r.Version
		if v.Article == "" {
			v.Article = r.Article.ID
		}
		if v.Article != r.Article.ID {
			return nil, nil, errors.New("the version is of another article than its record")
		}
		if version, err = s.prepare(ctx, r.Article, v); err != nil {
			return nil, nil, err
		}
	}
	if r.Page != nil {
		page, err = packPage(r.Page)
	}
	return version, page, err
}

// union returns a with what only b has after it.
func union(a, b []news.FeedID) []news.FeedID {
	out := slices.Clip(a)
	for _, f := range b {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

func (t *tx) putPage(article uint32, page []byte, drop bool) error {
	switch {
	case page != nil:
		return t.put(pages, n4(article), page)
	case drop && t.get(pages, n4(article)) != nil:
		return t.del(pages, n4(article))
	}
	return nil
}

// RecordFeed implements [store.Recorder].
func (s *Store) RecordFeed(ctx context.Context, feed news.Feed, event *news.Event) error {
	return s.update(ctx, func(t *tx) error {
		if feedNum(feed.ID) == 0 {
			return missing("feed", feed.ID)
		}
		old, err := t.feed(feedNum(feed.ID))
		if err != nil {
			return err
		}
		if event != nil {
			e := *event
			e.Article, e.Feed = "", feed.ID
			if _, err := t.appendEvent(e, nil); err != nil {
				return err
			}
		}
		return t.putFeed(old, feed)
	})
}
