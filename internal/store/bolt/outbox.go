package bolt

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// Unplanned implements [store.Outbox].
func (s *Store) Unplanned(ctx context.Context, max int) (list []news.Event, err error) {
	err = s.view(ctx, func(t *tx) error {
		list = nil
		c := t.bucket(unplanned).Cursor()
		for k, _ := c.First(); k != nil && len(list) < limit(max); k, _ = c.Next() {
			r, err := t.event(num8(k))
			if err != nil {
				return damaged("%v", err)
			}
			list = append(list, r.Event)
		}
		return nil
	})
	return list, err
}

// Plan implements [store.Outbox].
func (s *Store) Plan(ctx context.Context, event news.Seq, duties []store.Duty) error {
	return s.update(ctx, func(t *tx) error {
		if t.get(unplanned, n8(uint64(event))) == nil {
			_, err := t.event(uint64(event)) // planned before, or no such event
			return err
		}
		if err := t.del(unplanned, n8(uint64(event))); err != nil {
			return err
		}
		for _, d := range duties {
			if err := t.plan(event, d); err != nil {
				return err
			}
		}
		return nil
	})
}

// plan takes on one duty.
func (t *tx) plan(event news.Seq, d store.Duty) error {
	channel, err := t.name(string(d.Channel))
	if err != nil {
		return err
	}
	article := articleNum(d.Article)
	if d.Article != "" && t.get(articles, n4(article)) == nil {
		return missing("article", d.Article)
	}
	thread, err := t.thread(article, channel)
	if err != nil {
		return err
	}
	old, err := t.joinable(channel, thread, d)
	if err != nil {
		return err
	}
	switch {
	case old == nil:
		return t.newDelivery(event, d, channel, thread)
	case d.Join && !slices.Contains(old.Events, event):
		r := *old
		r.Events = append(slices.Clone(r.Events), event)
		return t.putDelivery(old, &r)
	}
	return nil
}

// joinable returns the delivery that makes a new one for the duty needless: the
// newest pending one of its kind and article if the duty joins, or a pending
// update of the same message; neither attempted yet. Otherwise it returns nil.
func (t *tx) joinable(channel uint32, thread threadRecord, d store.Duty) (found *deliveryRecord, err error) {
	k, _ := t.bucket(queue).Cursor().Seek(n4(channel))
	if k == nil || num4(k) != channel || !d.Join && d.Kind != news.Update {
		return nil, nil
	}
	oldest := num8(tail(k, 4, 8)) // no delivery before it is pending
	err = t.follow(thread.newest, (*deliveryRecord).threadBack, func(r *deliveryRecord) bool {
		if r.num < oldest {
			return false
		}
		if r.Kind != d.Kind || r.State != news.Pending {
			return true
		}
		if r.Attempts == 0 && (d.Join || r.Message == d.Message) {
			found = r
		}
		// An attempted one that is newer than any other cannot be joined; an
		// older update of the message may still wait.
		return found == nil && !d.Join
	})
	return found, err
}

// newDelivery adds a delivery to the outbox and to its chains.
func (t *tx) newDelivery(event news.Seq, d store.Duty, channel uint32, thread threadRecord) error {
	n, err := t.nextNumber(deliveries)
	if err != nil {
		return err
	}
	r := &deliveryRecord{num: n, chance: make([]byte, chanceLen), Delivery: news.Delivery{
		Kind: d.Kind, Channel: d.Channel, Article: d.Article, Events: []news.Seq{event},
		Queued: time.Now().UTC(), Due: d.Due, State: news.Pending, Message: d.Message,
	}}
	rand.Read(r.chance) // never fails
	if thread.newest != 0 {
		r.back = n - thread.newest
	}
	thread.newest = n
	if err := t.putThread(articleNum(d.Article), channel, thread); err != nil {
		return err
	}
	old, err := t.standing(channels, channel)
	if err != nil {
		return damaged("channel %s: %v", d.Channel, err)
	}
	if old.newest != 0 {
		r.channelBack = n - old.newest
	}
	st := old
	st.newest = n
	if err := t.putStanding(channels, &t.s.channelQueue, channel, old, st); err != nil {
		return err
	}
	return t.putDelivery(nil, r)
}

// LeaseDelivery implements [store.Outbox].
func (s *Store) LeaseDelivery(ctx context.Context, now, until time.Time) (news.Delivery, error) {
	if s.db.IsReadOnly() {
		return news.Delivery{}, errReadOnly
	}
	if err := s.alive(ctx); err != nil {
		return news.Delivery{}, err
	}
	var skip map[uint32]bool
	for {
		id := s.channelQueue.take(millis(now), millis(until), skip)
		if id == 0 {
			return news.Delivery{}, store.ErrNothing
		}
		var leased *deliveryRecord
		err := s.update(ctx, func(t *tx) (err error) {
			leased, err = t.beginAttempt(id, millis(now))
			return err
		})
		if err == nil && leased != nil {
			return leased.Delivery, nil
		}
		s.channelQueue.release(id)
		if err != nil {
			return news.Delivery{}, err
		}
		// A commit has just moved its work and is about to say so.
		if skip == nil {
			skip = map[uint32]bool{}
		}
		skip[id] = true
	}
}

