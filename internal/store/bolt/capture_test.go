package bolt

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// TestCaptureSize tells what a capture costs in the file beyond its body as the
// server sent it, which cannot be made smaller and stay what it is: with
//
//	EDITWATCH_DATA=… go test ./internal/store/bolt -run TestCaptureSize -v
//
// for real pages, else for generated ones.
func TestCaptureSize(t *testing.T) {
	var pages []string
	if dir := os.Getenv("EDITWATCH_DATA"); dir != "" {
		filepath.WalkDir(filepath.Join(dir, "pages"), func(path string, _ fs.DirEntry, err error) error {
			if filepath.Ext(path) == ".html" {
				pages = append(pages, path)
			}
			return err
		})
	}
	var bodies [][]byte
	for _, p := range pages[:min(len(pages), 400)] {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, b)
	}
	for n := range 100 - min(len(bodies), 100) {
		bodies = append(bodies, bytes.Repeat(fmt.Appendf(nil, "<p>Paragraph %x of page %d.</p>\n", uint64(n)*0x9e3779b97f4a7c15, n), 40+10*n))
	}
	for _, tt := range []struct {
		name   string
		packed bool
		most   float64 // bytes in the file for each of the body as sent
	}{{"gzip", true, 1.3}, {"unpacked", false, 0.8}} {
		path := filepath.Join(t.TempDir(), "test.db")
		s, err := Open(path, Options{noSync: true})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		before := fileSize(t, path)
		sent := 0
		for i, body := range bodies {
			url := fmt.Sprintf("https://harbour.example/%d", i)
			now := time.UnixMilli(int64(i) * 1000)
			seen, err := s.Sight(t.Context(), nil, []store.Sighting{{Keys: []news.Key{news.Key(url)}, Article: news.Article{URL: url, FirstSeen: now}}})
			if err != nil {
				t.Fatal(err)
			}
			c := &news.Capture{At: now, Asked: url, URL: url, Proto: "HTTP/1.1", Status: 200, Body: body, Request: []string{
				"Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.5", "Accept-Encoding: gzip, br, zstd", "Host: harbour.example",
				"User-Agent: editwatch/1.0 (+https://example.org/about-our-bot)"}, Header: []string{
				"Age: 12", "Cache-Control: public, max-age=30", "Content-Type: text/html; charset=utf-8", "Date: Sun, 01 Mar 2026 12:00:00 GMT",
				"Etag: \"5f1c\"", "Server: nginx", "Vary: Accept-Encoding", "X-Cache: HIT"}}
			if tt.packed {
				var b bytes.Buffer
				w := gzip.NewWriter(&b)
				w.Write(body)
				w.Close()
				c.Body = b.Bytes()
			}
			sent += len(c.Body)
			a := seen[0].Article
			a.Versions = 1
			_, err = s.Record(t.Context(), store.Record{Article: a, Capture: c, Version: &news.Version{Article: a.ID, Number: 1, Seen: now, Text: news.Text{Headline: url}}})
			if err != nil {
				t.Fatal(err)
			}
		}
		grown := fileSize(t, path) - before
		n := len(bodies)
		t.Logf("%s: %d captures of %d bytes as sent take %d bytes each, %.2f of that", tt.name, n, sent/n, int(grown)/n, float64(grown)/float64(sent))
		if float64(grown) > tt.most*float64(sent) && len(pages) > 0 {
			t.Errorf("%s: more than %.1f times what was sent", tt.name, tt.most)
		}
	}
}
