package card

import (
	"slices"
	"strings"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
)

// Where things stand, in pixels. The body is what lies between the two rules.
const (
	margin      = 64
	measure     = Width - 2*margin
	headLine    = 82 // the baseline of the masthead
	headRule    = 108
	bodyTop     = 128
	bodyBottom  = 540
	footRule    = 552
	footLine    = 598
	gutter      = 22 // between a paragraph's number and its text
	nameSize    = 40
	sourceSize  = 32
	footSize    = 29
	numberShare = 72 // percent of a paragraph's size
)

// scales are tried from the biggest on, in percent. A card that tells little
// tells it big; the smallest can still be read on a phone.
var scales = []int{135, 120, 108, 100, 90, 82}

// lengths are how many characters of a brief's lines are tried when all of them
// have no room.
var lengths = []int{380, 300, 240, 190, 150, 110, 80, 50, 30, 15}

// The sizes of text at a scale of 100.
const (
	headlineSize  = 56
	wasSize       = 46 // a headline that was replaced
	paragraphSize = 42
)

// Lay lays out what a brief of [Tell] says: its source, its lines, and at the
// foot when it was, what else is to be said and how much is left out.
func Lay(b brief.Brief) Layout {
	t := newSetter()
	var l Layout
	name := t.set(style{serif, nameSize}, measure, span{text: "editwatch", bold: true})[0]
	l.add(name, Width-margin-name.width.Ceil(), headLine)
	l.addFitting(t, style{sans, sourceSize}, measure-name.width.Ceil()-2*gutter, headLine, span{text: b.Source, bold: true})

	b = within(b, mostCharacters)
	body, room := t.biggest(b)
	for i := 0; room < 0 && i < len(lengths); i++ {
		b = within(b, lengths[i])
		body, room = t.biggest(b)
	}
	if room >= 0 {
		l.stack(body, bodyTop+room*2/5)
	}
	l.foot(t, b)
	return l
}

// within returns the brief with at most so many characters in its lines, and as
// many in its headline.
func within(b brief.Brief, most int) brief.Brief {
	if b.Size() > most {
		b = b.Shrink(most)
	}
	b.Headline = brief.Cut(b.Headline, most)
	return b
}

// biggest sets the body as big as it fits, and returns the room that is left; it
// is negative if nothing fits.
func (t *setter) biggest(b brief.Brief) (body []row, room int) {
	for _, scale := range scales {
		body = t.body(b, scale)
		if room = bodyBottom - bodyTop - height(body); room >= 0 {
			break
		}
	}
	return body, room
}

// A row is some lines that belong together, with room above them.
type row struct {
	above  int
	number []line // beside the first line, where that begins; empty for most
	aside  int    // room for the number
	lines  []line
}

func height(rows []row) int {
	h := 0
	for _, r := range rows {
		h += r.above
		for _, l := range r.lines {
			h += l.ascent + l.descent
		}
	}
	return h
}

// body sets the headline and the lines of b.
func (t *setter) body(b brief.Brief, scale int) []row {
	size := func(n int) int { return n * scale / 100 }
	var rows []row
	add := func(r row) {
		if len(r.lines) > 0 {
			rows = append(rows, r)
		}
	}
	aside, numbers := 0, make([][]line, len(b.Lines))
	for i, l := range b.Lines {
		if l.Part == news.WhereHeadline {
			continue
		}
		number := span{text: numberOf(l), soft: true}
		if n := t.shown(style{sans, size(paragraphSize * numberShare / 100)}, measure/4, number); len(n) == 1 {
			numbers[i] = n
			aside = max(aside, n[0].width.Ceil()+gutter)
		}
	}
	add(row{lines: t.shown(style{serif, size(wasSize)}, measure, span{text: b.Headline, bold: true})})
	told := len(rows)
	for i, l := range b.Lines {
		r := row{above: size(16), number: numbers[i]}
		st, bold := style{serif, size(paragraphSize)}, false
		if l.Part == news.WhereHeadline {
			st.size, bold = size(headlineSize), true
			if len(l.Runs) > 0 && l.Runs[0].Mark == brief.Del && !marked(l, brief.Ins) {
				st.size, bold = size(wasSize), false
			}
		} else {
			r.aside = aside
		}
		r.lines = t.shown(st, measure-r.aside, spansOf(l, bold)...)
		add(r)
	}
	if len(rows) == told {
		what := brief.Upper(b.What) + "."
		if len(b.Lines) > 0 { // no font has what changed
			what = edited + b.What + "."
		}
		add(row{above: size(16), lines: t.shown(style{serif, size(paragraphSize)}, measure, span{text: what, soft: true})})
	}
	if len(rows) > 0 {
		rows[0].above = 0
	}
	return rows
}

