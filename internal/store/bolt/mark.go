package bolt

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/editwatch/editwatch/internal/news"
)

// A mark says of an event what lists are filtered by. The marks of one value
// (a kind, a class, a rank, a source) are a set of numbers of events, kept in
// blocks of markBlock numbers, each a list of offsets while it is short and a
// bitmap when that is shorter: from two bytes down to a bit a mark, where an
// entry of its own would take thirty.
const (
	markKind   = 'k' // value: name of the event's kind
	markClass  = 'c' // value: name of a class of its edit
	markRank   = 'r' // value: its news.Event.Rank
	markSource = 's' // value: name of its article's source
	markTime   = 't' // value: 0; the block has the earliest and latest At of each span
	markOrder  = 'a' // no mark: the order of one source's articles, see order.go
)

const (
	blockBits = 12
	markBlock = 1 << blockBits
	// listMax is how many offsets of two bytes are no longer than a bitmap.
	listMax = markBlock / 8 / 2
	// spanLen is how many events in a row one pair of times stands for.
	spanLen = 128
	// spanSize is the size of such a pair.
	spanSize = 12
)

// The first byte of a block says how the rest is to be read.
const (
	asList   = 0 // offsets of two bytes, ascending
	asBitmap = 1 // offset 0 is the lowest bit of the first byte; zeros at the end are left out
)

// A block is a set of offsets.
type block [markBlock / 64]uint64

func (b *block) add(off uint64)      { b[off/64] |= 1 << (off % 64) }
func (b *block) has(off uint64) bool { return b[off/64]&(1<<(off%64)) != 0 }

func (b *block) and(c *block) {
	for i := range b {
		b[i] &= c[i]
	}
}

func (b *block) count() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// keep drops what lies outside from..to, both included.
func (b *block) keep(from, to uint64) {
	for i := range b {
		low := uint64(i) * 64
		switch {
		case low+63 < from || low > to:
			b[i] = 0
			continue
		case low < from:
			b[i] &= ^uint64(0) << (from - low)
		}
		if low+63 > to {
			b[i] &= ^uint64(0) >> (low + 63 - to)
		}
	}
}

// unite adds the offsets of an encoded block.
func (b *block) unite(v []byte) error {
	if len(v) == 0 {
		return errRecord
	}
	switch rest := v[1:]; {
	case v[0] == asList && len(rest)%2 == 0:
		for ; len(rest) > 0; rest = rest[2:] {
			off := binary.BigEndian.Uint16(rest)
			if off >= markBlock {
				return errRecord
			}
			b.add(uint64(off))
		}
	case v[0] == asBitmap && len(rest) <= markBlock/8:
		for i, x := range rest {
			b[i/8] |= uint64(x) << (i % 8 * 8)
		}
	default:
		return errRecord
	}
	return nil
}

// withMark returns the encoded block v, which may be nil, with one offset more.
func withMark(v []byte, off uint64) ([]byte, error) {
	if len(v) == 0 {
		return binary.BigEndian.AppendUint16([]byte{asList}, uint16(off)), nil
	}
	if v[0] == asList && len(v) < 1+2*listMax && off > uint64(binary.BigEndian.Uint16(v[len(v)-2:])) {
		return binary.BigEndian.AppendUint16(slices.Clone(v), uint16(off)), nil // as nearly all are
	}
	var b block
	if err := b.unite(v); err != nil {
		return nil, err
	}
	b.add(off)
	return b.encode(), nil
}

// encode returns the block in the shorter form, and nil if it is empty.
func (b *block) encode() []byte {
	n := b.count()
	if n == 0 {
		return nil
	}
	if n <= listMax {
		v := []byte{asList}
		for off := range uint64(markBlock) {
			if b.has(off) {
				v = binary.BigEndian.AppendUint16(v, uint16(off))
			}
		}
		return v
	}
	v := make([]byte, 1, 1+markBlock/8)
	v[0] = asBitmap
	for _, w := range b {
		v = binary.LittleEndian.AppendUint64(v, w)
	}
	for v[len(v)-1] == 0 {
		v = v[:len(v)-1]
	}
	return v
}

