package console

import (
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"github.com/editwatch/editwatch/internal/brief"
)

// A look is how a span is shown.
type look int

const (
	plain look = iota
	heading
	strong
	faint
	struck
	added
	found
)

// colors are the ANSI select-graphic-rendition parameters of each look
// (ECMA-48, 8.3.117). Struck words are crossed out too, where a terminal can.
var colors = [...]string{plain: "", heading: "1", strong: "1", faint: "2", struck: "31;9", added: "32;1", found: "4"}

// marks enclose struck and added words where there are no colours.
var marks = [...][2]string{struck: {"[-", "-]"}, added: {"{+", "+}"}}

// A span is text with one look.
type span struct {
	look look
	text string
}

func word(l look, text string) span { return span{l, text} }

func runs(rs []brief.Run) []span {
	var out []span
	for _, r := range rs {
		out = append(out, span{map[brief.Mark]look{brief.Del: struck, brief.Ins: added, brief.Gap: faint, brief.Found: found}[r.Mark], r.Text})
	}
	return out
}

// A printer writes lines, wrapped at spaces.
type printer struct {
	style Style
	text  strings.Builder
	at    int // the column, from 0
	rest  int // the column where the lines after the first begin
}

// line writes spans, the first line and those after it indented by a number of
// columns.
func (p *printer) line(first, rest int, spans ...span) {
	p.text.WriteString(strings.Repeat(" ", first))
	p.at, p.rest = first, rest
	empty := true  // nothing stands in the text yet
	space := false // one is due before the next word, if both stay on a line
	for _, s := range spans {
		shown := plain // the look in force: a space before the span is not in it
		for i, piece := range strings.Split(p.marked(s), " ") {
			space = space || i > 0
			if piece == "" {
				continue
			}
			switch n := brief.Cells(piece); {
			case empty || !space:
			case p.full(1+n) && !p.long(n):
				p.wrap(shown)
			default:
				p.text.WriteByte(' ')
				p.at++
			}
			if shown != s.look {
				shown = s.look
				p.on(shown)
			}
			p.word(piece, shown)
			empty, space = false, false
		}
		p.off(shown)
	}
	p.text.WriteByte('\n')
}

// word writes a word, broken between characters only if no line could hold it,
// as in scripts that are written without spaces.
func (p *printer) word(s string, l look) {
	if n := brief.Cells(s); !p.long(n) {
		p.text.WriteString(s)
		p.at += n
		return
	}
	for g := graphemes.FromString(s); g.Next(); {
		n := brief.Cells(g.Value())
		if p.full(n) {
			p.wrap(l)
		}
		p.text.WriteString(g.Value())
		p.at += n
	}
}

// full reports whether n columns more do not fit on the line.
func (p *printer) full(n int) bool {
	return p.style.Width > 0 && p.at+n > p.style.Width && p.at > p.rest
}

// long reports whether n columns fit on no line.
func (p *printer) long(n int) bool {
	return p.style.Width > 0 && n > p.style.Width-p.rest
}

func (p *printer) wrap(l look) {
	p.off(l)
	p.text.WriteString("\n" + strings.Repeat(" ", p.rest))
	p.on(l)
	p.at = p.rest
}

// addressColumn is how many columns the labels of links take, at least.
const addressColumn = 14

// address writes a link on a line of its own, never wrapped: terminals make
// whole addresses clickable.
func (p *printer) address(l brief.Link, column int) {
	label := brief.Clean(l.Label)
	p.text.WriteString("  ")
	p.on(faint)
	p.text.WriteString(label + strings.Repeat(" ", column-brief.Cells(label)))
	p.off(faint)
	p.text.WriteString(brief.Clean(l.URL) + "\n")
}

// marked is a span's text, safe for a terminal, within its marks.
func (p *printer) marked(s span) string {
	text := brief.Clean(s.text)
	if p.style.Color || int(s.look) >= len(marks) || text == "" {
		return text
	}
	return marks[s.look][0] + text + marks[s.look][1]
}

func (p *printer) on(l look) {
	if p.style.Color && l != plain {
		p.text.WriteString("\x1b[" + colors[l] + "m")
	}
}

func (p *printer) off(l look) {
	if p.style.Color && l != plain {
		p.text.WriteString("\x1b[0m")
	}
}
