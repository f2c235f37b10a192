package main

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/slack"
)

// channelsMost is how many channels that only chat knows are looked at: it
// takes a few requests each.
const channelsMost = 50

// A readiness is how far a platform can be asked about its channels.
type readiness int

const (
	absent readiness = iota // there is nothing about it in the configuration
	broken                  // not at all, and that was said
	usable
)

// channels looks at the platforms, at every channel of the configuration, and
// at those of chat that watch something.
func (d *doctor) channels(watches []watched) {
	c := &chat{log: d.e.logger(), links: report.Links{Base: d.config.PublicURL}}
	ready := map[platform]readiness{onDiscord: d.discord(c), onSlack: d.slack(c)}
	for _, ch := range d.config.Channels {
		d.channel(c, ch, ready)
	}
	met := d.met(c, watches)
	for i, name := range met {
		if i == channelsMost {
			d.say(finding{"channels", warning, fmt.Sprintf("%d more have watches, and were not looked at", len(met)-i), "editwatch test --channel NAME posts a sample in one of them."})
			return
		}
		p, id := split(name)
		d.channel(c, channelConfig{Name: string(name), Kind: string(p), ID: id}, ready)
	}
}

// met returns the channels that have watches and only chat knows.
func (d *doctor) met(c *chat, watches []watched) []news.ChannelName {
	names := make(map[news.ChannelName]bool)
	for _, w := range watches {
		if c.met(w.Channel) {
			names[w.Channel] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// channel looks at one channel.
func (d *doctor) channel(c *chat, ch channelConfig, ready map[platform]readiness) {
	p := platform(ch.Kind)
	if ready[p] == broken {
		return
	}
	check := fmt.Sprintf("channel %q", ch.Name)
	out, _ := reach()
	if _, err := d.config.sender(d.e, c, out, ch); err != nil {
		d.say(finding{check, bad, strings.TrimLeft(strings.TrimPrefix(err.Error(), check), ": "), "Mend its part of the configuration, or what that names."})
		return
	}
	switch {
	case p == onDiscord:
		d.discordChannel(c.discord, check, ch.ID)
	case p == onSlack:
		d.slackChannel(c.slack, check, ch.ID)
	case ch.Kind == "console":
		d.say(finding{Check: check, State: fine, Found: "it is the terminal"})
	default:
		d.say(finding{Check: check, State: fine, Found: "its address can be read; editwatch test --channel " + shellWord(ch.Name) + " posts a sample"})
	}
}

// shellWord quotes a name that has a space in it.
func shellWord(s string) string {
	if strings.Contains(s, " ") {
		return "'" + s + "'"
	}
	return s
}

// discord reports whether the bot can be asked about channels. The gateway is
// asked for no privileged intent, so there is none to be missing.
func (d *doctor) discord(c *chat) readiness {
	if err := c.openDiscord(d.config.Discord); err != nil {
		d.say(finding{"discord", bad, strings.TrimPrefix(err.Error(), "discord: "), "Mend [discord] in the configuration, or what it names."})
		return broken
	}
	if c.discord == nil {
		return absent
	}
	if err := c.answerDiscord(nil, nil); err != nil {
		d.say(finding{"discord public_key", bad, strings.TrimPrefix(err.Error(), "discord: "), "Put the right one in place, or leave it out: until then run does not start."})
	}
	if c.publicKey != "" {
		d.endpoint("discord public_key", "public_key", discordPath, "Interactions Endpoint URL")
	}
	ctx, cancel := d.time()
	defer cancel()
	who, err := c.discord.Who(ctx)
	switch {
	case c.discord.Dead() != nil:
		d.say(finding{"discord token", bad, "Discord does not accept it", "Make a new one at discord.com/developers/applications, Bot, Reset Token, and put it in place."})
		return broken
	case err != nil:
		found, mend := discordTrouble(err)
		d.say(finding{"discord", bad, found, mend})
		return broken
	}
	d.say(finding{Check: "discord token", State: fine, Found: "it is of " + who.Name + "; no privileged intents are needed"})
	if d.config.Discord.APIURL == "" {
		d.clock("https://discord.com/api/v10/gateway")
	}
	return usable
}

// endpoint looks whether a platform can post to us what people ask.
func (d *doctor) endpoint(check, key, path, field string) {
	u, err := url.Parse(d.config.PublicURL)
	switch {
	case d.config.PublicURL == "":
		d.say(finding{check, warning, "there is a " + key + " and no public_url, so nobody is told where to post what people ask",
			"Set public_url, and enter that address with " + path + " behind it as " + field + "; or leave " + key + " out."})
	case err == nil && (u.Scheme != "https" || local(u.Hostname())):
		d.say(finding{check, warning, "there is a " + key + ", and public_url is not an https address that can be reached from outside",
			"Have a web server with a certificate pass requests on to " + d.config.Listen + ", and set public_url to its address; or leave " + key + " out."})
	}
}

// discordTrouble says in our words why Discord did not answer as it should, and
// what to do.
func discordTrouble(err error) (found, mend string) {
	p, ok := errors.AsType[*discord.Problem](err)
	switch {
	case !ok:
		return "it could not be asked", "Run doctor again with --debug, and see the log."
	case p.Status == 0:
		return "Discord cannot be reached: " + strings.TrimPrefix(p.Error(), "discord: "), "Check that this machine reaches Discord, and api_url if you set it."
	case p.Gone():
		return "Discord knows nothing of that ID, or the bot is not in its server", "Copy the ID anew (right-click the channel, Copy Channel ID), and invite the bot to the server by its install link."
	case p.Forbidden():
		return "the bot is not in that server", "Invite the bot to the server by its install link, and let it see the channel."
	}
	return statusTrouble("Discord", "discordstatus.com", p.Status)
}

// statusTrouble says what a status means that a platform should not answer with.
func statusTrouble(who, where string, status int) (found, mend string) {
	switch {
	case status == http.StatusTooManyRequests:
		return who + " asks to be left alone for a while", "Run doctor again in some minutes."
	case status >= http.StatusInternalServerError:
		return who + " has trouble of its own", "Run doctor again later; " + where + " tells of outages."
	}
	return fmt.Sprintf("what answered does not speak as %s does (status %d)", who, status), "Check api_url if you set it, and what stands between this machine and " + who + "."
}

func (d *doctor) discordChannel(s *discord.Session, check, id string) {
	ctx, cancel := d.time()
	defer cancel()
	const mend = "Edit Channel, Permissions: add the bot or its role, and allow what is named."
	r, err := s.Rights(ctx, id)
	in := "in #" + r.Channel.Name
	switch {
	case err != nil:
		found, mend := discordTrouble(err)
		d.say(finding{check, bad, found, mend})
	case r.Channel.Name == "" && len(r.Needed) > 0:
		d.say(finding{check, bad, "the bot does not see the channel", "Invite the bot to the server by its install link, if it is not there; then Edit Channel, Permissions: add it, and allow View Channel."})
	case len(r.Needed) > 0:
		d.say(finding{check, bad, in + " the bot lacks " + r.Lacks(), mend})
	case len(r.Wanted) > 0:
		d.say(finding{check, warning, in + " the bot lacks " + r.Lacks() + ": " + r.Without, mend})
	default:
		d.say(finding{Check: check, State: fine, Found: "the bot may post " + in})
	}
}

// slack reports whether the bot can be asked about channels.
func (d *doctor) slack(c *chat) readiness {
	if err := c.openSlack(d.config.Slack); err != nil {
		d.say(finding{"slack", bad, strings.TrimPrefix(err.Error(), "slack: "), "Mend [slack] in the configuration, or what it names."})
		return broken
	}
	if c.slack == nil {
		return absent
	}
	if err := c.answerSlack(nil, nil); err != nil {
		d.say(finding{"slack signing_secret", bad, strings.TrimPrefix(err.Error(), "slack: "), "Put the right one in place, or leave it out: until then run does not start."})
	}
	if c.signing != "" {
		d.endpoint("slack signing_secret", "signing_secret", slackPath, "Request URL")
	}
	ctx, cancel := d.time()
	defer cancel()
	who, err := c.slack.Check(ctx)
	switch {
	case c.slack.Dead():
		d.say(finding{"slack token", bad, "Slack does not accept it", "Install the app anew at api.slack.com/apps, Install App, and put the Bot User OAuth Token in place."})
		return broken
	case err != nil:
		found, mend := slackTrouble(err)
		d.say(finding{"slack", bad, found, mend})
		return broken
	}
	d.say(finding{Check: "slack token", State: fine, Found: "it is of " + who.Name + " in " + who.TeamName})
	d.slackScopes(who.Scopes)
	if !who.Date.IsZero() {
		d.skew(who.Date)
	}
	switch {
	case c.socket:
		d.slackSocket(c)
	case c.signing == "":
		d.say(finding{"slack commands", warning, "there is neither app_token nor signing_secret, so nobody can ask anything in Slack", "Set app_token for Socket Mode, which needs no public address."})
	}
	return usable
}

// slackSocket looks whether Slack lets us listen.
func (d *doctor) slackSocket(c *chat) {
	const remake = "At api.slack.com/apps, Basic Information, make an app-level token with connections:write, and put it in place."
	ctx, cancel := d.time()
	defer cancel()
	err := c.slack.CheckApp(ctx)
	p, answered := errors.AsType[*slack.Problem](err)
	switch {
	case err == nil:
		d.say(finding{Check: "slack app token", State: fine, Found: "Socket Mode is on"})
	case answered && (p.Unauthorized() || c.slack.Dead()):
		d.say(finding{"slack app token", bad, "Slack does not accept it", remake})
	case answered && p.Code == "missing_scope":
		d.say(finding{"slack app token", bad, "it lacks the scope connections:write", remake})
	case answered && p.Code == "":
		found, mend := slackTrouble(err)
		d.say(finding{"slack app token", bad, found, mend})
	default:
		d.say(finding{"slack app token", bad, "Slack opens no connection with it", "At api.slack.com/apps, Socket Mode, switch it on; if it is on, make a new app-level token with connections:write."})
	}
}

// slackTrouble says in our words why Slack did not answer as it should, and what
// to do.
func slackTrouble(err error) (found, mend string) {
	p, ok := errors.AsType[*slack.Problem](err)
	switch {
	case !ok:
		return "it could not be asked", "Run doctor again with --debug, and see the log."
	case p.Status == 0:
		return "Slack cannot be reached: " + strings.TrimPrefix(p.Error(), "slack: "), "Check that this machine reaches Slack, and api_url if you set it."
	case p.Code == "channel_not_found":
		return "Slack shows the bot no channel of that ID", "Copy the ID anew (it stands at the end of the channel's details). A private channel shows itself only to who is in it: type /invite and the bot's name there."
	case p.Code == "missing_scope":
		return "the app lacks a scope to look at that", "Give it channels:read and groups:read at api.slack.com/apps, OAuth & Permissions, and install it anew."
	case p.Gone():
		return "that is not there any more", "Take it out of the configuration, or name another."
	case p.Forbidden():
		return "the workspace does not let the bot look at that", "Ask an admin of the workspace to approve the app, and install it anew."
	case p.Code == "internal_error", p.Code == "fatal_error", p.Code == "service_unavailable", p.Code == "request_timeout":
		return statusTrouble("Slack", "slack-status.com", http.StatusServiceUnavailable)
	case p.Code == "ratelimited":
		return statusTrouble("Slack", "slack-status.com", http.StatusTooManyRequests)
	}
	return statusTrouble("Slack", "slack-status.com", p.Status)
}

func (d *doctor) slackScopes(have []string) {
	if have == nil {
		return // a compatible server that does not say
	}
	const mend = "Add what is missing at api.slack.com/apps, OAuth & Permissions, and install the app anew."
	var needed, asked, useful []string
	for _, s := range slack.Scopes {
		switch {
		case slices.Contains(have, s.Name):
		case s.Needed:
			needed = append(needed, s.Name)
		case s.Asked:
			asked = append(asked, s.Name+" ("+s.For+")")
		default:
			useful = append(useful, s.Name+" ("+s.For+")")
		}
	}
	if len(needed) > 0 {
		d.say(finding{"slack scopes", bad, "missing: " + brief.List(needed), mend})
	}
	if len(asked) > 0 {
		d.say(finding{"slack scopes", warning, "missing: " + brief.List(asked), mend})
	}
	if len(useful) > 0 {
		d.say(finding{Check: "slack scopes", State: fine, Found: "of use besides, if you want it: " + brief.List(useful)})
	}
}

func (d *doctor) slackChannel(c *slack.Client, check, id string) {
	ctx, cancel := d.time()
	defer cancel()
	at, err := c.Conversation(ctx, id)
	switch {
	case err != nil:
		found, mend := slackTrouble(err)
		d.say(finding{check, bad, found, mend})
	case at.Archived:
		d.say(finding{check, bad, "#" + at.Name + " is archived", "Unarchive it, or name another."})
	case !at.Member:
		d.say(finding{check, bad, "the bot is not in #" + at.Name, "Type /invite and the bot's name there."})
	default:
		d.say(finding{Check: check, State: fine, Found: "the bot is in #" + at.Name})
	}
}
