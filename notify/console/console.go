// Package console announces on a terminal or into a pipe: the sender of the
// channel kind "console", and the shape of every edit the command line prints.
//
//	Announcement ──Brief──> Write: marks ──> lines as wide as the terminal ──> io.Writer
//
// On a terminal struck words are red and added ones green; elsewhere they are
// set in [-brackets-] and {+braces+}, so that a pipe, a log or a screen reader
// loses nothing. Nothing from a page reaches the terminal as a control
// character. An announcement is written with one Write, at least once.
package console

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/notify"
)

// A Style is how briefs are written.
type Style struct {
	Color bool // ANSI colours; otherwise marks
	Width int  // columns to wrap at; 0 or less does not wrap
}

// StyleOf returns the style that suits a file: colours and wrapping on a
// terminal, unless the environment variable NO_COLOR (https://no-color.org) is
// set or the terminal is dumb; marks and long lines elsewhere.
func StyleOf(f *os.File) Style {
	fd := int(f.Fd())
	if !term.IsTerminal(fd) {
		return Style{}
	}
	width, _, err := term.GetSize(fd)
	if err != nil {
		width = 80
	}
	return Style{Color: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", Width: width}
}

// A Sender writes announcements, each followed by an empty line. It is safe for
// concurrent use.
type Sender struct {
	style func() Style
	mu    sync.Mutex // serialises writes to out
	out   io.Writer
}

// New returns a sender that writes to out in a style. A terminal is asked anew
// for its width each time.
func New(out io.Writer, style Style) *Sender {
	s := &Sender{out: out, style: func() Style { return style }}
	if f, ok := out.(*os.File); ok && style.Width > 0 {
		s.style = func() Style {
			if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
				style := style
				style.Width = width
				return style
			}
			return style
		}
	}
	return s
}

// Send writes the announcement. There is no message ID.
func (s *Sender) Send(ctx context.Context, a notify.Announcement) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := io.WriteString(s.out, Format(a.Brief, s.style())+"\n"); err != nil {
		return "", fmt.Errorf("write announcement: %w", err)
	}
	return "", nil
}

// Format returns the brief as lines of text, each with a line break at its end.
// It is empty for an empty brief.
func Format(b brief.Brief, style Style) string {
	if b.Empty() {
		return ""
	}
	p := printer{style: style}
	p.line(0, 0, word(heading, b.Title()))
	if b.Headline != "" {
		p.line(2, 2, word(strong, b.Headline))
	}
	for _, l := range b.Lines {
		lead := lead(l)
		p.line(2, 2+brief.Cells(lead), append([]span{word(faint, lead)}, runs(l.Runs)...)...)
	}
	if s := b.Notes(); s != "" {
		p.line(2, 2, word(faint, s))
	}
	if len(b.When) > 0 {
		p.line(2, 2, word(faint, strings.Join(b.When, " · ")))
	}
	links := append([]brief.Link{{Label: "Article", URL: b.URL}}, b.Links...)
	column := addressColumn
	for _, l := range links {
		column = max(column, brief.Cells(brief.Clean(l.Label))+2)
	}
	for _, l := range links {
		if l.URL != "" {
			p.address(l, column)
		}
	}
	return p.text.String()
}

// lead is what stands before a line's text: "¶5 + ".
func lead(l brief.Line) string {
	s := l.Label
	if s != "" {
		s += " "
	}
	if l.Sign != "" {
		s += l.Sign + " "
	}
	return s
}
