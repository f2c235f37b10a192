package bolt

import (
	"context"

	"github.com/editwatch/editwatch/internal/store"
)

// Counts implements [store.Reader]. What is never deleted is counted by its
// highest number, the rest by walking its smallest bucket.
func (s *Store) Counts(ctx context.Context) (c store.Counts, err error) {
	err = s.view(ctx, func(t *tx) error {
		merged := 0
		if v := t.get(meta, mergedKey); v != nil {
			merged = int(num8(v))
		}
		c = store.Counts{
			Feeds:    int(t.bucket(feeds).Sequence()),
			Articles: int(t.bucket(articles).Sequence()) - merged,
			Versions: int(t.bucket(versions).Sequence()),
			Events:   int(t.bucket(events).Sequence()),
			Watches:  t.count(watches),
			Pending:  t.count(queue),
		}
		return nil
	})
	return c, err
}

// mergedKey is where meta counts the articles that Merge ended.
var mergedKey = []byte("merged")

func (t *tx) count(b bucket) int {
	n := 0
	c := t.bucket(b).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		n++
	}
	return n
}
