package newsroom

import (
	"strings"
	"testing"
)

// TestTruth does one of everything to an article and reads the log.
func TestTruth(t *testing.T) {
	n := New(Options{Quiet: true, Empty: true})
	o := n.Outlet("harbour-post")
	a := o.Publish(Draft{Section: "news", Byline: "T. Ester", Text: Text{Headline: "A ship came in", Paragraphs: []string{"It had 34 masts.", "Nobody saw it."}}})
	status := func(want int) {
		t.Helper()
		if res, _ := get(t, n, a.URL()); res.StatusCode != want {
			t.Errorf("status %d, want %d", res.StatusCode, want)
		}
	}

	a.Edit(func(t *Text) { t.Paragraphs[0] = "It had 38 masts." }, "fact")
	if _, ok := a.Edit(func(*Text) {}); ok {
		t.Error("nothing changed, and it is an edit")
	}
	if _, err := a.Revert(1); err != nil {
		t.Error(err)
	}
	if _, err := a.Revert(3); err == nil {
		t.Error("reverted to itself")
	}
	if _, err := a.Revert(9); err == nil {
		t.Error("reverted to a version that is not there")
	}

	a.Remove(Gone)
	a.Remove(NotFound) // gone already
	status(410)
	if _, body := get(t, n, o.FeedURL()); strings.Contains(body, "A ship") {
		t.Error("a removed article is in the feed")
	}
	a.Edit(func(t *Text) { t.Headline = "Two ships came in" })
	a.Restore()
	status(200)
	a.Remove(NotFound)
	status(404)
	a.Restore()
	a.Remove(ToSection)
	status(302)
	a.Restore()
	a.Restore() // there already

	old := a.URL()
	if !a.Rename("two-ships") || a.Rename("two-ships") {
		t.Error("renamed wrongly")
	}
	if res, _ := get(t, n, old); res.StatusCode != 301 || res.Header.Get("Location") != a.URL() {
		t.Errorf("the old address answers %d %q", res.StatusCode, res.Header.Get("Location"))
	}

	a.Test("Ships, and what they bring")
	var heads []bool
	for range 4 {
		_, body := get(t, n, a.URL())
		heads = append(heads, strings.Contains(body, "<h1>Ships"))
	}
	if heads[0] == heads[1] || heads[0] != heads[2] || heads[1] != heads[3] {
		t.Errorf("the rival was shown: %v", heads)
	}
	a.EndTest(true)

	want := []struct {
		kind         ChangeKind
		significance string
		version      int
		head         string // of After
	}{
		{Published, "none", 1, "A ship came in"},
		{Edited, "major", 2, "A ship came in"},
		{Reverted, "major", 3, "A ship came in"},
		{Removed, "major", 3, ""},
		{Returned, "major", 4, "Two ships came in"},
		{Removed, "major", 4, ""},
		{Returned, "major", 4, "Two ships came in"},
		{Removed, "major", 4, ""},
		{Returned, "major", 4, "Two ships came in"},
		{Renamed, "major", 4, "Two ships came in"},
		{Testing, "major", 4, "Ships, and what they bring"},
		{TestEnded, "none", 4, "Two ships came in"},
		{Edited, "major", 5, "Ships, and what they bring"},
	}
	got := n.Truth()
	for i, w := range want {
		if i >= len(got) {
			t.Fatalf("the log ends after %d changes", i)
		}
		c := got[i]
		if c.N != i+1 || c.Kind != w.kind || c.Significance != w.significance || c.Version != w.version || c.After.Headline != w.head {
			t.Errorf("change %d is %+v, want %+v", i+1, c, w)
		}
		if c.Outlet != "harbour-post" || !strings.HasPrefix(c.URL, "http://harbour-post.example/news/") || c.At.IsZero() {
			t.Errorf("change %d is at %q, %q, %v", i+1, c.Outlet, c.URL, c.At)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d changes, want %d", len(got), len(want))
	}
	if got[2].RevertedTo != 1 || got[3].Status != 410 || got[5].Status != 404 || got[7].Status != 302 || got[9].WasURL != old {
		t.Errorf("details are missing: %+v", got)
	}
	if got[4].Before.Headline != "A ship came in" {
		t.Errorf("the gap began at %q", got[4].Before.Headline)
	}
}

// TestStoriesInTheLog takes every story to its end.
func TestStoriesInTheLog(t *testing.T) {
	n := New(Options{Quiet: true})
	noted, edits := 0, 0
	for _, o := range n.Outlets() {
		for _, a := range o.Articles() {
			left := len(a.Steps())
			for range left {
				was := a.Text()
				c, ok := a.Step()
				if !ok || c.Kind != Edited || !c.Before.Equal(was) || !c.After.Equal(a.Text()) || c.Label == "" || c.Significance == "none" {
					t.Errorf("%s: %t %+v", a.URL(), ok, c)
				}
				edits++
				if c.Noted {
					noted++
				}
			}
			if _, ok := a.Step(); ok {
				t.Error("a step too many")
			}
			if got := len(a.Versions()); got != left+1 {
				t.Errorf("%d versions after %d edits", got, left)
			}
		}
	}
	if edits < 40 || noted < 3 {
		t.Errorf("%d edits, %d of them noted", edits, noted)
	}
}

func TestSignificance(t *testing.T) {
	for classes, want := range map[string]string{
		"": "none", "typography": "typography", "minor": "minor", "typography minor": "minor", "reorder": "minor", "minor fact": "major", "headline": "major",
	} {
		if got := significance(strings.Fields(classes)); got != want {
			t.Errorf("%s is %s, want %s", classes, got, want)
		}
	}
}
