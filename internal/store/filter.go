package store

import (
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// Passes reports whether the event is one that the query's Kinds, Told,
// Classes, Least, Since and Until select. It says nothing of the other fields.
func (q EventQuery) Passes(e news.Event) bool {
	switch {
	case len(q.Kinds) > 0 && !slices.Contains(q.Kinds, e.Kind),
		q.Told && !e.Told(),
		len(q.Classes) > 0 && !slices.ContainsFunc(q.Classes, func(c news.Class) bool { return slices.Contains(e.Classes, c) }),
		e.Rank() < q.Least,
		e.At.Before(q.Since.Truncate(time.Millisecond)),
		!q.Until.IsZero() && !e.At.Before(q.Until.Truncate(time.Millisecond)):
		return false
	}
	return true
}

// AllKinds returns the kinds that Kinds and Told leave, and whether they leave
// any out.
func (q EventQuery) AllKinds() (kinds []news.EventKind, some bool) {
	switch {
	case !q.Told:
		return q.Kinds, len(q.Kinds) > 0
	case len(q.Kinds) == 0:
		return news.ToldKinds, true
	}
	for _, k := range q.Kinds {
		if slices.Contains(news.ToldKinds, k) {
			kinds = append(kinds, k)
		}
	}
	return kinds, true
}
