package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
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
	major := func() *news.Event { return edited(func(*news.Event) {}) }
	tests := []struct {
		name    string
		change  func(a *news.Article)
		event   *news.Event
		watch   func(w *news.Watch)
		settle  *news.Delivery // what became of the event's delivery
		copies  []news.Copy    // at an archive
		resumed bool           // the watch hears only of what follows the event
		target  string         // the article's address unless set
		never   bool           // the article was not read
		nobody  bool
		want    string
	}{
		{name: "sent", event: major(), settle: &news.Delivery{State: news.Sent, Message: "900"}, want: "w1 in desk: told less than a minute ago."},
		{name: "rejected", event: major(), settle: &news.Delivery{State: news.Rejected, Trouble: "missing Embed Links"},
			want: "w1 in desk: the channel refused it (missing Embed Links)."},
		{name: "moot", event: major(), settle: &news.Delivery{State: news.Moot}, want: "w1 in desk: not told, because nothing was left to say."},
		{name: "moot_because", event: major(), settle: &news.Delivery{State: news.Moot, Trouble: "the text is as it was"},
			want: "w1 in desk: not told, because the text is as it was."},
		{name: "paused_then", event: edited(func(e *news.Event) { e.At = now.Add(-2 * time.Hour) }),
			watch: func(w *news.Watch) { w.PausedUntil = now.Add(-time.Hour) }, want: "not told, because the watch was paused at the time."},
		{name: "resumed_since", event: major(), resumed: true, want: "not told, because it happened before the watch was placed or resumed."},
		{name: "told_and_resumed_since", event: major(), resumed: true, settle: &news.Delivery{State: news.Sent, Message: "900"}, want: "w1 in desk: told"},
		{name: "placed_since", event: edited(func(e *news.Event) { e.At = now.Add(-2 * day) }), resumed: true,
			settle: &news.Delivery{State: news.Sent, Message: "900"}, want: "w1 in desk: not told, because it happened before the watch was placed"},
		{name: "never_tried", never: true, want: "Nothing was ever told of it: it was never read, because that was not tried yet."},
		{name: "never_read", never: true, change: func(a *news.Article) {
			a.Polling.Last, a.Polling.Outcome, a.Polling.Detail = now, news.OutcomeFailed, "it answered 500"
		}, want: "Nothing was ever told of it: it was never read, because at the last check it answered 500."},
		{name: "unknown_watch", target: "w9", want: "There is no watch “w9” here."},
		{name: "by_watch", target: "W1", want: "“Council votes”, 1 version"},
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
		{name: "paused", watch: func(w *news.Watch) { w.PausedUntil = news.Forever }, want: "w1 in desk is paused until it is resumed: it hears of nothing."},
		{name: "paused_for_a_while", event: edited(func(*news.Event) {}), watch: func(w *news.Watch) { w.PausedUntil = now.Add(48 * time.Hour) }, want: "not told, because the watch is paused"},
		{name: "archived", event: major(), copies: []news.Copy{{Version: 2, State: news.CopyKept, URL: "https://archive.example/web/2/a"}},
			want: "Archived copy of version 2: https://archive.example/web/2/a"},
		{name: "not_archived", event: major(), copies: []news.Copy{{Version: 1, State: news.CopyGivenUp, Trouble: "the site does not let the archive in"}},
			want: "Archived copy of version 1: none: the site does not let the archive in."},
		{name: "to_be_archived", event: major(), copies: []news.Copy{{Version: 2, State: news.CopyAsked}}, want: "Archived copy of version 2: asked for."},
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
			for n := 1; !tt.never && (n == 1 || n == 2 && tt.event != nil); n++ {
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
			for _, c := range tt.copies {
				c.Article = a.ID
				if err := errors.Join(s.Want(t.Context(), 1, []news.Copy{c}), s.RecordCopy(t.Context(), c)); err != nil {
					t.Fatal(err)
				}
			}
			if tt.settle != nil {
				settle(t, s, *tt.settle)
			}
			if tt.resumed {
				w, err := s.Watch(t.Context(), "w1")
				if err != nil {
					t.Fatal(err)
				}
				w.After = 1
				if _, err := s.ChangeWatch(t.Context(), w.ID, func(to *news.Watch) error { *to = w; return nil }); err != nil {
					t.Fatal(err)
				}
			}
			target := first(tt.target, url)
			got, err := New(s, nil, nil, Options{}).Do(t.Context(), Command{Verb: Explain, Target: target, Channel: "desk"})
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

// settle has the first event told, to the end that d says.
func settle(t *testing.T, s store.Store, d news.Delivery) {
	t.Helper()
	now := time.Now().UTC()
	e, err := s.Unplanned(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Plan(t.Context(), e[0].Seq, []store.Duty{{Channel: "desk", Kind: news.Post, Article: e[0].Article, Due: now}}); err != nil {
		t.Fatal(err)
	}
	leased, err := s.LeaseDelivery(t.Context(), now, now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	leased.State, leased.Message, leased.Trouble, leased.Settled = d.State, d.Message, d.Trouble, now
	if err := s.Settle(t.Context(), leased); err != nil {
		t.Fatal(err)
	}
}

// TestExplainTakesSides keeps a watch from taking credit for what another one of
// the channel told, and asks of an address that several watches are of.
func TestExplainTakesSides(t *testing.T) {
	const feed = "https://harbour.example/feed"
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		said := func(text string) string { return strings.Join(w.ask(text).Lines, "\n") }
		said("add https://harbour.example/bridge")
		w.happen(strings.Fields("wait 1h"))
		w.happen(strings.Fields("edit bridge Council votes"))
		w.happen(strings.Fields("told"))
		w.happen(strings.Fields("wait 1h"))
		b, err := w.store.Watch(t.Context(), "w1")
		w.must(err)
		b.ID, b.Pages, b.Placed, b.After = "", false, time.Now(), 0
		_, err = w.store.AddWatch(t.Context(), b)
		w.must(err)
		got := said("explain https://harbour.example/bridge")
		for _, want := range []string{"w1 in #edits: told about 1 hour ago.", "w2 in #edits: not told, because it happened before the watch was placed"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s\ndoes not say %q", got, want)
			}
		}
		said("add " + feed)
		f, err := w.store.Watch(t.Context(), "w3")
		w.must(err)
		f.ID, f.Pages = "", false
		_, err = w.store.AddWatch(t.Context(), f)
		w.must(err)
		if got, want := said("explain "+feed), "More than one watch is of that address: w3 and w4."; !strings.Contains(got, want) {
			t.Errorf("%s\ndoes not say %q", got, want)
		}
		if got, want := said("explain w3"), "The Harbour Post"; !strings.Contains(got, want) {
			t.Errorf("%s\ndoes not say %q", got, want)
		}
	})
}

// TestDiffStartsAtTheBasis compares from the text that the edit leads from, and
// takes versions in either order.
func TestDiffStartsAtTheBasis(t *testing.T) {
	w := newWorld(t)
	a := *w.article("bridge")
	text := news.Text{Headline: "Council votes", Paragraphs: []string{"The bridge stays open."}}
	basis := news.Text{Headline: "Council waits", Paragraphs: []string{"The bridge stays open."}}
	a.Versions, a.Hash = 2, text.Hash()
	_, err := w.store.Record(t.Context(), store.Record{Article: a, Version: &news.Version{
		Article: a.ID, Number: 2, Seen: time.Now(), Hash: a.Hash, Extractor: "page/2", Text: text, Basis: &basis,
	}})
	w.must(err)
	for _, order := range []string{"1 2", "2 1"} {
		ans := w.ask("diff https://harbour.example/bridge " + order)
		var r news.Report
		if ans.Refused || json.Unmarshal(ans.Facts[0], &r) != nil {
			t.Fatalf("%s: %v", order, ans.Lines)
		}
		if p := r.Edit.Parts[0]; r.From.Version != 1 || p.Before != basis.Headline || p.After != text.Headline {
			t.Errorf("%s: from %d, %q became %q", order, r.From.Version, p.Before, p.After)
		}
	}
}

// TestRemovedWinsOverFailing tells of a removed article that it is that.
func TestRemovedWinsOverFailing(t *testing.T) {
	w := newWorld(t)
	w.ask("add https://harbour.example/bridge")
	a := *w.article("bridge")
	a.Removed, a.Polling.Failures, a.Polling.Detail = time.Now(), 3, "answered 404"
	_, err := w.store.Record(t.Context(), store.Record{Article: a})
	w.must(err)
	if got := strings.Join(w.ask("list").Lines, "\n"); !strings.Contains(got, ": removed") {
		t.Errorf("%s\ndoes not say that it is removed", got)
	}
}

// TestEditLeavesWhatHappensMeanwhile changes the address of a watch, which is
// paused while that is looked at.
func TestEditLeavesWhatHappensMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.ask("add https://harbour.example/feed")
	w.meanwhile = func() {
		w.meanwhile = nil
		w.ask("pause w1")
		w.ask("edit w1 exclude=sport")
	}
	if a := w.ask("edit w1 url=https://harbour.example/bridge min=major"); a.Refused {
		t.Fatal(a.Lines)
	}
	got, err := w.store.Watch(t.Context(), "w1")
	w.must(err)
	if got.PausedUntil != news.Forever || len(got.Exclude) != 1 || got.Min != news.MinMajor || got.Article == "" || got.Label != "Council delays bridge" {
		t.Errorf("the watch is %+v", got)
	}
}

// TestRoomIsBooked has two ask for the last place, one while the other's address
// is looked at.
func TestRoomIsBooked(t *testing.T) {
	w := newWorld(t)
	for i := range 11 {
		w.ask(fmt.Sprintf("add https://harbour.example/feed%d", i))
	}
	w.meanwhile = func() {
		w.meanwhile = nil
		if got := w.ask("add https://harbour.example/late"); !got.Refused {
			t.Errorf("both had room: %v", got.Lines)
		}
	}
	if got := w.ask("add https://harbour.example/early"); got.Refused {
		t.Errorf("none had room: %v", got.Lines)
	}
	// What was booked is given back, whether it was used or not.
	w.ask("remove w1")
	w.ask("add https://elsewhere.example/")
	if got := w.ask("add https://harbour.example/late"); got.Refused {
		t.Errorf("a booking was kept: %v", got.Lines)
	}
}
