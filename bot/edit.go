package bot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// edit changes what a watch wishes for. With another address it becomes a watch
// of what stands there, with the same ID.
func (b *Bot) edit(ctx context.Context, c Command, now time.Time) (Answer, error) {
	w, err := b.find(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	if w.FromFile {
		return Answer{}, inFile(w, "edit it there")
	}
	if len(c.Options) == 0 {
		return Answer{}, &news.Refusal{What: "What shall be different?", Do: "For example: " + c.typed(Edit, string(w.ID), "min", "major")}
	}
	wished := w
	if err := c.wishes(&wished, c.Options); err != nil {
		return Answer{}, err
	}
	if wished.URL != w.URL {
		if err := b.move(ctx, c, w, wished); err != nil {
			return Answer{}, err
		}
	}
	keys := slices.Sorted(maps.Keys(c.Options))
	return b.change(ctx, c, w.ID, now, func(w *news.Watch) error {
		url, label := w.URL, w.Label
		err := c.wishes(w, c.Options)
		w.URL, w.Label = url, first(w.Label, label) // where it leads was settled
		return err
	}, func(w news.Watch, title string) []string {
		return []string{
			fmt.Sprintf("Changed %s of %s (%s) in %s.", strings.Join(keys, " and "), w.ID, title, c.place(w.Channel)),
			"You hear of " + wants(w) + ".",
		}
	})
}

// move has a watch be of what stands at another address, as wished.
func (b *Bot) move(ctx context.Context, c Command, old, wished news.Watch) (err error) {
	wished.Feed, wished.Article = "", ""
	if wished.Label == old.Label {
		wished.Label = "" // it was the other feed's title
	}
	// What happened before is none of this address's watch.
	if wished.After, err = b.newest(ctx, wished.After); err != nil {
		return err
	}
	p, err := b.finder.Place(ctx, wished)
	if err == nil && p.Existed {
		return &news.Refusal{
			What: fmt.Sprintf("That address is watched here already, as %s.", p.Watch.ID),
			Do:   fmt.Sprintf("Edit that one, or remove %s.", old.ID),
		}
	}
	return err
}
