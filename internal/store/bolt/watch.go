package bolt

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

func (t *tx) encodeWatch(w news.Watch) ([]byte, error) {
	e := namer{t: t}
	e.name(1, string(w.Channel))
	e.text(2, w.URL)
	e.uint(3, uint64(feedNum(w.Feed)))
	e.uint(4, uint64(articleNum(w.Article)))
	e.text(5, w.Label)
	e.name(6, string(w.Scope))
	e.name(7, string(w.Min))
	e.bool(8, w.Pages)
	e.time(9, w.Placed)
	e.uint(10, uint64(w.After))
	e.time(11, w.PausedUntil)
	e.bool(12, w.FromFile)
	e.text(13, w.Trouble)
	e.time(14, w.NextTry)
	e.int(15, w.Tries)
	e.text(16, w.Mention)
	for _, word := range w.Include {
		e.listed(17, word)
	}
	for _, word := range w.Exclude {
		e.listed(18, word)
	}
	e.name(19, w.Server)
	e.text(20, w.By)
	return e.b, e.err
}

func (t *tx) decodeWatch(n uint64, b []byte) (news.Watch, error) {
	w := news.Watch{ID: watchID(n)}
	d := unnamer{decoder: decoder{rest: b}, t: t}
	for d.next() {
		switch d.field {
		case 1:
			w.Channel = news.ChannelName(d.name())
		case 2:
			w.URL = d.text()
		case 3:
			w.Feed = feedID(uint32(d.num))
		case 4:
			w.Article = articleID(uint32(d.num))
		case 5:
			w.Label = d.text()
		case 6:
			w.Scope = news.Scope(d.name())
		case 7:
			w.Min = news.Min(d.name())
		case 8:
			w.Pages = d.bool()
		case 9:
			w.Placed = d.time()
		case 10:
			w.After = news.Seq(d.num)
		case 11:
			w.PausedUntil = d.time()
		case 12:
			w.FromFile = d.bool()
		case 13:
			w.Trouble = d.text()
		case 14:
			w.NextTry = d.time()
		case 15:
			w.Tries = d.int()
		case 16:
			w.Mention = d.text()
		case 17:
			w.Include = append(w.Include, d.text())
		case 18:
			w.Exclude = append(w.Exclude, d.text())
		case 19:
			w.Server = d.name()
		case 20:
			w.By = d.text()
		}
	}
	if d.err != nil {
		return news.Watch{}, damaged("watch %s: %v", w.ID, d.err)
	}
	return w, nil
}

// Kinds of entries in bucket watching.
const (
	byChannel = 'c'
	byFeed    = 'f'
	byArticle = 'a'
	byUnread  = 'u'
)

// watchingKeys returns what the watch is found by.
func (t *tx) watchingKeys(w news.Watch) ([][]byte, error) {
	c, err := t.name(string(w.Channel))
	if err != nil {
		return nil, err
	}
	n := watchNum(w.ID)
	list := [][]byte{watchingKey(byChannel, c, n)}
	if f := feedNum(w.Feed); f != 0 {
		list = append(list, watchingKey(byFeed, f, n))
	}
	if a := articleNum(w.Article); a != 0 {
		list = append(list, watchingKey(byArticle, a, n))
	}
	if w.Feed == "" && w.Article == "" {
		list = append(list, watchingKey(byUnread, 0, n))
	}
	return list, nil
}

func watchingKey(kind byte, n uint32, watch uint64) []byte {
	return append(append([]byte{kind}, n4(n)...), n8(watch)...)
}

func (t *tx) putWatch(w news.Watch) error {
	b, err := t.encodeWatch(w)
	if err != nil {
		return err
	}
	list, err := t.watchingKeys(w)
	if err != nil {
		return err
	}
	for _, k := range list {
		if err := t.put(watching, k, nil); err != nil {
			return err
		}
	}
	return t.put(watches, n8(watchNum(w.ID)), b)
}

func (t *tx) delWatch(w news.Watch) error {
	list, err := t.watchingKeys(w)
	if err != nil {
		return err
	}
	for _, k := range list {
		if err := t.del(watching, k); err != nil {
			return err
		}
	}
	return t.del(watches, n8(watchNum(w.ID)))
}

func (t *tx) watch(n uint64) (news.Watch, error) {
	b := t.get(watches, n8(n))
	if b == nil {
		return news.Watch{}, missing("watch", watchID(n))
	}
	return t.decodeWatch(n, b)
}

func (t *tx) findWatch(id news.WatchID) (news.Watch, error) {
	n := watchNum(id)
	if n == 0 {
		return news.Watch{}, missing("watch", id)
	}
	return t.watch(n)
}

