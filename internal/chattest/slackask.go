package chattest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
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
