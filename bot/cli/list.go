package cli

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/brief"
)

// PrintList writes the answer to List in columns, for a terminal of so many
// cells; 0 is any number. An answer without watches is written as [Print] does.
func PrintList(w io.Writer, a bot.Answer, cells int) error {
	rows, rest, ok := rowsOf(a)
	if !ok {
		return Print(w, a, nil)
	}
	widest := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, c := range row {
			widest[i] = max(widest[i], brief.Cells(c))
		}
	}
	fit(widest, cells)
	var b strings.Builder
	for _, row := range rows {
		for i, c := range row {
			if i == len(row)-1 {
				b.WriteString(c + "\n")
				continue
			}
			c = cut(c, widest[i])
			b.WriteString(c + strings.Repeat(" ", widest[i]-brief.Cells(c)+2))
		}
	}
	for _, line := range rest {
		b.WriteString(brief.Clean(line) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// rowsOf takes the lines of a list apart: ID, channel unless all are of the one
// that was asked for, title, how it stands. The facts, one a line, say where
// one ends. rest are the lines that follow.
func rowsOf(a bot.Answer) (rows [][]string, rest []string, ok bool) {
	if len(a.Facts) == 0 || len(a.Lines) < len(a.Facts) {
		return nil, nil, false
	}
	for i, f := range a.Facts {
		var watch struct{ ID, Channel, Title string }
		if json.Unmarshal(f, &watch) != nil {
			return nil, nil, false
		}
		row := []string{watch.ID, watch.Channel, watch.Title}
		how, found := strings.CutPrefix(a.Lines[i], strings.Join(row, "  ")+": ")
		if !found {
			row = []string{watch.ID, watch.Title}
			how, found = strings.CutPrefix(a.Lines[i], strings.Join(row, "  ")+": ")
		}
		row = append(row, how)
		if !found || i > 0 && len(row) != len(rows[0]) {
			return nil, nil, false
		}
		for c := range row {
			row[c] = brief.Clean(row[c])
		}
		rows = append(rows, row)
	}
	return rows, a.Lines[len(a.Facts):], true
}

// titleLeast is the fewest cells that a title is cut to.
const titleLeast = 24

// fit narrows the titles, which stand before the last column, until the rows
// fit.
func fit(widest []int, cells int) {
	if cells == 0 {
		return
	}
	total := 2 * (len(widest) - 1)
	for _, n := range widest {
		total += n
	}
	title := len(widest) - 2
	widest[title] = min(widest[title], max(titleLeast, widest[title]-(total-cells)))
}

// cut shortens a text to so many cells.
func cut(s string, most int) string {
	if brief.Cells(s) <= most {
		return s
	}
	used, end := 1, 0 // the ellipsis
	for i, r := range s {
		if used += brief.Cells(string(r)); used > most {
			break
		}
		end = i + len(string(r))
	}
	return strings.TrimRight(s[:end], " ") + "…"
}
