package news

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// ChannelName names a Slack or Discord place, a webhook or the console: the
// name a channel has in the configuration, or platform and ID for one that
// was met in chat ("slack:C0123456789").
type ChannelName string

// WatchID is the short name people use for a watch: "w7". It is never reused.
type WatchID string

// A Watch is a channel's standing wish to hear of a feed or an article.
type Watch struct {
	ID      WatchID
	Channel ChannelName
	URL     string // as it was given

	// Feed or Article is what is watched. Both are empty until the URL was
	// read for the first time.
	Feed    FeedID
	Article ArticleID

	Label string // what people call it; the feed's title or the headline unless set
	Scope Scope
	Min   Min
	Pages bool // false: the feed's own titles and summaries only

	// Mention is whom announcements name: a role (Discord) or a user group
	// (Slack), by the platform's own ID. Empty is nobody.
	Mention string
	// Include and Exclude choose by words; see [Watch.WantsWords].
	Include, Exclude []string

	// Server is the platform's ID of the server or workspace that the channel
	// belongs to, and By of the person who placed the watch. Both are empty
	// where there is none.
	Server, By string

	Placed      time.Time
	After       Seq       // it hears only of later events
	PausedUntil time.Time // zero: not paused; Forever: until resumed
	FromFile    bool      // it stands in the configuration file

	// Trouble says in a sentence why the URL could not be read yet; NextTry
	// is when it is tried again. Both are empty once it was.
	Trouble string
	NextTry time.Time
	Tries   int
}

// Forever is the PausedUntil of a watch that is paused until it is resumed.
var Forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Owned reports whether who runs editwatch placed the watch, in the
// configuration or on the command line, and nobody in a chat.
func (w Watch) Owned() bool { return w.Server == "" }

// Limited reports whether limits on what a feed may list hold for the one that
// these watches are of: only chats watch it.
func Limited(of []Watch) bool {
	return len(of) > 0 && !slices.ContainsFunc(of, Watch.Owned)
}

// Paused reports whether the watch hears of nothing at the time.
func (w Watch) Paused(now time.Time) bool { return now.Before(w.PausedUntil) }

// Wants reports whether the watch wants to hear of e, and if not, why, in
// words that complete "nothing was said because …".
//
// It is the one rule for planning and for explaining. Events other than
// edits are wanted whatever the watch's scope and min, which choose among
// edits; only the retirement of one article of a feed is nobody's news.
func (w Watch) Wants(e Event, now time.Time) (ok bool, why string) {
	switch {
	case e.Seq <= w.After:
		return false, "it happened before the watch was placed or resumed"
	case e.Imported:
		return false, "it was imported from another record"
	case w.Paused(now):
		return false, "the watch is paused"
	case e.Kind == Retired && w.Article == "":
		return false, "articles of a feed retire without a word"
	case e.Kind == Archived:
		return false, "where a version is archived is added to what was said of it"
	case e.Kind != Edited && e.Kind != Reverted:
		return true, ""
	case e.Live && !slices.ContainsFunc(e.Classes, func(c Class) bool {
		return c == ClassHeadline || c == ClassFact || c == ClassCorrection
	}):
		return false, "the page is live, and only its headline, facts and corrections are told"
	case e.Kind == Edited && e.Significance < w.Min.Significance():
		return false, fmt.Sprintf("the edit is %s, and the watch wants %s edits", e.Significance, w.Min.Phrase())
	}
	headline := slices.Contains(e.Classes, ClassHeadline)
	other := slices.ContainsFunc(e.Classes, func(c Class) bool { return c != ClassHeadline })
	switch {
	case w.Scope == ScopeHeadline && !headline:
		return false, "the headline stayed the same, and the watch wants headlines only"
	case w.Scope == ScopeParagraphs && headline && !other:
		return false, "only the headline changed, and the watch wants paragraphs only"
	}
	return true, ""
}

// Scope says which edits a watch wants. The zero value wants all.
type Scope string

const (
	ScopeAll        Scope = "all"
	ScopeHeadline   Scope = "headline"
	ScopeParagraphs Scope = "paragraphs"
)

// ParseScope reads a scope. The empty string is ScopeAll.
func ParseScope(s string) (Scope, error) {
	switch sc := Scope(strings.ToLower(s)); sc {
	case "":
		return ScopeAll, nil
	case ScopeAll, ScopeHeadline, ScopeParagraphs:
		return sc, nil
	}
	return "", fmt.Errorf("scope is one of headline, paragraphs, all; not %q", typed(s))
}

// Min is the least significance of the edits a watch wants. The zero value is
// MinMinor.
type Min string

const (
	MinAny   Min = "any"
	MinMinor Min = "minor" // everything but typography
	MinMajor Min = "major"
)

// ParseMin reads a min. The empty string is MinMinor.
func ParseMin(s string) (Min, error) {
	switch m := Min(strings.ToLower(s)); m {
	case "":
		return MinMinor, nil
	case MinAny, MinMinor, MinMajor:
		return m, nil
	}
	return "", fmt.Errorf("min is one of any, minor, major; not %q", typed(s))
}

// Significance returns the least significance that passes.
func (m Min) Significance() Significance {
	switch m {
	case MinAny:
		return Typography
	case MinMajor:
		return Major
	}
	return Minor
}

// Phrase returns the min as it reads before "edits".
func (m Min) Phrase() string {
	switch m {
	case MinAny:
		return "all"
	case MinMajor:
		return "major"
	}
	return "minor and major"
}