// edited stands before what changed where it cannot be shown.
const edited = "Edited: "

// numberOf is the paragraph's number with its sign, or only that.
func numberOf(l brief.Line) string {
	if !strings.HasPrefix(l.Label, "¶") {
		return l.Sign
	}
	if l.Sign == "" {
		return l.Label
	}
	return l.Label + " " + l.Sign
}

func marked(l brief.Line, mark brief.Mark) bool {
	for _, r := range l.Runs {
		if r.Mark == mark {
			return true
		}
	}
	return false
}

// spansOf returns the runs of a line as they are shown: what was added is bold,
// what was removed is not, even in a bold line.
func spansOf(l brief.Line, bold bool) []span {
	var out []span
	for _, r := range l.Runs {
		s := span{text: r.Text, mark: r.Mark, bold: bold}
		switch r.Mark {
		case brief.Del:
			s.bold = false
		case brief.Ins:
			s.bold = true
		}
		out = append(out, s)
	}
	return out
}

// shown sets spans without what no font has. It returns no lines if that would
// mislead: if anything that matters is lost of what was removed or added, or
// half of the words around it.
func (t *setter) shown(st style, width int, spans ...span) []line {
	var kept []span
	all, lost := 0, 0
	for _, s := range spans {
		whole := brief.Clean(s.text)
		text, gone := t.covered(st.family, whole)
		if s.mark == brief.Del || s.mark == brief.Ins {
			text = strings.TrimSpace(text) // decoration may have stood at its end
			if text == "" || gone > 0 {
				return nil
			}
		}
		if n := len(kept); n == 0 || strings.HasSuffix(kept[n-1].text, " ") {
			text = strings.TrimLeft(text, " ") // it may have stood before, too
		}
		all, lost = all+brief.Len(whole), lost+gone
		if s.text = text; text != "" {
			kept = append(kept, s)
		}
	}
	if lost > 0 && 2*lost >= all {
		return nil
	}
	return t.set(st, width, kept...)
}

func (l *Layout) add(at line, x, y int) {
	l.lines = append(l.lines, placed{line: at, x: x, y: y})
}

// addFitting adds s at the left margin, cut to width.
func (l *Layout) addFitting(t *setter, st style, width, y int, s span) {
	for n := min(brief.Len(s.text), 120); n > 1; n = n * 9 / 10 {
		cut := s
		cut.text = brief.Cut(s.text, n)
		if lines := t.shown(st, width, cut); len(lines) == 1 {
			lines[0].shift(-lines[0].pieces[0].x) // it stands at the left in any script
			l.add(lines[0], margin, y)
			return
		}
	}
}

// stack adds rows below each other.
func (l *Layout) stack(rows []row, y int) {
	for _, r := range rows {
		y += r.above
		for i, at := range r.lines {
			y += at.ascent
			x, aside := margin+r.aside, margin
			if at.toLeft {
				x = margin
			}
			if i == 0 && len(r.number) > 0 {
				if at.toLeft {
					aside = Width - margin - r.number[0].width.Ceil()
				}
				l.add(r.number[0], aside, y)
			}
			l.add(at, x, y)
			y += at.descent
		}
	}
}

// foot says when it was, how much was left out and what else is to be said,
// without the first remarks if there is no room for all.
func (l *Layout) foot(t *setter, b brief.Brief) {
	for {
		said := append(slices.Clone(b.When), b.Notes())
		text := strings.TrimSuffix(strings.Join(said, " · "), " · ")
		if lines := t.shown(style{sans, footSize}, measure, span{text: text, soft: true}); len(lines) == 1 {
			l.add(lines[0], margin, footLine)
			return
		}
		if len(b.Remarks) == 0 {
			return
		}
		b.Remarks = b.Remarks[1:]
	}
}
