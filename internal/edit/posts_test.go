package edit

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/editwatch/editwatch/internal/news"
)

// TestPosts compares real edits of published posts: none may go unseen, and each
// must give the new text when applied to the old.
func TestPosts(t *testing.T) {
	dir := os.Getenv("EDITWATCH_DATA")
	if dir == "" {
		t.Skip("EDITWATCH_DATA does not name the folder of real data")
	}
	f, err := os.Open(filepath.Join(dir, "posts", "pairs.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	total, parts := 0, 0
	significances, classes := make(map[string]int), make(map[news.Class]int)
	for sc.Scan() {
		var p struct {
			ID                                  int
			Headline_before, Headline_after     string
			Paragraphs_before, Paragraphs_after []string
		}
		if err := json.Unmarshal(sc.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		old := news.Text{Headline: p.Headline_before, Paragraphs: p.Paragraphs_before}
		new := news.Text{Headline: p.Headline_after, Paragraphs: p.Paragraphs_after}
		total++
		if err := check(old, new); err != nil {
			t.Errorf("post %d: %v", p.ID, err)
		}
		e := Compare(old, new)
		same := old.Headline == new.Headline && slices.Equal(old.Paragraphs, new.Paragraphs)
		if e.Significance == news.None && !same {
			t.Errorf("post %d: nothing seen", p.ID)
		}
		significances[e.Significance.String()]++
		parts += len(e.Parts)
		for _, c := range e.Classes {
			classes[c]++
		}
	}
	if sc.Err() != nil {
		t.Fatal(sc.Err())
	}
	t.Logf("%d edits with %d parts; %v; %v", total, parts, significances, classes)
}
