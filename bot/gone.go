package bot

import (
	"context"
	"errors"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// Front ends learn that places cease to exist. What is owed to a place without
// watches is not delivered any more.

// ChannelGone ends the watches of a channel that was deleted. They can be
// restored for a day, as after Remove. It returns how many there were.
func (b *Bot) ChannelGone(ctx context.Context, channel news.ChannelName) (int, error) {
	return b.end(ctx, store.WatchQuery{Channel: channel})
}

// ServerGone ends the watches of all channels of a server or workspace that
// the bot was removed from. It returns how many there were.
func (b *Bot) ServerGone(ctx context.Context, server string) (int, error) {
	if server == "" {
		return 0, nil
	}
	return b.end(ctx, store.WatchQuery{Server: server})
}

func (b *Bot) end(ctx context.Context, q store.WatchQuery) (n int, err error) {
	watches, err := b.store.Watches(ctx, q)
	if err != nil {
		return 0, err
	}
	for _, w := range watches {
		if w.FromFile {
			continue // the file decides
		}
		if err := b.store.RemoveWatch(ctx, w.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return n, err
		}
		n++
	}
	return n, nil
}
