package bolt

import (
	"bytes"
	"context"
	"math"
	"math/bits"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"go.etcd.io/bbolt"
)

// A markSet is the union of the marks of some values: all events that are of
// one of them.
type markSet []markList

// A markList is the blocks of one value.
type markList struct {
	prefix []byte
	c      *bbolt.Cursor
}

func (t *tx) markSet(kind byte, values ...uint32) (s markSet) {
	for _, v := range values {
		s = append(s, markList{append([]byte{kind}, n4(v)...), t.bucket(marks).Cursor()})
	}
	return s
}

// nameSet is a markSet of names. Those that nothing is called have no marks.
func nameSet[T ~string](t *tx, kind byte, names []T) markSet {
	var values []uint32
	for _, name := range names {
		if n := t.findName(string(name)); n != 0 {
			values = append(values, n)
		}
	}
	return t.markSet(kind, values...)
}

// nearest returns the first block from n on, upwards or downwards.
func (l markList) nearest(n uint32, up bool) (found uint32, v []byte) {
	k, v := l.c.Seek(append(l.prefix[:5:5], n4(n)...))
	if !up && (k == nil || !bytes.HasPrefix(k, l.prefix) || num4(tail(k, 5, 4)) != n) {
		if k == nil {
			k, v = l.c.Last()
		} else {
			k, v = l.c.Prev()
		}
	}
	if !bytes.HasPrefix(k, l.prefix) {
		return 0, nil
	}
	return num4(tail(k, 5, 4)), v
}

// nearest returns the first block from n on in which the set has anything.
func (s markSet) nearest(n uint32, up bool) (found uint32, ok bool) {
	for _, l := range s {
		m, v := l.nearest(n, up)
		if v != nil && (!ok || up && m < found || !up && m > found) {
			found, ok = m, true
		}
	}
	return found, ok
}

// block returns the set's block n.
func (s markSet) block(n uint32) (b block, err error) {
	for _, l := range s {
		if m, v := l.nearest(n, true); v != nil && m == n {
			if err := b.unite(v); err != nil {
				return b, damaged("marks %c: %v", l.prefix[0], err)
			}
		}
	}
	return b, nil
}

// sets returns what q asks for beyond the range of numbers, each of which an
// event must be in.
func (t *tx) sets(q store.EventQuery) (sets []markSet) {
	if kinds, some := q.AllKinds(); some {
		sets = append(sets, nameSet(t, markKind, kinds))
	}
	if len(q.Classes) > 0 {
		sets = append(sets, nameSet(t, markClass, q.Classes))
	}
	if q.Least > news.None {
		sets = append(sets, t.markSet(markRank, rankValues(q.Least)...))
	}
	if q.Source != "" {
		sets = append(sets, nameSet(t, markSource, []string{q.Source}))
	}
	if !q.Since.IsZero() || !q.Until.IsZero() {
		sets = append(sets, t.markSet(markTime, 0))
	}
	return sets
}

// markedEvents returns the events that are in all of the sets. It reads a block
// of each set at a time, from the end of the sequence where the list begins,
// and passes over blocks that one of the sets has nothing in.
func (t *tx) markedEvents(ctx context.Context, q store.EventQuery, sets []markSet) ([]news.Event, error) {
	lo, hi := uint64(q.After)+1, t.bucket(events).Sequence()
	if q.Before != 0 {
		hi = min(hi, uint64(q.Before)-1)
	}
	list := page(q)
	for lo <= hi {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		at := hi
		if q.Oldest {
			at = lo
		}
		n, ok := meet(sets, uint32(at>>blockBits), q.Oldest)
		first := uint64(n) << blockBits
		last := first + markBlock - 1
		if !ok || first > hi || last < lo {
			break
		}
		b, err := t.intersect(q, sets, n)
		if err != nil {
			return nil, err
		}
		b.keep(max(lo, first)-first, min(hi, last)-first)
		if list, err = t.collect(q, list, b, first); err != nil || len(list) == limit(q.Max) {
			return list, err
		}
		if q.Oldest {
			lo = last + 1
		} else if first == 0 {
			break
		} else {
			hi = first - 1
		}
	}
	return list, nil
}

// meet returns the first block from n on in which every set has something.
func meet(sets []markSet, n uint32, up bool) (uint32, bool) {
	for agreed := 0; agreed < len(sets); {
		agreed = 0
		for _, s := range sets {
			m, ok := s.nearest(n, up)
			if !ok {
				return 0, false
			}
			if m != n {
				n = m
				break
			}
			agreed++
		}
	}
	return n, true
}

// intersect returns which events of block n are in every set.
func (t *tx) intersect(q store.EventQuery, sets []markSet, n uint32) (all block, err error) {
	for i, s := range sets {
		var b block
		if s[0].prefix[0] == markTime {
			until := int64(math.MaxInt64)
			if !q.Until.IsZero() {
				until = millis(q.Until)
			}
			_, v := s[0].nearest(n, true)
			b = within(v, millis(q.Since), until)
		} else if b, err = s.block(n); err != nil {
			return all, err
		}
		if i == 0 {
			all = b
		} else {
			all.and(&b)
		}
	}
	return all, nil
}

// collect adds the events of a block that begins at number first to the list,
// in q's direction, until the list is full.
func (t *tx) collect(q store.EventQuery, list []news.Event, b block, first uint64) ([]news.Event, error) {
	for i := range b {
		if !q.Oldest {
			i = len(b) - 1 - i
		}
		for w := b[i]; w != 0; {
			bit := bits.TrailingZeros64(w)
			if !q.Oldest {
				bit = 63 - bits.LeadingZeros64(w)
			}
			w &^= 1 << bit
			r, err := t.event(first + uint64(i)*64 + uint64(bit))
			if err != nil {
				return nil, damaged("%v", err)
			}
			if !q.Passes(r.Event) || !t.shows(r, q) {
				continue // times are marked by spans
			}
			if list = append(list, r.Event); len(list) == limit(q.Max) {
				return list, nil
			}
		}
	}
	return list, nil
}
