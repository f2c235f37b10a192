package web

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

// opened is when the fixture's first article was first seen.
var opened = time.Date(2026, 5, 3, 10, 2, 0, 0, time.UTC)

// hostile is markup that must never act, whatever field it comes in.
const hostile = `<script>alert(1)</script>"onmouseover="x' style='y' <img src=x onerror=z> ]]> &lt;b&gt; {{.}} </title>`

// bridge is an article in six versions.
var bridge = []news.Text{
	{
		Headline:   "Council delays bridge repair, citing cost",
		Standfirst: "The crossing will stay open while councillors look for money.",
		Paragraphs: []string{
			"Councillors have put off the repair of the harbour bridge until next spring.",
			"The bridge carries 8,000 vehicles a day, most of them bound for the docks.",
			"A survey in January found rust in two of its nine piers.",
			"The works were expected to last six months.",
			"Ferries will run as usual.",
			"The harbour master was not at the meeting.",
			"The mayor had promised in March that no jobs would go.",
			"A spokesman for the docks declined to comment.",
		},
	},
	{
		Headline:   "Council votes to close bridge for two years",
		Standfirst: "The crossing will stay open while councillors look for money.",
		Paragraphs: []string{
			"Councillors have put off the repair of the harbour bridge until next spring.",
			"The bridge carries 11,000 vehicles a day, most of them bound for the docks.",
			"A survey in January found rust in two of its nine piers.",
			"The works were expected to last six months.",
			"Ferries will run as usual.",
			"“We were not asked,” the harbour master said on Tuesday.",
			"The harbour master was not at the meeting.",
			"A spokesman for the docks declined to comment.",
		},
	},
	{
		Headline:   "Council votes to close bridge for two years",
		Standfirst: "The crossing will close in June, and ferries will run through the night.",
		Paragraphs: []string{
			"Councillors have voted to close the harbour bridge for two years.",
			"The bridge carries 11,000 vehicles a day, most of them bound for the docks.",
			"A survey in January found rust in two of its nine piers.",
			"The works were expected to last six months.",
			"Ferries will run as usual.",
			"“We were not asked,” the harbour master said on Tuesday.",
			"The harbour master was not at the meeting.",
			"A spokesman for the docks declined to comment.",
		},
	},
	{
		Headline:   "Council votes to close bridge for two years",
		Standfirst: "The crossing will close in June, and ferries will run through the night.",
		Paragraphs: []string{
			"Councillors have voted to close the harbour bridge for two years.",
			"“We were not asked,” the harbour master said on Tuesday.",
			"The bridge carries 11,000 vehicles a day, most of them bound for the docks.",
			"A survey in January found rust in two of its nine piers.",
			"The works were expected to last six months.",
			"Ferries will run as usual.",
			"The harbour master was not at the meeting.",
			"A spokesman for the docks declined to comment.",
			"Correction: an earlier version of this article said that 8,000 vehicles use the bridge each day.",
		},
	},
	{
		Headline:   "Council votes to close bridge for two years",
		Standfirst: "The crossing will close in June, and ferries will run through the night.",
		Paragraphs: []string{
			"Councillors have voted to close the harbour bridge for two years.",
			"\"We were not asked,\" the harbour master said on Tuesday.",
			"The bridge carries 11,000 vehicles a day, most of them bound for the docks.",
			"A survey in January found rust in two of its nine piers.",
			"The works were expected to last six months.",
			"Ferries will run as usual.",
			"The harbour master was not at the meeting.",
			"A spokesman for the docks declined to comment.",
			"Correction: an earlier version of this article said that 8,000 vehicles use the bridge each day.",
		},
	},
	{
		Headline:   "Council votes to close bridge for two years",
		Standfirst: "The crossing will close in June, and ferries will run through the night.",
		Paragraphs: []string{
			"Councillors have voted to close the harbour bridge for two years.",
			"\"We were not asked,\" the harbour master said on Tuesday.",
			"The bridge carries 11,000 vehicles a day, most of them bound for the docks.",
			"A survey in January found rust in two of its nine piers.",
			"The work was expected to last six months.",
			"Ferries will run as usual.",
			"The harbour master was not at the meeting.",
			"A spokesman for the docks declined to comment.",
			"Correction: an earlier version of this article said that 8,000 vehicles use the bridge each day.",
		},
	},
}

