package slack

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/slack"
)

// parse reads a command as Slack hands it over: links in angle brackets, and the
// characters escaped that have a meaning in its texts.
func parse(text string) (bot.Command, error) {
	// The other two would be taken for the brackets of a link.
	c, err := bot.Parse(strings.ReplaceAll(text, "&amp;", "&"), nil)
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
	c.Channel = f.channel(p.Channel)
	c.Server, c.Asker = p.Team, p.User
	c.CanChange = true // of any member: who is not one cannot type here
	if name := f.title(p); name != "" {
		c.Title = "#" + name
	}
	switch c.Verb {
	case bot.Add, bot.Import, bot.Test:
		if err := f.canPost(ctx, p, c); err != nil {
			return c, err
		}
	}
	return c, f.rights(ctx, p, &c)
}

// title is what people call the channel: Slack says it with a command, but for
// private channels and direct messages.
func (f *FrontEnd) title(p slack.Place) string {
	switch p.ChannelName {
	case "", "directmessage", "privategroup":
		return f.names.of(p.Channel)
	}
	f.names.learn(p.Channel, p.ChannelName)
	return p.ChannelName
}

// canPost refuses a channel that the bot is not in, or cannot be.
func (f *FrontEnd) canPost(ctx context.Context, p slack.Place, c bot.Command) error {
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

// invite says how to let the bot into a channel.
func (f *FrontEnd) invite(ctx context.Context, where string) error {
	name := "editwatch"
	if who, err := f.client.Who(ctx); err == nil && who.Name != "" {
		name = who.Name
	}
	return &news.Refusal{What: fmt.Sprintf("I'm not in %s.", where), Do: fmt.Sprintf("Type /invite @%s there, then try again.", name)}
}

// adminsOnly is the setting that leaves changes to administrators.
const adminsOnly = "admins-only"

// rights asks whether the asker is an administrator, where it matters.
func (f *FrontEnd) rights(ctx context.Context, p slack.Place, c *bot.Command) error {
	value, sets := c.Options[adminsOnly]
	sets = sets && c.Verb == bot.Settings
	settings, err := f.store.Settings(ctx, c.Channel)
	if err != nil {
		return err
	}
	if !sets && !settings.AdminsOnly {
		return nil
	}
	admin, err := f.client.IsAdmin(ctx, p.User)
	if err == nil {
		c.Admin = admin
		return nil
	}
	problem, ok := errors.AsType[*slack.Problem](err)
	if !ok || !problem.Forbidden() {
		return fmt.Errorf("look at the asker: %w", err)
	}
	if sets && !settings.AdminsOnly && wantsOn(value) {
		// Nobody could turn it off again.
		return &news.Refusal{
			What: "I cannot tell who is an administrator here.",
			Do:   "Give my app the scope users:read (OAuth & Permissions), install it again, and try again.",
		}
	}
	return nil
}

// wantsOn reports whether a value turns a setting on.
func wantsOn(value string) bool {
	var s news.Settings
	return s.Set(adminsOnly, value) == nil && s.AdminsOnly
}

// names remembers what channels are called.
type names struct {
	mu   sync.Mutex
	byID map[string]string
}

// namesMost is how many are remembered.
const namesMost = 4096

func (n *names) learn(id, name string) {
	if id == "" || name == "" {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.byID == nil || len(n.byID) >= namesMost {
		n.byID = make(map[string]string)
	}
	n.byID[id] = name
}

func (n *names) of(id string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.byID[id]
}
