package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/safehttp"
	"github.com/editwatch/editwatch/notify"
	"github.com/editwatch/editwatch/notify/console"
	"github.com/editwatch/editwatch/notify/discord"
	"github.com/editwatch/editwatch/notify/slack"
	"github.com/editwatch/editwatch/notify/webhook"
)

// consoleName is the channel that is always there: the terminal.
const consoleName = "console"

// A channel of a chat platform is kept in the store under platform and ID,
// whether it was met in chat or stands in the configuration. Its name there is
// an alias: it can be given, changed and taken away again, and the channel
// stays the one that it was, with its watches, settings and threads.

// kept returns the name under which the store keeps the channel.
func (ch channelConfig) kept() news.ChannelName {
	if p := platform(ch.Kind); p == onDiscord || p == onSlack {
		return p.name(ch.ID)
	}
	return news.ChannelName(ch.Name)
}

// aliases returns the names that the configuration gives to channels which are
// kept under another.
func (c config) aliases() bot.Aliases {
	all := make(bot.Aliases)
	for _, ch := range c.Channels {
		if name := news.ChannelName(ch.Name); name != ch.kept() {
			all[name] = ch.kept()
		}
	}
	return all
}

// keepUnderIDs moves what earlier versions kept under configured names. What
// was kept under both is one channel's from then on.
func (a *app) keepUnderIDs(ctx context.Context) error {
	aliases := a.config.aliases()
	for _, name := range slices.Sorted(maps.Keys(aliases)) {
		if err := a.store.MoveChannel(ctx, name, aliases[name]); err != nil {
			return fmt.Errorf("keep the channel %q under its ID: %w", name, err)
		}
	}
	return nil
}

// everywhere allows all networks: the receivers of announcements stand in the
// operator's own configuration, not in a page or a chat.
var everywhere = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}

// senders makes the channels of the configuration, by the names they are kept
// under, and lists those names.
func (c config) senders(e *env, chat *chat) (map[news.ChannelName]notify.Channel, []news.ChannelName, error) {
	all := map[news.ChannelName]notify.Channel{
		consoleName: {Sender: console.New(e.stdout, e.style()), Links: report.Links{Base: c.localURL()}},
	}
	names := []news.ChannelName{}
	out := safehttp.New(safehttp.Options{Allow: everywhere, Redirects: -1})
	for _, ch := range c.Channels {
		n, err := c.sender(e, chat, out, ch)
		if err != nil {
			return nil, nil, err
		}
		all[ch.kept()] = n
		names = append(names, ch.kept())
	}
	if !slices.Contains(names, consoleName) {
		names = append(names, consoleName) // always there
	}
	return all, names, nil
}

// sender makes one channel of the configuration.
func (c config) sender(e *env, chat *chat, out *http.Client, ch channelConfig) (n notify.Channel, err error) {
	if p := platform(ch.Kind); p == onDiscord || p == onSlack {
		if n, err = chat.channel(p, ch.ID); err != nil {
			return n, fmt.Errorf("channel %q: %w", ch.Name, err)
		}
		n.Location = ch.Timezone.Location
		return n, nil
	}
	target, err := ch.secret("URL", ch.URL, ch.URLFile)
	if err != nil {
		return n, err
	}
	if ch.Kind != "console" && !isWeb(target) {
		return n, fmt.Errorf("channel %q needs the url of its webhook: as url, in the file url_file names, or in the environment as EDITWATCH_%s_URL", ch.Name, envName(ch.Name))
	}
	secret, err := ch.secret("SECRET", ch.Secret, ch.SecretFile)
	if err != nil {
		return n, err
	}
	n = notify.Channel{Links: report.Links{Base: c.PublicURL}, Cap: news.DefaultCap, Location: ch.Timezone.Location}
	switch ch.Kind {
	case "console":
		n.Sender, n.Links.Base, n.Cap = console.New(e.stdout, e.style()), c.localURL(), 0
	case "discord-webhook":
		n.Sender, err = discord.New(discord.Options{URL: target, HTTP: out, Logger: e.logger()})
	case "slack-webhook":
		n.Sender, err = slack.New(slack.Options{URL: target, HTTP: out, Logger: e.logger()})
	case "webhook":
		n.Sender, err = webhook.New(webhook.Options{URL: target, Secrets: strings.Fields(secret), HTTP: out})
		n.Machine, n.Cap = true, 0
	}
	if err != nil {
		return n, fmt.Errorf("channel %q: %w", ch.Name, err)
	}
	return n, nil
}
