package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/bot/cli"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/safehttp"
	"github.com/editwatch/editwatch/internal/slack"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

type doctorCmd struct {
	facts
}

// A finding is what one check found.
type finding struct {
	Check string `json:"check"` // what was looked at
	State string `json:"state"` // ok, warning, bad
	Found string `json:"found"`
	Mend  string `json:"mend,omitempty"`
}

const (
	fine    = "ok"
	warning = "warning"
	bad     = "bad"
)

const (
	// checkTime is how long one check may take.
	checkTime = 15 * time.Second
	// skewMax is how far this clock may be off before signatures are refused:
	// Slack and Discord allow five minutes, and edits are told to the minute.
	skewMax = 30 * time.Second
)

// A doctor looks at everything that has to be right outside of the program.
type doctor struct {
	e      *env
	config config
	json   bool
	worst  string
}

// Run exits with 1 if something is bad.
func (c *doctorCmd) Run(e *env) error {
	d := &doctor{e: e, json: c.JSON, worst: fine}
	conf, err := e.config()
	if err != nil {
		d.say(finding{"configuration", bad, err.Error(), "Mend the file; config.example.toml shows every key."})
		return errFailed
	}
	d.config = conf
	d.configuration()
	watches := d.store()
	d.channels()
	d.addresses(watches)
	if d.worst == bad {
		return errFailed
	}
	return nil
}

func (d *doctor) say(f finding) {
	if f.State == bad || f.State == warning && d.worst == fine {
		d.worst = f.State
	}
	if d.json {
		b, _ := json.Marshal(f)
		fmt.Fprintf(d.e.stdout, "%s\n", b)
		return
	}
	mark := map[string]string{fine: "ok ", warning: "?? ", bad: "!! "}[f.State]
	fmt.Fprintf(d.e.stdout, "%s %s: %s\n", mark, f.Check, f.Found)
	if f.Mend != "" {
		fmt.Fprintf(d.e.stdout, "    %s\n", f.Mend)
	}
}

func (d *doctor) configuration() {
	where := d.config.path
	if where == "" {
		where = "none, so the defaults hold"
	}
	d.say(finding{Check: "configuration", State: fine, Found: where})
	if d.config.Contact == "" {
		d.say(finding{"contact", warning, "there is none", "Set contact to a page about your editwatch: sites that mind your visits then write to you rather than block you."})
	}
	if d.config.PublicURL == "" {
		d.say(finding{"public_url", warning, "there is none", "Without it chat links to the articles only; set it to where people reach the pages."})
	}
}

// store opens the store if nobody uses it, and returns the watches. A running
// editwatch is asked how it is instead.
func (d *doctor) store() []news.Watch {
	path := d.config.Store
	ctx, cancel := d.time()
	defer cancel()
	switch _, err := cli.Ask(ctx, cli.SocketPath(path), cli.Request{Health: true}); {
	case err == nil:
		d.say(finding{Check: "store", State: fine, Found: path + " is in use by a running editwatch, which answers"})
		return nil
	case !errors.Is(err, cli.ErrNobody):
		d.say(finding{"store", bad, "an editwatch holds " + path + " and does not answer", "Stop it and start it anew."})
		return nil
	}
	if !exists(path) {
		d.say(finding{Check: "store", State: fine, Found: path + " is not there yet; run makes it"})
		return nil
	}
	s, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		d.say(finding{"store", bad, err.Error(), "Restore a backup, or name another store."})
		return nil
	}
	defer s.Close()
	watches, err := s.Watches(ctx, store.WatchQuery{})
	if err != nil {
		d.say(finding{"store", bad, err.Error(), "See editwatch verify."})
		return nil
	}
	d.say(finding{Check: "store", State: fine, Found: fmt.Sprintf("%s, with %d watches", path, len(watches))})
	return watches
}

func (d *doctor) time() (context.Context, context.CancelFunc) {
	return context.WithTimeout(d.e.ctx, checkTime)
}

// channels looks at the platforms and at every channel of the configuration.
func (d *doctor) channels() {
	chat, err := d.config.chat(d.e.logger())
	if err != nil {
		d.say(finding{"tokens", bad, err.Error(), "Mend the [discord] or [slack] section."})
		return
	}
	if _, _, err := d.config.senders(d.e, chat); err != nil {
		d.say(finding{"channels", bad, err.Error(), ""})
	}
	if chat.discord != nil && d.discord(chat) {
		for _, ch := range d.config.Channels {
			if platform(ch.Kind) == onDiscord {
				d.discordChannel(chat.discord, ch)
			}
		}
	}
	if chat.slack != nil && d.slack(chat) {
		for _, ch := range d.config.Channels {
			if platform(ch.Kind) == onSlack {
				d.slackChannel(chat.slack, ch)
			}
		}
	}
}

