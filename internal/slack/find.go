package slack

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"
)

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
	return strings.Join(strings.Fields(Unescape(s)), " ")
}
