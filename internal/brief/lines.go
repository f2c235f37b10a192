package brief

import (
	"slices"
	"strconv"

	"github.com/editwatch/editwatch/internal/news"
)

// The signs of lines.
const (
	SignAdded   = "+"
	SignRemoved = "−"
	SignMoved   = "↕"
)

// editLines shows the parts of an edit, the headline first and then as the edit
// ranks them. Nothing is left out of them yet but far context.
func editLines(r news.Report, o Options) []Line {
	// A test's headlines are shown side by side, not as struck and added.
	if r.Edit == nil || r.Kind == news.Testing {
		return nil
	}
	parts := slices.Clone(r.Edit.Parts)
	slices.SortStableFunc(parts, func(a, b news.Part) int { return headFirst(a) - headFirst(b) })
	var out []Line
	for _, p := range parts {
		out = append(out, partLines(p, o)...)
	}
	return out
}

func headFirst(p news.Part) int {
	if p.Part == news.WhereHeadline {
		return 0
	}
	return 1
}

// partLines shows one part: in one line, or in two when a headline was written
// anew.
func partLines(p news.Part, o Options) []Line {
	line := Line{Part: p.Part, Label: label(p), Sign: sign(p)}
	runs := partRuns(p)
	if p.Part == news.WhereHeadline {
		return HeadlineLines(runs)
	}
	if p.Op == news.OpMove {
		runs = moved(p, runs, o.Context)
	}
	if len(runs) == 0 {
		return nil
	}
	line.Runs = runs
	return []Line{line}
}

// HeadlineLines shows a headline: in one line, or in two when it was written
// anew. Without runs there is none.
func HeadlineLines(runs []Run) []Line {
	switch {
	case len(runs) == 0:
		return nil
	case len(runs) == 3 && runs[0].Mark == Del && runs[2].Mark == Ins:
		return []Line{{Part: news.WhereHeadline, Runs: runs[:1:1]}, {Part: news.WhereHeadline, Runs: runs[2:]}}
	}
	return []Line{{Part: news.WhereHeadline, Runs: runs}}
}

// label numbers a paragraph as readers count: from 1, in the new text, or in
// the old one for what is no longer there.
func label(p news.Part) string {
	n := p.To
	if n == nil {
		n = p.From
	}
	switch {
	case p.Part == news.WhereStandfirst:
		return "standfirst"
	case p.Part != news.WhereParagraph || n == nil:
		return ""
	}
	return "¶" + strconv.Itoa(*n+1)
}

func sign(p news.Part) string {
	switch p.Op {
	case news.OpAdd:
		return SignAdded
	case news.OpRemove:
		return SignRemoved
	case news.OpMove:
		return SignMoved
	}
	return ""
}

// marks are how an edit's words are shown.
var marks = map[news.WordOp]Mark{news.Same: Plain, news.Del: Del, news.Ins: Ins}

// partRuns turns a part's words into runs.
func partRuns(p news.Part) []Run {
	ws := p.Words
	if len(ws) == 0 || p.Op == news.OpAdd || p.Op == news.OpRemove {
		ws = []news.Word{{Op: news.Del, Text: p.Before}, {Op: news.Ins, Text: p.After}}
		if p.Before == p.After {
			ws = []news.Word{{Op: news.Same, Text: p.After}}
		}
	}
	pieces := make([]Run, 0, len(ws))
	for _, w := range ws {
		pieces = append(pieces, Run{marks[w.Op], w.Text})
	}
	return Runs(pieces...)
}

// appendPiece adds a piece of text to the runs. A space at an end of a marked
// piece goes into a plain run beside it.
func appendPiece(out []Run, piece Run) []Run {
	mark := piece.Mark
	before, text, after := spaces(piece.Text)
	if text == "" {
		switch {
		case piece.Text == "":
			return out
		case mark.Changed():
			text, before, after = "␣", false, false // a space alone was added or removed
		default:
			mark = Plain
		}
	}
	if n := len(out); n > 0 {
		last := &out[n-1]
		space := last.Mark == Plain && len(last.Text) > 0 && last.Text[len(last.Text)-1] == ' '
		switch {
		case mark == Plain && last.Mark == Plain:
			if before && !space {
				last.Text += " "
			}
			last.Text += text
			if after {
				last.Text += " "
			}
			return out
		case mark != Plain && last.Mark == mark:
			if before {
				last.Text += " "
			}
			last.Text += text
			return endPiece(out, after)
		case mark == Plain:
			if before {
				text = " " + text
			}
		case (before || mark.Changed() && last.Mark.Changed()) && !space:
			out = append(out, Run{Plain, " "})
		}
	}
	if mark == Plain && after {
		text += " "
		after = false
	}
	if text == "" {
		return out
	}
	return endPiece(append(out, Run{mark, text}), after)
}

func endPiece(out []Run, space bool) []Run {
	if space {
		return append(out, Run{Plain, " "})
	}
	return out
}

// spaces returns s without the spaces at its ends, made safe for a line, and
// whether there were any.
func spaces(s string) (before bool, text string, after bool) {
	text = tidy(s)
	if text == "" {
		return false, "", s != ""
	}
	isSpace := func(b byte) bool { return b == ' ' || b == '\t' || b == '\n' }
	return isSpace(s[0]), text, isSpace(s[len(s)-1])
}

// moved says where a paragraph came from, and shows how it begins unless its
// words changed too.
func moved(p news.Part, runs []Run, context int) []Run {
	if p.From == nil {
		return runs
	}
	lead := Run{Plain, "(was ¶" + strconv.Itoa(*p.From+1) + ") "}
	if len(runs) == 1 && runs[0].Mark == Plain {
		runs = []Run{{Plain, Cut(runs[0].Text, 2*context)}}
	}
	if len(runs) > 0 && runs[0].Mark == Plain {
		return append([]Run{{Plain, lead.Text + runs[0].Text}}, runs[1:]...)
	}
	return append([]Run{lead}, runs...)
}

// partsIn counts what lines show: parts and sentences. The two lines of a
// headline are one part.
func partsIn(lines []Line) int {
	n := 0
	for i := range lines {
		if startsPart(lines, i) {
			n++
		}
	}
	return n
}

// startsPart reports whether line i does not continue the one before it: only a
// headline takes two lines.
func startsPart(lines []Line, i int) bool {
	return i == 0 || lines[i].Part != news.WhereHeadline || lines[i-1].Part != news.WhereHeadline
}

// firstParts returns the lines of the first n parts, and how many parts that
// leaves out.
func firstParts(lines []Line, n int) (kept []Line, more int) {
	seen := 0
	for i, l := range lines {
		if startsPart(lines, i) {
			seen++
		}
		if seen <= n {
			kept = append(kept, l)
		}
	}
	return kept, max(seen-n, 0)
}
