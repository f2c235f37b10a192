package news

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Canonical returns s in the one form that is stored, hashed and shown:
// Unicode NFC, each run of white space of any kind a single space, none at the
// ends, and nothing invisible (soft hyphens, zero-width spaces, byte order
// marks, control characters). Joiners that shape what is seen, such as those
// inside emoji and Indic or Persian words, stay.
//
// Canonical is idempotent. It never changes a visible character.
func Canonical(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case invisible(r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// invisible reports whether r has no part in what a reader sees. Zero-width
// joiner and non-joiner (U+200D, U+200C) and the marks that set direction do.
func invisible(r rune) bool {
	switch r {
	case '\u00AD', // soft hyphen
		'\u200B', // zero-width space
		'\u2060', // word joiner
		'\uFEFF': // byte order mark
		return true
	}
	return unicode.Is(unicode.Cc, r)
}
