package extract

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// sniffed is how many bytes of a page the charset is looked for in, as
// browsers do: https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding
const sniffed = 1024

// decode returns the page as UTF-8. Header, byte order mark and <meta> are
// asked in turn; a page that is valid UTF-8 beyond ASCII is UTF-8 whatever they
// say, because no other text looks like that by accident.
func decode(page []byte, contentType string) string {
	page = bytes.TrimPrefix(page, []byte("\xEF\xBB\xBF"))
	utf16 := bytes.HasPrefix(page, []byte("\xFE\xFF")) || bytes.HasPrefix(page, []byte("\xFF\xFE"))
	if !utf16 && utf8.Valid(page) && !escapes(page) {
		return slim(page)
	}
	enc, name, _ := charset.DetermineEncoding(page[:min(len(page), sniffed)], contentType)
	if name == "utf-8" || name == "replacement" {
		return string(page) // canonical text marks the odd bytes with U+FFFD
	}
	if name == "windows-1252" && nearlyUTF8(page) {
		return string(page)
	}
	out, err := enc.NewDecoder().Bytes(page)
	if err != nil {
		return string(page)
	}
	return strings.TrimPrefix(string(out), "\ufeff")
}

// escapes reports the escape sequences of ISO-2022-JP, whose bytes are all ASCII.
func escapes(page []byte) bool {
	return bytes.Contains(page, []byte("\x1b$")) || bytes.Contains(page, []byte("\x1b("))
}

// nearlyUTF8 reports whether nearly all bytes beyond ASCII belong to UTF-8
// sequences, as in a page with one broken comment in it.
func nearlyUTF8(page []byte) bool {
	good, bad := 0, 0
	for len(page) > 0 {
		if page[0] < utf8.RuneSelf {
			page = page[1:]
			continue
		}
		r, n := utf8.DecodeRune(page)
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		page = page[n:]
	}
	return good > 20*bad
}
