package fetch

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// Agent is the name by which robots.txt files address us (RFC 9309, "product
// token").
const Agent = "editwatch"

// Limits of a robots.txt file. RFC 9309 section 2.5 wants at least 500 KiB to
// be read; a hostile file can hold rules that cost more to apply than to send.
const (
	maxRobots  = 500 << 10
	maxRules   = 5000
	maxPattern = 1024
	// MaxCrawlDelay is the longest Crawl-delay that is respected. Sites that
	// ask for minutes mean crawlers of everything; we read a few pages.
	MaxCrawlDelay = 30 * time.Second
)

// rules are what one robots.txt file asks of us (RFC 9309).
type rules struct {
	list  []rule
	delay time.Duration // between requests; zero when the file does not say
	size  int           // bytes held, roughly
}

// A rule allows or forbids the paths that match its pattern.
type rule struct {
	allow  bool
	length int      // of the pattern as written: the longest that matches decides
	parts  []string // between the pattern's asterisks, normalized
	end    bool     // the last part must end the path
}

// readRules reads a robots.txt file. Lines it cannot read are passed over, as
// the standard asks: one mistake must not silence the rest.
func readRules(data []byte) *rules {
	if len(data) > maxRobots {
		data = data[:maxRobots]
		data = data[:bytes.LastIndexByte(data, '\n')+1]
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	var ours, all rules
	named := false // a group names us
	// A group begins with one or more user-agent lines; into holds whose.
	var inOurs, inAll, begun bool
	for line := range bytes.FieldsFuncSeq(data, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line, _, _ = bytes.Cut(line, []byte{'#'})
		name, value, ok := bytes.Cut(line, []byte{':'})
		if !ok {
			continue
		}
		value = bytes.TrimSpace(value)
		switch field := strings.ToLower(string(bytes.TrimSpace(name))); field {
		case "user-agent", "useragent":
			if begun {
				inOurs, inAll, begun = false, false, false
			}
			switch agent := token(value); {
			case agent == Agent:
				inOurs, named = true, true
			case len(value) > 0 && value[0] == '*':
				inAll = true
			}
		case "allow", "disallow":
			begun = true
			if inOurs {
				ours.add(field == "allow", value)
			}
			if inAll {
				all.add(field == "allow", value)
			}
		case "crawl-delay":
			begun = true
			s, err := strconv.ParseFloat(string(value), 64)
			if err != nil || !(s > 0) {
				continue
			}
			d := time.Duration(min(s, MaxCrawlDelay.Seconds()) * float64(time.Second))
			if inOurs {
				ours.delay = d
			}
			if inAll {
				all.delay = d
			}
		}
	}
	if named {
		return &ours
	}
	return &all
}

// token returns the product token at the start of a user-agent value, in lower case.
func token(value []byte) string {
	i := 0
	for i < len(value) && (value[i] == '-' || value[i] == '_' || 'a' <= value[i]|0x20 && value[i]|0x20 <= 'z') {
		i++
	}
	return strings.ToLower(string(value[:i]))
}

func (r *rules) add(allow bool, pattern []byte) {
	if len(pattern) == 0 || len(pattern) > maxPattern || len(r.list) == maxRules {
		return
	}
	s := string(pattern)
	if s[0] != '/' && s[0] != '*' {
		s = "/" + s
	}
	ru := rule{allow: allow, length: len(s)}
	s, ru.end = strings.CutSuffix(s, "$")
	for part := range strings.SplitSeq(s, "*") {
		// Of "a**b" and "a*" with nothing after, the empty parts say nothing.
		if part != "" || len(ru.parts) == 0 {
			ru.parts = append(ru.parts, normal(part))
		}
	}
	if strings.HasSuffix(s, "*") {
		ru.end = false
	}
	r.list = append(r.list, ru)
	r.size += 96 + len(s)
}

// allows reports whether a path with its query may be asked for: the longest
// pattern that matches decides, and of equals the one that allows.
func (r *rules) allows(path string) bool {
	if len(r.list) == 0 {
		return true
	}
	path = normal(path)
	best, allow := 0, true
	for _, ru := range r.list {
		if ru.length < best || ru.length == best && !ru.allow || !ru.matches(path) {
			continue
		}
		best, allow = ru.length, ru.allow
	}
	return allow
}

// matches takes each part where it first occurs, which finds a match if there
// is one, in one walk along the path.
func (ru *rule) matches(path string) bool {
	rest, ok := strings.CutPrefix(path, ru.parts[0])
	if !ok {
		return false
	}
	parts := ru.parts[1:]
	if !ru.end {
		for _, p := range parts {
			if _, rest, ok = strings.Cut(rest, p); !ok {
				return false
			}
		}
		return true
	}
	if len(parts) == 0 {
		return rest == ""
	}
	for _, p := range parts[:len(parts)-1] {
		if _, rest, ok = strings.Cut(rest, p); !ok {
			return false
		}
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// normal returns a path or a piece of one in the form in which the standard
// compares them: octets beyond ASCII escaped, escapes of unreserved characters
// undone, the others in upper case.
func normal(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] != '%' && s[i] < 0x80
	}
	if plain {
		return s
	}
	const hex = "0123456789ABCDEF"
	b := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 0x80:
			b = append(b, '%', hex[c>>4], hex[c&15])
		case c == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			d := byte(unhex(s[i+1])<<4 | unhex(s[i+2]))
			i += 2
			if d == '-' || d == '.' || d == '_' || d == '~' || '0' <= d && d <= '9' || 'a' <= d|0x20 && d|0x20 <= 'z' {
				b = append(b, d)
			} else {
				b = append(b, '%', hex[d>>4], hex[d&15])
			}
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
