package feed

import "bytes"

// Limits of what the parser is given. Real feeds nest about ten deep (more
// where raw HTML leaves its tags open), list up to some hundred entries and
// declare a dozen namespaces. The parser takes fifty times a document's size
// while it works; its stack grows with the depth, and its time with the square
// of the namespaces and of the attributes.
const (
	// MaxBytes is the largest document that is parsed.
	MaxBytes = 8 << 20
	// MaxEntries is how many entries are kept, the first ones.
	MaxEntries = 2000
	maxDepth   = 1000
	maxTags    = 300_000
	maxTag     = 64 << 10 // bytes of one start tag
	maxSpaces  = 100      // namespace declarations in scope
	maxObjects = 50_000   // of a JSON document
)

// measure walks over the tags of an XML document and reports whether it stays
// within the limits. It is no parser: it need only see what would cost one
// much. An end tag ends all that was begun inside it, since markup that leaves
// tags open is common.
func measure(data []byte) (ok bool) {
	var open [maxDepth][]byte
	var spaces [maxDepth + 1]int // declared by what is open, up to each depth
	depth, tags := 0, 0
	for {
		i := bytes.IndexByte(data, '<')
		if i < 0 || i+1 == len(data) {
			return true
		}
		data = data[i+1:]
		switch {
		case bytes.HasPrefix(data, []byte("!--")):
			data = after(data, "-->")
			continue
		case bytes.HasPrefix(data, []byte("![CDATA[")):
			data = after(data, "]]>")
			continue
		case data[0] == '?':
			data = after(data, "?>")
			continue
		case data[0] == '!':
			continue
		case data[0] == '/':
			name := tagName(data[1:])
			for d := depth - 1; d >= 0; d-- {
				if bytes.Equal(open[d], name) {
					depth = d
					break
				}
			}
			continue
		}
		if tags++; tags > maxTags {
			return false
		}
		end := tagEnd(data)
		declared := spaces[depth] + bytes.Count(data[:end], []byte("xmlns"))
		if end > maxTag || declared > maxSpaces {
			return false
		}
		if end > 0 && data[end-1] == '/' {
			continue
		}
		if depth == maxDepth {
			return false
		}
		open[depth] = tagName(data)
		depth++
		spaces[depth] = declared
	}
}

// tagEnd returns where a start tag ends: at the next ">" that is not quoted,
// looked for a little farther than a tag may reach.
func tagEnd(data []byte) int {
	data = data[:min(len(data), maxTag+1)]
	for i := 0; i < len(data); i++ {
		switch c := data[i]; c {
		case '>':
			return i
		case '"', '\'':
			n := bytes.IndexByte(data[i+1:], c)
			if n < 0 {
				return len(data)
			}
			i += n + 1
		}
	}
	return len(data)
}

func tagName(data []byte) []byte {
	if end := bytes.IndexAny(data[:min(len(data), 256)], " \t\r\n/>"); end >= 0 {
		return data[:end]
	}
	return nil
}

// afterProlog skips what may stand before a document's root: the parser looks
// for the root only near the start.
func afterProlog(data []byte) []byte {
	for {
		data = bytes.TrimLeft(data, " \t\r\n")
		var rest []byte
		switch {
		case bytes.HasPrefix(data, []byte("<?")):
			rest = after(data, "?>")
		case bytes.HasPrefix(data, []byte("<!--")):
			rest = after(data, "-->")
		}
		if len(rest) == 0 {
			return data
		}
		data = rest
	}
}

// after returns what follows the first end in data; nothing if it never comes.
func after(data []byte, end string) []byte {
	_, rest, _ := bytes.Cut(data, []byte(end))
	return rest
}
