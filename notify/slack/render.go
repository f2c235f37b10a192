package slack

import (
	"regexp"

	api "github.com/slack-go/slack"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/slack"
	"github.com/editwatch/editwatch/notify"
)

// groupID is the ID of a user group:
// https://docs.slack.dev/reference/objects/usergroup-object.
var groupID = regexp.MustCompile(`^S[A-Z0-9]{2,}$`)

// render lays an announcement out: whom it names, what changed, and the buttons.
func render(a notify.Announcement) slack.Message {
	m := slack.Of(a.Brief, a.Buttons...)
	var named []api.RichTextSectionElement
	for i, id := range mentions(a) {
		if i > 0 {
			named = append(named, slack.Text(" "))
		}
		named = append(named, api.NewRichTextSectionUserGroupElement(id))
	}
	if len(named) > 0 {
		m.Blocks = append([]api.Block{api.NewRichTextBlock("", slack.Section(named...))}, m.Blocks...)
	}
	return finish(a, m)
}

// short is what is left to say when Slack refuses the whole.
func short(a notify.Announcement) slack.Message { return finish(a, slack.ShortOf(a.Brief)) }

// finish adds what is not the brief's.
func finish(a notify.Announcement, m slack.Message) slack.Message {
	// Without its text a mention in a block notifies nobody who only gets the
	// text.
	for _, id := range mentions(a) {
		m.Text = "<!subteam^" + id + "> " + m.Text
	}
	m.ID = string(a.Delivery.ID)
	if a.Delivery.Kind != news.Update && isTimestamp(a.Thread.Root) {
		m.Thread = a.Thread.Root
	}
	return m
}

// mentionsMost is how many user groups one announcement names.
const mentionsMost = 5

func mentions(a notify.Announcement) []string {
	if a.Delivery.Kind == news.Update {
		return nil // they were named when it was posted
	}
	var out []string
	for _, id := range a.Mention {
		if groupID.MatchString(id) && len(out) < mentionsMost {
			out = append(out, id)
		}
	}
	return out
}
