package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
)

// A request is what an interaction asks of the bot.
type request struct {
	command bot.Command
	// links are, for the message action, the addresses in the message: the
	// first of which something is known is the one that is meant.
	links []string
	// elsewhere says that it is about another channel than it was given in.
	elsewhere bool
}

// request returns what the interaction asks. The error is a *news.Refusal, or
// our own failure.
func (f *FrontEnd) request(ctx context.Context, i *interaction) (request, error) {
	if i.Guild == "" {
		return request{}, &news.Refusal{What: "I answer in the channels of a server only.", Do: "Use the command in a channel."}
	}
	if i.Kind == kindPress {
		c, err := bot.Pressed(i.Data.CustomID)
		if err != nil {
			return request{}, err
		}
		return f.in(ctx, request{command: c}, i, f.home(ctx, i), i.pressedOwn())
	}
	if i.Data.Kind == typeMessage {
		links := messageLinks(i.Data.Resolved.Messages[i.Data.Target])
		if len(links) == 0 {
			return request{}, &news.Refusal{What: "There is no link in that message.", Do: "Choose a message that links to an article."}
		}
		r := request{command: bot.Command{Verb: bot.History, Target: links[0]}, links: links}
		return f.in(ctx, r, i, f.home(ctx, i), false)
	}
	verb, options := i.sub()
	if verb == "" {
		return request{}, &news.Refusal{What: "That command is not one of mine any more.", Do: "Reload Discord, and type it again."}
	}
	c := bot.Command{Verb: bot.Verb(verb), Options: map[string]string{}}
	there := f.home(ctx, i)
	elsewhere := false
	var file string
	for _, o := range options {
		switch {
		case o.Kind == optionChannel:
			there = i.Data.Resolved.Channels[o.text()]
			there.ID = o.text()
			elsewhere = there.ID != f.home(ctx, i).ID
		case o.Kind == optionAttachment:
			file = o.text()
		default:
			if err := fill(&c, o); err != nil {
				return request{}, err
			}
		}
	}
	mapped := i.Data.Name == rootChange && !elsewhere
	r, err := f.in(ctx, request{command: c, elsewhere: elsewhere}, i, there, mapped)
	if err != nil {
		return request{}, err
	}
	if elsewhere && !r.command.CanChange && !there.Theirs.Has(discord.ViewChannel) {
		return request{}, &news.Refusal{What: "You cannot see that channel.", Do: "Choose one that you can see."}
	}
	if c.Verb == bot.Add || c.Verb == bot.Import || c.Verb == bot.Test {
		if err := f.canPost(ctx, there); err != nil {
			return request{}, err
		}
	}
	if file != "" {
		if r.command.Text, err = f.read(ctx, i.Data.Resolved.Attachments[file]); err != nil {
			return request{}, err
		}
	}
	return r, nil
}

// fill puts an option into the command.
func fill(c *bot.Command, o given) error {
	value := strings.TrimSpace(o.text())
	if len(value) > 4*longest {
		return &news.Refusal{What: "That is too long.", Do: "Give less."}
	}
	number := func(n *int) error {
		v, err := strconv.ParseFloat(value, 64)
		if err != nil || v < 1 || v > 1e9 {
			return &news.Refusal{What: "Versions are counted from 1.", Do: "See history for which there are."}
		}
		*n = int(v)
		return nil
	}
	switch o.Name {
	case "url":
		if c.Verb == bot.Edit {
			c.Options["url"] = value
			return nil
		}
		c.Target = value
	case "watch", "article", "topic":
		c.Target = value
	case "state":
		c.State = value
	case "urls":
		c.Text = value
	case "from":
		return number(&c.From)
	case "to":
		return number(&c.To)
	case "for":
		span, err := bot.ParseSpan(value)
		if err != nil {
			return err
		}
		c.For = span
	case "pages":
		c.Options["pages"] = "off"
		if value == "true" {
			c.Options["pages"] = "on"
		}
	case "no-mention":
		if value == "true" {
			c.Options["mention"] = "none"
		}
	case "sure":
		if value == "true" {
			c.Options["sure"] = "yes"
		}
	default:
		c.Options[o.Name] = value
	}
	return nil
}

// in says where the command was given and by whom. mapped says that Discord
// itself let the asker change this channel: by the command's permissions, which
// a server may map to any role.
func (f *FrontEnd) in(_ context.Context, r request, i *interaction, there place, mapped bool) (request, error) {
	c := &r.command
	c.Channel = f.channel(there.ID)
	if there.Name != "" {
		c.Title = "#" + there.Name
	}
	c.Server, c.Asker = i.Guild, i.asker()
	c.CanChange = mapped || there.Theirs.Has(discord.ManageChannels) || there.Theirs.Has(discord.ManageServer)
	c.Admin = i.Member.Permissions.Has(discord.ManageServer)
	return r, nil
}

