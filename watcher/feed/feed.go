package feed

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/rss"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/safehttp"
)

// A Feed is a document that was read.
type Feed struct {
	Title   string // a [news.Name]
	SiteURL string // the site it belongs to
	// TTL is how long the feed says it may be kept before it is asked for
	// again; zero when it does not say, at most [MaxTTL].
	TTL time.Duration
	// Entries in the order of the document, at most [MaxEntries].
	Entries []Entry
}

// An Entry is one item listed in a feed.
type Entry struct {
	GUID      string // the feed's own, else its URL, else made of its texts
	URL       string // of the article; empty when the feed names none that can be visited
	Title     string
	Summary   string    // the description, else the content
	Published time.Time // UTC; zero when not stated
	Updated   time.Time // UTC; zero when not stated
	Language  string    // as stated, for the entry or the feed; empty when not
}

// MaxTTL is the longest TTL that is believed: some give seconds for minutes.
const MaxTTL = 24 * time.Hour

// ErrNotFeed means a document is not a feed, or not a whole one. The text of
// an error that wraps it says what it seems to be, in words for people.
var ErrNotFeed = errors.New("not a feed")

func notFeed(why string) error { return fmt.Errorf("%w: %s", ErrNotFeed, why) }

// large documents are parsed one at a time: the parser takes many times their
// size while it works.
var large sync.Mutex

const largeBytes = 512 << 10

// Parse reads a feed. The content type is the HTTP header's, or empty; address
// is where the document came from, which relative links are resolved against.
// Every error wraps [ErrNotFeed].
func Parse(data []byte, contentType, address string) (Feed, error) {
	if len(data) > MaxBytes {
		return Feed{}, notFeed("it is too large")
	}
	data = afterProlog(clean(toUTF8(data, contentType)))
	if why := refuse(data); why != "" {
		return Feed{}, notFeed(why)
	}
	if len(data) > largeBytes {
		large.Lock()
		defer large.Unlock()
	}
	parsed, err := parse(data)
	if err != nil {
		return Feed{}, err
	}
	return translate(parsed, address), nil
}

// refuse says why a document in UTF-8 is not worth parsing; empty if it is.
func refuse(data []byte) string {
	if len(data) == 0 {
		return "it is empty"
	}
	switch data[0] {
	case '<':
		if !measure(data) {
			return "it nests deeper or lists more than any feed does"
		}
		return ""
	case '{':
		if bytes.Count(data, []byte("{")) > maxObjects {
			return "it lists more than any feed does"
		}
		return ""
	case '[':
		return "it is JSON of another kind"
	}
	return "it is neither XML nor JSON Feed"
}

// parse lets gofeed read the document, and says what is wrong if it cannot.
func parse(data []byte) (f *gofeed.Feed, err error) {
	// The parser is not ours and reads what strangers wrote: a bug in it costs
	// this feed and not the process.
	defer func() {
		if r := recover(); r != nil {
			f, err = nil, notFeed("it cannot be read")
		}
	}()
	p := gofeed.NewParser()
	p.KeepOriginalFeed = true // for the TTL
	p.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true}
	p.JSONTranslator = whole{}
	f, err = p.Parse(bytes.NewReader(data))
	if err != nil && data[0] == '{' {
		f, err = p.Parse(bytes.NewReader(coerce(data)))
	}
	switch {
	case err == nil && f.FeedType == "json" && !strings.Contains(f.FeedVersion, "jsonfeed.org/version/"):
		return nil, notFeed("it is JSON of another kind")
	case err == nil:
		return f, nil
	case data[0] == '{':
		if !json.Valid(data) {
			return nil, notFeed("it broke off before its end, or its JSON is damaged")
		}
		return nil, notFeed("it is JSON of another kind")
	case isPage(data):
		return nil, notFeed("it is a web page")
	case errors.Is(err, gofeed.ErrFeedTypeNotDetected):
		return nil, notFeed("it is XML of another kind")
	}
	if strings.Contains(err.Error(), "unexpected EOF") { // encoding/xml has no type for it
		return nil, notFeed("it broke off before its end")
	}
	return nil, notFeed("its XML is damaged")
}

// isPage reports whether a document begins as an HTML page does.
func isPage(data []byte) bool {
	head := bytes.ToLower(data[:min(len(data), 2048)])
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.Contains(head, []byte("<html"))
}

