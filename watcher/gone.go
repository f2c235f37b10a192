package watcher

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// gone410 is the detail of a page that says itself that it is gone for good.
const gone410 = "410"

// missing reports whether the error says that the page is not there, and how.
func missing(err error) (detail string, ok bool) {
	var fe *fetch.Error
	if !errors.As(err, &fe) {
		return "", false
	}
	switch fe.Status {
	case 404:
		return "404", true
	case 410:
		return gone410, true
	}
	return "", false
}

// gone records that the page is missing, and tells it when it has been missing
// long enough.
func (v *visit) gone(ctx context.Context, a news.Article, detail string, now time.Time) error {
	a.Polling.Last, a.Polling.Outcome = now, news.OutcomeGone
	a.Polling.Detail = "the page is missing (" + detail + ")"
	if a.Versions == 0 {
		// Never read: as good as a failure, and told as one.
		return v.unread(ctx, a, "the page is missing ("+detail+")", now)
	}
	// The host answered, about this page: that is no failure.
	a.Polling.Failures, a.Polling.FailingSince = 0, time.Time{}
	if !a.Removed.IsZero() {
		a.Polling.Next = v.next(now, v.when.Old, a.URL)
		return v.record(ctx, store.Record{Article: a})
	}
	believed, h := judgeGone(a, detail, now, v.when)
	a.Hold = h
	if !believed {
		a.Polling.Next = now.Add(nextLook(a, *h, v.when, rand.Float64()))
		return v.record(ctx, store.Record{Article: a})
	}
	a.Hold, a.Removed = nil, now
	a.Polling.Next = v.next(now, v.when.Old, a.URL)
	v.log.Info("removed", "article", a.ID, "detail", detail)
	return v.record(ctx, store.Record{Article: a, Events: []news.Event{{
		Kind: news.Removed, At: now, From: a.Versions, To: a.Versions,
		ChangedAfter: h.After, ChangedBefore: h.Since, Significance: news.Major, Detail: detail,
	}}})
}

// returned returns the event of an article that was removed and is there again
// as it was.
func (v *visit) returned(a *news.Article, now time.Time) news.Event {
	e := news.Event{
		Kind: news.Returned, At: now, From: a.Versions, To: a.Versions,
		ChangedAfter: a.Removed, ChangedBefore: now, Significance: news.Major,
	}
	a.Removed = time.Time{}
	return e
}

// retire takes the article off the schedule and says so.
func (v *visit) retire(ctx context.Context, a news.Article, now time.Time) error {
	a.Retired, a.Polling.Next, a.Hold = now, time.Time{}, nil
	return v.record(ctx, store.Record{Article: a, DropPage: true, Events: []news.Event{{
		Kind: news.Retired, At: now, From: a.Versions, To: a.Versions, Significance: news.Minor,
	}}})
}
