package news

import "time"

// A Report is an event with all that a stranger needs to understand it. Its
// JSON form is the body of webhooks, of API answers and of --json.
type Report struct {
	ID      string        `json:"id"`
	Seq     Seq           `json:"seq"`
	Kind    EventKind     `json:"kind"`
	Article ReportArticle `json:"article"`
	From    *ReportEnd    `json:"from"`
	To      *ReportEnd    `json:"to"`
	// ChangedBetween is the last time the old state was seen and the first
	// time the new one was.
	ChangedBetween *[2]time.Time `json:"changed_between"`
	Edit           *Edit         `json:"edit"`
	RevertedTo     int           `json:"reverted_to,omitempty"`
	RedirectedTo   string        `json:"redirected_to,omitempty"`
	Detail         string        `json:"detail,omitempty"`
	// Pruned says that a version at an end is no longer kept, so that what
	// changed cannot be told.
	Pruned bool        `json:"pruned,omitempty"`
	Links  ReportLinks `json:"links"`

	// Old and New are the texts the edit leads from and to, for rendering.
	Old, New Text `json:"-"`
	// Edits is how many edits the report sums up.
	Edits int `json:"-"`
}

// ReportArticle is the article of a [Report].
type ReportArticle struct {
	ID       ArticleID `json:"id"`
	URL      string    `json:"url"`
	Headline string    `json:"headline"`
	Source   string    `json:"source"`
}

// ReportEnd is the version at one end of a [Report].
type ReportEnd struct {
	Version int       `json:"version"`
	Seen    time.Time `json:"seen"`
	Hash    Hash      `json:"hash"`
	// Archive is where a public archive keeps the version, once it does.
	Archive string `json:"archive,omitempty"`
}

// ReportLinks are the addresses where people read more; empty when there is
// no public address to send them to.
type ReportLinks struct {
	History string `json:"history"`
	Diff    string `json:"diff"`
	// Archive is where a public archive keeps the newer version, once it does.
	Archive string `json:"archive"`
}
