package feed

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/editwatch/editwatch/internal/news"
)

// dataFolder is where real feeds are kept; they are not ours to publish.
func dataFolder(t testing.TB) string {
	dir := os.Getenv("EDITWATCH_DATA")
	if dir == "" {
		t.Skip("EDITWATCH_DATA does not name a folder with feeds/")
	}
	return filepath.Join(dir, "feeds")
}

// checkInvariants holds what the package comment promises.
func checkInvariants(t testing.TB, f Feed) {
	t.Helper()
	seen := make(map[string]bool)
	for _, e := range f.Entries {
		if e.GUID == "" || seen[e.GUID] {
			t.Errorf("GUID %q is empty or not the only one", e.GUID)
		}
		seen[e.GUID] = true
		for _, s := range []string{e.Title, e.Summary, f.Title} {
			if s != news.Canonical(s) {
				t.Errorf("%q is not canonical", s)
			}
		}
		for _, u := range []string{e.URL, f.SiteURL} {
			if u != "" && !strings.HasPrefix(u, "http://") && !strings.HasPrefix(u, "https://") {
				t.Errorf("%q is not an address of the web", u)
			}
		}
	}
	if len(f.Entries) > MaxEntries || f.TTL < 0 || f.TTL > MaxTTL {
		t.Errorf("%d entries, TTL %v", len(f.Entries), f.TTL)
	}
}

// TestRealFeeds reads every snapshot and finds each change that someone else's
// program found between neighbours.
func TestRealFeeds(t *testing.T) {
	dir := dataFolder(t)
	for _, site := range []string{"bbc", "smh"} {
		t.Run(site, func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join(dir, site, "raw", "*.xml"))
			if err != nil || len(files) == 0 {
				t.Fatalf("no snapshots: %v", err)
			}
			items := snapshots(t, filepath.Join(dir, site, "snapshots.jsonl"))
			titles := make(map[string]map[string]bool) // by GUID
			entries := 0
			for _, name := range files {
				data, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				f, err := Parse(data, "text/xml", "https://feeds.example/rss.xml")
				want := items[strings.TrimSuffix(filepath.Base(name), ".xml")]
				if want == 0 { // some were stored empty
					if !errors.Is(err, ErrNotFeed) {
						t.Errorf("%s: %d entries, %v", filepath.Base(name), len(f.Entries), err)
					}
					continue
				}
				if err != nil {
					t.Errorf("%s: %v", filepath.Base(name), err)
					continue
				}
				if len(f.Entries) != want || f.Title == "" {
					t.Errorf("%s: %d entries of %q, want %d", filepath.Base(name), len(f.Entries), f.Title, want)
				}
				checkInvariants(t, f)
				entries += len(f.Entries)
				for _, e := range f.Entries {
					if e.Title == "" || e.URL == "" || e.Published.IsZero() {
						t.Errorf("%s: %+v", filepath.Base(name), e)
					}
					if titles[e.GUID] == nil {
						titles[e.GUID] = make(map[string]bool)
					}
					titles[e.GUID][e.Title] = true
				}
			}
			changes, missed := 0, 0
			list, err := os.Open(filepath.Join(dir, site, "changes.jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			defer list.Close()
			for sc := bufio.NewScanner(list); sc.Scan(); {
				var c struct {
					GUID   string
					Before string `json:"title_before"`
					After  string `json:"title_after"`
				}
				if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
					t.Fatal(err)
				}
				changes++
				if !titles[c.GUID][plain(c.Before)] || !titles[c.GUID][plain(c.After)] {
					missed++
					t.Logf("not read: %s: %q, %q", c.GUID, c.Before, c.After)
				}
			}
			t.Logf("%d snapshots, %d entries, %d changes", len(files), entries, changes)
			if missed > 0 {
				t.Errorf("%d of %d changes are not in what was read", missed, changes)
			}
		})
	}
	t.Run("not_feeds", func(t *testing.T) {
		files, _ := filepath.Glob(filepath.Join(dir, "not-feeds", "*"))
		if len(files) == 0 {
			t.Fatal("no files")
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f, err := Parse(data, "text/xml", "https://feeds.example/rss.xml")
			if !errors.Is(err, ErrNotFeed) {
				t.Errorf("%s: %d entries, %v", filepath.Base(name), len(f.Entries), err)
			}
			t.Logf("%s: %d bytes: %v", filepath.Base(name), len(data), err)
		}
	})
}

// snapshots returns how many items each snapshot has, by its number.
func snapshots(t *testing.T, name string) map[string]int {
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]int)
	for line := range strings.Lines(string(data)) {
		var s struct{ Seq, Items int }
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatal(err)
		}
		out[fmt.Sprintf("%05d", s.Seq)] = s.Items
	}
	return out
}

// BenchmarkParse reads a real feed where there is one.
func BenchmarkParse(b *testing.B) {
	dir := dataFolder(b)
	data, err := os.ReadFile(filepath.Join(dir, "bbc", "raw", "00255.xml"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(data, "text/xml", "https://feeds.example/"); err != nil {
			b.Fatal(err)
		}
	}
}
