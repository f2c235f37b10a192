package bolt

import (
	"bytes"
	"context"
	"time"

	"github.com/editwatch/editwatch/internal/store"
)

// A standing is the record of a host or channel: what outlives the process of
// its turn.
type standing struct {
	due       int64  // of its earliest work, 0 when there is none
	notBefore int64  // the end of its hold-back
	newest    uint64 // a channel's newest delivery
}

func (t *tx) standing(b bucket, id uint32) (standing, error) {
	return decodeStanding(t.get(b, n4(id)))
}

func decodeStanding(b []byte) (r standing, err error) {
	d := decoder{rest: b}
	for d.next() {
		switch d.field {
		case 1:
			r.due = d.millis()
		case 2:
			r.notBefore = d.millis()
		case 3:
			r.newest = d.num
		}
	}
	return r, d.err
}

// putStanding writes the record of a host or channel if it changed, and has
// its turn follow.
func (t *tx) putStanding(b bucket, turns *turns, id uint32, old, r standing) error {
	if r != old {
		e := encoder{}
		e.millis(1, r.due)
		e.millis(2, r.notBefore)
		e.uint(3, r.newest)
		if err := t.put(b, n4(id), e.b); err != nil {
			return err
		}
	}
	t.after = append(t.after, func() { turns.set(id, r.due, r.notBefore) })
	return nil
}

