package web

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gorilla/feeds"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// A format is one of the forms that feeds of edits come in.
type format struct {
	name        string // the end of its address
	contentType string
	write       func(w io.Writer, f *feeds.Feed, self string) error
}

var formats = []format{
	{"rss", "application/rss+xml; charset=utf-8", writeRSS},
	{"atom", "application/atom+xml; charset=utf-8", writeAtom},
	{"json", "application/feed+json; charset=utf-8", writeJSONFeed},
}

const (
	// feedItems is how many edits a feed holds: a day's worth of a busy source,
	// for readers that ask rarely.
	feedItems = 40
	// itemParts and itemBudget bound what one item shows of an edit, in parts
	// and in characters.
	itemParts  = 12
	itemBudget = 6000
	// settled is how old the newest edit must be for its time to be given as
	// Last-Modified: that has whole seconds, and another edit in the same one
	// would go unseen by readers that know no entity tags.
	settled = 10 * time.Second
)

// edits serves a feed of edits: of everything, of the article or of the source
// that the path names, chosen by the filter in the query.
func (s *site) edits(f format) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		by, err := filterOf(r.URL.Query())
		if err != nil {
			return err
		}
		head := &feeds.Feed{Title: "editwatch: all edits", Description: "The newest edits of published articles, with before and after."}
		q := store.EventQuery{Max: feedItems}
		path := "/"
		switch source := r.PathValue("source"); {
		case r.PathValue("id") != "":
			a, err := s.find(ctx, r)
			if err != nil {
				return err
			}
			h := headingOf(a)
			by.Source = ""
			q.Article, path, head.Updated = a.ID, h.ArticlePath, a.FirstSeen
			head.Title, head.Description = "Edits: "+clean(h.Headline), "The edits of one article of "+clean(h.SourceName)+", with before and after."
		case source != "":
			if err := s.sourceKnown(ctx, source); err != nil {
				return err
			}
			by.Source = ""
			q.Source, path = source, sourcePath(source)
			head.Title = "Edits: " + clean(source)
		}
		if by != (filter{}) {
			head.Title += ", filtered"
		}
		events, err := s.fresh(ctx, by.query(q))
		if err != nil {
			return err
		}
		return s.sendFeed(w, r, f, head, withQuery(path, by.values()), events)
	}
}

// freshPages bounds how far behind what was imported a feed looks: beyond a
// thousand events it has fewer items until there is something new.
const freshPages = 20

// fresh returns up to q.Max events that are told, newest first, without those that
// were imported: another record told of them at their time, and whoever follows a
// feed takes what comes into it for news.
func (s *site) fresh(ctx context.Context, q store.EventQuery) (fresh []news.Event, err error) {
	for range freshPages {
		events, before, err := s.newest(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			if !e.Imported {
				fresh = append(fresh, e)
			}
		}
		if before == 0 || len(fresh) >= q.Max {
			break
		}
		q.Before = before
	}
	return fresh[:min(len(fresh), q.Max)], nil
}

// foundEdits serves a feed of what a search finds, the newest first.
func (s *site) foundEdits(f format) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		wish, err := wishOf(r.URL.Query())
		if err != nil {
			return err
		}
		if s.search == nil {
			return errSearchOff
		}
		q := wish.query()
		q.Each, q.Best, q.Max = true, false, feedItems
		found, err := s.search.Search(r.Context(), q)
		if err != nil {
			return err
		}
		var events []news.Event
		for _, h := range found.Hits {
			if h.Seq == 0 {
				continue // a baseline is no edit
			}
			e, err := s.store.Event(r.Context(), h.Seq)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if !e.Imported {
				events = append(events, e)
			}
		}
		head := &feeds.Feed{Title: "editwatch: edits found by a search", Description: "The newest edits that a search finds, with before and after."}
		if wish.Words != "" {
			head.Title = "editwatch: " + clean(wish.Words)
		}
		return s.sendFeed(w, r, f, head, withQuery("/search", wish.values(wish.others()...)), events)
	}
}

