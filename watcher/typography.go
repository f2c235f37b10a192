package watcher

import (
	"context"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
)

// Some sites set quotes and dashes by one half of their servers and leave them
// as typed by the other. A reading then differs in typography from one that
// says the same, and must be known as the same when it is held, and when it goes
// back to what an earlier version said.

// sameWords reports whether two texts differ in typography at most.
func sameWords(a, b news.Text) bool {
	if a.Headline == b.Headline && a.Standfirst == b.Standfirst && a.Hash() == b.Hash() {
		return true
	}
	if len(a.Paragraphs) != len(b.Paragraphs) || edit.Fold(a.Headline) != edit.Fold(b.Headline) || edit.Fold(a.Standfirst) != edit.Fold(b.Standfirst) {
		return false
	}
	for i, p := range a.Paragraphs {
		if p != b.Paragraphs[i] && edit.Fold(p) != edit.Fold(b.Paragraphs[i]) {
			return false
		}
	}
	return true
}

// earlierKept is how far back a text is looked for that differs from an earlier
// version's in typography alone; one that does not is found however old it is.
const earlierKept = 6

// earlierWords returns the newest version before the last whose text has the
// same words, 0 if none of the newest few has.
func (v *visit) earlierWords(ctx context.Context, a news.Article, text news.Text) (int, error) {
	for n := a.Versions - 1; n >= 1 && n >= a.Versions-earlierKept; n-- {
		version, err := v.store.Version(ctx, a.ID, n)
		if err != nil {
			return 0, err
		}
		if sameWords(version.Text, text) {
			return n, nil
		}
	}
	return 0, nil
}
