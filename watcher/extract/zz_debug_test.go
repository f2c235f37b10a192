package extract

import (
	"os"
	"strings"
	"testing"
)

func TestDebugPages(t *testing.T) {
	ids := os.Getenv("IDS")
	for _, g := range goldPages(t, "naeb") {
		if !g.tuned() || (ids != "" && !strings.Contains(ids, g.ID[:8])) {
			continue
		}
		r, _ := Read(g.Page, Options{URL: g.URL})
		gold := shingles(g.Body)
		t.Logf("=== %s %s", g.ID[:8], g.URL)
		t.Logf("  place %s", r.Place)
		t.Logf("  stand %q", r.Text.Standfirst)
		for i, p := range r.Text.Paragraphs {
			s := shingles(p)
			hit := 0
			for k := range s {
				if gold[k] > 0 {
					hit++
				}
			}
			if hit*2 < len(s) {
				t.Logf("  + %d/%d %.150q", i, len(r.Text.Paragraphs), p)
			}
		}
		ours := shingles(strings.Join(r.Text.Paragraphs, " "))
		for p := range strings.SplitSeq(g.Body, "\n") {
			s := shingles(p)
			hit := 0
			for k := range s {
				if ours[k] > 0 {
					hit++
				}
			}
			if len(s) > 0 && hit*2 < len(s) {
				t.Logf("  - %.150q", p)
			}
		}
	}
}
