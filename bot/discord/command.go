package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

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
	// note is what the asker should know besides, if it is carried out.
	note string
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
		return f.in(request{command: c}, i, f.home(ctx, i), i.pressedOwn()), nil
	}
	if i.Data.Kind == typeMessage {
		links := messageLinks(i.Data.Resolved.Messages[i.Data.Target])
		if len(links) == 0 {
			return request{}, &news.Refusal{What: "There is no link in that message.", Do: "Choose a message that links to an article."}
		}
		r := request{command: bot.Command{Verb: bot.History, Target: links[0]}, links: links}
		return f.in(r, i, f.home(ctx, i), false), nil
	}
	verb, options := i.sub()
	if verb == "" {
		return request{}, &news.Refusal{What: "That command is not one of mine any more.", Do: "Reload Discord, and type it again."}
	}
	c := bot.Command{Verb: bot.Verb(verb), Options: map[string]string{}}
	home := f.home(ctx, i)
	there, elsewhere := home, false
	var file string
	for _, o := range options {
		switch {
		case o.Kind == optionChannel:
			there = i.Data.Resolved.Channels[o.text()]
			there.ID = o.text()
			elsewhere = there.ID != home.ID
		case o.Kind == optionAttachment:
			file = o.text()
		default:
			if err := fill(&c, o); err != nil {
				return request{}, err
			}
		}
	}
	mapped := i.Data.Name == rootChange && !elsewhere
	r := f.in(request{command: c, elsewhere: elsewhere}, i, there, mapped)
	if elsewhere && !r.command.CanChange && !there.Theirs.Has(discord.ViewChannel) {
		return request{}, &news.Refusal{What: "You cannot see that channel.", Do: "Choose one that you can see."}
	}
	if c.Verb == bot.Add || c.Verb == bot.Import || c.Verb == bot.Test {
		rights, err := f.canPost(ctx, there)
		if err != nil {
			return request{}, err
		}
		if rights.Without != "" {
			r.note = fmt.Sprintf("I lack %s in %s: %s.", rights.Lacks(), there.called(), rights.Without)
		}
	}
	if err := mayMention(c.Options["mention"], i, there); err != nil {
		return request{}, err
	}
	if file != "" {
		var err error
		if r.command.Text, err = f.read(ctx, i.Data.Resolved.Attachments[file]); err != nil {
			return request{}, err
		}
	}
	return r, nil
}

// noMention is the wish that nobody be mentioned.
const noMention = "none"

// fill puts an option into the command.
func fill(c *bot.Command, o given) error {
	value := strings.TrimSpace(o.text())
	if len(value) > 4*longest {
		return &news.Refusal{What: "That is too long.", Do: "Give less."}
	}
	number := func(n *int) error {
		v, err := strconv.ParseFloat(value, 64)
		if err != nil || v < 1 || v > 1e9 {
			return &news.Refusal{What: "Versions are counted from 1.", Do: "To see which there are: " + write(bot.Command{Verb: bot.History, Target: c.Target}, "")}
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
	case "watch", "article", "words", "topic":
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
			c.Options["mention"] = noMention
		}
	case "sure", "changed":
		if value == "true" {
			c.Options[o.Name] = "yes"
		}
	default:
		c.Options[o.Name] = value
	}
	return nil
}

// in says where the command was given and by whom. mapped says that Discord
// itself let the asker change this channel: by the command's permissions, which
// a server may map to any role.
func (f *FrontEnd) in(r request, i *interaction, there place, mapped bool) request {
	c := &r.command
	c.Channel = discord.ChannelName(there.ID)
	if there.Name != "" {
		c.Title = "#" + there.Name
	}
	c.Server, c.Asker = i.Guild, i.asker()
	c.Dialect = dialect("")
	if r.elsewhere {
		c.Dialect = dialect(c.Title)
	}
	c.CanChange = mapped || there.Theirs.Has(discord.ManageChannels) || there.Theirs.Has(discord.ManageServer)
	c.Admin = i.Member.Permissions.Has(discord.ManageServer)
	c.CanMention = there.Theirs.Has(discord.MentionEveryone)
	return r
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
	links := news.Links(strings.Join(texts, "\n"))
	return links[:min(len(links), linksMost)]
}

// linksMost is how many addresses of a message are looked up.
const linksMost = 10
