package bot

import (
	"context"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// Front ends learn that places cease to exist. What is owed to a place without
// watches is not delivered any more.

// ChannelGone ends the watches of a channel that was deleted. They can be
// restored for a day, as after Remove. It returns how many there were.
func (b *Bot) ChannelGone(ctx context.Context, channel news.ChannelName) (int, error) {
	return store.EndWatches(ctx, b.store, store.WatchQuery{Channel: channel})
}

// ServerGone ends the watches of all channels of a server or workspace that
// the bot was removed from. It returns how many there were.
func (b *Bot) ServerGone(ctx context.Context, server string) (int, error) {
	if server == "" {
		return 0, nil
	}
	return store.EndWatches(ctx, b.store, store.WatchQuery{Server: server})
}
