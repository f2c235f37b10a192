package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
)

func num(n int) *int { return &n }

// sketch writes rows in a line each: kind, numbers, texts.
func sketch(rows []row) string {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "%s %s %d/%d", r.Where, r.Kind, r.Old, r.New)
		if r.Other != 0 {
			fmt.Fprintf(&b, " ↔%d", r.Other)
		}
		fmt.Fprintf(&b, " %q %q\n", plain(r.Left), plain(r.Right))
	}
	return b.String()
}

func plain(words []news.Word) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(w.Text)
	}
	return b.String()
}

// without returns the text of the runs that do not have the mark.
func without(words []news.Word, mark news.WordOp) string {
	return plain(slices.DeleteFunc(slices.Clone(words), func(w news.Word) bool { return w.Op == mark }))
}

func TestAlignRows(t *testing.T) {
	whole := func(before, after string) []news.Word {
		var w []news.Word
		if before != "" {
			w = append(w, news.Word{Op: news.Del, Text: before})
		}
		if after != "" {
			w = append(w, news.Word{Op: news.Ins, Text: after})
		}
		return w
	}
	part := func(op news.Op, from, to *int, before, after string) news.Part {
		return news.Part{Part: news.WhereParagraph, Op: op, From: from, To: to, Before: before, After: after, Words: whole(before, after)}
	}
	tests := []struct {
		name     string
		old, new news.Text
		parts    []news.Part
		want     string
	}{
		{
			name: "insertion_beside_an_edit",
			old:  news.Text{Headline: "H", Paragraphs: []string{"a", "b", "c"}},
			new:  news.Text{Headline: "H", Paragraphs: []string{"a", "x", "B", "c"}},
			parts: []news.Part{
				part(news.OpEdit, num(1), num(2), "b", "B"),
				part(news.OpAdd, nil, num(1), "", "x"),
			},
			want: `headline same 0/0 "" "H"
paragraph same 1/1 "" "a"
paragraph add 0/2 "" "x"
paragraph edit 2/3 "b" "B"
paragraph same 3/4 "" "c"
`,
		},
		{
			name: "move_up_and_removal",
			old:  news.Text{Paragraphs: []string{"a", "b", "c", "d"}},
			new:  news.Text{Paragraphs: []string{"d", "a", "c"}},
			parts: []news.Part{
				part(news.OpRemove, num(1), nil, "b", ""),
				part(news.OpMove, num(3), num(0), "d", "d"),
			},
			want: `paragraph here 0/1 ↔4 "" "d"
paragraph same 1/2 "" "a"
paragraph remove 2/0 "b" ""
paragraph same 3/3 "" "c"
paragraph away 4/0 ↔1 "d" ""
`,
		},
		{
			name: "one_of_two_edits_that_cross_is_shown_as_a_move",
			old:  news.Text{Paragraphs: []string{"a", "b"}},
			new:  news.Text{Paragraphs: []string{"B", "A"}},
			parts: []news.Part{
				part(news.OpEdit, num(0), num(1), "a", "A"),
				part(news.OpEdit, num(1), num(0), "b", "B"),
			},
			want: `paragraph away 1/0 ↔2 "a" ""
paragraph edit 2/1 "b" "B"
paragraph here 0/2 ↔1 "" "A"
`,
		},
		{
			name: "headline_and_new_standfirst",
			old:  news.Text{Headline: "Old"},
			new:  news.Text{Headline: "New", Standfirst: "S"},
			parts: []news.Part{
				{Part: news.WhereHeadline, Op: news.OpEdit, Before: "Old", After: "New", Words: whole("Old", "New")},
				{Part: news.WhereStandfirst, Op: news.OpAdd, After: "S", Words: whole("", "S")},
			},
			want: `headline edit 0/0 "Old" "New"
standfirst add 0/0 "" "S"
`,
		},
		{
			name: "an_edit_that_does_not_fit_loses_no_text",
			old:  news.Text{Paragraphs: []string{"a", "b"}},
			new:  news.Text{Paragraphs: []string{"c"}},
			parts: []news.Part{
				part(news.OpEdit, num(7), num(9), "?", "?"),
			},
			want: `paragraph same 1/1 "" "c"
paragraph remove 2/0 "b" ""
`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, sketch(alignRows(tt.old, tt.new, news.Edit{Parts: tt.parts}))); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAlignRowsShowsEveryParagraphOnce holds the promise of alignRows for what
// Compare really says of random texts.
func TestAlignRowsShowsEveryParagraphOnce(t *testing.T) {
	paragraph := rapid.SampledFrom([]string{
		"The bridge carries 8,000 vehicles a day.", "The bridge carries 11,000 vehicles a day.",
		"No jobs will go, the mayor said.", "Jobs will go.", "", "—", "A correction was added.",
		"The council meets on Tuesday to decide about the bridge.", "The council met on Tuesday and decided.",
	})
	text := rapid.Custom(func(t *rapid.T) news.Text {
		return news.Text{
			Headline:   paragraph.Draw(t, "headline"),
			Standfirst: paragraph.Draw(t, "standfirst"),
			Paragraphs: rapid.SliceOfN(paragraph, 0, 9).Draw(t, "paragraphs"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		old, new := text.Draw(t, "old"), text.Draw(t, "new")
		rows := alignRows(old, new, edit.Compare(old, new))
		i, j := 0, 0
		for _, r := range rows {
			if r.Where != news.WhereParagraph {
				continue
			}
			if r.Old != 0 {
				i++
				left := r.Left
				if r.Kind == rowSame {
					left = r.Right
				}
				if r.Old != i || plain(left) != old.Paragraphs[i-1] {
					t.Fatalf("left side: want paragraph %d, got row %+v", i, r)
				}
			}
			if r.New != 0 {
				j++
				if r.New != j || plain(r.Right) != new.Paragraphs[j-1] {
					t.Fatalf("right side: want paragraph %d, got row %+v", j, r)
				}
			}
		}
		for _, r := range rows {
			if r.Kind != rowEdit {
				continue
			}
			if before, after := without(r.Both, news.Ins), without(r.Both, news.Del); before != plain(r.Left) || after != plain(r.Right) {
				t.Fatalf("inline, %q and %q are shown as %+v", plain(r.Left), plain(r.Right), r.Both)
			}
		}
		if i != len(old.Paragraphs) || j != len(new.Paragraphs) {
			t.Fatalf("shown %d of %d old and %d of %d new paragraphs", i, len(old.Paragraphs), j, len(new.Paragraphs))
		}

		var folded []row
		for _, b := range fold(rows) {
			if b.Folded && len(b.Rows) < 2 {
				t.Fatalf("folded %d rows", len(b.Rows))
			}
			folded = append(folded, b.Rows...)
		}
		if diff := cmp.Diff(rows, folded); diff != "" {
			t.Fatalf("folding changed rows (-before +after):\n%s", diff)
		}
	})
}

func TestFold(t *testing.T) {
	// h headline, s same, e edit: one letter a row; [..] is folded.
	tests := []struct{ rows, want string }{
		{"", ""},
		{"h", "h"},
		{"hss", "h[ss]"},
		{"hs", "hs"},
		{"hsse", "hsse"},
		{"hssse", "h[ss]se"},
		{"hesss", "hes[ss]"},
		{"hessse", "hessse"},
		{"hesssse", "hes[ss]se"},
		{"ssssessss", "[sss]ses[sss]"},
	}
	for _, tt := range tests {
		var rows []row
		for _, c := range tt.rows {
			r := row{Kind: rowSame, Where: news.WhereParagraph}
			switch c {
			case 'h':
				r.Where = news.WhereHeadline
			case 'e':
				r.Kind = rowEdit
			}
			rows = append(rows, r)
		}
		var got strings.Builder
		for _, b := range fold(rows) {
			if b.Folded {
				got.WriteByte('[')
			}
			for _, r := range b.Rows {
				switch {
				case r.Where == news.WhereHeadline:
					got.WriteByte('h')
				case r.Kind == rowEdit:
					got.WriteByte('e')
				default:
					got.WriteByte('s')
				}
			}
			if b.Folded {
				got.WriteByte(']')
			}
		}
		if got.String() != tt.want {
			t.Errorf("fold(%s) = %s, want %s", tt.rows, got.String(), tt.want)
		}
	}
}
