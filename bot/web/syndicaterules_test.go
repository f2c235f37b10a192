package web

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/search"
)

// feedPaths are feeds of every sort, without the ends of their addresses.
func feedPaths(w written) []string {
	return []string{"/edits?", "/edits?class=fact&min=major&since=2026-05-01", "/edits?source=" + url.QueryEscape(hostile), "/edits?class=reorder&source=Nobody",
		articlePath(w.bridge) + "/edits?", articlePath(w.bridge) + "/edits?class=headline", articlePath(w.hostile) + "/edits?", articlePath(w.quiet) + "/edits?",
		sourcePath(hostile) + "/edits?", "/sources/The%20Harbour%20Post/edits?until=2026-05-03", "/search/edits?q=council"}
}

// in puts the end of a format into a path.
func (f format) in(path string) string {
	return strings.TrimSuffix(strings.Replace(path, "edits?", "edits."+f.name+"?", 1), "?")
}

func searched(w written) found {
	return found{Hits: []search.Hit{{Article: w.bridge, From: 1, To: 2, Seq: 6}, {Article: w.quiet, To: 1}, {Article: w.bridge, From: 2, To: 3, Seq: 7}}}
}

// TestFeedsKeepTheRules holds feeds against what their formats ask for, as the
// formats' validators would.
func TestFeedsKeepTheRules(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st, PublicURL: "https://edits.example.org/news/", Search: searched(w)})
	for _, path := range feedPaths(w) {
		for _, f := range formats {
			at := f.in(path)
			got := get(t, h, at)
			if got.Code != 200 || got.Header().Get("Content-Type") != f.contentType {
				t.Errorf("%s answers %d as %s", at, got.Code, got.Header().Get("Content-Type"))
				continue
			}
			r := rules{bad: func(format string, args ...any) { t.Errorf("%s: %s", at, fmt.Sprintf(format, args...)) }, ids: map[string]bool{}}
			// The query is written in one order.
			self, err := url.Parse("https://edits.example.org/news" + at)
			if err != nil {
				t.Fatal(err)
			}
			self.RawQuery = self.Query().Encode()
			r.self = self.String()
			map[string]func([]byte){"rss": r.rss, "atom": r.atom, "json": r.json}[f.name](got.Body.Bytes())
		}
	}
}

type rules struct {
	bad  func(format string, args ...any)
	self string
	ids  map[string]bool
}

// one says that there is one of what a format wants one of, and returns it.
func (r rules) one(what string, list []string) string {
	if len(list) != 1 || strings.TrimSpace(list[0]) == "" {
		r.bad("%s: %q, want one", what, list)
		return ""
	}
	return list[0]
}

func (r rules) date(layout, s string) {
	if d, err := time.Parse(layout, s); err != nil || d.Year() < 1970 || d.Year() > 9999 {
		r.bad("%q is no date like %s", s, layout)
	}
}

func (r rules) absolute(s string, schemes ...string) {
	if u, err := url.Parse(s); err != nil || !slices.Contains(schemes, u.Scheme) || u.Opaque == "" && u.Host == "" {
		r.bad("%q is not absolute, or not of %v", s, schemes)
	}
}

func (r rules) unique(id string) {
	if r.ids[id] {
		r.bad("%s stands twice", id)
	}
	r.ids[id] = true
}

// rss is https://www.rssboard.org/rss-specification, and the link to itself that
// https://www.rssboard.org/rss-profile recommends.
func (r rules) rss(body []byte) {
	var doc struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Channel []struct {
			Self []struct {
				Href string `xml:"href,attr"`
				Rel  string `xml:"rel,attr"`
				Type string `xml:"type,attr"`
			} `xml:"http://www.w3.org/2005/Atom link"`
			Title       []string `xml:"title"`
			Link        []string `xml:"link"`
			Description []string `xml:"description"`
			Built       []string `xml:"lastBuildDate"`
			Items       []struct {
				Title       []string `xml:"title"`
				Link        []string `xml:"link"`
				Description []string `xml:"description"`
				Date        []string `xml:"pubDate"`
				GUID        []struct {
					Permalink string `xml:"isPermaLink,attr"`
					Text      string `xml:",chardata"`
				} `xml:"guid"`
			} `xml:"item"`
		} `xml:"channel"`
	}
	if err := xml.Unmarshal(body, &doc); err != nil || doc.Version != "2.0" || len(doc.Channel) != 1 {
		r.bad("%v, version %q, %d channels", err, doc.Version, len(doc.Channel))
		return
	}
	c := doc.Channel[0]
	r.one("title", c.Title)
	r.one("description", c.Description)
	r.absolute(r.one("link", c.Link), "https")
	r.date(time.RFC1123Z, r.one("lastBuildDate", c.Built))
	if len(c.Self) != 1 || c.Self[0].Href != r.self || c.Self[0].Rel != "self" || c.Self[0].Type != "application/rss+xml" {
		r.bad("links itself as %+v, want %s", c.Self, r.self)
	}
	for _, item := range c.Items {
		r.one("title", item.Title)
		r.one("description", item.Description)
		r.absolute(r.one("link", item.Link), "https")
		r.date(time.RFC1123Z, r.one("pubDate", item.Date))
		if len(item.GUID) != 1 || item.GUID[0].Permalink != "false" {
			r.bad("guid %+v", item.GUID)
			continue
		}
		r.unique(item.GUID[0].Text)
	}
}

