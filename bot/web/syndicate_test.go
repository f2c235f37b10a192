package web

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"
)

func TestFeedsReadBack(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st, PublicURL: "https://edits.example.org/news/"})
	for _, base := range []string{"", articlePath(w.bridge), articlePath(w.hostile), articlePath(w.quiet), "/sources/The%20Harbour%20Post", sourcePath(hostile)} {
		ids := make(map[string]int)
		for _, f := range formats {
			path := base + "/edits." + f.name
			body := get(t, h, path).Body.Bytes()
			feed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			if f.name != "json" {
				if err := xml.Unmarshal(body, new(struct{})); err != nil {
					t.Errorf("%s: %v", path, err)
				}
			}
			if want := "https://edits.example.org/news" + path; feed.FeedLink != want {
				t.Errorf("%s: names itself %q, want %q", path, feed.FeedLink, want)
			}
			if base == articlePath(w.bridge) && len(feed.Items) != 5 {
				t.Errorf("%s: %d items, want 5", path, len(feed.Items))
			}
			for _, it := range feed.Items {
				ids[it.GUID]++
				if !strings.HasPrefix(it.GUID, "urn:uuid:") || !strings.HasPrefix(it.Link, "https://edits.example.org/news/articles/") {
					t.Errorf("%s: item %q links %q", path, it.GUID, it.Link)
				}
				if it.PublishedParsed == nil || it.PublishedParsed.Year() != 2026 {
					t.Errorf("%s: item published %q", path, it.Published)
				}
				content := it.Content
				if content == "" {
					content = it.Description
				}
				for _, p := range inspectFragment(content) {
					t.Errorf("%s: item %s: %s", path, it.GUID, p)
				}
				if strings.HasSuffix(it.Link, "/diff/1/2") && base == articlePath(w.bridge) {
					for _, want := range []string{"Before:", "After:", "8,000", "11,000", "Council delays bridge repair", "<del>", "<ins>"} {
						if !strings.Contains(content, want) {
							t.Errorf("%s: item lacks %q:\n%s", path, want, content)
						}
					}
				}
			}
		}
		for id, n := range ids {
			if n != len(formats) {
				t.Errorf("%s: id %s stands in %d formats", base, id, n)
			}
		}
	}
}

// inspectFragment is inspect for the HTML within a feed's item, whose links are
// whole addresses.
func inspectFragment(content string) []string {
	var out []string
	for _, p := range inspect(content).problems {
		if !strings.Contains(p, "lacks rel") {
			out = append(out, p)
		}
	}
	return out
}

func TestEmptyFeedsAreValid(t *testing.T) {
	h := New(Options{Store: newHistory(t).st})
	for _, f := range formats {
		feed, err := gofeed.NewParser().ParseString(get(t, h, "/edits."+f.name).Body.String())
		if err != nil || len(feed.Items) != 0 {
			t.Errorf("%s: %v, %v", f.name, feed, err)
		}
	}
	if body := get(t, h, "/edits.json").Body.String(); !strings.Contains(body, `"items": []`) {
		t.Errorf("a JSON feed needs items: %s", body)
	}
	if body := get(t, h, "/").Body.String(); !strings.Contains(body, "No edit has been seen yet") {
		t.Error("an empty record says nothing")
	}
}
