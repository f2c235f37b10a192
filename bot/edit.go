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
	old := w
	if err := c.wishes(&w, c.Options); err != nil {
		return Answer{}, err
	}
	if w.Label == "" {
		w.Label = old.Label
	}
	keys := slices.Sorted(maps.Keys(c.Options))
	if w.URL != old.URL {
		w.Feed, w.Article = "", ""
		if old.Label == w.Label {
			w.Label = "" // it was the other feed's title
		}
		// What happened before is none of this address's watch.
		if w.After, err = b.newest(ctx, w.After); err != nil {
			return Answer{}, err
		}
		p, err := b.finder.Place(ctx, w)
		if err != nil {
			return Answer{}, err
		}
		if most := b.o.Limits.Articles; most > 0 && p.Articles > most && !c.Everywhere {
			if err := b.store.ChangeWatch(ctx, old); err != nil {
				return Answer{}, err
			}
			return Answer{}, tooLarge(p, most)
		}
		if p.Existed {
			return Answer{}, &news.Refusal{What: fmt.Sprintf("That address is watched here already, as %s.", p.Watch.ID), Do: fmt.Sprintf("Edit that one, or remove %s.", w.ID)}
		}
		w = p.Watch
	} else if err := b.store.ChangeWatch(ctx, w); err != nil {
		return Answer{}, err
	}
	f, err := b.watchFact(ctx, w, now, b.zoneOf(ctx, c))
	if err != nil {
		return Answer{}, err
	}
	return Answer{
		Lines: []string{
			fmt.Sprintf("Changed %s of %s (%s) in %s.", strings.Join(keys, " and "), w.ID, f.Title, c.place(w.Channel)),
			"You hear of " + wants(w) + ".",
		},
		Facts: facts(f),
	}, nil
}
