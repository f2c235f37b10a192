package chattest

import (
	"fmt"
	"regexp"
	"strings"
)

// Mentions, and what becomes a card, are looked for in the raw text: a backslash
// does not hide them.
var (
	pings   = regexp.MustCompile(`(?i)@(?:everyone|here)|<@[!&]?\d+>`)
	invites = regexp.MustCompile(`(?i)(?:discord\.gg|dis\.gd|discord(?:app)?\.com/invite)/\w`)
	masked  = regexp.MustCompile(`^\[((?:[^\]\[\\]|\\.)+)\]\((https?://[^\s()<>]+)\)`)
	angled  = regexp.MustCompile(`^<https?://[^\s<>]+>`)
	blocks  = regexp.MustCompile(`^\s*(?:#{1,3}\s|-#\s|[-*+]\s|\d+[.)]\s|>)`)
)

// CheckMarkdown holds Discord Markdown against what announcements use: struck
// and bold texts that begin and end within a line and outside of each other, and
// links with names. Any other mark must have come from a page.
func CheckMarkdown(s string) error {
	if m := pings.FindString(s); m != "" {
		return fmt.Errorf("%q mentions", m)
	}
	if m := invites.FindString(s); m != "" {
		return fmt.Errorf("%q invites", m)
	}
	for line := range strings.SplitSeq(s, "\n") {
		if blocks.MatchString(line) {
			return fmt.Errorf("a line begins with a mark: %q", line)
		}
		if err := checkLine(line); err != nil {
			return fmt.Errorf("%w in %q", err, line)
		}
	}
	return nil
}

func checkLine(line string) error {
	open := "" // the mark that is open
	for i := 0; i < len(line); {
		rest := line[i:]
		switch {
		case rest[0] == '\\':
			if len(rest) == 1 {
				return fmt.Errorf("a backslash at the end")
			}
			i += 2
			continue
		case strings.HasPrefix(rest, "~~"), strings.HasPrefix(rest, "**"):
			mark := rest[:2]
			switch open {
			case "":
				if len(rest) == 2 || rest[2] == ' ' {
					return fmt.Errorf("%s opens before a space", mark)
				}
				open = mark
			case mark:
				if line[i-1] == ' ' {
					return fmt.Errorf("%s closes after a space", mark)
				}
				open = ""
			default:
				return fmt.Errorf("%s within %s", mark, open)
			}
			i += 2
			continue
		case rest[0] == '[':
			m := masked.FindString(rest)
			if m == "" {
				return fmt.Errorf("a bracket")
			}
			i += len(m)
			continue
		case rest[0] == '<':
			m := angled.FindString(rest)
			if m == "" {
				return fmt.Errorf("an angle bracket")
			}
			i += len(m)
			continue
		case strings.HasPrefix(rest, "://"):
			return fmt.Errorf("an address")
		case strings.IndexByte("*_`|~", rest[0]) >= 0:
			return fmt.Errorf("a bare %q", rest[0])
		}
		i++
	}
	if open != "" {
		return fmt.Errorf("%s stays open", open)
	}
	return nil
}
