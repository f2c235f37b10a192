package bolt

import (
	"context"
	"slices"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// Deliveries implements [store.Outbox]. It takes the shortest way to what is
// asked for: the queue for what is pending, the threads of an article, the
// chain of a channel, or all.
func (s *Store) Deliveries(ctx context.Context, q store.DeliveryQuery) (list []news.Delivery, err error) {
	err = s.view(ctx, func(t *tx) error {
		list = nil
		take := func(r *deliveryRecord) bool {
			if matches(r, q) {
				list = append(list, r.Delivery)
			}
			return len(list) < limit(q.Max) && ctx.Err() == nil
		}
		if err := t.walkDeliveries(q, take); err != nil {
			return err
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

func matches(r *deliveryRecord, q store.DeliveryQuery) bool {
	return !r.gone && (q.Channel == "" || r.Channel == q.Channel) &&
		(q.Article == "" || r.Article == q.Article) &&
		(q.State == "" || r.State == q.State) &&
		(q.Event == 0 || slices.Contains(r.Events, q.Event))
}

// walkDeliveries gives deliveries, newest first and among them all that
// match, to take until it has enough.
func (t *tx) walkDeliveries(q store.DeliveryQuery, take func(*deliveryRecord) bool) error {
	channel := t.findName(string(q.Channel))
	if q.Channel != "" && channel == 0 {
		return nil
	}
	article := q.Article
	if article == "" && q.Event != 0 {
		e, err := t.event(uint64(q.Event))
		if err != nil || e.gone {
			return nil // no such event has no deliveries
		}
		article = e.Article
	}
	switch {
	case article != "":
		return t.walkThreads(articleNum(article), channel, take)
	case q.State == news.Pending:
		return t.walkQueue(channel, take)
	case channel != 0:
		st, err := t.standing(channels, channel)
		if err != nil {
			return damaged("channel %s: %v", q.Channel, err)
		}
		return t.follow(st.newest, func(r *deliveryRecord) uint64 { return r.channelBack }, take)
	}
	c := t.bucket(deliveries).Cursor()
	for k, v := c.Last(); k != nil; k, v = c.Prev() {
		r, err := t.decodeDelivery(num8(k), v)
		if err != nil {
			return err
		}
		if !take(r) {
			return nil
		}
	}
	return nil
}

// follow walks a chain of deliveries from its newest.
func (t *tx) follow(n uint64, back func(*deliveryRecord) uint64, take func(*deliveryRecord) bool) error {
	for n != 0 {
		r, err := t.delivery(n)
		if err != nil {
			return err
		}
		if !take(r) || back(r) == 0 {
			return nil
		}
		n -= back(r)
	}
	return nil
}

// walkQueue walks what is pending in one channel, or with 0 in all.
func (t *tx) walkQueue(channel uint32, take func(*deliveryRecord) bool) error {
	var nums []uint64
	c := t.bucket(queue).Cursor()
	for k, _ := c.Seek(n4(channel)); k != nil && (channel == 0 || num4(k) == channel); k, _ = c.Next() {
		nums = append(nums, num8(tail(k, 4, 8)))
	}
	return t.takeNewest(nums, take)
}

// walkThreads walks the deliveries about an article, in one channel or with 0
// in all.
func (t *tx) walkThreads(article, channel uint32, take func(*deliveryRecord) bool) error {
	var nums []uint64
	c := t.bucket(threads).Cursor()
	for k, v := c.Seek(threadKey(article, channel)); k != nil && num4(k) == article && (channel == 0 || num4(tail(k, 4, 4)) == channel); k, v = c.Next() {
		th, err := decodeThread(v)
		if err != nil {
			return err
		}
		err = t.follow(th.newest, (*deliveryRecord).threadBack, func(r *deliveryRecord) bool {
			nums = append(nums, r.num)
			return true
		})
		if err != nil {
			return err
		}
	}
	return t.takeNewest(nums, take)
}

func (t *tx) takeNewest(nums []uint64, take func(*deliveryRecord) bool) error {
	slices.Sort(nums)
	for _, n := range slices.Backward(nums) {
		r, err := t.delivery(n)
		if err != nil {
			return err
		}
		if !take(r) {
			return nil
		}
	}
	return nil
}

// moveThreads has the deliveries about one article be about another.
func (t *tx) moveThreads(from, to uint32) error {
	var chans []uint32
	c := t.bucket(threads).Cursor()
	for k, _ := c.Seek(n4(from)); k != nil && num4(k) == from; k, _ = c.Next() {
		chans = append(chans, num4(tail(k, 4, 4)))
	}
	for _, channel := range chans {
		if err := t.moveThread(from, to, channel); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) moveThread(from, to, channel uint32) error {
	a, err := t.thread(from, channel)
	if err != nil {
		return err
	}
	b, err := t.thread(to, channel)
	if err != nil {
		return err
	}
	var all []*deliveryRecord
	for _, n := range []uint64{a.newest, b.newest} {
		err := t.follow(n, (*deliveryRecord).threadBack, func(r *deliveryRecord) bool {
			all = append(all, r)
			return true
		})
		if err != nil {
			return err
		}
	}
	slices.SortFunc(all, func(x, y *deliveryRecord) int { return int(x.num) - int(y.num) })
	previous := uint64(0)
	for _, old := range all {
		r := *old
		r.Article, r.back = articleID(to), 0
		if previous != 0 {
			r.back = r.num - previous
		}
		previous = r.num
		if err := t.putDelivery(old, &r); err != nil {
			return err
		}
	}
	if err := t.del(threads, threadKey(from, channel)); err != nil {
		return err
	}
	return t.putThread(to, channel, threadRecord{joined(a.Thread, b.Thread), previous})
}

// joined returns what a channel was told in two threads that become one.
func joined(a, b news.Thread) news.Thread {
	if b.Root == "" || a.Root != "" && a.Posted.Before(b.Posted) {
		b.Root = a.Root
	}
	if a.Posted.After(b.Posted) {
		b.Posted = a.Posted
	}
	b.Posts += a.Posts
	if a.Muted.After(b.Muted) {
		b.Muted = a.Muted
	}
	return b
}
