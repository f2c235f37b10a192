package exchange

import (
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// formVersion numbers the form; see the package comment.
const formVersion = 1

// A Part says which part of the record is meant. Its zero value is all.
type Part struct {
	Since  time.Time // events from then on
	Until  time.Time // events before then; zero: no bound
	Source string    // of articles of this source
}

// timed reports whether the part is bounded in time.
func (p Part) timed() bool { return !p.Since.IsZero() || !p.Until.IsZero() }

// of reports whether an article is of the part's source.
func (p Part) of(a news.Article) bool { return p.Source == "" || a.Source == p.Source }

type headerLine struct {
	Editwatch string     `json:"editwatch"` // "history"
	Version   int        `json:"version"`
	Since     *time.Time `json:"since,omitempty"`
	Until     *time.Time `json:"until,omitempty"`
	Source    string     `json:"source,omitempty"`
}

type articleLine struct {
	Type      string       `json:"type"` // "article"
	ID        string       `json:"id"`
	Twin      bool         `json:"twin,omitempty"`
	Reading   news.Reading `json:"reading"`
	URL       string       `json:"url"`
	Source    string       `json:"source"`
	Headline  string       `json:"headline"`
	Language  string       `json:"language,omitempty"`
	Kind      string       `json:"kind,omitempty"`
	FirstSeen time.Time    `json:"first_seen"`
	Published *time.Time   `json:"published,omitempty"`
	Removed   *time.Time   `json:"removed,omitempty"`
	Retired   *time.Time   `json:"retired,omitempty"`
}

type versionLine struct {
	Type      string     `json:"type"` // "version"
	Article   string     `json:"article"`
	Number    int        `json:"number"`
	Seen      time.Time  `json:"seen"`
	Hash      news.Hash  `json:"hash"`
	Extractor string     `json:"extractor"`
	Text      news.Text  `json:"text"`
	Basis     *news.Text `json:"basis,omitempty"`   // what its edit is counted from, where that is not the version before
	Archive   string     `json:"archive,omitempty"` // where a public archive keeps it
}

type eventLine struct {
	Type           string            `json:"type"` // "event"
	Article        eventArticle      `json:"article"`
	Kind           news.EventKind    `json:"kind"`
	At             time.Time         `json:"at"`
	From           *news.ReportEnd   `json:"from"`
	To             *news.ReportEnd   `json:"to"`
	Pruned         bool              `json:"pruned,omitempty"`   // a version at an end is no longer kept,
	Versions       *[2]int           `json:"versions,omitempty"` // and these were their numbers
	ChangedBetween *[2]time.Time     `json:"changed_between"`
	Significance   news.Significance `json:"significance"` // as it was told at the time
	Classes        []news.Class      `json:"classes"`
	Noted          bool              `json:"noted"`
	Live           bool              `json:"live,omitempty"`
	RevertedTo     int               `json:"reverted_to,omitempty"`
	RedirectedTo   string            `json:"redirected_to,omitempty"`
	Detail         string            `json:"detail,omitempty"`
	Edit           *news.Edit        `json:"edit"` // as it is read today; Import does not need it
}

type eventArticle struct {
	ID       string `json:"id"`
	URL      string `json:"url"`
	Headline string `json:"headline"` // as it was after the event
	Source   string `json:"source"`
}

// An endLine is the last, by which a reader knows that the file is whole.
type endLine struct {
	Type     string `json:"type"` // "end"
	Articles int    `json:"articles"`
	Versions int    `json:"versions"`
	Events   int    `json:"events"`
}

// given is the inverse of [news.Known].
func given(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
