package edit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/editwatch/editwatch/internal/news"
)

// BenchmarkCompare compares two versions of a long article beside the least that
// must be done to tell them apart: hashing both.
func BenchmarkCompare(b *testing.B) {
	var old news.Text
	old.Headline = "Council votes to close the harbour bridge for two years"
	for i := range 40 {
		old.Paragraphs = append(old.Paragraphs, fmt.Sprintf("In the %dth year of the inquiry the harbour board heard from %d witnesses, "+
			"among them engineers, drivers and the former mayor, who said the bridge had been inspected “%d times” since it opened; "+
			"the report, which runs to %d pages, calls that figure %s and asks the council to publish the records.", i, i*7+3, i*3+1, 100+i, strings.Repeat("very ", i%3)+"doubtful"))
	}
	edited := old
	edited.Paragraphs = slices.Clone(old.Paragraphs)
	for i := 0; i < 40; i += 7 {
		edited.Paragraphs[i] = strings.NewReplacer("heard from", "questioned", "witnesses", "people", "drivers", "pilots").Replace(edited.Paragraphs[i])
	}
	edited.Paragraphs = slices.Insert(edited.Paragraphs, 5, "The mayor could not be reached for comment on Tuesday.")
	b.Run("floor_hash_both", func(b *testing.B) {
		for b.Loop() {
			_ = old.Hash() == edited.Hash()
		}
	})
	b.Run("six_paragraphs_edited", func(b *testing.B) {
		for b.Loop() {
			Compare(old, edited)
		}
	})
	b.Run("equal", func(b *testing.B) {
		for b.Loop() {
			Compare(old, old)
		}
	})
}
