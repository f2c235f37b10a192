package chattest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// nonceWindow is how long a nonce is remembered. Discord says "the past few
// minutes": https://discord.com/developers/docs/resources/message#create-message.
const nonceWindow = 5 * time.Minute

// Flags of messages: https://discord.com/developers/docs/resources/message#message-object-message-flags.
const (
	FlagCrossposted    = 1 << 0
	FlagSuppressEmbeds = 1 << 2
	FlagHasThread      = 1 << 5
	FlagEphemeral      = 1 << 6
	FlagComponentsV2   = 1 << 15
)

// A Message on a [Discord], as it stands now.
type Message struct {
	ID, Channel, Author string
	At                  time.Time
	Nonce               string
	Content             string
	Embeds              []json.RawMessage
	Components          []json.RawMessage
	Flags               int
	Body                json.RawMessage   // as it was posted
	Edits               []json.RawMessage // the bodies of its edits
	Thread              string            // the thread that began at it, if any
	Deleted             bool

	mentions json.RawMessage
	ask      *Interaction // that it answers
}

// Published reports whether the message was crossposted.
func (m Message) Published() bool { return m.Flags&FlagCrossposted != 0 }

// Ephemeral reports whether only the asker sees the message.
func (m Message) Ephemeral() bool { return m.Flags&FlagEphemeral != 0 }

// Text is everything of a message that people read, a line for each part.
func (m Message) Text() string {
	var lines []string
	add := func(s string) {
		if s != "" {
			lines = append(lines, s)
		}
	}
	add(m.Content)
	for _, raw := range m.Embeds {
		var e discordEmbed
		json.Unmarshal(raw, &e)
		add(e.Author.Name)
		add(e.Title)
		add(e.Description)
		for _, f := range e.Fields {
			add(f.Name)
			add(f.Value)
		}
		add(e.Footer.Text)
	}
	for _, c := range flatten(m.Components) {
		add(c.Content)
		if c.Type == componentButton {
			add("[" + c.Label + "]")
		}
	}
	return strings.Join(lines, "\n")
}

// A Button of a message.
type Button struct {
	Label, CustomID, URL string
	Disabled             bool
}

// Buttons returns the buttons of a message.
func (m Message) Buttons() []Button {
	var out []Button
	for _, c := range flatten(m.Components) {
		if c.Type == componentButton {
			out = append(out, Button{c.Label, c.CustomID, c.URL, c.Disabled})
		}
	}
	return out
}

// Messages returns the bot's messages in a channel (or thread) that were not
// deleted, the oldest first. The empty channel is all of them.
func (d *Discord) Messages(channel string) []Message {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Message
	for _, m := range d.messages {
		if (channel == "" || m.Channel == channel) && m.Author == DiscordBot && !m.Deleted && !m.Ephemeral() {
			out = append(out, *m)
		}
	}
	return out
}

// WaitMessages waits until the bot has n messages in a channel, and returns
// them.
func (d *Discord) WaitMessages(channel string, n int) []Message {
	d.t.Helper()
	d.wait(fmt.Sprintf("%d messages in %s", n, channel), func() bool {
		k := 0
		for _, m := range d.messages {
			if m.Channel == channel && m.Author == DiscordBot && !m.Deleted && !m.Ephemeral() {
				k++
			}
		}
		return k >= n
	})
	return d.Messages(channel)
}

// Post posts a message of a member's, with a body as Create Message takes it,
// and returns its ID.
func (d *Discord) Post(channel, author, content string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	m := &Message{ID: d.id(), Channel: channel, Author: author, At: time.Now(), Content: content}
	d.messages = append(d.messages, m)
	return m.ID
}

// RemoveMessage deletes a message, as a moderator would.
func (d *Discord) RemoveMessage(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if m := d.message("", id); m != nil {
		m.Deleted = true
		d.dispatch("MESSAGE_DELETE", map[string]any{"id": id, "channel_id": m.Channel})
	}
}

// AddWebhook makes a webhook of a channel and returns its address.
func (d *Discord) AddWebhook(channel string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := d.id()
	d.hooks[id+"/s3cretT0ken"] = channel
	return d.URL + "/api/webhooks/" + id + "/s3cretT0ken"
}

// message finds a message that was not deleted. An empty channel is any.
func (d *Discord) message(channel, id string) *Message {
	for _, m := range d.messages {
		if m.ID == id && (channel == "" || m.Channel == channel) && !m.Deleted {
			return m
		}
	}
	return nil
}

