package chattest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// newAsk begins an ask. The lock is held.
func (s *Slack) newAsk(user, channel, what string) (k *Ask, id, responseURL, triggerID string) {
	s.serial++
	id = fmt.Sprintf("envelope-%d", s.serial)
	k = &Ask{User: user, Channel: channel, At: time.Now(), s: s, what: what, since: len(s.said)}
	s.asks[id] = k
	token := fmt.Sprintf("%s/%d/s3cretResponse", SlackTeam, s.serial)
	s.asks[token] = k
	triggerID = fmt.Sprintf("%d.trigger", s.serial)
	s.triggers[triggerID] = &trigger{at: k.At}
	return k, id, s.URL + "/response/" + token, triggerID
}

// called is how Slack names a channel in what it sends.
func (s *Slack) called(channel string) string {
	switch c := s.channels[channel]; {
	case c == nil:
		return "directmessage"
	case c.Private:
		return "privategroup"
	default:
		return c.Name
	}
}

// Command types a slash command, such as "/editwatch" with the text "list".
func (s *Slack) Command(user, channel, command, text string) *Ask {
	s.t.Helper()
	s.mu.Lock()
	k, id, response, trig := s.newAsk(user, channel, command+" "+text)
	k.payload = true
	v := map[string]string{
		"token": "verification", "team_id": SlackTeam, "team_domain": "harbour", "channel_id": channel, "channel_name": s.called(channel),
		"user_id": user, "user_name": strings.ToLower(user), "command": command, "text": text, "api_app_id": SlackApp,
		"is_enterprise_install": "false", "response_url": response, "trigger_id": trig,
	}
	s.mu.Unlock()
	form := make(url.Values)
	for name, value := range v {
		form.Set(name, value)
	}
	s.send(k, id, "slash_commands", v, func(u RequestURLs) (string, string, []byte) {
		return u.Commands, "application/x-www-form-urlencoded", []byte(form.Encode())
	})
	return k
}

// interact sends an interaction.
func (s *Slack) interact(k *Ask, id string, v map[string]any) *Ask {
	s.t.Helper()
	v["user"] = map[string]any{"id": k.User, "username": strings.ToLower(k.User), "name": strings.ToLower(k.User), "team_id": SlackTeam}
	v["team"] = map[string]any{"id": SlackTeam, "domain": "harbour"}
	v["api_app_id"], v["token"], v["enterprise"], v["is_enterprise_install"] = SlackApp, "verification", nil, false
	s.send(k, id, "interactive", v, func(u RequestURLs) (string, string, []byte) {
		return u.Interactivity, "application/x-www-form-urlencoded", []byte(url.Values{"payload": {string(marshal(v))}}.Encode())
	})
	return k
}

// Press presses the button with a label on a message, as it stands now.
func (s *Slack) Press(user string, m Saying, label string) *Ask {
	s.t.Helper()
	for _, b := range m.Buttons() {
		if b.Label == label && b.URL == "" {
			return s.PressButton(user, m, b)
		}
	}
	s.t.Fatalf("chattest: no button %q on: %s", label, m.Visible())
	return nil
}