// A history fills a store the way the watcher does.
type history struct {
	t  testing.TB
	st store.Store
}

func newHistory(t testing.TB) *history {
	t.Helper()
	st, err := bolt.Open(filepath.Join(t.TempDir(), "web.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Check(context.Background()); err != nil && !errors.Is(err, store.ErrClosed) {
			t.Error(err)
		}
		if err := st.Close(); err != nil && !errors.Is(err, store.ErrClosed) {
			t.Error(err)
		}
	})
	return &history{t, st}
}

// sight makes an article known.
func (h *history) sight(a news.Article) news.Article {
	h.t.Helper()
	if a.Reading == "" {
		a.Reading = news.PageReading
	}
	got, err := h.st.Sight(h.t.Context(), nil, []store.Sighting{{
		Keys: []news.Key{news.AddressKey(a.Reading, a.URL)}, Article: a,
	}})
	if err != nil {
		h.t.Fatal(err)
	}
	return got[0].Article
}

// read records that text was read at the time, and the edit if it is one.
func (h *history) read(a *news.Article, text news.Text, at time.Time) {
	h.t.Helper()
	v := &news.Version{Article: a.ID, Number: a.Versions + 1, Seen: at, Hash: text.Hash(), Extractor: "page/1", Text: text}
	r := store.Record{Version: v}
	if a.Versions > 0 {
		prev, err := h.st.Version(h.t.Context(), a.ID, a.Versions)
		if err != nil {
			h.t.Fatal(err)
		}
		e := edit.Compare(prev.Text, text)
		r.Events = []news.Event{{
			Kind: news.Edited, Article: a.ID, At: at, From: a.Versions, To: v.Number,
			ChangedAfter: at.Add(-10 * time.Minute), ChangedBefore: at,
			Significance: e.Significance, Classes: e.Classes, Noted: e.Noted,
		}}
		a.Edits++
		if e.Significance >= news.Minor {
			a.LastEdited = at
		}
	}
	a.Versions, a.Hash, a.Extractor, a.Headline = v.Number, v.Hash, v.Extractor, text.Headline
	a.Polling.Last, a.Polling.LastOK, a.Polling.Outcome = at, at, news.OutcomeEdited
	a.Polling.Next = at.Add(10 * time.Minute)
	h.record(a, r)
}

// happened records an event that changed no text.
func (h *history) happened(a *news.Article, e news.Event) {
	h.t.Helper()
	e.Article = a.ID
	if e.ChangedBefore.IsZero() {
		e.ChangedAfter, e.ChangedBefore = e.At.Add(-time.Hour), e.At
	}
	h.record(a, store.Record{Events: []news.Event{e}})
}

