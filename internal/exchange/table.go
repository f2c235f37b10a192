package exchange

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// columns are those of [Table]: first the event, in each of its rows, then one
// part of its edit.
var columns = []string{
	"at", "kind", "article", "url", "source", "headline",
	"from_version", "to_version", "from_seen", "to_seen", "changed_after", "changed_before",
	"significance", "classes", "noted", "detail",
	"part", "op", "part_classes", "from_paragraph", "to_paragraph", "before", "after",
}

// Table writes a part of the record as CSV (RFC 4180, UTF-8), one row for each
// part of an edit, so that "which paragraphs lost a number" is a filter. An event
// that changed no text has one row with empty cells at its end. Paragraphs are
// numbered from 1. A cell that a spreadsheet would take for a formula begins with
// an apostrophe. A table is for reading: Import takes JSON Lines.
func Table(ctx context.Context, s Source, part Part, w io.Writer, progress Progress) (Totals, error) {
	var totals Totals
	span, err := newSpan(ctx, s)
	if err != nil {
		return totals, err
	}
	span.articles = 0 // which it does not go through
	out := csv.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return totals, fmt.Errorf("write the table: %w", err)
	}
	err = eachEvent(ctx, s, part, span, func(lines []eventLine, last news.Seq) error {
		for _, line := range lines {
			for _, row := range rows(line) {
				if err := out.Write(row); err != nil {
					return fmt.Errorf("write the table: %w", err)
				}
			}
		}
		totals.Events += len(lines)
		if progress != nil {
			progress(totals, span.share(0, last))
		}
		return nil
	})
	out.Flush()
	if err == nil && out.Error() != nil {
		err = fmt.Errorf("write the table: %w", out.Error())
	}
	return totals, err
}

// IsTable reports whether a file that begins so is one that [Table] wrote. 64 bytes
// of it are enough.
func IsTable(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimPrefix(head, []byte("\ufeff")), []byte(strings.Join(columns[:8], ",")+","))
}

func rows(e eventLine) [][]string {
	stamp := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	head := []string{stamp(e.At), string(e.Kind), e.Article.ID, e.Article.URL, e.Article.Source, e.Article.Headline, "", "", "", "", "", ""}
	if e.From != nil {
		head[6], head[8] = strconv.Itoa(e.From.Version), stamp(e.From.Seen)
	}
	if e.To != nil {
		head[7], head[9] = strconv.Itoa(e.To.Version), stamp(e.To.Seen)
	}
	if e.ChangedBetween != nil {
		head[10], head[11] = stamp(e.ChangedBetween[0]), stamp(e.ChangedBetween[1])
	}
	head = append(head, e.Significance.String(), words(e.Classes), strconv.FormatBool(e.Noted), e.Detail)
	var parts []news.Part
	if e.Edit != nil {
		parts = e.Edit.Parts
	}
	if len(parts) == 0 {
		return [][]string{safe(append(head, "", "", "", "", "", "", ""))}
	}
	var out [][]string
	for _, p := range parts {
		row := append(head[:len(head):len(head)],
			string(p.Part), string(p.Op), words(p.Classes), place(p.From), place(p.To), p.Before, p.After)
		out = append(out, safe(row))
	}
	return out
}

func words(classes []news.Class) string {
	out := make([]string, len(classes))
	for i, c := range classes {
		out[i] = string(c)
	}
	return strings.Join(out, " ")
}

func place(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n + 1)
}

// safe keeps spreadsheets from running what a page says
// (https://owasp.org/www-community/attacks/CSV_Injection).
func safe(row []string) []string {
	for i, cell := range row {
		if cell != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(cell)[0]) {
			row[i] = "'" + cell
		}
	}
	return row
}