// PressButton presses a button that the message may not have any more: old
// messages linger on screens.
func (s *Slack) PressButton(user string, m Saying, b SlackButton) *Ask {
	s.t.Helper()
	s.mu.Lock()
	k, id, response, trig := s.newAsk(user, m.Channel, "the button "+b.Label)
	k.on = s.find(m.Channel, m.TS)
	k.Thread = m.Thread
	v := map[string]any{
		"type": "block_actions", "trigger_id": trig, "response_url": response, "state": map[string]any{"values": map[string]any{}},
		"container": map[string]any{"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "is_ephemeral": m.For != ""},
		"channel":   map[string]any{"id": m.Channel, "name": s.called(m.Channel)},
		"actions":   []any{map[string]any{"type": "button", "action_id": b.ActionID, "block_id": b.BlockID, "value": b.Value, "action_ts": m.TS, "text": map[string]any{"type": "plain_text", "text": b.Label, "emoji": true}}},
	}
	if k.on != nil && m.For == "" { // of ephemeral messages, Slack sends nothing
		v["message"] = s.sayingJSON(k.on, true)
	}
	s.mu.Unlock()
	return s.interact(k, id, v)
}

// PressHome presses the button with a label on a user's Home tab.
func (s *Slack) PressHome(user, label string) *Ask {
	s.t.Helper()
	var view struct{ Blocks json.RawMessage }
	json.Unmarshal(s.Home(user), &view)
	for _, b := range (Saying{Blocks: view.Blocks}).Buttons() {
		if b.Label != label || b.URL != "" {
			continue
		}
		s.mu.Lock()
		k, id, _, trig := s.newAsk(user, "", "the button "+label)
		s.mu.Unlock()
		return s.interact(k, id, map[string]any{
			"type": "block_actions", "trigger_id": trig, "container": map[string]any{"type": "view", "view_id": "V0VIEW"}, "view": viewJSON(s.Home(user)),
			"actions": []any{map[string]any{"type": "button", "action_id": b.ActionID, "block_id": b.BlockID, "value": b.Value, "text": map[string]any{"type": "plain_text", "text": label}}},
		})
	}
	s.t.Fatalf("chattest: no button %q on the Home tab of %s", label, user)
	return nil
}

// Shortcut uses a message shortcut on a message.
func (s *Slack) Shortcut(user, callbackID, channel, ts string) *Ask {
	s.t.Helper()
	s.mu.Lock()
	m := s.find(channel, ts)
	if m == nil {
		s.mu.Unlock()
		s.t.Fatalf("chattest: there is no message %s in %s", ts, channel)
	}
	k, id, response, trig := s.newAsk(user, channel, "the shortcut "+callbackID)
	k.Thread = m.Thread
	v := map[string]any{
		"type": "message_action", "callback_id": callbackID, "trigger_id": trig, "response_url": response, "action_ts": m.TS, "message_ts": ts,
		"channel": map[string]any{"id": channel, "name": s.called(channel)}, "message": s.sayingJSON(m, false),
	}
	s.mu.Unlock()
	return s.interact(k, id, v)
}

// Mention mentions the bot in a channel it is in: "@editwatch " and the text. A
// thread is the ts of its first message.
func (s *Slack) Mention(user, channel, text, thread string) *Ask {
	s.t.Helper()
	text = "<@" + SlackBot + "> " + text
	ts := s.Post(user, channel, text, thread)
	e := map[string]any{"type": "app_mention", "user": user, "text": text, "ts": ts, "channel": channel, "event_ts": ts, "team": SlackTeam}
	if thread != "" {
		e["thread_ts"] = thread
	}
	k := s.Event(user, channel, e)
	k.Thread = thread
	return k
}

// OpenHome opens the bot's Home tab.
func (s *Slack) OpenHome(user string) *Ask {
	s.t.Helper()
	return s.Event(user, "D"+user, map[string]any{"type": "app_home_opened", "user": user, "channel": "D" + user, "tab": "home", "event_ts": "1.000001"})
}

// Event sends an event of the Events API, such as
//
//	s.Event("", channel, map[string]any{"type": "channel_archive", "channel": channel, "user": user})
//
// One that is not acknowledged within 3 seconds is sent again: over a socket
// once, to an address three times, at once, after a minute and after five.
func (s *Slack) Event(user, channel string, event map[string]any) *Ask {
	s.t.Helper()
	s.mu.Lock()
	k, id, _, _ := s.newAsk(user, channel, fmt.Sprint("the event ", event["type"]))
	v := map[string]any{
		"token": "verification", "team_id": SlackTeam, "api_app_id": SlackApp, "type": "event_callback", "event": event, "event_id": "Ev" + id,
		"event_time": k.At.Unix(), "authorizations": []any{map[string]any{"team_id": SlackTeam, "user_id": SlackBot, "is_bot": true, "is_enterprise_install": false}},
		"is_ext_shared_channel": false,
	}
	s.mu.Unlock()
	s.send(k, id, "events_api", v, func(u RequestURLs) (string, string, []byte) { return u.Events, "application/json", marshal(v) })
	return k
}
