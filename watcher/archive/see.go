package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

const (
	// firstLook is after how many gaps the archive is asked first what became of a
	// job, and nextLook after how many from then on: most take half a minute, none
	// should take more than two, and some stand in a queue.
	firstLook, nextLook = 3, 6
	// jobLife is how long the archive remembers a job for sure.
	jobLife = 50 * time.Minute
	// oneHour is when the archive saves a page anew that it has just saved.
	oneHour = time.Hour
	// tooLate is how long a copy is wanted before it is given up: what is wanted
	// faster than the archive is asked must not grow for ever. It leaves room for
	// every retry.
	tooLate = 4 * 24 * time.Hour

	holdLeast = time.Minute
	holdMost  = 6 * time.Hour
)

var (
	// retries are the waits after tries that failed, lookups those after looks
	// into the index that found nothing. After the last one the copy is given up.
	retries = []time.Duration{2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}
	lookups = []time.Duration{time.Hour, 6 * time.Hour, 24 * time.Hour}
)

// see takes the next step for a copy that is due, and records what came of it.
func (r *Archiver) see(ctx context.Context, c news.Copy) error {
	log := r.log.With("article", c.Article, "version", c.Version)
	a, err := r.store.Article(ctx, c.Article)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil // deleted since, and the copy with it
	case err != nil:
		return fmt.Errorf("read article %s: %w", c.Article, err)
	case !a.Withheld.IsZero():
		giveUp(&c, "the article is withheld")
		return r.record(ctx, c)
	case time.Since(c.Wanted) > tooLate:
		giveUp(&c, cmp.Or(c.Trouble, "the archive could not be asked in time"))
		return r.record(ctx, c)
	}
	t, err := stood(ctx, r.store, a, c.Version)
	switch {
	case errors.Is(err, errUnknown):
		giveUp(&c, err.Error())
		return r.record(ctx, c)
	case err != nil:
		return fmt.Errorf("find when version %d of article %s stood: %w", c.Version, c.Article, err)
	}
	trouble := r.advance(ctx, &c, a, t)
	if ctx.Err() != nil {
		return ctx.Err() // being stopped is nobody's failure
	}
	if trouble != nil {
		log.Info("no copy at the archive yet", "state", c.State, "attempts", c.Attempts, "err", trouble, "cause", cause(trouble))
		if err := r.fail(ctx, &c, trouble); err != nil {
			return err
		}
	}
	switch c.State {
	case news.CopyKept:
		log.Info("archived", "url", c.URL)
	case news.CopyGivenUp:
		log.Info("a copy is given up", "trouble", c.Trouble)
	}
	return r.record(ctx, c)
}

// cause is what lies behind trouble, for the log.
func cause(trouble error) string {
	if err := errors.Unwrap(trouble); err != nil {
		return err.Error()
	}
	return "the archive's answer"
}

// record writes the copy, unless its article was deleted meanwhile.
func (r *Archiver) record(ctx context.Context, c news.Copy) error {
	err := r.store.RecordCopy(ctx, c)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("record a copy: %w", err)
	}
	return nil
}

// advance takes a copy one step on. An error is what kept it from that.
func (r *Archiver) advance(ctx context.Context, c *news.Copy, a news.Article, t span) error {
	switch {
	case c.State == news.CopyTaken:
		r.judge(c, a, t)
		return nil
	case c.State == news.CopyAsked:
		return r.inquire(ctx, c, a, t)
	case t.Over:
		return r.lookUp(ctx, c, a, t)
	}
	return r.save(ctx, c, a, t)
}

// save asks for a copy of the page as it stands.
func (r *Archiver) save(ctx context.Context, c *news.Copy, a news.Article, t span) error {
	job, err := r.client.Save(ctx, a.URL, time.Since(t.From))
	if err != nil {
		return err
	}
	r.holds = 0
	now := time.Now().UTC()
	if job == "" { // it has a copy from since then already
		return r.lookUp(ctx, c, a, t)
	}
	c.State, c.Job, c.Asked, c.Due = news.CopyAsked, job, now, now.Add(firstLook*r.client.o.Gap)
	return nil
}

// inquire asks what became of what the archive was asked.
func (r *Archiver) inquire(ctx context.Context, c *news.Copy, a news.Article, t span) error {
	now := time.Now().UTC()
	if now.Sub(c.Asked) > jobLife {
		lose(c, now)
		return nil
	}
	s, failed, err := r.client.Job(ctx, c.Job, a.URL)
	switch {
	case errors.Is(err, errUnknownThere):
		lose(c, now)
		return nil
	case err != nil:
		return err
	}
	r.holds = 0
	switch {
	case failed != nil:
		unask(c)
		return failed
	case s == nil:
		c.Due = time.Now().UTC().Add(nextLook * r.client.o.Gap)
		return nil
	}
	c.State, c.Job, c.Asked, c.Taken, c.URL = news.CopyTaken, "", time.Time{}, s.At, s.URL
	r.judge(c, a, t)
	return nil
}

