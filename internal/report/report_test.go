package report_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

var day = time.Date(2026, 5, 3, 0, 0, 0, 0, time.UTC)

func at(hour, minute int) time.Time {
	return day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// texts are the versions of the article in these tests.
var texts = []news.Text{
	{Headline: "Council delays bridge repair", Paragraphs: []string{"The bridge carries 8,000 vehicles a day."}},
	{Headline: "Council delays bridge repair", Paragraphs: []string{"The bridge carries 11,000 vehicles a day."}},
	{Headline: "Council votes to close bridge", Paragraphs: []string{"The bridge carries 11,000 vehicles a day."}},
	{Headline: "Council delays bridge repair", Paragraphs: []string{"The bridge carries 8,000 vehicles a day."}},
}

func open(t *testing.T) (store.Store, news.Article, news.Feed) {
	ctx := t.Context()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "test.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Check(context.Background()); err != nil {
			t.Error(err)
		}
		s.Close()
	})
	url := "https://harbour.example/bridge"
	feed := news.Feed{URL: "https://harbour.example/feed?token=s3cret", SiteURL: "https://harbour.example/", Title: "The Harbour Post"}
	seen, err := s.Sight(ctx, &feed, []store.Sighting{{
		Keys:    []news.Key{news.AddressKey(news.PageReading, url)},
		Article: news.Article{Reading: news.PageReading, URL: url, Source: "The Harbour Post", FirstSeen: at(9, 0)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	a := seen[0].Article
	for i, text := range texts {
		a.Versions, a.Headline, a.Hash = i+1, text.Headline, text.Hash()
		if _, err := s.Record(ctx, store.Record{Article: a, Version: &news.Version{
			Article: a.ID, Number: i + 1, Seen: at(9+i, 0), Hash: text.Hash(), Text: text,
		}}); err != nil {
			t.Fatal(err)
		}
	}
	return s, a, feed
}

func TestOf(t *testing.T) {
	s, a, feed := open(t)
	edited := func(seq news.Seq, from int) news.Event {
		return news.Event{
			Seq: seq, Kind: news.Edited, Article: a.ID, From: from, To: from + 1,
			ChangedAfter: at(8+from, 50), ChangedBefore: at(9+from, 0),
		}
	}
	reverted := edited(13, 3)
	reverted.Kind, reverted.RevertedTo = news.Reverted, 1

	type brief struct {
		ID       string
		Kind     news.EventKind
		Headline string
		From, To int
		Edits    int
		Edited   bool // it has an edit
		Changed  bool // and one with parts
		Between  *[2]time.Time
		Diff     string
	}
	tests := []struct {
		name   string
		events []news.Event
		want   brief
	}{
		{"one_edit", []news.Event{edited(11, 1)}, brief{
			ID: "e11", Kind: news.Edited, Headline: "Council delays bridge repair", From: 1, To: 2, Edits: 1, Edited: true, Changed: true,
			Between: &[2]time.Time{at(9, 50), at(10, 0)}, Diff: "/diff/1/2",
		}},
		{"two_edits_become_one", []news.Event{edited(11, 1), edited(12, 2)}, brief{
			ID: "e12", Kind: news.Edited, Headline: "Council votes to close bridge", From: 1, To: 3, Edits: 2, Edited: true, Changed: true,
			Between: &[2]time.Time{at(9, 50), at(11, 0)}, Diff: "/diff/1/3",
		}},
		{"there_and_back", []news.Event{edited(11, 1), edited(12, 2), reverted}, brief{
			ID: "e13", Kind: news.Reverted, Headline: "Council delays bridge repair", From: 1, To: 4, Edits: 3, Edited: true,
			Between: &[2]time.Time{at(9, 50), at(12, 0)}, Diff: "/diff/1/4",
		}},
		{"removal", []news.Event{{Seq: 14, Kind: news.Removed, Article: a.ID, From: 3, To: 3}}, brief{
			ID: "e14", Kind: news.Removed, Headline: "Council votes to close bridge", To: 3,
		}},
		{"without_versions", []news.Event{{Seq: 15, Kind: news.Redirected, Article: a.ID}}, brief{
			ID: "e15", Kind: news.Redirected, Headline: "Council delays bridge repair",
		}},
		{"feed", []news.Event{{Seq: 16, Kind: news.Failing, Feed: feed.ID}}, brief{
			ID: "e16", Kind: news.Failing, Headline: "The Harbour Post",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			const base = "https://edits.example.org"
			r, err := report.Of(t.Context(), s, tt.events, report.Links{Base: base + "/"})
			if err != nil {
				t.Fatal(err)
			}
			got := brief{
				ID: r.ID, Kind: r.Kind, Headline: r.Article.Headline, Edits: r.Edits, Edited: r.Edit != nil, Between: r.ChangedBetween,
			}
			if r.From != nil {
				got.From = r.From.Version
			}
			if r.To != nil {
				got.To = r.To.Version
			}
			if r.Edit != nil {
				got.Changed = len(r.Edit.Parts) > 0
				if after, err := r.Edit.Apply(r.Old); err != nil || after.Hash() != r.New.Hash() {
					t.Errorf("the edit does not lead from the old text to the new: %v", err)
				}
			}
			history := ""
			if tt.want.Kind != news.Failing {
				history = base + "/articles/" + string(a.ID)
			}
			if r.Links.History != history {
				t.Errorf("history link = %q, want %q", r.Links.History, history)
			}
			if tt.want.Diff != "" {
				tt.want.Diff = history + tt.want.Diff
			}
			got.Diff = r.Links.Diff
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
			if r.Article.Source != "The Harbour Post" {
				t.Errorf("source = %q", r.Article.Source)
			}
		})
	}
}

func TestOfWithoutPublicPages(t *testing.T) {
	s, a, _ := open(t)
	r, err := report.Of(t.Context(), s, []news.Event{{Kind: news.Edited, Article: a.ID, From: 1, To: 2}}, report.Links{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Links != (news.ReportLinks{}) {
		t.Errorf("links = %+v, want none", r.Links)
	}
}

func TestOfFeedHidesItsAddress(t *testing.T) {
	s, _, feed := open(t)
	r, err := report.Of(t.Context(), s, []news.Event{{Kind: news.Failing, Feed: feed.ID}}, report.Links{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Article.URL != "https://harbour.example/" {
		t.Errorf("people are sent to %q, want the site", r.Article.URL)
	}
	feed.SiteURL = "" // it does not say which site it is of
	if err := s.RecordFeed(t.Context(), feed, nil); err != nil {
		t.Fatal(err)
	}
	r, err = report.Of(t.Context(), s, []news.Event{{Kind: news.Failing, Feed: feed.ID}}, report.Links{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Article.URL != "https://harbour.example/" {
		t.Errorf("people are sent to %q, want the host alone", r.Article.URL)
	}
}

// What is missing does not take the rest with it.
func TestOfWhatIsMissing(t *testing.T) {
	s, a, _ := open(t)
	r, err := report.Of(t.Context(), s, []news.Event{{Seq: 3, Kind: news.Edited, Article: a.ID, From: 4, To: 5}}, report.Links{})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("err = %v, want ErrNotFound", err)
	}
	if r.ID != "e3" || r.Article.URL != a.URL || r.Edit != nil {
		t.Errorf("report = %+v, want the event and its article, and no edit", r)
	}
	r, err = report.Of(t.Context(), s, []news.Event{{Seq: 4, Kind: news.Removed, Article: "nobody"}}, report.Links{})
	if !errors.Is(err, store.ErrNotFound) || r.Kind != news.Removed {
		t.Errorf("report = %+v, %v", r, err)
	}
}

// What changed in versions that are no longer kept is not told, and that is no
// error.
func TestOfPruned(t *testing.T) {
	s, a, _ := open(t)
	ctx := t.Context()
	if done, err := s.Prune(ctx, store.Pruning{Versions: at(23, 0)}); err != nil || done.Versions != 3 {
		t.Fatalf("pruned %+v, %v", done, err)
	}
	for _, e := range []news.Event{{Kind: news.Edited, From: 1, To: 2}, {Kind: news.Reverted, From: 3, To: 4}} {
		e.Article = a.ID
		r, err := report.Of(ctx, s, []news.Event{e}, report.Links{Base: "https://edits.example.org"})
		if err != nil || !r.Pruned || r.Edit != nil || r.Links.Diff != "" {
			t.Errorf("report = %+v, %v", r, err)
		}
	}
	r, err := report.Of(ctx, s, []news.Event{{Kind: news.Removed, Article: a.ID, From: 4, To: 4}}, report.Links{})
	if err != nil || r.Pruned || r.To == nil {
		t.Errorf("report = %+v, %v", r, err)
	}
}

// Copies at an archive stand at the ends they are of, and what an archive keeps of
// a version outlives the version here.
func TestCopies(t *testing.T) {
	s, a, _ := open(t)
	copied := func(version int) string { return "https://archive.example/" + string(rune('0'+version)) }
	for _, version := range []int{2, 3} {
		c := news.Copy{Article: a.ID, Version: version, State: news.CopyKept, Settled: at(20, 0), URL: copied(version)}
		if err := s.ImportCopies(t.Context(), []news.Copy{c}); err != nil {
			t.Fatal(err)
		}
	}
	event := func(from, to int) []news.Event {
		return []news.Event{{Seq: 1, Kind: news.Edited, Article: a.ID, From: from, To: to}}
	}
	for _, tt := range []struct{ from, to int }{{1, 2}, {2, 3}, {3, 4}} {
		r, err := report.Of(t.Context(), s, event(tt.from, tt.to), report.Links{})
		if err != nil {
			t.Fatal(err)
		}
		want := map[int]string{2: copied(2), 3: copied(3)}
		if r.From.Archive != want[tt.from] || r.To.Archive != want[tt.to] || r.Links.Archive != want[tt.to] {
			t.Errorf("version %d to %d: %q, %q and %q", tt.from, tt.to, r.From.Archive, r.To.Archive, r.Links.Archive)
		}
	}
	old, err := s.Article(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Prune(t.Context(), store.Pruning{Versions: old.FirstSeen.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	r, err := report.Of(t.Context(), s, event(1, 2), report.Links{})
	if err != nil || !r.Pruned || r.Links.Archive != copied(2) {
		t.Errorf("of a version that is no longer kept: %+v, %v", r, err)
	}
}
