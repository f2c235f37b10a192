package discord

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// lifecycle ends the watches of what is gone.
func (f *FrontEnd) lifecycle(ctx context.Context, e discord.Event) {
	switch e.Kind {
	case "CHANNEL_DELETE":
		var c struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(e.Data, &c) == nil && c.ID != "" {
			f.channelGone(ctx, c.ID)
		}
	case "GUILD_DELETE":
		var g struct {
			ID          string `json:"id"`
			Unavailable bool   `json:"unavailable"`
		}
		if json.Unmarshal(e.Data, &g) == nil && g.ID != "" && !g.Unavailable {
			f.serverGone(ctx, g.ID)
		}
	case "READY":
		f.missed(ctx, e.Data)
	}
}

func (f *FrontEnd) channelGone(ctx context.Context, id string) {
	channel := discord.ChannelName(id)
	ids := f.ids(ctx, store.WatchQuery{Channel: channel})
	n, err := f.bot.ChannelGone(ctx, channel)
	f.ended(n, err, "channel", channel, "ids", ids, "why", "the channel was deleted")
}

func (f *FrontEnd) serverGone(ctx context.Context, id string) {
	ids := f.ids(ctx, store.WatchQuery{Server: id})
	n, err := f.bot.ServerGone(ctx, id)
	f.ended(n, err, "server", id, "ids", ids, "why", "the bot was removed from the server")
}

// ids returns the watches that are about to end, for the log: whoever has to
// bring them back looks there.
func (f *FrontEnd) ids(ctx context.Context, q store.WatchQuery) (ids []news.WatchID) {
	watches, err := f.store.Watches(ctx, q)
	if err != nil {
		return nil // ending them fails as well, and says so
	}
	for _, w := range watches {
		ids = append(ids, w.ID)
	}
	return ids
}

func (f *FrontEnd) ended(n int, err error, about ...any) {
	if err != nil {
		f.log.Error("watches could not be ended", append(about, "err", err)...)
	}
	if n > 0 {
		f.log.Info("watches ended", append(about, "watches", n)...)
	}
}

// missed ends the watches of servers that the bot was removed from while it was
// not connected. A new connection is told all servers the bot is in; that one is
// not among them counts only if Discord says so when asked.
func (f *FrontEnd) missed(ctx context.Context, data json.RawMessage) {
	var ready struct {
		Guilds []struct {
			ID string `json:"id"`
		} `json:"guilds"`
	}
	if json.Unmarshal(data, &ready) != nil {
		return
	}
	in := make(map[string]bool)
	for _, g := range ready.Guilds {
		in[g.ID] = true
	}
	watches, err := f.store.Watches(ctx, store.WatchQuery{})
	if err != nil {
		f.log.Error("watches could not be read", "err", err)
		return
	}
	var away []string
	known := false // one of the servers there are watches of is among them
	for _, w := range watches {
		// The IDs of other platforms' places have letters.
		switch {
		case !discord.IsID(w.Server) || w.Channel == "":
		case in[w.Server]:
			known = true
		case !slices.Contains(away, w.Server):
			away = append(away, w.Server)
		}
	}
	if len(away) > 0 && !known {
		// With another application's token all servers look like that.
		f.log.Error("the bot is in none of the servers that it has watches of: the token may be another application's; no watch is ended",
			"servers", away)
		return
	}
	for _, server := range away {
		err := f.session.Guild(ctx, server)
		p, ok := errors.AsType[*discord.Problem](err)
		if ok && (p.Code == discord.CodeUnknownGuild || p.Code == discord.CodeNoAccess) {
			f.serverGone(ctx, server)
		}
	}
}
