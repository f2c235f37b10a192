package discord

import (
	"testing"
	"time"

	"github.com/editwatch/editwatch/bot"
)

func TestDialect(t *testing.T) {
	for _, tt := range []struct {
		c         bot.Command
		elsewhere string
		want      string
	}{
		{bot.Command{Verb: bot.Add, Target: "https://example.org/news"}, "", "/editwatch add url:https://example.org/news"},
		{bot.Command{Verb: bot.Add, Target: "https://example.org/news", Options: map[string]string{"pages": "off", "min": "major"}}, "#news",
			"/editwatch add url:https://example.org/news min:major pages:False channel:#news"},
		{bot.Command{Verb: bot.Edit, Target: "w1", Options: map[string]string{"mention": "none"}}, "", "/editwatch edit watch:w1 no-mention:True"},
		{bot.Command{Verb: bot.Pause, Target: "w1", For: 8 * time.Hour}, "", "/editwatch pause watch:w1 for:8h"},
		{bot.Command{Verb: bot.Pause, Target: "all", For: 48 * time.Hour}, "", "/editwatch pause watch:all for:2d"},
		{bot.Command{Verb: bot.Undo, Target: "w3"}, "", "/editwatch undo watch:w3"},
		{bot.Command{Verb: bot.Settings, Options: map[string]string{"quiet": "22:00-07:00"}}, "", "/editwatch settings quiet:22:00-07:00"},
		{bot.Command{Verb: bot.Import, Options: map[string]string{"sure": "yes"}}, "", "/editwatch import sure:True"},
		{bot.Command{Verb: bot.List, State: "failing"}, "#news", "/edits list state:failing channel:#news"},
		{bot.Command{Verb: bot.Diff, Target: "https://example.org/a", From: 1, To: 2}, "#news", "/edits diff article:https://example.org/a from:1 to:2"},
		{bot.Command{Verb: bot.Help, Target: "add"}, "", "/edits help topic:add"},
		{bot.Command{Verb: bot.Mute, Target: "a1"}, "", ""},
	} {
		if got := dialect(tt.elsewhere).Write(tt.c); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// TestDialectIsRegistered holds what the dialect writes against the commands.
func TestDialectIsRegistered(t *testing.T) {
	options := make(map[bot.Verb]map[string]bool)
	roots := make(map[bot.Verb]string)
	for _, c := range commands() {
		for _, o := range c.Options {
			v := bot.Verb(o.Name)
			roots[v], options[v] = c.Name, make(map[string]bool)
			for _, x := range o.Options {
				options[v][x.Name] = true
			}
		}
	}
	for _, v := range bot.Topics() {
		if name := targets[v]; name != "" && !options[v][name] {
			t.Errorf("%s has no option %s", v, name)
		}
		want := "/" + roots[v] + " " + string(v)
		if got := dialect("").Write(bot.Command{Verb: v}); got != want {
			t.Errorf("%s is written %q, want %q", v, got, want)
		}
	}
	for _, key := range dialect("").Settings {
		if !options[bot.Settings][key] {
			t.Errorf("settings has no option %s", key)
		}
	}
}
