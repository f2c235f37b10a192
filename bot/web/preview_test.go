package web

import (
	"context"
	"errors"
	"html"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/bot/web/card"
	"github.com/editwatch/editwatch/internal/news"
)

var metaTag = regexp.MustCompile(`<meta (?:property|name)="((?:og|twitter):[^"]*)" content="([^"]*)">`)

// previewIn reads what a page says to those who make previews.
func previewIn(body string) map[string]string {
	out := make(map[string]string)
	for _, m := range metaTag.FindAllStringSubmatch(body, -1) {
		out[m[1]] = html.UnescapeString(m[2])
	}
	return out
}

func TestCard(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st})
	path := cardPath(w.bridge, 3, 4)
	got := get(t, h, path)
	if got.Code != http.StatusOK || got.Header().Get("Content-Type") != "image/png" || got.Header().Get("Cache-Control") != "no-cache" ||
		got.Header().Get("Cross-Origin-Resource-Policy") != "cross-origin" || got.Header().Get("X-Robots-Tag") != "noindex, noarchive" {
		t.Fatalf("%d, %v", got.Code, got.Header())
	}
	size := got.Body.Len()
	img, err := png.Decode(got.Body)
	if err != nil || img.Bounds().Dx() != card.Width || img.Bounds().Dy() != card.Height {
		t.Errorf("%v, %v", img.Bounds(), err)
	}
	tag := got.Header().Get("ETag")
	if other := get(t, h, path+"?x=1").Header().Get("ETag"); other != tag {
		t.Errorf("a query makes another picture: %s, not %s", other, tag)
	}
	if got := get(t, h, path, "If-None-Match", tag); got.Code != http.StatusNotModified {
		t.Errorf("%d with its own tag", got.Code)
	}
	head := httptest.NewRecorder()
	h.ServeHTTP(head, httptest.NewRequest(http.MethodHead, path, nil))
	if head.Code != http.StatusOK || head.Body.Len() != 0 || head.Result().ContentLength != int64(size) {
		t.Errorf("HEAD answers %d with %d bytes, and says %d of %d", head.Code, head.Body.Len(), head.Result().ContentLength, size)
	}
	for path, want := range map[string]int{
		cardPath(w.bridge, 4, 3): 404, cardPath(w.bridge, 3, 3): 404, cardPath(w.bridge, 1, 9): 404, cardPath("zzz", 1, 2): 404,
		diffPath(w.bridge, 3, 4) + "/card.jpg": 404, cardPath(w.hostile, 1, 2): 200, cardPath(w.bridge, 1, 6): 200,
	} {
		if got := get(t, h, path); got.Code != want {
			t.Errorf("%s answers %d, want %d", path, got.Code, want)
		}
	}
}

// TestPreview: the pages name the picture by its whole address, and say in words
// what it shows.
func TestPreview(t *testing.T) {
	w := writtenHistory(t)
	for _, tt := range []struct{ public, base string }{
		{"", "http://pages.example"},
		{"https://edits.example.org", "https://edits.example.org"},
		{"https://example.org/edits/", "https://example.org/edits"},
	} {
		h := New(Options{Store: w.st, PublicURL: tt.public})
		page := get(t, h, diffPath(w.bridge, 3, 4)).Body.String()
		got := previewIn(page)
		picture, err := url.Parse(got["og:image"])
		if err != nil || !strings.HasPrefix(got["og:image"], tt.base+cardPath(w.bridge, 3, 4)+"?") {
			t.Fatalf("the picture is at %q", got["og:image"])
		}
		answer := get(t, h, picture.RequestURI())
		if answer.Code != http.StatusOK || answer.Header().Get("ETag") != `W/"`+picture.RawQuery+`"` {
			t.Errorf("the picture answers %d, its tag is %s, in its address stands %s", answer.Code, answer.Header().Get("ETag"), picture.RawQuery)
		}
		if got["og:image:alt"] != got["og:title"]+". "+got["og:description"] || got["og:image:alt"] != got["twitter:image:alt"] {
			t.Errorf("the words are not the same: %q", got)
		}
		for _, want := range []string{"The Harbour Post", "Version 3 → 4", " later"} {
			if !strings.Contains(got["og:image:alt"], want) {
				t.Errorf("the words beside the picture lack %q: %s", want, got["og:image:alt"])
			}
		}
		// The article's page shows the newest edit.
		article := previewIn(get(t, h, articlePath(w.bridge)).Body.String())
		if newest := previewIn(get(t, h, diffPath(w.bridge, 5, 6)).Body.String()); article["og:image"] != newest["og:image"] || article["og:image:alt"] != newest["og:image:alt"] {
			t.Errorf("the article's page shows %s, not %s", article["og:image"], newest["og:image"])
		}
	}
	h := New(Options{Store: w.st})
	for _, path := range []string{"/", "/articles", "/sources", "/feeds", versionPath(w.bridge, 1), articlePath(w.unread)} {
		if got := previewIn(get(t, h, path).Body.String()); got["og:title"] == "" || got["og:site_name"] != "editwatch" || got["og:image"] != "" {
			t.Errorf("%s says %v", path, got)
		}
	}
	for _, path := range []string{"/nowhere", diffPath(w.bridge, 1, 9)} {
		if got := previewIn(get(t, h, path).Body.String()); len(got) > 0 {
			t.Errorf("%s, an error, says %v", path, got)
		}
	}
}

