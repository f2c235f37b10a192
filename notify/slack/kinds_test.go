package slack

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/slack"
	"github.com/editwatch/editwatch/notify"
	"github.com/editwatch/editwatch/notify/notifytest"
)

// before is an article, as it stood.
var before = news.Text{
	Headline:   "Council delays bridge repair, citing cost",
	Standfirst: "The crossing will stay open for now.",
	Paragraphs: []string{
		"The council voted on Monday to put off the repair of the harbour bridge.",
		"The bridge carries 8,000 vehicles a day, most of them from the north shore, and was last repaired in 1987.",
		"Engineers had warned in May that two of its piers were cracked.",
		"“We cannot pay for what we do not have,” the treasurer, Ann Moor, told the meeting.",
		"The mayor had promised in March that no jobs would go.",
		"A second reading is due in the autumn, when the budget is known.",
	},
}

// becomes returns the article with some of it otherwise: pairs of a text and what
// it becomes. An empty text adds a paragraph at the end, an empty successor takes
// the paragraph away.
func becomes(pairs ...string) news.Text {
	t := before
	t.Paragraphs = append([]string(nil), before.Paragraphs...)
	for i := 0; i < len(pairs); i += 2 {
		from, to := pairs[i], pairs[i+1]
		t.Headline = strings.Replace(t.Headline, from, to, btoi(from != ""))
		t.Standfirst = strings.Replace(t.Standfirst, from, to, btoi(from != ""))
		if from == "" {
			t.Paragraphs = append(t.Paragraphs, to)
			continue
		}
		var kept []string
		for _, p := range t.Paragraphs {
			if p = strings.Replace(p, from, to, 1); p != "" {
				kept = append(kept, p)
			}
		}
		t.Paragraphs = kept
	}
	return t
}

