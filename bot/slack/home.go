package slack

import (
	"context"
	"errors"
	"regexp"

	api "github.com/slack-go/slack"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/slack"
)

// The home tab shows a person the watches they placed, in whatever channel:
// those of others may be in channels they cannot see.

// showHome puts a page of the watches into a person's home tab.
func (f *FrontEnd) showHome(ctx context.Context, team, user string, c bot.Command) {
	if user == "" {
		return
	}
	if team == "" {
		if who, err := f.client.Who(ctx); err == nil {
			team = who.Team
		}
	}
	c.Server, c.Asker, c.Channel, c.Everywhere = team, user, "", false
	a, err := f.bot.Do(ctx, c)
	if refusal, ok := errors.AsType[*news.Refusal](err); ok {
		a, err = bot.Refuse(refusal), nil
	}
	if err != nil {
		f.log.Error("a home tab failed", "err", err)
		a = bot.Sorry()
	}
	if err := f.client.Home(ctx, user, f.home(a)); err != nil {
		f.log.Warn("a home tab was not shown", "err", err)
	}
}

// turnHome answers a button of the home tab: pages of the list turn in place.
func (f *FrontEnd) turnHome(ctx context.Context, p slack.Press, c bot.Command, err error) {
	if err != nil || c.Verb != bot.List {
		c = bot.Command{Verb: bot.List}
	}
	f.showHome(ctx, p.Team, p.User, c)
}

// metInChat is the name of a channel that no configuration names.
var metInChat = regexp.MustCompile(`\bslack:([A-Z0-9]+)\b`)

// home lays out a home tab.
func (f *FrontEnd) home(a bot.Answer) []api.Block {
	shown := a
	shown.Lines = make([]string, len(a.Lines))
	for i, l := range a.Lines {
		shown.Lines[i] = metInChat.ReplaceAllStringFunc(l, func(s string) string {
			if name := f.names.of(s[len("slack:"):]); name != "" {
				return "#" + name
			}
			return s
		})
	}
	blocks := []api.Block{api.NewHeaderBlock(api.NewTextBlockObject(api.PlainTextType, "Your watches", false, false))}
	blocks = append(blocks, message(bot.Command{Verb: bot.List}, shown).Blocks...)
	return append(blocks, api.NewDividerBlock(), api.NewContextBlock("", api.NewTextBlockObject(api.PlainTextType,
		"In a channel: /invite @editwatch, then /editwatch add and an address. /editwatch help tells the rest.", false, false)))
}