// TestPreviewChangesAddress: another build, and an article whose source is
// called otherwise, have their pictures fetched anew.
func TestPreviewChangesAddress(t *testing.T) {
	w := writtenHistory(t)
	picture := func(o Options) string {
		o.Store = w.st
		return previewIn(get(t, New(o), diffPath(w.bridge, 3, 4)).Body.String())["og:image"]
	}
	seen := map[string]bool{picture(Options{}): true, picture(Options{Version: "2"}): true, picture(Options{Excerpt: true}): true}
	if len(seen) != 3 {
		t.Errorf("one address for pictures that differ: %v", seen)
	}
}

// TestPreviewOfExcerpt: where no text is shown whole, neither the picture nor the
// words beside it tell more than the page.
func TestPreviewOfExcerpt(t *testing.T) {
	hist := newHistory(t)
	a := hist.sight(news.Article{URL: "https://long.example/1", Source: "Long", FirstSeen: opened})
	far := "Nobody " + strings.Repeat("a ", 30) // within the card's context, beyond the excerpt's
	text := news.Text{Headline: "Long", Paragraphs: []string{far + "when 34 people died."}}
	hist.read(&a, text, opened)
	text.Paragraphs = []string{far + "when 38 people died."}
	hist.read(&a, text, opened.Add(time.Hour))
	for excerpt, want := range map[bool]bool{false: true, true: false} {
		alt := previewIn(get(t, New(Options{Store: hist.st, Excerpt: excerpt}), diffPath(a.ID, 1, 2)).Body.String())["og:image:alt"]
		if !strings.Contains(alt, "38") || strings.Contains(alt, "Nobody") != want {
			t.Errorf("excerpt %v: %s", excerpt, alt)
		}
	}
}

// TestCardsForMany: many ask at once, of several edits, and each gets its own.
func TestCardsForMany(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st})
	var all sync.WaitGroup
	var pictures [5]sync.Map
	for i := range 40 {
		from := i%5 + 1
		all.Go(func() {
			got := get(t, h, cardPath(w.bridge, from, from+1))
			if got.Code != http.StatusOK {
				t.Errorf("%d answers %d", from, got.Code)
			}
			pictures[from-1].Store(got.Body.String(), true)
		})
	}
	all.Wait()
	seen := make(map[any]bool)
	for i := range pictures {
		n := 0
		pictures[i].Range(func(picture, _ any) bool {
			n++
			seen[picture] = true
			return true
		})
		if n != 1 {
			t.Errorf("%d pictures of one edit", n)
		}
	}
	if len(seen) != len(pictures) {
		t.Errorf("%d pictures of %d edits", len(seen), len(pictures))
	}
}

// TestTurns: no more cards are drawn at once than that, and nobody waits for
// long.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := make(turnstile, 2)
		for range 2 {
			if err := turns.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		if err := turns.enter(t.Context()); !errors.Is(err, errBusy) || time.Since(began) != cardPatience {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if err := turns.enter(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("who left is told %v", err)
		}
		turns.leave()
		if err := turns.enter(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestRobotsStayAway(t *testing.T) {
	got := get(t, New(Options{Store: writtenHistory(t).st}), "/robots.txt")
	const want = `User-agent: Twitterbot
User-agent: Discordbot
User-agent: facebookexternalhit
User-agent: LinkedInBot
User-agent: TelegramBot
User-agent: BlueskyPreviewBot
Disallow:

User-agent: *
Disallow: /
`
	if got.Code != http.StatusOK || got.Body.String() != want || got.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%d, %s: %q", got.Code, got.Header().Get("Content-Type"), got.Body)
	}
}
