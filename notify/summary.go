package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

// summaryLines is how many articles a summary names.
const summaryLines = 20

// sumsUp reports whether the delivery tells of its events in a line each article:
// a notice that sums up what its channel could not be told in time, rather than
// one about a feed or an article that cannot be read; or what was gathered, if
// it is more than one announcement could say.
func sumsUp(d news.Delivery, events []news.Event) bool {
	switch {
	case d.Kind == news.Notice:
		return len(events) > 1 || !events[0].Kind.Notice()
	case d.Kind != news.Gather || len(events) == 1:
		return false
	}
	return slices.ContainsFunc(events, func(e news.Event) bool { return e.Article != events[0].Article || !joins(e.Kind) })
}

// A digest is what a summary says of one article or feed.
type digest struct {
	article news.ArticleID
	feed    news.FeedID
	events  []news.Event
}

// summary phrases events of several articles in one brief: how much there was,
// and a line for each article, the most significant first.
func (n *Notifier) summary(ctx context.Context, d news.Delivery, events []news.Event, channel Channel) (brief.Brief, error) {
	digests := gather(events)
	slices.SortStableFunc(digests, func(a, b digest) int { return cmp.Compare(b.significance(), a.significance()) })
	var items []brief.Item
	for _, g := range digests[:min(len(digests), summaryLines)] {
		item, err := n.name(ctx, g, channel)
		if err != nil {
			return brief.Brief{}, err
		}
		if item.Said, err = n.said(ctx, d, g, channel); err != nil {
			return brief.Brief{}, err
		}
		items = append(items, item)
	}
	what := headcount(events, digests)
	if d.Kind == news.Notice {
		what += " during the outage"
	}
	b := brief.Digest("editwatch", what, channel.Links.Home(), items...)
	b.More = len(digests) - len(items)
	b.When = []string{brief.Between(events[0].At, events[len(events)-1].At, events[len(events)-1].At, channel.Location)}
	if home := channel.Links.Home(); home != "" {
		b.Links = []brief.Link{{Label: "Recent edits", URL: home}}
	}
	return b, nil
}

// said says what happened to one article. After an outage it is enough to say
// how much; a digest says what changed, as far as there is room for it.
func (n *Notifier) said(ctx context.Context, d news.Delivery, g digest, channel Channel) (string, error) {
	if d.Kind == news.Notice || slices.ContainsFunc(g.events, func(e news.Event) bool { return !joins(e.Kind) }) {
		return g.phrase(), nil
	}
	r, err := n.report(ctx, g.events, channel.Links)
	if err != nil {
		return "", err
	}
	s := brief.Of(r, brief.Options{}).What
	if s == "" {
		return g.phrase(), nil
	}
	if n := edits(g.events); n > 1 {
		s += fmt.Sprintf(" (%s)", brief.Count(n, "edit"))
	}
	return s, nil
}

// significance returns the highest of the events. Whatever is not an edit is
// news.
func (g digest) significance() (s news.Significance) {
	for _, e := range g.events {
		if e.Kind != news.Edited && !e.Kind.Notice() {
			return news.Major
		}
		s = max(s, e.Significance)
	}
	return s
}

// gather sorts events by what they concern, in the order of their first.
func gather(events []news.Event) []digest {
	var out []digest
	at := make(map[digestKey]int)
	for _, e := range events {
		key := digestKey{e.Article, e.Feed}
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, digest{article: e.Article, feed: e.Feed})
		}
		out[i].events = append(out[i].events, e)
	}
	return out
}

type digestKey struct {
	article news.ArticleID
	feed    news.FeedID
}

// name returns what people call the article or the feed, and where they read
// more of it.
func (n *Notifier) name(ctx context.Context, g digest, channel Channel) (brief.Item, error) {
	if g.article == "" {
		f, err := n.store.Feed(ctx, g.feed)
		if errors.Is(err, store.ErrNotFound) {
			return brief.Item{Name: "a feed"}, nil
		}
		return brief.Item{Name: cmp.Or(f.Title, news.Host(f.URL), "a feed"), Link: report.Site(f)}, err
	}
	a, err := n.store.Article(ctx, g.article)
	if errors.Is(err, store.ErrNotFound) {
		return brief.Item{Name: "an article"}, nil
	}
	name := cmp.Or(a.Headline, news.Host(a.URL), "an article")
	if a.Source != "" {
		name = a.Source + " · " + name
	}
	return brief.Item{Name: name, Link: cmp.Or(channel.Links.History(a.ID), a.URL)}, err
}

// phrase says what happened to one article: its edits together, what is left
// of them, and the newest of anything else.
func (g digest) phrase() string {
	var words []string
	if n := edits(g.events); n > 0 {
		from, to := report.Span(g.events)
		words = append(words, fmt.Sprintf("%s, version %d → %d", brief.Count(n, "edit"), from, to))
	}
	if last := g.events[len(g.events)-1]; last.Kind != news.Edited {
		words = append(words, happened(last))
	}
	return brief.List(words)
}

// happened says what an event was that is no edit.
func happened(e news.Event) string {
	s := brief.Of(news.Report{Kind: e.Kind, Article: news.ReportArticle{ID: e.Article}, RevertedTo: e.RevertedTo}, brief.Options{}).What
	if e.Kind == news.Testing && e.Detail != "" {
		s += ", " + e.Detail
	}
	return s
}

// headcount says how much there was: "9 edits of 7 articles".
func headcount(events []news.Event, digests []digest) string {
	articles := 0
	for _, g := range digests {
		if g.article != "" {
			articles++
		}
	}
	var words []string
	n := edits(events)
	if n > 0 {
		words = append(words, brief.Count(n, "edit"))
	}
	if other := len(events) - n; other > 0 {
		noun := "event"
		if n > 0 {
			noun = "other event"
		}
		words = append(words, brief.Count(other, noun))
	}
	s := brief.List(words)
	if articles > 0 {
		s += " of " + brief.Count(articles, "article")
	}
	return s
}

// edits counts the events that changed a text.
func edits(events []news.Event) (n int) {
	for _, e := range events {
		if e.From != e.To {
			n++
		}
	}
	return n
}