// set applies a body to a message: what stands in it replaces what was there.
func (m *Message) set(body []byte) {
	var b struct {
		Content    *string            `json:"content"`
		Embeds     *[]json.RawMessage `json:"embeds"`
		Components *[]json.RawMessage `json:"components"`
		Flags      *int               `json:"flags"`
		Mentions   json.RawMessage    `json:"allowed_mentions"`
	}
	json.Unmarshal(body, &b)
	if b.Content != nil {
		m.Content = *b.Content
	}
	if b.Embeds != nil {
		m.Embeds = *b.Embeds
	}
	if b.Components != nil {
		m.Components = *b.Components
	}
	if b.Flags != nil {
		const settable = FlagSuppressEmbeds | FlagComponentsV2 | 1<<12
		m.Flags = m.Flags&^settable | *b.Flags&settable
	}
	m.mentions = b.Mentions
}

func (d *Discord) createMessage(r *http.Request, call *Call) reply {
	c, re, ok := d.reach(r.PathValue("channel_id"))
	if !ok {
		return re
	}
	var b struct {
		Nonce        any               `json:"nonce"`
		EnforceNonce bool              `json:"enforce_nonce"`
		Embeds       []json.RawMessage `json:"embeds"`
	}
	dec := json.NewDecoder(strings.NewReader(string(call.Body)))
	dec.UseNumber()
	dec.Decode(&b)
	need := PermSend
	if c.thread() {
		need = PermSendInThreads
	}
	if len(b.Embeds) > 0 {
		need |= PermEmbed
	}
	switch {
	case d.may(c)&need != need:
		return refuse(403, 50013)
	case c.Locked && d.may(c)&PermManageThreads == 0:
		if c.Archived {
			return refuse(400, 50083)
		}
		return refuse(400, 160005)
	}
	c.Archived = false // a post to an archived thread that is not locked opens it
	n := ""
	if b.Nonce != nil {
		n = fmt.Sprint(b.Nonce)
	}
	if n != "" && b.EnforceNonce {
		if was, ok := d.nonces[n]; ok && call.At.Sub(was.at) < nonceWindow {
			if was.message.Deleted {
				return refuse(404, 10008)
			}
			return answer(200, d.messageJSON(was.message))
		}
	}
	m := &Message{ID: d.id(), Channel: c.ID, Author: DiscordBot, At: call.At, Nonce: n, Body: call.Body}
	m.set(call.Body)
	d.messages = append(d.messages, m)
	if n != "" {
		d.nonces[n] = nonce{call.At, m}
	}
	d.touch()
	return answer(200, d.messageJSON(m))
}

// find returns the channel and message a request is about.
func (d *Discord) find(r *http.Request) (*Channel, *Message, reply, bool) {
	c, re, ok := d.reach(r.PathValue("channel_id"))
	if !ok {
		return nil, nil, re, false
	}
	m := d.message(c.ID, r.PathValue("message_id"))
	if m == nil || m.Ephemeral() {
		return nil, nil, refuse(404, 10008), false
	}
	return c, m, reply{}, true
}

func (d *Discord) getMessage(r *http.Request, _ *Call) reply {
	c, m, re, ok := d.find(r)
	switch {
	case !ok:
		return re
	case d.may(c)&PermHistory == 0:
		return refuse(403, 50013)
	}
	return answer(200, d.messageJSON(m))
}

func (d *Discord) listMessages(r *http.Request, _ *Call) reply {
	c, re, ok := d.reach(r.PathValue("channel_id"))
	if !ok {
		return re
	}
	q := r.URL.Query()
	limit := 50
	if s := q.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 100 {
			return refuse(400, 50035)
		}
		limit = n
	}
	after, _ := strconv.ParseUint(q.Get("after"), 10, 64)
	before, _ := strconv.ParseUint(q.Get("before"), 10, 64)
	var found []*Message
	for _, m := range d.messages {
		id, _ := strconv.ParseUint(m.ID, 10, 64)
		if m.Channel == c.ID && !m.Deleted && !m.Ephemeral() && id > after && (before == 0 || id < before) {
			found = append(found, m)
		}
	}
	if after > 0 { // those right after it, but the newest first all the same
		found = found[:min(limit, len(found))]
	} else {
		found = found[max(0, len(found)-limit):]
	}
	out := []any{}
	for i := len(found) - 1; i >= 0 && d.may(c)&PermHistory != 0; i-- {
		out = append(out, d.messageJSON(found[i]))
	}
	return answer(200, out)
}

func (d *Discord) editMessage(r *http.Request, call *Call) reply {
	_, m, re, ok := d.find(r)
	switch {
	case !ok:
		return re
	case m.Author != DiscordBot:
		return refuse(403, 50005)
	}
	m.set(call.Body)
	m.Edits = append(m.Edits, call.Body)
	d.touch()
	return answer(200, d.messageJSON(m))
}

