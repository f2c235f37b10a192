package chattest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// An Ask is what a person did and a [Slack] told the bot of.
type Ask struct {
	User, Channel string
	Thread        string // where it was asked, if in a thread
	At            time.Time

	s       *Slack
	what    string // for messages of failure
	sent    time.Time
	ackedAt time.Time
	acks    int
	payload bool // an acknowledgement may carry an answer
	uses    int  // of the response_url
	on      *Saying
	since   int // how much was said before
	answers []*Saying
}

// RequestURLs are the addresses that a Slack sends to instead of sockets, as an
// app's settings have them.
type RequestURLs struct {
	Commands, Interactivity, Events string
	Client                          *http.Client
}

// UseURLs sends everything to addresses instead of sockets. As when they are set,
// the one of events must answer a url_verification.
func (s *Slack) UseURLs(u RequestURLs) {
	s.t.Helper()
	if u.Events != "" {
		body := []byte(`{"token":"x","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}`)
		status, got := deliver(u.Events, u.Client, s.Sign(time.Now(), "application/json", body), body)
		if status != 200 || !strings.Contains(string(got), "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P") {
			s.t.Errorf("chattest: url_verification is answered %d %s, not with the challenge", status, excerpt(got))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.urls = u
}

// Sign returns the headers of a request of Slack's, signed at a time. To forge
// one, sign another body or change what is returned.
func (s *Slack) Sign(at time.Time, contentType string, body []byte) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(s.SigningSecret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	h := make(http.Header)
	h.Set("Content-Type", contentType)
	h.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	h.Set("X-Slack-Request-Timestamp", stamp)
	h.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return h
}

// Deliver posts a body to one of the bot's addresses and returns its answer; the
// status is 0 if there was none within 3 s.
func (s *Slack) Deliver(url string, client *http.Client, h http.Header, body []byte) (status int, answer []byte) {
	return deliver(url, client, h, body)
}

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

// Command types a slash command, such as "/editwatch" with the text "list".
func (s *Slack) Command(user, channel, command, text string) *Ask {
	s.t.Helper()
	s.mu.Lock()
	k, id, response, trig := s.newAsk(user, channel, command+" "+text)
	k.payload = true
	name := "directmessage"
	if c := s.channels[channel]; c != nil {
		name = c.Name
		if c.Private {
			name = "privategroup"
		}
	}
	v := map[string]string{
		"token": "verification", "team_id": SlackTeam, "team_domain": "harbour", "channel_id": channel, "channel_name": name,
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
		"channel":   map[string]any{"id": m.Channel, "name": "channel"},
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
		"channel": map[string]any{"id": channel, "name": "channel"}, "message": s.sayingJSON(m, false),
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

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own values always marshal
	}
	return b
}

// send delivers an ask over a socket, or to an address.
func (s *Slack) send(k *Ask, id, kind string, payload any, request func(RequestURLs) (address, contentType string, body []byte)) {
	s.t.Helper()
	s.mu.Lock()
	address, contentType, body := request(s.urls)
	k.sent = time.Now()
	s.mu.Unlock()
	if address != "" {
		s.socket.running.Go(func() { s.deliver(k, kind, address, contentType, body) })
		return
	}
	if !s.wait("a socket", func() bool { return s.live() != nil }) {
		s.t.FailNow()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k.sent = time.Now()
	envelope := map[string]any{"envelope_id": id, "type": kind, "payload": payload, "accepts_response_payload": k.payload}
	if kind == "events_api" {
		envelope["retry_attempt"], envelope["retry_reason"] = 0, ""
	}
	s.envelope(envelope)
	if kind == "events_api" {
		s.socket.running.Go(func() { s.resend(k, envelope) })
	}
}

// envelope puts an envelope into the next socket.
func (s *Slack) envelope(v map[string]any) {
	if c := s.live(); c != nil {
		s.socket.turn++
		c.send(v)
	}
}

// resend sends an event again that was not acknowledged in time.
func (s *Slack) resend(k *Ask, envelope map[string]any) {
	select {
	case <-time.After(promptly):
	case <-s.socket.done:
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if k.acks == 0 && !s.closed {
		envelope["retry_attempt"], envelope["retry_reason"] = 1, "timeout"
		k.sent = time.Now()
		s.envelope(envelope)
	}
}

// retries are when Slack sends an event again that an address did not take:
// https://docs.slack.dev/apis/events-api#retries.
var retries = []time.Duration{0, time.Minute, 5 * time.Minute}

// deliver sends an ask to an address.
func (s *Slack) deliver(k *Ask, kind, address, contentType string, body []byte) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.socket.running.Go(func() {
		select {
		case <-s.socket.done:
			cancel()
		case <-ctx.Done():
		}
	})
	reason := ""
	for n := 0; ; n++ {
		h := s.Sign(time.Now(), contentType, body)
		if n > 0 {
			h.Set("X-Slack-Retry-Num", strconv.Itoa(n))
			h.Set("X-Slack-Retry-Reason", reason)
		}
		s.mu.Lock()
		client := s.urls.Client
		k.sent = time.Now()
		s.mu.Unlock()
		status, text := deliver(address, client, h, body)
		if status/100 == 2 {
			s.mu.Lock()
			defer s.mu.Unlock()
			if kind == "events_api" {
				text = nil
			}
			s.acked(k, text)
			return
		}
		if reason = "http_error"; status == 0 {
			reason = "http_timeout"
		}
		if kind != "events_api" || n == len(retries) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.fail("%s was answered %d: %s", k.what, status, excerpt(text))
			return
		}
		select {
		case <-time.After(retries[n]):
		case <-ctx.Done():
			return
		}
	}
}

// Answer waits for the bot's answer to the asker: by acknowledgement,
// response_url, ephemeral message, or a message or update in the channel. It
// fails the test if the ask was not acknowledged within 3 seconds.
func (k *Ask) Answer() Saying {
	k.s.t.Helper()
	return k.Answers(1)[0]
}

// Answers waits for n answers.
func (k *Ask) Answers(n int) []Saying {
	k.s.t.Helper()
	var got []*Saying
	ok := k.s.wait(fmt.Sprintf("%d answers to %s", n, k.what), func() bool {
		got = k.said()
		return len(got) >= n && k.acks > 0
	})
	if !ok {
		k.s.t.FailNow()
	}
	k.s.mu.Lock()
	defer k.s.mu.Unlock()
	out := make([]Saying, len(got))
	for i, m := range got {
		out[i] = *m
	}
	return out
}

// said returns what was said to the asker since. The lock is held.
func (k *Ask) said() []*Saying {
	got := append([]*Saying(nil), k.answers...)
	for _, m := range k.s.said[k.since:] {
		if m.ask == nil && m.User == SlackBot && m.Channel == k.Channel && (m.For == "" || m.For == k.User) {
			got = append(got, m)
		}
	}
	if k.on != nil && k.on.ask != k && len(k.answers) == 0 {
		for _, e := range k.s.calls { // an update of the message whose button it was
			if e.Route == "chat.update" && e.Done && e.Took >= 0 && !e.At.Before(k.At) && strings.Contains(string(e.Body), k.on.TS) {
				got = append(got, k.on)
				break
			}
		}
	}
	return got
}

// Acked waits until the ask was acknowledged, and returns after how long.
func (k *Ask) Acked() time.Duration {
	k.s.t.Helper()
	k.s.wait("the acknowledgement of "+k.what, func() bool { return k.acks > 0 })
	k.s.mu.Lock()
	defer k.s.mu.Unlock()
	return k.ackedAt.Sub(k.At)
}

// Unanswered reports whether nobody was told anything yet.
func (k *Ask) Unanswered() bool {
	k.s.mu.Lock()
	defer k.s.mu.Unlock()
	return len(k.said()) == 0
}
