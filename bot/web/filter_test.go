package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

func TestFilters(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st})
	post := "/sources/The%20Harbour%20Post"
	for _, tt := range []struct {
		path  string
		edits int    // that are shown
		says  string // what shows of the filter
	}{
		{"/", 10, ""},
		{"/?class=headline", 3, ">headline <"},
		{"/?class=correction", 1, ">correction note <"},
		{"/?class=removed", 1, ">article removed <"},
		{"/?min=major", 8, ">major <"},
		{"/?min=minor&class=", 9, ">minor or major <"},
		{"/?since=2026-05-05", 1, ">since 5 May 2026 <"},
		{"/?until=2026-04-30&since=2026-01-01", 1, "Show all"},
		{"/?class=headline&since=2026-05-05", 0, "No edit is as these filters want it"},
		{post + "?class=fact", 2, ">fact <"},
		{post + "?class=returned", 0, "No edit is as these filters want it"},
		{articlePath(w.bridge) + "?class=headline", 1, ">headline <"},
		{articlePath(w.bridge) + "?class=removed", 0, "Nothing in its history is as these filters want it"},
		{articlePath(w.bridge) + "?min=minor&until=2026-05-03", 3, ""},
	} {
		got := get(t, h, tt.path)
		body := got.Body.String()
		if got.Code != http.StatusOK {
			t.Errorf("%s answers %d", tt.path, got.Code)
		}
		if n := strings.Count(body, `<article class="entry`) + strings.Count(body, `<li class="moment`); n != tt.edits {
			t.Errorf("%s shows %d edits, want %d", tt.path, n, tt.edits)
		}
		if !strings.Contains(body, tt.says) {
			t.Errorf("%s does not say %q", tt.path, tt.says)
		}
		for _, p := range inspect(body).problems {
			t.Errorf("%s: %s", tt.path, p)
		}
	}
	if got := get(t, h, "/?source=The+Harbour+Post&class=fact&min=").Header().Get("Location"); got != post+"?class=fact" {
		t.Errorf("the choice of a source leads to %q", got)
	}
	if got := get(t, h, "/?source=..").Code; got != http.StatusNotFound {
		t.Errorf("a source that has no page answers %d", got)
	}
	for _, bad := range []string{"class=none", "min=all", "since=3.5.2026", "until=x", "since=2026-05-04&until=2026-05-03"} {
		if got := get(t, h, "/?"+bad).Code; got != http.StatusBadRequest {
			t.Errorf("?%s answers %d", bad, got)
		}
	}
}

// TestFiltersStayOnOlderPages follows a filtered list to its end.
func TestFiltersStayOnOlderPages(t *testing.T) {
	hist := newHistory(t)
	a := hist.sight(news.Article{URL: "https://live.example/1", Source: "Live", FirstSeen: opened})
	for i := range 130 { // a headline every other time
		text := news.Text{Headline: fmt.Sprint("Count stands at ", i/2), Paragraphs: []string{fmt.Sprintf("It was %d before.", i)}}
		hist.read(&a, text, opened.Add(time.Duration(i)*time.Minute))
	}
	h := New(Options{Store: hist.st})
	for _, path := range []string{"/", "/sources/Live", articlePath(a.ID)} {
		edits, pages := 0, 0
		for next := path + "?class=headline"; next != ""; pages++ {
			body := get(t, h, next).Body.String()
			edits += strings.Count(body, `<article class="entry`) + strings.Count(body, `<li class="moment`)
			next = ""
			for _, link := range inspect(body).links {
				if u, err := url.Parse(link); err == nil && u.Query().Has("before") {
					if next = link; u.Query().Get("class") != "headline" {
						t.Fatalf("%s loses the filter", link)
					}
				}
			}
		}
		if edits != 64 || pages != 3 {
			t.Errorf("%s: %d edits on %d pages, want 64 on 3", path, edits, pages)
		}
	}
}

