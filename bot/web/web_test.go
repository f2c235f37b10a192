package web

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/internal/news"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// cardAddress is the end of a card's address, which another style sheet changes.
var cardAddress = regexp.MustCompile(`card\.png\?[\w-]+`)

func TestGoldenPages(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st, Version: "test", PublicURL: "https://edits.example.org", Search: w.filled()})
	pages := map[string]string{
		"search.html":       "/search?q=council&class=fact",
		"home.html":         "/",
		"article.html":      articlePath(w.bridge),
		"removed.html":      articlePath(w.gone),
		"retired.html":      articlePath(w.retired),
		"hostile.html":      diffPath(w.hostile, 1, 2),
		"diff.html":         diffPath(w.bridge, 3, 4),
		"diff_far.html":     diffPath(w.bridge, 1, 6),
		"diff_inline.html":  diffPath(w.bridge, 1, 3) + "?view=inline",
		"diff_sides.html":   diffPath(w.bridge, 2, 3) + "?view=sides",
		"version.html":      versionPath(w.bridge, 4),
		"source.html":       "/sources/The%20Harbour%20Post",
		"feeds.html":        "/feeds",
		"article_edits.rss": articlePath(w.bridge) + "/edits.rss",
		"edits.atom":        "/edits.atom",
		"edits.json":        "/edits.json",
		"api_article.json":  "/api/v1/articles/" + string(w.gone),
	}
	for name, path := range pages {
		t.Run(name, func(t *testing.T) {
			got := get(t, h, path)
			if got.Code != http.StatusOK {
				t.Fatalf("%s answers %d", path, got.Code)
			}
			text := strings.ReplaceAll(got.Body.String(), assetsHash, "HASH")
			text = cardAddress.ReplaceAllString(text, "card.png?TAG")
			file := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), text); diff != "" {
				t.Errorf("%s differs from %s; look, then rerun with -update (-want +got):\n%s", path, file, diff)
			}
		})
	}
}

func TestArticleSays(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st})
	tests := []struct {
		path string
		want []string
	}{
		{articlePath(w.bridge), []string{"6 versions, 5 edits", "about 4 hours later", "changed between", "Last checked", "Next check",
			"https://harbourpost.example/2026/05/bridge", "the baseline"}},
		{articlePath(w.retired), []string{"2 versions, 1 edit", "Last changed over 40 days ago", "no longer checked since 3 May 2026"}},
		{articlePath(w.gone), []string{"1 version, 0 edits", "gone on 4 May 2026", "none is planned"}},
		{articlePath(w.unread), []string{"0 versions, 0 edits", "Nothing has been read yet"}},
		{articlePath(w.nameless), []string{"nameless.example", "Read from its feed"}},
		{diffPath(w.bridge, 2, 3), []string{"about 4 hours later", "changed between 15:58 and 16:08 UTC", "paragraphs unchanged",
			string(bridge[1].Hash()), string(bridge[2].Hash()), "page/1", diffPath(w.bridge, 1, 2), diffPath(w.bridge, 3, 4)}},
	}
	for _, tt := range tests {
		body := get(t, h, tt.path).Body.String()
		for _, want := range tt.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", tt.path, want)
			}
		}
	}
	if body := get(t, h, articlePath(w.hostile)).Body.String(); strings.Contains(body, `href="javascript`) {
		t.Error("the hostile address is linked")
	}
}

func TestUnwelcomeRequests(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st})
	id := articlePath(w.bridge)
	tests := []struct {
		path string
		want int
	}{
		{"/nowhere", 404},
		{"/articles/zzz", 404},
		{"/articles/zzz/edits.rss", 404},
		{"/articles/zzz/diff/1/2", 404},
		{id + "/diff/1/7", 404},
		{id + "/diff/0/1", 404},
		{id + "/diff/01/2", 404},
		{id + "/diff/-1/2", 404},
		{id + "/diff/a/b", 404},
		{id + "/diff/99999999999999999999/2", 404},
		{id + "/diff", 404},
		{id + "/versions/7", 404},
		{id + "/edits.csv", 404},
		{"/sources/Nobody", 404},
		{"/sources/Nobody/articles", 404},
		{"/sources/Nobody/edits.atom", 404},
		{"/?before=x", 400},
		{"/?before=0", 400},
		{"/?before=999999", 200},
		{id + "?before=-1", 400},
		{"/static/../web.go", 307}, // cleaned by the mux
		{"/static/layout.html", 404},
		{"/lookup", 400},
		{"/lookup?url=", 400},
		{"/lookup?url=hello", 400},
		{"/lookup?url=" + strings.Repeat("x", 5000), 400},
		{"/lookup?url=https://nobody.example/x", 404},
		{"/api/v1/events?limit=0", 400},
		{"/api/v1/events?limit=1000", 400},
		{"/api/v1/events/e99999", 404},
		{"/api/v1/articles/zzz", 404},
		{"/api/v2/", 404},
		{"/articles/%2e%2e/x", 404},
		{"/articles/" + url.PathEscape("a/../b"), 404},
	}
	for _, tt := range tests {
		got := get(t, h, tt.path)
		if got.Code != tt.want {
			t.Errorf("%.60s answers %d, want %d", tt.path, got.Code, tt.want)
		}
		if got.Code >= 400 && got.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%.60s: an error may be kept", tt.path)
		}
		if json := strings.HasPrefix(tt.path, "/api/"); got.Code >= 400 && json != (got.Header().Get("Content-Type") == problemType) {
			t.Errorf("%.60s answers with %s", tt.path, got.Header().Get("Content-Type"))
		}
	}
}

