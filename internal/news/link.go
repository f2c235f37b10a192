package news

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// AddressKeys are the keys of all addresses that somebody may mean by a text, in
// either reading, the likeliest first; see [Addresses]. Whoever looks an article
// up by what a person gave looks for these.
func AddressKeys(text string) []Key {
	var keys []Key
	for _, address := range Addresses(text) {
		keys = append(keys, AddressKey(PageReading, address), AddressKey(FeedReading, address))
	}
	return keys
}

// maxAddresses is how many addresses of a text are looked at.
const maxAddresses = 8

// Addresses returns the web addresses that somebody may mean by a text: a link
// in any form, with or without scheme, with words around it, or within another:
// of an archive's copy, of a redirect that counts clicks or looks for malware, of
// an AMP cache. The likeliest comes first. There is none in a text of words, nor
// in an ID.
func Addresses(text string) []string {
	found := Links(text)
	if len(found) == 0 {
		for word := range strings.FieldsSeq(text) {
			word, _, _ = strings.Cut(strings.TrimLeft(word, `<([{"'“‘«„`), "|")
			if word = trimSentence(word); isBareAddress(word) {
				found = append(found, "https://"+strings.TrimPrefix(word, "//"))
			}
		}
	}
	found = found[:min(len(found), maxAddresses)]
	for _, whole := range linkForm.FindAllString(text, maxAddresses) {
		whole, _, _ = strings.Cut(whole, "|")
		if !slices.Contains(found, whole) { // it may end like a sentence
			found = append(found, whole)
		}
	}
	for i := 0; i < len(found) && i < maxAddresses; i++ { // one may be wrapped twice
		for _, inner := range wrapped(found[i]) {
			if !slices.Contains(found, inner) {
				found = append(found, inner)
			}
		}
	}
	return found[:min(len(found), 2*maxAddresses)]
}

// maxLinks is how many links of a text are found.
const maxLinks = 50

// Links returns the web addresses in a text that have a scheme, in order, each
// once, as people and platforms write them: bare, <https://x>, <https://x|x>,
// [x](https://x).
func Links(text string) []string {
	var out []string
	for _, m := range linkForm.FindAllString(text, maxLinks) {
		m, _, _ = strings.Cut(m, "|")
		if m = trimSentence(m); !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

var linkForm = regexp.MustCompile(`(?i)https?://[^\s<>\x60"“”«»\]]+`)

// trimSentence takes off an address what belongs to the sentence around it: a
// full stop, or a closing bracket, unless the address opened the bracket.
func trimSentence(s string) string {
	for s != "" {
		last := s[len(s)-1]
		switch {
		case strings.IndexByte(`.,;:!?'*_~">]}`, last) >= 0,
			last == ')' && strings.Count(s, "(") < strings.Count(s, ")"):
			s = s[:len(s)-1]
		case strings.HasSuffix(s, "”"), strings.HasSuffix(s, "’"), strings.HasSuffix(s, "»"), strings.HasSuffix(s, "…"):
			s = strings.TrimRight(s, "”’»…")
		default:
			return s
		}
	}
	return ""
}

// NamesLink reports whether what somebody typed where words may stand, too, is
// about a link: it has a whole address in it, or is one without its scheme.
func NamesLink(text string) bool {
	return len(Links(text)) > 0 || len(strings.Fields(text)) == 1 && len(Addresses(text)) > 0
}

// isBareAddress reports whether a word is an address without its scheme.
func isBareAddress(word string) bool {
	u, err := url.Parse("https://" + strings.TrimPrefix(word, "//"))
	if err != nil || u.User != nil || strings.Contains(word, "://") {
		return false
	}
	return hostForm.MatchString(u.Hostname()) || u.Hostname() != "" && u.Port() != "" && u.Path != ""
}

// hostForm is the name of a host on the internet: the last label of such a name
// is no number (https://www.rfc-editor.org/rfc/rfc3696#section-2).
var hostForm = regexp.MustCompile(`^[^.\s]+(\.[^.\s]+)*\.[^.\s\d][^.\s]+$`)

// wrapped returns the addresses that stand within another.
func wrapped(address string) []string {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	var out []string
	add := func(s string) {
		if in, err := url.Parse(s); err == nil && in.Host != "" && (in.Scheme == "http" || in.Scheme == "https") {
			out = append(out, s)
		}
	}
	if m := innerForm.FindStringSubmatch(address); m != nil {
		add(strings.ToLower(m[1]) + "://" + m[2])
	}
	for _, values := range u.Query() {
		for _, v := range values {
			for _, link := range Links(v) {
				add(link)
			}
		}
	}
	for _, form := range []*regexp.Regexp{ampForm, waybackForm} {
		if m := form.FindStringSubmatch(u.EscapedPath()); m != nil {
			add("https://" + m[1])
		}
	}
	slices.Sort(out)
	return out
}

var (
	// innerForm is an address whose path ends with another, as those of archives
	// do. Some servers make one slash of two, and URL Defense puts underscores
	// around it (https://help.proofpoint.com, "URL Defense").
	innerForm = regexp.MustCompile(`(?i)^https?://[^/?#]+/(?:[^?#]*/)?(?:__)?(https?):/{1,2}([^/].*?)(?:__;.*)?$`)
	// ampForm is the path of an address of an AMP cache or viewer
	// (https://developers.google.com/amp/cache/overview#amp-cache-url-format).
	ampForm = regexp.MustCompile(`^/(?:amp|c|v|r|wp)/(?:s/)?([^/]+\.[^/]+/.*)$`)
	// waybackForm is the path of a copy in the Wayback Machine whose address was
	// given without its scheme.
	waybackForm = regexp.MustCompile(`^/web/[0-9*]+[a-z_]*/([^/:]+\.[^/:]+/.*)$`)
)
