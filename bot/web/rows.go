package web

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/editwatch/editwatch/internal/news"
)

// A row is one line of two versions laid beside each other: the older one on
// the left, the newer one on the right.
type row struct {
	Kind  rowKind
	Where news.Where
	// Old and New are 1-based paragraph numbers, 0 on a side that shows none
	// and for headline and standfirst.
	Old, New int
	// Other is the number at the other end of a move.
	Other int
	// Left and Right are the runs of each side; a side without text is nil.
	Left, Right []news.Word
	// Both are the runs of both sides in one text, where the words of each are
	// marked; nil where one side says it all.
	Both []news.Word
	// Whole says that nothing of the old wording is left: Both is the old text,
	// then the new one.
	Whole   bool
	Classes []news.Class
}

// Inline returns the runs that show the row in one column.
func (r row) Inline() []news.Word {
	switch {
	case r.Both != nil:
		return r.Both
	case r.Right != nil:
		return r.Right
	}
	return r.Left
}

// Kinds names the row's classes, but for those that anyone can see.
func (r row) Kinds() []string {
	return kinds(slices.DeleteFunc(slices.Clone(r.Classes), func(c news.Class) bool {
		return slices.Contains(evident, c)
	}))
}

// evident are the classes that the layout of a row shows by itself.
var evident = []news.Class{news.ClassHeadline, news.ClassStandfirst, news.ClassAddition, news.ClassRemoval, news.ClassRewrite, news.ClassReorder}

// rowKind says how a row is shown.
type rowKind string

const (
	rowSame      rowKind = "same" // stands in both, shown once; its text is on the right
	rowEdit      rowKind = "edit"
	rowAdd       rowKind = "add"
	rowRemove    rowKind = "remove"
	rowMovedAway rowKind = "away" // the old place of a moved paragraph
	rowMovedHere rowKind = "here" // its new place
)

// alignRows lays old beside new by the edit between them. Every paragraph of
// either text stands in exactly one row on its side, in its order; headline
// and standfirst come first. A paragraph that changed its place has two rows,
// one where it was and one where it is.
//
// It shows whatever e says; that e fits the texts is e's business. A part that
// points outside the texts is left out.
func alignRows(old, new news.Text, e news.Edit) []row {
	rows := make([]row, 0, len(new.Paragraphs)+len(e.Parts)+2)
	rows = append(rows, fieldRow(news.WhereHeadline, old.Headline, new.Headline, e)...)
	rows = append(rows, fieldRow(news.WhereStandfirst, old.Standfirst, new.Standfirst, e)...)

	from := make(map[int]*news.Part) // by old number
	to := make(map[int]*news.Part)   // by new number
	for i := range e.Parts {
		p := &e.Parts[i]
		if p.Part != news.WhereParagraph {
			continue
		}
		if p.From != nil {
			from[*p.From] = p
		}
		if p.To != nil {
			to[*p.To] = p
		}
	}
	i, j := 0, 0
	for i < len(old.Paragraphs) || j < len(new.Paragraphs) {
		p, q := from[i], to[j]
		left, right := i < len(old.Paragraphs), j < len(new.Paragraphs)
		switch {
		case !right, left && stays(p, false, j):
			rows = append(rows, leftRow(i, old.Paragraphs[i], p))
			i++
		case !left, stays(q, true, i):
			rows = append(rows, rightRow(j, new.Paragraphs[j], q))
			j++
		case p == nil && q == nil:
			rows = append(rows, row{Kind: rowSame, Where: news.WhereParagraph, Old: i + 1, New: j + 1,
				Right: same(new.Paragraphs[j])})
			i, j = i+1, j+1
		case p == q:
			r := row{Kind: rowEdit, Where: news.WhereParagraph, Old: i + 1, New: j + 1}
			rows = append(rows, r.changed(p))
			i, j = i+1, j+1
		case p != nil: // edits that cross: one of them is shown as a move
			rows = append(rows, leftRow(i, old.Paragraphs[i], p))
			i++
		default:
			rows = append(rows, rightRow(j, new.Paragraphs[j], q))
			j++
		}
	}
	return rows
}

// stays reports whether the paragraph of p stays alone on its side: nothing is
// opposite, it was moved, or its partner stands before other, the next
// paragraph of the other side. onRight says that p's new side is meant.
func stays(p *news.Part, onRight bool, other int) bool {
	if p == nil {
		return false
	}
	partner := p.To
	if onRight {
		partner = p.From
	}
	return partner == nil || p.Op == news.OpMove || *partner < other
}

