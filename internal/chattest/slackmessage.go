package chattest

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// body puts a message's arguments together as the JSON that they would be.
func (a args) body() json.RawMessage {
	v := make(map[string]any)
	for k, text := range a {
		switch k {
		case "blocks", "metadata", "attachments":
			if text != "" {
				v[k] = json.RawMessage(text)
			}
		case "unfurl_links", "unfurl_media", "link_names", "mrkdwn", "reply_broadcast", "replace_original", "delete_original":
			v[k] = a.bool(k)
		case "token", "channel", "user", "ts":
		default:
			v[k] = text
		}
	}
	b, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("{") // what was sent is no JSON: the check says so
	}
	return b
}

// checked holds a message against the rules before it is posted.
func (s *Slack) checked(method string, body []byte) (reply, bool) {
	if err := CheckSlack(method, body, s.mentions...); err != nil {
		s.fail("a body breaks Slack's rules: %s: %v\n%s", method, err, excerpt(body))
		return answer(200, map[string]any{"ok": false, "error": "invalid_blocks", "response_metadata": map[string]any{"messages": []string{"[ERROR] " + err.Error()}}}), false
	}
	return reply{}, true
}

// reach returns a channel that the bot may post into, or why it may not.
func (s *Slack) reach(id string) (*Conversation, reply, bool) {
	c := s.channels[id]
	if _, ok := s.users[id]; ok { // a message to a user
		return &Conversation{ID: id, Member: true, Private: true}, reply{}, true
	}
	switch {
	case c == nil, c.Private && !c.Member:
		return nil, slackError("channel_not_found"), false
	case c.Archived:
		return nil, slackError("is_archived"), false
	}
	return c, reply{}, true
}

func (s *Slack) granted(scope string) bool {
	_, missing := s.missing(scope)
	return !missing
}

func (s *Slack) postMessage(a args, c *Call) reply {
	ch, re, ok := s.reach(a["channel"])
	switch {
	case !ok:
		return re
	case !ch.Member && !s.granted("chat:write.public"):
		return slackError("not_in_channel")
	case a["text"] == "" && a["blocks"] == "" && a["attachments"] == "":
		s.fail("a message without a text")
		return slackError("no_text")
	}
	body := a.body()
	if re, ok := s.checked("chat.postMessage", body); !ok {
		return re
	}
	m := s.say(&Saying{Channel: ch.ID, User: SlackBot, Thread: a["thread_ts"], Body: body})
	m.set(body)
	return slackOK(map[string]any{"channel": ch.ID, "ts": m.TS, "message": s.sayingJSON(m, true)})
}

// set applies a body to a message.
func (m *Saying) set(body []byte) {
	var b struct {
		Text     string
		Blocks   json.RawMessage
		Metadata json.RawMessage
	}
	json.Unmarshal(body, &b)
	m.Text, m.Blocks = b.Text, b.Blocks // an update without blocks takes them away
	if b.Metadata != nil {
		m.Metadata = b.Metadata
	}
}

func (s *Slack) update(a args, c *Call) reply {
	ch, re, ok := s.reach(a["channel"])
	if !ok {
		return re
	}
	m := s.find(ch.ID, a["ts"])
	switch {
	case m == nil || m.For != "":
		return slackError("message_not_found")
	case m.User != SlackBot:
		return slackError("cant_update_message")
	}
	body := a.body()
	if re, ok := s.checked("chat.update", body); !ok {
		return re
	}
	m.set(body)
	m.Edits = append(m.Edits, body)
	s.touch()
	return slackOK(map[string]any{"channel": ch.ID, "ts": m.TS, "text": m.Text, "message": s.sayingJSON(m, true)})
}

func (s *Slack) deleteMessage(a args, _ *Call) reply {
	ch, re, ok := s.reach(a["channel"])
	if !ok {
		return re
	}
	m := s.find(ch.ID, a["ts"])
	switch {
	case m == nil || m.For != "":
		return slackError("message_not_found")
	case m.User != SlackBot:
		return slackError("cant_delete_message")
	}
	m.Deleted = true
	s.touch()
	return slackOK(map[string]any{"channel": ch.ID, "ts": m.TS})
}

func (s *Slack) postEphemeral(a args, c *Call) reply {
	ch, re, ok := s.reach(a["channel"])
	switch {
	case !ok:
		return re
	case !ch.Member:
		return slackError("not_in_channel")
	case !s.in(a["user"]):
		return slackError("user_not_in_channel")
	}
	body := a.body()
	if re, ok := s.checked("chat.postEphemeral", body); !ok {
		return re
	}
	m := s.say(&Saying{Channel: ch.ID, User: SlackBot, For: a["user"], Thread: a["thread_ts"], Body: body})
	m.set(body)
	return slackOK(map[string]any{"message_ts": m.TS})
}

func (s *Slack) permalink(a args, _ *Call) reply {
	if s.find(a["channel"], a["message_ts"]) == nil {
		return slackError("message_not_found")
	}
	return slackOK(map[string]any{"channel": a["channel"], "permalink": "https://harbour.slack.com/archives/" + a["channel"] + "/p" + strings.ReplaceAll(a["message_ts"], ".", "")})
}

