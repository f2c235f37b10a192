package web

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// BenchmarkPages compares what a reader asks for with the one index read that
// no page can do without.
func BenchmarkPages(b *testing.B) {
	h := newHistory(b)
	for i := range 40 {
		a := h.sight(news.Article{URL: fmt.Sprint("https://harbourpost.example/", i), Source: "The Harbour Post", FirstSeen: opened})
		for j, text := range bridge {
			h.read(&a, text, opened.Add(time.Duration(i*10+j)*time.Minute))
		}
	}
	a := h.manyVersions(200)
	pages := New(Options{Store: h.st})
	b.Run("floor_one_index_read", func(b *testing.B) {
		for b.Loop() {
			if _, err := h.st.Events(b.Context(), store.EventQuery{Max: homeEntries}); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, page := range []struct{ name, path string }{
		{"home", "/"},
		{"home_older", "/?before=100"},
		{"article_of_200_versions", articlePath(a.ID)},
		{"side_by_side", diffPath(a.ID, 100, 101)},
		{"feed", "/edits.atom"},
	} {
		tag := get(b, pages, page.path).Header().Get("ETag")
		b.Run(page.name+"_made", func(b *testing.B) {
			for b.Loop() {
				pages := New(Options{Store: h.st}) // about 1 ms of it
				if get(b, pages, page.path).Code != http.StatusOK {
					b.Fatal("not made")
				}
			}
		})
		b.Run(page.name, func(b *testing.B) {
			for b.Loop() {
				if get(b, pages, page.path).Code != http.StatusOK {
					b.Fatal("not made")
				}
			}
		})
		b.Run(page.name+"_not_modified", func(b *testing.B) {
			for b.Loop() {
				if get(b, pages, page.path, "If-None-Match", tag).Code != http.StatusNotModified {
					b.Fatal("made")
				}
			}
		})
	}
}
