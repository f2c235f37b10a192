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
	lines := make([]string, 0, len(a.Lines))
	for _, l := range a.Lines {
		if s := line(l); s != "" {
			lines = append(lines, s)
		}
	}
	var rest []string
	m.Content, rest = fit(lines, discord.MaxContent, len(a.Briefs) == 0)
	room := discord.MaxEmbedText
	if len(rest) > 0 {
		text, left := fit(rest, linesMost-64, false)
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

// fit joins as many lines as have room. A single line that has none is cut, if
// it is the first.
func fit(lines []string, most int, whole bool) (text string, rest []string) {
	var b strings.Builder
	for i, l := range lines {
		n := brief.Len(l)
		if i > 0 {
			n++
		}
		if brief.Len(b.String())+n > most {
			if i == 0 {
				return cut(l, most), lines[1:]
			}
			return b.String(), lines[i:]
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l)
	}
	return b.String(), nil
}

// cut shortens Markdown that was escaped. It may end within an escape, whose
// backslash it then leaves out.
func cut(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return strings.TrimRight(string(r[:most-1]), `\ `) + "…"
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
