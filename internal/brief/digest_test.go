package brief

import "testing"

func TestDigest(t *testing.T) {
	b := Digest("editwatch", "3 edits of 2 articles", "https://edits.example/",
		Item{Name: "The Harbour Post · Council votes", Said: "headline\nand 2 paragraphs", Link: "https://edits.example/articles/a1"},
		Item{Name: "Ferry\tcancelled", Said: "", Link: "https://edits.example/articles/a2"},
	)
	check(t, b, -1)
	const want = `editwatch · 3 edits of 2 articles
The Harbour Post · Council votes – headline and 2 paragraphs
Ferry cancelled`
	if got := b.Plain(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	// What is left of a line is still linked, by its name.
	for budget := range 90 {
		small := b.Shrink(budget)
		check(t, small, budget)
		for i, l := range small.Lines {
			if l.Link != b.Lines[i].Link {
				t.Errorf("within %d characters line %d links %q", budget, i, l.Link)
			}
		}
	}
}
