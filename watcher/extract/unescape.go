package extract

import (
	"html"
	"strings"
)

// unescape decodes entities that were escaped twice, so that "&amp;quot;" in
// the source, "&quot;" after parsing, is a quotation mark. Prose never shows
// an entity; callers leave out code.
func unescape(s string) string {
	for range 2 {
		i := strings.IndexByte(s, '&')
		if i < 0 || !entity(s[i:]) && !strings.ContainsRune(s[i+1:], '&') {
			return s
		}
		decoded := unescapeOnce(s)
		if decoded == s {
			return s
		}
		s = decoded
	}
	return s
}

// unescapeOnce decodes whole entities, those with a semicolon.
func unescapeOnce(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i:]
		if !entity(s) {
			b.WriteByte('&')
			s = s[1:]
			continue
		}
		end := strings.IndexByte(s, ';') + 1
		b.WriteString(html.UnescapeString(s[:end]))
		s = s[end:]
	}
}

// longestEntity is that of the entities prose has, "&thetasym;", and of numbers.
const longestEntity = 10

// entity reports whether s begins with an entity.
func entity(s string) bool {
	end := strings.IndexByte(s[:min(len(s), longestEntity+1)], ';')
	if end < 2 {
		return false
	}
	for i := 1; i < end; i++ {
		c := s[i]
		if !letterOrDigit(c) && (c != '#' || i > 1) {
			return false
		}
	}
	return html.UnescapeString(s[:end+1]) != s[:end+1]
}
