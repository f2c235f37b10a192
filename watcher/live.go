package watcher

import (
	"context"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

const (
	// A page is live when it is edited more often than liveEdits times within
	// liveWithin, or says itself that it is a live blog.
	liveEdits  = 6
	liveWithin = 2 * time.Hour
)

// live returns the events of an edit: itself, and before it that the page is
// live when it becomes that. It brings a up to date; a.LastEdited is still that
// of the edit before.
func (v *visit) live(ctx context.Context, a *news.Article, e news.Event) ([]news.Event, error) {
	if e.Kind != news.Edited && e.Kind != news.Reverted {
		return []news.Event{e}, nil
	}
	if a.LiveAt(e.At) {
		e.Live = true
		return []news.Event{e}, nil
	}
	a.Live = time.Time{} // it was quiet for long enough
	is, err := v.becomesLive(ctx, *a, e)
	if err != nil || !is {
		return []news.Event{e}, err
	}
	a.Live, a.Lives = e.At, a.Lives+1
	e.Live = true
	return []news.Event{{
		Kind: news.Live, At: e.At, From: e.To, To: e.To, Significance: news.Major,
		ChangedAfter: e.ChangedAfter, ChangedBefore: e.ChangedBefore,
	}, e}, nil
}

func (v *visit) becomesLive(ctx context.Context, a news.Article, e news.Event) (bool, error) {
	if e.Significance < news.Minor {
		return false, nil
	}
	if a.Lives == 0 && strings.Contains(a.Kind, "LiveBlog") {
		return true, nil
	}
	if a.Edits <= liveEdits { // this one included
		return false, nil
	}
	events, err := v.store.Events(ctx, store.EventQuery{Article: a.ID, Max: 4 * liveEdits})
	if err != nil {
		return false, err
	}
	recent := 1
	for _, old := range events {
		if (old.Kind == news.Edited || old.Kind == news.Reverted) && old.Significance >= news.Minor && e.At.Sub(old.At) < liveWithin {
			recent++
		}
	}
	return recent > liveEdits, nil
}
