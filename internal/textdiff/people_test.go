package textdiff

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// A marked is a pair of sentences in which people marked what changed, by
// numbers of words between spaces.
type marked struct {
	ID            string
	Before, After string
	Ops           []op
	Alternatives  [][]op
}

type op struct{ Before, After *[2]int }

// TestWordsAgainstPeople measures how well marks agree with those of people.
// The values in weight.go were chosen on the pairs with an even number; the
// others are what counts.
func TestWordsAgainstPeople(t *testing.T) {
	dir := os.Getenv("EDITWATCH_DATA")
	if dir == "" {
		t.Skip("EDITWATCH_DATA does not name the folder of real data")
	}
	var all [2][]marked
	for _, name := range []string{"dev.jsonl", "train.jsonl"} {
		for i, m := range readMarked(t, filepath.Join(dir, "words", name)) {
			all[i%2] = append(all[i%2], m)
		}
	}
	methods := []struct {
		name string
		diff func(a, b string) []Span
	}{
		{"words", Words},
		{"words_without_floor", func(a, b string) []Span { return mark(a, b, false) }},
		{"library_plain", func(a, b string) []Span { return library(a, b, false) }},
		{"library_semantic", func(a, b string) []Span { return library(a, b, true) }},
	}
	for _, m := range methods {
		for half, name := range []string{"tuned", "kept"} {
			var s score
			for _, pair := range all[half] {
				s.add(m.diff(pair.Before, pair.After), pair)
			}
			t.Logf("%-20s %-6s %s", m.name, name, s)
			if m.name == "words" && s.tokens() < 0.97 {
				t.Errorf("%s half: %.4f of the tokens agree, want at least 0.97", name, s.tokens())
			}
		}
	}
}

func readMarked(t *testing.T, path string) []marked {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []marked
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var m marked
		if err := json.Unmarshal(sc.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	if sc.Err() != nil {
		t.Fatal(sc.Err())
	}
	return out
}

// library is the plain library on words mapped to runes, with or without its
// own cleanup.
func library(a, b string, semantic bool) []Span {
	p := newPair(a, b)
	dmp := diffmatchpatch.New()
	diffs := dmp.DiffMainRunes(runes(p.a), runes(p.b), false)
	if semantic {
		diffs = dmp.DiffCleanupSemantic(diffs)
	}
	var regions []region
	i, j := 0, 0
	for _, d := range diffs {
		n := len([]rune(d.Text))
		switch d.Type {
		case diffmatchpatch.DiffEqual:
			i, j = i+n, j+n
		case diffmatchpatch.DiffDelete:
			regions = appendRegion(regions, region{i, i + n, j, j})
			i += n
		case diffmatchpatch.DiffInsert:
			regions = appendRegion(regions, region{i, i, j, j + n})
			j += n
		}
	}
	return p.spans(regions)
}
