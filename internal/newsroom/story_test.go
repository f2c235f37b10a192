package newsroom

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestStories tells every variant of every story to its end, edit by edit.
func TestStories(t *testing.T) {
	stories, err := loadStories(storyFiles)
	if err != nil {
		t.Fatal(err)
	}
	if len(stories) < 16 {
		t.Errorf("%d stories; want at least 16", len(stories))
	}
	known := []string{"headline", "correction", "fact", "standfirst", "addition", "removal", "rewrite", "reorder", "minor", "typography"}
	var seen []string
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			lang := language(t, s.outlet)
			rounds := 1
			for _, v := range s.vary {
				rounds = max(rounds, len(v.choices))
			}
			if rounds == 1 {
				t.Error("nothing varies: it would be published twice in the same words")
			}
			for round := range rounds {
				d, err := s.tell(1, round, lang)
				if err != nil {
					t.Fatal(err)
				}
				if n := len(d.Text.Paragraphs); n < 5 || n > 14 {
					t.Errorf("%d paragraphs; want 5 to 14", n)
				}
				if n := len(d.Steps); n < 1 || n > 5 && s.kind != LiveBlog {
					t.Errorf("%d edits; want 1 to 5, or more of a live blog", n)
				}
				text, curly := d.Text, true
				for _, step := range d.Steps {
					for _, c := range step.Classes {
						if !slices.Contains(known, c) {
							t.Errorf("edit %q: unknown class %q", step.Label, c)
						}
						seen = append(seen, c)
					}
					was := text
					if text, curly, err = step.apply(was, curly, lang); err != nil {
						t.Fatal(err)
					}
					if text.Equal(was) {
						t.Errorf("edit %q changes nothing", step.Label)
					}
					if changed := straighten(text.Headline) != straighten(was.Headline); changed != slices.Contains(step.Classes, "headline") {
						t.Errorf("edit %q: headline changed %t, but the classes are %v", step.Label, changed, step.Classes)
					}
					same := text.each(straighten).Equal(was.each(straighten))
					if same != slices.Equal(step.Classes, []string{"typography"}) {
						t.Errorf("edit %q: only quotes changed %t, but the classes are %v", step.Label, same, step.Classes)
					}
				}
				text.each(func(p string) string {
					if strings.ContainsAny(p, "{}") {
						t.Errorf("a variable is left in %q", p)
					}
					if lang == "fr" {
						return p // a no-break space is a layout's business
					}
					if strings.Contains(p, "\u00a0") {
						t.Errorf("a no-break space in %q", p)
					}
					return p
				})
			}
		})
	}
	for _, c := range known {
		if !slices.Contains(seen, c) {
			t.Errorf("no story has an edit of class %s", c)
		}
	}
}

func language(t *testing.T, outlet string) string {
	t.Helper()
	for _, m := range mastheads {
		if m.Slug == outlet {
			return m.Language
		}
	}
	t.Fatalf("no outlet %q", outlet)
	return ""
}

func TestEveryOutletHasStories(t *testing.T) {
	for _, o := range New(Options{}).Outlets() {
		if len(o.stories) < 3 || len(o.Articles()) != len(o.stories)-1 {
			t.Errorf("%s has %d stories and opens with %d articles", o.Slug, len(o.stories), len(o.Articles()))
		}
	}
}

func TestCurlStraighten(t *testing.T) {
	tests := []struct{ lang, typed, set string }{
		{"en", `"No," he said - 'never'...`, "“No,” he said – ‘never’…"},
		{"en", `She said: "It's ("maybe") mine."`, "She said: “It’s (“maybe”) mine.”"},
		{"de", `"Nein", sagte er - "nie".`, "„Nein“, sagte er – „nie“."},
		{"fr", `"Non", dit-il ; l'eau.`, "« Non », dit-il ; l’eau."},
	}
	for _, tt := range tests {
		if got := curl(tt.typed, tt.lang); got != tt.set {
			t.Errorf("curl(%q) = %q, want %q", tt.typed, got, tt.set)
		}
		if got := straighten(tt.set); got != tt.typed {
			t.Errorf("straighten(%q) = %q, want %q", tt.set, got, tt.typed)
		}
	}
}

func TestStepApply(t *testing.T) {
	old := Text{Headline: "H", Standfirst: "S", Paragraphs: []string{"one “1”", "two 'odd'", "three"}}
	tests := []struct {
		ops  string
		want Text // zero: refused
	}{
		{"# New", Text{"New", "S", old.Paragraphs}},
		{">", Text{"H", "", old.Paragraphs}},
		{"~ three => drei", Text{"H", "S", []string{"one “1”", "two 'odd'", "drei"}}},
		{"~ t => d", Text{}}, // stands twice
		{"~~ t => d", Text{"H", "S", []string{"one “1”", "dwo ‘odd’", "dhree"}}},
		{"~ nowhere => x", Text{}},
		{"+ [one] \"between\"", Text{"H", "S", []string{"one “1”", "“between”", "two 'odd'", "three"}}},
		{"+ [^] first", Text{"H", "S", []string{"first", "one “1”", "two 'odd'", "three"}}},
		{"+ [] last\n words", Text{"H", "S", []string{"one “1”", "two 'odd'", "three", "last words"}}},
		{"- two", Text{"H", "S", []string{"one “1”", "three"}}},
		{"- o", Text{}}, // two paragraphs
		{"^ one => three", Text{"H", "S", []string{"two 'odd'", "three", "one “1”"}}},
		{"^ three => one", Text{"H", "S", []string{"one “1”", "three", "two 'odd'"}}},
		{`" straight`, Text{"H", "S", []string{`one "1"`, "two 'odd'", "three"}}},
	}
	for _, tt := range tests {
		steps, err := parseSteps("== edit [fact] test ==\n" + tt.ops + "\n")
		if err != nil {
			t.Fatalf("%s: %v", tt.ops, err)
		}
		before := old.Clone()
		got, _, err := steps[0].apply(old, true, "en")
		if refused := tt.want.Headline == ""; (err != nil) != refused || err == nil && !got.Equal(tt.want) {
			t.Errorf("%s: got %q, %v; want %q", tt.ops, got, err, tt.want)
		}
		if !old.Equal(before) {
			t.Fatalf("%s changed the text it was given", tt.ops)
		}
	}
}

func TestParseStoryRefuses(t *testing.T) {
	for name, file := range map[string]string{
		"no head":     "# H\n\nP\n",
		"unknown key": "---\noutlet: x\ncolour: red\n---\n# H\n\nP\n",
		"bad age":     "---\noutlet: x\nage: soon\n---\n# H\n\nP\n",
		"bad kind":    "---\noutlet: x\nkind: video\n---\n# H\n\nP\n",
		"no choices":  "---\noutlet: x\nvary: a\n---\n# H\n\nP\n",
	} {
		if _, err := loadStories(fstest.MapFS{"stories/x.md": {Data: []byte(file)}}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, body := range map[string]string{
		"no headline": "P\n",
		"no text":     "# H\n",
		"bad op":      "# H\n\nP\n\n== edit [fact] x ==\n! what\n",
		"bad ~":       "# H\n\nP\n\n== edit [fact] x ==\n~ a > b\n",
		"no classes":  "# H\n\nP\n\n== edit [x ==\n",
	} {
		s, err := parseStory("x", "---\noutlet: x\n---\n"+body)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.tell(1, 0, "en"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
