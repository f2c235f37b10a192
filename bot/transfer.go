package bot

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// Watches travel as OPML 2.0 (http://opml.org/spec2.opml), which feed readers
// read and write: an outline for each watch, with what only editwatch knows in
// attributes of our own. Settings, IDs and what was recorded stay.

type opml struct {
	XMLName xml.Name      `xml:"opml"`
	Version string        `xml:"version,attr"`
	Title   string        `xml:"head>title"`
	Body    []opmlOutline `xml:"body>outline"`
}

type opmlOutline struct {
	Text    string        `xml:"text,attr"`
	Title   string        `xml:"title,attr,omitempty"`
	Type    string        `xml:"type,attr,omitempty"`
	XMLURL  string        `xml:"xmlUrl,attr,omitempty"`
	URL     string        `xml:"url,attr,omitempty"`
	Scope   string        `xml:"editwatchScope,attr,omitempty"`
	Min     string        `xml:"editwatchMin,attr,omitempty"`
	Pages   string        `xml:"editwatchPages,attr,omitempty"`
	Include string        `xml:"editwatchInclude,attr,omitempty"`
	Exclude string        `xml:"editwatchExclude,attr,omitempty"`
	Inner   []opmlOutline `xml:"outline"`
}

func (b *Bot) export(ctx context.Context, c Command) (Answer, error) {
	channel, watches, err := b.listed(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	if len(watches) == 0 {
		return Answer{}, &news.Refusal{What: "Nothing is watched here yet, so there is nothing to export.", Do: "Add a feed or an article: " + c.typed(Add, exampleSite)}
	}
	doc := opml{Version: "2.0", Title: "editwatch"}
	a := Answer{}
	for _, w := range watches {
		o := opmlOutline{
			Text: first(w.Label, w.URL), Scope: string(w.Scope), Min: string(w.Min),
			Include: strings.Join(w.Include, ","), Exclude: strings.Join(w.Exclude, ","),
		}
		if !w.Pages {
			o.Pages = "off"
		}
		switch {
		case w.Article != "":
			o.Type, o.URL = "link", w.URL
		case w.Feed != "":
			f, err := b.store.Feed(ctx, w.Feed)
			if err != nil {
				return Answer{}, err
			}
			o.Type, o.XMLURL = "rss", f.URL
		default:
			o.Type, o.XMLURL = "rss", w.URL
		}
		doc.Body = append(doc.Body, o)
		a.Facts = append(a.Facts, fact(o.item()))
	}
	var out bytes.Buffer
	out.WriteString(xml.Header)
	e := xml.NewEncoder(&out)
	e.Indent("", "  ")
	if err := e.Encode(doc); err != nil {
		return Answer{}, err
	}
	out.WriteByte('\n')
	a.Lines = []string{fmt.Sprintf("%s of %s, as OPML.", watchCount(len(watches)), c.place(channel))}
	if channel == "" {
		a.Lines[0] = watchCount(len(watches)) + ", as OPML."
	}
	a.File = &File{Name: "editwatch.opml", Type: "text/x-opml", Data: out.Bytes()}
	return a, nil
}

// An importItem is one watch of a file.
type importItem struct {
	URL     string `json:"url"`
	Label   string `json:"label,omitempty"`
	Scope   string `json:"scope,omitempty"`
	Min     string `json:"min,omitempty"`
	Pages   string `json:"pages,omitempty"`
	Include string `json:"include,omitempty"`
	Exclude string `json:"exclude,omitempty"`
}

func (o opmlOutline) item() importItem {
	label := first(o.Text, o.Title)
	if label == first(o.XMLURL, o.URL) {
		label = ""
	}
	return importItem{URL: first(o.XMLURL, o.URL), Label: label, Scope: o.Scope, Min: o.Min, Pages: o.Pages, Include: o.Include, Exclude: o.Exclude}
}

func (i importItem) options() map[string]string {
	return map[string]string{"scope": i.Scope, "min": i.Min, "pages": i.Pages, "include": i.Include, "exclude": i.Exclude}
}

const (
	// MaxImport is the most bytes of a file that Import reads.
	MaxImport = 1 << 20
	// maxImported is the most watches of one file.
	maxImported = 500
	// maxImportLines is how many of them the answer names.
	maxImportLines = 10
)

// imports adds the watches of a file, or says which they would be. They are
// read one after the other in the background, so the answer need not wait.
func (b *Bot) imports(ctx context.Context, c Command, now time.Time) (Answer, error) {
	channel, err := b.channel(c)
	if err != nil {
		return Answer{}, err
	}
	items, err := c.parseImport()
	if err != nil {
		return Answer{}, err
	}
	have, err := b.store.Watches(ctx, store.WatchQuery{Channel: channel})
	if err != nil {
		return Answer{}, err
	}
	known := make(map[string]bool)
	for _, w := range have {
		known[news.FoldAddress(w.URL)] = true
		if f, err := b.store.Feed(ctx, w.Feed); err == nil {
			known[news.FoldAddress(f.URL)] = true
		}
	}
	var fresh []news.Watch
	var lines []string
	already, bad := 0, 0
	for _, item := range items {
		w := news.Watch{Channel: channel, URL: item.URL, Scope: news.ScopeAll, Min: news.MinMinor, Pages: true, Server: c.Server, By: c.Asker, Placed: now}
		err := c.wishes(&w, item.options())
		key := news.FoldAddress(w.URL)
		switch {
		case err != nil || !isWebAddress(w.URL):
			bad++
			lines = append(lines, "cannot be watched: "+short(item.URL))
		case known[key]:
			already++
		default:
			known[key] = true
			w.Label = short(item.Label)
			fresh = append(fresh, w)
			lines = append(lines, "new: "+first(w.Label, w.URL))
		}
	}
	done, err := b.room(ctx, c, channel, len(fresh))
	if err != nil {
		return Answer{}, err
	}
	defer done()
	return b.imported(ctx, c, channel, fresh, lines, already, bad)
}

func (b *Bot) imported(ctx context.Context, c Command, channel news.ChannelName, fresh []news.Watch, lines []string, already, bad int) (Answer, error) {
	var rest []string // of what is not new
	if already > 0 {
		rest = append(rest, fmt.Sprintf("%d watched already", already))
	}
	if bad > 0 {
		rest = append(rest, fmt.Sprintf("%d that cannot be watched", bad))
	}
	besides := ""
	if len(rest) > 0 {
		besides = ", besides " + brief.List(rest)
	}
	if more := len(lines) - maxImportLines; more > 0 {
		lines = append(lines[:maxImportLines], fmt.Sprintf("and %d more", more))
	}
	f := map[string]any{"new": len(fresh), "existing": already, "bad": bad, "done": false}
	if !strings.EqualFold(c.Options["sure"], "yes") && !strings.EqualFold(c.Options["sure"], "true") {
		a := Answer{Lines: append([]string{fmt.Sprintf("This would add %s to %s%s.", added(len(fresh)), c.place(channel), besides)}, lines...), Facts: facts(f)}
		if len(fresh) > 0 {
			a.Lines = append(a.Lines, "Nothing was changed. To do it, give the same again with "+c.dialect().Option(Import, "sure", "yes"))
		}
		return a, nil
	}
	placed := 0
	for _, w := range fresh {
		if _, err := b.store.AddWatch(ctx, w); errors.Is(err, store.ErrExists) {
			continue
		} else if err != nil {
			return Answer{}, err
		}
		placed++
	}
	f["done"], f["new"] = true, placed
	return Answer{
		Lines: []string{
			fmt.Sprintf("Added %s to %s%s.", added(placed), c.place(channel), besides),
			"They are read one after the other in the next minutes; " + c.typed(List, "") + " shows how they stand.",
		},
		Facts: facts(f),
	}, nil
}

func added(n int) string {
	if n == 0 {
		return "nothing"
	}
	return watchCount(n)
}

// parseImport reads OPML, or a list: an address a line or a word, with anything
// that is none left out where it follows a #.
func (c Command) parseImport() ([]importItem, error) {
	text := strings.TrimSpace(strings.TrimPrefix(c.Text, "\ufeff"))
	switch {
	case text == "":
		return nil, &news.Refusal{What: "There is nothing to import.", Do: "Give an OPML file, or a list of addresses."}
	case len(text) > MaxImport:
		return nil, &news.Refusal{What: "That file is too large.", Do: "Give one of at most 1 MB."}
	}
	var items []importItem
	if strings.HasPrefix(text, "<") && !isLink(strings.Fields(text)[0]) {
		var err error
		if items, err = parseOPML(text); err != nil {
			return nil, err
		}
	} else {
		for line := range strings.Lines(text) {
			line, _, _ = strings.Cut(line, " #")
			for _, word := range strings.Fields(strings.ReplaceAll(line, ",", " ")) {
				if strings.HasPrefix(word, "#") {
					break
				}
				items = append(items, importItem{URL: clean(word)})
			}
		}
	}
	switch {
	case len(items) == 0:
		return nil, &news.Refusal{What: "There is no address in it.", Do: "Give an OPML file, or a list of addresses."}
	case len(items) > maxImported:
		return nil, &news.Refusal{What: fmt.Sprintf("There are %d addresses in it.", len(items)), Do: fmt.Sprintf("Import at most %d at a time.", maxImported)}
	}
	return items, nil
}

// maxOutlines bounds how deep the folders of a file may lie.
const maxOutlines = 32

func parseOPML(text string) ([]importItem, error) {
	unreadable := &news.Refusal{What: "That file is not OPML that I can read.", Do: "Export it anew from where it comes, or give a list of addresses."}
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var items []importItem
	depth, seen := 0, false
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, unreadable
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			if depth > maxOutlines {
				return nil, unreadable
			}
			switch strings.ToLower(t.Name.Local) {
			case "opml":
				seen = true
			case "outline":
				if item := outline(t.Attr).item(); item.URL != "" {
					items = append(items, item)
				}
			}
		case xml.EndElement:
			depth--
		}
		if len(items) > 10*maxImported {
			break
		}
	}
	if !seen {
		return nil, unreadable
	}
	return items, nil
}

// outline reads the attributes of an outline, whose names vary in case.
func outline(attrs []xml.Attr) (o opmlOutline) {
	for _, a := range attrs {
		field := map[string]*string{
			"text": &o.Text, "title": &o.Title, "xmlurl": &o.XMLURL, "url": &o.URL,
			"editwatchscope": &o.Scope, "editwatchmin": &o.Min, "editwatchpages": &o.Pages,
			"editwatchinclude": &o.Include, "editwatchexclude": &o.Exclude,
		}[strings.ToLower(a.Name.Local)]
		if field != nil {
			*field = strings.TrimSpace(a.Value)
		}
	}
	return o
}

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}
