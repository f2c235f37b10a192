package watcher

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/watcher/extract"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// refused records an answer that is no article.
func (v *visit) refused(ctx context.Context, a news.Article, err error, now time.Time) error {
	var r *extract.Refusal
	if !errors.As(err, &r) {
		return err
	}
	a.Polling.Outcome = news.OutcomeRefused
	return v.unread(ctx, a, "the answer was "+string(r.Reason), now)
}

// failed records that no usable answer came.
func (v *visit) failed(ctx context.Context, a news.Article, err error, now time.Time) error {
	var fe *fetch.Error
	if !errors.As(err, &fe) {
		return err
	}
	if fe.Kind == fetch.Asked {
		// The host asked to wait, and we did: that is no failure.
		v.wait, v.trouble = fe.Wait, fe.Error()
		a.Polling.Next = v.next(now, fe.Wait, a.URL)
		return v.record(ctx, store.Record{Article: a})
	}
	if fe.Host == a.Polling.Host {
		v.wait = fe.Wait // a host it redirected to may ask only for itself
	}
	a.Polling.Outcome = news.OutcomeFailed
	return v.unread(ctx, a, fe.Error(), now)
}

// unread records a poll that brought no text. A held reading waits on.
func (v *visit) unread(ctx context.Context, a news.Article, detail string, now time.Time) error {
	v.trouble = detail
	ours := v.outage.ours(now)
	p, told := fail(a.Polling, detail, now, ours)
	a.Polling = p
	every := v.when.interval(a, now)
	if ours || a.Hold != nil {
		every = min(every, 2*v.when.Look)
	}
	a.Polling.Next = v.next(now, max(every, v.wait), a.URL)
	var events []news.Event
	if told {
		// A channel that watches the feed hears of the feed; one article of it
		// that cannot be read is for those who asked for that article.
		watches, err := v.store.Watching(ctx, a)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(watches, func(w news.Watch) bool { return w.Article == a.ID }) {
			events = append(events, news.Event{Kind: news.Failing, At: now, Detail: detail, ChangedAfter: p.FailingSince, ChangedBefore: now})
			a.Polling.FailureTold = true
		}
	}
	return v.record(ctx, store.Record{Article: a, Events: events})
}

const (
	// Channels are told of a failure when it has lasted for both.
	failingPolls = 6
	failingFor   = 24 * time.Hour
)

// fail returns the state after a failed poll, and whether it is time to tell
// the channels. Failures that are our own do not count.
func fail(p news.Polling, detail string, now time.Time, ours bool) (news.Polling, bool) {
	p.Last, p.Detail = now, detail
	if ours {
		p.Detail = "our own connection seems to be down"
		return p, false
	}
	if p.Failures == 0 {
		p.FailingSince = now
	}
	p.Failures++
	return p, !p.FailureTold && p.Failures >= failingPolls && now.Sub(p.FailingSince) >= failingFor
}
