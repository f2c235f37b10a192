package brief_test

import (
	"fmt"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
)

func ExampleOf() {
	second := 1
	seen := time.Date(2026, 5, 3, 8, 2, 0, 0, time.UTC)
	b := brief.Of(news.Report{
		Kind:    news.Edited,
		Article: news.ReportArticle{Source: "The Harbour Post", Headline: "Bridge repair delayed"},
		From:    &news.ReportEnd{Version: 3, Seen: seen},
		To:      &news.ReportEnd{Version: 4, Seen: seen.Add(130 * time.Minute)},
		Edit: &news.Edit{
			Significance: news.Major,
			Classes:      []news.Class{news.ClassFact},
			Parts: []news.Part{{
				Part: news.WhereParagraph, Op: news.OpEdit, From: &second, To: &second, Classes: []news.Class{news.ClassFact},
				Before: "It carries 8,000 vehicles a day.", After: "It carries 11,000 vehicles a day.",
				Words: []news.Word{{Op: news.Same, Text: "It carries "}, {Op: news.Del, Text: "8,000"}, {Op: news.Ins, Text: "11,000"}, {Op: news.Same, Text: " vehicles a day."}},
			}},
		},
	}, brief.Options{})
	fmt.Println(b.Plain())
	// Output:
	// The Harbour Post · 1 paragraph
	// Bridge repair delayed
	// ¶2: It carries “8,000” → “11,000” vehicles a day.
	// facts changed, no correction note
	// Version 4, 2 h 10 min after version 3
}
