package slack

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/bot"
)

func TestQuoted(t *testing.T) {
	tests := []struct{ line, before, typed, after string }{
		{"To watch it again: /editwatch add https://x.example/", "To watch it again: ", "/editwatch add https://x.example/", ""},
		{"Try /editwatch help.", "Try ", "/editwatch help", "."},
		{"/editwatch status – how it is", "", "/editwatch status", " how it is"},
		{"/editwatch add <address>", "", "/editwatch add <address>", ""},
		{"/editwatches are not commands", "/editwatches are not commands", "", ""},
		{"Paused w1 (Council votes: yes) in #desk.", "Paused w1 (Council votes: yes) in #desk.", "", ""},
		{"", "", "", ""},
	}
	for _, tt := range tests {
		before, typed, after := quoted(tt.line, slash)
		if before != tt.before || typed != tt.typed || after != tt.after {
			t.Errorf("%q: got %q, %q, %q", tt.line, before, typed, after)
		}
	}
}

// TestDialectIsRead holds that what people are told to type is read as it was
// meant.
func TestDialectIsRead(t *testing.T) {
	d := dialect(slash)
	commands := []bot.Command{
		{Verb: bot.Add, Target: "https://x.example/?a=1&b=2", Options: map[string]string{"min": "major", "label": "two words"}},
		{Verb: bot.Settings, Options: map[string]string{"digest": "daily 09:00"}},
		{Verb: bot.Pause, Target: "w1", For: 8 * time.Hour},
		{Verb: bot.Diff, Target: "https://x.example/", From: 2, To: 4},
		{Verb: bot.List, State: "failing"},
		{Verb: bot.Help, Target: "add"},
	}
	for _, c := range commands {
		written := d.Write(c)
		got, err := parse(written[len(slash):], d)
		got.Dialect = nil
		if len(got.Options) == 0 {
			got.Options = nil
		}
		if d := cmp.Diff(c, got); d != "" || err != nil {
			t.Errorf("%s: %v\n-want +got\n%s", written, err, d)
		}
	}
	if slices.Contains(d.Settings, "publish") {
		t.Error("there is publishing in Slack")
	}
}
