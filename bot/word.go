package bot

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// A word is one piece of a command: key=value, or just text; and as it was
// typed, quotes and all.
type word struct{ text, key, value, raw string }

// split cuts a command into words at white space outside of quotes and of the
// angle brackets in which Slack puts links.
func split(s string) []word {
	var words []word
	runes := []rune(s)
	for i := 0; i < len(runes); {
		if unicode.IsSpace(runes[i]) || invisible(runes[i]) {
			i++
			continue
		}
		var w word
		var b strings.Builder
		from := i
		quoted := false
		for i < len(runes) && !unicode.IsSpace(runes[i]) {
			r := runes[i]
			switch closing := closes(r); {
			case r == '<':
				end := i
				for end < len(runes) && runes[end] != '>' && runes[end] != '\n' {
					end++
				}
				end = min(end+1, len(runes))
				b.WriteString(string(runes[i:end]))
				i = end
				continue
			case closing != 0 && (b.Len() == 0 || w.key != "" && b.Len() == len(w.key)+1):
				end := i + 1
				for end < len(runes) && !slices.Contains([]rune(closing.set()), runes[end]) {
					end++
				}
				b.WriteString(string(runes[i+1 : end]))
				quoted = true
				i = end + 1
				continue
			case r == '=' && w.key == "" && !quoted && keyForm.MatchString(b.String()):
				w.key = b.String()
			case invisible(r):
				i++
				continue
			}
			b.WriteRune(r)
			i++
		}
		w.text, w.raw = b.String(), string(runes[from:min(i, len(runes))])
		if w.key != "" {
			w.value = w.text[len(w.key)+1:]
		}
		words = append(words, w)
	}
	return words
}

var keyForm = regexp.MustCompile(`^[A-Za-z][A-Za-z-]{1,20}$`)

// A quotation is a kind of quotation mark.
type quotation rune

// closes returns what kind of quotation r opens, or 0. Phones make “these” of
// "those".
func closes(r rune) quotation {
	switch r {
	case '"', '“', '”', '„':
		return '"'
	case '«':
		return '»'
	}
	return 0
}

func (q quotation) set() string {
	if q == '"' {
		return `"“”`
	}
	return string(q)
}

// invisible reports characters that come along when text is copied.
func invisible(r rune) bool {
	switch r {
	case '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad':
		return true
	}
	return unicode.Is(unicode.Bidi_Control, r)
}