func TestWithheld(t *testing.T) {
	w := writtenHistory(t)
	before := get(t, New(Options{Store: w.st}), articlePath(w.bridge)).Header().Get("ETag")
	if err := w.st.Withhold(t.Context(), w.bridge, opened, "A court <has> forbidden it."); err != nil {
		t.Fatal(err)
	}
	if err := w.st.Withhold(t.Context(), w.quiet, opened, ""); err != nil { // the only one of its source
		t.Fatal(err)
	}
	h := New(Options{Store: w.st, Search: w.filled()})
	for _, path := range []string{"", "/diff/1/2", "/diff/1/2/card.png", "/diff?from=1&to=2", "/versions/1", "/edits.rss", "/edits.atom", "/edits.json"} {
		got := get(t, h, articlePath(w.bridge)+path, "If-None-Match", before)
		if got.Code != http.StatusGone || !strings.Contains(got.Body.String(), "A court &lt;has&gt; forbidden it.") {
			t.Errorf("%s of a withheld article answers %d: %s", path, got.Code, got.Body)
		}
	}
	if got := get(t, h, "/api/v1/articles/"+string(w.bridge)); got.Code != http.StatusGone {
		t.Errorf("the API answers %d", got.Code)
	}
	if got := get(t, h, "/lookup?url=https://harbourpost.example/2026/05/bridge").Code; got != http.StatusGone {
		t.Errorf("its link answers %d", got)
	}
	if strings.Contains(get(t, h, "/sources").Body.String(), "Quiet") {
		t.Error("a source of which nothing is shown is listed")
	}
	for _, path := range []string{"/", "/articles", "/sources/The%20Harbour%20Post", "/edits.rss", "/api/v1/events", "/search?q=council"} {
		if strings.Contains(get(t, h, path).Body.String(), "bridge") {
			t.Errorf("%s shows what is withheld", path)
		}
	}
}

// TestNothingTurns: marks that turn the direction of text, as they stand in what
// was stored before texts went without, are in no page and in no feed.
func TestNothingTurns(t *testing.T) {
	h := newHistory(t)
	a := h.sight(news.Article{URL: "https://court.example/1", Source: "The \u202eCourt", FirstSeen: opened})
	h.read(&a, news.Text{Headline: "Court \u202edessap47\u202c rulings", Paragraphs: []string{"It said \u2067that\u2069 47."}}, opened)
	h.read(&a, news.Text{Headline: "Court \u202edessap48\u202c rulings", Paragraphs: []string{"It said \u2067that\u2069 48."}}, opened.Add(time.Hour))
	pages := New(Options{Store: h.st})
	for _, path := range []string{"/", "/articles", "/sources", articlePath(a.ID), diffPath(a.ID, 1, 2), versionPath(a.ID, 2), "/edits.rss", "/edits.atom", "/edits.json"} {
		body := get(t, pages, path).Body.String()
		if strings.ContainsFunc(body, news.Turns) {
			t.Errorf("%s turns text", path)
		}
		if !strings.Contains(body, "Court") {
			t.Errorf("%s does not show the article", path)
		}
	}
}

func TestPruned(t *testing.T) {
	w := writtenHistory(t)
	if _, err := w.st.Prune(t.Context(), store.Pruning{Versions: time.Now()}); err != nil {
		t.Fatal(err)
	}
	h := New(Options{Store: w.st})
	for path, want := range map[string]int{
		"": 200, "/versions/2": 200, "/versions/1": 410, "/diff/1/2": 410, "/diff/1/2/card.png": 410, "/diff?from=1&to=2": 410, "/versions/3": 404, "/edits.rss": 200,
	} {
		if got := get(t, h, articlePath(w.retired)+path); got.Code != want {
			t.Errorf("%s answers %d, want %d", path, got.Code, want)
		}
	}
	for path, want := range map[string]int{"/versions/2": 200, "/versions/1": 410, "/diff/1/2": 410, "/diff/2/1": 410, "/diff/1/3": 410, "/diff/2/3": 404} {
		if got := get(t, h, "/api/v1"+articlePath(w.retired)+path); got.Code != want {
			t.Errorf("the API answers %s with %d, want %d", path, got.Code, want)
		}
	}
	body := get(t, h, articlePath(w.retired)).Body.String()
	for _, want := range []string{"2 versions, 1 edit", "Its oldest version is no longer kept.", "What changed was not kept."} {
		if !strings.Contains(body, want) {
			t.Errorf("the article's page lacks %q", want)
		}
	}
	for _, path := range []string{"/", articlePath(w.retired), versionPath(w.retired, 2)} {
		for _, link := range inspect(get(t, h, path).Body.String()).links {
			if got := get(t, h, link).Code; strings.HasPrefix(link, articlePath(w.retired)) && got != http.StatusOK {
				t.Errorf("%s links %s, which answers %d", path, link, got)
			}
		}
	}
}
