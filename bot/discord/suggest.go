package discord

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

const (
	// choicesMost and choiceLong are Discord's limits of suggestions and of their
	// names and values:
	// https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-choice-structure
	choicesMost = 25
	choiceLong  = 100
	// feedArticles is how many articles of each feed are suggested from.
	feedArticles = 100
)

// topics are what help tells of.
var topics = []string{
	"add", "remove", "pause", "resume", "edit", "test", "settings", "export", "import",
	"list", "history", "diff", "explain", "status", "tz", "quiet", "digest", "threads", "publish", "cap", "admins-only",
}

// suggest returns what may be meant by what somebody is typing: never nil, and
// whatever goes wrong, nothing.
func (f *FrontEnd) suggest(ctx context.Context, i *interaction) []choice {
	out := []choice{}
	verb, options := i.sub()
	there := f.home(ctx, i)
	var typing given
	for _, o := range options {
		if o.Kind == optionChannel {
			p, ok := i.Data.Resolved.Channels[o.text()]
			if !ok || !p.Theirs.Has(discord.ViewChannel) {
				return out
			}
			there = p
			there.ID = o.text()
		}
		if o.Focused {
			typing = o
		}
	}
	typed := strings.ToLower(strings.TrimSpace(typing.text()))
	add := func(name, value string) bool {
		if name == "" || value == "" || discord.Len(value) > choiceLong {
			return true
		}
		if typed == "" || strings.Contains(strings.ToLower(name+" "+value), typed) {
			out = append(out, choice{brief.Cut(oneLine(name), choiceLong), value})
		}
		return len(out) < choicesMost
	}
	if typing.Name == "topic" {
		for _, t := range topics {
			if !add(t, t) {
				break
			}
		}
		return out
	}
	channel := f.channel(there.ID)
	watches, err := f.store.Watches(ctx, store.WatchQuery{Channel: channel})
	if err != nil {
		f.log.Warn("watches to suggest could not be read", "err", err)
		return out
	}
	if typing.Name == "watch" && (verb == "pause" || verb == "resume") && len(watches) > 1 && !add("all watches of this channel", "all") {
		return out
	}
	if typing.Name == "watch" || verb == "explain" {
		for _, w := range watches {
			if !add(string(w.ID)+" · "+f.title(ctx, w), string(w.ID)) {
				return out
			}
		}
	}
	if typing.Name != "article" {
		return out
	}
	for _, a := range f.articles(ctx, watches) {
		if !add(a.Headline, suggested(a)) {
			return out
		}
	}
	return out
}

// suggested is how an article is named in a suggestion: by its address, which
// tells people what they chose, or by its ID where that is too long.
func suggested(a news.Article) string {
	if discord.Len(a.URL) <= choiceLong {
		return a.URL
	}
	return string(a.ID)
}

// title is what a watch is called.
func (f *FrontEnd) title(ctx context.Context, w news.Watch) string {
	title := w.Label
	if title == "" && w.Feed != "" {
		if feed, err := f.store.Feed(ctx, w.Feed); err == nil {
			title = feed.Title
		}
	}
	if title == "" && w.Article != "" {
		if a, err := f.store.Article(ctx, w.Article); err == nil {
			title = a.Headline
		}
	}
	if title == "" {
		title = w.URL
	}
	return title
}

// articles returns what the watches are about, those that changed last first.
func (f *FrontEnd) articles(ctx context.Context, watches []news.Watch) []news.Article {
	var all []news.Article
	known := make(map[news.ArticleID]bool)
	add := func(a news.Article) {
		if !known[a.ID] {
			known[a.ID] = true
			all = append(all, a)
		}
	}
	for _, w := range watches {
		switch {
		case ctx.Err() != nil:
			return all
		case w.Article != "":
			if a, err := f.store.Article(ctx, w.Article); err == nil {
				add(a)
			}
		case w.Feed != "":
			listed, err := f.store.Articles(ctx, store.ArticleQuery{Feed: w.Feed, Max: feedArticles})
			if err != nil {
				continue
			}
			for _, a := range listed {
				add(a)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b news.Article) int { return newest(b).Compare(newest(a)) })
	return all
}

// newest is when something was last seen to change.
func newest(a news.Article) time.Time {
	if a.LastEdited.After(a.FirstSeen) {
		return a.LastEdited
	}
	return a.FirstSeen
}

// oneLine makes a name of a page's text: suggestions are shown as they are.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}), " ")
}