func markKey(kind byte, value uint32, number uint64) []byte {
	k := append(make([]byte, 0, 9), kind)
	return append(append(k, n4(value)...), n4(uint32(number>>blockBits))...)
}

// A marking is one value that an event is marked with.
type marking struct {
	kind  byte
	value uint32
}

// markings returns what the event, whose names are known, is marked with.
func (t *tx) markings(r *eventRecord) []marking {
	list := []marking{{markKind, t.findName(string(r.Kind))}, {markRank, uint32(r.Rank())}}
	if r.source != 0 {
		list = append(list, marking{markSource, r.source})
	}
	for i, c := range r.Classes {
		if !slices.Contains(r.Classes[:i], c) {
			list = append(list, marking{markClass, t.findName(string(c))})
		}
	}
	return list
}

// mark adds an event that was written to the marks.
func (t *tx) mark(r *eventRecord) error {
	seq := uint64(r.Seq)
	for _, m := range t.markings(r) {
		k := markKey(m.kind, m.value, seq)
		v, err := withMark(t.get(marks, k), seq%markBlock)
		if err != nil {
			return damaged("the marks of event %d: %v", seq, err)
		}
		if err := t.put(marks, k, v); err != nil {
			return err
		}
	}
	k := markKey(markTime, 0, seq)
	return t.put(marks, k, withTime(t.get(marks, k), seq%markBlock, millis(r.At)))
}

// unmark takes an event out of the marks, so that no list has it; it says
// nothing any more but when it was.
func (t *tx) unmark(r *eventRecord) error {
	seq := uint64(r.Seq)
	for _, m := range t.markings(r) {
		k := markKey(m.kind, m.value, seq)
		var b block
		if err := b.unite(t.get(marks, k)); err != nil {
			return damaged("the marks of event %d: %v", seq, err)
		}
		b[seq%markBlock/64] &^= 1 << (seq % 64)
		if v := b.encode(); v != nil {
			if err := t.put(marks, k, v); err != nil {
				return err
			}
		} else if err := t.del(marks, k); err != nil {
			return err
		}
	}
	return nil
}

// withTime returns the times v, which may be nil, with one event's more.
func withTime(v []byte, off uint64, ms int64) []byte {
	at := int(off) / spanLen * spanSize
	v = slices.Clone(v)
	for len(v) < at+spanSize {
		v = append(v, 0)
	}
	earliest, latest := ms6(v[at:]), ms6(v[at+6:])
	if latest == 0 {
		earliest = ms
	}
	earliest, latest = min(earliest, ms), max(latest, ms, 1)
	appendMS(v[at:at], earliest)
	appendMS(v[at+6:at+6], latest)
	return v
}

// within returns which events of a block may be of a time from since on and
// before until, in milliseconds; v are the block's times.
func within(v []byte, since, until int64) (b block) {
	for i := range len(v) / spanSize {
		earliest, latest := ms6(v[i*spanSize:]), ms6(v[i*spanSize+6:])
		if latest != 0 && latest >= since && earliest < until {
			for off := i * spanLen; off < (i+1)*spanLen; off += 64 {
				b[off/64] = ^uint64(0)
			}
		}
	}
	return b
}

// markAll marks the events, and orders the articles of sources, of a store that
// was written before there were marks.
func (t *tx) markAll() error {
	c := t.bucket(events).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		r, err := t.decodeEvent(num8(k), v)
		if err != nil {
			return err
		}
		if err := t.mark(r); err != nil {
			return err
		}
	}
	c = t.bucket(recent).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if source, n := binary.Uvarint(v); n > 0 && source != 0 {
			if err := t.put(marks, orderKey(uint32(source), k), nil); err != nil {
				return err
			}
		}
	}
	var known [][]byte
	c = t.bucket(sources).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		known = append(known, slices.Clone(k))
	}
	for _, k := range known {
		if err := t.put(sources, k, nil); err != nil { // they named their newest event
			return err
		}
	}
	return nil
}

// rankValues returns the values of markRank from least on.
func rankValues(least news.Significance) (list []uint32) {
	for s := least; s <= news.Major; s++ {
		list = append(list, uint32(s))
	}
	return list
}
