package extract

import (
	"strings"
	"testing"
)

func TestStem(t *testing.T) {
	for name, want := range map[string]string{
		"story": "story", "story-text": "story-text", "Story_text": "Story_text", "": "",
		"story_5a3f2": "story", "story-text__x9Kq2w": "story-text", "post-12345": "post", "css-1q2w3e": "css",
		"col-12": "", "mt-4": "", "h2": "", "12345": "", "_12345": "", "a1-story": "", "story:hover": "", "md:flex": "",
		strings.Repeat("a", 61): "",
	} {
		if got := stem(name); got != want {
			t.Errorf("stem(%q) = %q, want %q", name, got, want)
		}
	}
}

// TestPlaceSurvivesBuilds: new tails of class names move nothing, and neither do
// boxes above the text.
func TestPlaceSurvivesBuilds(t *testing.T) {
	at := func(salt, above string) string {
		return strings.ReplaceAll(page("Bridge", `<div class="wrap_SALT"><div class="col_SALT">`+above+`<div class="story_SALT" id="story_SALT"><div>Transport</div><h1 class="head_SALT">Bridge closes</h1><div class="text_SALT">`+
			`<div class="t_SALT"><p>`+opening+`</p></div><div class="t_SALT"><p>`+closing+`</p></div></div></div></div></div>`), "SALT", salt)
	}
	first, err := Read([]byte(at("5a3f2", "")), Options{})
	if err != nil || len(first.Text.Paragraphs) != 2 {
		t.Fatalf("read %q, %v", first.Text, err)
	}
	for _, salt := range []string{"77b01", "0c9d4", "abcde"} {
		r, err := Read([]byte(at(salt, "<div><div>A box</div></div>")), Options{Place: first.Place, Last: first.Text})
		if err != nil || r.Text.Hash() != first.Text.Hash() {
			t.Errorf("%s: read %q, %v", salt, r.Text, err)
		}
		if letters := salt == "abcde"; r.Moved && !letters {
			t.Errorf("%s: moved to %s", salt, r.Place)
		}
	}
}

// TestNearest: where the pinned place is gone, the element that agrees best with
// the last version is taken, not the one around it.
func TestNearest(t *testing.T) {
	old := page("Bridge", `<div class="story"><h1>Bridge closes</h1><p>`+opening+`</p><p>`+closing+`</p></div>`)
	last, err := Read([]byte(old), Options{})
	if err != nil {
		t.Fatal(err)
	}
	const more = "A second report stands in the same frame on the new page and is about a ferry, not the bridge."
	redesigned := page("Bridge", `<section class="frame"><h1>Bridge closes</h1><section class="words"><p>`+opening+`</p><p>`+closing+`</p></section><section class="more"><p>`+more+`</p></section></section>`)
	r, err := Read([]byte(redesigned), Options{Place: last.Place, Last: last.Text})
	if err != nil || r.Text.Hash() != last.Text.Hash() || !r.Moved {
		t.Errorf("read %q, moved %t, %v", r.Text, r.Moved, err)
	}
}