// watchesBy returns the watches with an entry of the kind, in the order they
// were placed.
func (t *tx) watchesBy(kind byte, n uint32) ([]news.Watch, error) {
	var list []news.Watch
	c := t.bucket(watching).Cursor()
	for k, _ := c.Seek(watchingKey(kind, n, 0)); k != nil && k[0] == kind && num4(tail(k, 1, 4)) == n; k, _ = c.Next() {
		w, err := t.watch(num8(tail(k, 5, 8)))
		if err != nil {
			return nil, damaged("%v", err)
		}
		list = append(list, w)
	}
	return list, nil
}

// sameWatch reports whether two watches of a channel wish for the same.
func sameWatch(a, b news.Watch) bool {
	if a.Channel != b.Channel || a.Pages != b.Pages {
		return false
	}
	unread := a.Feed == "" && a.Article == "" || b.Feed == "" && b.Article == ""
	return a.Feed != "" && a.Feed == b.Feed ||
		a.Article != "" && a.Article == b.Article ||
		unread && news.FoldAddress(a.URL) == news.FoldAddress(b.URL)
}

// AddWatch implements [store.Watches].
func (s *Store) AddWatch(ctx context.Context, w news.Watch) (news.Watch, error) {
	var out news.Watch
	err := s.update(ctx, func(t *tx) error {
		if err := t.checkWatched(w); err != nil {
			return err
		}
		var err error
		if out, err = t.like(w); err != nil {
			return err
		}
		n, err := t.nextNumber(watches)
		if err != nil {
			return err
		}
		out = w
		out.ID = watchID(n)
		if out.After == 0 {
			out.After = news.Seq(t.bucket(events).Sequence())
		}
		return t.putWatch(out)
	})
	if err != nil && out.ID == "" {
		return news.Watch{}, err
	}
	return out, err
}

// checkWatched makes sure that what the watch names exists.
func (t *tx) checkWatched(w news.Watch) error {
	if w.Feed != "" && t.get(feeds, n4(feedNum(w.Feed))) == nil {
		return missing("feed", w.Feed)
	}
	if w.Article != "" && t.get(articles, n4(articleNum(w.Article))) == nil {
		return missing("article", w.Article)
	}
	return nil
}

// ChangeWatch implements [store.Watches].
func (s *Store) ChangeWatch(ctx context.Context, id news.WatchID, change func(*news.Watch) error) (news.Watch, error) {
	var out news.Watch
	err := s.update(ctx, func(t *tx) error {
		old, err := t.findWatch(id)
		if err != nil {
			return err
		}
		w := old
		if err := change(&w); err != nil {
			return err
		}
		w.ID = old.ID
		if err := t.checkWatched(w); err != nil {
			return err
		}
		if err := t.delWatch(old); err != nil {
			return err
		}
		out = w
		return t.putWatch(w)
	})
	if err != nil {
		return news.Watch{}, err
	}
	return out, nil
}

// RemoveWatch implements [store.Watches].
func (s *Store) RemoveWatch(ctx context.Context, id news.WatchID) error {
	return s.update(ctx, func(t *tx) error {
		w, err := t.findWatch(id)
		if err != nil {
			return err
		}
		if err := t.delWatch(w); err != nil {
			return err
		}
		return t.keepRemoved(w, time.Now())
	})
}

// keepRemoved keeps a removed watch aside, and forgets those that can no
// longer be restored.
func (t *tx) keepRemoved(w news.Watch, now time.Time) error {
	var gone [][]byte
	c := t.bucket(removed).Cursor()
	for k, _ := c.First(); k != nil && ms6(k) < millis(now.Add(-store.UndoTime)); k, _ = c.Next() {
		gone = append(gone, bytes.Clone(k))
	}
	for _, k := range gone {
		if err := t.del(removed, k); err != nil {
			return err
		}
	}
	b, err := t.encodeWatch(w)
	if err != nil {
		return err
	}
	return t.put(removed, append(appendMS(nil, millis(now)), n8(watchNum(w.ID))...), b)
}

// RestoreWatch implements [store.Watches].
func (s *Store) RestoreWatch(ctx context.Context, id news.WatchID, channel news.ChannelName) (news.Watch, error) {
	var out news.Watch
	err := s.update(ctx, func(t *tx) (err error) {
		other := func(w news.Watch) bool { return channel != "" && w.Channel != channel }
		if out, err = t.findWatch(id); err == nil { // it stands
			if other(out) {
				return missing("watch", id)
			}
			return nil
		}
		key, w, err := t.findRemoved(id, time.Now())
		if err != nil {
			return err
		}
		if other(w) {
			return missing("watch", id)
		}
		if err := t.checkWatched(w); err != nil {
			return err
		}
		if out, err = t.like(w); err != nil {
			return err
		}
		out = w
		if err := t.del(removed, key); err != nil {
			return err
		}
		return t.putWatch(w)
	})
	if err != nil && !errors.Is(err, store.ErrExists) {
		return news.Watch{}, err
	}
	return out, err
}

