package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// What the keys of bucket archives begin with.
const (
	archiveCopy     = 'c'
	archiveDue      = 'd'
	archiveFollowed = 'f'
	archiveHeld     = 'h'
)

func copyKey(article uint32, version int) []byte {
	return append(append([]byte{archiveCopy}, n4(article)...), n4(uint32(version))...)
}

func copyDueKey(due int64, article uint32, version int) []byte {
	return append(appendMS([]byte{archiveDue}, due), copyKey(article, version)[1:]...)
}

func (t *tx) encodeCopy(c news.Copy) ([]byte, error) {
	e := namer{t: t}
	e.name(1, string(c.State))
	e.time(2, c.Wanted)
	e.since(3, c.Due, c.Wanted)
	e.since(4, c.Settled, c.Wanted)
	e.int(5, c.Attempts)
	e.text(6, c.Job)
	e.since(7, c.Asked, c.Wanted)
	e.since(8, c.Taken, c.Wanted)
	e.text(9, c.URL)
	e.text(10, c.Trouble)
	return e.b, e.err
}

func (t *tx) decodeCopy(k, v []byte) (news.Copy, error) {
	c := news.Copy{Article: articleID(num4(tail(k, 1, 4))), Version: int(num4(tail(k, 5, 4)))}
	d := unnamer{decoder: decoder{rest: v}, t: t}
	for d.next() {
		switch d.field {
		case 1:
			c.State = news.CopyState(d.name())
		case 2:
			c.Wanted = d.time()
		case 3:
			c.Due = d.since(c.Wanted)
		case 4:
			c.Settled = d.since(c.Wanted)
		case 5:
			c.Attempts = d.int()
		case 6:
			c.Job = d.text()
		case 7:
			c.Asked = d.since(c.Wanted)
		case 8:
			c.Taken = d.since(c.Wanted)
		case 9:
			c.URL = d.text()
		case 10:
			c.Trouble = d.text()
		}
	}
	if d.err != nil {
		return c, damaged("copy of article %s version %d: %v", c.Article, c.Version, d.err)
	}
	return c, nil
}

// putCopy writes a copy in place of old, which is zero for a new one, and keeps
// the order in which they are due.
func (t *tx) putCopy(old, c news.Copy) error {
	article := articleNum(c.Article)
	if err := t.dropDueCopy(old); err != nil {
		return err
	}
	if !c.Done() {
		if err := t.put(archives, copyDueKey(dueMS(c.Due), article, c.Version), nil); err != nil {
			return err
		}
	}
	b, err := t.encodeCopy(c)
	if err != nil {
		return err
	}
	return t.put(archives, copyKey(article, c.Version), b)
}

func (t *tx) dropDueCopy(c news.Copy) error {
	if c.Version == 0 || c.Done() {
		return nil
	}
	return t.del(archives, copyDueKey(dueMS(c.Due), articleNum(c.Article), c.Version))
}

