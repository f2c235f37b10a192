package web

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/search"
	"github.com/editwatch/editwatch/internal/store"
)

// full is a record with everything in it that a page can be about, for those
// who look at pages rather than at their source.
type full struct {
	written
	arabic, japanese, long, live, troubled, moved, pruned, withheld news.ArticleID
}

// fullHistory is written up to now.
func fullHistory(t testing.TB) full {
	t.Helper()
	w := full{written: writtenHistory(t)}
	h, now := &history{t, w.st}, time.Now().UTC().Truncate(time.Minute)
	w.pruned = h.pruned()
	for i := range 40 {
		a := h.sight(news.Article{URL: fmt.Sprintf("https://courier.example/%d", i), Source: "The Courier", FirstSeen: now})
		for j := range 1 + i%7 {
			h.read(&a, bridge[j%len(bridge)], now.Add(-time.Duration((40-i)*16+7-j)*time.Hour))
		}
	}
	w.live = h.live(now)
	w.troubled = h.troubled(now)
	w.long = h.long(now)
	w.moved = h.moved(now)
	w.arabic, w.japanese = h.foreign(now)
	a := h.sight(news.Article{URL: "https://courier.example/withheld", Source: "The Courier", FirstSeen: now})
	h.read(&a, bridge[0], now.Add(-time.Hour))
	h.read(&a, bridge[1], now)
	if err := w.st.Withhold(t.Context(), a.ID, now, "Withheld at the request of the person it is about."); err != nil {
		t.Fatal(err)
	}
	w.withheld = a.ID
	return w
}

// handler returns the pages of the record, with an index of its words.
func (w full) handler(t testing.TB, o Options) http.Handler {
	t.Helper()
	index, err := search.Open(filepath.Join(t.TempDir(), "search.db"), w.st, search.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { index.Close() })
	if err := index.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Store, o.Version, o.Search = w.st, "test", index
	return New(o)
}

// foreign records articles in other languages and scripts.
func (h *history) foreign(now time.Time) (arabic, japanese news.ArticleID) {
	var ids []news.ArticleID
	for i, versions := range [][]news.Text{
		{
			{Headline: "المجلس يؤجل إصلاح الجسر", Paragraphs: []string{"يعبر الجسر 8000 مركبة كل يوم.", "قال العمدة إن العمل سيبدأ في مايو.", "لم يعلق رئيس الميناء."}},
			{Headline: "المجلس يصوت على إغلاق الجسر لمدة عامين", Paragraphs: []string{"يعبر الجسر 11000 مركبة كل يوم.", "قال العمدة إن العمل سيبدأ في يونيو 2026.", "لم يعلق رئيس الميناء.", "وقال: «لم يسألنا أحد» (BBC)."}},
		},
		{
			{Headline: "市議会が橋の修理を延期", Paragraphs: []string{"橋は1日に8000台の車が通る。", "市長は5月に始めると述べた。"}},
			{Headline: "市議会が橋を2年間閉鎖すると決定", Paragraphs: []string{"橋は1日に1万1000台の車が通る。", "市長は6月に始めると述べた。"}},
		},
	} {
		a := h.sight(news.Article{URL: fmt.Sprintf("https://world.example/%d", i), Source: []string{"صحيفة المرفأ", "港新聞"}[i], Language: []string{"ar", "ja"}[i], FirstSeen: now})
		for j, text := range versions {
			h.read(&a, text, now.Add(time.Duration(j-9)*time.Hour))
		}
		ids = append(ids, a.ID)
	}
	return ids[0], ids[1]
}

// long records a long article whose paragraphs were edited, moved and replaced,
// with a word that is wider than a phone.
func (h *history) long(now time.Time) news.ArticleID {
	var text news.Text
	text.Headline = "A long read about the piers of the harbour bridge, and what became of them in the course of one winter"
	text.Standfirst = "Nine piers, two surveys, one winter."
	for i := range 40 {
		text.Paragraphs = append(text.Paragraphs, fmt.Sprintf("Paragraph %d says that the survey of pier %d found rust, that the rust was %d millimetres deep, "+
			"and that nobody had looked at it since the winter of %d, when the last of the engineers who had built the bridge retired.", i+1, i%9+1, 3+i, 1950+i))
	}
	a := h.sight(news.Article{URL: "https://longread.example/piers", Source: "The Harbour Post", Language: "en-GB", FirstSeen: now})
	h.read(&a, text, now.Add(-50*time.Hour))
	p := append([]string{}, text.Paragraphs...)
	p[3] = "Paragraph 4 says that the survey of pier 4 found no rust, and that nobody had looked at it since the winter of 1953, when the last of the engineers who had built the bridge retired."
	p[20] = "https://longread.example/an/address/that/is/wider/than/a/phone/and/has/no/place/at/which/it/could/be/broken"
	moved := p[30]
	p = append(append(append([]string{}, p[:10]...), moved), append(append([]string{}, p[10:30]...), p[31:]...)...)
	text.Paragraphs = append(p, "This article was amended on 3 May to correct the depth of the rust in pier 4.")
	h.read(&a, text, now.Add(-48*time.Hour))
	return a.ID
}

