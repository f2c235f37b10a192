package slack

import (
	"strings"

	"github.com/slack-go/slack"

	"github.com/editwatch/editwatch/internal/brief"
)

const (
	// maxPlain and maxSpoken keep the text for notifications and screen readers,
	// which says everything again, from taking the room of the blocks: before
	// and after it is escaped.
	maxPlain  = 1500
	maxSpoken = 2500
	// maxSummary is the text when nothing else is sent.
	maxSummary = 500
	// maxNote is the context line's, and of the title's.
	maxNote = 300
	// maxLink is the longest address shown at the foot; there may be three.
	maxLink = 500
	// around is what a request has beside the text and the blocks of its message.
	around = 300
)

// Of lays a brief out as a message within Slack's limits, with more blocks below
// it: the brief shrinks until it fits.
func Of(b brief.Brief, below ...slack.Block) Message {
	return within(b, MaxMessage-around, func(b brief.Brief) Message {
		m := Message{Text: Spoken(b.Plain()), Blocks: BriefBlocks(b)}
		m.Blocks = append(m.Blocks, below...)
		return m
	})
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

// BriefBlocks are the blocks that show a brief: a title that links the article,
// the lines, and the small print.
func BriefBlocks(b brief.Brief) []slack.Block {
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
	if foot := foot(b); len(foot) > 0 {
		blocks = append(blocks, slack.NewContextBlock("", foot...))
	}
	return blocks
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
	for _, r := range l.Runs {
		switch r.Mark {
		case brief.Del:
			out = append(out, Struck(r.Text))
		case brief.Ins:
			out = append(out, Bold(r.Text))
		default:
			out = append(out, Text(r.Text))
		}
	}
	return out
}

// foot is the small print: what is not shown, when it happened, where to read
// more.
func foot(b brief.Brief) []slack.MixedElement {
	var out []slack.MixedElement
	for _, s := range []string{b.Notes(), strings.Join(b.When, " · ")} {
		if s = brief.Cut(Clean(s), maxNote); s != "" {
			out = append(out, slack.NewTextBlockObject(slack.PlainTextType, s, false, false))
		}
	}
	var links []string
	for _, l := range b.Links {
		if a := Address(l.URL); a != "" && len(a) <= maxLink {
			links = append(links, MrkdwnLink(l.Label, a))
		}
	}
	if len(links) > 0 {
		out = append(out, slack.NewTextBlockObject(slack.MarkdownType, strings.Join(links, " · "), false, false))
	}
	return out
}

// A Button stands in a [Row].
type Button struct {
	Label  string
	Value  string // what comes back when it is pressed
	URL    string // where it leads; it does nothing else then
	Danger bool
}

// Row returns a block of buttons, or nil if there is none that leads anywhere or
// does anything. Their action IDs begin with name; so does the block's.
func Row(name string, buttons []Button) slack.Block {
	var elements []slack.BlockElement
	for _, b := range buttons {
		label := brief.Cut(Clean(b.Label), MaxButton)
		a := Address(b.URL)
		if label == "" || a == "" && b.Value == "" || Len(b.Value) > MaxValue || len(elements) == MaxActions {
			continue
		}
		e := slack.NewButtonBlockElement(name+"-"+string(rune('a'+len(elements))), b.Value, slack.NewTextBlockObject(slack.PlainTextType, label, false, false))
		e.URL = a
		if b.Danger {
			e.Style = slack.StyleDanger
		}
		elements = append(elements, e)
	}
	if len(elements) == 0 {
		return nil
	}
	return slack.NewActionBlock(name, elements...)
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