// discord reports whether the token is good. The gateway is asked for no
// privileged intent, so there is none to be missing.
func (d *doctor) discord(c *chat) bool {
	ctx, cancel := d.time()
	defer cancel()
	who, err := c.discord.Who(ctx)
	switch {
	case c.discord.Dead() != nil:
		d.say(finding{"discord token", bad, "Discord does not accept it", "Make a new one at discord.com/developers/applications, Bot, Reset Token, and put it in place."})
		return false
	case err != nil:
		d.say(finding{"discord", bad, strings.TrimPrefix(err.Error(), "discord: "), "Check that this machine reaches Discord, and api_url if you set it."})
		return false
	}
	d.say(finding{Check: "discord token", State: fine, Found: "it is of " + who.Name + "; no privileged intents are needed"})
	if d.config.Discord.APIURL == "" {
		d.clock("https://discord.com/api/v10/gateway")
	}
	if c.publicKey != "" && d.config.PublicURL == "" {
		d.say(finding{"discord interactions", warning, "there is a public_key, and no public_url", "Set public_url, and give Discord that address with " + discordPath + " as Interactions Endpoint URL; or leave public_key out."})
	}
	return true
}

// needed is what a bot needs in a Discord channel, and wanted what threads need
// besides.
var (
	needed = discord.ViewChannel | discord.SendMessages | discord.EmbedLinks | discord.ReadMessageHistory
	wanted = discord.CreatePublicThreads | discord.SendMessagesInThreads
)

func (d *doctor) discordChannel(s *discord.Session, ch channelConfig) {
	ctx, cancel := d.time()
	defer cancel()
	check := fmt.Sprintf("channel %q", ch.Name)
	at, err := s.Channel(ctx, ch.ID)
	if err != nil {
		mend := "Invite the bot to the server, and let it see the channel."
		d.say(finding{check, bad, err.Error(), mend})
		return
	}
	has, err := s.Allowed(ctx, at)
	if err != nil {
		d.say(finding{check, bad, err.Error(), "Invite the bot to the server anew."})
		return
	}
	if missing := has.Missing(needed); len(missing) > 0 {
		d.say(finding{check, bad, "in #" + at.Name + " the bot lacks " + strings.Join(missing, ", "), "Give its role that in the channel's settings, Permissions."})
		return
	}
	if missing := has.Missing(wanted); len(missing) > 0 {
		d.say(finding{check, warning, "in #" + at.Name + " the bot lacks " + strings.Join(missing, ", "), "Without that, later edits of an article are replies rather than a thread."})
		return
	}
	d.say(finding{Check: check, State: fine, Found: "the bot may post in #" + at.Name})
}

// scopes are what the app's token must be allowed, and useful what else is of
// use; see slack-manifest.yaml.
var (
	scopes = []string{"chat:write", "commands", "channels:read"}
	useful = map[string]string{
		"groups:read":       "watches in private channels",
		"app_mentions:read": "commands by mentioning the bot",
		"channels:history":  "a look before posting again, when an answer was lost",
		"groups:history":    "the same in private channels",
	}
)

func (d *doctor) slack(c *chat) bool {
	ctx, cancel := d.time()
	defer cancel()
	who, err := c.slack.Check(ctx)
	switch {
	case c.slack.Dead():
		d.say(finding{"slack token", bad, "Slack does not accept it", "Install the app anew at api.slack.com/apps, Install App, and put the Bot User OAuth Token in place."})
		return false
	case err != nil:
		d.say(finding{"slack", bad, strings.TrimPrefix(err.Error(), "slack: "), "Check that this machine reaches Slack, and api_url if you set it."})
		return false
	}
	d.say(finding{Check: "slack token", State: fine, Found: "it is of " + who.Name + " in " + who.TeamName})
	d.slackScopes(who.Scopes)
	if !who.Date.IsZero() {
		d.skew(who.Date)
	}
	switch {
	case c.socket:
		if err := c.slack.CheckApp(ctx); err != nil {
			d.say(finding{"slack app token", bad, err.Error(), "At api.slack.com/apps, Basic Information, make an app-level token with connections:write, and switch Socket Mode on."})
		} else {
			d.say(finding{Check: "slack app token", State: fine, Found: "Socket Mode is on"})
		}
	case c.signing == "":
		d.say(finding{"slack commands", warning, "there is neither app_token nor signing_secret, so nobody can ask anything in Slack", "Set app_token for Socket Mode, which needs no public address."})
	case d.config.PublicURL == "":
		d.say(finding{"slack commands", warning, "there is a signing_secret, and no public_url", "Set public_url and give Slack that address with " + slackPath + "; or set app_token for Socket Mode."})
	}
	return true
}

