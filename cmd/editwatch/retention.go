package main

import (
	"context"
	"errors"
	"time"

	"github.com/editwatch/editwatch/internal/store"
)

const (
	// sweepEvery is how often what need not be kept any longer is removed.
	sweepEvery = 24 * time.Hour
	// sweepPause is the wait between two looks at the store, so that a sweep of a
	// large one holds nobody up.
	sweepPause = 100 * time.Millisecond
)

// sweepLoop removes what the configuration does not keep, now and then daily,
// until ctx ends.
func (a *app) sweepLoop(ctx context.Context) error {
	if a.config.Retention == (retentionConfig{}) {
		return nil
	}
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		done, err := a.sweep(ctx, time.Now().UTC())
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, store.ErrClosed):
			return err
		case err != nil:
			a.log.Error("remove what is kept no longer", "err", err) // and try again tomorrow
		case done.Articles > 0:
			a.log.Info("removed what is kept no longer", "articles", done.Articles, "versions", done.Versions, "captures", done.Captures)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// sweep goes through all articles once.
func (a *app) sweep(ctx context.Context, now time.Time) (total store.Pruned, err error) {
	p := store.Pruning{Versions: before(now, a.config.Retention.Versions), Captures: before(now, a.config.Retention.Captures)}
	for {
		done, err := a.store.Prune(ctx, p)
		total.Articles += done.Articles
		total.Versions += done.Versions
		total.Captures += done.Captures
		if err != nil || done.Last == "" {
			return total, err
		}
		p.After = done.Last
		select {
		case <-ctx.Done():
			return total, ctx.Err()
		case <-time.After(sweepPause):
		}
	}
}

// before returns the time d before now, and the zero time for 0.
func before(now time.Time, d duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return now.Add(-time.Duration(d))
}