func (h *history) record(a *news.Article, r store.Record) {
	h.t.Helper()
	r.Article = *a
	if _, err := h.st.Record(h.t.Context(), r); err != nil {
		h.t.Fatal(err)
	}
	stored, err := h.st.Article(h.t.Context(), a.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	*a = stored
}

// written is the record most tests read: six articles of four sources.
type written struct {
	st                                                      store.Store
	bridge, gone, hostile, retired, unread, nameless, quiet news.ArticleID
}

func writtenHistory(t testing.TB) written {
	t.Helper()
	h := newHistory(t)
	out := written{st: h.st}
	hour := func(n float64) time.Time { return opened.Add(time.Duration(n * float64(time.Hour))) }

	a := h.sight(news.Article{URL: "https://gazette.example/fair", Source: "Gazette / North", FirstSeen: opened.Add(-60 * 24 * time.Hour)})
	h.read(&a, news.Text{Headline: "Spring fair opens", Paragraphs: []string{"The fair opens on Saturday."}}, opened.Add(-60*24*time.Hour))
	h.read(&a, news.Text{Headline: "Spring fair opens", Paragraphs: []string{"The fair opens on Sunday."}}, opened.Add(-40*24*time.Hour-time.Hour))
	a.Retired, a.Polling.Next = opened, time.Time{}
	h.happened(&a, news.Event{Kind: news.Retired, At: opened})
	out.retired = a.ID

	a = h.sight(news.Article{URL: "javascript:alert(1)//" + hostile, Source: hostile, Language: `en" onclick="x`, Kind: hostile, FirstSeen: hour(2)})
	h.read(&a, news.Text{Headline: hostile, Standfirst: hostile, Paragraphs: []string{hostile, "same \u202Eturned", hostile + "1"}}, hour(2))
	h.read(&a, news.Text{Headline: hostile + " now", Standfirst: hostile + " now", Paragraphs: []string{hostile + " now", "same \u202Eturned", "\uFFFF" + hostile}}, hour(3))
	h.happened(&a, news.Event{Kind: news.Redirected, At: hour(4), RedirectedTo: "javascript:alert(2)//" + hostile, Detail: hostile})
	out.hostile = a.ID

	a = h.sight(news.Article{URL: "https://harbourpost.example/2026/05/later", Source: "The Harbour Post", FirstSeen: hour(50)})
	out.unread = a.ID

	a = h.sight(news.Article{URL: "https://nameless.example/1", FirstSeen: hour(5), Reading: news.FeedReading})
	h.read(&a, news.Text{Headline: "القمة تبدأ اليوم", Paragraphs: []string{"ملخص"}}, hour(5))
	h.read(&a, news.Text{Headline: "القمة تبدأ غدا", Paragraphs: []string{"ملخص"}}, hour(6))
	out.nameless = a.ID

	a = h.sight(news.Article{URL: "https://quiet.example/1", Source: "Quiet Times", FirstSeen: hour(7)})
	h.read(&a, news.Text{Headline: "Nothing happened", Paragraphs: []string{"All is quiet."}}, hour(7))
	out.quiet = a.ID

	a = h.sight(news.Article{URL: "https://harbourpost.example/2026/05/bridge", Source: "The Harbour Post",
		Language: "en-GB", Kind: "NewsArticle", FirstSeen: opened, Published: opened.Add(-7 * time.Minute)})
	for i, at := range []float64{0, 2.2, 6.1, 6.3, 25, 49} {
		h.read(&a, bridge[i], hour(at))
	}
	out.bridge = a.ID

	a = h.sight(news.Article{URL: "https://harbourpost.example/2026/05/ferry", Source: "The Harbour Post", FirstSeen: hour(1)})
	h.read(&a, news.Text{Headline: "Night ferry to be cut", Paragraphs: []string{"The night ferry ends in June.", "No other service is changed."}}, hour(1))
	a.Removed, a.Polling.Next = hour(30), time.Time{}
	h.happened(&a, news.Event{Kind: news.Removed, At: hour(30), Detail: "the server says that it is gone for good (410)"})
	out.gone = a.ID

	feed := news.Feed{URL: "https://harbourpost.example/feed?token=secret-token", Title: "The Harbour Post " + hostile,
		SiteURL: "https://harbourpost.example/", FirstSeen: opened}
	if _, err := h.st.Sight(t.Context(), &feed, nil); err != nil {
		t.Fatal(err)
	}
	feed.Entries = 1
	feed.Polling = news.Polling{Last: hour(9), Next: hour(10), Outcome: news.OutcomeFailed, Detail: "answered 503", Failures: 7, FailingSince: hour(8)}
	if err := h.st.RecordFeed(t.Context(), feed, &news.Event{Kind: news.Failing, Feed: feed.ID, At: hour(9), Detail: "answered 503"}); err != nil {
		t.Fatal(err)
	}
	return out
}

// manyVersions makes an article of n versions, each with a new number in it.
func (h *history) manyVersions(n int) news.Article {
	h.t.Helper()
	a := h.sight(news.Article{URL: "https://live.example/1", Source: "Live", FirstSeen: opened})
	for i := range n {
		h.read(&a, news.Text{Headline: "A count", Paragraphs: []string{"The count stands at " + strconv.Itoa(100+i) + ".", "It goes on."}},
			opened.Add(time.Duration(i)*time.Minute))
	}
	return a
}
