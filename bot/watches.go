package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// A watchFact is a watch as --json tells it.
type watchFact struct {
	ID      news.WatchID     `json:"id"`
	Channel news.ChannelName `json:"channel"`
	URL     string           `json:"url"`
	Kind    string           `json:"kind"` // feed, article, unread
	Title   string           `json:"title"`
	Scope   news.Scope       `json:"scope"`
	Min     news.Min         `json:"min"`
	Pages   bool             `json:"pages"`
	Mention string           `json:"mention,omitempty"`
	Include []string         `json:"include,omitempty"`
	Exclude []string         `json:"exclude,omitempty"`
	State   string           `json:"state"` // ok, failing, paused, unread, retired, removed
	Detail  string           `json:"detail,omitempty"`
	Checked *time.Time       `json:"checked"`
	Next    *time.Time       `json:"next"`
}

func (b *Bot) add(ctx context.Context, c Command, now time.Time) (Answer, error) {
	channel, err := b.channel(c)
	if err != nil {
		return Answer{}, err
	}
	wish := news.Watch{Channel: channel, URL: clean(c.Target), Scope: news.ScopeAll, Min: news.MinMinor, Pages: true, Server: c.Server, By: c.Asker}
	if err := c.wishes(&wish, c.Options); err != nil {
		return Answer{}, err
	}
	done, err := b.room(ctx, c, channel, 1)
	if err != nil {
		return Answer{}, err
	}
	defer done()
	p, err := b.finder.Place(ctx, wish)
	if err != nil {
		return Answer{}, err
	}
	w := p.Watch
	var a Answer
	switch {
	case p.Existed:
		a.Lines = []string{
			fmt.Sprintf("%s watches %s already, as %s since %s.", c.place(channel), quote(p.Title), w.ID, brief.Date(w.Placed, b.zoneOf(ctx, c))),
			"To change it, for example: " + c.typed(Edit, string(w.ID), "min", "major"),
		}
	case w.Feed != "":
		a.Lines = []string{fmt.Sprintf("Watching %s in %s as %s: a feed of %s. Nothing is posted for what stands there now.",
			quote(p.Title), c.place(channel), w.ID, brief.Count(p.Articles, "article"))}
		if p.Found != "" {
			a.Lines = append(a.Lines, "The page names this feed: "+p.Found)
		}
		next := "Each article is read once to know how it stands"
		if !w.Pages {
			next = "Only the feed's own titles and summaries are compared"
		}
		a.Lines = append(a.Lines, fmt.Sprintf("%s; the feed is checked again %s. You hear of %s.", next, soon(p.Next, now), wants(w)))
	default:
		a.Lines = []string{
			fmt.Sprintf("Watching one article in %s as %s: %s. Version %d is saved, with %s.",
				c.place(channel), w.ID, quote(p.Title), p.Version, brief.Count(p.Paragraphs, "paragraph")),
			fmt.Sprintf("It is checked again %s, often while it is new and less often later. You hear of %s.", soon(p.Next, now), wants(w)),
		}
	}
	f, err := b.watchFact(ctx, w, now, b.zoneOf(ctx, c))
	if err != nil {
		return Answer{}, err
	}
	a.Facts = facts(f)
	return a, nil
}

// wants says what a watch hears of.
func wants(w news.Watch) string {
	s := wantsEdits(w)
	if len(w.Include) > 0 {
		s += " that say " + quote(strings.Join(w.Include, "” or “"))
	}
	if len(w.Exclude) > 0 {
		s += ", except what says " + quote(strings.Join(w.Exclude, "” or “"))
	}
	return s
}

func wantsEdits(w news.Watch) string {
	what := map[news.Scope]string{news.ScopeHeadline: " of headlines", news.ScopeParagraphs: " of paragraphs"}[w.Scope]
	switch w.Min {
	case news.MinAny:
		return "all edits" + what
	case news.MinMajor:
		return "major edits" + what
	}
	return "all edits" + what + " but typographic ones"
}

// line says how the watch stands, in a few words.
func (f watchFact) line(now time.Time) string {
	s := f.State
	if f.Detail != "" {
		s += " (" + f.Detail + ")"
	}
	if f.Checked != nil {
		s += ", checked " + brief.Ago(now.Sub(*f.Checked))
	}
	if f.Next != nil && f.State != "paused" {
		s += ", " + nextCheck(*f.Next, now)
	}
	return s
}

func (b *Bot) watchFact(ctx context.Context, w news.Watch, now time.Time, zone *time.Location) (watchFact, error) {
	f := watchFact{
		ID: w.ID, Channel: b.o.Aliases.Called(w.Channel), URL: w.URL, Kind: "unread", Title: w.Label,
		Scope: w.Scope, Min: w.Min, Pages: w.Pages, Mention: w.Mention, Include: w.Include, Exclude: w.Exclude, State: "not read yet", Detail: strings.TrimSuffix(w.Trouble, "."),
	}
	var polling news.Polling
	switch {
	case w.Feed != "":
		feed, err := b.store.Feed(ctx, w.Feed)
		if err != nil {
			return f, err
		}
		f.Kind, f.State, polling = "feed", "ok", feed.Polling
		f.Title = first(f.Title, feed.Title)
		if f.Detail, err = b.beyond(ctx, feed); err != nil {
			return f, err
		}
	case w.Article != "":
		article, err := b.store.Article(ctx, w.Article)
		if err != nil {
			return f, err
		}
		f.Kind, f.State, polling = "article", "ok", article.Polling
		f.Title = first(f.Title, article.Headline)
		switch {
		case !article.Removed.IsZero():
			f.State = "removed"
		case !article.Retired.IsZero():
			f.State = "no longer checked"
		}
	default:
		polling.Next = w.NextTry
	}
	f.Title = first(f.Title, w.URL)
	if polling.Failures > 0 && f.State == "ok" { // what is removed says more than that it fails
		f.State, f.Detail = "failing", polling.Detail
	}
	if w.Paused(now) {
		f.State, f.Detail = "paused", "until resumed"
		if !w.PausedUntil.Equal(news.Forever) {
			f.Detail = "until " + brief.Clock(w.PausedUntil, now, zone)
		}
	}
	f.Checked, f.Next = news.Known(polling.Last), news.Known(polling.Next)
	return f, nil
}

