package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/search"
)

// shelf is a Searcher that has its answers ready and remembers what it was
// asked.
type shelf struct {
	answer search.Results
	err    error
	asked  []search.Query
}

func (s *shelf) Search(_ context.Context, q search.Query) (search.Results, error) {
	s.asked = append(s.asked, q)
	return s.answer, s.err
}

// filled is a shelf with an edit and a baseline of w on it.
func (w written) filled() *shelf {
	return &shelf{answer: search.Results{Next: "40/7", Hits: []search.Hit{
		{Article: w.bridge, Source: "The Harbour Post", URL: "https://harbourpost.example/2026/05/bridge",
			Headline: bridge[1].Headline, From: 1, To: 2, Seq: 5, At: opened.Add(132 * time.Minute), Significance: news.Major,
			Classes: []news.Class{news.ClassHeadline, news.ClassFact},
			Title: []search.Run{{Text: "Council ", Op: news.Same, Hit: true}, {Text: "delays", Op: news.Del}, {Text: " ", Op: news.Same},
				{Text: "votes to close", Op: news.Ins}, {Text: " bridge for two years", Op: news.Same}},
			Snippet: []search.Run{{Text: "The bridge carries ", Op: news.Same}, {Text: "8,000", Op: news.Del, Hit: true}, {Text: " ", Op: news.Same},
				{Text: "11,000", Op: news.Ins}, {Text: " vehicles a day", Op: news.Same}}},
		{Article: w.hostile, Source: hostile, URL: "javascript:alert(1)", Headline: hostile, To: 1, At: opened,
			Title: []search.Run{{Text: hostile, Op: news.Same, Hit: true}}, Snippet: []search.Run{{Text: hostile, Op: news.Ins, Hit: true}}},
	}}}
}

func TestSearchAsksWhatTheAddressSays(t *testing.T) {
	w := writtenHistory(t)
	day := func(d int) time.Time { return time.Date(2026, 5, d, 0, 0, 0, 0, time.UTC) }
	for _, tt := range []struct {
		query string
		want  search.Query
	}{
		{"q=council", search.Query{Words: "council"}},
		{"q=+%22no+jobs%22+-mayor+", search.Query{Words: `"no jobs" -mayor`}},
		{"q=a&class=fact&min=major&source=The+Harbour+Post&since=2026-05-03&until=2026-05-04",
			search.Query{Words: "a", Classes: []news.Class{news.ClassFact}, Least: news.Major, Source: "The Harbour Post", Since: day(3), Until: day(5)}},
		{"q=a&in=headline&each=true&order=best", search.Query{Words: "a", Headline: true, Each: true, Best: true}},
		{"q=a&in=changed&after=40%2F7&class=&min=&source=", search.Query{Words: "a", Changed: true, After: "40/7"}},
		{"class=correction", search.Query{Classes: []news.Class{news.ClassCorrection}}},
	} {
		s := w.filled()
		if got := get(t, New(Options{Store: w.st, Search: s}), "/search?"+tt.query); got.Code != http.StatusOK {
			t.Errorf("%s answers %d", tt.query, got.Code)
		}
		if len(s.asked) != 1 {
			t.Errorf("%s asks %d times", tt.query, len(s.asked))
		} else if diff := cmp.Diff(tt.want, s.asked[0]); diff != "" {
			t.Errorf("%s asks (-want +got):\n%s", tt.query, diff)
		}
	}
	s := w.filled()
	for query, want := range map[string]int{
		"": 200, "q=": 200, "q=+": 200, "q=a&class=none": 400, "q=a&class=removed": 400, "q=a&min=most": 400, "q=a&since=yesterday": 400,
		"q=a&since=2026-05-04&until=2026-05-03": 400, "q=a&in=margin": 400, "q=" + strings.Repeat("x", 5000): 400,
		"q=https://nobody.example/x": 404, "q=nobody.example/x": 404,
	} {
		if got := get(t, New(Options{Store: w.st, Search: s}), "/search?"+query).Code; got != want {
			t.Errorf("%.60s answers %d, want %d", query, got, want)
		}
	}
	if body := get(t, New(Options{Store: w.st, Search: s}), "/search?q="+strings.Repeat("x+", 5000)).Body.String(); !strings.Contains(body, "Too many words to look for") || strings.Contains(body, "filter") {
		t.Errorf("too many words are answered: %s", body)
	}
	if len(s.asked) != 0 {
		t.Errorf("the index is asked %d times for nothing", len(s.asked))
	}
}

