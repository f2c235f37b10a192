package slack

import (
	"context"
	"strings"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/slack"
)

// Event deals with what happens in the workspace:
// https://docs.slack.dev/reference/events.
func (f *FrontEnd) Event(ctx context.Context, e slack.Event) {
	switch e.Type {
	case "app_mention":
		f.mentioned(ctx, e)
		return
	case "app_home_opened":
		if e.Tab == "" || e.Tab == "home" {
			f.showHome(ctx, e.Team, e.User, bot.Command{Verb: bot.List})
		}
		return
	}
	// Slack does not tell these again.
	ctx, cancel := f.inbox.LastWords(ctx)
	defer cancel()
	switch e.Type {
	case "channel_archive", "channel_deleted", "group_archive", "group_deleted":
		f.ended(ctx, e)
	case "channel_left", "group_left":
		f.left(ctx, e)
	case "app_uninstalled":
		n, err := f.bot.ServerGone(ctx, e.Team)
		if err != nil {
			f.log.Error("end the watches of a workspace", "slack_team", e.Team, "err", err)
			return
		}
		f.log.Error("the app was uninstalled from slack; its watches ended", "slack_team", e.Team, "watches", n)
	case "tokens_revoked":
		// It may be the token of somebody else's installation: Slack itself says
		// whether it takes ours.
		if _, err := f.client.Check(ctx); f.client.Dead() {
			f.log.Error("slack does not accept the bot's token any more; everything it is owed stays pending", "err", err)
		}
	}
}

// mentioned answers a message that mentions the bot, such as
// "@editwatch history https://…".
func (f *FrontEnd) mentioned(ctx context.Context, e slack.Event) {
	if e.BotID != "" || e.User == "" {
		return // bots are not answered: two would not stop
	}
	if who, err := f.client.Who(ctx); err == nil && who.User == e.User {
		return
	}
	to := &asker{
		f: f, place: slack.Place{Team: e.Team, Channel: e.Channel, User: e.User}, thread: e.Thread,
		lead: "@" + f.self(ctx), since: time.Now(),
	}
	c, err := parse(mention.ReplaceAllString(e.Text, ""), dialect(to.lead))
	f.answer(ctx, to, c, err)
}

// ended ends the watches of a channel that is no more.
func (f *FrontEnd) ended(ctx context.Context, e slack.Event) {
	channel := slack.ChannelName(e.Channel)
	n, err := f.bot.ChannelGone(ctx, channel)
	if err != nil {
		f.log.Error("end the watches of a channel", "channel", channel, "err", err)
		return
	}
	if n > 0 {
		f.log.Info("a slack channel is no more; its watches ended", "channel", channel, "watches", n)
	}
}

// left pauses the watches of a channel that the bot was sent away from: a person
// did that, and may take it back.
func (f *FrontEnd) left(ctx context.Context, e slack.Event) {
	if e.User != "" {
		if who, err := f.client.Who(ctx); err == nil && who.User != e.User {
			return // somebody else left
		}
	}
	channel := slack.ChannelName(e.Channel)
	a, err := f.bot.Do(ctx, bot.Command{Verb: bot.Pause, Channel: channel, Target: "all", Everywhere: true})
	if err != nil {
		f.log.Error("pause the watches of a channel", "channel", channel, "err", err)
		return
	}
	f.log.Info("the bot was removed from a slack channel", "channel", channel, "watches", strings.Join(a.Lines, " "))
}
