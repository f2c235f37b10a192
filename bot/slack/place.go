package slack

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/slack"
)

// parse reads a command as Slack hands it over: links in angle brackets, and the
// characters escaped that have a meaning in its texts.
func parse(text string, d *bot.Dialect) (bot.Command, error) {
	// The other two would be taken for the brackets of a link.
	c, err := bot.Parse(strings.ReplaceAll(text, "&amp;", "&"), d)
	if err != nil {
		return c, err
	}
	c.Target, c.Text = slack.Unescape(c.Target), slack.Unescape(c.Text)
	for k, v := range c.Options {
		c.Options[k] = slack.Unescape(v)
	}
	return c, nil
}

// mention is how a message names somebody, at its beginning.
var mention = regexp.MustCompile(`^(\s*<@[A-Z0-9]+(\|[^<>]*)?>[\s:,]*)+`)

// placed adds where a command was given and by whom, and refuses what cannot be
// done there.
func (f *FrontEnd) placed(ctx context.Context, p slack.Place, c bot.Command) (bot.Command, error) {
	c.Server, c.Asker, c.CanMention = p.Team, p.User, true // as who types there
	if p.Channel == "" {
		return c, nil // the home tab, where nothing can be changed
	}
	c.Channel = slack.ChannelName(p.Channel)
	if name := f.title(p); name != "" {
		c.Title = "#" + name
	}
	switch c.Verb {
	case bot.Add, bot.Import, bot.Test:
		if err := f.canPost(ctx, p); err != nil {
			return c, err
		}
	}
	return c, f.rights(ctx, p, &c)
}

// canPost refuses a channel that the bot is not in, or cannot be.
func (f *FrontEnd) canPost(ctx context.Context, p slack.Place) error {
	if strings.HasPrefix(p.Channel, "D") {
		return &news.Refusal{What: "I announce in channels only.", Do: "Type that in a channel I am in."}
	}
	conv, err := f.client.Conversation(ctx, p.Channel)
	problem, ok := errors.AsType[*slack.Problem](err)
	switch {
	case ok && (problem.Gone() || problem.Code == "not_in_channel"):
		return f.invite(ctx, "this channel") // a private one, which hides from who is not in it
	case ok && problem.Forbidden():
		return nil // it cannot be looked at, and will show when something is posted
	case err != nil:
		return fmt.Errorf("look at the channel: %w", err)
	}
	f.names.learn(p.Channel, conv.Name)
	where := "this channel"
	if conv.Name != "" && !conv.Direct {
		where = "#" + conv.Name
	}
	switch {
	case conv.Direct:
		return &news.Refusal{What: "I announce in channels only.", Do: "Type that in a channel I am in."}
	case conv.Archived:
		return &news.Refusal{What: fmt.Sprintf("%s is archived.", where), Do: "Choose another channel, or unarchive it."}
	case !conv.Member:
		return f.invite(ctx, where)
	}
	return nil
}