func TestOnlyReading(t *testing.T) {
	h := New(Options{Store: writtenHistory(t).st})
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, "/", strings.NewReader("x")))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s answers %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	for _, path := range []string{"/", "/edits.rss", "/nowhere", "/healthz", "/robots.txt"} {
		whole := get(t, h, path)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodHead, "http://pages.example"+path, nil))
		if w.Code != whole.Code || w.Body.Len() != 0 || w.Header().Get("Content-Length") != fmt.Sprint(whole.Body.Len()) {
			t.Errorf("HEAD %s: %d, %d bytes, Content-Length %s; GET: %d, %d bytes",
				path, w.Code, w.Body.Len(), w.Header().Get("Content-Length"), whole.Code, whole.Body.Len())
		}
	}
}

func TestNotModified(t *testing.T) {
	hist := newHistory(t)
	a := hist.sight(news.Article{URL: "https://live.example/1", Source: "Live", FirstSeen: opened})
	hist.read(&a, bridge[0], opened)
	hist.read(&a, bridge[1], opened.Add(time.Hour))
	h := New(Options{Store: hist.st})
	paths := []string{"/", articlePath(a.ID), diffPath(a.ID, 1, 2), versionPath(a.ID, 1), "/articles", "/sources", "/sources/Live",
		"/edits.rss", "/edits.atom", "/edits.json", articlePath(a.ID) + "/edits.rss", "/sources/Live/edits.json",
		"/api/v1/events", "/api/v1/articles/" + string(a.ID)}
	tags := make(map[string]string)
	for _, path := range paths {
		tags[path] = get(t, h, path).Header().Get("ETag")
		w := get(t, h, path, "If-None-Match", `"other", `+strings.TrimPrefix(tags[path], "W/"))
		if w.Code != http.StatusNotModified || w.Body.Len() != 0 || w.Header().Get("ETag") != tags[path] {
			t.Errorf("%s: %d with its own tag", path, w.Code)
		}
		if w := get(t, h, path, "If-None-Match", `"other"`); w.Code != http.StatusOK {
			t.Errorf("%s: %d with another tag", path, w.Code)
		}
	}
	if w := get(t, h, "/edits.rss"); get(t, h, "/edits.rss", "If-Modified-Since", w.Header().Get("Last-Modified")).Code != http.StatusNotModified {
		t.Error("a feed without news is sent again to those who know no tags")
	}

	hist.read(&a, bridge[2], time.Now().UTC())
	for _, path := range paths {
		if path == "/sources" || path == versionPath(a.ID, 1) {
			continue // need not change
		}
		if w := get(t, h, path, "If-None-Match", tags[path]); w.Code != http.StatusOK {
			t.Errorf("%s: %d after an edit", path, w.Code)
		}
	}
	if lm := get(t, h, "/edits.rss").Header().Get("Last-Modified"); lm != "" {
		t.Errorf("Last-Modified %s is given in the second of an edit; the next edit could go unseen", lm)
	}
}

func TestDiffOrder(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st})
	for path, want := range map[string]string{
		diffPath(w.bridge, 4, 3):                     diffPath(w.bridge, 3, 4),
		diffPath(w.bridge, 4, 3) + "?view=inline":    diffPath(w.bridge, 3, 4) + "?view=inline",
		diffPath(w.bridge, 3, 3):                     versionPath(w.bridge, 3),
		articlePath(w.bridge) + "/diff?from=1&to=5":  diffPath(w.bridge, 1, 5),
		articlePath(w.bridge) + "/diff?to=5&from=05": "",
	} {
		if got := get(t, h, path).Header().Get("Location"); got != want {
			t.Errorf("%s leads to %q, want %q", path, got, want)
		}
	}
}

