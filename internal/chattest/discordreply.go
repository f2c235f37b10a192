package chattest

import (
	"encoding/json"
	"net/http"
	"time"
)

// createCallback takes the first answer to an interaction.
func (d *Discord) createCallback(r *http.Request, call *Call) reply {
	i := d.asked[r.PathValue("interaction_token")]
	switch {
	case i == nil || i.ID != r.PathValue("interaction_id"):
		return refuse(404, 10062)
	case !i.answered.IsZero():
		return refuse(400, 40060)
	case call.At.Sub(i.At) > promptly:
		d.fail("an interaction was answered after %v: its token died after %v", call.At.Sub(i.At), promptly)
		return refuse(404, 10062)
	}
	if !d.apply(i, call.At, call.Body) {
		return refuse(400, 50035)
	}
	d.touch()
	if r.URL.Query().Get("with_response") != "true" {
		return reply{status: 204}
	}
	v := map[string]any{"interaction": map[string]any{"id": i.ID, "type": i.Type}}
	if i.original != nil {
		v["resource"] = map[string]any{"type": i.kind, "message": d.messageJSON(i.original)}
	}
	return answer(200, v)
}

// apply does what a first answer says. It reports whether the answer fits the
// interaction.
func (d *Discord) apply(i *Interaction, at time.Time, body []byte) bool {
	var b struct {
		Type int
		Data json.RawMessage
	}
	json.Unmarshal(body, &b)
	var data struct {
		Flags   int
		Choices []Choice
	}
	json.Unmarshal(b.Data, &data)
	fits := map[int]bool{2: b.Type == 4 || b.Type == 5 || b.Type == 9, 3: b.Type != 8 && b.Type != 1, 4: b.Type == 8}[i.Type]
	if !fits {
		d.fail("an answer of type %d to an interaction of type %d", b.Type, i.Type)
		return false
	}
	i.kind, i.answered = b.Type, at
	switch b.Type {
	case 4, 5:
		m := &Message{ID: d.id(), Channel: i.Asker.Channel, Author: DiscordBot, At: at, Body: b.Data, ask: i, Flags: data.Flags & FlagEphemeral}
		m.set(b.Data)
		i.original, i.edited = m, b.Type == 4
		d.messages = append(d.messages, m)
	case 6, 7:
		i.original = i.pressed
		if b.Type == 7 && i.pressed != nil {
			i.pressed.set(b.Data)
			i.pressed.Edits = append(i.pressed.Edits, b.Data)
		}
	case 8:
		i.choices = data.Choices
	}
	return true
}

// hook returns what a webhook's address is for: an interaction, or a channel.
func (d *Discord) hook(r *http.Request, call *Call) (i *Interaction, channel string, re reply, ok bool) {
	id, token := r.PathValue("webhook_id"), r.PathValue("webhook_token")
	if channel, ok := d.hooks[id+"/"+token]; ok {
		if d.channels[channel] == nil {
			return nil, "", refuse(404, 10015), false
		}
		return nil, channel, reply{}, true
	}
	i = d.asked[token]
	switch {
	case i == nil || id != DiscordApp:
		return nil, "", refuse(404, 10015), false
	case i.answered.IsZero():
		return nil, "", refuse(404, 10015), false // there is nothing to follow yet
	case call.At.Sub(i.At) > tokenLife:
		return nil, "", refuse(401, 50027), false
	}
	return i, "", reply{}, true
}

func (d *Discord) createFollowup(r *http.Request, call *Call) reply {
	i, channel, re, ok := d.hook(r, call)
	if !ok {
		return re
	}
	if i == nil { // a webhook of a channel
		m := &Message{ID: d.id(), Channel: channel, Author: DiscordBot, At: call.At, Body: call.Body}
		if t := d.channels[r.URL.Query().Get("thread_id")]; t != nil {
			m.Channel = t.ID
		}
		m.set(call.Body)
		d.messages = append(d.messages, m)
		d.touch()
		if r.URL.Query().Get("wait") != "true" {
			return reply{status: 204}
		}
		return answer(200, d.messageJSON(m))
	}
	var b struct{ Flags int }
	json.Unmarshal(call.Body, &b)
	if i.kind == 5 && !i.edited { // the deprecated way to fill in a deferred answer
		return d.fill(i, call)
	}
	m := &Message{ID: d.id(), Channel: i.Asker.Channel, Author: DiscordBot, At: call.At, Body: call.Body, ask: i, Flags: b.Flags & FlagEphemeral}
	m.set(call.Body)
	d.messages = append(d.messages, m)
	i.follow = append(i.follow, m)
	d.touch()
	return answer(200, d.messageJSON(m))
}

// fill changes the first answer's message.
func (d *Discord) fill(i *Interaction, call *Call) reply {
	m := i.original
	if m == nil || m.Deleted {
		return refuse(404, 10008)
	}
	m.set(call.Body)
	m.Edits = append(m.Edits, call.Body)
	i.edited = true
	d.touch()
	return answer(200, d.messageJSON(m))
}

func (d *Discord) editOriginal(r *http.Request, call *Call) reply {
	i, _, re, ok := d.hook(r, call)
	switch {
	case !ok:
		return re
	case i == nil:
		return refuse(404, 10008)
	}
	return d.fill(i, call)
}

func (d *Discord) getOriginal(r *http.Request, call *Call) reply {
	i, _, re, ok := d.hook(r, call)
	switch {
	case !ok:
		return re
	case i == nil || i.original == nil || i.original.Deleted:
		return refuse(404, 10008)
	}
	return answer(200, d.messageJSON(i.original))
}

func (d *Discord) deleteOriginal(r *http.Request, call *Call) reply {
	i, _, re, ok := d.hook(r, call)
	switch {
	case !ok:
		return re
	case i == nil || i.original == nil || i.original.Deleted:
		return refuse(404, 10008)
	}
	i.original.Deleted = true
	return reply{status: 204}
}

// followed finds a message of an interaction or a webhook.
func (d *Discord) followed(r *http.Request, call *Call) (*Message, reply, bool) {
	i, channel, re, ok := d.hook(r, call)
	if !ok {
		return nil, re, false
	}
	m := d.message("", r.PathValue("message_id"))
	if m == nil || m.Author != DiscordBot || i == nil && m.Channel != channel && d.channels[m.Channel].Parent != channel || i != nil && m.ask != i && m != i.original {
		return nil, refuse(404, 10008), false
	}
	return m, reply{}, true
}

func (d *Discord) getFollowup(r *http.Request, call *Call) reply {
	m, re, ok := d.followed(r, call)
	if !ok {
		return re
	}
	return answer(200, d.messageJSON(m))
}

func (d *Discord) editFollowup(r *http.Request, call *Call) reply {
	m, re, ok := d.followed(r, call)
	if !ok {
		return re
	}
	m.set(call.Body)
	m.Edits = append(m.Edits, call.Body)
	if m.ask != nil && m == m.ask.original {
		m.ask.edited = true
	}
	d.touch()
	return answer(200, d.messageJSON(m))
}

func (d *Discord) deleteFollowup(r *http.Request, call *Call) reply {
	m, re, ok := d.followed(r, call)
	if !ok {
		return re
	}
	m.Deleted = true
	return reply{status: 204}
}
