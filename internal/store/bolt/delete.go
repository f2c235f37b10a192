package bolt

import (
	"context"
	"slices"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// Delete implements [store.Keeper]. It is one transaction: an article is there
// with all that belongs to it, or not at all.
func (s *Store) Delete(ctx context.Context, id news.ArticleID) (store.Deleted, error) {
	var done store.Deleted
	err := s.update(ctx, func(t *tx) error {
		done = store.Deleted{Posts: map[news.ChannelName]int{}}
		a, err := t.find(id)
		if err != nil {
			return err
		}
		for _, step := range []func(*articleRecord, *store.Deleted) error{
			t.deleteKeys, t.deleteVersions, t.deleteEvents, t.deleteThreads, t.deleteWatches,
		} {
			if err := step(a, &done); err != nil {
				return err
			}
		}
		return t.dropArticle(a)
	})
	return done, err
}

// deleteKeys takes the article's keys away, and remembers them.
func (t *tx) deleteKeys(a *articleRecord, _ *store.Deleted) error {
	hashes, err := t.keysOf(a)
	if err != nil {
		return err
	}
	for _, h := range hashes {
		if err := t.del(keys, h); err != nil {
			return err
		}
		if err := t.put(deleted, h, n4(a.num)); err != nil {
			return err
		}
	}
	return nil
}

// wasDeleted returns the number of the deleted article that held one of the
// keys, or 0.
func (t *tx) wasDeleted(list []news.Key) uint32 {
	for _, k := range list {
		if v := t.get(deleted, keyHash(k)); v != nil {
			return num4(v)
		}
	}
	return 0
}

// forgetDeleted lets a deleted article be brought back, by any of its keys.
func (t *tx) forgetDeleted(article uint32) error {
	if article == 0 {
		return nil
	}
	var list [][]byte
	c := t.bucket(deleted).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if num4(v) == article {
			list = append(list, slices.Clone(k))
		}
	}
	for _, k := range list {
		if err := t.del(deleted, k); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) deleteVersions(a *articleRecord, done *store.Deleted) (err error) {
	if done.Captures, err = t.dropCaptures(a); err != nil {
		return err
	}
	if err := t.dropCopies(a); err != nil {
		return err
	}
	if done.Versions, err = t.dropVersions(a); err != nil {
		return err
	}
	return t.countGone(versions, done.Versions)
}

// deleteEvents empties the article's events and takes them out of the marks.
// Their records stay, so that the sequence has no hole.
func (t *tx) deleteEvents(a *articleRecord, done *store.Deleted) error {
	for n := a.lastEvent; n != 0; done.Events++ {
		r, err := t.event(n)
		if err != nil {
			return damaged("%v", err)
		}
		if err := t.unmark(r); err != nil {
			return err
		}
		empty := &eventRecord{gone: true}
		empty.Seq, empty.At = r.Seq, r.At
		if err := t.putEvent(empty); err != nil {
			return err
		}
		if err := t.del(unplanned, n8(n)); err != nil {
			return err
		}
		if n -= r.back; r.back == 0 {
			n = 0
		}
	}
	return t.countGone(events, done.Events)
}

// deleteThreads empties the deliveries about the article and forgets its
// threads. The records stay, because the deliveries of a channel lead on
// through them; what is pending never will be made.
func (t *tx) deleteThreads(a *articleRecord, done *store.Deleted) error {
	var chans []uint32
	c := t.bucket(threads).Cursor()
	for k, _ := c.Seek(n4(a.num)); k != nil && num4(k) == a.num; k, _ = c.Next() {
		chans = append(chans, num4(tail(k, 4, 4)))
	}
	for _, channel := range chans {
		th, err := t.thread(a.num, channel)
		if err != nil {
			return err
		}
		var all []*deliveryRecord
		err = t.follow(th.newest, (*deliveryRecord).threadBack, func(r *deliveryRecord) bool {
			all = append(all, r)
			return true
		})
		if err != nil {
			return err
		}
		for _, old := range all {
			if old.Kind == news.Post && old.State == news.Sent {
				done.Posts[old.Channel]++
			}
			r := &deliveryRecord{num: old.num, chance: old.chance, channelBack: old.channelBack, gone: true}
			r.Delivery = news.Delivery{
				ID: old.ID, Kind: old.Kind, Channel: old.Channel, Queued: old.Queued, Due: old.Due, Attempts: old.Attempts,
				State: old.State, Settled: old.Settled,
			}
			if r.State == news.Pending {
				r.State = news.Moot
			}
			if err := t.putDelivery(old, r); err != nil {
				return err
			}
		}
		if err := t.del(threads, threadKey(a.num, channel)); err != nil {
			return err
		}
	}
	return nil
}

// deleteWatches ends the watches of this article alone, for good.
func (t *tx) deleteWatches(a *articleRecord, done *store.Deleted) error {
	list, err := t.watchesBy('a', a.num)
	if err != nil {
		return err
	}
	for _, w := range list {
		if err := t.delWatch(w); err != nil {
			return err
		}
		done.Watches = append(done.Watches, w)
	}
	var before [][]byte // removed of late, and not to be taken back
	c := t.bucket(removed).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		w, err := t.decodeWatch(num8(tail(k, 6, 8)), v)
		if err != nil {
			return err
		}
		if w.Article == a.ID {
			before = append(before, slices.Clone(k))
		}
	}
	for _, k := range before {
		if err := t.del(removed, k); err != nil {
			return err
		}
	}
	return nil
}
