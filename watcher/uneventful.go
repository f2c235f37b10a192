package watcher

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/store"
)

// uneventfulFor is how long the outcome of a poll that found nothing new may
// wait for those of the next polls, to be recorded together with them. It is
// looked at between polls.
const uneventfulFor = time.Second

// uneventful holds the outcomes of a lease's polls that found nothing new: four
// in five of all, or more. Such an outcome is worth no disk sync of its own:
// when a crash takes it, the article is merely asked for once more.
type uneventful struct {
	records []store.Record
	since   time.Time // of the first
}

// record writes the outcomes if the first has waited for so long, side by side,
// so that the store writes them together.
func (u *uneventful) record(ctx context.Context, w *Watcher, waited time.Duration) {
	if len(u.records) == 0 || time.Since(u.since) < waited {
		return
	}
	var all sync.WaitGroup
	for i := range u.records {
		all.Go(func() {
			_, err := w.store.Record(ctx, u.records[i])
			switch {
			case errors.Is(err, store.ErrConflict):
				w.log.Debug("article changed meanwhile", "article", u.records[i].Article.ID)
			case err != nil && ctx.Err() == nil:
				w.log.Error("record a poll", "article", u.records[i].Article.ID, "err", err)
			}
		})
	}
	all.Wait()
	u.records = u.records[:0]
}

// later records the outcome of a poll that found nothing new, with others.
func (v *visit) later(ctx context.Context, r store.Record) error {
	if v.uneventful == nil || len(v.events) > 0 || len(v.keys) > 0 || r.Article.Polling.FailureTold {
		return v.record(ctx, r)
	}
	if len(v.uneventful.records) == 0 {
		v.uneventful.since = time.Now()
		v.uneventful.records = slices.Grow(v.uneventful.records, leasePolls)
	}
	v.uneventful.records = append(v.uneventful.records, r)
	return nil
}