func btoi(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// told is the announcement of an event by which the article became another.
func told(kind news.EventKind, after news.Text, change func(*news.Report)) notify.Announcement {
	at := func(hour, minute int) time.Time { return time.Date(2026, 5, 3, hour, minute, 0, 0, time.UTC) }
	r := news.Report{
		ID: "e7", Seq: 7, Kind: kind, Edits: 1, Old: before, New: after,
		Article:        news.ReportArticle{ID: "a1", URL: "https://harbour.example/bridge", Headline: after.Headline, Source: "The Harbour Post"},
		From:           &news.ReportEnd{Version: 3, Seen: at(8, 2)},
		To:             &news.ReportEnd{Version: 4, Seen: at(10, 12)},
		ChangedBetween: &[2]time.Time{at(10, 2), at(10, 12)},
		Links:          news.ReportLinks{History: "https://edits.example/a1", Diff: "https://edits.example/a1/3/4", Archive: "https://archive.example/1"},
	}
	if e := edit.Compare(before, after); len(e.Parts) > 0 {
		r.Edit = &e
	} else {
		r.To, r.Links.Diff = nil, ""
	}
	if change != nil {
		change(&r)
	}
	a := notifytest.Announce(r)
	if !kind.Notice() {
		a.Buttons = []news.Button{
			{Label: "History", Token: news.Action{Verb: "history", Target: "a1"}.Token()},
			{Label: "Side by side", URL: r.Links.Diff},
			{Label: "Mute article", Token: news.Action{Verb: "mute", Target: "a1"}.Token()},
		}
	}
	return a
}

// kinds are one announcement of each kind.
func kinds() []struct {
	name string
	a    notify.Announcement
} {
	note := "Correction: an earlier version of this article misstated the number of vehicles."
	rewrite := becomes(before.Headline, "Bridge to close for two years", "The council voted on Monday to put off the repair of the harbour bridge.",
		"Work on the harbour bridge begins in June and will take two years, the council decided in a late sitting.",
		"A second reading is due in the autumn, when the budget is known.", "Ferries will run every ten minutes from the first of June.")
	digest := brief.Digest("editwatch", "5 edits of 3 articles", "https://edits.example/",
		brief.Item{Name: "The Harbour Post · Mayor's brother wins contract", Said: "article removed", Link: "https://edits.example/articles/a3"},
		brief.Item{Name: "The Harbour Post · Council votes to close bridge", Said: "headline and 2 paragraphs (3 edits)", Link: "https://edits.example/articles/a1"},
		brief.Item{Name: "Ferry timetable changes", Said: "1 paragraph"})
	digest.When = []string{"between 09:00 and 10:00 UTC"}
	digest.Links = []brief.Link{{Label: "Recent edits", URL: "https://edits.example/"}}
	return []struct {
		name string
		a    notify.Announcement
	}{
		{"headline", told(news.Edited, becomes("delays", "puts off"), nil)},
		{"headline written anew", told(news.Edited, becomes(before.Headline, "Bridge to close for two years"), nil)},
		{"fact", told(news.Edited, becomes("8,000", "11,000"), nil)},
		{"fact, noted", told(news.Edited, becomes("8,000", "11,000", "", note), nil)},
		{"correction", told(news.Edited, becomes("", note), nil)},
		{"addition", told(news.Edited, becomes("", "“We were not asked,” the harbour master said on Tuesday."), nil)},
		{"removal", told(news.Edited, becomes("The mayor had promised in March that no jobs would go.", ""), nil)},
		{"rewrite", told(news.Edited, rewrite, nil)},
		{"minor", told(news.Edited, becomes("is due", "is expected"), nil)},
		{"several edits in one", told(news.Edited, becomes("8,000", "11,000", "two of its piers", "three of its piers"), func(r *news.Report) { r.Edits = 2; r.To.Version = 5 })},
		{"removed", told(news.Removed, before, func(r *news.Report) { r.Detail = "410 Gone" })},
		{"returned", told(news.Returned, becomes("8,000", "11,000"), nil)},
		{"reverted", told(news.Reverted, becomes("8,000", "11,000"), func(r *news.Report) { r.RevertedTo = 2 })},
		{"testing", told(news.Testing, becomes(before.Headline, "Bridge to close for two years"), nil)},
		{"redirected", told(news.Redirected, before, func(r *news.Report) { r.RedirectedTo = "https://harbour.example/local/bridge" })},
		{"testing, of which there are no versions", told(news.Testing, before, func(r *news.Report) { r.Detail = "“Council delays bridge repair” and “Bridge to close”" })},
		{"live", told(news.Live, before, nil)},
		{"retired", told(news.Retired, before, nil)},
		{"failing", told(news.Failing, before, func(r *news.Report) { r.From, r.Detail = nil, "the site answers 503" })},
		{"recovered", told(news.Recovered, before, func(r *news.Report) { r.From = nil })},
		{"digest", notify.Announcement{Delivery: news.Delivery{ID: "d8", Kind: news.Post, Channel: "desk"}, Brief: digest}},
	}
}

// TestKindsGolden shows each kind of announcement as a phone would, and what its
// notification says.
func TestKindsGolden(t *testing.T) {
	var got strings.Builder
	for _, k := range kinds() {
		m := render(k.a)
		body, err := json.Marshal(m.Webhook())
		if err != nil {
			t.Fatal(err)
		}
		if err := chattest.CheckSlack("webhook", body); err != nil {
			t.Errorf("%s: %v", k.name, err)
		}
		fmt.Fprintf(&got, "=== %s\n%s\n--- spoken\n%s\n\n", k.name, drawn(t, m), wrapped(m.Text))
	}
	const file = "testdata/kinds.txt"
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got.String()); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// drawn is a message as it is read: ~~struck~~, **bold**, links with their
// address, small print behind a bar.
func drawn(t *testing.T, m slack.Message) string {
	t.Helper()
	data, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	type element struct {
		Type, URL string
		Text      json.RawMessage
		Style     json.RawMessage
		Elements  []element
	}
	var blocks []element
	if err := json.Unmarshal(data, &blocks); err != nil {
		t.Fatal(err)
	}
	words := func(raw json.RawMessage) (s string) {
		var object struct{ Text string }
		if json.Unmarshal(raw, &s) != nil && json.Unmarshal(raw, &object) == nil {
			s = object.Text
		}
		return s
	}
	var out []string
	for _, b := range blocks {
		var line strings.Builder
		for i, e := range b.Elements {
			switch b.Type {
			case "rich_text":
				for _, run := range e.Elements {
					var style struct{ Strike, Bold bool }
					json.Unmarshal(run.Style, &style)
					mark := strings.Repeat("~~", btoi(style.Strike)) + strings.Repeat("**", btoi(style.Bold))
					line.WriteString(mark + words(run.Text) + mark)
					if run.URL != "" {
						line.WriteString(" (" + run.URL + ")")
					}
				}
			case "actions":
				line.WriteString(strings.Repeat(" ", min(i, 1)) + "[" + words(e.Text) + "]" + words(e.Style))
			default:
				line.WriteString(strings.Repeat("  ", min(i, 1)) + words(e.Text))
			}
		}
		s := wrapped(line.String())
		if b.Type == "context" {
			s = "| " + strings.ReplaceAll(s, "\n", "\n| ")
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

// phone is how many characters a phone shows in a line, about.
const phone = 48

// wrapped breaks lines between words as a phone does.
func wrapped(s string) string {
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		at := ""
		for i, word := range strings.Split(line, " ") {
			if i > 0 && brief.Len(at)+1+brief.Len(word) > phone {
				out, at = append(out, at), word
				continue
			}
			if i > 0 {
				at += " "
			}
			at += word
		}
		out = append(out, at)
	}
	return strings.Join(out, "\n")
}
