package brief

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/editwatch/editwatch/internal/news"
)

// BenchmarkOf phrases an ordinary edit and one that rewrites 200 paragraphs.
func BenchmarkOf(b *testing.B) {
	for _, name := range []string{"design", "rewrite200"} {
		r := goldenReport(b, name)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Of(r, Options{})
			}
		})
	}
}

func goldenReport(t testing.TB, name string) news.Report {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	ar := txtar.Parse(data)
	r, _ := parseReport(t, string(ar.Files[0].Data))
	r.Edit = parseEdit(t, &r, string(ar.Files[1].Data))
	return r
}

// TestLongRewriteShrinks holds that a rewrite of 200 paragraphs, asked for
// whole, can be shrunk to any size.
func TestLongRewriteShrinks(t *testing.T) {
	b := Of(goldenReport(t, "rewrite200"), Options{Budget: -1, Lines: -1, Context: -1})
	if n := len(b.Lines); n != 200 {
		t.Fatalf("%d lines, want 200", n)
	}
	for _, budget := range []int{100000, 5000, 1000, 100, 10, 0} {
		s := b.Shrink(budget)
		if s.Size() > budget {
			t.Errorf("shrunk to %d, it has %d characters", budget, s.Size())
		}
		if got := partsIn(s.Lines) + s.More; got != 200 {
			t.Errorf("shrunk to %d, it accounts for %d parts", budget, got)
		}
	}
}
