// Package archive has a public archive keep what editwatch saw: on an edit, a
// copy of the page as it is now is asked for, and one from before is looked for.
//
//	events ──follow──> copies wanted ──> due ──> the archive ──> kept, with an event
//	         the new version: asked to be saved       │          or given up, with the reason
//	         the old version: looked for              └─ later, as the store says
//
// A copy is proof only of what the page said at the archive's time of it. It
// counts for a version if its time lies between the poll that first saw the
// version and the last one that still did, and no poll between them saw anything
// else, believed or not. So a page that the archive has saved
// waits for the next poll: if that sees the same version, the copy is of it; if
// it sees another, nobody knows what the archive saw, and the copy is none. What
// was there and gone between two polls that saw the same is not noticed, here as
// everywhere.
//
// Everything is decoration. The archive is asked for one thing at a time, with a
// gap, and as slowly as it likes; what is asked, held back and given up stands in
// the store, so that a crash repeats a question at most. Nothing waits for it: a
// copy that is kept is an event, by which notify learns that there is a link to
// add.
package archive

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// Store is the part of the store that archiving uses.
type Store interface {
	store.Archive
	Article(ctx context.Context, id news.ArticleID) (news.Article, error)
	Version(ctx context.Context, article news.ArticleID, number int) (news.Version, error)
	Events(ctx context.Context, q store.EventQuery) ([]news.Event, error)
	Signal() (changed <-chan struct{}, stop func())
}

// Options say how an [Archiver] works. Zero fields take the default.
type Options struct {
	// Least is the least significance of an edit whose versions are wanted. The
	// default is [news.Minor]: a quotation mark is not worth others' work.
	Least  news.Significance
	Logger *slog.Logger // nil: silent
}

const (
	// stale is the age from which an edit is not archived any more: the archive
	// was switched off, or nobody followed. What the page says now is another
	// matter by then.
	stale = 24 * time.Hour
	// batch is how many events are read at once.
	batch = 100
	// oldLater lets the new version go first: its page may change again.
	oldLater = time.Minute
	// storeWait is the wait after the store failed.
	storeWait = 30 * time.Second
)

// An Archiver follows the events and sees to the copies.
type Archiver struct {
	store  Store
	client *Client
	opts   Options
	log    *slog.Logger
	holds  int  // how often in a row the archive was held back
	denied bool // it does not accept our keys, and is asked no more
}

// New returns an Archiver for what s keeps. It does nothing until Run.
func New(s Store, c *Client, o Options) *Archiver {
	if o.Least == news.None {
		o.Least = news.Minor
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Archiver{store: s, client: c, opts: o, log: o.Logger}
}

// Run follows and asks until ctx ends, and then returns nil. Trouble with the
// store is logged and tried again.
func (r *Archiver) Run(ctx context.Context) error {
	changed, stop := r.store.Signal()
	defer stop()
	for {
		wait, err := r.step(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			r.log.Error("archiving has to wait for the store", "err", err)
			if !sleep(ctx, storeWait, nil) {
				return nil
			}
			continue
		}
		if !sleep(ctx, wait, changed) {
			return nil
		}
	}
}

// sleep waits until wait has passed, which a negative one never has, or changed
// receives. It returns false if ctx ended.
func sleep(ctx context.Context, wait time.Duration, changed <-chan struct{}) bool {
	var timer <-chan time.Time
	if wait >= 0 {
		timer = time.After(wait)
	}
	select {
	case <-ctx.Done():
		return false
	case <-timer:
	case <-changed:
	}
	return true
}

// step follows the events and sees to one copy, if one is due. It returns how
// long nothing more will be due, or a negative wait if nothing is.
func (r *Archiver) step(ctx context.Context) (wait time.Duration, err error) {
	if err := r.follow(ctx); err != nil {
		return 0, fmt.Errorf("follow the events: %w", err)
	}
	if r.denied {
		return -1, nil
	}
	c, at, err := r.store.NextCopy(ctx)
	switch {
	case errors.Is(err, store.ErrNothing):
		return -1, nil
	case err != nil:
		return 0, fmt.Errorf("find the next copy: %w", err)
	}
	if wait := time.Until(at); wait > 0 {
		return wait, nil
	}
	return 0, r.see(ctx, c)
}

// follow notes which versions are wanted for the events since it was last here.
func (r *Archiver) follow(ctx context.Context) error {
	for {
		after, err := r.store.Followed(ctx)
		if err != nil {
			return err
		}
		events, err := r.store.Events(ctx, store.EventQuery{After: after, Oldest: true, Max: batch})
		if err != nil || len(events) == 0 {
			return err
		}
		var copies []news.Copy
		for _, e := range events {
			wanted, err := r.wanted(ctx, e)
			if err != nil {
				return err
			}
			copies = append(copies, wanted...)
		}
		if err := r.store.Want(ctx, events[len(events)-1].Seq, copies); err != nil {
			return err
		}
		if len(events) < batch {
			return nil
		}
	}
}

// wanted returns the copies that are wanted because of an event.
func (r *Archiver) wanted(ctx context.Context, e news.Event) ([]news.Copy, error) {
	now := time.Now().UTC()
	if e.Article == "" || e.From == 0 || e.From == e.To || e.Imported || now.Sub(e.At) > stale {
		return nil, nil
	}
	// A live page would use up alone what the archive allows for a page and day.
	everything := news.Watch{Min: news.MinAny}
	if ok, _ := everything.Wants(e, now); !ok || e.Rank() < r.opts.Least {
		return nil, nil
	}
	a, err := r.store.Article(ctx, e.Article)
	if errors.Is(err, store.ErrNotFound) || err == nil && a.Reading != news.PageReading {
		return nil, nil // a copy of the page proves nothing of what a feed said
	}
	if err != nil {
		return nil, err
	}
	r.log.Debug("copies are wanted", "article", a.ID, "event", e.Seq)
	return []news.Copy{
		{Article: a.ID, Version: e.To, State: news.CopyWanted, Wanted: now, Due: now},
		{Article: a.ID, Version: e.From, State: news.CopyWanted, Wanted: now, Due: now.Add(oldLater)},
	}, nil
}
