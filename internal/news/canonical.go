package news

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Canonical returns s in the one form that is stored, hashed and shown:
// Unicode NFC, each run of white space of any kind a single space, none at the
// ends, and nothing invisible (soft hyphens, zero-width spaces, byte order
// marks, control characters), nor what turns the direction of text ([Turns]).
// Joiners that shape what is seen, such as those inside emoji and Indic or
// Persian words, stay. Text that was decoded from the
// wrong charset ("â€™" for an apostrophe) is mended where that is certain.
//
// Canonical is idempotent. Apart from the mending it never changes a visible
// character.
func Canonical(s string) string {
	if plain(s) {
		return s
	}
	// Taking out what is invisible can bring damage to light, so mending and
	// tidying take turns until nothing changes. Mending shortens, so that is soon.
	for range 8 {
		t := tidy(mend(s))
		if t == s || !suspect(t) {
			return t
		}
		s = t
	}
	return s
}

// Canonical returns the text with each of its parts in the form of [Canonical].
// A paragraph of which nothing is left goes.
func (t Text) Canonical() Text {
	out := Text{Headline: Canonical(t.Headline), Standfirst: Canonical(t.Standfirst)}
	for _, p := range t.Paragraphs {
		if p = Canonical(p); p != "" {
			out.Paragraphs = append(out.Paragraphs, p)
		}
	}
	return out
}

// MaxName is the most characters of a publication's name. Feeds put sentences
// into their titles, and a name stands in one line of a list, a message, a card
// and a log: no name of a publication that people use is as long as this.
const MaxName = 80

// Name returns what a page or feed calls its publication as it is stored:
// canonical, and a longer one cut after a word.
func Name(s string) string {
	name := []rune(Canonical(s))
	if len(name) <= MaxName {
		return string(name)
	}
	start := string(name[:MaxName-1])
	if i := strings.LastIndexByte(start, ' '); i > 0 && name[MaxName-1] != ' ' {
		start = start[:i]
	}
	return strings.TrimRight(start, " ") + "…"
}

// plain reports whether s is ASCII and canonical already, as most text is.
func plain(s string) bool {
	space := true
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ':
			if space {
				return false
			}
			space = true
		case c < ' ' || c >= 0x7F:
			return false
		default:
			space = false
		}
	}
	return !space || s == ""
}

func tidy(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s { // a broken byte reads as U+FFFD
		switch {
		case r == ' ' || r != utf8.RuneError && unicode.IsSpace(r):
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

// Turns reports whether r starts or ends an embedding, an override or an
// isolate (https://www.unicode.org/reports/tr9/#Explicit_Directional_Embeddings).
// An override makes "74" read "47", and whatever is not ended reaches past the
// text it came in, so no text of ours has any. Implicit marks (U+200E, U+200F,
// U+061C) act like a letter and are harmless.
func Turns(r rune) bool {
	return '\u202A' <= r && r <= '\u202E' || '\u2066' <= r && r <= '\u2069'
}

// invisible reports whether r has no part in what a reader is to see. Zero-width
// joiner and non-joiner (U+200D, U+200C) and implicit marks of direction do.
func invisible(r rune) bool {
	switch r {
	case '\u00AD', // soft hyphen
		'\u200B',                               // zero-width space
		'\u2060',                               // word joiner
		'\uFEFF',                               // byte order mark
		'\uFFFC',                               // object replacement: where an image stood
		'\u2061', '\u2062', '\u2063', '\u2064': // invisible operators
		return true
	}
	return Turns(r) || r < 0xA0 && unicode.Is(unicode.Cc, r)
}

// mend undoes UTF-8 that was read as windows-1252, once or more often. It is
// certain when the whole text, put back into windows-1252, is valid UTF-8 and
// holds what no language writes: text that has any other character beyond ASCII
// is left alone, and so are pairs such as "Ã”", which end a Portuguese word in
// capitals before a quotation mark.
func mend(s string) string {
	for suspect(s) {
		bytes, ok := toWindows1252(s)
		if !ok || !utf8.ValidString(bytes) || !damaged(bytes) {
			return s
		}
		s = bytes
	}
	return s
}

// suspect reports whether s has a character as which the first byte of a UTF-8
// sequence reads, U+00C2 to U+00F4: in UTF-8 the byte C3 and one from 82 to B4.
func suspect(s string) bool {
	for {
		i := strings.IndexByte(s, 0xC3)
		if i < 0 || i+1 == len(s) {
			return false
		}
		if c := s[i+1]; 0x82 <= c && c <= 0xB4 {
			return true
		}
		s = s[i+1:]
	}
}

// windows1252 has what the bytes 0x80 to 0x9F mean. Five mean nothing; readers
// made control characters of them.
var windows1252 = func() map[rune]byte {
	m := make(map[rune]byte, 64)
	for c := 0x80; c < 0xA0; c++ {
		m[rune(c)] = byte(c)
		if r := charmap.Windows1252.DecodeByte(byte(c)); r != utf8.RuneError {
			m[r] = byte(c)
		}
	}
	return m
}()

// toWindows1252 returns the bytes that read as s, if there are such.
func toWindows1252(s string) (string, bool) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		switch c, special := windows1252[r]; {
		case special:
			b = append(b, c)
		case r < 0x100:
			b = append(b, byte(r))
		default:
			return s, false
		}
	}
	return string(b), true
}

// damaged reports whether UTF-8 that came out of windows-1252 shows that it was
// damaged: by a quotation mark, dash or currency sign (whose second byte reads
// as "€", "‚" or "„" inside a word), by an emoji, by a letter whose second byte
// reads as a sign that no letter stands before; or by three characters, where
// one may be an accident ("manhã…”" in Portuguese is also Korean).
func damaged(mended string) bool {
	doubtful := 0
	for _, r := range mended {
		switch {
		case r < utf8.RuneSelf:
		case 0x2000 <= r && r < 0x2140, r >= 0x10000, r == '\uFEFF':
			return true
		case r >= 0x800:
			doubtful++
		default:
			switch second := byte(r)&0x3F | 0x80; second {
			case 0xA0, 0xAA, 0xAB, 0xAE, 0xB0, 0xB2, 0xB3, 0xB4, 0xB7, 0xB9, 0xBA, 0xBB: // no-break space ª « ® ° ² ³ ´ · ¹ º »
				doubtful++
			default:
				if second >= 0xA0 {
					return true
				}
				doubtful++ // a quotation mark, dash or ellipsis
			}
		}
	}
	return doubtful >= 3
}
