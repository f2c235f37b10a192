package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

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
	return Len(string(data))
}

// Post posts a message into a channel and returns its timestamp, which names it
// there. Posts into one channel are spaced as Slack asks.
func (c *Client) Post(ctx context.Context, channel string, m Message) (string, error) {
	if err := c.pacing.wait(ctx, channel); err != nil {
		return "", unsent(err)
	}
	_, ts, err := c.api.PostMessageContext(ctx, channel, m.options()...)
	return ts, c.problem("chat.postMessage", err)
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
	return c.problem("chat.update", err)
}

// Ephemeral shows a message to one person in a channel, until they reload.
func (c *Client) Ephemeral(ctx context.Context, channel, user string, m Message) error {
	m.ID = ""
	_, err := c.api.PostEphemeralContext(ctx, channel, user, m.options()...)
	return c.problem("chat.postEphemeral", err)
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
	err := slack.PostWebhookCustomHTTPContext(ctx, address, c.plain, &body)
	if err == nil {
		return nil
	}
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	return unanswered(err)
}

// A Look is what [Client.Find] looks for.
type Look struct {
	Channel string
	Thread  string // in the thread of this message; empty: in the channel
	ID      string // of the message
	// Texts are what the message may say. They tell where a server keeps no
	// metadata, and there only: one of the bot's messages that has none and says
	// the same is taken for it.
	Texts []string
	Since time.Time // when it cannot have been posted yet
}

// lookPages and lookPage bound a look: a post that is older than a thousand
// messages is not found.
const (
	lookPages = 10
	lookPage  = 100
)

// skew is how far Slack's clock and ours may be apart.
const skew = 2 * time.Minute

// Find returns the timestamp of a message that the bot posted, or nothing if it
// is not there. It needs the scopes channels:history and groups:history; without
// them the error is Forbidden.
func (c *Client) Find(ctx context.Context, l Look) (string, error) {
	bot, err := c.Who(ctx)
	if err != nil {
		return "", err
	}
	method, args := "conversations.history", url.Values{
		"channel": {l.Channel}, "include_all_metadata": {"true"}, "inclusive": {"true"},
		"oldest": {timestamp(l.Since.Add(-skew))}, "limit": {strconv.Itoa(lookPage)},
	}
	if l.Thread != "" {
		method = "conversations.replies"
		args.Set("ts", l.Thread)
	}
	for range lookPages {
		var page struct {
			Messages []found `json:"messages"`
			More     bool    `json:"has_more"`
			Metadata struct {
				Next string `json:"next_cursor"`
			} `json:"response_metadata"`
		}
		if err := c.call(ctx, method, args, &page); err != nil {
			return "", err
		}
		for _, m := range page.Messages {
			if m.is(l, bot) {
				return m.TS, nil
			}
		}
		if !turn(args, page.Metadata.Next, page.More, page.Messages) {
			break
		}
	}
	return "", nil
}

// turn asks for the next page, and reports whether there is one. Not every server
// hands out cursors: there the page begins where the one before ended.
func turn(args url.Values, cursor string, more bool, page []found) bool {
	if cursor != "" {
		args.Set("cursor", cursor)
		return true
	}
	if !more || len(page) == 0 {
		return false
	}
	bound, last := "latest", page[len(page)-1].TS
	if args.Has("ts") { // replies come oldest first
		bound = "oldest"
	}
	if args.Get(bound) == last {
		return false
	}
	args.Set(bound, last)
	return true
}

// timestamp is a time as Slack writes it.
func timestamp(t time.Time) string {
	return strconv.FormatInt(max(t.Unix(), 0), 10) + ".000000"
}

// found is a message of a channel's history.
type found struct {
	TS       string          `json:"ts"`
	User     string          `json:"user"`
	BotID    string          `json:"bot_id"`
	Text     string          `json:"text"`
	Metadata json.RawMessage `json:"metadata"`
}

func (m found) is(l Look, bot Bot) bool {
	var meta struct {
		EventType    string         `json:"event_type"`
		EventPayload map[string]any `json:"event_payload"`
	}
	// Some servers hand the metadata back as the text they were given.
	var quoted string
	raw := m.Metadata
	if json.Unmarshal(raw, &quoted) == nil {
		raw = json.RawMessage(quoted)
	}
	if json.Unmarshal(raw, &meta) == nil && meta.EventType != "" {
		return meta.EventType == eventType && meta.EventPayload[metaID] == l.ID
	}
	ours := m.User != "" && m.User == bot.User || m.BotID != "" && m.BotID == bot.ID
	if !ours || m.before(l.Since.Add(-skew)) {
		return false
	}
	for _, t := range l.Texts {
		if plain(t) == plain(m.Text) {
			return true
		}
	}
	return false
}

// before reports whether the message was posted before the time. Not every
// server keeps to the oldest it is asked for.
func (m found) before(t time.Time) bool {
	s, err := strconv.ParseFloat(m.TS, 64)
	return err == nil && s < float64(t.Unix())
}

// plain undoes what servers do to a text they keep.
func plain(s string) string {
	s = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

// perChannel is how far posts into one channel are kept apart: "no more than one
// message per second per channel, with short bursts allowed"
// (https://docs.slack.dev/apis/web-api/rate-limits#special).
const perChannel = time.Second

// pacingMost is how many channels are remembered at once.
const pacingMost = 4096

// pacing spaces the posts of each channel.
type pacing struct {
	mu   sync.Mutex
	next map[string]time.Time
}

// wait returns when it is the caller's turn.
func (p *pacing) wait(ctx context.Context, channel string) error {
	p.mu.Lock()
	now := time.Now()
	if p.next == nil {
		p.next = make(map[string]time.Time)
	}
	if len(p.next) >= pacingMost {
		for c, t := range p.next {
			if !t.After(now) {
				delete(p.next, c)
			}
		}
	}
	turn := p.next[channel]
	if turn.Before(now) {
		turn = now
	}
	p.next[channel] = turn.Add(perChannel)
	p.mu.Unlock()
	if !turn.After(now) {
		return ctx.Err()
	}
	timer := time.NewTimer(turn.Sub(now))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