// copies returns the copies of an article's versions.
func (t *tx) copies(article uint32, from, to int) (list []news.Copy, err error) {
	c := t.bucket(archives).Cursor()
	last := copyKey(article, to)
	for k, v := c.Seek(copyKey(article, from)); k != nil && bytes.Compare(k, last) <= 0; k, v = c.Next() {
		one, err := t.decodeCopy(k, v)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// dropCopies removes an article's copies.
func (t *tx) dropCopies(a *articleRecord) error {
	list, err := t.copies(a.num, 0, math.MaxUint32)
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := t.dropDueCopy(c); err != nil {
			return err
		}
		if err := t.del(archives, copyKey(a.num, c.Version)); err != nil {
			return err
		}
	}
	return nil
}

// followed returns how far the events were followed, and whether they ever were.
func (t *tx) followed() (uint64, bool) {
	v := t.get(archives, []byte{archiveFollowed})
	if v == nil {
		return 0, false
	}
	return num8(v), true
}

// Followed implements [store.Archive].
func (s *Store) Followed(ctx context.Context) (news.Seq, error) {
	var seq uint64
	var ever bool
	err := s.view(ctx, func(t *tx) error { seq, ever = t.followed(); return nil })
	if err != nil || ever {
		return news.Seq(seq), err
	}
	err = s.update(ctx, func(t *tx) error {
		if seq, ever = t.followed(); ever {
			return nil
		}
		seq = t.bucket(events).Sequence()
		return t.put(archives, []byte{archiveFollowed}, n8(seq))
	})
	return news.Seq(seq), err
}

// Want implements [store.Archive].
func (s *Store) Want(ctx context.Context, followed news.Seq, copies []news.Copy) error {
	return s.update(ctx, func(t *tx) error {
		if was, ever := t.followed(); ever && uint64(followed) <= was {
			return nil
		}
		for _, c := range copies {
			a, err := t.find(c.Article)
			if errors.Is(err, store.ErrNotFound) || err == nil && (t.hides(a.num) || c.Version < 1 || c.Version > a.Versions) {
				continue
			}
			if err != nil {
				return err
			}
			if t.get(archives, copyKey(a.num, c.Version)) != nil {
				continue
			}
			if err := t.putCopy(news.Copy{}, c); err != nil {
				return err
			}
		}
		return t.put(archives, []byte{archiveFollowed}, n8(uint64(followed)))
	})
}

// NextCopy implements [store.Archive].
func (s *Store) NextCopy(ctx context.Context) (next news.Copy, at time.Time, err error) {
	err = s.view(ctx, func(t *tx) error {
		k, _ := t.bucket(archives).Cursor().Seek([]byte{archiveDue})
		if k == nil || k[0] != archiveDue {
			return store.ErrNothing
		}
		key := slices.Concat([]byte{archiveCopy}, tail(k, 7, 8))
		v := t.get(archives, key)
		if v == nil {
			return damaged("a copy is due that is not there")
		}
		next, err = t.decodeCopy(key, v)
		at = next.Due
		if v := t.get(archives, []byte{archiveHeld}); v != nil {
			at = news.Later(at, fromMillis(ms6(v)))
		}
		return err
	})
	return next, at, err
}

// RecordCopy implements [store.Archive].
func (s *Store) RecordCopy(ctx context.Context, c news.Copy) error {
	return s.update(ctx, func(t *tx) error {
		old, err := t.find(c.Article)
		if err != nil {
			return err
		}
		key := copyKey(old.num, c.Version)
		v := t.get(archives, key)
		if v == nil {
			return missing("copy of version", c.Version)
		}
		was, err := t.decodeCopy(key, v)
		if err != nil || was.Done() {
			return err
		}
		if err := t.putCopy(was, c); err != nil || c.State != news.CopyKept {
			return err
		}
		a := *old
		if _, err := t.appendEvent(news.Event{Kind: news.Archived, At: c.Settled, From: c.Version, To: c.Version}, &a); err != nil {
			return err
		}
		return t.putArticle(old, &a)
	})
}

// ImportCopies implements [store.Archive].
func (s *Store) ImportCopies(ctx context.Context, copies []news.Copy) error {
	return s.update(ctx, func(t *tx) error {
		for _, c := range copies {
			a, err := t.find(c.Article)
			if err != nil {
				return err
			}
			if c.Version < 1 || c.Version > a.Versions {
				return fmt.Errorf("a copy is of version %d of article %s, which it does not have: %w", c.Version, a.ID, store.ErrConflict)
			}
			if t.get(archives, copyKey(a.num, c.Version)) != nil {
				continue
			}
			if err := t.putCopy(news.Copy{}, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// HoldArchive implements [store.Archive].
func (s *Store) HoldArchive(ctx context.Context, until time.Time) error {
	return s.update(ctx, func(t *tx) error {
		return t.put(archives, []byte{archiveHeld}, appendMS(nil, millis(until)))
	})
}

// Copies implements [store.Archive].
func (s *Store) Copies(ctx context.Context, article news.ArticleID, from, to int) (list []news.Copy, err error) {
	n := articleNum(article)
	if to == 0 {
		to = math.MaxUint32
	}
	if n == 0 || to < 0 {
		return nil, nil
	}
	err = s.view(ctx, func(t *tx) error {
		list, err = t.copies(n, max(from, 0), to)
		return err
	})
	return list, err
}
