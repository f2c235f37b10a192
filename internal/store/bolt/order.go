package bolt

import (
	"bytes"
	"encoding/binary"
	"slices"

	"go.etcd.io/bbolt"
)

// An order leads through articles from the newest, all or those of one source,
// by their keys in recent.
type order struct {
	c      *bbolt.Cursor
	prefix []byte // what stands before those keys in marks; empty for all
}

func (t *tx) order(source uint32) order {
	if source == 0 {
		return order{c: t.bucket(recent).Cursor()}
	}
	return order{t.bucket(marks).Cursor(), orderKey(source, nil)}
}

// orderKey is where an article stands among those of its source, given its key
// in recent.
func orderKey(source uint32, recent []byte) []byte {
	k := make([]byte, 0, 15)
	return append(append(append(k, markOrder), n4(source)...), recent...)
}

// last returns the first key of the list: the newest article's.
func (o order) last() []byte {
	if len(o.prefix) == 0 {
		k, _ := o.c.Last()
		return k
	}
	return o.before(bytes.Repeat([]byte{0xff}, 11)) // longer than any
}

// before returns the key that follows the given one in the list.
func (o order) before(recent []byte) []byte {
	if k, _ := o.c.Seek(append(slices.Clip(o.prefix), recent...)); k == nil {
		k, _ = o.c.Last()
		return o.own(k)
	}
	return o.prev()
}

// prev goes on.
func (o order) prev() []byte {
	k, _ := o.c.Prev()
	return o.own(k)
}

// own returns a key as it is in recent, or nil if it is beyond the list.
func (o order) own(k []byte) []byte {
	if k == nil || !bytes.HasPrefix(k, o.prefix) {
		return nil
	}
	return k[len(o.prefix):]
}

// listedBy reports whether an entry of recent is of the feed.
func listedBy(v []byte, feed uint32) bool {
	_, n := binary.Uvarint(v) // the source
	for n > 0 && len(v) > n {
		v = v[n:]
		var f uint64
		if f, n = binary.Uvarint(v); n > 0 && uint32(f) == feed {
			return true
		}
	}
	return false
}
