package store

import (
	"context"
	"errors"

	"github.com/editwatch/editwatch/internal/news"
)

// A Remover is the part of a store that ends watches.
type Remover interface {
	RemoveWatch(ctx context.Context, id news.WatchID) error
	Watches(ctx context.Context, q WatchQuery) ([]news.Watch, error)
}

// EndWatches removes the watches that match, because the place they are of
// ceased to exist, and returns how many there were. Those of the configuration
// stay: the file decides. What cannot be removed does not keep the others.
func EndWatches(ctx context.Context, s Remover, q WatchQuery) (ended int, err error) {
	watches, err := s.Watches(ctx, q)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, w := range watches {
		if w.FromFile {
			continue
		}
		if err := s.RemoveWatch(ctx, w.ID); err != nil && !errors.Is(err, ErrNotFound) {
			errs = append(errs, err)
			continue
		}
		ended++
	}
	return ended, errors.Join(errs...)
}