func TestSearchPage(t *testing.T) {
	w := writtenHistory(t)
	says := func(s Searcher, query string, want ...string) string {
		t.Helper()
		body := get(t, New(Options{Store: w.st, Search: s}), "/search?"+query).Body.String()
		for _, p := range inspect(body).problems {
			t.Errorf("%s: %s", query, p)
		}
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%s lacks %q", query, text)
			}
		}
		return body
	}
	s := w.filled()
	body := says(s, "q=council&class=fact", "<mark>Council </mark>", "<del><mark>8,000</mark></del>", "<ins>11,000</ins>", diffPath(w.bridge, 1, 2),
		versionPath(w.hostile, 1), "as it was first read", `href="/search?after=40%2F7&amp;class=fact&amp;q=council"`, `value="council"`,
		`<option value="fact" selected>`, `href="/search?class=fact&amp;each=true&amp;q=council"`)
	if strings.Contains(body, "javascript:") || strings.Contains(body, `class="lookup"`) {
		t.Error("the page links an address that is none, or has two boxes")
	}
	says(nil, "q=council", "switched the index off", "by its link")
	s.answer = search.Results{}
	says(s, "q=council", "Nothing is found")
	s.answer.Rebuilding = true
	says(s, "q=council", "does not know all of the record yet")
	for _, err := range []error{search.ErrUnavailable, search.ErrSlow} {
		s.err = err
		for _, path := range []string{"/search?q=x", "/search/edits.rss?q=x", "/api/v1/search?q=x"} {
			if got := get(t, New(Options{Store: w.st, Search: s}), path); got.Code != http.StatusServiceUnavailable {
				t.Errorf("%s answers %d while %v", path, got.Code, err)
			}
		}
	}
	s.err = search.ErrCursor
	if got := get(t, New(Options{Store: w.st, Search: s}), "/search?q=x&after=y"); got.Code != http.StatusBadRequest {
		t.Errorf("a lost place answers %d", got.Code)
	}
}

// TestOneBox: what is put into the box of the masthead is a link or words.
func TestOneBox(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st, Search: w.filled()})
	home := get(t, h, "/").Body.String()
	if !strings.Contains(home, `action="/search"`) || !strings.Contains(home, `name="q"`) {
		t.Error("the masthead has no box for words")
	}
	for _, link := range append(slices.Clone(linksToBridge), "nameless.example/1") {
		got := get(t, h, "/search?q="+url.QueryEscape(link))
		if got.Code != http.StatusSeeOther || !strings.HasPrefix(got.Header().Get("Location"), "/articles/") {
			t.Errorf("%q: %d to %q", link, got.Code, got.Header().Get("Location"))
		}
	}
	for _, words := range []string{"council votes", "U.S.", "3.5", "and/or", "24.5/7", "e.g.", "...", "council.", "¶ 5", "«»"} {
		if got := get(t, h, "/search?q="+url.QueryEscape(words)); got.Code != http.StatusOK {
			t.Errorf("the words %q: %d", words, got.Code)
		}
	}
}

// TestSearchFindsWhatWasStruck searches a real index of the record.
func TestSearchFindsWhatWasStruck(t *testing.T) {
	w := writtenHistory(t)
	index, err := search.Open(filepath.Join(t.TempDir(), "search.db"), w.st, search.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- index.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := index.Close(); err != nil {
			t.Error(err)
		}
	})
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if s, err := index.Status(ctx); err == nil && s.Versions == s.Of && !s.Rebuilding {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("the index is not ready: %+v, %v", s, err)
		}
	}
	h := New(Options{Store: w.st, Search: index})
	for query, want := range map[string]string{
		"q=%22no+jobs%22":                diffPath(w.bridge, 1, 2),
		"q=8%2C000&in=changed&each=true": diffPath(w.bridge, 1, 2),
		"q=citing+cost&in=headline":      diffPath(w.bridge, 1, 2),
		"q=correction&class=correction":  diffPath(w.bridge, 3, 4),
		"q=script&each=true":             diffPath(w.hostile, 1, 2),
		"q=nothing-of-this-kind":         "Nothing is found",
		"q=%22%28*)+OR+NEAR%2F-+%00":     "",
	} {
		got := get(t, h, "/search?"+query)
		if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), want) {
			t.Errorf("%s: %d, lacks %s:\n%s", query, got.Code, want, got.Body)
		}
		for _, p := range inspect(got.Body.String()).problems {
			t.Errorf("%s: %s", query, p)
		}
	}
}
