package slack

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/slack"
)

// TestSocket holds the connection against what becomes of it.
func TestSocket(t *testing.T) {
	t.Run("refreshed", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, chattest.Memory, true)
			for i, reason := range []string{"warning", "refresh_requested"} {
				w.Disconnect(reason)
				w.WaitSocket(i + 2)
			}
			if got := w.ask(chattest.SlackMember, chattest.SlackDesk, "help add"); !strings.Contains(got.Text, "add") {
				t.Errorf("got %q", got.Text)
			}
			if c := w.front.Connection(); c.Count != 3 || c.Since.IsZero() {
				t.Errorf("got %+v", c)
			}
		})
	})
	t.Run("dropped", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, chattest.Memory, true)
			w.DropSockets()
			w.WaitSocket(2)
			w.ask(chattest.SlackMember, chattest.SlackDesk, "help")
		})
	})
	t.Run("silent", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, chattest.Memory, true)
			w.SetDeaf(true)
			time.Sleep(100 * time.Second)
			w.SetDeaf(false)
			w.WaitSocket(2)
			w.ask(chattest.SlackMember, chattest.SlackDesk, "help")
		})
	})
	t.Run("outage", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, chattest.Memory, true)
			end := w.Always("apps.connections.open", chattest.Unavailable())
			w.DropSockets()
			time.Sleep(time.Hour)
			end()
			time.Sleep(6 * time.Minute)
			w.ask(chattest.SlackMember, chattest.SlackDesk, "help")
		})
	})
	t.Run("switched_off", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, chattest.Memory, true)
			opened := len(w.Calls("apps.connections.open"))
			w.Disconnect("link_disabled")
			time.Sleep(time.Minute)
			// The endpoint goes on, so Run does not end; but nothing is opened anew.
			if n := len(w.Calls("apps.connections.open")); n != opened {
				t.Errorf("connected %d times more", n-opened)
			}
		})
	})
	t.Run("token_revoked", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, chattest.Memory, true)
			w.Always("apps.connections.open", chattest.SlackError("token_revoked"))
			w.DropSockets()
			time.Sleep(time.Hour)
			if n := len(w.Calls("apps.connections.open")); n != 2 {
				t.Errorf("asked %d times", n)
			}
		})
	})
}

// TestListenerEnds says why there is no sense in connecting again.
func TestListenerEnds(t *testing.T) {
	tests := map[string]struct {
		do   func(s *chattest.Slack)
		want error
	}{
		"off":     {func(s *chattest.Slack) { s.Disconnect("link_disabled") }, slack.ErrSocketOff},
		"revoked": {func(s *chattest.Slack) { s.RevokeToken(); s.DropSockets() }, slack.ErrUnauthorized},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := chattest.NewSlack(t, chattest.Memory)
				c, err := slack.NewClient(slack.Options{Token: s.Token, AppToken: s.AppToken, APIURL: s.APIURL, HTTP: s.Client(), Dial: s.Dialer().NetDialContext})
				if err != nil {
					t.Fatal(err)
				}
				f, err := New(Options{Client: c, Socket: true})
				if err != nil {
					t.Fatal(err)
				}
				ended := make(chan error, 1)
				go func() { ended <- f.Run(t.Context()) }()
				s.WaitSocket(1)
				tt.do(s)
				if err := <-ended; !errors.Is(err, tt.want) || strings.Contains(err.Error(), "xapp") {
					t.Errorf("got %v", err)
				}
			})
		})
	}
	c, err := slack.NewClient(slack.Options{Token: "xoxb-1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := slack.NewListener(c, slack.NewInbox(nil), 0).Run(context.Background()); !errors.Is(err, slack.ErrNoAppToken) {
		t.Errorf("got %v", err)
	}
}