// leftRow is the row of old paragraph i, which has no partner in its place.
func leftRow(i int, text string, p *news.Part) row {
	r := row{Kind: rowRemove, Where: news.WhereParagraph, Old: i + 1, Left: []news.Word{{Op: news.Del, Text: text}}}
	if p == nil {
		return r
	}
	r.Classes = p.Classes
	if p.To != nil {
		r.Kind, r.Other, r.Left = rowMovedAway, *p.To+1, side(p, news.Del)
	}
	return r
}

// rightRow is the row of new paragraph j, which has no partner in its place.
func rightRow(j int, text string, p *news.Part) row {
	r := row{Kind: rowAdd, Where: news.WhereParagraph, New: j + 1, Right: []news.Word{{Op: news.Ins, Text: text}}}
	if p == nil {
		return r
	}
	r.Classes = p.Classes
	if p.From != nil {
		r.Kind, r.Other = rowMovedHere, *p.From+1
		r = r.changed(p)
		r.Left = nil // it stands where it was
	}
	return r
}

// changed returns r with the runs of p.
func (r row) changed(p *news.Part) row {
	r.Left, r.Right, r.Classes = side(p, news.Del), side(p, news.Ins), p.Classes
	r.Both = side(p, news.Del, news.Ins)
	r.Whole = len(r.Left) > 0 && len(r.Right) > 0 && !slices.ContainsFunc(p.Words, func(w news.Word) bool {
		return w.Op == news.Same && strings.ContainsFunc(w.Text, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) })
	})
	return r
}

// fieldRow is the row of the headline or the standfirst, if either text has one.
func fieldRow(where news.Where, before, after string, e news.Edit) []row {
	if before == "" && after == "" {
		return nil
	}
	if before == after {
		return []row{{Kind: rowSame, Where: where, Right: same(after)}}
	}
	r := row{Kind: rowEdit, Where: where}
	for i := range e.Parts {
		if p := &e.Parts[i]; p.Part == where {
			r = r.changed(p)
		}
	}
	switch {
	case before == "":
		r.Kind = rowAdd
	case after == "":
		r.Kind = rowRemove
	}
	return []row{r}
}

// side returns the runs of p that stand in one of the texts, or with two marks
// in either: those that are the same and those with a given mark. Spaces at the
// ends of a marked run go without the mark, which shows words; the text stays
// what it is.
func side(p *news.Part, marks ...news.WordOp) []news.Word {
	var out []news.Word
	for _, w := range p.Words {
		if w.Op != news.Same && !slices.Contains(marks, w.Op) || w.Text == "" {
			continue
		}
		text := strings.Trim(w.Text, " ")
		if w.Op == news.Same || text == "" {
			out = append(out, w)
			continue
		}
		before, after, _ := strings.Cut(w.Text, text)
		if before != "" {
			out = append(out, news.Word{Op: news.Same, Text: before})
		}
		out = append(out, news.Word{Op: w.Op, Text: text})
		if after != "" {
			out = append(out, news.Word{Op: news.Same, Text: after})
		}
	}
	return out
}

func same(s string) []news.Word { return []news.Word{{Op: news.Same, Text: s}} }

// A block is a run of rows; a folded one is shown when a reader opens it.
type block struct {
	Folded bool
	Rows   []row
}

// Count says how many paragraphs a folded block hides, in words.
func (b block) Count() string {
	if len(b.Rows) == 1 {
		return "1 paragraph unchanged"
	}
	return fmt.Sprintf("%d paragraphs unchanged", len(b.Rows))
}

// foldContext is how many unchanged paragraphs stay open beside a change: one
// tells where in the text it is.
const foldContext = 1

// fold gathers rows into blocks and folds runs of unchanged paragraphs, but for
// those beside a change. Headline and standfirst are never folded, and neither
// is a single paragraph: the line that stands for it would be as long.
func fold(rows []row) []block {
	var blocks []block
	open := func(r ...row) {
		if n := len(blocks); n > 0 && !blocks[n-1].Folded {
			blocks[n-1].Rows = append(blocks[n-1].Rows, r...)
		} else if len(r) > 0 {
			blocks = append(blocks, block{Rows: r})
		}
	}
	foldable := func(r row) bool { return r.Kind == rowSame && r.Where == news.WhereParagraph }
	for i := 0; i < len(rows); {
		if !foldable(rows[i]) {
			open(rows[i])
			i++
			continue
		}
		end := i
		for end < len(rows) && foldable(rows[end]) {
			end++
		}
		first, last := i, end
		if i > 0 && rows[i-1].Where == news.WhereParagraph {
			first += foldContext
		}
		if end < len(rows) {
			last -= foldContext
		}
		if last-first < 2 {
			first, last = end, end
		}
		open(rows[i:first:first]...)
		if first < last {
			blocks = append(blocks, block{Folded: true, Rows: rows[first:last:last]})
			open(rows[last:end:end]...)
		}
		i = end
	}
	return blocks
}
