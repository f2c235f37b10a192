package bot

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/editwatch/editwatch/internal/news"
)

// maxLabel is the most characters of a watch's label.
const maxLabel = 80

// mentionable is what the platforms' IDs of roles and user groups look like:
// digits (Discord's snowflakes) or a capital and more (Slack's S0123ABCD).
var mentionable = regexp.MustCompile(`^[0-9]{5,20}$|^S[0-9A-Z]{5,20}$`)

// wishes applies options to a watch. What cannot be is a *news.Refusal.
func (c Command) wishes(w *news.Watch, options map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(options)) {
		value := strings.TrimSpace(options[key])
		if err := wish(w, key, value); err != nil {
			return &news.Refusal{What: sentence(err), Do: "What can be wished for: " + c.typed(Help, string(Add))}
		}
	}
	return nil
}

func wish(w *news.Watch, key, value string) (err error) {
	switch key {
	case "scope":
		w.Scope, err = news.ParseScope(value)
	case "min":
		w.Min, err = news.ParseMin(value)
	case "label":
		value = strings.Join(strings.Fields(strings.Map(printable, value)), " ")
		if utf8.RuneCountInString(value) > maxLabel {
			return fmt.Errorf("a label has at most %d characters", maxLabel)
		}
		w.Label = value
	case "mention":
		w.Mention, err = parseMention(value)
	case "include":
		w.Include, err = news.ParseWords(value)
	case "exclude":
		w.Exclude, err = news.ParseWords(value)
	case "pages":
		switch strings.ToLower(value) {
		case "", "on", "yes", "true":
			w.Pages = true
		case "off", "no", "false":
			w.Pages = false
		default:
			return fmt.Errorf("pages is on or off; not %q", short(value))
		}
	case "url":
		w.URL = clean(value)
	default:
		return fmt.Errorf("there is no option %q; there are %s", short(key), strings.Join(WatchOptions, ", "))
	}
	return err
}

func printable(r rune) rune {
	if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control) {
		return ' '
	}
	return r
}

// parseMention reads a role or a user group: the platform's ID, or the form in
// which the platform puts it into text.
func parseMention(s string) (string, error) {
	switch strings.ToLower(s) {
	case "", "none", "off", "nobody":
		return "", nil
	}
	id := strings.TrimSuffix(s, ">")
	for _, prefix := range []string{"<@&", "<!subteam^"} {
		id = strings.TrimPrefix(id, prefix)
	}
	id, _, _ = strings.Cut(id, "|")
	if !mentionable.MatchString(id) {
		return "", fmt.Errorf("mention is a role or a user group, or none; not %q", short(s))
	}
	return id, nil
}

// clean takes the marks of a chat off an address: <https://x|x>, trailing
// white space.
func clean(address string) string {
	s := strings.TrimSpace(address)
	if strings.HasPrefix(s, "<") && strings.HasSuffix(s, ">") {
		s, _, _ = strings.Cut(s[1:len(s)-1], "|")
	}
	return strings.TrimSpace(strings.Trim(s, "<>"))
}
