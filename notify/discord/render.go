package discord

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/notify"
)

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
// which an embed does not reach, and the embed, which does not say it again.
func render(a notify.Announcement) message {
	b := a.Brief
	content, title := lead(a)
	b.Source, b.Headline = "", "" // they stand in the content
	e := discord.Embed(b, discord.MaxDescription, a.Buttons)
	e.Title = discord.Within(title, discord.MaxTitle)
	switch {
	case title != "" || e.URL == "":
	case slices.ContainsFunc(b.Links, func(l brief.Link) bool { return l.URL == b.URL }):
		e.URL = "" // a link leads there
	default: // the address needs something to stand under
		e.Title = discord.Within(news.Host(b.URL), discord.MaxTitle)
	}
	e.Color = color(a.Report)
	m := message{content: discord.Within(content, discord.MaxContent)}
	if e.Title != "" || e.Description != "" || e.Footer != nil {
		m.embeds = []*discordgo.MessageEmbed{e}
	}
	return m
}

// maxLead keeps the content to what a phone's notification shows.
const maxLead = 280

// lead returns what the content says, and what the embed's title says besides.
// For an edit that is whose headline it is, and what was edited; what happens to
// an article as a whole stands in the content.
func lead(a notify.Announcement) (content, title string) {
	b := a.Brief
	about := cmp.Or(b.Subject, b.Headline)
	if about == "" {
		return brief.Cut(colon(b.Source, b.What), maxLead), ""
	}
	if a.Report.Kind == news.Edited {
		return brief.Cut(colon(b.Source, about), maxLead), brief.Upper(b.What)
	}
	// "article is back, edited: headline and 3 paragraphs"
	what, touched, _ := strings.Cut(b.What, ": ")
	what = strings.TrimSuffix(what, ", edited")
	if b.Source != "" {
		what = b.Source + ", " + what
	}
	return brief.Cut(colon(what, about), maxLead), brief.Upper(touched)
}

func colon(before, after string) string {
	if before == "" || after == "" {
		return before + after
	}
	return before + ": " + after
}

// message returns m as a bot posts it.
func (m message) message() discord.Message {
	return discord.Message{Content: m.content, Embeds: m.embeds}
}

// full is an announcement as a bot posts it: with whom to name, and buttons.
func full(a notify.Announcement) discord.Message {
	m := render(a).message()
	m.AllowedMentions.Parse = []string{}
	for _, role := range a.Mention {
		mark := "<@&" + role + ">"
		if discord.IsID(role) && brief.Len(m.Content)+1+len(mark) <= discord.MaxContent && len(m.AllowedMentions.Roles) < maxRoles {
			m.Content = strings.TrimSpace(m.Content + " " + mark)
			m.AllowedMentions.Roles = append(m.AllowedMentions.Roles, role)
		}
	}
	m.Components = discord.Buttons(a.Buttons)
	return m
}

// maxRoles is how many roles may be named:
// https://discord.com/developers/docs/resources/message#allowed-mentions-object.
const maxRoles = 100

// short is what is left to say when Discord refuses the whole.
func short(a notify.Announcement) message {
	s := discord.Within(a.Brief.Summary(maxLead), discord.MaxContent/2)
	if u := discord.Address(a.Brief.URL); u != "" && brief.Len(u) <= discord.MaxLink {
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
