package cli

import (
	"io"
	"strings"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/brief"
)

// Print writes an answer for people. format writes a brief as announcements
// are written on the same terminal.
func Print(w io.Writer, a bot.Answer, format func(brief.Brief) string) error {
	var b strings.Builder
	for _, line := range a.Lines {
		b.WriteString(clean(line))
		b.WriteByte('\n')
	}
	for _, br := range a.Briefs {
		b.WriteString(format(br))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// clean takes out what would steer a terminal: lines quote titles of pages.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, s)
}
