package discord

import (
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/notify"
)

const (
	// maxSummary keeps the content to what a phone's notification shows.
	maxSummary = 280
	// maxLink is the longest address set into the text; there may be three of
	// them, and they count as text.
	maxLink = 512
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
// which an embed does not reach, and the embed.
func render(a notify.Announcement) message {
	b := a.Brief
	e := &discordgo.MessageEmbed{
		Title: discord.Within(b.Title(), discord.MaxTitle),
		URL:   discord.Address(b.URL),
		Color: color(a.Report),
	}
	if when := brief.Cut(strings.Join(b.When, " · "), discord.MaxFooter); when != "" {
		e.Footer = &discordgo.MessageEmbedFooter{Text: when}
	}
	room := min(discord.MaxDescription, discord.MaxEmbedText-discord.MaxTitle-discord.MaxFooter)
	e.Description = describe(b, room)
	return message{
		content: discord.Within(b.Summary(maxSummary), discord.MaxContent),
		embeds:  []*discordgo.MessageEmbed{e},
	}
}

// short is what is left to say when Discord refuses the whole.
func short(a notify.Announcement) message {
	s := discord.Within(a.Brief.Summary(maxSummary), discord.MaxContent/2)
	if u := discord.Address(a.Brief.URL); u != "" && discord.Len(u) <= maxLink {
		s += "\n<" + u + ">"
	}
	return message{content: s}
}

// describe returns the embed's text of at most room characters. Escapes make it
// longer than the brief, so the brief shrinks until its text fits.
func describe(b brief.Brief, room int) string {
	for budget := b.Size(); ; budget = budget * 3 / 4 {
		if s := description(b); discord.Len(s) <= room || budget == 0 {
			return s
		}
		b = b.Shrink(budget * 3 / 4)
	}
}

func description(b brief.Brief) string {
	var lines []string
	for _, l := range b.Lines {
		lines = append(lines, line(l))
	}
	if s := discord.Within(b.Notes(), discord.MaxFieldValue); s != "" {
		lines = append(lines, s)
	}
	var links []string
	for _, l := range b.Links {
		if u := discord.Address(l.URL); u != "" && discord.Len(u) <= maxLink {
			links = append(links, discord.Link(l.Label, u))
		}
	}
	if len(links) > 0 {
		lines = append(lines, strings.Join(links, " · "))
	}
	return strings.Join(lines, "\n")
}

// line sets a line: label and sign, then the runs with their marks. A space at
// the end of a run stays outside of the marks, where it belongs.
func line(l brief.Line) string {
	var b strings.Builder
	if l.Label != "" {
		b.WriteString(discord.Within(l.Label, discord.MaxFieldName) + "  ")
	}
	switch {
	case l.Sign == "":
	case l.Label == "": // at the start of a line it would make a list
		b.WriteString(discord.Escape(l.Sign) + " ")
	default:
		b.WriteString(l.Sign + " ")
	}
	for _, r := range l.Runs {
		switch r.Mark {
		case brief.Del:
			b.WriteString(discord.Struck(r.Text))
		case brief.Ins:
			b.WriteString(discord.Bold(r.Text))
		default:
			if strings.HasPrefix(r.Text, " ") {
				b.WriteByte(' ')
			}
			b.WriteString(discord.Escape(r.Text))
			if strings.HasSuffix(r.Text, " ") && r.Text != " " {
				b.WriteByte(' ')
			}
		}
	}
	return b.String()
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
