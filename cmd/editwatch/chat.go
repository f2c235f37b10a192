package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/editwatch/editwatch/bot"
	botdiscord "github.com/editwatch/editwatch/bot/discord"
	botslack "github.com/editwatch/editwatch/bot/slack"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/safehttp"
	"github.com/editwatch/editwatch/internal/slack"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/notify"
	notifydiscord "github.com/editwatch/editwatch/notify/discord"
	notifyslack "github.com/editwatch/editwatch/notify/slack"
)

// Where the platforms post what people ask, when they are told to do so rather
// than to keep a connection open.
const (
	discordPath = "/discord/interactions"
	slackPath   = "/slack/"
)

// A discordConfig is one application of Discord's.
type discordConfig struct {
	Token     string `toml:"token"`
	TokenFile string `toml:"token_file"`
	PublicKey string `toml:"public_key"`
	APIURL    string `toml:"api_url"`
}

// A slackConfig is one app in one workspace.
type slackConfig struct {
	Token             string `toml:"token"`
	TokenFile         string `toml:"token_file"`
	AppToken          string `toml:"app_token"`
	AppTokenFile      string `toml:"app_token_file"`
	SigningSecret     string `toml:"signing_secret"`
	SigningSecretFile string `toml:"signing_secret_file"`
	APIURL            string `toml:"api_url"`
}

// A limitsConfig bounds what others can have watched.
type limitsConfig struct {
	Server   int `toml:"server"`
	Channel  int `toml:"channel"`
	Articles int `toml:"articles"`
}

// A platform is a chat platform, as far as this package tells them apart.
type platform string

const (
	onDiscord platform = "discord"
	onSlack   platform = "slack"
)

// A chat is our access to the platforms that are configured, and the front ends
// that answer there.
type chat struct {
	log     *slog.Logger
	links   report.Links
	discord *discord.Session // nil: not configured
	slack   *slack.Client    // nil: not configured

	discordBot *botdiscord.FrontEnd
	slackBot   *botslack.FrontEnd
	socket     bool   // Slack is listened to through Socket Mode
	signing    string // Slack's signing secret
	publicKey  string // Discord's
}

// chat prepares the platforms of the configuration. It sends nothing.
func (c config) chat(log *slog.Logger) (*chat, error) {
	ch := &chat{log: log, links: report.Links{Base: c.PublicURL}}
	if err := errors.Join(ch.openDiscord(c.Discord), ch.openSlack(c.Slack)); err != nil {
		return nil, err
	}
	return ch, nil
}

// reach returns how the platforms are reached: the operator chose their
// addresses, as those of webhooks.
func reach() (*http.Client, safehttp.DialFunc) {
	anywhere := safehttp.Options{Allow: everywhere, Redirects: -1}
	return safehttp.New(anywhere), safehttp.Dialer(anywhere)
}

// openDiscord prepares Discord if there is anything about it.
func (c *chat) openDiscord(conf discordConfig) error {
	d, err := conf.secrets()
	switch {
	case err != nil:
		return err
	case d.Token == "" && d.PublicKey != "":
		return lone(onDiscord, "public_key")
	case d.Token == "":
		return nil
	}
	out, dial := reach()
	c.publicKey = d.PublicKey
	c.discord, err = discord.NewSession(discord.Options{Token: d.Token, APIURL: d.APIURL, HTTP: out, Dial: dial, Logger: c.log})
	if err != nil {
		return fmt.Errorf("discord: %w", err)
	}
	return nil
}

// openSlack prepares Slack if there is anything about it.
func (c *chat) openSlack(conf slackConfig) error {
	s, err := conf.secrets()
	switch {
	case err != nil:
		return err
	case s.Token == "" && s.AppToken != "":
		return lone(onSlack, "app_token")
	case s.Token == "" && s.SigningSecret != "":
		return lone(onSlack, "signing_secret")
	case s.Token == "":
		return nil
	}
	out, dial := reach()
	c.socket, c.signing = s.AppToken != "", s.SigningSecret
	c.slack, err = slack.NewClient(slack.Options{Token: s.Token, AppToken: s.AppToken, APIURL: s.APIURL, HTTP: out, Dial: dial, Logger: c.log})
	if err != nil {
		return fmt.Errorf("slack: %w", err)
	}
	return nil
}

// lone says that a key is of no use without the bot's token.
func lone(p platform, key string) error {
	return fmt.Errorf("%s: the %s is of no use without a token: %s", p, key, p.wherever())
}

// wherever says where a platform's token can stand.
func (p platform) wherever() string {
	return fmt.Sprintf("the bot's token stands as token or token_file in [%s] of the configuration, or in the environment as EDITWATCH_%s_TOKEN", p, envName(string(p)))
}

