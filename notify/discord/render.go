package discord

import (
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/notify"
)

// maxSummary keeps the content to what a phone's notification shows.
const maxSummary = 280

// Colours of the bar beside an embed, by how much an event matters.
const (
	colorUnnoted = 0xC0392B // a fact changed and no note says so; an article removed
	colorMajor   = 0xE67E22
	colorMinor   = 0x7F8C8D
	colorEvent   = 0x2E86C1 // returned, redirected, retired
	colorFailing = 0xF1C40F
	colorWell    = 0x27AE60
)

type message struct {
	content string
	embeds  []*discordgo.MessageEmbed
}

// render lays an announcement out: a line for notifications and screen readers,
// which an embed does not reach, and the embed.
func render(a notify.Announcement) message {
	b := a.Brief
	e := discord.Embed(b, discord.MaxDescription)
	e.Color = color(a.Report)
	return message{
		content: discord.Within(b.Summary(maxSummary), discord.MaxContent),
		embeds:  []*discordgo.MessageEmbed{e},
	}
}

// message returns m as a bot posts it.
func (m message) message() discord.Message {
	return discord.Message{Content: m.content, Embeds: m.embeds}
}

// full is an announcement as a bot posts it: with whom to name, and buttons.
func full(a notify.Announcement) discord.Message {
	// What has a button needs no link.
	a.Brief.Links = slices.DeleteFunc(slices.Clone(a.Brief.Links), func(l brief.Link) bool {
		return slices.ContainsFunc(a.Buttons, func(b news.Button) bool { return b.Label == l.Label })
	})
	m := render(a).message()
	m.AllowedMentions.Parse = []string{}
	for _, role := range a.Mention {
		mark := "<@&" + role + ">"
		if discord.IsID(role) && discord.Len(m.Content)+1+len(mark) <= discord.MaxContent && len(m.AllowedMentions.Roles) < maxRoles {
			m.Content = strings.TrimSpace(m.Content + " " + mark)
			m.AllowedMentions.Roles = append(m.AllowedMentions.Roles, role)
		}
	}
	buttons := make([]discord.Button, 0, len(a.Buttons))
	for _, b := range a.Buttons {
		style := discord.StyleSecondary
		if b.Danger {
			style = discord.StyleDanger
		}
		buttons = append(buttons, discord.Button{Label: b.Label, CustomID: b.Token, URL: discord.Address(b.URL), Style: style})
	}
	m.Components = discord.Rows(buttons)
	return m
}

// maxRoles is how many roles may be named:
// https://discord.com/developers/docs/resources/message#allowed-mentions-object.
const maxRoles = 100

// short is what is left to say when Discord refuses the whole.
func short(a notify.Announcement) message {
	s := discord.Within(a.Brief.Summary(maxSummary), discord.MaxContent/2)
	if u := discord.Address(a.Brief.URL); u != "" && discord.Len(u) <= discord.MaxLink {
		s += "\n<" + u + ">"
	}
	return message{content: s}
}

func color(r news.Report) int {
	switch r.Kind {
	case news.Removed:
		return colorUnnoted
	case news.Returned, news.Redirected, news.Retired, news.Live:
		return colorEvent
	case news.Failing:
		return colorFailing
	case news.Recovered:
		return colorWell
	}
	e := r.Edit
	switch {
	case e == nil:
		return colorEvent
	case e.Has(news.ClassFact) && !e.Noted:
		return colorUnnoted
	case e.Significance == news.Major:
		return colorMajor
	}
	return colorMinor
}