// find returns the watch that the target names, by its ID or its address.
func (b *Bot) find(ctx context.Context, c Command) (news.Watch, error) {
	match, err := b.matching(ctx, c)
	switch {
	case err != nil:
		return news.Watch{}, err
	case len(match) == 1:
		return match[0], nil
	case len(match) == 0:
		return news.Watch{}, c.noWatch(c.Target)
	}
	return news.Watch{}, several(match)
}

func (c Command) noWatch(target string) error {
	return &news.Refusal{What: fmt.Sprintf("There is no watch %s here.", quote(short(target))), Do: "The watches and their IDs: " + c.typed(List, "")}
}

func several(match []news.Watch) error {
	return &news.Refusal{What: fmt.Sprintf("More than one watch is of that address: %s and %s.", match[0].ID, match[1].ID), Do: "Name the one you mean by its ID."}
}

// matching returns the watches that the target names: the one with that ID, or
// those of that address.
func (b *Bot) matching(ctx context.Context, c Command) ([]news.Watch, error) {
	q := store.WatchQuery{Channel: c.Channel}
	if !c.Everywhere && c.Channel == "" {
		channel, err := b.channel(c)
		if err != nil {
			return nil, err
		}
		q.Channel = channel
	}
	watches, err := b.store.Watches(ctx, q)
	if err != nil {
		return nil, err
	}
	var match []news.Watch
	var meant []string
	for _, address := range news.Addresses(c.Target) {
		meant = append(meant, news.FoldAddress(address))
	}
	for _, w := range watches {
		if strings.EqualFold(string(w.ID), clean(c.Target)) {
			return []news.Watch{w}, nil
		}
		if slices.Contains(meant, news.FoldAddress(w.URL)) {
			match = append(match, w)
		}
	}
	return match, nil
}

func (b *Bot) remove(ctx context.Context, c Command, now time.Time) (Answer, error) {
	w, err := b.find(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	if w.FromFile {
		return Answer{}, inFile(w, "remove it there")
	}
	f, err := b.watchFact(ctx, w, now, b.zoneOf(ctx, c))
	if err != nil {
		return Answer{}, err
	}
	if err := b.store.RemoveWatch(ctx, w.ID); err != nil {
		return Answer{}, err
	}
	return Answer{
		Lines: []string{
			fmt.Sprintf("Removed %s (%s) from %s. What was recorded stays.", w.ID, f.Title, c.place(w.Channel)),
			"To watch it again: " + c.typed(Add, w.URL),
		},
		Buttons: []news.Button{button("Undo", news.Action{Verb: string(Undo), Target: string(w.ID)})},
		Facts:   []json.RawMessage{fact(map[string]any{"removed": w.ID, "channel": c.Aliases.Called(w.Channel), "url": w.URL})},
	}, nil
}

func inFile(w news.Watch, do string) error {
	return &news.Refusal{What: fmt.Sprintf("%s stands in the configuration file.", w.ID), Do: fmt.Sprintf("To change it, %s, or pause it here.", do)}
}

// refused reports whether err is for the person who asked.
func refused(err error) bool {
	_, ok := errors.AsType[*news.Refusal](err)
	return ok
}

// change changes a watch and answers with what lines say of it.
func (b *Bot) change(ctx context.Context, c Command, id news.WatchID, now time.Time, change func(*news.Watch) error, lines func(w news.Watch, title string) []string) (Answer, error) {
	w, err := b.store.ChangeWatch(ctx, id, change)
	if errors.Is(err, store.ErrNotFound) { // it was removed meanwhile
		return Answer{}, c.noWatch(string(id))
	}
	if err != nil {
		return Answer{}, err
	}
	f, err := b.watchFact(ctx, w, now, b.zoneOf(ctx, c))
	return Answer{Lines: lines(w, f.Title), Facts: facts(f)}, err
}

func (b *Bot) test(ctx context.Context, c Command) (Answer, error) {
	if c.Target != "" {
		w, err := b.find(ctx, c)
		if err != nil {
			return Answer{}, err
		}
		c.Channel = w.Channel
	}
	channel, err := b.channel(c)
	if err != nil {
		return Answer{}, err
	}
	if b.tester == nil {
		return Answer{}, errors.New("no tester")
	}
	if err := b.tester.Test(ctx, channel); err != nil {
		return Answer{}, err
	}
	return Answer{
		Lines: []string{fmt.Sprintf("A sample announcement was posted to %s.", c.place(channel))},
		Facts: []json.RawMessage{fact(map[string]any{"tested": channel})},
	}, nil
}
