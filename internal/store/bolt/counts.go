package bolt

import (
	"context"

	"github.com/editwatch/editwatch/internal/store"
)

// Counts implements [store.Reader]. What is numbered is counted by its
// highest number, less what is gone; the rest by walking its smallest bucket.
func (s *Store) Counts(ctx context.Context) (c store.Counts, err error) {
	err = s.view(ctx, func(t *tx) error {
		c = store.Counts{
			Feeds:    int(t.bucket(feeds).Sequence()),
			Articles: t.made(articles),
			Versions: t.made(versions),
			Events:   t.made(events),
			Captures: t.made(captures),
			Watches:  t.count(watches),
			Pending:  t.count(queue),
			Wanted:   t.countPrefix(archives, archiveDue),
		}
		return nil
	})
	return c, err
}

// goneKeys are where meta counts what of a bucket is no more; articles are also
// ended by Merge.
var goneKeys = map[bucket][]byte{
	articles: []byte("merged"), versions: []byte("versions gone"), events: []byte("events gone"), captures: []byte("captures gone"),
}

// gone returns how many records of a bucket are no more.
func (t *tx) gone(b bucket) int {
	if v := t.get(meta, goneKeys[b]); v != nil {
		return int(num8(v))
	}
	return 0
}

// made returns how many records there are in a bucket whose records are
// numbered.
func (t *tx) made(b bucket) int { return int(t.bucket(b).Sequence()) - t.gone(b) }

// countGone counts n more records that are no more.
func (t *tx) countGone(b bucket, n int) error {
	if n == 0 {
		return nil
	}
	return t.put(meta, goneKeys[b], n8(uint64(t.gone(b)+n)))
}

// countPrefix counts the keys of a bucket that begin with a byte.
func (t *tx) countPrefix(b bucket, prefix byte) int {
	n := 0
	c := t.bucket(b).Cursor()
	for k, _ := c.Seek([]byte{prefix}); k != nil && k[0] == prefix; k, _ = c.Next() {
		n++
	}
	return n
}

func (t *tx) count(b bucket) int {
	n := 0
	c := t.bucket(b).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		n++
	}
	return n
}
