package bolt

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// MoveChannel implements [store.Channels]. When there is something to move, it
// reads the key of every thread: they sort by article.
func (s *Store) MoveChannel(ctx context.Context, from, to news.ChannelName) error {
	if from == "" || to == "" || from == to {
		return errors.New("a channel moves from one name to another")
	}
	return s.update(ctx, func(t *tx) error {
		old := t.findName(string(from))
		if kept, err := t.keeps(old, from); err != nil || !kept {
			return err
		}
		n, err := t.name(string(to))
		if err != nil {
			return err
		}
		m := mover{tx: t, from: old, to: n, name: to}
		for _, move := range []func() error{m.watches, m.removed, m.wishes, m.outbox} {
			if err := move(); err != nil {
				return err
			}
		}
		return nil
	})
}

// keeps reports whether anything is kept of a channel that makes it one: a watch,
// a wish, how we stand with it, or something that was to be told there.
func (t *tx) keeps(n uint32, name news.ChannelName) (bool, error) {
	if n == 0 {
		return false, nil
	}
	if t.get(settings, n4(n)) != nil || t.get(manners, n4(n)) != nil || t.get(channels, n4(n)) != nil {
		return true, nil
	}
	watches, err := t.watchesBy(byChannel, n)
	if err != nil || len(watches) > 0 {
		return true, err
	}
	gone, err := t.removedOf(name)
	return len(gone) > 0, err
}

// removedOf returns the watches of a channel that were removed, by their keys.
func (t *tx) removedOf(channel news.ChannelName) (map[string]news.Watch, error) {
	list := map[string]news.Watch{}
	err := t.bucket(removed).ForEach(func(k, v []byte) error {
		w, err := t.decodeWatch(num8(tail(k, 6, 8)), v)
		if err == nil && w.Channel == channel {
			list[string(k)] = w
		}
		return err
	})
	return list, err
}

// A mover moves what is kept of one channel to another.
type mover struct {
	*tx
	from, to uint32
	name     news.ChannelName // of to
}

func (m mover) watches() error {
	moving, err := m.watchesBy(byChannel, m.from)
	if err != nil {
		return err
	}
	for _, w := range moving {
		there, err := m.watchesBy(byChannel, m.to)
		if err != nil {
			return err
		}
		if err := m.delWatch(w); err != nil {
			return err
		}
		w.Channel = m.name
		if err := m.putOldest(w, there); err != nil {
			return err
		}
	}
	return nil
}

func (m mover) removed() error {
	oldName, err := m.text(m.from)
	if err != nil {
		return err
	}
	moving, err := m.removedOf(news.ChannelName(oldName))
	if err != nil {
		return err
	}
	for k, w := range moving {
		w.Channel = m.name
		b, err := m.encodeWatch(w)
		if err != nil {
			return err
		}
		if err := m.put(removed, []byte(k), b); err != nil {
			return err
		}
	}
	return nil
}

// wishes moves what is one record a channel. What is there already stays.
func (m mover) wishes() error {
	for _, b := range []bucket{settings, manners} {
		record := bytes.Clone(m.get(b, n4(m.from)))
		if err := m.del(b, n4(m.from)); err != nil {
			return err
		}
		if len(record) == 0 || m.get(b, n4(m.to)) != nil {
			continue
		}
		if err := m.put(b, n4(m.to), record); err != nil {
			return err
		}
	}
	return nil
}

// outbox puts the deliveries of one channel among those of the other, and the
// threads likewise.
func (m mover) outbox() error {
	old, err := m.standing(channels, m.from)
	if err != nil {
		return err
	}
	st, err := m.standing(channels, m.to)
	if err != nil {
		return err
	}
	var all []*moved
	for _, chain := range []struct {
		newest uint64
		moves  bool
	}{{old.newest, true}, {st.newest, false}} {
		err := m.follow(chain.newest, func(r *deliveryRecord) uint64 { return r.channelBack }, func(r *deliveryRecord) bool {
			all = append(all, &moved{old: r, now: *r, moves: chain.moves})
			return true
		})
		if err != nil {
			return err
		}
	}
	slices.SortFunc(all, func(a, b *moved) int { return int(a.now.num) - int(b.now.num) })
	newest := m.chain(all)
	m.settleTold(all, time.Now().UTC())
	if err := m.putMoved(all); err != nil {
		return err
	}
	if err := m.threads(newest); err != nil {
		return err
	}
	merged := st
	merged.newest, merged.notBefore = max(old.newest, st.newest), max(old.notBefore, st.notBefore)
	if err := m.putStanding(channels, &m.s.channelQueue, m.to, st, merged); err != nil {
		return err
	}
	if err := m.putStanding(channels, &m.s.channelQueue, m.from, old, standing{}); err != nil {
		return err
	}
	return m.del(channels, n4(m.from))
}

// moved is a delivery before and after.
type moved struct {
	old   *deliveryRecord
	now   deliveryRecord
	moves bool // it was the other channel's
}

// chain links the deliveries anew, and returns the newest about each article.
func (m mover) chain(all []*moved) map[uint32]uint64 {
	newest := map[uint32]uint64{}
	previous := uint64(0)
	for _, d := range all {
		r := &d.now
		r.Channel, r.back, r.channelBack = m.name, 0, 0
		if previous != 0 {
			r.channelBack = r.num - previous
		}
		previous = r.num
		if r.gone {
			continue
		}
		about := articleNum(r.Article)
		if n := newest[about]; n != 0 {
			r.back = r.num - n
		}
		newest[about] = r.num
	}
	return newest
}

// settleTold ends what would be told twice: what is pending under one name,
// never attempted, and was told or is to be told under the other.
func (m mover) settleTold(all []*moved, now time.Time) {
	told := map[bool]map[news.Seq]bool{true: {}, false: {}}
	note := func(d *moved) {
		for _, seq := range d.now.Events {
			told[d.moves][seq] = true
		}
	}
	for _, d := range all {
		if d.now.State == news.Sent && d.now.Kind != news.Update {
			note(d)
		}
	}
	for _, d := range all {
		r := &d.now
		if r.State != news.Pending || r.Kind == news.Update {
			continue
		}
		again := !slices.ContainsFunc(r.Events, func(seq news.Seq) bool { return !told[!d.moves][seq] })
		if again && r.Attempts == 0 {
			r.State, r.Settled, r.Trouble = news.Moot, now, "it is told under the channel's other name"
			continue
		}
		note(d)
	}
}

func (m mover) putMoved(all []*moved) error {
	for _, d := range all {
		before := d.old
		if d.moves {
			if d.old.State == news.Pending {
				if err := m.unqueue(m.from, d.old); err != nil {
					return err
				}
			}
			before = nil
		}
		if err := m.putDelivery(before, &d.now); err != nil {
			return err
		}
	}
	return nil
}

// threads moves the threads of all articles; newest are the deliveries that
// they end with.
func (m mover) threads(newest map[uint32]uint64) error {
	var about []uint32
	err := m.bucket(threads).ForEach(func(k, _ []byte) error {
		if num4(tail(k, 4, 4)) == m.from {
			about = append(about, num4(k))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, article := range about {
		a, err := m.thread(article, m.from)
		if err != nil {
			return err
		}
		b, err := m.thread(article, m.to)
		if err != nil {
			return err
		}
		if err := m.del(threads, threadKey(article, m.from)); err != nil {
			return err
		}
		if err := m.putThread(article, m.to, threadRecord{joined(a.Thread, b.Thread), newest[article]}); err != nil {
			return err
		}
	}
	return nil
}