func (d *Discord) deleteMessage(r *http.Request, _ *Call) reply {
	c, m, re, ok := d.find(r)
	switch {
	case !ok:
		return re
	case m.Author != DiscordBot && d.may(c)&PermManageMessages == 0:
		return refuse(403, 50013)
	}
	m.Deleted = true
	return reply{status: 204}
}

func (d *Discord) crosspost(r *http.Request, _ *Call) reply {
	c, m, re, ok := d.find(r)
	need := PermSend
	if ok && m.Author != DiscordBot {
		need = PermManageMessages
	}
	switch {
	case !ok:
		return re
	case c.Type != ChannelAnnouncement:
		return refuse(400, 50024)
	case d.may(c)&need == 0:
		return refuse(403, 50013)
	case m.Published():
		return refuse(400, 40033)
	}
	m.Flags |= FlagCrossposted
	d.dispatch("MESSAGE_UPDATE", d.messageJSON(m))
	return answer(200, d.messageJSON(m))
}

// createThread begins a thread at a message, or at none.
func (d *Discord) createThread(r *http.Request, call *Call) reply {
	c, re, ok := d.reach(r.PathValue("channel_id"))
	if !ok {
		return re
	}
	var m *Message
	if id := r.PathValue("message_id"); id != "" {
		if m = d.message(c.ID, id); m == nil {
			return refuse(404, 10008)
		}
	}
	switch {
	case c.thread():
		return refuse(400, 50024)
	case d.may(c)&PermCreateThreads == 0:
		return refuse(403, 50013)
	case m != nil && m.Thread != "":
		return refuse(400, 160004)
	}
	var b struct{ Name string }
	json.Unmarshal(call.Body, &b)
	t := &Channel{ID: d.id(), Guild: c.Guild, Name: b.Name, Type: ChannelPublicThread, Parent: c.ID, Permissions: c.Permissions}
	if c.Type == ChannelAnnouncement {
		t.Type = ChannelAnnouncementThread
	}
	if m != nil {
		t.ID = m.ID // a thread has the ID of the message it began at
		m.Thread, m.Flags = t.ID, m.Flags|FlagHasThread
	}
	d.channels[t.ID] = t
	d.dispatch("THREAD_CREATE", d.channelJSON(t))
	return answer(201, d.channelJSON(t))
}

// messageJSON renders a message as the API does.
func (d *Discord) messageJSON(m *Message) map[string]any {
	list := func(raw []json.RawMessage) []json.RawMessage {
		if raw == nil {
			return []json.RawMessage{}
		}
		return raw
	}
	embeds := []any{}
	for _, raw := range m.Embeds {
		e := make(map[string]any)
		json.Unmarshal(raw, &e)
		e["type"] = "rich"
		embeds = append(embeds, e)
	}
	v := map[string]any{
		"id": m.ID, "channel_id": m.Channel, "type": 0, "content": m.Content, "author": userJSON(m.Author), "timestamp": stamp(m.At), "edited_timestamp": nil,
		"tts": false, "mention_everyone": false, "mentions": []any{}, "mention_roles": []string{}, "attachments": []any{}, "pinned": false,
		"embeds": embeds, "components": list(numbered(m.Components)), "flags": m.Flags,
	}
	if len(m.Edits) > 0 {
		v["edited_timestamp"] = stamp(time.Now())
	}
	if m.Nonce != "" {
		v["nonce"] = m.Nonce
	}
	if m.ask != nil {
		v["application_id"], v["webhook_id"] = DiscordApp, DiscordApp
		v["interaction_metadata"] = map[string]any{"id": m.ask.ID, "type": m.ask.Type, "user": userJSON(m.ask.Asker.User), "authorizing_integration_owners": map[string]any{"0": m.ask.Asker.Guild}}
	}
	return v
}

// numbered gives components without an id one, as Discord does: from 1, in the
// order they stand in the message.
func numbered(components []json.RawMessage) []json.RawMessage {
	next := 0
	var number func(v any)
	number = func(v any) {
		c, ok := v.(map[string]any)
		if !ok {
			return
		}
		next++
		if _, has := c["id"]; !has {
			c["id"] = next
		}
		if inner, ok := c["components"].([]any); ok {
			for _, v := range inner {
				number(v)
			}
		}
	}
	out := make([]json.RawMessage, len(components))
	for i, raw := range components {
		var v any
		if json.Unmarshal(raw, &v) != nil {
			out[i] = raw
			continue
		}
		number(v)
		b, err := json.Marshal(v)
		if err != nil {
			panic(err) // it was just read
		}
		out[i] = b
	}
	return out
}
