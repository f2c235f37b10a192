package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// syncWatches makes the stored watches that stand in the file those that do:
// one is placed when it is first seen, changed when its wishes change, and
// ended when it is gone from the file. One that was placed by command and now
// stands in the file becomes the file's.
func (a *app) syncWatches(ctx context.Context) error {
	if a.config.path == "" {
		return nil // no file, so nothing stands in it and nothing is gone from it
	}
	stored, err := a.store.Watches(ctx, store.WatchQuery{})
	if err != nil {
		return err
	}
	type key struct {
		channel news.ChannelName
		url     string
	}
	have := make(map[key]news.Watch)
	for _, w := range stored {
		if w.FromFile {
			have[key{w.Channel, w.URL}] = w
		}
	}
	aliases := a.config.aliases()
	for _, wc := range a.config.Watches {
		want := wc.watch()
		want.Channel = aliases.Kept(want.Channel)
		k := key{want.Channel, want.URL}
		if old, ok := have[k]; !ok {
			err = a.placeFromFile(ctx, want)
		} else if !sameWishes(old, want) {
			err = a.adopt(ctx, old.ID, want)
		}
		delete(have, k)
		if err != nil {
			return err
		}
	}
	for _, w := range have {
		a.log.Info("watch ended: it is gone from the configuration", "watch", w.ID, "url", w.URL)
		if err := a.store.RemoveWatch(ctx, w.ID); err != nil {
			return err
		}
	}
	return nil
}

// placeFromFile places a watch, unless the channel has one like it.
func (a *app) placeFromFile(ctx context.Context, want news.Watch) error {
	want.Placed = time.Now().UTC()
	there, err := a.store.AddWatch(ctx, want)
	if errors.Is(err, store.ErrExists) && !there.FromFile {
		a.log.Info("a watch that was placed by command stands in the configuration now", "watch", there.ID, "url", want.URL)
		return a.adopt(ctx, there.ID, want)
	}
	if errors.Is(err, store.ErrExists) {
		return nil // the file has the same in two forms
	}
	return err
}

// adopt makes a watch what the file wants.
func (a *app) adopt(ctx context.Context, id news.WatchID, want news.Watch) error {
	_, err := a.store.ChangeWatch(ctx, id, func(w *news.Watch) error {
		w.FromFile, w.URL = true, want.URL
		w.Scope, w.Min, w.Pages = want.Scope, want.Min, want.Pages
		w.Mention, w.Include, w.Exclude = want.Mention, want.Include, want.Exclude
		w.Label = cmp.Or(want.Label, w.Label)
		return nil
	})
	return err
}

func sameWishes(old, want news.Watch) bool {
	return old.Scope == want.Scope && old.Min == want.Min && old.Pages == want.Pages && (want.Label == "" || old.Label == want.Label) &&
		old.Mention == want.Mention && slices.Equal(old.Include, want.Include) && slices.Equal(old.Exclude, want.Exclude)
}

// watch returns the watch as the file wants it. The values were checked.
func (w watchConfig) watch() news.Watch {
	scope, _ := news.ParseScope(w.Scope)
	least, _ := news.ParseMin(w.Min)
	return news.Watch{
		Channel: news.ChannelName(w.Channel), URL: w.URL, Label: w.Label,
		Scope: scope, Min: least, Pages: w.Pages == nil || *w.Pages, FromFile: true,
		Mention: w.Mention, Include: w.Include, Exclude: w.Exclude,
	}
}