// beginAttempt counts an attempt at the oldest of a channel's deliveries that
// are due, or returns nil if none is.
func (t *tx) beginAttempt(channel uint32, now int64) (*deliveryRecord, error) {
	c := t.bucket(queue).Cursor()
	for k, v := c.Seek(n4(channel)); k != nil && num4(k) == channel; k, v = c.Next() {
		if ms6(v) > now {
			continue
		}
		old, err := t.delivery(num8(tail(k, 4, 8)))
		if err != nil {
			return nil, err
		}
		r := *old
		r.Attempts++
		return &r, t.putDelivery(old, &r)
	}
	return nil, nil
}

// Settle implements [store.Outbox].
func (s *Store) Settle(ctx context.Context, d news.Delivery) error {
	channel := uint32(0)
	err := s.update(ctx, func(t *tx) error {
		old, err := t.findDelivery(d.ID)
		if err != nil {
			return err
		}
		channel = t.findName(string(old.Channel))
		if old.State != news.Pending {
			return nil
		}
		r := *old
		r.State, r.Settled, r.Trouble, r.Due, r.Attempts = d.State, d.Settled, d.Trouble, d.Due, d.Attempts
		if r.Kind != news.Update {
			r.Message = d.Message
		}
		if r.State == news.Pending {
			r.Settled = time.Time{}
			err = t.holdBack(channel, r.Due)
		} else if r.State == news.Sent && r.Kind == news.Post {
			err = t.posted(channel, &r)
		}
		if err != nil {
			return err
		}
		return t.putDelivery(old, &r)
	})
	if channel != 0 {
		s.channelQueue.release(channel)
	}
	return err
}

// holdBack keeps a channel from being leased until a time.
func (t *tx) holdBack(channel uint32, until time.Time) error {
	old, err := t.standing(channels, channel)
	if err != nil {
		return damaged("channel %d: %v", channel, err)
	}
	r := old
	r.notBefore = millis(until)
	return t.putStanding(channels, &t.s.channelQueue, channel, old, r)
}

// posted notes in the thread that a post was sent.
func (t *tx) posted(channel uint32, r *deliveryRecord) error {
	thread, err := t.thread(articleNum(r.Article), channel)
	if err != nil {
		return err
	}
	if thread.Root == "" {
		thread.Root = r.Message
	}
	thread.Posted = r.Settled
	thread.Posts++
	return t.putThread(articleNum(r.Article), channel, thread)
}

// NextDelivery implements [store.Outbox].
func (s *Store) NextDelivery(ctx context.Context) (time.Time, error) {
	return s.nextTurn(ctx, &s.channelQueue)
}

// Thread implements [store.Outbox].
func (s *Store) Thread(ctx context.Context, channel news.ChannelName, article news.ArticleID) (th news.Thread, err error) {
	err = s.view(ctx, func(t *tx) error {
		c := t.findName(string(channel))
		if c == 0 {
			return nil
		}
		r, err := t.thread(articleNum(article), c)
		th = r.Thread
		return err
	})
	return th, err
}

// ReleaseChannel implements [store.Outbox].
func (s *Store) ReleaseChannel(ctx context.Context, channel news.ChannelName, now time.Time) error {
	return s.update(ctx, func(t *tx) error {
		n := t.findName(string(channel))
		if n == 0 {
			return nil
		}
		var late []uint64
		c := t.bucket(queue).Cursor()
		for k, v := c.Seek(n4(n)); k != nil && num4(k) == n; k, v = c.Next() {
			if ms6(v) > millis(now) {
				late = append(late, num8(k[4:]))
			}
		}
		for _, num := range late {
			old, err := t.delivery(num)
			if err != nil {
				return err
			}
			r := *old
			r.Due = now
			if err := t.putDelivery(old, &r); err != nil {
				return err
			}
		}
		return t.holdBack(n, now)
	})
}

// HastenDeliveries implements [store.Outbox].
func (s *Store) HastenDeliveries(ctx context.Context, now time.Time) error {
	return s.update(ctx, func(t *tx) error {
		var late []uint64
		c := t.bucket(queue).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			if ms6(v) > millis(now) {
				late = append(late, num8(tail(k, 4, 8)))
			}
		}
		for _, n := range late {
			old, err := t.delivery(n)
			if err != nil {
				return err
			}
			if old.Attempts > 0 {
				continue
			}
			r := *old
			r.Due = now
			if err := t.putDelivery(old, &r); err != nil {
				return err
			}
		}
		return nil
	})
}
