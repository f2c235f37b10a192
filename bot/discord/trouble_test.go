package discord

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/discord"
)

// TestTooLong has the time for an answer run out.
func TestTooLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.slow = time.Minute
	mine := discord.Permissions(chattest.PermBot)
	i := &interaction{ID: "1", Guild: chattest.DiscordGuild, ChannelID: chattest.DiscordText, Kind: kindCommand, Mine: &mine}
	i.Member.User.ID, i.Member.Permissions = chattest.DiscordAdmin, discord.Permissions(chattest.PermAll)
	i.Data.Name, i.Data.Kind = rootChange, typeSlash
	i.Data.Options = []given{{Name: "add", Kind: optionSub, Options: []given{text1("url", bridge)}}}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if got := w.front.do(ctx, i).Lines; !slices.Equal(got, []string{"That took too long; try again."}) {
		t.Errorf("answered %q", got)
	}
}

// TestTroubleWithAnswers fails the requests that answer.
func TestTroubleWithAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	admin := chattest.Admin(chattest.DiscordText)
	add := func(n string) chattest.InteractionAnswer {
		return w.Slash(admin, "editwatch add", at("https://harbour.example/"+n)).Answer()
	}
	w.Next(chattest.CreateCallback, chattest.Lost())
	says(t, add("a"), "Watching")
	w.Next(chattest.CreateCallback, chattest.Unavailable())
	says(t, add("b"), "Watching")
	w.Next(chattest.EditOriginal, chattest.Unavailable(), chattest.DiscordLimited(time.Second, time.Second, false), chattest.Lost())
	says(t, add("c"), "Watching")
	w.Next(chattest.EditOriginal, chattest.DiscordError(400, 50035, "Invalid Form Body"))
	says(t, add("d"), "Watching")
	says(t, add("error"), "Something went wrong on my side")
	says(t, add("panic"), "Something went wrong on my side")
	if got := w.watches(chattest.DiscordText); len(got) != 4 {
		t.Errorf("watches %v", got)
	}
	// One that expired is not carried out: its asker was told that it failed.
	w.Next(chattest.CreateCallback, chattest.DiscordError(404, discord.CodeUnknownInteraction, "Unknown interaction"))
	w.Slash(admin, "editwatch add", at("https://harbour.example/expired"))
	w.WaitCalls(chattest.CreateCallback, 9)
	says(t, add("after"), "Watching")
	if got := w.watches(chattest.DiscordText); len(got) != 5 {
		t.Errorf("watches %v", got)
	}
	for _, c := range w.Calls("") {
		if strings.Contains(string(c.Body), "10.0.0.1") || strings.Contains(string(c.Body), "secret") {
			t.Errorf("an error was told: %s", c.Body)
		}
	}
}

// TestReplayedInteraction has the gateway tell of a command twice, as it may
// after a reconnection.
func TestReplayedInteraction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	i := w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge))
	i.Answer()
	w.Dispatch("INTERACTION_CREATE", map[string]any{"id": i.ID, "token": i.Token, "application_id": chattest.DiscordApp, "type": 2, "guild_id": chattest.DiscordGuild, "channel_id": chattest.DiscordText,
		"data": map[string]any{"name": "editwatch", "type": 1, "options": []any{map[string]any{"name": "add", "type": 1}}}})
	for _, rubbish := range []any{nil, 7, "x", []any{}, map[string]any{}, map[string]any{"id": 5}, map[string]any{"id": "5", "token": "x", "type": "command", "data": 3}, map[string]any{"id": "6", "token": "unknown", "type": 99}} {
		w.Dispatch("INTERACTION_CREATE", rubbish)
		w.Dispatch("GUILD_DELETE", rubbish)
		w.Dispatch("CHANNEL_DELETE", rubbish)
	}
	w.Slash(chattest.Admin(chattest.DiscordText), "edits status").Answer()
	if n := len(w.watches(chattest.DiscordText)); n != 1 {
		t.Errorf("%d watches", n)
	}
}

// TestShutdown stops in the middle of a command, which came over the gateway or
// the endpoint. Its asker is told.
func TestShutdown(t *testing.T) {
	for _, endpoint := range []bool{false, true} {
		t.Run(strconv.FormatBool(endpoint), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.run()
			if endpoint {
				w.UseEndpoint(w.endpoint(), http.DefaultClient)
			}
			w.slow = time.Minute
			i := w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge))
			time.Sleep(300 * time.Millisecond)
			began := time.Now()
			w.stop()
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("stopped after %v", took)
			}
			says(t, i.Answer(), "I am being restarted.")
		})
	}
}
