package exchange

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

func (in *importer) event(ctx context.Context, l eventLine) error {
	switch {
	case l.Article.ID == "" || l.At.IsZero():
		return errors.New("an event needs an article and a time")
	case !slices.Contains(news.HistoryKinds, l.Kind):
		return fmt.Errorf("there is no event of the kind %.40q", l.Kind)
	case l.RedirectedTo != "" && !isAddress(l.RedirectedTo):
		return errors.New("an article is redirected to a web address; this one is not")
	}
	if err := in.flushArticles(ctx); err != nil {
		return err
	}
	l.Edit = nil // may be long, and is not needed
	in.events = append(in.events, l)
	if len(in.events) < batchEvents {
		return nil
	}
	return in.flushEvents(ctx)
}

// A mark is what makes an event the same in two records.
type mark struct {
	kind     news.EventKind
	at       int64 // in milliseconds
	from, to int
}

func markOf(e news.Event) mark { return mark{e.Kind, e.At.UnixMilli(), e.From, e.To} }

// flushEvents records the events that were read and are not here yet.
func (in *importer) flushEvents(ctx context.Context) error {
	here := make(map[news.ArticleID]map[mark]bool)
	var missing []news.Event
	for _, l := range in.events {
		if in.left[l.Article.ID] {
			continue
		}
		a, err := in.find(ctx, l.Article.ID)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no article %.40q before this event", l.Article.ID)
		}
		if err != nil {
			return err
		}
		if here[a.ID] == nil {
			if here[a.ID], err = marks(ctx, in.t, a.ID); err != nil {
				return err
			}
		}
		e := in.eventOf(l, a)
		if here[a.ID][markOf(e)] {
			continue
		}
		missing = append(missing, e)
	}
	if len(missing) > 0 {
		if err := in.t.RecordImported(ctx, missing); err != nil {
			return err
		}
	}
	in.totals.Events += len(missing)
	in.events = in.events[:0]
	in.tick()
	return nil
}

// marks returns the events of an article that are here.
func marks(ctx context.Context, t Target, id news.ArticleID) (map[mark]bool, error) {
	out := make(map[mark]bool)
	for q := (store.EventQuery{Article: id, Oldest: true, Withheld: true, Max: 1000}); ; {
		events, err := t.Events(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			out[markOf(e)] = true
		}
		if len(events) < q.Max {
			return out, nil
		}
		q.After = events[len(events)-1].Seq
	}
}

// eventOf makes the event of a line as it is here. Versions that are not here
// have no numbers.
func (in *importer) eventOf(l eventLine, a news.Article) news.Event {
	e := news.Event{
		Kind: l.Kind, Article: a.ID, At: l.At.UTC(),
		Significance: l.Significance, Classes: l.Classes, Noted: l.Noted, Live: l.Live,
		RedirectedTo: l.RedirectedTo, Detail: l.Detail,
	}
	if len(e.Classes) == 0 {
		e.Classes = nil
	}
	if l.ChangedBetween != nil {
		e.ChangedAfter, e.ChangedBefore = l.ChangedBetween[0].UTC(), l.ChangedBetween[1].UTC()
	}
	number := func(n int) int {
		if n -= in.shift[l.Article.ID]; n < 1 || n > a.Versions {
			return 0
		}
		return n
	}
	switch {
	case l.Versions != nil && in.shift[l.Article.ID] == 0:
		e.From, e.To = number(l.Versions[0]), number(l.Versions[1])
	case l.To != nil:
		e.To = number(l.To.Version)
		e.From = e.To
		if l.From == nil {
			break
		}
		if e.From = number(l.From.Version); e.From == 0 {
			e.To = 0
		}
	}
	if l.RevertedTo != 0 {
		e.RevertedTo = number(l.RevertedTo)
	}
	return e
}