// lose begins anew with a job that the archive does not know any more: what it
// has saved meanwhile it will name rather than save again.
func lose(c *news.Copy, now time.Time) {
	unask(c)
	wait(c, now, retries, "the archive lost track of what it was asked")
}

func unask(c *news.Copy) {
	c.State, c.Job, c.Asked, c.Taken, c.URL = news.CopyWanted, "", time.Time{}, time.Time{}, ""
}

// judge decides whether what the archive saved is the version, as far as that is
// known by now.
func (r *Archiver) judge(c *news.Copy, a news.Article, t span) {
	now := time.Now().UTC()
	switch {
	case t.covers(c.Taken):
		keep(c, now)
	case c.Taken.Before(t.From):
		unask(c)
		if wait(c, now, retries, "the archive has only a copy from before the version"); !c.Done() {
			c.Due = news.Later(c.Due, now.Add(oneHour))
		}
	case t.Over:
		unask(c)
		wait(c, now, lookups, "the page had changed, or may have, when the archive saved it")
	default: // the next poll tells
		c.Due = news.Later(a.Polling.Next, now).Add(r.client.o.Gap)
	}
}

// lookUp looks for a copy from the time in which the version stood.
func (r *Archiver) lookUp(ctx context.Context, c *news.Copy, a news.Article, t span) error {
	const none = "the archive has no copy from when the version stood"
	var s *Saved
	if t.Until.Sub(t.From) >= time.Second {
		var err error
		if s, err = r.client.Find(ctx, a.URL, t); err != nil {
			return err
		}
		r.holds = 0
	} else if t.Over {
		giveUp(c, none)
		return nil
	}
	now := time.Now().UTC()
	if s == nil {
		wait(c, now, lookups, none)
		return nil
	}
	c.Taken, c.URL = s.At, s.URL
	keep(c, now)
	return nil
}

func keep(c *news.Copy, now time.Time) {
	c.State, c.Job, c.Asked, c.Trouble = news.CopyKept, "", time.Time{}, ""
	c.Due, c.Settled = time.Time{}, now
}

func giveUp(c *news.Copy, why string) {
	unask(c)
	c.State, c.Due, c.Settled, c.Trouble = news.CopyGivenUp, time.Time{}, time.Now().UTC(), why
}

// wait counts an attempt that came to nothing, and says when the next is due:
// after the waits given, of which the last is followed by giving up.
func wait(c *news.Copy, now time.Time, waits []time.Duration, why string) {
	c.Attempts++
	if c.Attempts > len(waits) {
		giveUp(c, why)
		return
	}
	c.Due, c.Trouble = now.Add(waits[c.Attempts-1]), why
}

// fail says when the copy, and the archive as a whole, may be seen to again
// after trouble.
func (r *Archiver) fail(ctx context.Context, c *news.Copy, err error) error {
	now := time.Now().UTC()
	t, ok := errors.AsType[*Trouble](err)
	if !ok {
		t = &Trouble{text: "the archive could not be asked"}
	}
	var hold time.Time
	switch t.verdict {
	case never:
		giveUp(c, t.text)
	case tomorrow:
		if wait(c, now, retries, t.text); !c.Done() {
			c.Due = nextDay(now)
		}
	case spent:
		c.Trouble, hold = t.text, nextDay(now)
	case denied:
		c.Trouble, r.denied = t.text, true
		r.log.Error("the archive does not accept our keys; make new ones, put them in place, and start editwatch anew")
	case busy:
		// Others go first, so that what the archive fails at does not keep them.
		wait(c, now, retries, t.text)
		pause := max(t.wait, min(holdLeast<<min(r.holds, 16), holdMost))
		hold = now.Add(min(pause, 24*time.Hour))
		r.holds++
	default:
		wait(c, now, retries, t.text)
	}
	if hold.IsZero() {
		return nil
	}
	r.log.Warn("the archive is left alone for a while", "until", hold, "why", t.text)
	if err := r.store.HoldArchive(ctx, hold); err != nil {
		return fmt.Errorf("hold the archive back: %w", err)
	}
	return nil
}

// nextDay is when the archive's day has ended, which it counts in UTC.
func nextDay(now time.Time) time.Time {
	return now.Truncate(24 * time.Hour).Add(24*time.Hour + 10*time.Minute)
}
