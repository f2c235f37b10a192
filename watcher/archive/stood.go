package archive

import (
	"context"
	"errors"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// lookBack bounds how many events of an article are read to find when a version
// stood.
const lookBack = 500

// A span is the time in which a version is known to have stood.
type span struct {
	// From is the first poll that saw the version, and none saw anything else from
	// then to Until, the last one that did.
	From, Until time.Time
	// Over says that no later poll will see it: another version has come, or the
	// page is not looked at any more.
	Over bool
}

// errUnknown means that it will never be known when a version stood.
var errUnknown = errors.New("it is not known how long the version stood")

// covers reports whether a copy that the archive took at a time, which it tells
// to the second, is of the version.
func (s span) covers(taken time.Time) bool {
	return !taken.Before(s.From) && !taken.Add(time.Second).After(s.Until)
}

// stood returns when a version of the article stood.
func stood(ctx context.Context, s Store, a news.Article, version int) (span, error) {
	v, err := s.Version(ctx, a.ID, version)
	if errors.Is(err, store.ErrNotFound) {
		return span{}, errUnknown
	}
	if err != nil {
		return span{}, err
	}
	// Of a version that is not the newest any more, this may leave nothing, where
	// another poll was in doubt since: then there is no proof.
	t := span{From: news.Later(v.Seen, a.Steady)}
	if version == a.Versions {
		t.Until = a.Polling.LastOK
		if a.Hold != nil {
			t.Until = a.Hold.After
		}
		t.Over = a.Polling.Next.IsZero() || !a.Removed.IsZero()
		return t, nil
	}
	events, err := s.Events(ctx, store.EventQuery{Article: a.ID, Kinds: news.HistoryKinds, Max: lookBack})
	if err != nil {
		return span{}, err
	}
	for _, e := range events {
		if e.From == version && e.To > version && !e.ChangedAfter.IsZero() {
			t.Until, t.Over = e.ChangedAfter, true
			return t, nil
		}
	}
	return span{}, errUnknown
}
