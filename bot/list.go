package bot

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// pageSize is how many watches a page of List shows in a chat.
const pageSize = 10

// listed are the watches that a list is about, in the order they were placed.
func (b *Bot) listed(ctx context.Context, c Command) (news.ChannelName, []news.Watch, error) {
	q := store.WatchQuery{Channel: c.Channel}
	switch {
	case c.Channel != "" || c.Everywhere:
	case c.Server != "" && c.Asker != "": // a person's own page, which shows what they placed
		watches, err := b.store.Watches(ctx, store.WatchQuery{Server: c.Server})
		return "", slices.DeleteFunc(watches, func(w news.Watch) bool { return w.By != c.Asker }), err
	default:
		channel, err := b.channel(c)
		if err != nil {
			return "", nil, err
		}
		q.Channel = channel
	}
	watches, err := b.store.Watches(ctx, q)
	return q.Channel, watches, err
}

func (b *Bot) list(ctx context.Context, c Command, now time.Time) (Answer, error) {
	switch c.State {
	case "", "all", "failing", "paused":
	default:
		return Answer{}, &news.Refusal{What: fmt.Sprintf("There is no state %q.", short(c.State)), Do: "List shows all, failing or paused."}
	}
	channel, watches, err := b.listed(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	all := len(watches)
	zone := b.zoneOf(ctx, c)
	var facts []watchFact
	for _, w := range watches {
		f, err := b.watchFact(ctx, w, now, zone)
		if err != nil {
			return Answer{}, err
		}
		if c.State == "" || c.State == "all" || c.State == f.State || c.State == "failing" && f.State == "not read yet" && f.Detail != "" {
			facts = append(facts, f)
		}
	}
	if all == 0 && c.Everywhere && c.Channel != "" {
		if _, err := b.channel(c); err != nil {
			return Answer{}, err // it was spelt wrong
		}
	}
	switch {
	case all == 0:
		return Answer{Lines: []string{"Nothing is watched here yet.", "Add a feed or an article: " + c.typed(Add, exampleSite)}}, nil
	case len(facts) == 0:
		return Answer{Lines: []string{fmt.Sprintf("None of the %d watches here is %s.", all, c.State)}}, nil
	}
	shown, buttons := page(c, facts)
	a := Answer{Buttons: buttons, Replaces: c.Before > 0 || c.After > 0}
	for _, f := range shown {
		line := fmt.Sprintf("%s  %s", f.ID, f.Title)
		if channel == "" {
			line = fmt.Sprintf("%s  %s  %s", f.ID, f.Channel, f.Title)
		}
		a.Lines = append(a.Lines, line+": "+f.line(now))
		a.Facts = append(a.Facts, fact(f))
	}
	if len(shown) < len(facts) {
		from := slices.IndexFunc(facts, func(f watchFact) bool { return f.ID == shown[0].ID })
		which := fmt.Sprintf("Watch %d", from+1)
		if len(shown) > 1 {
			which = fmt.Sprintf("Watches %d to %d", from+1, from+len(shown))
		}
		a.Lines = append(a.Lines, fmt.Sprintf("%s of %d.", which, len(facts)))
	}
	return a, nil
}

// page cuts a list to the page that is asked for. Pages begin after or end
// before a watch rather than at a number, so that one which is removed
// meanwhile shifts nothing.
func page(c Command, facts []watchFact) (shown []watchFact, buttons []news.Button) {
	size := c.Max
	if size <= 0 {
		size = pageSize
		if c.Everywhere {
			size = len(facts) // a terminal scrolls
		}
	}
	from := 0
	switch {
	case c.After > 0:
		from = indexOf(facts, func(n int) bool { return n > c.After })
	case c.Before > 0:
		from = max(indexOf(facts, func(n int) bool { return n >= c.Before })-size, 0)
	}
	if from >= len(facts) { // what followed was removed
		from = max(len(facts)-size, 0)
	}
	to := min(from+size, len(facts))
	if from > 0 {
		buttons = append(buttons, button("Previous", news.Action{Verb: string(List), Before: watchNumber(facts[from].ID), State: c.State}))
	}
	if to < len(facts) {
		buttons = append(buttons, button("Next", news.Action{Verb: string(List), After: watchNumber(facts[to-1].ID), State: c.State}))
	}
	return facts[from:to], buttons
}

func indexOf(facts []watchFact, is func(n int) bool) int {
	i := slices.IndexFunc(facts, func(f watchFact) bool { return is(watchNumber(f.ID)) })
	if i < 0 {
		return len(facts)
	}
	return i
}

// watchNumber returns the number in a watch's ID.
func watchNumber(id news.WatchID) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(string(id), "w"))
	return n
}