// atom is https://www.rfc-editor.org/rfc/rfc4287.
func (r rules) atom(body []byte) {
	type link struct {
		Href string `xml:"href,attr"`
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr"`
	}
	var doc struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      []string `xml:"id"`
		Title   []string `xml:"title"`
		Updated []string `xml:"updated"`
		Author  []string `xml:"author>name"`
		Links   []link   `xml:"link"`
		Entries []struct {
			ID        []string `xml:"id"`
			Title     []string `xml:"title"`
			Updated   []string `xml:"updated"`
			Published []string `xml:"published"`
			Links     []link   `xml:"link"`
			Content   []struct {
				Type string `xml:"type,attr"`
				Text string `xml:",chardata"`
			} `xml:"content"`
			Summary []string `xml:"summary"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(body, &doc); err != nil {
		r.bad("%v", err)
		return
	}
	r.absolute(r.one("id", doc.ID), "https")
	r.one("title", doc.Title)
	r.one("author", doc.Author)
	r.date(time.RFC3339, r.one("updated", doc.Updated))
	rels := make(map[string]string)
	for _, l := range doc.Links {
		if rels[l.Rel] != "" {
			r.bad("two links of rel %q", l.Rel)
		}
		rels[l.Rel] = l.Href
		r.absolute(l.Href, "https")
	}
	if rels["self"] != r.self || rels["alternate"] == "" {
		r.bad("links %v, want itself as %s", rels, r.self)
	}
	for _, e := range doc.Entries {
		id := r.one("id", e.ID)
		r.absolute(id, "urn")
		r.unique(id)
		r.one("title", e.Title)
		r.date(time.RFC3339, r.one("updated", e.Updated))
		r.date(time.RFC3339, r.one("published", e.Published))
		if len(e.Links) != 1 || e.Links[0].Rel != "alternate" {
			r.bad("links %+v", e.Links)
		} else {
			r.absolute(e.Links[0].Href, "https")
		}
		if len(e.Content) != 1 || e.Content[0].Type != "html" || e.Content[0].Text == "" || len(e.Summary) > 1 {
			r.bad("content %+v", e.Content)
		}
	}
}

// json is https://www.jsonfeed.org/version/1.1/.
func (r rules) json(body []byte) {
	var doc struct {
		Version string
		Title   string
		Home    string `json:"home_page_url"`
		Feed    string `json:"feed_url"`
		Items   *[]struct {
			ID        string
			URL       string
			Title     string
			Content   string `json:"content_html"`
			Published string `json:"date_published"`
			Modified  string `json:"date_modified"`
		}
	}
	if err := json.Unmarshal(body, &doc); err != nil || doc.Version != "https://jsonfeed.org/version/1.1" || doc.Title == "" || doc.Items == nil {
		r.bad("%v, version %q, title %q", err, doc.Version, doc.Title)
		return
	}
	if doc.Feed != r.self {
		r.bad("names itself %s, want %s", doc.Feed, r.self)
	}
	r.absolute(doc.Home, "https")
	for _, item := range *doc.Items {
		r.unique(item.ID)
		r.absolute(item.ID, "urn")
		r.absolute(item.URL, "https")
		if item.Title == "" || item.Content == "" {
			r.bad("an item without words: %+v", item)
		}
		r.date(time.RFC3339, item.Published)
		r.date(time.RFC3339, item.Modified)
	}
}

// TestFeedsAreFiltered: a feed has what its page has.
func TestFeedsAreFiltered(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st, Search: searched(w)})
	for path, want := range map[string]int{
		"/edits.atom?class=correction":                                  1,
		"/edits.rss?class=removed":                                      1,
		"/edits.json?since=2026-05-04&until=2026-05-04":                 2,
		articlePath(w.bridge) + "/edits.rss?class=headline":             1,
		"/sources/The%20Harbour%20Post/edits.atom?min=major":            4,
		"/sources/The%20Harbour%20Post/edits.atom?source=Nobody":        6,
		"/search/edits.json?q=council":                                  2,
		"/edits.rss?class=headline&source=" + url.QueryEscape("Nobody"): 0,
	} {
		feed, err := gofeed.NewParser().ParseString(get(t, h, path).Body.String())
		if err != nil || len(feed.Items) != want {
			t.Errorf("%s: %v, want %d items: %v", path, err, want, feed)
		}
	}
	for path, want := range map[string]int{
		"/edits.rss?class=nonsense": 400, "/edits.rss?since=x": 400, "/search/edits.rss?in=body": 400,
	} {
		if got := get(t, h, path); got.Code != want {
			t.Errorf("%s answers %d, want %d", path, got.Code, want)
		}
	}
	if got := get(t, New(Options{Store: w.st}), "/search/edits.rss?q=x"); got.Code != 501 {
		t.Errorf("a search that is switched off answers %d", got.Code)
	}
	page := get(t, h, "/?class=fact").Body.String()
	if !strings.Contains(page, `href="/edits.rss?class=fact"`) {
		t.Error("a filtered page does not lead to its feed")
	}
}

// TestImportsAreNoNews: what was imported stands on pages and in no feed, also
// where more of it was recorded since than a feed has items.
func TestImportsAreNoNews(t *testing.T) {
	hist := newHistory(t)
	a := hist.manyVersions(2)
	imported := make([]news.Event, 2*feedItems)
	for i := range imported {
		imported[i] = news.Event{Kind: news.Removed, Article: a.ID, At: opened.Add(-time.Hour)}
	}
	if err := hist.st.RecordImported(t.Context(), imported); err != nil {
		t.Fatal(err)
	}
	h := New(Options{Store: hist.st})
	if body := get(t, h, articlePath(a.ID)).Body.String(); !strings.Contains(body, "article removed") {
		t.Error("the page lacks what was imported")
	}
	for _, path := range []string{"/edits.atom", articlePath(a.ID) + "/edits.atom"} {
		feed, err := gofeed.NewParser().ParseString(get(t, h, path).Body.String())
		if err != nil || len(feed.Items) != 1 || !feed.UpdatedParsed.Equal(opened.Add(time.Minute)) {
			t.Errorf("%s: %v, updated %s, want the one edit", path, len(feed.Items), feed.Updated)
		}
	}
}

// readByFeedparser reads feeds with Python's feedparser, a reader that shares
// nothing with this program.
const readByFeedparser = `
import feedparser, json, sys
def read(feed):
  d = feedparser.parse(feed.encode(), sanitize_html=False)
  return {"bozo": bool(d.bozo), "why": str(d.get("bozo_exception", "")), "version": d.version, "title": d.feed.get("title", ""),
    "items": [{"id": e.id, "link": e.link, "title": e.title, "date": bool(e.get("updated_parsed") or e.get("published_parsed")),
      "text": (e.content[0].value if "content" in e else e.get("summary", ""))} for e in d.entries]}
print(json.dumps([read(feed) for feed in json.load(sys.stdin)]))
`

func TestFeedsReadByAnotherReader(t *testing.T) {
	python := ""
	for _, p := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(p, "-c", "import feedparser").Run() == nil {
			python = p
		}
	}
	if python == "" {
		lacking(t, "Python's feedparser is not installed (Debian's package python3-feedparser)")
	}
	w := writtenHistory(t)
	h := New(Options{Store: w.st, Search: searched(w)})
	var paths, bodies []string
	for _, path := range feedPaths(w) {
		for _, f := range formats[:2] { // it reads no JSON Feed
			paths = append(paths, f.in(path))
			bodies = append(bodies, get(t, h, f.in(path)).Body.String())
		}
	}
	in, err := json.Marshal(bodies)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", readByFeedparser)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		Bozo                bool
		Why, Version, Title string
		Items               []struct {
			ID, Link, Title, Text string
			Date                  bool
		}
	}
	if err := json.Unmarshal(out, &all); err != nil || len(all) != len(paths) {
		t.Fatal(err, len(all))
	}
	for n, read := range all {
		ours, err := gofeed.NewParser().ParseString(bodies[n])
		if err != nil {
			t.Fatal(err)
		}
		if read.Bozo || len(read.Items) != len(ours.Items) || read.Title == "" || !strings.HasPrefix(paths[n][strings.Index(paths[n], "edits.")+6:], strings.TrimRight(read.Version, "0123456789")) {
			t.Errorf("%s: %+v, and %d items by another", paths[n], read, len(ours.Items))
			continue
		}
		for i, item := range read.Items {
			if item.ID != ours.Items[i].GUID || item.Link != ours.Items[i].Link || !item.Date || item.Text == "" {
				t.Errorf("%s: item %d is %+v", paths[n], i, item)
			}
		}
	}
}