// TestLayoutIsKept: who chose a layout finds the next edit in it, too.
func TestLayoutIsKept(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st})
	for query, want := range map[string]struct{ class, next string }{
		"":             {`<div class="sheet auto">`, diffPath(w.bridge, 4, 5)},
		"?view=inline": {`<div class="sheet inline">`, diffPath(w.bridge, 4, 5) + "?view=inline"},
		"?view=sides":  {`<div class="sheet sides">`, diffPath(w.bridge, 4, 5) + "?view=sides"},
		"?view=upside": {`<div class="sheet auto">`, diffPath(w.bridge, 4, 5)},
	} {
		body := get(t, h, diffPath(w.bridge, 3, 4)+query).Body.String()
		if !strings.Contains(body, want.class) || !strings.Contains(body, `<a rel="next" href="`+want.next+`">`) {
			t.Errorf("%q lacks %s or a link to %s", query, want.class, want.next)
		}
		if inline := strings.Contains(body, `<div class="side old">`); (query == "?view=inline") == inline {
			t.Errorf("%q has an old side: %v", query, inline)
		}
	}
}

func TestPublicURLWithPath(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st, PublicURL: "https://example.org/edits/"})
	for _, path := range []string{"/edits/", "/edits", "/", "/edits/articles", "/articles"} {
		got := get(t, h, path)
		if got.Code != http.StatusOK {
			t.Errorf("%s answers %d", path, got.Code)
		}
		for _, link := range inspect(got.Body.String()).links {
			if !strings.HasPrefix(link, "/edits/") {
				t.Errorf("%s links %s", path, link)
			}
		}
	}
	if got := get(t, h, "/edits/lookup?url=nameless.example/1").Header().Get("Location"); got != "/edits"+articlePath(w.nameless) {
		t.Errorf("lookup leads to %s", got)
	}
	if got := get(t, h, "/editsarticles"); got.Code != http.StatusNotFound {
		t.Errorf("a path that only begins like the prefix answers %d", got.Code)
	}
}

func TestTimelineOf200Versions(t *testing.T) {
	hist := newHistory(t)
	a := hist.manyVersions(200)
	h := New(Options{Store: hist.st})
	versions := make(map[int]int)
	pages := 0
	for path := articlePath(a.ID); path != ""; pages++ {
		body := get(t, h, path).Body.String()
		for n := 1; n <= 200; n++ {
			versions[n] += strings.Count(body, fmt.Sprintf(`<h3><a href="%s">`, versionPath(a.ID, n)))
		}
		path = ""
		for _, link := range inspect(body).links {
			if strings.Contains(link, "?before=") {
				path = link
			}
		}
	}
	for n := 1; n <= 200; n++ {
		if versions[n] != 1 {
			t.Errorf("version %d stands %d times in the history", n, versions[n])
		}
	}
	if pages < 5 || pages > 8 {
		t.Errorf("%d pages", pages)
	}
}

func TestHomePages(t *testing.T) {
	hist := newHistory(t)
	a := hist.manyVersions(60)
	for i := range 150 { // more than one reading of the store can pass over
		hist.happened(&a, news.Event{Kind: news.Retired, At: opened.Add(time.Duration(100+i) * time.Hour)})
	}
	h := New(Options{Store: hist.st})
	entries := 0
	for path := "/"; path != ""; {
		body := get(t, h, path).Body.String()
		entries += strings.Count(body, `<article class="entry`)
		path = ""
		for _, link := range inspect(body).links {
			if strings.HasPrefix(link, "/?before=") {
				path = link
			}
		}
	}
	if entries != 59 {
		t.Errorf("%d entries on all pages, want 59", entries)
	}
}

func TestClosedStoreTellsNobodyWhy(t *testing.T) {
	hist := newHistory(t)
	h := New(Options{Store: hist.st})
	if err := hist.st.Close(); err != nil {
		t.Fatal(err)
	}
	w := get(t, h, "/")
	if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "closed") {
		t.Errorf("%d: %s", w.Code, w.Body)
	}
}

func TestServerLimits(t *testing.T) {
	srv := Server("127.0.0.1:0", http.NotFoundHandler(), nil)
	if srv.ReadHeaderTimeout <= 0 || srv.ReadTimeout <= 0 || srv.WriteTimeout <= 0 || srv.IdleTimeout <= 0 || srv.MaxHeaderBytes <= 0 {
		t.Errorf("a limit is missing: %+v", srv)
	}
}