// findRemoved returns a watch that was removed a short time ago.
func (t *tx) findRemoved(id news.WatchID, now time.Time) (key []byte, w news.Watch, err error) {
	n := watchNum(id)
	c := t.bucket(removed).Cursor()
	for k, v := c.Seek(appendMS(nil, millis(now.Add(-store.UndoTime)))); k != nil && n != 0; k, v = c.Next() {
		if num8(k[6:]) == n {
			w, err := t.decodeWatch(n, v)
			return bytes.Clone(k), w, err
		}
	}
	return nil, w, missing("removed watch", id)
}

// like returns ErrExists, and the channel's watch that wishes for the same as w,
// if there is one.
func (t *tx) like(w news.Watch) (news.Watch, error) {
	c := t.findName(string(w.Channel))
	if c == 0 {
		return news.Watch{}, nil
	}
	others, err := t.watchesBy(byChannel, c)
	if err != nil {
		return news.Watch{}, err
	}
	for _, o := range others {
		if sameWatch(o, w) {
			return o, store.ErrExists
		}
	}
	return news.Watch{}, nil
}

// moveWatches has watches of one article watch another. Where a channel then
// watches the same twice, the older watch stays.
func (t *tx) moveWatches(from, to uint32) error {
	moving, err := t.watchesBy(byArticle, from)
	if err != nil {
		return err
	}
	for _, w := range moving {
		there, err := t.watchesBy(byArticle, to)
		if err != nil {
			return err
		}
		if err := t.delWatch(w); err != nil {
			return err
		}
		w.Article = articleID(to)
		if err := t.putOldest(w, there); err != nil {
			return err
		}
	}
	return nil
}

// putOldest writes a watch, unless there is an older one like it; a younger one
// like it ends.
func (t *tx) putOldest(w news.Watch, there []news.Watch) error {
	i := slices.IndexFunc(there, func(o news.Watch) bool { return sameWatch(o, w) })
	if i < 0 {
		return t.putWatch(w)
	}
	if watchNum(there[i].ID) < watchNum(w.ID) {
		return nil
	}
	if err := t.delWatch(there[i]); err != nil {
		return err
	}
	return t.putWatch(w)
}

// Watch implements [store.Watches].
func (s *Store) Watch(ctx context.Context, id news.WatchID) (w news.Watch, err error) {
	err = s.view(ctx, func(t *tx) error {
		w, err = t.findWatch(id)
		return err
	})
	return w, err
}

// Watches implements [store.Watches].
func (s *Store) Watches(ctx context.Context, q store.WatchQuery) (list []news.Watch, err error) {
	err = s.view(ctx, func(t *tx) error {
		list, err = t.watchesOf(q)
		return err
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(w news.Watch) bool {
		return q.Channel != "" && w.Channel != q.Channel ||
			q.Server != "" && w.Server != q.Server ||
			q.Feed != "" && w.Feed != q.Feed ||
			q.Article != "" && w.Article != q.Article ||
			q.Unread && (w.Feed != "" || w.Article != "")
	}), nil
}

// watchesOf returns at least the watches that match, by the narrowest list.
func (t *tx) watchesOf(q store.WatchQuery) (list []news.Watch, err error) {
	switch {
	case q.Article != "":
		return t.watchesBy(byArticle, articleNum(q.Article))
	case q.Unread:
		return t.watchesBy(byUnread, 0)
	case q.Channel != "":
		return t.watchesBy(byChannel, t.findName(string(q.Channel)))
	case q.Feed != "":
		return t.watchesBy(byFeed, feedNum(q.Feed))
	}
	err = t.bucket(watches).ForEach(func(k, v []byte) error {
		w, err := t.decodeWatch(num8(k), v)
		list = append(list, w)
		return err
	})
	return list, err
}

// Watching implements [store.Watches].
func (s *Store) Watching(ctx context.Context, article news.Article) (list []news.Watch, err error) {
	err = s.view(ctx, func(t *tx) error {
		list = nil
		if n := articleNum(article.ID); n != 0 {
			if list, err = t.watchesBy(byArticle, n); err != nil {
				return err
			}
		}
		for _, f := range article.Feeds {
			of, err := t.watchesBy(byFeed, feedNum(f))
			if err != nil {
				return err
			}
			for _, w := range of {
				if w.Pages == (article.Reading == news.PageReading) {
					list = append(list, w)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b news.Watch) int { return int(watchNum(a.ID)) - int(watchNum(b.ID)) })
	return slices.CompactFunc(list, func(a, b news.Watch) bool { return a.ID == b.ID }), nil
}
