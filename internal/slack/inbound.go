package slack

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
)

// A Handler answers what people do in Slack. Its methods may take their time:
// Slack is told that the thing arrived without waiting for them. They may be
// called at the same time. The context ends a moment after the program was told
// to stop, with [ErrStopping] as its cause, or after some minutes. A method may
// be called with a context that has ended: there are [Inbox.LastWords] for it.
type Handler interface {
	Command(ctx context.Context, c Command)
	Press(ctx context.Context, p Press)
	Shortcut(ctx context.Context, s Shortcut)
	Event(ctx context.Context, e Event)
}

// A Place is where something was done, and by whom.
type Place struct {
	Team        string // the workspace's ID
	Channel     string // its ID; empty in the app's home tab
	ChannelName string // as Slack says it, which may be "directmessage" or "privategroup"
	User        string
	// ResponseURL answers it, and TriggerID opens a view; either may be empty.
	ResponseURL, TriggerID string
}

// A Command is a slash command.
type Command struct {
	Place
	Name string // "/editwatch"
	Text string // what follows it
}

// A Press is a button pressed.
type Press struct {
	Place
	ActionID, Value string
	Message         string // the timestamp of the message it stands under; empty in the home tab
	Thread          string // of the thread the message is in
	Ephemeral       bool   // only the one who pressed sees the message
}

// A Shortcut is the app's item in a message's menu.
type Shortcut struct {
	Place
	CallbackID string
	Message    string // its timestamp
	Thread     string
	Links      []string // http and https addresses in the message, in the order in which they are seen
}

// An Event is something that happened in the workspace.
type Event struct {
	ID      string // the same however often Slack tells it; may be empty
	Team    string
	Type    string // "app_mention", "app_home_opened", "channel_left" …
	Channel string
	User    string
	BotID   string // of the bot that did it
	Text    string // of a message
	TS      string // of a message
	Thread  string // of the thread that the message is in
	Tab     string // app_home_opened: "home" or "messages"
}

// The payloads are read leniently: unknown fields do not matter, and neither do
// absent ones. https://docs.slack.dev/interactivity/implementing-slash-commands,
// https://docs.slack.dev/reference/interaction-payloads and
// https://docs.slack.dev/reference/events.

func commandOf(payload []byte) (Command, error) {
	var p struct {
		Team        string `json:"team_id"`
		Channel     string `json:"channel_id"`
		ChannelName string `json:"channel_name"`
		User        string `json:"user_id"`
		Command     string `json:"command"`
		Text        string `json:"text"`
		ResponseURL string `json:"response_url"`
		TriggerID   string `json:"trigger_id"`
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		return Command{}, err
	}
	return Command{Place{p.Team, p.Channel, p.ChannelName, p.User, p.ResponseURL, p.TriggerID}, p.Command, p.Text}, nil
}