func (d *doctor) slackScopes(have []string) {
	if have == nil {
		return // a compatible server that does not say
	}
	missing := slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return slices.Contains(have, s) })
	if len(missing) > 0 {
		d.say(finding{"slack scopes", bad, "missing: " + strings.Join(missing, ", "), "Add them at api.slack.com/apps, OAuth & Permissions, and install the app anew."})
	}
	for _, s := range slices.Sorted(maps.Keys(useful)) {
		if !slices.Contains(have, s) {
			d.say(finding{"slack scopes", warning, "missing: " + s, "It is for " + useful[s] + "."})
		}
	}
}

func (d *doctor) slackChannel(c *slack.Client, ch channelConfig) {
	ctx, cancel := d.time()
	defer cancel()
	check := fmt.Sprintf("channel %q", ch.Name)
	at, err := c.Conversation(ctx, ch.ID)
	switch {
	case err != nil:
		d.say(finding{check, bad, err.Error(), "Check the id, and invite the bot to the channel: /invite there."})
	case at.Archived:
		d.say(finding{check, bad, "#" + at.Name + " is archived", "Unarchive it, or name another."})
	case !at.Member:
		d.say(finding{check, bad, "the bot is not in #" + at.Name, "Type /invite and the bot's name there."})
	default:
		d.say(finding{Check: check, State: fine, Found: "the bot is in #" + at.Name})
	}
}

// clock compares this clock with that of a server.
func (d *doctor) clock(address string) {
	ctx, cancel := d.time()
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return
	}
	resp, err := safehttp.New(safehttp.Options{Redirects: -1}).Do(req)
	if err != nil {
		return // that it cannot be reached is said elsewhere
	}
	resp.Body.Close()
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		d.skew(at)
	}
}

func (d *doctor) skew(there time.Time) {
	off := time.Since(there)
	if off.Abs() > skewMax {
		d.say(finding{"clock", bad, fmt.Sprintf("it is off by %v", off.Abs().Round(time.Second)), "Set it by a time server: signatures with a wrong time are refused."})
		return
	}
	d.say(finding{Check: "clock", State: fine, Found: "right to the half minute"})
}

// addresses looks whether the hosts that are visited can be reached, and
// whether the pages can be opened.
func (d *doctor) addresses(watches []news.Watch) {
	hosts := make(map[string]string) // and what to dial
	note := func(address string) {
		host := news.Host(address)
		switch {
		case host == "":
		case strings.Contains(host, ":"):
			hosts[host] = host
		case strings.HasPrefix(strings.ToLower(address), "http://"):
			hosts[host] = host + ":80"
		default:
			hosts[host] = host + ":443"
		}
	}
	for _, w := range watches {
		note(w.URL)
	}
	for _, w := range d.config.Watches {
		note(w.URL)
	}
	dial := safehttp.Dialer(safehttp.Options{Allow: d.config.Poll.Allow})
	reached := 0
	for _, host := range slices.Sorted(maps.Keys(hosts)) {
		if err := d.reach(dial, hosts[host]); err != nil {
			d.say(finding{"site " + host, warning, string(safehttp.Explain(err)), "See whether a browser on this machine opens it; explain tells what came of the last visits."})
			continue
		}
		reached++
	}
	if reached > 0 {
		d.say(finding{Check: "sites", State: fine, Found: fmt.Sprintf("%d of %d can be reached", reached, len(hosts))})
	}
	l, err := net.Listen("tcp", d.config.Listen)
	if err == nil {
		l.Close()
		d.say(finding{Check: "listen", State: fine, Found: d.config.Listen + " is free for the pages"})
		return
	}
	d.say(finding{"listen", warning, d.config.Listen + " is in use", "That is right if an editwatch is running; otherwise choose another port."})
}

func (d *doctor) reach(dial safehttp.DialFunc, address string) error {
	ctx, cancel := d.time()
	defer cancel()
	c, err := dial(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return c.Close()
}
