package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

func (b *Bot) pause(ctx context.Context, c Command, now time.Time) (Answer, error) {
	if c.For < 0 {
		return Answer{}, &news.Refusal{What: "A pause cannot end before it begins.", Do: "Give a time like 8h, or none to pause until you resume it."}
	}
	pausedUntil, until := news.Forever, "until you resume it"
	if c.For > 0 {
		pausedUntil = now.Add(c.For)
		until = "until " + brief.Clock(pausedUntil, now, b.zoneOf(ctx, c))
	}
	const note = "What happens meanwhile is recorded, and not told afterwards."
	if strings.EqualFold(c.Target, "all") {
		channel, n, err := b.changeAll(ctx, c, func(w *news.Watch) bool {
			w.PausedUntil = pausedUntil
			return true
		})
		return Answer{Lines: []string{fmt.Sprintf("Paused %s in %s %s.", allOf(n), c.place(channel), until), note}}, err
	}
	w, err := b.find(ctx, c)
	if refused(err) {
		if _, aerr := b.article(ctx, c); aerr == nil { // an article of a feed
			return b.mute(ctx, c, pausedUntil, now)
		}
	}
	if err != nil {
		return Answer{}, err
	}
	return b.change(ctx, c, w.ID, now, func(w *news.Watch) error {
		w.PausedUntil = pausedUntil
		return nil
	}, func(w news.Watch, title string) []string {
		return []string{fmt.Sprintf("Paused %s (%s) in %s %s.", w.ID, title, c.place(w.Channel), until), note}
	})
}

// changeAll changes the watches of the channel that is meant, and counts them.
func (b *Bot) changeAll(ctx context.Context, c Command, change func(*news.Watch) bool) (channel news.ChannelName, n int, err error) {
	if channel, err = b.channel(c); err != nil {
		return channel, 0, err
	}
	watches, err := b.store.Watches(ctx, store.WatchQuery{Channel: channel})
	if err != nil {
		return channel, 0, err
	}
	for _, w := range watches {
		changed := false
		_, err := b.store.ChangeWatch(ctx, w.ID, func(w *news.Watch) error {
			changed = change(w)
			return nil
		})
		if err != nil && !errors.Is(err, store.ErrNotFound) { // it was removed meanwhile
			return channel, n, err
		}
		if err == nil && changed {
			n++
		}
	}
	return channel, n, nil
}

func allOf(n int) string {
	if n == 1 {
		return "the one watch"
	}
	return fmt.Sprintf("all %d watches", n)
}

func (b *Bot) resume(ctx context.Context, c Command, now time.Time) (Answer, error) {
	newest, err := b.newest(ctx, 0)
	if err != nil {
		return Answer{}, err
	}
	if strings.EqualFold(c.Target, "all") {
		channel, n, err := b.changeAll(ctx, c, func(w *news.Watch) bool {
			if !w.Paused(now) {
				return false
			}
			w.PausedUntil, w.After = time.Time{}, max(w.After, newest)
			return true
		})
		if n == 0 && err == nil {
			return Answer{Lines: []string{fmt.Sprintf("No watch in %s is paused.", c.place(channel))}}, nil
		}
		return Answer{Lines: []string{fmt.Sprintf("Resumed %s in %s.", watchCount(n), c.place(channel))}}, err
	}
	w, err := b.find(ctx, c)
	if refused(err) {
		if _, aerr := b.article(ctx, c); aerr == nil {
			return b.mute(ctx, c, time.Time{}, now)
		}
	}
	if err != nil {
		return Answer{}, err
	}
	paused := false
	return b.change(ctx, c, w.ID, now, func(w *news.Watch) error {
		// What was recorded during the pause, planned or not, is not told.
		if paused = w.Paused(now); paused {
			w.PausedUntil, w.After = time.Time{}, max(w.After, newest)
		}
		return nil
	}, func(w news.Watch, title string) []string {
		if !paused {
			return []string{fmt.Sprintf("%s (%s) is not paused.", w.ID, title)}
		}
		return []string{fmt.Sprintf("Resumed %s (%s) in %s.", w.ID, title, c.place(w.Channel))}
	})
}

// mute has a channel hear nothing more of one article, whatever it watches; or,
// with until zero, hear of it again.
func (b *Bot) mute(ctx context.Context, c Command, until, now time.Time) (Answer, error) {
	channel, err := b.channel(c)
	if err != nil {
		return Answer{}, err
	}
	a, err := b.article(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	if err := b.store.Mute(ctx, channel, a.ID, until); err != nil {
		return Answer{}, err
	}
	title := quote(first(a.Headline, a.URL))
	ans := Answer{Facts: []json.RawMessage{fact(map[string]any{"article": a.ID, "channel": c.Aliases.Called(channel), "muted_until": news.Known(until)})}}
	if until.IsZero() {
		ans.Lines = []string{fmt.Sprintf("%s is heard of again in %s.", title, c.place(channel))}
		ans.Buttons = []news.Button{button("Mute article", news.Action{Verb: string(Mute), Target: string(a.ID)})}
		return ans, nil
	}
	how := "from now on"
	if !until.Equal(news.Forever) {
		how = "until " + brief.Clock(until, now, b.zoneOf(ctx, c))
	}
	ans.Lines = []string{
		fmt.Sprintf("%s hears nothing of %s %s.", c.place(channel), title, how),
		"What happens is recorded all the same, and not told afterwards. To hear of it again: " + c.typed(Resume, a.URL),
	}
	ans.Buttons = []news.Button{button("Unmute", news.Action{Verb: string(Unmute), Target: string(a.ID)})}
	return ans, nil
}
