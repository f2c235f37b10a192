package exchange

import (
	"context"
	"errors"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

// eachEvent gives the lines of the events of articles in a part to fn, oldest
// first, some at a time, with the number of the last event looked at. What takes
// time is to find out what each edit changed, so the lines of a time are made at
// once.
func eachEvent(ctx context.Context, s Source, part Part, sp span, fn func(lines []eventLine, last news.Seq) error) error {
	// An event's source in the store is what it was called at the time.
	q := store.EventQuery{Kinds: news.HistoryKinds, Since: part.Since, Until: part.Until, Oldest: true, Before: sp.through + 1, Max: eventPage}
	for {
		events, err := s.Events(ctx, q)
		if err != nil || len(events) == 0 {
			return err
		}
		lines, err := eventLines(ctx, s, part, events)
		if err != nil {
			return err
		}
		q.After = events[len(events)-1].Seq
		if err := fn(lines, q.After); err != nil || len(events) < q.Max {
			return err
		}
	}
}

// eventLines makes the lines of those of the events that are in the part.
func eventLines(ctx context.Context, s Source, part Part, events []news.Event) ([]eventLine, error) {
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	lines := make([]eventLine, len(events))
	for i, e := range events {
		group.Go(func() error {
			wanted, err := part.wants(gctx, s, e)
			if err == nil && wanted {
				lines[i], err = eventOf(gctx, s, e)
			}
			if errors.Is(err, store.ErrNotFound) {
				return nil // deleted since the list was read
			}
			return err
		})
	}
	err := group.Wait()
	return slices.DeleteFunc(lines, func(l eventLine) bool { return l.Type == "" }), err
}

// wants reports whether an event of the time is in the part.
func (p Part) wants(ctx context.Context, s Source, e news.Event) (bool, error) {
	if e.Article == "" || p.Source == "" {
		return e.Article != "", nil
	}
	a, err := s.Article(ctx, e.Article)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil && p.of(a), err
}

// eventOf makes the line of an event.
func eventOf(ctx context.Context, s Source, e news.Event) (eventLine, error) {
	a, err := s.Article(ctx, e.Article)
	if err != nil {
		return eventLine{}, err
	}
	name, _, err := nameOf(ctx, s, a)
	if err != nil {
		return eventLine{}, err
	}
	rep, err := report.Of(ctx, s, []news.Event{e}, report.Links{})
	if err != nil && !errors.Is(err, store.ErrNotFound) { // a version that was pruned leaves the rest
		return eventLine{}, err
	}
	classes := e.Classes
	if classes == nil {
		classes = []news.Class{}
	}
	line := eventLine{
		Type:    "event",
		Article: eventArticle{name, rep.Article.URL, rep.Article.Headline, rep.Article.Source},
		Kind:    e.Kind, At: e.At.UTC(), From: rep.From, To: rep.To, Pruned: rep.Pruned, ChangedBetween: rep.ChangedBetween,
		Significance: e.Significance, Classes: classes, Noted: e.Noted, Live: e.Live,
		RevertedTo: e.RevertedTo, RedirectedTo: e.RedirectedTo, Detail: e.Detail, Edit: rep.Edit,
	}
	if rep.Pruned {
		line.Versions = &[2]int{e.From, e.To}
	}
	return line, nil
}
