package extract

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/editwatch/editwatch/internal/news"
)

// benchPage returns a real page of about the mean size when there are real
// pages, else one of our own.
func benchPages(b *testing.B) [][]byte {
	var pages [][]byte
	if dir := os.Getenv("EDITWATCH_DATA"); dir != "" {
		names, _ := filepath.Glob(filepath.Join(dir, "pages", "naeb", "html", "*.html"))
		for _, name := range names {
			page, err := os.ReadFile(name)
			if err != nil {
				b.Fatal(err)
			}
			if len(page) < 500_000 && len(pages) < 40 {
				pages = append(pages, page)
			}
		}
	}
	if len(pages) == 0 {
		pages = append(pages, []byte(page("Council votes to close bridge", "<article><h1>Council votes to close bridge</h1>"+
			strings.Repeat("<p>The council has voted to close the <a href='/b'>old bridge</a> for two years, after engineers warned of cracks in three of its piers.</p>", 40)+"</article>"+
			strings.Repeat(`<div class="card"><a href="/x"><span>Read</span><img src="a.jpg"></a></div>`, 400))))
	}
	return pages
}

// BenchmarkRead compares reading a page with parsing it, which is the least
// that any reader does: first without a place, then as every later poll does.
func BenchmarkRead(b *testing.B) {
	pages := benchPages(b)
	places := make([]string, len(pages))
	texts := make([]news.Text, len(pages))
	size := 0
	for i, page := range pages {
		r, _ := Read(page, Options{})
		places[i], texts[i] = r.Place, r.Text
		size += len(page)
	}
	b.Run("html_parse", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, page := range pages {
				if _, err := html.Parse(strings.NewReader(string(page))); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("first", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, page := range pages {
				Read(page, Options{})
			}
		}
	})
	b.Run("pinned", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(size))
		for b.Loop() {
			for i, page := range pages {
				Read(page, Options{Place: places[i], Last: texts[i]})
			}
		}
	})
}
