package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// Merge implements [store.Recorder].
func (s *Store) Merge(ctx context.Context, dup, into news.ArticleID) error {
	if dup == into {
		return errors.New("an article cannot be merged into itself")
	}
	return s.update(ctx, func(t *tx) error {
		from, err := t.find(dup)
		if err != nil {
			return err
		}
		old, err := t.find(into)
		if err != nil {
			return err
		}
		if from.Versions != 0 {
			return fmt.Errorf("article %s has versions of its own: %w", dup, store.ErrConflict)
		}
		a := *old
		a.Feeds = union(a.Feeds, from.Feeds)
		if a.Withheld.IsZero() {
			a.Withheld, a.WithheldWhy = from.Withheld, from.WithheldWhy
		}
		if err := t.moveKeys(from, &a); err != nil {
			return err
		}
		if err := t.moveEvents(from, &a); err != nil {
			return err
		}
		if err := t.moveWatches(from.num, a.num); err != nil {
			return err
		}
		if err := t.moveThreads(from.num, a.num); err != nil {
			return err
		}
		if err := t.dropArticle(from); err != nil {
			return err
		}
		return t.putArticle(old, &a)
	})
}

// moveKeys gives the keys of one article to another.
func (t *tx) moveKeys(from, to *articleRecord) error {
	hashes, err := t.keysOf(from)
	if err != nil {
		return err
	}
	for _, h := range hashes {
		if err := t.put(keys, h, n4(to.num)); err != nil {
			return err
		}
	}
	to.keys = append(slices.Clip(to.keys), from.keys...)
	return nil
}

// keysOf returns the hashes of an article's keys.
func (t *tx) keysOf(a *articleRecord) ([][]byte, error) {
	if len(a.keys)%keyKept != 0 {
		return nil, damaged("article %s has a broken list of keys", a.ID)
	}
	var list [][]byte
	for start := range slices.Chunk(a.keys, keyKept) {
		found := false
		c := t.bucket(keys).Cursor()
		for k, v := c.Seek(start); bytes.HasPrefix(k, start); k, v = c.Next() {
			if num4(v) == a.num && !slices.ContainsFunc(list, func(h []byte) bool { return bytes.Equal(h, k) }) {
				list = append(list, bytes.Clone(k))
				found = true
				break
			}
		}
		if !found {
			return nil, damaged("article %s has lost a key", a.ID)
		}
	}
	return list, nil
}

// moveEvents puts the events of one article among those of another.
func (t *tx) moveEvents(from, to *articleRecord) error {
	if from.lastEvent == 0 {
		return nil
	}
	var all []*eventRecord
	for _, newest := range []uint64{from.lastEvent, to.lastEvent} {
		for n := newest; n != 0; {
			r, err := t.event(n)
			if err != nil {
				return damaged("%v", err)
			}
			all = append(all, r)
			if r.back == 0 {
				break
			}
			n -= r.back
		}
	}
	slices.SortFunc(all, func(a, b *eventRecord) int { return int(a.Seq) - int(b.Seq) })
	previous := uint64(0)
	for _, r := range all {
		r.Article, r.back = to.ID, 0
		if previous != 0 {
			r.back = uint64(r.Seq) - previous
		}
		previous = uint64(r.Seq)
		if err := t.putEvent(r); err != nil {
			return err
		}
	}
	to.lastEvent, to.order = previous, millis(all[len(all)-1].At)
	return nil
}

// dropArticle removes an article that nothing refers to any more.
func (t *tx) dropArticle(a *articleRecord) error {
	unscheduled := a.Polling
	unscheduled.Next = time.Time{}
	if err := t.reschedule(a.Polling, unscheduled, kindArticle, a.num); err != nil {
		return err
	}
	if err := t.dropRecent(a); err != nil {
		return err
	}
	for _, b := range []bucket{holds, rereadings, pages, withheld, articles} {
		if err := t.del(b, n4(a.num)); err != nil {
			return err
		}
	}
	return t.countGone(articles, 1)
}
