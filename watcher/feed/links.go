package feed

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// A Link is a feed that a page names.
type Link struct {
	URL   string // absolute
	Title string // plain and canonical; may be empty
	Type  string // its media type, in lower case
}

// maxLinks is how many feeds of one page are told.
const maxLinks = 20

// feedTypes are the media types by which pages name their feeds. Plain XML and
// JSON also name other things; those links are told last.
var feedTypes = map[string]int{
	"application/rss+xml": 0, "application/atom+xml": 0, "application/feed+json": 0, "application/rdf+xml": 0,
	"application/xml": 1, "text/xml": 1, "application/json": 1,
}

// Links returns the feeds that a page names in its head, in the page's order
// but for the doubtful ones, which come last. base is the page's address.
func Links(page []byte, base string) []Link {
	at, err := url.Parse(base)
	if err != nil {
		return nil
	}
	enc, _, _ := charset.DetermineEncoding(page[:min(len(page), 1024)], "")
	z := html.NewTokenizer(enc.NewDecoder().Reader(bytes.NewReader(page)))
	z.SetMaxBuf(1 << 20)
	var found [2][]Link
	seen := make(map[string]bool)
	based := false
	for len(seen) < maxLinks {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		name, more := z.TagName()
		switch string(name) {
		case "base":
			if attr := attributes(z, more); !based && attr["href"] != "" {
				if u, err := at.Parse(strings.TrimSpace(attr["href"])); err == nil {
					at, based = u, true
				}
			}
		case "link":
			attr := attributes(z, more)
			mediaType, _, _ := strings.Cut(strings.ToLower(attr["type"]), ";")
			mediaType = strings.TrimSpace(mediaType)
			rank, ok := feedTypes[mediaType]
			to := absolute(at, attr["href"])
			if !ok || !hasWord(attr["rel"], "alternate") || to == "" || seen[to] || apart(to, mediaType) {
				continue
			}
			seen[to] = true
			found[rank] = append(found[rank], Link{URL: to, Title: plain(attr["title"]), Type: mediaType})
		}
	}
	return append(found[0], found[1]...)
}

// apart reports whether an alternate is a known thing that is no feed: the
// content interface of WordPress and the embedding one of oEmbed.
func apart(address, mediaType string) bool {
	return strings.HasSuffix(mediaType, "json") && mediaType != "application/feed+json" &&
		(strings.Contains(address, "/wp-json/") || strings.Contains(address, "oembed"))
}

func attributes(z *html.Tokenizer, more bool) map[string]string {
	out := make(map[string]string)
	for more {
		var key, val []byte
		key, val, more = z.TagAttr()
		if _, twice := out[string(key)]; !twice {
			out[string(key)] = string(val)
		}
	}
	return out
}

func hasWord(s, word string) bool {
	for f := range strings.FieldsSeq(s) {
		if strings.EqualFold(f, word) {
			return true
		}
	}
	return false
}

// Guesses returns where sites commonly keep a feed that no page names, best
// guess first: below the page's own path, then at the site's root.
func Guesses(base string) []string {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return nil
	}
	u.RawQuery, u.Fragment = "", ""
	var out []string
	add := func(ref string) {
		if to := absolute(u, ref); to != "" {
			out = append(out, to)
		}
	}
	if p := strings.TrimSuffix(u.Path, "/"); p != "" && !strings.Contains(p[strings.LastIndexByte(p, '/'):], ".") {
		add(p + "/feed")
		add(p + "/rss.xml")
	}
	for _, ref := range []string{"/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json"} {
		add(ref)
	}
	return out
}
