package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// undo brings a removed watch back.
func (b *Bot) undo(ctx context.Context, c Command, now time.Time) (Answer, error) {
	id := news.WatchID(clean(c.Target))
	gone := &news.Refusal{What: "That can no longer be undone.", Do: "Add the watch again; " + c.typed(List, "") + " shows what is watched."}
	w, silenced, err := b.removedHere(ctx, c, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Answer{}, gone
	case errors.Is(err, store.ErrExists):
		return Answer{}, &news.Refusal{What: fmt.Sprintf("That is watched here again already, as %s.", w.ID), Do: "Use that one."}
	case err != nil:
		return Answer{}, err
	}
	b.revive(ctx, w)
	f, err := b.watchFact(ctx, w, now, b.zoneOf(ctx, c))
	if err != nil {
		return Answer{}, err
	}
	a := Answer{
		Lines:    []string{fmt.Sprintf("%s (%s) is back in %s. What happened meanwhile is recorded, and not told.", w.ID, f.Title, c.place(w.Channel))},
		Facts:    []json.RawMessage{fact(f)},
		Replaces: true,
	}
	if silenced {
		a.Lines = append(a.Lines, "It mentions nobody any more, as you may not mention all roles here. To have one mentioned: "+c.typed(Edit, string(w.ID), "mention", "@role"))
	}
	return a, nil
}

// removedHere restores a watch of the channel. silenced says that it named
// somebody in announcements whom the asker may not mention, and does so no more.
func (b *Bot) removedHere(ctx context.Context, c Command, id news.WatchID) (w news.Watch, silenced bool, err error) {
	channel := c.Channel
	if c.Everywhere {
		channel = ""
	}
	if w, err := b.store.Watch(ctx, id); err == nil && (w.Channel == channel || channel == "") {
		return w, false, nil // it stands
	}
	done, err := b.room(ctx, c, c.Channel, 1)
	if err != nil {
		return news.Watch{}, false, err
	}
	defer done()
	if w, err = b.store.RestoreWatch(ctx, id, channel); err != nil {
		return w, false, err
	}
	// What happened since it was removed is not told.
	newest, err := b.newest(ctx, 0)
	if err != nil {
		return w, false, err
	}
	w, err = b.store.ChangeWatch(ctx, id, func(w *news.Watch) error {
		w.After = max(w.After, newest)
		if silenced = w.Mention != "" && !c.CanMention && !c.Everywhere; silenced {
			w.Mention = ""
		}
		return nil
	})
	return w, silenced, err
}

// revive has what a watch is of visited again, if it left the schedule while
// nobody watched it. A failure is no matter: the watch then shows as not read.
func (b *Bot) revive(ctx context.Context, w news.Watch) {
	var p news.Polling
	switch {
	case w.Feed != "":
		f, err := b.store.Feed(ctx, w.Feed)
		if err != nil {
			return
		}
		p = f.Polling
	case w.Article != "":
		a, err := b.store.Article(ctx, w.Article)
		if err != nil {
			return
		}
		p = a.Polling
	default:
		return
	}
	if p.Next.IsZero() && b.finder != nil {
		_, _ = b.finder.Place(ctx, w)
	}
}

// newest returns the number of the newest event, at least n.
func (b *Bot) newest(ctx context.Context, n news.Seq) (news.Seq, error) {
	events, err := b.store.Events(ctx, store.EventQuery{Withheld: true, Max: 1})
	if err != nil || len(events) == 0 {
		return n, err
	}
	return max(n, events[0].Seq), nil
}
