package discord

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
)

const bridge = "https://harbour.example/bridge"

func TestCommandsAreRegisteredOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 3 {
		changed, err := w.front.Register(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_ = changed
	}
	if n := len(w.Calls(chattest.PutCommands)); n != 1 {
		t.Errorf("registered %d times", n)
	}
	if w.MayUse(chattest.Reader(chattest.DiscordText), "editwatch") || !w.MayUse(chattest.Reader(chattest.DiscordText), "edits") {
		t.Error("members may use /editwatch, or may not use /edits")
	}
	if !w.MayUse(chattest.Admin(chattest.DiscordText), "editwatch") {
		t.Error("who manages the server may not use /editwatch")
	}
}

func TestAddAndRemove(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	admin := chattest.Admin(chattest.DiscordText)
	a := w.Slash(admin, "editwatch add", at("https://harbour.example/feed"), chattest.Option{Name: "min", Value: "major"},
		chattest.Option{Name: "mention", Value: "900000000000000777"}, chattest.Option{Name: "pages", Value: false}).Answer()
	says(t, a, "The Harbour Post", "w1")
	watch, err := w.store.Watch(t.Context(), "w1")
	if err != nil {
		t.Fatal(err)
	}
	if watch.Channel != "discord:"+chattest.DiscordText || watch.Server != chattest.DiscordGuild || watch.By != chattest.DiscordAdmin ||
		watch.Min != news.MinMajor || watch.Mention != "900000000000000777" || watch.Pages {
		t.Errorf("placed %+v", watch)
	}
	says(t, w.Slash(admin, "editwatch edit", theWatch("w1"), chattest.Option{Name: "no-mention", Value: true}).Answer(), "w1")
	if watch, _ = w.store.Watch(t.Context(), "w1"); watch.Mention != "" {
		t.Errorf("it mentions %s still", watch.Mention)
	}
	says(t, w.Slash(admin, "editwatch pause", theWatch("w1"), chattest.Option{Name: "for", Value: "8h"}).Answer(), "Paused")
	says(t, w.Slash(admin, "editwatch resume", theWatch("w1")).Answer(), "Resumed")
	says(t, w.Slash(chattest.Reader(chattest.DiscordText), "edits list").Answer(), "w1")
	a = w.Slash(admin, "editwatch remove", theWatch("w1")).Answer()
	says(t, a, "Removed", "[Undo]")
	if got := w.watches(chattest.DiscordText); len(got) != 0 {
		t.Errorf("watches %v", got)
	}
	// The button works after a restart.
	w.stop()
	w.run()
	a = w.Press(admin, a.Message, "Undo").Answer()
	says(t, a, "w1")
	if got := w.watches(chattest.DiscordText); !slices.Equal(got, []string{"w1"}) {
		t.Errorf("watches %v", got)
	}
	if n := len(w.Calls(chattest.PutCommands)); n != 1 {
		t.Errorf("the commands were registered %d times", n)
	}
}

// TestSlowCommandIsDeferred places a watch for longer than Discord waits.
func TestSlowCommandIsDeferred(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for four seconds")
	}
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.slow = 4 * time.Second
	a := w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge)).Answer()
	says(t, a, "Watching")
	if a.Kind != discord.AnswerLater || a.After > time.Second {
		t.Errorf("answered with %d after %v", a.Kind, a.After)
	}
}

func text1(name, value string) given {
	b, _ := json.Marshal(value)
	return given{Name: name, Kind: optionText, Value: b}
}

func TestExportAndImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	admin := chattest.Admin(chattest.DiscordText)
	w.Slash(admin, "editwatch add", at("https://harbour.example/feed")).Answer()
	says(t, w.Slash(admin, "editwatch export").Answer(), "")
	calls := w.Calls(chattest.EditOriginal)
	files := calls[len(calls)-1].Files
	if len(files) != 1 || !strings.Contains(string(files[0].Data), "https://harbour.example/feed") {
		t.Fatalf("exported %v", files)
	}
	news := chattest.Admin(chattest.DiscordNews)
	file := chattest.Option{Name: "file", Value: w.Attach("watches.opml", files[0].Data)}
	says(t, w.Slash(news, "editwatch import", file).Answer(), "")
	if got := w.watches(chattest.DiscordNews); len(got) != 0 {
		t.Errorf("watches %v before it was sure", got)
	}
	says(t, w.Slash(news, "editwatch import", file, chattest.Option{Name: "sure", Value: true}).Answer(), "")
	if got := w.watches(chattest.DiscordNews); len(got) != 1 {
		t.Errorf("watches %v", got)
	}
	says(t, w.Slash(news, "editwatch import", chattest.Option{Name: "file", Value: w.Attach("x.png", []byte("\x89PNG\xff\xfe"))}).Answer(), "That file is not text.")
	says(t, w.Slash(news, "editwatch import", chattest.Option{Name: "file", Value: w.Attach("x.txt", make([]byte, maxFile+1))}).Answer(), "too large")
}
