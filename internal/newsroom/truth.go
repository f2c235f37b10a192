package newsroom

import (
	"slices"
	"time"
)

// ChangeKind says what was done to an article.
type ChangeKind string

const (
	Published ChangeKind = "published" // not an event for a watcher, but where its baseline comes from
	Edited    ChangeKind = "edited"
	Removed   ChangeKind = "removed"
	Returned  ChangeKind = "returned" // Before and After are the texts around the gap
	Reverted  ChangeKind = "reverted" // After is the text of an earlier version
	Renamed   ChangeKind = "renamed"  // the old address redirects to URL
	Testing   ChangeKind = "testing"  // two headlines alternate: those of Before and After
	TestEnded ChangeKind = "test-ended"
)

// A Change is something the newsroom really did. Its JSON form has one object
// a change, for scorers in other processes.
type Change struct {
	N       int        `json:"n"` // numbered from 1 in the order they were done
	At      time.Time  `json:"at"`
	Kind    ChangeKind `json:"kind"`
	Outlet  string     `json:"outlet"`            // the outlet's slug
	URL     string     `json:"url"`               // the article's address after the change
	WasURL  string     `json:"was_url,omitempty"` // Renamed: the address before
	Version int        `json:"version"`           // the number of After among the article's texts, from 1
	// RevertedTo is the version whose text stands again.
	RevertedTo int `json:"reverted_to,omitempty"`
	// Status is what a removed article is answered with: 404, 410, or 302.
	Status int    `json:"status,omitempty"`
	Label  string `json:"label,omitempty"` // what the change does, in a few words
	// Classes are those of an edit by a story, most significant first; an edit
	// by a function has those it was given.
	Classes      []string `json:"classes,omitempty"`
	Significance string   `json:"significance"` // major, minor, typography; none for what nobody need be told
	Noted        bool     `json:"noted"`        // a fact changed, and a correction note says so
	Before       Text     `json:"before"`
	After        Text     `json:"after"`
}

// Truth returns everything the newsroom did so far, in order. Noise and faults
// are not in it: nobody should hear of them.
func (n *Newsroom) Truth() []Change {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.truth)
}

// significance ranks the classes of an edit as editwatch does.
func significance(classes []string) string {
	rank := "none"
	for _, c := range classes {
		switch c {
		case "minor", "reorder":
			rank = "minor"
		case "typography":
			if rank == "none" {
				rank = "typography"
			}
		default:
			return "major"
		}
	}
	return rank
}

// log appends a change of a. The caller holds n.mu and has set what is
// particular to the change.
func (a *Article) log(c Change) Change {
	n := a.outlet.room
	c.N = len(n.truth) + 1
	c.At = time.Now().UTC()
	c.Outlet = a.outlet.Slug
	c.URL = a.url()
	c.Version = len(a.versions)
	c.Before = c.Before.Clone()
	c.After = c.After.Clone()
	c.Noted = slices.Contains(c.Classes, "fact") && slices.Contains(c.Classes, "correction")
	switch c.Kind {
	case Published, TestEnded:
		c.Significance = "none"
	case Edited:
		c.Significance = significance(c.Classes)
	default:
		c.Significance = "major"
	}
	n.truth = append(n.truth, c)
	n.log.Debug("newsroom", "n", c.N, "kind", c.Kind, "url", c.URL, "label", c.Label, "classes", c.Classes, "headline", c.After.Headline)
	return c
}
