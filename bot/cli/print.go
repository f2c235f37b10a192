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
		b.WriteString(brief.Clean(line)) // which quotes titles of pages
		b.WriteByte('\n')
	}
	for _, br := range a.Briefs {
		b.WriteString(format(br))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
