package discord

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/editwatch/editwatch/internal/discord"
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
			f.end(ctx, store.WatchQuery{Channel: f.channel(c.ID)}, "its channel was deleted")
		}
	case "GUILD_DELETE":
		var g struct {
			ID          string `json:"id"`
			Unavailable bool   `json:"unavailable"`
		}
		if json.Unmarshal(e.Data, &g) == nil && g.ID != "" && !g.Unavailable {
			f.end(ctx, store.WatchQuery{Server: g.ID}, "the bot was removed from the server")
		}
	case "READY":
		f.missed(ctx, e.Data)
	}
}

// end ends the watches of a query. Those of the configuration file stay: what
// stands there is the operator's to change.
func (f *FrontEnd) end(ctx context.Context, q store.WatchQuery, why string) {
	watches, err := f.store.Watches(ctx, q)
	if err != nil {
		f.log.Error("watches to end could not be read", "channel", q.Channel, "server", q.Server, "err", err)
		return
	}
	for _, w := range watches {
		if w.FromFile {
			f.log.Warn("a watch of the configuration has nobody to tell", "watch", w.ID, "channel", w.Channel, "why", why)
			continue
		}
		if err := f.store.RemoveWatch(ctx, w.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			f.log.Error("a watch could not be ended", "watch", w.ID, "channel", w.Channel, "err", err)
			continue
		}
		f.log.Info("watch ended", "watch", w.ID, "channel", w.Channel, "why", why)
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
	asked := make(map[string]bool)
	for _, w := range watches {
		// The IDs of other platforms' places have letters.
		if !discord.IsID(w.Server) || in[w.Server] || asked[w.Server] || w.Channel == "" {
			continue
		}
		asked[w.Server] = true
		err := f.session.Guild(ctx, w.Server)
		p, ok := errors.AsType[*discord.Problem](err)
		if ok && (p.Code == discord.CodeUnknownGuild || p.Code == discord.CodeNoAccess) {
			f.end(ctx, store.WatchQuery{Server: w.Server}, "the bot was removed from the server")
		}
	}
}