// sendFeed answers with a feed of events, which are newest first. The path is
// that of the page beside it.
func (s *site) sendFeed(w http.ResponseWriter, r *http.Request, f format, head *feeds.Feed, path string, events []news.Event) error {
	base := s.base(r)
	head.Link = &feeds.Link{Href: base + path}
	list, err := s.withArticles(r.Context(), events)
	if err != nil {
		return err
	}
	ans := answer{contentType: f.contentType, tag: s.tagOf(r, head, keysOf(list))}
	for _, e := range list { // what a search finds is in the order of its versions
		if e.At.After(head.Updated) {
			head.Updated = e.At
		}
	}
	if len(list) > 0 && time.Since(head.Updated) > settled {
		ans.modified = head.Updated
	}
	if head.Updated.IsZero() {
		head.Updated = time.Unix(0, 0).UTC() // the formats want a time even when nothing happened yet
	}
	self := withQuery(base+strings.TrimPrefix(r.URL.EscapedPath(), s.prefix), r.URL.Query())
	ans.make = func(w io.Writer) error {
		if err := s.addItems(r.Context(), head, list, base); err != nil {
			return err
		}
		return f.write(w, head, self)
	}
	return s.send(w, r, ans)
}

func (s *site) addItems(ctx context.Context, head *feeds.Feed, list []listed, base string) error {
	for _, l := range list {
		item, err := recall(&s.kept, l.key("item "+base), func() (keptItem, error) { return s.item(ctx, l, base) })
		if errors.Is(err, store.ErrNotFound) {
			continue // deleted since the list was read
		}
		if err != nil {
			return err
		}
		head.Add(item.Item)
	}
	return nil
}

// A keptItem is what a feed shows of one event.
type keptItem struct{ *feeds.Item }

func (i keptItem) size() int { return len(i.Title) + len(i.Description) + len(i.Content) }

// item makes a feed's item of an event. Its Description is plain text, its
// Content is HTML.
func (s *site) item(ctx context.Context, l listed, base string) (keptItem, error) {
	st, err := s.read(ctx, l.of, l.Event)
	if err != nil {
		return keptItem{}, err
	}
	rep, err := s.report(ctx, st, l.Event, base)
	if err != nil {
		return keptItem{}, err
	}
	b := brief.Of(rep, brief.Options{})
	h := headingOf(*l.of)
	headline := rep.Article.Headline // as it was after this edit
	if headline == "" {
		headline = h.Headline
	}
	content, err := s.layOut("item", "item", itemOf(rep, b, base+h.ArticlePath, h.Original))
	if err != nil {
		return keptItem{}, err
	}
	link := rep.Links.Diff
	if link == "" {
		link = base + h.ArticlePath + "#" + l.ID()
	}
	return keptItem{&feeds.Item{
		Title:       clean(fmt.Sprintf("%s: %s (%s)", h.SourceName, headline, b.What)),
		Link:        &feeds.Link{Href: link, Type: "text/html"},
		Id:          itemID(l.Event),
		IsPermaLink: "false",
		Description: clean(b.What),
		Content:     clean(string(content)),
		Created:     l.At.UTC(),
		Updated:     l.At.UTC(),
	}}, nil
}

