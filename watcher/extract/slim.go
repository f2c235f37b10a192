package extract

import (
	"bytes"
	"strings"
)

// slim returns the page without the insides of scripts and styles that nobody
// reads. They are more than half of a news page, and finding their ends is far
// cheaper than parsing them.
//
// It leaves in what it is not sure of: a script whose inside could be more than
// a script, because it has markup, a comment's end or an attribute's end in it,
// as when "<script>" stands in a comment or an attribute.
func slim(page []byte) string {
	var b strings.Builder
	b.Grow(len(page))
	rest := page
	for {
		at, tag := nextRaw(rest)
		if at < 0 {
			break
		}
		inside := at + len(tag) + 1
		open := bytes.IndexByte(rest[inside:], '>')
		if open < 0 {
			break
		}
		inside += open + 1
		length := bytes.Index(rest[inside:], []byte("</"+tag))
		if length < 0 {
			break
		}
		name := rest[at+len(tag)+1]
		if length > 32 && (name == '>' || name <= ' ') && !bytes.Contains(rest[at:inside], []byte("json")) && onlyCode(rest[inside:inside+length]) {
			b.Write(rest[:inside])
		} else {
			b.Write(rest[:inside+length])
		}
		rest = rest[inside+length:]
	}
	b.Write(rest)
	return b.String()
}

// nextRaw finds the next script or style, -1 when there is none.
func nextRaw(page []byte) (int, string) {
	// Nearly all are scripts: styles are looked for before the next one only.
	script := bytes.Index(page, []byte("<script"))
	until := page
	if script >= 0 {
		until = page[:script]
	}
	if style := bytes.Index(until, []byte("<style")); style >= 0 {
		return style, "style"
	}
	return script, "script"
}

// onlyCode reports whether the inside of a script has nothing that could end an
// attribute or a comment before it, or begin text after.
func onlyCode(inside []byte) bool {
	for _, sign := range [][]byte{[]byte("<!--"), []byte("-->"), []byte("\">"), []byte("'>"), []byte("<p"), []byte("<d"), []byte("<h"), []byte("<b"), []byte("</")} {
		if bytes.Contains(inside, sign) {
			return false
		}
	}
	return true
}