// TestRequests speaks to the endpoint as Slack does, and as others do.
func TestRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, chattest.Memory, false)
		const address = "https://edits.example/slack"
		urls := chattest.RequestURLs{Commands: address, Interactivity: address, Events: address, Client: w.server()}
		w.UseURLs(urls)
		added := w.ask(chattest.SlackMember, chattest.SlackDesk, "add "+article)
		if !strings.Contains(added.Text, "as w1") {
			t.Errorf("got %q", added.Text)
		}
		if m := w.Mention(chattest.SlackMember, chattest.SlackDesk, "list", "").Answer(); !strings.Contains(m.Text, "w1") {
			t.Errorf("got %q", m.Text)
		}
		gone := w.ask(chattest.SlackMember, chattest.SlackDesk, "remove w1")
		if m := w.Press(chattest.SlackMember, gone, "Undo").Answer(); !strings.Contains(m.Text, "is back") {
			t.Errorf("got %q", m.Text)
		}
		forged(t, w, address)
	})
}

// forged sends what must not be believed, or not twice.
func forged(t *testing.T, w *world, address string) {
	form := "application/x-www-form-urlencoded"
	remove := []byte(url.Values{"command": {"/editwatch"}, "text": {"remove w1"}, "channel_id": {chattest.SlackDesk}, "user_id": {"U1"}, "team_id": {chattest.SlackTeam}}.Encode())
	wrong := w.Sign(time.Now(), form, []byte("something else"))
	half := w.Sign(time.Now(), form, remove)
	half.Set("X-Slack-Signature", half.Get("X-Slack-Signature")[:20])
	none := http.Header{"Content-Type": {form}}
	future := w.Sign(time.Now().Add(time.Hour), form, remove)
	tests := []struct {
		name   string
		header http.Header
		body   []byte
		want   int
	}{
		{"another_body", wrong, remove, 401},
		{"cut", half, remove, 401},
		{"unsigned", none, remove, 401},
		{"old", w.Sign(time.Now().Add(-6*time.Minute), form, remove), remove, 401},
		{"from_the_future", future, remove, 401},
		{"too_large", w.Sign(time.Now(), form, remove), []byte(strings.Repeat("x", 2<<20)), 413},
		{"not_a_form", w.Sign(time.Now(), form, []byte("%zz")), []byte("%zz"), 400},
		{"empty", w.Sign(time.Now(), form, nil), nil, 400},
		{"not_json", w.Sign(time.Now(), "application/json", []byte("{")), []byte("{"), 400},
		{"some_type", w.Sign(time.Now(), "text/html", nil), nil, 415},
		{"bad_payload", w.Sign(time.Now(), form, []byte("payload=7")), []byte("payload=7"), 200},
		{"unknown_payload", w.Sign(time.Now(), form, []byte(`payload={"type":"view_closed"}`)), []byte(`payload={"type":"view_closed"}`), 200},
		{"certificate_check", w.Sign(time.Now(), form, []byte("ssl_check=1&token=x")), []byte("ssl_check=1&token=x"), 200},
	}
	for _, tt := range tests {
		if got, _ := w.Deliver(address, w.server(), tt.header, tt.body); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
	if n := len(w.watches(t, chattest.SlackDesk)); n != 1 {
		t.Errorf("%d watches are left, want 1", n)
	}
	// Slack tells an event again when it did not hear that it arrived.
	before := len(w.Ephemeral(chattest.SlackMember))
	for _, body := range []string{
		`{"type":"event_callback","event_id":"Ev7","team_id":"T0HARBOUR","event":{"type":"app_mention","user":"U0READER","channel":"C0DESK","text":"help","ts":"1.1"}}`,
		`{"type":"event_callback","team_id":"T0HARBOUR","event":{"type":"app_mention","user":"U0READER","channel":"C0DESK","text":"list","ts":"1.1"}}`,
	} {
		for n := range 3 {
			h := w.Sign(time.Now(), "application/json", []byte(body))
			if n > 0 {
				h.Set("X-Slack-Retry-Num", string(rune('0'+n)))
			}
			if got, _ := w.Deliver(address, w.server(), h, []byte(body)); got != 200 {
				t.Errorf("got %d", got)
			}
		}
	}
	time.Sleep(time.Second)
	if n := len(w.Ephemeral(chattest.SlackMember)) - before; n != 2 {
		t.Errorf("answered %d times, want twice", n)
	}
}
