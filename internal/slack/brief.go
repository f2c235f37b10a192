package slack

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
)

const (
	// maxPlain and maxSpoken keep the text for notifications and screen readers,
	// which says everything again, from taking the room of the blocks: before
	// and after it is escaped.
	maxPlain  = 1500
	maxSpoken = 2500
	// maxSummary is the text when nothing else is sent.
	maxSummary = 500
	// maxNote is the title's, and of each line of the small print.
	maxNote = 300
	// maxLink is the longest address shown at the foot, where there may be three,
	// or of a line.
	maxLink = 500
	// around is what a request has beside the text and the blocks of its
	// message, and beside those a block of whom it names.
	around = 800
)

// Of lays a brief out as a message within Slack's limits, with buttons below it:
// the brief shrinks until it fits.
func Of(b brief.Brief, buttons ...news.Button) Message {
	row := Row(buttons)
	return within(b, MaxMessage-around, func(b brief.Brief) Message {
		m := Message{Text: Spoken(b.Plain()), Blocks: briefBlocks(b, buttons)}
		if row != nil {
			m.Blocks = append(m.Blocks, row)
		}
		return m
	})
}

// leastBrief is the room below which a brief is not worth showing.
const leastBrief = 500

// Fit returns the blocks that show a brief above the buttons of a message, which
// it leaves to the caller, in at most so many characters; or nil if there is no
// sense in it.
func Fit(b brief.Brief, most int, buttons []news.Button) []slack.Block {
	if most < leastBrief {
		return nil
	}
	m := within(b, most, func(b brief.Brief) Message { return Message{Blocks: briefBlocks(b, buttons)} })
	if m.Size() > most {
		return nil
	}
	return m.Blocks
}

// within shrinks a brief until what is made of it fits into so many characters.
func within(b brief.Brief, most int, lay func(brief.Brief) Message) Message {
	for budget := b.Size(); ; budget = budget * 3 / 4 {
		m := lay(b)
		if m.Size() <= most || budget == 0 {
			return m
		}
		b = b.Shrink(budget * 3 / 4)
	}
}

// ShortOf is what is left to say of a brief when Slack refuses the whole.
func ShortOf(b brief.Brief) Message {
	m := Message{Text: spoken(b.Summary(maxSummary), maxSummary)}
	if a := Address(b.URL); a != "" && len(a) <= maxLink {
		m.Text += "\n" + MrkdwnLink("Article", a)
	}
	return m
}

// Spoken makes the text for notifications and screen readers of plain words: no
// longer than leaves room for the blocks.
func Spoken(s string) string { return spoken(s, maxPlain) }

func spoken(s string, most int) string {
	for {
		text := Escape(brief.Cut(s, most))
		if most == 0 || (Message{Text: text}).Size() <= maxSpoken {
			return text
		}
		most = most * 3 / 4
	}
}

// briefBlocks are the blocks that show a brief: a title that links the article,
// the lines, and the small print. What a button below leads to is not linked a
// second time.
func briefBlocks(b brief.Brief, buttons []news.Button) []slack.Block {
	elements := []slack.RichTextSectionElement{Link(brief.Cut(b.Title(), maxNote), b.URL, true)}
	if b.Headline != "" {
		elements = append(elements, Break(), Text(brief.Cut(b.Headline, maxNote)))
	}
	for _, l := range b.Lines {
		elements = append(elements, Break())
		elements = append(elements, line(l)...)
	}
	var blocks []slack.Block
	if s := Section(elements...); s != nil {
		blocks = append(blocks, slack.NewRichTextBlock("", s))
	}
	return append(blocks, foot(b, buttons)...)
}

func line(l brief.Line) []slack.RichTextSectionElement {
	lead := ""
	if l.Label != "" {
		lead = l.Label + "  "
	}
	if l.Sign != "" {
		lead += l.Sign + " "
	}
	out := []slack.RichTextSectionElement{Text(lead)}
	for i, r := range l.Runs {
		switch {
		case r.Mark == brief.Del:
			out = append(out, Struck(r.Text))
		case r.Mark == brief.Ins:
			out = append(out, Bold(r.Text))
		case r.Mark == brief.Found:
			out = append(out, Slanted(r.Text))
		case i == 0 && len(l.Link) <= maxLink:
			out = append(out, Link(r.Text, l.Link, false)) // Text, where there is no link
		default:
			out = append(out, Text(r.Text))
		}
	}
	return out
}

// foot is the small print: what is not shown and when it happened, a line each,
// and where to read more. Texts beside each other in one context run together,
// so each of the two is a block with one text.
func foot(b brief.Brief, buttons []news.Button) []slack.Block {
	var print []string
	for _, s := range []string{b.Notes(), strings.Join(b.When, " · ")} {
		if s = brief.Cut(brief.Clean(s), maxNote); s != "" {
			print = append(print, s)
		}
	}
	var links []string
	for _, l := range b.Links {
		button := slices.ContainsFunc(buttons, func(b news.Button) bool { return b.Label == l.Label })
		if a := Address(l.URL); a != "" && len(a) <= maxLink && !button {
			links = append(links, MrkdwnLink(l.Label, a))
		}
	}
	var out []slack.Block
	if len(print) > 0 {
		out = append(out, slack.NewContextBlock("", slack.NewTextBlockObject(slack.PlainTextType, strings.Join(print, "\n"), false, false)))
	}
	if len(links) > 0 {
		out = append(out, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, strings.Join(links, " · "), false, false)))
	}
	return out
}

// rowName is the block ID of a row, and begins the action IDs of its buttons.
const rowName = "editwatch"

// Row returns a block of buttons, or nil if there is none that leads anywhere or
// does anything. None is styled: what they do can be taken back.
func Row(buttons []news.Button) slack.Block {
	var elements []slack.BlockElement
	for _, b := range buttons {
		label := brief.Cut(brief.Clean(b.Label), MaxButton)
		a := Address(b.URL)
		if label == "" || a == "" && b.Token == "" || brief.Len(b.Token) > MaxValue || len(elements) == MaxActions {
			continue
		}
		e := slack.NewButtonBlockElement(rowName+"-"+string(rune('a'+len(elements))), b.Token, slack.NewTextBlockObject(slack.PlainTextType, label, false, false))
		e.URL = a
		elements = append(elements, e)
	}
	if len(elements) == 0 {
		return nil
	}
	return slack.NewActionBlock(rowName, elements...)
}

// Webhook returns the message as an incoming webhook takes it.
func (m Message) Webhook() *slack.WebhookMessage {
	off := false
	w := &slack.WebhookMessage{Text: m.Text, Parse: "none", UnfurlLinks: &off, UnfurlMedia: &off}
	if len(m.Blocks) > 0 {
		w.Blocks = &slack.Blocks{BlockSet: m.Blocks}
	}
	return w
}
