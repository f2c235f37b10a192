package web

import (
	"net/http"
	"strings"
	"testing"
)

// With excerpts, no answer has a sentence that was never edited.
func TestExcerpt(t *testing.T) {
	w := writtenHistory(t)
	const never, edited = "Ferries will run as usual.", "11,000"
	paths := []string{
		"/", articlePath(w.bridge), versionPath(w.bridge, 1), versionPath(w.bridge, 2), versionPath(w.bridge, 6),
		diffPath(w.bridge, 1, 2), diffPath(w.bridge, 1, 6) + "?view=inline", diffPath(w.bridge, 2, 3) + "?view=sides",
		"/edits.rss", "/edits.atom", "/edits.json", articlePath(w.bridge) + "/edits.atom",
		"/api/v1" + versionPath(w.bridge, 1), "/api/v1" + diffPath(w.bridge, 1, 2), "/api/v1/events",
	}
	whole := New(Options{Store: w.st, PublicURL: "https://edits.example.org"})
	cut := New(Options{Store: w.st, PublicURL: "https://edits.example.org", Excerpt: true})
	had := 0
	for _, path := range paths {
		full, got := get(t, whole, path), get(t, cut, path)
		if got.Code != http.StatusOK {
			t.Errorf("%s answers %d: %.200s", path, got.Code, got.Body)
			continue
		}
		if strings.Contains(full.Body.String(), never) {
			had++
		}
		if strings.Contains(got.Body.String(), never) {
			t.Errorf("%s shows what was never edited", path)
		}
		if tag := full.Header().Get("ETag"); tag != "" && tag == got.Header().Get("ETag") {
			t.Errorf("%s has the ETag of what is shown whole", path)
		}
	}
	if had < 4 {
		t.Errorf("only %d of the whole answers have the sentence: this tests nothing", had)
	}
	for _, path := range []string{versionPath(w.bridge, 2), diffPath(w.bridge, 1, 2), "/api/v1" + versionPath(w.bridge, 2), "/edits.rss"} {
		if !strings.Contains(get(t, cut, path).Body.String(), edited) {
			t.Errorf("%s does not show what was edited", path)
		}
	}
}