// live records a page of 200 versions, whose headline changed once, a week ago.
func (h *history) live(now time.Time) news.ArticleID {
	began := now.Add(-9 * 24 * time.Hour)
	a := h.sight(news.Article{URL: "https://live.example/2026/storm", Source: "Live Wire", Language: "en", Kind: "LiveBlogPosting", FirstSeen: began})
	text := news.Text{Headline: "Storm nears the coast", Paragraphs: make([]string, 4)}
	for i := range 200 {
		at := began.Add(time.Duration(i) * time.Hour)
		if i == 48 {
			text.Headline = "Storm passes the coast by"
		}
		if i == 20 {
			a.Live, a.Lives = at, 1
			h.happened(&a, news.Event{Kind: news.Live, At: at})
		}
		text.Paragraphs = []string{fmt.Sprintf("At %d o’clock %d homes are without power.", i%24, 4000-17*i), "Ferries are cancelled.", "The wind blows from the west."}
		h.read(&a, text, at)
	}
	return a.ID
}

// troubled records an article that cannot be read now, which had two headlines
// in turn and went back to an earlier text.
func (h *history) troubled(now time.Time) news.ArticleID {
	a := h.sight(news.Article{URL: "https://gazette.example/market", Source: "Gazette / North", FirstSeen: now.Add(-80 * time.Hour)})
	first, second := bridge[0], bridge[0]
	first.Headline, second.Headline = "Market moves to the quay", "Traders fear for their market"
	h.read(&a, first, now.Add(-80*time.Hour))
	h.read(&a, second, now.Add(-70*time.Hour))
	h.read(&a, first, now.Add(-60*time.Hour))
	a.Tested = []string{first.Headline, second.Headline}
	h.happened(&a, news.Event{Kind: news.Testing, At: now.Add(-59 * time.Hour), Detail: second.Headline})
	h.happened(&a, news.Event{Kind: news.Reverted, At: now.Add(-58 * time.Hour), From: 2, To: 3, RevertedTo: 1})
	a.Polling.Failures, a.Polling.FailingSince, a.Polling.Outcome, a.Polling.Detail = 7, now.Add(-30*time.Hour), news.OutcomeFailed, "answered 503"
	a.Hold = &news.Hold{Reason: news.HoldLoss, Since: now.Add(-time.Minute), After: now.Add(-time.Hour), Looks: 1}
	h.happened(&a, news.Event{Kind: news.Failing, At: now.Add(-29 * time.Hour), Detail: "answered 503"})
	return a.ID
}

// moved records an article that was gone, came back, and has another address.
func (h *history) moved(now time.Time) news.ArticleID {
	a := h.sight(news.Article{URL: "https://gazette.example/school", Source: "Gazette / North", FirstSeen: now.Add(-20 * time.Hour)})
	h.read(&a, news.Text{Headline: "School reopens", Paragraphs: []string{"The school reopens on Monday."}}, now.Add(-20*time.Hour))
	a.Removed = now.Add(-10 * time.Hour)
	h.happened(&a, news.Event{Kind: news.Removed, At: a.Removed, Detail: "the page was missing for a day (404)"})
	a.Removed = time.Time{}
	h.happened(&a, news.Event{Kind: news.Returned, At: now.Add(-5 * time.Hour)})
	a.URL = "https://gazette.example/2026/school"
	h.happened(&a, news.Event{Kind: news.Redirected, At: now.Add(-4 * time.Hour), RedirectedTo: a.URL})
	return a.ID
}

// pruned records an article of which only the newest version is kept.
func (h *history) pruned() news.ArticleID {
	began := opened.Add(-300 * 24 * time.Hour)
	a := h.sight(news.Article{URL: "https://gazette.example/canal", Source: "Gazette / North", FirstSeen: began})
	for i, text := range bridge[:4] {
		h.read(&a, text, began.Add(time.Duration(i)*time.Hour))
	}
	a.Retired, a.Polling.Next = began.Add(40*24*time.Hour), time.Time{}
	h.happened(&a, news.Event{Kind: news.Retired, At: a.Retired})
	pruned, err := h.st.Prune(h.t.Context(), store.Pruning{Versions: began.Add(100 * 24 * time.Hour)})
	if err != nil || pruned.Articles != 1 {
		h.t.Fatal(pruned, err)
	}
	return a.ID
}