// loadTurns reads who is due when. It reads one record a host, not one an
// article.
func (t *tx) loadTurns() error {
	for _, x := range []struct {
		b     bucket
		turns *turns
	}{{hosts, &t.s.hostQueue}, {channels, &t.s.channelQueue}} {
		err := t.bucket(x.b).ForEach(func(k, v []byte) error {
			r, err := decodeStanding(v)
			if err != nil {
				return damaged("%s %d: %v", bucketNames[x.b], num4(k), err)
			}
			x.turns.set(num4(k), r.due, r.notBefore)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// touchHost has finish look at the host's schedule again.
func (t *tx) touchHost(id uint32) {
	if t.hosts == nil {
		t.hosts = map[uint32]struct{}{}
	}
	t.hosts[id] = struct{}{}
}

// finishHost brings a host's earliest due poll in line with the schedule.
func (t *tx) finishHost(id uint32) error {
	old, err := t.standing(hosts, id)
	if err != nil {
		return damaged("host %d: %v", id, err)
	}
	r := old
	r.due = 0
	if k, _ := t.bucket(schedule).Cursor().Seek(n4(id)); k != nil && num4(k) == id {
		r.due = ms6(tail(k, 4, 6))
	}
	return t.putStanding(hosts, &t.s.hostQueue, id, old, r)
}

// LeaseHost implements [store.Schedule].
func (s *Store) LeaseHost(ctx context.Context, now, until time.Time, max int) (store.Lease, error) {
	if s.db.IsReadOnly() {
		return store.Lease{}, errReadOnly
	}
	if err := s.alive(ctx); err != nil {
		return store.Lease{}, err
	}
	var skip map[uint32]bool
	for {
		id := s.hostQueue.take(millis(now), millis(until), skip)
		if id == 0 {
			return store.Lease{}, store.ErrNothing
		}
		var lease store.Lease
		err := s.view(ctx, func(t *tx) (err error) {
			if lease.Host, err = t.text(id); err != nil {
				return err
			}
			lease.Polls, err = t.duePolls(id, millis(now), max)
			return err
		})
		if err == nil && len(lease.Polls) > 0 {
			return lease, nil
		}
		s.hostQueue.release(id)
		if err != nil {
			return store.Lease{}, err
		}
		// A commit has just moved its work and is about to say so.
		if skip == nil {
			skip = map[uint32]bool{}
		}
		skip[id] = true
	}
}

// duePolls reads up to max polls of a host that are due.
func (t *tx) duePolls(host uint32, now int64, most int) ([]store.Poll, error) {
	var list []store.Poll
	c := t.bucket(schedule).Cursor()
	for k, _ := c.Seek(n4(host)); k != nil && num4(k) == host && ms6(tail(k, 4, 6)) <= now && len(list) < max(most, 1); k, _ = c.Next() {
		n := num4(tail(k, 11, 4))
		if tail(k, 10, 1)[0] == kindFeed {
			f, err := t.feed(n)
			if err != nil {
				return nil, damaged("schedule: %v", err)
			}
			list = append(list, store.Poll{Feed: &f})
			continue
		}
		a, err := t.article(n)
		if err != nil {
			return nil, damaged("schedule: %v", err)
		}
		list = append(list, store.Poll{Article: &a.Article})
	}
	return list, nil
}

// ReleaseHost implements [store.Schedule].
func (s *Store) ReleaseHost(ctx context.Context, host string, notBefore time.Time) error {
	until := millis(notBefore)
	var id uint32
	known := false
	err := s.view(ctx, func(t *tx) error {
		if id = t.findName(host); id == 0 {
			return nil
		}
		r, err := t.standing(hosts, id)
		known = r.notBefore == until
		return err
	})
	if err == nil && !known && (id != 0 || until != 0) {
		err = s.update(ctx, func(t *tx) error {
			if id, err = t.name(host); err != nil {
				return err
			}
			old, err := t.standing(hosts, id)
			if err != nil {
				return damaged("host %s: %v", host, err)
			}
			r := old
			r.notBefore = until
			return t.putStanding(hosts, &s.hostQueue, id, old, r)
		})
	}
	if id != 0 {
		s.hostQueue.release(id) // even if its hold-back could not be written
	}
	return err
}

// NextDue implements [store.Schedule].
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	return s.nextTurn(ctx, &s.hostQueue)
}

func (s *Store) nextTurn(ctx context.Context, q *turns) (time.Time, error) {
	if err := s.alive(ctx); err != nil {
		return time.Time{}, err
	}
	at := q.next()
	if at == 0 {
		return time.Time{}, store.ErrNothing
	}
	return fromMillis(at), nil
}

// alive returns why a method that needs no transaction may not go on.
func (s *Store) alive(ctx context.Context) error {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return store.ErrClosed
	}
	return ctx.Err()
}

// hastenAtOnce bounds a transaction of Hasten.
const hastenAtOnce = 2000

// Hasten implements [store.Schedule]. A long schedule takes several
// transactions, between which other writes have their turn.
func (s *Store) Hasten(ctx context.Context, now time.Time) error {
	at := millis(now)
	from, next := uint32(0), uint32(0) // hosts to go on with
	for done := false; !done; from = next {
		err := s.update(ctx, func(t *tx) (err error) {
			next, done, err = t.hastenFrom(from, at, now)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// hastenFrom makes polls of a host and those after it due at now, and returns
// the host to go on with unless done.
func (t *tx) hastenFrom(host uint32, at int64, now time.Time) (next uint32, done bool, err error) {
	var moves [][]byte
	c := t.bucket(schedule).Cursor()
	k, _ := c.Seek(n4(host))
	for k != nil && len(moves) < hastenAtOnce {
		host = num4(k)
		if ms6(tail(k, 4, 6)) <= at {
			if k, _ = c.Seek(appendMS(n4(host), at+1)); k != nil && num4(k) != host {
				host = num4(k)
			}
			continue
		}
		moves = append(moves, bytes.Clone(k))
		k, _ = c.Next()
	}
	for _, k := range moves {
		if err := t.hasten(k, now); err != nil {
			return 0, false, err
		}
	}
	return host, k == nil, nil
}

// hasten makes one scheduled poll due at now.
func (t *tx) hasten(key []byte, now time.Time) error {
	n := num4(tail(key, 11, 4))
	if tail(key, 10, 1)[0] == kindFeed {
		old, err := t.feed(n)
		if err != nil {
			return damaged("schedule: %v", err)
		}
		f := old
		f.Polling.Next = now
		return t.putFeed(old, f)
	}
	old, err := t.article(n)
	if err != nil {
		return damaged("schedule: %v", err)
	}
	a := *old
	a.Polling.Next = now
	return t.putArticle(old, &a)
}
