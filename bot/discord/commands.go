package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/discord"
)

// The roots. Permissions sit on them: /editwatch is for those who may manage
// channels, unless a server maps it to others, and /edits for everyone.
const (
	rootChange = "editwatch"
	rootAsk    = "edits"
	// messageAction stands in the menu of every message.
	messageAction = "Show edit history"
)

// Types of commands and options:
// https://discord.com/developers/docs/interactions/application-commands.
const (
	typeSlash   = 1
	typeMessage = 3

	optionSub        = 1
	optionText       = 3
	optionNumber     = 4
	optionSwitch     = 5
	optionChannel    = 7
	optionRole       = 8
	optionAttachment = 11
)

// A command is one as Discord registers it.
type command struct {
	Kind        int      `json:"type"`
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Permissions *bits    `json:"default_member_permissions,omitempty"`
	Contexts    []int    `json:"contexts"`
	Installs    []int    `json:"integration_types"`
	Options     []option `json:"options,omitempty"`
}

// An option is a subcommand, or what is given with one.
type option struct {
	Kind        int      `json:"type"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Required    bool     `json:"required,omitempty"`
	Complete    bool     `json:"autocomplete,omitempty"`
	Choices     []choice `json:"choices,omitempty"`
	Channels    []int    `json:"channel_types,omitempty"`
	Least       int      `json:"min_value,omitempty"`
	LongMost    int      `json:"max_length,omitempty"`
	Options     []option `json:"options,omitempty"`
}

type choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// bits are permissions, which Discord writes as a string and describes as a
// number in requests.
type bits uint64

func (b *bits) UnmarshalJSON(text []byte) error {
	n, err := strconv.ParseUint(strings.Trim(string(text), `"`), 10, 64)
	*b = bits(n)
	return err
}

// longest is the longest text that is taken, in characters: addresses can be
// long, and Discord's own limit is 6000.
const longest = 2000

func sub(v bot.Verb, description string, options ...option) option {
	return option{Kind: optionSub, Name: string(v), Description: description, Options: options}
}

func text(name, description string, choices ...string) option {
	o := option{Kind: optionText, Name: name, Description: description}
	for _, c := range choices {
		o.Choices = append(o.Choices, choice{c, c})
	}
	if len(choices) == 0 {
		o.LongMost = longest
	}
	return o
}

func required(o option) option  { o.Required = true; return o }
func completed(o option) option { o.Complete = true; return o }

