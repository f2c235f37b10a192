package bot

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

// TestExplain asks of articles in every state why nothing was said.
func TestExplain(t *testing.T) {
	now := time.Now().UTC()
	quiet := func(o news.Outcome, detail string) func(a *news.Article) {
		return func(a *news.Article) { a.Polling.Outcome, a.Polling.Detail = o, detail }
	}
	edited := func(change func(e *news.Event)) *news.Event {
		e := news.Event{Kind: news.Edited, At: now, From: 1, To: 2, ChangedAfter: now.Add(-time.Hour), ChangedBefore: now,
			Significance: news.Major, Classes: []news.Class{news.ClassAddition}}
		change(&e)
		return &e
	}
	tests := []struct {
		name   string
		change func(a *news.Article)
		event  *news.Event
		watch  func(w *news.Watch)
		nobody bool
		want   string
	}{
		{name: "not_modified", change: quiet(news.OutcomeNotModified, ""), want: "not modified, says the server"},
		{name: "same_bytes", change: quiet(news.OutcomeSameBytes, ""), want: "the same page, to the byte"},
		{name: "same_text", change: quiet(news.OutcomeSameText, ""), want: "the page changed, its text did not"},
		{name: "boilerplate", change: quiet(news.OutcomeSameText, "nothing differs but boilerplate that many articles of the site share"), want: "the page changed; nothing differs but boilerplate"},
		{name: "wall", change: quiet(news.OutcomeRefused, "the answer was a consent wall"), want: "The last check: the answer was a consent wall."},
		{name: "gone", change: quiet(news.OutcomeGone, "the page is missing (404)"), want: "the page is missing (404)"},
		{name: "held", change: func(a *news.Article) {
			a.Hold = &news.Hold{Reason: news.HoldHeadline, Text: news.Text{Headline: "Another"}, Since: now.Add(-time.Minute), Looks: 3}
			a.Polling.Next = now.Add(40 * time.Second)
		}, want: "seen 3 times: only the headline differs (“Another”), which may be a test. Nothing is said unless that is found again; the next look is in"},
		{name: "held_for_the_site", change: func(a *news.Article) {
			a.Hold = &news.Hold{Reason: news.HoldSite, Text: news.Text{Headline: "Another"}, Since: now.Add(-time.Minute), Looks: 1}
		}, want: "may be the site's and not the article's"},
		{name: "tested", change: func(a *news.Article) { a.Tested = []string{"One", "Two"} }, want: "under test between “One” and “Two”"},
		{name: "live", change: func(a *news.Article) { a.Live, a.LastEdited = now.Add(-8*time.Hour), now.Add(-time.Hour) }, want: "It is a live page since"},
		{name: "upgraded", change: func(a *news.Article) {
			a.Rereading = &news.Rereading{Why: news.RereadUpgrade, Text: news.Text{Headline: "h"}, Extractor: "page/9", At: now}
		}, want: "read by newer rules since"},
		{name: "redesigned", change: func(a *news.Article) {
			a.Rereading = &news.Rereading{Why: news.RereadRedesign, Text: news.Text{Headline: "h"}, Extractor: "page/9", At: now}
		}, want: "The site was redesigned"},
		{name: "live_edit", event: edited(func(e *news.Event) { e.Live = true }), want: "not told, because the page is live"},
		{name: "typography", event: edited(func(e *news.Event) { e.Significance, e.Classes = news.Typography, []news.Class{news.ClassTypography} }),
			want: "not told, because the edit is typography, and the watch wants minor and major edits"},
		{name: "minor", event: edited(func(e *news.Event) { e.Significance, e.Classes = news.Minor, []news.Class{news.ClassMinor} }),
			watch: func(w *news.Watch) { w.Min = news.MinMajor }, want: "not told, because the edit is minor, and the watch wants major edits"},
		{name: "scope", event: edited(func(*news.Event) {}), watch: func(w *news.Watch) { w.Scope = news.ScopeHeadline }, want: "the headline stayed the same"},
		{name: "paused", watch: func(w *news.Watch) { w.PausedUntil = news.Forever }, want: "is paused until it is resumed"},
		{name: "paused_for_a_while", event: edited(func(*news.Event) {}), watch: func(w *news.Watch) { w.PausedUntil = now.Add(48 * time.Hour) }, want: "not told, because the watch is paused"},
		{name: "nobody", nobody: true, want: "Nobody watches it"},
		{name: "never_changed", change: quiet(news.OutcomeNotModified, ""), want: "its text is still the one first seen"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := bolt.Open(filepath.Join(t.TempDir(), "test.db"), bolt.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			const url = "https://harbour.example/news/bridge"
			seen, err := s.Sight(t.Context(), nil, []store.Sighting{{Keys: []news.Key{news.AddressKey(news.PageReading, url)}, Article: news.Article{
				Reading: news.PageReading, URL: url, Headline: "Council votes", FirstSeen: now.Add(-day),
				Polling: news.Polling{Host: "harbour.example", Next: now.Add(time.Hour)},
			}}})
			if err != nil {
				t.Fatal(err)
			}
			a := seen[0].Article
			if !tt.nobody {
				w := news.Watch{Channel: "desk", URL: url, Article: a.ID, Pages: true, Placed: now.Add(-day)}
				if tt.watch != nil {
					tt.watch(&w)
				}
				if _, err := s.AddWatch(t.Context(), w); err != nil {
					t.Fatal(err)
				}
			}
			for n := 1; n == 1 || n == 2 && tt.event != nil; n++ {
				text := news.Text{Headline: "Council votes", Paragraphs: []string{"One.", "Two.", "Three."}[:n]}
				a.Versions, a.Hash = n, text.Hash()
				a.Polling.Last, a.Polling.LastOK = now.Add(-time.Minute), now.Add(-time.Minute)
				a.Polling.Outcome = news.OutcomeBaseline
				r := store.Record{Article: a, Version: &news.Version{Article: a.ID, Number: n, Seen: now, Hash: a.Hash, Text: text}}
				if n == 2 {
					r.Events = []news.Event{*tt.event}
				}
				if _, err := s.Record(t.Context(), r); err != nil {
					t.Fatal(err)
				}
			}
			if tt.change != nil {
				tt.change(&a)
				if _, err := s.Record(t.Context(), store.Record{Article: a}); err != nil {
					t.Fatal(err)
				}
			}
			got, err := New(s, nil, nil, Options{}).Do(t.Context(), Command{Verb: Explain, Target: url, Channel: "desk"})
			if err != nil {
				t.Fatal(err)
			}
			if all := strings.Join(got.Lines, "\n"); !strings.Contains(all, tt.want) {
				t.Errorf("%s\ndoes not say %q", all, tt.want)
			}
		})
	}
}

const day = 24 * time.Hour