// pressedOwn reports whether the button stands under an answer that only the
// asker sees, given to their own command for those who may change watches.
func (i *interaction) pressedOwn() bool {
	by := i.Message.Metadata.User.ID
	if by == "" {
		by = i.Message.Interaction.User.ID
	}
	return i.private() && by != "" && by == i.asker() && strings.HasPrefix(i.Message.Interaction.Name, rootChange)
}

// home returns the channel whose watches an interaction is about: for a thread
// the channel it is in, unless that one only holds threads.
func (f *FrontEnd) home(ctx context.Context, i *interaction) place {
	p := i.here()
	thread := discord.Channel{Kind: p.Kind}.Thread()
	if !thread || p.Parent == "" {
		return p
	}
	parent, ok := f.parents.get(p.Parent)
	if !ok {
		var err error
		if parent, err = f.session.Channel(ctx, p.Parent); err != nil {
			parent = discord.Channel{ID: p.Parent}
		} else {
			f.parents.put(parent)
		}
	}
	if !discord.Postable(parent.Kind) {
		return p
	}
	p.ID, p.Name, p.Kind, p.Parent = parent.ID, parent.Name, parent.Kind, ""
	return p
}

// needs is what the bot must be allowed in a channel to announce there.
const needs = discord.ViewChannel | discord.SendMessages | discord.EmbedLinks

// canPost refuses a channel that the bot cannot announce to, and names what is
// missing.
func (f *FrontEnd) canPost(ctx context.Context, p place) error {
	mine := p.Mine
	if mine == nil {
		c, err := f.session.Channel(ctx, p.ID)
		if problem, ok := errors.AsType[*discord.Problem](err); ok && (problem.Forbidden() || problem.Gone()) {
			return missing(p, []string{"View Channel"})
		}
		if err != nil {
			return fmt.Errorf("look at the channel: %w", err)
		}
		allowed, err := f.session.Allowed(ctx, c)
		if err != nil {
			return nil // it will show when something is posted
		}
		p.Kind, mine = c.Kind, &allowed
	}
	if !discord.Postable(p.Kind) {
		return &news.Refusal{What: "I can post into text and announcement channels only.", Do: "Choose such a channel."}
	}
	need := needs
	if (discord.Channel{Kind: p.Kind}).Thread() {
		need = need&^discord.SendMessages | discord.SendMessagesInThreads
	}
	if names := mine.Missing(need); len(names) > 0 {
		return missing(p, names)
	}
	return nil
}

func missing(p place, names []string) error {
	where := "that channel"
	if p.Name != "" {
		where = "#" + p.Name
	}
	verb := "that permission"
	if len(names) > 1 {
		verb = "those permissions"
	}
	return &news.Refusal{
		What: fmt.Sprintf("I cannot announce in %s: I lack %s.", where, list(names)),
		Do:   "Give me " + verb + " there (Edit Channel, Permissions), and try again.",
	}
}

func list(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// messageLinks returns the addresses in a message: those that its embeds and
// attachments-free text name, ours first, for an announcement of ours has the
// article's address in its embed.
func messageLinks(raw json.RawMessage) []string {
	type body struct {
		Content string                `json:"content"`
		Embeds  []discord.PostedEmbed `json:"embeds"`
	}
	var m struct {
		body
		Forwarded []struct {
			Message body `json:"message"`
		} `json:"message_snapshots"`
	}
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	bodies := []body{m.body}
	for _, f := range m.Forwarded {
		bodies = append(bodies, f.Message)
	}
	var texts []string
	for _, b := range bodies {
		for _, e := range b.Embeds {
			texts = append(texts, e.URL)
		}
		texts = append(texts, b.Content)
		for _, e := range b.Embeds {
			texts = append(texts, e.Title, e.Description)
			for _, field := range e.Fields {
				texts = append(texts, field.Value)
			}
		}
	}
	links := bot.Links(strings.Join(texts, "\n"))
	return links[:min(len(links), linksMost)]
}

// linksMost is how many addresses of a message are looked up.
const linksMost = 10

// parents remembers channels that threads are in.
type parents struct {
	mu   sync.Mutex
	byID map[string]discord.Channel
}

// parentsMost is how many are remembered.
const parentsMost = 1024

func (p *parents) get(id string) (discord.Channel, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.byID[id]
	return c, ok
}

func (p *parents) put(c discord.Channel) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byID == nil || len(p.byID) >= parentsMost {
		p.byID = make(map[string]discord.Channel)
	}
	c.Overwrites = nil
	p.byID[c.ID] = c
}