// secrets fills in what stands in files and in the environment.
func (d discordConfig) secrets() (_ discordConfig, err error) {
	if d.Token, err = secretOf("EDITWATCH_DISCORD_TOKEN", d.Token, d.TokenFile, "discord.token_file"); err != nil {
		return d, err
	}
	d.Token = strings.TrimSpace(strings.TrimPrefix(d.Token, "Bot "))
	d.PublicKey, err = secretOf("EDITWATCH_DISCORD_PUBLIC_KEY", d.PublicKey, "", "")
	return d, err
}

func (s slackConfig) secrets() (_ slackConfig, err error) {
	for _, x := range []struct {
		value     *string
		env, file string
		key       string
	}{
		{&s.Token, "EDITWATCH_SLACK_TOKEN", s.TokenFile, "slack.token_file"},
		{&s.AppToken, "EDITWATCH_SLACK_APP_TOKEN", s.AppTokenFile, "slack.app_token_file"},
		{&s.SigningSecret, "EDITWATCH_SLACK_SIGNING_SECRET", s.SigningSecretFile, "slack.signing_secret_file"},
	} {
		if *x.value, err = secretOf(x.env, *x.value, x.file, x.key); err != nil {
			return s, err
		}
	}
	return s, nil
}

// name is what the platform's channel with an ID is kept under.
func (p platform) name(id string) news.ChannelName {
	if p == onDiscord {
		return discord.ChannelName(id)
	}
	return slack.ChannelName(id)
}

// split returns the platform and the ID of a channel that is kept under them,
// and nothing of any other.
func split(kept news.ChannelName) (p platform, id string) {
	if id, ok := discord.ChannelID(kept); ok {
		return onDiscord, id
	}
	if id, ok := slack.ChannelID(kept); ok {
		return onSlack, id
	}
	return "", ""
}

// channel makes a channel of a platform that is configured.
func (c *chat) channel(p platform, id string) (notify.Channel, error) {
	n := notify.Channel{Links: c.links, Cap: news.DefaultCap, Platform: string(p)}
	var err error
	switch {
	case p == onDiscord && c.discord != nil:
		n.Sender, err = notifydiscord.NewBot(notifydiscord.BotOptions{Session: c.discord, Channel: id, Logger: c.log})
	case p == onSlack && c.slack != nil:
		n.Sender, err = notifyslack.NewBot(notifyslack.BotOptions{Client: c.slack, Channel: id, Logger: c.log})
	default:
		err = fmt.Errorf("there is no token for %s: %s", p, p.wherever())
	}
	return n, err
}

// open makes a channel that only chat knows, for the notifier.
func (c *chat) open(name news.ChannelName) (notify.Channel, bool) {
	n, err := c.channel(split(name))
	return n, err == nil
}

// met reports whether a kept name is of a channel that we can be met in.
func (c *chat) met(name news.ChannelName) bool {
	p, _ := split(name)
	return p == onDiscord && c.discord != nil || p == onSlack && c.slack != nil
}

// answer makes the front ends of the platforms.
func (c *chat) answer(b *bot.Bot, s store.Store) error {
	return errors.Join(c.answerDiscord(b, s), c.answerSlack(b, s))
}

func (c *chat) answerDiscord(b *bot.Bot, s store.Store) (err error) {
	if c.discord == nil {
		return nil
	}
	c.discordBot, err = botdiscord.New(botdiscord.Options{Session: c.discord, Bot: b, Store: s, PublicKey: c.publicKey, Logger: c.log})
	if err != nil {
		return fmt.Errorf("discord: %w", err)
	}
	return nil
}

func (c *chat) answerSlack(b *bot.Bot, s store.Store) (err error) {
	if c.slack == nil {
		return nil
	}
	c.slackBot, err = botslack.New(botslack.Options{Client: c.slack, Bot: b, Store: s, SigningSecret: c.signing, Socket: c.socket, Logger: c.log})
	if err != nil {
		return fmt.Errorf("slack: %w", err)
	}
	return nil
}

// run answers on the platforms until ctx ends. A platform that does not want us
// stops nothing else: the other one, the pages and the watching go on.
func (c *chat) run(ctx context.Context, start func(func() error)) {
	front := func(p platform, run func(context.Context) error) {
		start(func() error {
			if err := run(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, context.Canceled) {
				c.log.Error("nothing more is heard from a platform; see editwatch doctor", "platform", p, "err", err)
			}
			return nil
		})
	}
	if c.discordBot != nil {
		front(onDiscord, c.discordBot.Run)
	}
	if c.slackBot != nil {
		front(onSlack, c.slackBot.Run)
	}
}

// beside puts what the platforms post beside the pages.
func (c *chat) beside(pages http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	if c.discordBot != nil {
		mux.Handle(discordPath, c.discordBot)
	}
	if c.slackBot != nil {
		mux.Handle(slackPath, c.slackBot)
	}
	return mux
}