// history answers conversations.history, the newest first, and
// conversations.replies, the oldest first.
func (s *Slack) history(a args, call *Call) reply {
	c := s.channels[a["channel"]]
	switch {
	case c == nil || c.Private && !c.Member:
		return slackError("channel_not_found")
	case !c.Member:
		return slackError("not_in_channel")
	}
	if re, missing := s.missing(kindOf(c) + ":history"); missing {
		return re
	}
	replies := call.Route == "conversations.replies"
	limit, latest, oldest := 100, seconds(a["latest"]), seconds(a["oldest"])
	if n, err := strconv.Atoi(a["limit"]); err == nil && n > 0 {
		limit = min(n, 999)
	}
	var found []*Saying
	for _, m := range s.said {
		at := seconds(m.TS)
		in := m.Channel == c.ID && m.For == "" && !m.Deleted
		if replies {
			in = in && (m.TS == a["ts"] || m.Thread == a["ts"])
		} else {
			in = in && (m.Thread == "" || m.Thread == m.TS)
		}
		after := at > oldest || at == oldest && a.bool("inclusive")
		before := latest == 0 || at < latest || at == latest && a.bool("inclusive")
		if in && (after || replies && m.TS == a["ts"]) && before {
			found = append(found, m)
		}
	}
	if replies && len(found) == 0 {
		return slackError("thread_not_found")
	}
	if !replies {
		for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
			found[i], found[j] = found[j], found[i]
		}
	}
	more := len(found) > limit
	out := []any{}
	for _, m := range found[:min(limit, len(found))] {
		out = append(out, s.sayingJSON(m, a.bool("include_all_metadata")))
	}
	return slackOK(map[string]any{"messages": out, "has_more": more, "pin_count": 0, "response_metadata": map[string]any{"next_cursor": ""}})
}

// sayingJSON renders a message as Slack does.
func (s *Slack) sayingJSON(m *Saying, metadata bool) map[string]any {
	v := map[string]any{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS, "team": SlackTeam}
	if m.User == SlackBot {
		v["bot_id"], v["app_id"] = SlackBotID, SlackApp
	}
	if len(m.Blocks) > 0 {
		v["blocks"] = m.Blocks
	}
	if m.Thread != "" {
		v["thread_ts"] = m.Thread
	}
	if metadata && len(m.Metadata) > 0 {
		v["metadata"] = m.Metadata
	}
	if len(m.Edits) > 0 {
		v["edited"] = map[string]any{"user": m.User, "ts": m.TS}
	}
	for _, r := range s.said {
		if r.Thread == m.TS && r != m && !r.Deleted {
			v["thread_ts"] = m.TS
			n, _ := v["reply_count"].(int)
			v["reply_count"] = n + 1
		}
	}
	return v
}

// response_url: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.
const (
	responseUses = 5
	responseLife = 30 * time.Minute
)

// respondURL takes a message to a response_url.
func (s *Slack) respondURL(c *Call) reply {
	k := s.asks[c.Subject]
	switch {
	case k == nil:
		return reply{status: 404, body: []byte(`{"ok":false,"error":"expired_url"}`)}
	case c.At.Sub(k.At) > responseLife:
		return reply{status: 404, body: []byte(`{"ok":false,"error":"expired_url"}`)}
	case k.uses >= responseUses:
		return reply{status: 404, body: []byte(`{"ok":false,"error":"used_url"}`)}
	}
	k.uses++
	if !json.Valid(c.Body) {
		s.fail("the body to a response_url is no JSON: %s", excerpt(c.Body))
		return reply{status: 400, body: []byte("invalid_payload")}
	}
	if re, ok := s.checked(ResponseURL, c.Body); !ok {
		re.status = 400
		return re
	}
	s.reply(k, c.Body)
	return reply{status: 200, body: []byte(`{"ok":true}`)}
}

// reply posts what an ask is answered with.
func (s *Slack) reply(k *Ask, body []byte) {
	var b struct {
		Type    string `json:"response_type"`
		Replace bool   `json:"replace_original"`
		Delete  bool   `json:"delete_original"`
		Thread  string `json:"thread_ts"`
	}
	json.Unmarshal(body, &b)
	if k.on != nil && (b.Replace || b.Delete) {
		k.on.Deleted = b.Delete
		if b.Replace {
			k.on.set(body)
			k.on.Edits = append(k.on.Edits, body)
		}
		k.answers = append(k.answers, k.on)
		s.touch()
		return
	}
	m := &Saying{Channel: k.Channel, User: SlackBot, For: k.User, Thread: b.Thread, Body: body, ask: k}
	if b.Type == "in_channel" {
		m.For = ""
	}
	m.set(body)
	k.answers = append(k.answers, s.say(m))
}

// View limits and triggers: https://docs.slack.dev/reference/methods/views.open.
func (s *Slack) publishView(a args, _ *Call) reply {
	if _, ok := s.users[a["user_id"]]; !ok {
		return slackError("user_not_found")
	}
	view := []byte(a["view"])
	if re, ok := s.checked("views.publish", view); !ok {
		return re
	}
	s.homes[a["user_id"]] = view
	s.touch()
	return slackOK(map[string]any{"view": viewJSON(view)})
}

func (s *Slack) openView(a args, c *Call) reply {
	if c.Route == "views.open" {
		t := s.triggers[a["trigger_id"]]
		switch {
		case t == nil:
			return slackError("invalid_trigger_id")
		case t.used:
			return slackError("exchanged_trigger_id")
		case c.At.Sub(t.at) > promptly:
			return slackError("expired_trigger_id")
		}
		t.used = true
	}
	view := []byte(a["view"])
	if re, ok := s.checked(c.Route, view); !ok {
		return re
	}
	return slackOK(map[string]any{"view": viewJSON(view)})
}

func viewJSON(view []byte) map[string]any {
	v := make(map[string]any)
	json.Unmarshal(view, &v)
	v["id"], v["team_id"], v["app_id"], v["bot_id"], v["hash"] = "V0VIEW", SlackTeam, SlackApp, SlackBotID, "1.abc"
	return v
}
