package bot

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

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
			o.Text = first(w.Label, f.Title, w.URL)
			o.Type, o.Title, o.XMLURL, o.HTMLURL = "rss", f.Title, f.URL, f.SiteURL
		default:
			o.Type, o.XMLURL = "rss", w.URL
		}
		doc.Body = append(doc.Body, o)
		a.Facts = append(a.Facts, fact(o.item()))
	}
	data, err := doc.write()
	if err != nil {
		return Answer{}, err
	}
	a.Lines = []string{fmt.Sprintf("%s of %s, as OPML.", watchCount(len(watches)), c.place(channel))}
	if channel == "" {
		a.Lines[0] = watchCount(len(watches)) + ", as OPML."
	}
	a.File = &File{Name: "editwatch.opml", Type: "text/x-opml", Data: data}
	return a, nil
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
	case !slices.ContainsFunc(items, func(i importItem) bool { return isWebAddress(i.URL) }):
		return nil, &news.Refusal{What: "There is no web address in it.", Do: "Give an OPML file, or a list of addresses with https:// before each."}
	case len(items) > maxImported:
		return nil, &news.Refusal{What: fmt.Sprintf("There are %d addresses in it.", len(items)), Do: fmt.Sprintf("Import at most %d at a time.", maxImported)}
	}
	return items, nil
}

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}
