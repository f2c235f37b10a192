package discord

import (
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
)

// Embed lays a brief out, with a description of at most room characters. A link
// for which there is a button is left out. The whole text stays so far below
// [MaxEmbedText] that there is room for a content's worth of words beside it.
func Embed(b brief.Brief, room int, buttons []news.Button) *discordgo.MessageEmbed {
	b.Links = slices.DeleteFunc(slices.Clone(b.Links), func(l brief.Link) bool {
		return slices.ContainsFunc(buttons, func(b news.Button) bool { return b.Label == l.Label })
	})
	e := &discordgo.MessageEmbed{
		Title: Within(b.Title(), MaxTitle),
		URL:   Address(b.URL),
	}
	if when := brief.Cut(strings.Join(b.When, " · "), maxWhen); when != "" {
		e.Footer = &discordgo.MessageEmbedFooter{Text: when}
	}
	e.Description = describe(b, min(room, MaxDescription, MaxEmbedText-MaxTitle-maxWhen))
	return e
}

// maxWhen is the longest footer: more than two times and two versions take.
const maxWhen = 512

// describe returns the embed's text of at most room characters. Escapes make it
// longer than the brief, so the brief shrinks until its text fits.
func describe(b brief.Brief, room int) string {
	if b.Headline != "" {
		headline := Within(b.Headline, room/2)
		b.Headline = ""
		if rest := describe(b, room-brief.Len(headline)-1); rest != "" {
			return headline + "\n" + rest
		}
		return headline
	}
	for budget := b.Size(); ; budget = budget * 3 / 4 {
		if s := description(b); brief.Len(s) <= room || budget == 0 {
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
	if s := Within(b.Notes(), MaxFieldValue); s != "" {
		lines = append(lines, s)
	}
	var links []string
	for _, l := range b.Links {
		if u := Address(l.URL); u != "" && brief.Len(u) <= MaxLink {
			links = append(links, Link(l.Label, u))
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
		b.WriteString(Within(l.Label, MaxFieldName) + "  ")
	}
	switch {
	case l.Sign == "":
	case l.Label == "": // at the start of a line it would make a list
		b.WriteString(Escape(l.Sign) + " ")
	default:
		b.WriteString(l.Sign + " ")
	}
	for i, r := range l.Runs {
		if i == 0 && l.Link != "" {
			b.WriteString(Link(r.Text, l.Link))
			continue
		}
		switch r.Mark {
		case brief.Del:
			b.WriteString(Struck(r.Text))
		case brief.Ins:
			b.WriteString(Bold(r.Text))
		case brief.Found:
			b.WriteString(Underlined(r.Text))
		default:
			if strings.HasPrefix(r.Text, " ") {
				b.WriteByte(' ')
			}
			b.WriteString(Escape(r.Text))
			if strings.HasSuffix(r.Text, " ") && r.Text != " " {
				b.WriteByte(' ')
			}
		}
	}
	return b.String()
}
