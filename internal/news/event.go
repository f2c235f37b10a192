package news

import (
	"slices"
	"strconv"
	"time"
)

// Seq numbers events in the order they were recorded, from 1.
type Seq uint64

// EventKind says what happened.
type EventKind string

const (
	Edited     EventKind = "edited"
	Removed    EventKind = "removed"    // the page is gone, and was looked for again
	Returned   EventKind = "returned"   // it came back, perhaps edited
	Reverted   EventKind = "reverted"   // the text of an earlier version stands again
	Testing    EventKind = "testing"    // two headlines alternate
	Redirected EventKind = "redirected" // it moved to another address
	Retired    EventKind = "retired"    // it is no longer checked
	Live       EventKind = "live"       // it became a live page: most of its edits are no longer told
	Failing    EventKind = "failing"    // a notice: it cannot be read
	Recovered  EventKind = "recovered"  // a notice: it can be read again
	Archived   EventKind = "archived"   // a public archive keeps the version that From and To name
)

// Notice reports whether events of this kind speak of the watching, not of
// the article.
func (k EventKind) Notice() bool { return k == Failing || k == Recovered }

// ToldKinds are the kinds of events that readers of an article want to know
// of. The others are about the watching and the record.
var ToldKinds = []EventKind{Edited, Removed, Returned, Reverted, Testing, Redirected, Live}

// HistoryKinds are the kinds of events that make up an article's history. That
// an archive keeps a version is said beside the version.
var HistoryKinds = append(slices.Clone(ToldKinds), Retired, Failing, Recovered)

// An Event is something about an article worth telling. Failing and Recovered
// may concern a feed instead.
type Event struct {
	Seq     Seq
	Kind    EventKind
	Article ArticleID // empty when it concerns a feed
	Feed    FeedID    // empty when it concerns an article
	At      time.Time // when it was recorded

	// From and To number the versions between which the text changed; equal or
	// zero when no text changed.
	From, To int
	// ChangedAfter and ChangedBefore are the last poll that saw the old state
	// and the first that saw the new one: the change happened between them.
	ChangedAfter, ChangedBefore time.Time

	// A summary of the edit, so that lists need no texts.
	Significance Significance
	Classes      []Class
	Noted        bool
	// Live says that the article was a live page at the time: its edits are
	// announced only where the headline, a fact or a correction changed.
	Live bool

	RevertedTo   int    // Reverted: the version whose text stands again
	RedirectedTo string // Redirected: the new address
	Detail       string // Failing, Removed, Testing: a few words for people

	// Imported says that another record told of it, and that nobody is to be told
	// now.
	Imported bool
}

// ID returns the event's public name, constant for as long as it is kept.
func (e Event) ID() string { return "e" + strconv.FormatUint(uint64(e.Seq), 10) }

// Told reports whether the event belongs in lists and feeds of edits: it says
// something about an article that its readers want to know.
func (e Event) Told() bool { return e.Article != "" && slices.Contains(ToldKinds, e.Kind) }

// Rank is how much the event matters: as much as its edit does, and major where
// something else than the text changed. What is about the watching has none.
func (e Event) Rank() Significance {
	if e.Significance == None && e.Kind != Edited && slices.Contains(ToldKinds, e.Kind) {
		return Major
	}
	return e.Significance
}
