package slack

import (
	"encoding/json"
	"strings"

	api "github.com/slack-go/slack"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/slack"
)

const (
	// maxPlain and maxText keep the text for notifications and screen readers,
	// which says everything again, from taking the room of the blocks: before
	// and after it is escaped.
	maxPlain = 1500
	maxText  = 2500
	// maxSummary is the text when nothing else is sent.
	maxSummary = 500
	// maxNote is the context line's, and of the title's.
	maxNote = 300
	// maxLink is the longest address shown at the foot; there may be three.
	maxLink = 500
)

// render lays an announcement out within Slack's limits: the brief shrinks until
// it fits.
func render(b brief.Brief) *api.WebhookMessage {
	for budget := b.Size(); ; budget = budget * 3 / 4 {
		m := message(b)
		if size(m) <= slack.MaxMessage || budget == 0 {
			return m
		}
		b = b.Shrink(budget * 3 / 4)
	}
}

// size is the message's length as it is sent, in characters.
func size(m *api.WebhookMessage) int {
	data, err := json.Marshal(m)
	if err != nil {
		return slack.MaxMessage + 1
	}
	return slack.Len(string(data))
}

func message(b brief.Brief) *api.WebhookMessage {
	m := base(b.Plain(), maxPlain)
	elements := []api.RichTextSectionElement{slack.Link(brief.Cut(b.Title(), maxNote), b.URL, true)}
	if b.Headline != "" {
		elements = append(elements, slack.Break(), slack.Text(brief.Cut(b.Headline, maxNote)))
	}
	for _, l := range b.Lines {
		elements = append(elements, slack.Break())
		elements = append(elements, line(l)...)
	}
	m.Blocks = &api.Blocks{}
	if s := slack.Section(elements...); s != nil {
		m.Blocks.BlockSet = append(m.Blocks.BlockSet, api.NewRichTextBlock("", s))
	}
	if foot := foot(b); len(foot) > 0 {
		m.Blocks.BlockSet = append(m.Blocks.BlockSet, api.NewContextBlock("", foot...))
	}
	return m
}

// base is a message of plain words alone. Its blocks replace the text on the
// screen, not in notifications.
func base(text string, most int) *api.WebhookMessage {
	off := false
	m := &api.WebhookMessage{Parse: "none", UnfurlLinks: &off, UnfurlMedia: &off}
	for {
		m.Text = slack.Escape(brief.Cut(text, most))
		if most == 0 || size(m) <= maxText {
			return m
		}
		most = most * 3 / 4
	}
}

// short is what is left to say when Slack refuses the whole.
func short(b brief.Brief) *api.WebhookMessage {
	m := base(b.Summary(maxSummary), maxSummary)
	if a := slack.Address(b.URL); a != "" && len(a) <= maxLink {
		m.Text += "\n" + slack.MrkdwnLink("Article", a)
	}
	return m
}

func line(l brief.Line) []api.RichTextSectionElement {
	lead := ""
	if l.Label != "" {
		lead = l.Label + "  "
	}
	if l.Sign != "" {
		lead += l.Sign + " "
	}
	out := []api.RichTextSectionElement{slack.Text(lead)}
	for _, r := range l.Runs {
		switch r.Mark {
		case brief.Del:
			out = append(out, slack.Struck(r.Text))
		case brief.Ins:
			out = append(out, slack.Bold(r.Text))
		default:
			out = append(out, slack.Text(r.Text))
		}
	}
	return out
}

// foot is the small print: what is not shown, when it happened, where to read
// more.
func foot(b brief.Brief) []api.MixedElement {
	var out []api.MixedElement
	for _, s := range []string{b.Notes(), strings.Join(b.When, " · ")} {
		if s = brief.Cut(slack.Clean(s), maxNote); s != "" {
			out = append(out, api.NewTextBlockObject(api.PlainTextType, s, false, false))
		}
	}
	var links []string
	for _, l := range b.Links {
		if a := slack.Address(l.URL); a != "" && len(a) <= maxLink {
			links = append(links, slack.MrkdwnLink(l.Label, a))
		}
	}
	if len(links) > 0 {
		out = append(out, api.NewTextBlockObject(api.MarkdownType, strings.Join(links, " · "), false, false))
	}
	return out
}