// commands are all that is registered.
func commands() []command {
	manage := bits(discord.ManageChannels)
	scope := text("scope", "Which edits to hear of", "all", "headline", "paragraphs")
	least := text("min", "From which significance on", "any", "minor", "major")
	label := text("label", "What to call it")
	mention := option{Kind: optionRole, Name: "mention", Description: "A role to mention in announcements"}
	include := text("include", "Only edits with one of these words, separated by commas")
	exclude := text("exclude", "No edits with one of these words, separated by commas")
	pages := option{Kind: optionSwitch, Name: "pages", Description: "Read the pages (default), or only the feed's titles and summaries"}
	watch := required(completed(text("watch", "A watch of this channel")))
	article := required(completed(text("article", "The address of an article")))
	channel := option{
		Kind: optionChannel, Name: "channel", Description: "Another channel than this one",
		Channels: []int{discord.KindText, discord.KindAnnouncement},
	}
	version := func(name, description string) option {
		return option{Kind: optionNumber, Name: name, Description: description, Least: 1}
	}
	guild := []int{0}
	return []command{
		{
			Kind: typeSlash, Name: rootChange, Description: "Choose what this channel watches",
			Permissions: &manage, Contexts: guild, Installs: guild,
			Options: []option{
				sub(bot.Add, "Watch a feed, an article, or a site that names a feed",
					required(text("url", "Its address")), scope, least, label, mention, include, exclude, pages, channel),
				sub(bot.Remove, "End a watch", watch, channel),
				sub(bot.Undo, "Bring back a watch that was removed", required(text("watch", "The ID it had, like w3")), channel),
				sub(bot.Pause, "Hear of nothing for a while", watch, text("for", "How long, like 8h or 2d; until resumed if empty"), channel),
				sub(bot.Resume, "Hear again", watch, channel),
				sub(bot.Edit, "Change what a watch wants", watch, scope, least, label, mention,
					option{Kind: optionSwitch, Name: "no-mention", Description: "Mention nobody any more"},
					include, exclude, pages, text("url", "Another address"), channel),
				sub(bot.Test, "Post a sample announcement", completed(text("watch", "In the channel of this watch")), channel),
				sub(bot.Settings, "Show or change what holds for the whole channel",
					text("tz", "Time zone, like Europe/London"),
					text("quiet", "When nothing is posted, like 22:00-07:00, or off"),
					text("digest", "Gather announcements: off, hourly, or daily 09:00"),
					text("threads", "Later edits of an article go into its thread", "on", "off"),
					text("publish", "What followers of an announcement channel get", "off", "headline", "major", "all"),
					text("cap", "Most posts an hour before they are gathered, or off"),
					text("admins-only", "Only those who manage the server may change watches", "on", "off"),
					channel),
				sub(bot.Export, "This channel's watches as a file", channel),
				sub(bot.Import, "Watches from a file (OPML or a list), or from addresses",
					option{Kind: optionAttachment, Name: "file", Description: "An OPML file, an export, or a list of addresses"},
					text("urls", "Addresses, separated by spaces"),
					option{Kind: optionSwitch, Name: "sure", Description: "Do it; otherwise only say what would be done"},
					channel),
			},
		},
		{
			Kind: typeSlash, Name: rootAsk, Description: "Ask about edits", Contexts: guild, Installs: guild,
			Options: []option{
				sub(bot.List, "What this channel watches", text("state", "Which ones", "all", "failing", "paused"), channel),
				sub(bot.History, "The versions of an article", article),
				sub(bot.Diff, "What changed between two versions of an article", article,
					version("from", "The earlier version; the last but one if empty"), version("to", "The later version; the newest if empty")),
				sub(bot.Explain, "When an article was checked, and why nothing was said", required(completed(text("article", "The address of an article, or a watch")))),
				sub(bot.Search, "Find words in what is watched here, or that an edit struck",
					required(text("words", "All must be there; \"a phrase\" in quotes, -word for one that must not be")),
					option{Kind: optionSwitch, Name: "changed", Description: "Only words that an edit struck or added"},
					completed(text("source", "Only this publication's")),
					text("since", "Only what was recorded since then, like 7d or 2026-03-01")),
				sub(bot.Status, "How editwatch is doing here"),
				sub(bot.Help, "What can be asked", completed(text("topic", "A command"))),
			},
		},
		{Kind: typeMessage, Name: messageAction, Contexts: guild, Installs: guild},
	}
}

// Register makes the application's commands those of this package, if they are
// not already. It reports whether it changed them. Discord allows 200 new
// commands a day: https://discord.com/developers/docs/interactions/application-commands#registering-a-command.
func (f *FrontEnd) Register(ctx context.Context) (changed bool, err error) {
	who, err := f.session.Who(ctx)
	if err != nil {
		return false, err
	}
	have, err := f.session.Commands(ctx, who.Application)
	if err != nil {
		return false, err
	}
	if same(have, commands()) {
		return false, nil
	}
	return true, f.session.SetCommands(ctx, who.Application, commands())
}

// same reports whether the commands that are registered are those wanted,
// whatever their order, and whatever else Discord tells of them.
func same(registered json.RawMessage, want []command) bool {
	var have []command
	if json.Unmarshal(registered, &have) != nil || len(have) != len(want) {
		return false
	}
	byName := make(map[string]command, len(have))
	for _, c := range have {
		byName[c.Name] = c
	}
	for _, w := range want {
		h, ok := byName[w.Name]
		if len(h.Contexts) == 0 { // compatible servers may not know of them
			h.Contexts = w.Contexts
		}
		if len(h.Installs) == 0 {
			h.Installs = w.Installs
		}
		if !ok || !bytes.Equal(normal(h), normal(w)) {
			return false
		}
	}
	return true
}

// normal is a command's form for comparing.
func normal(c command) []byte {
	if c.Kind == 0 {
		c.Kind = typeSlash
	}
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // our own types always marshal
	}
	return b
}
