package discord

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/chattest"
)

// TestWhatEndsWatches deletes a channel, has an outage, and throws the bot out.
func TestWhatEndsWatches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge)).Answer()
	w.Slash(chattest.Admin(chattest.DiscordNews), "editwatch add", at(bridge)).Answer()
	w.SetOutage(chattest.DiscordGuild, true)
	time.Sleep(200 * time.Millisecond)
	if len(w.watches(chattest.DiscordText)) != 1 || len(w.watches(chattest.DiscordNews)) != 1 {
		t.Error("an outage ended watches")
	}
	w.SetOutage(chattest.DiscordGuild, false)
	w.DeleteChannel(chattest.DiscordNews)
	w.gone(chattest.DiscordNews)
	if len(w.watches(chattest.DiscordText)) != 1 {
		t.Error("the other channel's watch ended too")
	}
	w.RemoveFromGuild(chattest.DiscordGuild)
	w.gone(chattest.DiscordText)
}

// TestRemovedWhileAway throws the bot out while it is not running.
func TestRemovedWhileAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.AddGuild("900000000000000020", "Another")
	w.AddChannel(chattest.Channel{ID: "900000000000000120", Guild: "900000000000000020", Name: "there"})
	there := chattest.Asker{User: chattest.DiscordAdmin, Guild: "900000000000000020", Channel: "900000000000000120", Permissions: chattest.PermAll}
	w.Slash(there, "editwatch add", at(bridge)).Answer()
	w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge)).Answer()
	w.stop()
	w.RemoveFromGuild("900000000000000020")
	w.run()
	w.gone("900000000000000120")
	if len(w.watches(chattest.DiscordText)) != 1 {
		t.Error("the watch of a server that the bot is in ended")
	}
}

// TestAnotherApplication comes back with a bot that is in none of the servers.
func TestAnotherApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge)).Answer()
	w.stop()
	w.RemoveFromGuild(chattest.DiscordGuild)
	w.front.missed(t.Context(), json.RawMessage(`{"guilds":[]}`))
	if len(w.watches(chattest.DiscordText)) != 1 {
		t.Error("its watch ended")
	}
}

// gone waits until a channel has no watches.
func (w *world) gone(channel string) {
	w.t.Helper()
	for range 500 {
		if len(w.watches(channel)) == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Errorf("%s has watches still", channel)
}
