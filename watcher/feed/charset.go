package feed

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/unicode"
)

// declaration is an XML declaration; its encoding no longer holds once the
// bytes are UTF-8.
var declaration = regexp.MustCompile(`^\s*<\?xml[^>]{0,200}?\?>`)

var declared = regexp.MustCompile(`encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']`)

// toUTF8 returns the document in UTF-8, without byte order mark and XML
// declaration.
//
// Bytes that are valid UTF-8 and not plain ASCII are UTF-8 whatever is
// declared: no other text looks like that by chance, and servers that declare
// a default are common. Else a byte order mark, the Content-Type, and the XML
// declaration are believed, in this order; without any, invalid UTF-8 is
// windows-1252.
func toUTF8(data []byte, contentType string) []byte {
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xFE\xFF")), bytes.HasPrefix(data, []byte("\x00<")):
		data = fromUTF16(data, unicode.BigEndian)
	case bytes.HasPrefix(data, []byte("\xFF\xFE")), bytes.HasPrefix(data, []byte("<\x00")):
		data = fromUTF16(data, unicode.LittleEndian)
	default:
		data = decode(data, contentType)
	}
	return declaration.ReplaceAll(data, nil)
}

func fromUTF16(data []byte, order unicode.Endianness) []byte {
	out, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(data)
	if err != nil {
		return data
	}
	return out
}

func decode(data []byte, contentType string) []byte {
	ascii := true
	for _, c := range data {
		ascii = ascii && c < 0x80
	}
	// Escape sequences switch the charset of some that are otherwise ASCII.
	if utf8.Valid(data) && (!ascii || bytes.IndexByte(data, 0x1b) < 0) {
		return data
	}
	var labels []string
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		labels = append(labels, params["charset"])
	}
	if m := declared.FindSubmatch(declaration.Find(data)); m != nil {
		labels = append(labels, string(m[1]))
	}
	utf := false
	for _, label := range labels {
		enc, name := charset.Lookup(label)
		switch {
		case enc == nil:
			continue
		case name == "utf-8":
			utf = true // declared and broken; perhaps the other declaration is right
			continue
		}
		if out, err := enc.NewDecoder().Bytes(data); err == nil {
			return out
		}
	}
	if utf || ascii {
		return data // clean replaces what is broken
	}
	enc, _ := charset.Lookup("windows-1252")
	if out, err := enc.NewDecoder().Bytes(data); err == nil {
		return out
	}
	return data
}

// entity matches numeric character references.
var entity = regexp.MustCompile(`&#(?:[xX][0-9a-fA-F]{1,8}|[0-9]{1,10});`)

// clean drops what XML may not hold, as bytes or as numeric references: one
// stray control character would cost the whole feed. Invalid UTF-8 becomes
// U+FFFD.
func clean(data []byte) []byte {
	ok := utf8.Valid(data)
	for i := 0; ok && i < len(data); i++ {
		ok = data[i] >= 0x20 || data[i] == '\n' || data[i] == '\t' || data[i] == '\r'
	}
	if !ok || bytes.Contains(data, []byte("\xEF\xBF")) {
		data = bytes.Map(func(r rune) rune {
			if !legal(r) {
				return -1
			}
			return r
		}, data)
	}
	if bytes.Contains(data, []byte("&#")) {
		data = entity.ReplaceAllFunc(data, func(ref []byte) []byte {
			if !legal(number(string(ref[2 : len(ref)-1]))) {
				return nil
			}
			return ref
		})
	}
	return data
}

// number reads the digits of a numeric reference; one too large to be a
// character gives a number that is none.
func number(s string) rune {
	base := rune(10)
	if rest, ok := strings.CutPrefix(strings.ToLower(s), "x"); ok {
		s, base = rest, 16
	}
	var n rune
	for _, c := range s {
		d := c - '0'
		if c >= 'a' {
			d = c - 'a' + 10
		}
		if n = n*base + d; n > utf8.MaxRune {
			return utf8.MaxRune + 1
		}
	}
	return n
}

// legal reports whether XML may hold r (https://www.w3.org/TR/xml/#charsets).
func legal(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' ||
		r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= utf8.MaxRune
}
