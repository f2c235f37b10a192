package slack

import (
	"context"
	"encoding/json"

	"github.com/slack-go/slack"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/safehttp"
)

// A Message is what is put into a channel.
type Message struct {
	// Text is mrkdwn, escaped: what notifications and screen readers say, and
	// with no blocks what is shown. It is never empty.
	Text   string
	Blocks []slack.Block
	Thread string // the timestamp of the message it replies to; empty: none
	ID     string // by which [Client.Find] knows it; empty: none
}

// eventType marks our metadata in a message.
const eventType = "editwatch_delivery"

// metaID is the key of a message's ID in its metadata.
const metaID = "id"

func (m Message) options() []slack.MsgOption {
	o := []slack.MsgOption{
		slack.MsgOptionText(m.Text, false),
		slack.MsgOptionParse(false),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
	}
	if len(m.Blocks) > 0 {
		o = append(o, slack.MsgOptionBlocks(m.Blocks...))
	}
	if m.Thread != "" {
		o = append(o, slack.MsgOptionTS(m.Thread))
	}
	if m.ID != "" {
		o = append(o, slack.MsgOptionMetadata(slack.SlackMetadata{EventType: eventType, EventPayload: map[string]any{metaID: m.ID}}))
	}
	return o
}

// Size is the message's length as it is sent, in characters.
func (m Message) Size() int {
	data, err := json.Marshal(struct {
		Text   string
		Blocks []slack.Block
	}{m.Text, m.Blocks})
	if err != nil {
		return MaxMessage + 1
	}
	return brief.Len(string(data))
}

// Post posts a message into a channel and returns its timestamp, which names it
// there. Posts into one channel are spaced as Slack asks.
func (c *Client) Post(ctx context.Context, channel string, m Message) (string, error) {
	if err := c.pacing.wait(ctx, channel); err != nil {
		return "", unsent(err)
	}
	_, ts, err := c.api.PostMessageContext(ctx, channel, m.options()...)
	return ts, apiError(err)
}

// unsent is the problem of a request that the caller gave up before it was made.
func unsent(err error) *Problem {
	p := unanswered(err)
	p.unsure, p.api = false, true
	return p
}

// Update renders a message anew. Without blocks it has none afterwards.
func (c *Client) Update(ctx context.Context, channel, ts string, m Message) error {
	m.Thread, m.ID = "", ""
	options := m.options()
	if len(m.Blocks) == 0 {
		options = append(options, slack.MsgOptionBlocks())
	}
	_, _, _, err := c.api.UpdateMessageContext(ctx, channel, ts, options...)
	return apiError(err)
}

// Ephemeral shows a message to one person in a channel, until they reload.
func (c *Client) Ephemeral(ctx context.Context, channel, user string, m Message) error {
	m.ID = ""
	_, err := c.api.PostEphemeralContext(ctx, channel, user, m.options()...)
	return apiError(err)
}

// How says where a response goes.
type How int

const (
	ToAsker  How = iota // seen by the asker alone
	Replaces            // in the place of the message that was answered from
)

// Respond answers through a response URL, which stands for the right to answer
// one command or press [MaxResponses] times within [ResponseTime].
func (c *Client) Respond(ctx context.Context, address string, m Message, how How) error {
	body := slack.WebhookMessage{
		Text: m.Text, Blocks: &slack.Blocks{BlockSet: m.Blocks}, ThreadTimestamp: m.Thread,
		ResponseType: slack.ResponseTypeEphemeral, ReplaceOriginal: how == Replaces,
	}
	if len(m.Blocks) == 0 {
		body.Blocks = nil
	}
	if _, err := safehttp.ParseURL(address); err != nil {
		return &Problem{reason: err.Error()}
	}
	return hook(ctx, c.plain, address, &body)
}