func commandOfForm(f url.Values) Command {
	return Command{
		Place{f.Get("team_id"), f.Get("channel_id"), f.Get("channel_name"), f.Get("user_id"), f.Get("response_url"), f.Get("trigger_id")},
		f.Get("command"), f.Get("text"),
	}
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// interaction is what block_actions and message_action have of what we use.
type interaction struct {
	Type        string `json:"type"`
	CallbackID  string `json:"callback_id"`
	Team        named  `json:"team"`
	Channel     named  `json:"channel"`
	User        named  `json:"user"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
	MessageTS   string `json:"message_ts"`
	Container   struct {
		Type      string `json:"type"`
		MessageTS string `json:"message_ts"`
		ThreadTS  string `json:"thread_ts"`
		ChannelID string `json:"channel_id"`
		Ephemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Message json.RawMessage `json:"message"`
	Actions []struct {
		ActionID string `json:"action_id"`
		Value    string `json:"value"`
		Type     string `json:"type"`
	} `json:"actions"`
}

func (i interaction) place() Place {
	return Place{i.Team.ID, first(i.Channel.ID, i.Container.ChannelID), i.Channel.Name, i.User.ID, i.ResponseURL, i.TriggerID}
}

// message is of the message that an interaction is about.
type message struct {
	TS          string          `json:"ts"`
	Thread      string          `json:"thread_ts"`
	Text        string          `json:"text"`
	Blocks      json.RawMessage `json:"blocks"`
	Attachments json.RawMessage `json:"attachments"`
}

func (i interaction) message() message {
	var m message
	if json.Unmarshal(i.Message, &m) != nil {
		return message{}
	}
	return m
}

func (i interaction) press() Press {
	m := i.message()
	p := Press{
		Place: i.place(), Message: first(i.Container.MessageTS, m.TS, i.MessageTS),
		Thread: first(i.Container.ThreadTS, m.Thread), Ephemeral: i.Container.Ephemeral,
	}
	if len(i.Actions) > 0 {
		p.ActionID, p.Value = i.Actions[0].ActionID, i.Actions[0].Value
	}
	return p
}

func (i interaction) shortcut() Shortcut {
	m := i.message()
	return Shortcut{
		Place: i.place(), CallbackID: i.CallbackID, Message: first(i.MessageTS, m.TS), Thread: m.Thread,
		Links: m.links(),
	}
}

func first(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

// maxLinks is how many links of a message are returned.
const maxLinks = 10

// links returns the addresses that a message shows: those of its blocks, of its
// text, and of what stands below it, in this order.
func (m message) links() []string {
	var out []string
	seen := make(map[string]bool)
	add := func(s string) {
		if a := Address(s); a != "" && !seen[a] && len(out) < maxLinks {
			seen[a] = true
			out = append(out, a)
		}
	}
	var walk func(v any, depth int)
	walk = func(v any, depth int) {
		if depth == 0 {
			return
		}
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e, depth-1)
			}
		case map[string]any:
			for _, key := range []string{"title_link", "original_url", "from_url", "url"} {
				if s, ok := v[key].(string); ok {
					add(s)
				}
			}
			for _, key := range []string{"text", "pretext", "fallback"} {
				if s, ok := v[key].(string); ok {
					linksIn(s, add)
				}
			}
			for _, key := range []string{"text", "elements", "fields", "accessory", "blocks"} {
				walk(v[key], depth-1)
			}
		}
	}
	const deep = 12
	for _, part := range []json.RawMessage{m.Blocks, nil, m.Attachments} {
		if part == nil {
			linksIn(m.Text, add)
			continue
		}
		var v any
		if json.Unmarshal(part, &v) == nil {
			walk(v, deep)
		}
	}
	return out
}

// linksIn finds the links in mrkdwn.
func linksIn(s string, add func(string)) {
	for {
		_, rest, ok := strings.Cut(s, "<")
		if !ok {
			return
		}
		inner, after, ok := strings.Cut(rest, ">")
		if !ok {
			return
		}
		address, _, _ := strings.Cut(inner, "|")
		add(Unescape(address))
		s = after
	}
}

// Unescape undoes [Escape]: what Slack hands over of a text is escaped as it
// wants to be given it.
func Unescape(s string) string { return unescaper.Replace(s) }

var unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// eventPayload is the outer part of an event.
type eventPayload struct {
	Type      string `json:"type"`
	Challenge string `json:"challenge"`
	EventID   string `json:"event_id"`
	Team      string `json:"team_id"`
	Event     struct {
		Type    string          `json:"type"`
		Channel json.RawMessage `json:"channel"` // an ID, or an object that has one
		User    json.RawMessage `json:"user"`
		BotID   string          `json:"bot_id"`
		Text    string          `json:"text"`
		TS      string          `json:"ts"`
		Thread  string          `json:"thread_ts"`
		Tab     string          `json:"tab"`
	} `json:"event"`
}

func (p eventPayload) event() Event {
	e := p.Event
	return Event{
		ID: p.EventID, Team: p.Team, Type: e.Type, Channel: id(e.Channel), User: id(e.User), BotID: e.BotID,
		Text: e.Text, TS: e.TS, Thread: e.Thread, Tab: e.Tab,
	}
}

func id(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n named
	if json.Unmarshal(raw, &n) == nil {
		return n.ID
	}
	return ""
}
