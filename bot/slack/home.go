package slack

import (
	"context"
	"fmt"
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
	c.Dialect = dialect(slash)
	a := f.do(ctx, slack.Place{Team: team, User: user}, c, nil)
	words, cancel := f.inbox.LastWords(ctx)
	defer cancel()
	if err := f.client.Home(words, user, f.home(a, f.self(words))); err != nil {
		f.log.Warn("a home tab was not shown", "err", err, "detail", detail(err))
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

// home lays out a home tab; self is what the bot is called.
func (f *FrontEnd) home(a bot.Answer, self string) []api.Block {
	shown := a
	shown.Lines = make([]string, len(a.Lines))
	for i, l := range a.Lines {
		shown.Lines[i] = metInChat.ReplaceAllStringFunc(l, func(s string) string {
			id, _ := slack.ChannelID(news.ChannelName(s))
			if name := f.names.of(id); name != "" {
				return "#" + name
			}
			return s
		})
	}
	blocks := []api.Block{api.NewHeaderBlock(api.NewTextBlockObject(api.PlainTextType, "Your watches", false, false))}
	blocks = append(blocks, message(shown, slash).Blocks...)
	return append(blocks, api.NewDividerBlock(), api.NewContextBlock("", api.NewTextBlockObject(api.PlainTextType,
		fmt.Sprintf("In a channel: /invite @%s, then %s add and an address. %s help tells the rest.", self, slash, slash), false, false)))
}