// itemID names an event for good, wherever the pages are reached: a UUID made
// from what never changes of it (RFC 9562 section 5.8).
func itemID(e news.Event) string {
	h := sha256.Sum256(fmt.Appendf(nil, "editwatch event %s %d %d", e.Article, e.Seq, e.At.UnixNano()))
	u := h[:16]
	u[6] = u[6]&0x0f | 0x80
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// itemView is what the item template shows.
type itemView struct {
	What                    string
	Pairs                   []itemPair
	Sentences               []string
	More                    int
	Foot                    []string
	Diff, History, Original string
}

// An itemPair is one part of an edit, before and after.
type itemPair struct {
	Label         string
	Before, After []news.Word
}

func itemOf(r news.Report, b brief.Brief, history, original string) itemView {
	v := itemView{What: b.What, History: history, Original: original, Diff: r.Links.Diff}
	v.Foot = append(append(v.Foot, b.Remarks...), b.When...)
	budget := itemBudget
	if r.Edit != nil {
		for i := range r.Edit.Parts {
			p := &r.Edit.Parts[i]
			if len(v.Pairs) == itemParts || budget <= 0 {
				v.More = len(r.Edit.Parts) - i
				break
			}
			pair := itemPair{Label: partLabel(p)}
			pair.Before, budget = cutWords(side(p, news.Del), budget)
			pair.After, budget = cutWords(side(p, news.Ins), budget)
			v.Pairs = append(v.Pairs, pair)
		}
	}
	for _, l := range b.Lines {
		var text strings.Builder
		for _, run := range l.Runs {
			text.WriteString(run.Text)
		}
		v.Sentences = append(v.Sentences, text.String())
	}
	return v
}

// partLabel names a part: "Headline", "Paragraph 3, added".
func partLabel(p *news.Part) string {
	switch {
	case p.Part == news.WhereHeadline:
		return "Headline"
	case p.Part == news.WhereStandfirst:
		return "Standfirst"
	case p.Op == news.OpMove && p.From != nil && p.To != nil:
		return fmt.Sprintf("Paragraph %d, moved to %d", *p.From+1, *p.To+1)
	case p.To == nil && p.From != nil:
		return fmt.Sprintf("Paragraph %d, removed", *p.From+1)
	case p.From == nil && p.To != nil:
		return fmt.Sprintf("Paragraph %d, added", *p.To+1)
	case p.To != nil:
		return fmt.Sprintf("Paragraph %d", *p.To+1)
	}
	return ""
}

// cutWords returns as many runs as fit into most characters, the last one cut
// at a word, and what is left of most.
func cutWords(words []news.Word, most int) ([]news.Word, int) {
	var out []news.Word
	for _, w := range words {
		n := utf8.RuneCountInString(w.Text)
		if n > most {
			if most > 0 {
				out = append(out, news.Word{Op: w.Op, Text: brief.Cut(w.Text, most)})
			}
			return out, 0
		}
		out, most = append(out, w), most-n
	}
	return out, most
}

// clean replaces what XML 1.0 cannot hold; the encoder does not look into CDATA
// (https://www.w3.org/TR/xml/#charsets). As in pages, nothing turns the direction
// of what follows it.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case news.Turns(r):
			return -1
		case r == '\t', r == '\n', r == '\r', 0x20 <= r && r <= 0xD7FF, 0xE000 <= r && r <= 0xFFFD, r >= 0x10000:
			return r
		}
		return utf8.RuneError
	}, s)
}

// The wrappers below add what gorilla/feeds cannot say: where a feed itself is.

type selfLink struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
}

func writeRSS(w io.Writer, f *feeds.Feed, self string) error {
	channel := (&feeds.Rss{Feed: f}).RssFeed()
	channel.Generator = "editwatch"
	for i, item := range f.Items {
		// One description with all of it: few readers look for content:encoded.
		channel.Items[i].Description, channel.Items[i].Content = item.Content, nil
	}
	type rssChannel struct {
		*feeds.RssFeed
		Self selfLink `xml:"atom:link"`
	}
	return writeXML(w, struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Atom    string   `xml:"xmlns:atom,attr"`
		Channel rssChannel
	}{
		Version: "2.0",
		Atom:    "http://www.w3.org/2005/Atom",
		Channel: rssChannel{channel, selfLink{self, "self", "application/rss+xml"}},
	})
}

func writeAtom(w io.Writer, f *feeds.Feed, self string) error {
	feed := (&feeds.Atom{Feed: f}).AtomFeed()
	feed.Id = self
	feed.Author = &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: "editwatch"}}
	for i, item := range f.Items {
		feed.Entries[i].Published = item.Created.Format(time.RFC3339)
		feed.Entries[i].Summary.Content = html.EscapeString(item.Description) // its type is html
	}
	return writeXML(w, struct {
		*feeds.AtomFeed
		Links []feeds.AtomLink // in place of the one that AtomFeed has
	}{feed, []feeds.AtomLink{
		{Href: f.Link.Href, Rel: "alternate", Type: "text/html"},
		{Href: self, Rel: "self", Type: "application/atom+xml"},
	}})
}

func writeXML(w io.Writer, v any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	return e.Encode(v)
}

func writeJSONFeed(w io.Writer, f *feeds.Feed, self string) error {
	feed := (&feeds.JSON{Feed: f}).JSONFeed()
	feed.FeedUrl = self
	items := feed.Items
	if items == nil {
		items = []*feeds.JSONItem{}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(struct {
		*feeds.JSONFeed
		Items []*feeds.JSONItem `json:"items"` // there even when empty, as the format wants
	}{feed, items})
}
