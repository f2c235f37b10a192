package watcher

import (
	"context"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// quietFor is how long the outcome of a poll that found nothing new may wait for
// those of the next polls, to be recorded together with them. It is looked at
// between polls.
const quietFor = time.Second

// A round is what the article polls of one lease share.
type round struct {
	// quiet holds the outcomes of polls that found nothing new: four in five of
	// all, or more. Such an outcome is worth no disk sync of its own: when a
	// crash takes it, the article is merely asked for once more.
	quiet []news.Article
	since time.Time // of the first of them

	// template is what is known of the host, once it was asked for.
	template *template

	// watched holds feeds whose pages somebody watched when the round began.
	watched []news.FeedID
}

// flush writes the quiet outcomes if the first has waited for so long.
func (r *round) flush(ctx context.Context, w *Watcher, waited time.Duration) {
	if len(r.quiet) == 0 || time.Since(r.since) < waited {
		return
	}
	if err := w.store.RecordQuiet(ctx, r.quiet); err != nil && ctx.Err() == nil {
		w.log.Error("record polls", "host", r.quiet[0].Polling.Host, "err", err)
	}
	r.quiet = r.quiet[:0]
}

// recordQuietly records the outcome of a poll that found nothing new, with others.
func (v *visit) recordQuietly(ctx context.Context, a news.Article) error {
	if v.round == nil || len(v.events) > 0 || len(v.keys) > 0 || a.Polling.FailureTold {
		return v.record(ctx, store.Record{Article: a})
	}
	if len(v.round.quiet) == 0 {
		v.round.since = time.Now()
		v.round.quiet = slices.Grow(v.round.quiet, leasePolls)
	}
	v.round.quiet = append(v.round.quiet, a)
	return nil
}

// isWatched reports whether anybody watches the article, or a feed that lists it.
func (v *visit) isWatched(ctx context.Context, a news.Article) (bool, error) {
	if v.round != nil && slices.ContainsFunc(a.Feeds, func(f news.FeedID) bool { return slices.Contains(v.round.watched, f) }) {
		return true, nil
	}
	watches, err := v.store.Watching(ctx, a)
	if v.round != nil {
		for _, w := range watches {
			if w.Feed != "" {
				v.round.watched = append(v.round.watched, w.Feed)
			}
		}
	}
	return len(watches) > 0, err
}
