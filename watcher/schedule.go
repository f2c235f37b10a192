package watcher

import (
	"hash/fnv"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// An Age is one step of the schedule: articles younger than Under are visited
// every Every.
type Age struct {
	Under, Every time.Duration
}

// A Schedule says when to visit. The zero Schedule is not useful; start from
// [DefaultSchedule].
type Schedule struct {
	Ages   []Age         // by rising age
	Old    time.Duration // the interval beyond the last age
	Retire time.Duration // articles leave the schedule so long after their last edit
	Jitter float64       // each interval is varied by up to this share of itself

	Feed    time.Duration // the interval a feed starts with
	FeedMin time.Duration // feeds that list something new approach this
	FeedMax time.Duration // feeds that do not approach this

	Look    time.Duration // a second look comes after Look to 2*Look
	GoneFor time.Duration // how long a page that answers 404 must be missing

	BackoffMax time.Duration // failures double the interval up to this
}

// DefaultSchedule follows how articles change: of the edits of a week, four in
// five fall into the first day (GDELT Global Difference Graph, 88 million
// articles, https://blog.gdeltproject.org/), and effective corrections into
// the first ten hours (Guo et al., WWW 2022).
func DefaultSchedule() Schedule {
	const day = 24 * time.Hour
	return Schedule{
		Ages: []Age{
			{1 * time.Hour, 5 * time.Minute},
			{6 * time.Hour, 10 * time.Minute},
			{1 * day, 30 * time.Minute},
			{3 * day, 2 * time.Hour},
			{7 * day, 6 * time.Hour},
		},
		Old:        1 * day,
		Retire:     40 * day,
		Jitter:     0.1,
		Feed:       15 * time.Minute,
		FeedMin:    5 * time.Minute,
		FeedMax:    6 * time.Hour,
		Look:       60 * time.Second,
		GoneFor:    24 * time.Hour,
		BackoffMax: 12 * time.Hour,
	}
}

// interval returns how long after now an article is visited again. Its age
// counts from its last significant edit, else from its publication where that
// is known, so that an old page is not polled like news.
func (s Schedule) interval(a news.Article, now time.Time) time.Duration {
	born := a.LastEdited
	if born.IsZero() {
		born = a.FirstSeen
		if !a.Published.IsZero() && a.Published.Before(born) {
			born = a.Published
		}
	}
	every := s.Old
	for _, step := range s.Ages {
		if now.Sub(born) < step.Under {
			every = step.Every
			break
		}
	}
	return s.backoff(every, a.Polling.Failures)
}

// feedInterval returns how long after a reading a feed is visited again.
// fresh tells whether the reading listed something new; atLeast is what the
// server asked for.
func (s Schedule) feedInterval(f news.Feed, fresh bool, atLeast time.Duration) time.Duration {
	every := f.Every
	switch {
	case every == 0:
		every = s.Feed
	case fresh:
		every = every * 2 / 3
	default:
		every = every * 6 / 5
	}
	every = min(max(every, s.FeedMin), s.FeedMax)
	return max(every, min(atLeast, s.FeedMax))
}

// backoff doubles an interval for each failure after the first two, which may
// be a hiccup, up to BackoffMax; an interval that is longer anyway stays.
func (s Schedule) backoff(every time.Duration, failures int) time.Duration {
	for i := 2; i < failures && every < s.BackoffMax; i++ {
		every = min(every*2, s.BackoffMax)
	}
	return every
}

// after returns now plus every, varied so that visits spread out: by a phase
// that is the URL's own, and stable, and by the draw, a number in [0,1).
func (s Schedule) after(now time.Time, every time.Duration, url string, draw float64) time.Time {
	h := fnv.New32a()
	h.Write([]byte(url))
	phase := float64(h.Sum32()) / (1 << 32)
	vary := s.Jitter * (phase + draw - 1) // in [-Jitter, +Jitter)
	return now.Add(every + time.Duration(vary*float64(every)))
}

// retires returns when the article leaves the schedule: Retire after its last
// edit, after it was first seen, or after a person last asked for it. Its
// publication does not count: somebody who watches an old page wants it watched.
func (s Schedule) retires(a news.Article) time.Time {
	last := a.FirstSeen
	for _, t := range []time.Time{a.LastEdited, a.Armed} {
		if t.After(last) {
			last = t
		}
	}
	return last.Add(s.Retire)
}