// translate puts what gofeed read into our form.
func translate(f *gofeed.Feed, address string) Feed {
	base, _ := url.Parse(address)
	out := Feed{Title: news.Name(plain(f.Title)), SiteURL: absolute(base, f.Link), TTL: ttl(f)}
	seen := make(map[string]bool, len(f.Items))
	for _, item := range f.Items {
		if item == nil {
			continue
		}
		e := entry(item, base)
		if e.Language == "" {
			e.Language = language(f.Language)
		}
		if e.Title == "" && e.Summary == "" && e.URL == "" || seen[e.GUID] {
			continue
		}
		seen[e.GUID] = true
		if out.Entries = append(out.Entries, e); len(out.Entries) == MaxEntries {
			break
		}
	}
	return out
}

func entry(item *gofeed.Item, base *url.URL) Entry {
	e := Entry{
		URL:       absolute(base, link(item)),
		Title:     plain(item.Title),
		Summary:   plain(item.Description),
		Published: utc(item.PublishedParsed),
		Updated:   utc(item.UpdatedParsed),
	}
	if e.Summary == "" {
		e.Summary = plain(item.Content)
	}
	if dc := item.DublinCoreExt; dc != nil && len(dc.Language) > 0 {
		e.Language = language(dc.Language[0])
	}
	e.GUID = guid(item.GUID, e)
	// A GUID is a permanent link unless it says otherwise (RSS 2.0), which
	// gofeed does not pass on.
	if e.URL == "" && (strings.HasPrefix(item.GUID, "http://") || strings.HasPrefix(item.GUID, "https://")) {
		e.URL = absolute(nil, item.GUID)
	}
	return e
}

// link returns an entry's link as written: the original one where a
// distributor put its own counting link before it.
func link(item *gofeed.Item) string {
	for _, o := range item.Extensions["feedburner"]["origLink"] {
		if strings.TrimSpace(o.Value) != "" {
			return o.Value
		}
	}
	if item.Link != "" || len(item.Links) == 0 {
		return item.Link
	}
	return item.Links[0]
}

// maxGUID is the longest GUID kept as it is, in bytes.
const maxGUID = 512

// guid returns what tells an entry from the others of its feed.
func guid(stated string, e Entry) string {
	id := news.Canonical(stated)
	switch {
	case id != "" && len(id) <= maxGUID:
		return id
	case id != "":
		return digest(id)
	case e.URL != "":
		return e.URL
	case e.Title != "":
		return digest(e.Title)
	}
	return digest(e.Summary)
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// absolute returns a link as an absolute address that can be visited, or
// nothing.
func absolute(base *url.URL, link string) string {
	link = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return -1 // as browsers do (https://url.spec.whatwg.org/#concept-basic-url-parser)
		}
		return r
	}, link))
	if link == "" || len(link) > maxURL {
		return ""
	}
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if safehttp.CheckURL(u) != nil {
		return ""
	}
	return u.String()
}

// maxURL is the longest address kept, in bytes; servers refuse longer ones.
const maxURL = 8 << 10

func utc(t *time.Time) time.Time {
	// Years no calendar of ours can store or print are a mistake.
	if t == nil || t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}
	}
	return t.UTC()
}

// language returns a stated language if it looks like one (BCP 47).
func language(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 35 || strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
	}) {
		return ""
	}
	return s
}

// ttl reads RSS's ttl, in minutes, or the period and frequency of the
// Syndication module (https://web.resource.org/rss/1.0/modules/syndication/).
func ttl(f *gofeed.Feed) time.Duration {
	if r, ok := f.OriginalFeed().(*rss.Feed); ok {
		if m, err := strconv.ParseUint(strings.TrimSpace(r.TTL), 10, 31); err == nil {
			return min(time.Duration(m)*time.Minute, MaxTTL)
		}
	}
	value := func(name string) string {
		if v := f.Extensions["sy"][name]; len(v) > 0 {
			return strings.TrimSpace(v[0].Value)
		}
		return ""
	}
	period := map[string]time.Duration{
		"hourly": time.Hour, "daily": 24 * time.Hour, "weekly": 7 * 24 * time.Hour, "monthly": 30 * 24 * time.Hour, "yearly": 365 * 24 * time.Hour,
	}[strings.ToLower(value("updatePeriod"))]
	times, err := strconv.ParseUint(value("updateFrequency"), 10, 20)
	if err != nil || times == 0 {
		times = 1
	}
	return min(period/time.Duration(times), MaxTTL)
}
