package discord

import (
	"context"
	"strings"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/discord"
)

// Discord's limits of suggestions, and of their names and values:
// https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-choice-structure.
const (
	choicesMost = 25
	choiceLong  = 100
)

// suggest returns what may be meant by what somebody is typing: never nil, and
// whatever goes wrong, nothing.
func (f *FrontEnd) suggest(ctx context.Context, i *interaction) []choice {
	verb, options := i.sub()
	there := f.home(ctx, i)
	var typing given
	for _, o := range options {
		if o.Kind == optionChannel {
			p := i.Data.Resolved.Channels[o.text()]
			if !p.Theirs.Has(discord.ViewChannel) {
				return []choice{}
			}
			there, there.ID = p, o.text()
		}
		if o.Focused {
			typing = o
		}
	}
	typed := strings.TrimSpace(typing.text())
	c := bot.Command{Verb: bot.Verb(verb), Channel: discord.ChannelName(there.ID), Server: i.Guild, Asker: i.asker()}
	var found []bot.Choice
	collect := func(more []bot.Choice, err error) {
		if err != nil {
			f.log.Warn("nothing could be suggested", "channel", c.Channel, "err", err)
		}
		found = append(found, more...)
	}
	switch typing.Name {
	case "topic":
		for _, v := range bot.Topics() {
			if strings.Contains(string(v), strings.ToLower(typed)) {
				found = append(found, bot.Choice{Label: string(v), Value: string(v)})
			}
		}
	case "watch":
		if c.Verb == bot.Pause || c.Verb == bot.Resume {
			found = append(found, bot.Choice{Label: "All watches of this channel", Value: "all"})
		}
		collect(f.bot.SuggestWatches(ctx, c, typed))
	case "source":
		collect(f.bot.SuggestSources(ctx, c, typed))
	case "article":
		if c.Verb == bot.Explain {
			collect(f.bot.SuggestWatches(ctx, c, typed))
		}
		collect(f.bot.SuggestArticles(ctx, c, typed))
	}
	out := make([]choice, 0, len(found))
	for _, x := range found {
		name := brief.Cut(brief.OneLine(x.Label), choiceLong)
		if name != "" && x.Value != "" && brief.Len(x.Value) <= choiceLong && len(out) < choicesMost {
			out = append(out, choice{name, x.Value})
		}
	}
	return out
}
