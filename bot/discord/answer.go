package discord

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/discord"
)

const (
	colorAnswer  = 0x2E86C1
	colorRefused = 0x7F8C8D
	// linesMost is the most characters of an answer's lines: those that do not
	// fit into the content go into an embed.
	linesMost = discord.MaxDescription
)

// message lays an answer out within Discord's limits, whatever it holds. What
// has no room is left out, and the message says so.
func message(a bot.Answer) discord.Message {
	var m discord.Message
	var rest []string
	m.Content, rest = fit(a.Lines, discord.MaxContent)
	room := discord.MaxEmbedText
	if len(rest) > 0 {
		text, left := fit(rest, linesMost-64)
		if len(left) > 0 {
			text += fmt.Sprintf("\n… and %s more", brief.Count(len(left), "line"))
		}
		color := colorAnswer
		if a.Refused {
			color = colorRefused
		}
		m.Embeds = append(m.Embeds, &discordgo.MessageEmbed{Description: text, Color: color})
		room -= brief.Len(text)
	}
	for i, b := range a.Briefs {
		if len(m.Embeds) == discord.MaxEmbeds {
			break
		}
		share := room / (len(a.Briefs) - i)
		around := discord.MaxTitle + 512
		if share < around+200 {
			break
		}
		e := discord.Embed(b, share-around, a.Buttons)
		e.Color = colorAnswer
		m.Embeds = append(m.Embeds, e)
		room -= brief.Len(e.Title) + brief.Len(e.Description)
		if e.Footer != nil {
			room -= brief.Len(e.Footer.Text)
		}
	}
	if m.Content == "" && len(m.Embeds) == 0 {
		m.Content = "Done."
	}
	m.Components = discord.Buttons(a.Buttons)
	return m
}

// fit sets as many lines as have room, and returns the others. One that has none
// is cut, if it is the first.
func fit(lines []string, most int) (text string, rest []string) {
	for i, raw := range lines {
		l := line(raw)
		switch {
		case l == "":
		case text == "" && brief.Len(l) > most:
			return discord.Within(raw, most), lines[i+1:]
		case text == "":
			text = l
		case brief.Len(text)+1+brief.Len(l) > most:
			return text, lines[i:]
		default:
			text += "\n" + l
		}
	}
	return text, nil
}

// line sets one line. One that is an address and nothing else can be followed,
// without a preview; an address in a sentence may be a page's and cannot.
func line(s string) string {
	if u, err := url.Parse(strings.TrimSpace(s)); err == nil && u.Host != "" {
		if a := discord.Address(s); a != "" {
			return "<" + a + ">"
		}
	}
	return discord.Escape(s)
}
