package discord

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/news"
)

// TestReplies holds the exact replies to all kinds of input.
func TestReplies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	admin := chattest.Admin(chattest.DiscordText)
	var got strings.Builder
	show := func(what string, a chattest.InteractionAnswer) {
		text := ages.ReplaceAllString(a.Message.Text(), " <time>")
		text = strings.ReplaceAll(text, string(w.article(bridge, "").ID), "<article>")
		got.WriteString(heading("%q", what) + text + "\n")
		says(t, a, "")
	}
	for _, u := range []string{
		bridge, "harbour", "", " ", "@everyone", "<!channel>", "[x](javascript:alert(1))", "```", "ftp://harbour.example", "https://harbour.example/panic",
		"\u202ehttps://harbour.example", "https://\u200dharbour.example", strings.Repeat("a", 2000), "https://10.0.0.1/",
	} {
		show("add "+u, w.Slash(admin, "editwatch add", at(u)).Answer())
	}
	for _, id := range []string{"w1", "w99", "7", "@here", "all", "https://harbour.example/unknown", "*"} {
		show("pause "+id, w.Slash(admin, "editwatch pause", theWatch(id), chattest.Option{Name: "for", Value: "8h"}).Answer())
	}
	for _, span := range []string{"", "0", "-1h", "a while", "99999999999999w", "@everyone"} {
		show("pause w1 for "+span, w.Slash(admin, "editwatch pause", theWatch("w1"), chattest.Option{Name: "for", Value: span}).Answer())
	}
	for _, s := range [][2]string{{"tz", "Europe/Lodnon"}, {"tz", "Europe/London"}, {"tz", "../etc/passwd"}, {"quiet", "late"}, {"quiet", "22:00-07:00"}, {"digest", "sometimes"}, {"cap", "many"}, {"cap", "-5"}, {"cap", "99999999999999999999"}} {
		show("settings "+s[0]+" "+s[1], w.Slash(admin, "editwatch settings", chattest.Option{Name: s[0], Value: s[1]}).Answer())
	}
	show("settings", w.Slash(admin, "editwatch settings").Answer())
	for _, v := range [][2]int{{1, 2}, {9, 1}, {1, 1}} {
		show("diff", w.Slash(admin, "edits diff", about(bridge), chattest.Option{Name: "from", Value: v[0]}, chattest.Option{Name: "to", Value: v[1]}).Answer())
	}
	a := w.article(bridge, "")
	w.version(a, "@everyone <!channel> [x](javascript:alert(1)) ``` **bold** \u202e"+strings.Repeat("long ", 50), "Text.", "https://evil.example discord.gg/abc <@1> # no heading")
	show("history", w.Slash(admin, "edits history", about(bridge)).Answer())
	show("diff", w.Slash(admin, "edits diff", about(bridge)).Answer())
	show("explain", w.Slash(admin, "edits explain", about(bridge)).Answer())
	show("list", w.Slash(admin, "edits list").Answer())
	show("help", w.Slash(admin, "edits help").Answer())
	show("test", w.Slash(admin, "editwatch test").Answer())
	show("remove w1", w.Slash(admin, "editwatch remove", theWatch("w1")).Answer())
	show("remove w1", w.Slash(admin, "editwatch remove", theWatch("w1")).Answer())
	show("list", w.Slash(admin, "edits list").Answer())
	golden(t, "replies.txt", got.String())
}

// ages are what depends on when the test runs.
var ages = regexp.MustCompile(`((today|tomorrow|yesterday|on)?,? ?(\d{4}-\d\d-\d\d|\d{1,2} [A-Z][a-z]{2,8}( \d{4})?)?,? ?\d{1,2}:\d\d (UTC|GMT|BST|there now)|\d+ s after|right after|in about [^,.)]*|in \d+ [a-z]+|\b\d+ (second|minute)s? (ago|after)|just now)`)

// TestMessageFits lays out what no bot should say.
func TestMessageFits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var long []string
	for range 500 {
		long = append(long, strings.Repeat("*word* ", 30))
	}
	for _, a := range []bot.Answer{
		{}, {Lines: []string{""}}, {Lines: long}, {Lines: []string{strings.Repeat("\\*", 5000)}}, {Lines: long[:8]},
		{Lines: []string{"one", "https://edits.example.org/x", "see https://evil.example"}, Buttons: make([]news.Button, 40)},
	} {
		if _, err := w.session.Post(context.Background(), chattest.DiscordText, message(a)); err != nil {
			t.Error(err)
		}
	}
	last := w.WaitMessages(chattest.DiscordText, 6)[5]
	if want := "one\n<https://edits.example.org/x>\nsee https\\://evil.example"; last.Content != want {
		t.Errorf("got %q, want %q", last.Content, want)
	}
}
