package discord

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
)

// asks are the commands below /edits; all others are below /editwatch.
var asks = []bot.Verb{bot.List, bot.History, bot.Diff, bot.Explain, bot.Search, bot.Status, bot.Help}

// targets are what the option is called that says what a command is about.
var targets = map[bot.Verb]string{
	bot.Add: "url", bot.Remove: "watch", bot.Undo: "watch", bot.Pause: "watch", bot.Resume: "watch", bot.Edit: "watch",
	bot.Test: "watch", bot.History: "article", bot.Diff: "article", bot.Explain: "article",
	bot.Search: "words", bot.Help: "topic",
}

// untyped are what only buttons ask for.
var untyped = []bot.Verb{bot.Mute, bot.Unmute}

// dialect is how commands are given here. elsewhere is the title of the channel
// that the command is about, if it is another than this one.
func dialect(elsewhere string) *bot.Dialect {
	return &bot.Dialect{
		Write:    func(c bot.Command) string { return write(c, elsewhere) },
		Option:   option1,
		Silent:   true,
		Settings: news.SettingKeys,
		Managers: "those with the permission " + discord.ManageChannels.Name(),
		Admins:   "those with the permission " + discord.ManageServer.Name(),
		Server:   "server",
	}
}

// write writes a command as it stands in the line where it is given, options and
// all: /edits diff article:https://… from:1 to:2.
func write(c bot.Command, elsewhere string) string {
	if slices.Contains(untyped, c.Verb) {
		return ""
	}
	root := rootChange
	if slices.Contains(asks, c.Verb) {
		root = rootAsk
	}
	words := []string{"/" + root, string(c.Verb)}
	put := func(name, value string) {
		if name != "" && value != "" {
			words = append(words, name+":"+value)
		}
	}
	number := func(name string, n int) {
		if n > 0 {
			put(name, strconv.Itoa(n))
		}
	}
	put(targets[c.Verb], c.Target)
	put("state", c.State)
	number("from", c.From)
	number("to", c.To)
	put("for", span(c.For))
	for _, name := range slices.Sorted(maps.Keys(c.Options)) {
		words = append(words, option1(c.Verb, name, c.Options[name]))
	}
	if root == rootChange || c.Verb == bot.List {
		put("channel", elsewhere)
	}
	return strings.Join(words, " ")
}

// option1 writes one option. Switches are True or False here.
func option1(_ bot.Verb, name, value string) string {
	switch {
	case name == "mention" && value == noMention:
		return "no-mention:True"
	case name == "pages" && value == "off", value == "no":
		value = "False"
	case name == "pages", name == "sure", name == "changed":
		value = "True"
	}
	return name + ":" + value
}

// span writes a length of time as bot.ParseSpan reads it.
func span(d time.Duration) string {
	switch day := 24 * time.Hour; {
	case d <= 0:
		return ""
	case d%day == 0:
		return fmt.Sprintf("%dd", d/day)
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}

// here are the commands whose buttons act on the channel they are pressed in,
// each with the one that does the same when it is typed.
var here = map[bot.Verb]bot.Verb{
	bot.Undo: bot.Undo, bot.List: bot.List, bot.Mute: bot.Pause, bot.Unmute: bot.Resume,
}

// withoutHere takes the buttons out of an answer about another channel that would
// act on this one, and says what to type instead.
func (r request) withoutHere(a bot.Answer) bot.Answer {
	var instead []string
	a.Buttons = slices.DeleteFunc(slices.Clone(a.Buttons), func(b news.Button) bool {
		act, err := news.ParseAction(b.Token)
		v, acts := here[bot.Verb(act.Verb)]
		if err != nil || !acts {
			return false
		}
		say := "To do what a button would: " + r.command.Dialect.Write(bot.Command{Verb: v, Target: act.Target})
		if v == bot.List { // it leads through pages
			say = fmt.Sprintf("To see them all, type %s in %s.", write(bot.Command{Verb: v}, ""), cmp.Or(r.command.Title, "that channel"))
		}
		if !slices.Contains(instead, say) {
			instead = append(instead, say)
		}
		return true
	})
	a.Lines = append(a.Lines, instead...)
	return a
}
