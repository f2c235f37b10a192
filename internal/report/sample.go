package report

import (
	"time"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
)

// Sample returns a report of an invented edit, for trying out a channel. It
// says in every field a reader could mistake that it is a sample.
func Sample(now time.Time) news.Report {
	old := news.Text{
		Headline: "Sample: council delays bridge repair, citing cost",
		Paragraphs: []string{
			"This is a sample announcement. Nothing was edited.",
			"The bridge carries 8,000 vehicles a day, most of them on their way to the ferry.",
			"The mayor had promised in March that no jobs would go.",
		},
	}
	next := news.Text{
		Headline: "Sample: council votes to close bridge for two years",
		Paragraphs: []string{
			"This is a sample announcement. Nothing was edited.",
			"The bridge carries 11,000 vehicles a day, most of them on their way to the ferry.",
		},
	}
	e := edit.Compare(old, next)
	return news.Report{
		ID:             "sample",
		Kind:           news.Edited,
		Article:        news.ReportArticle{ID: "sample", Headline: next.Headline, Source: "editwatch (a sample)"},
		From:           &news.ReportEnd{Version: 3, Seen: now.Add(-130 * time.Minute), Hash: old.Hash()},
		To:             &news.ReportEnd{Version: 4, Seen: now, Hash: next.Hash()},
		ChangedBetween: &[2]time.Time{now.Add(-10 * time.Minute), now},
		Edit:           &e,
		Old:            old,
		New:            next,
		Edits:          1,
	}
}
