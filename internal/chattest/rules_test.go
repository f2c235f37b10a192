package chattest

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
)

func mustKey(t *testing.T, s string) ed25519.PublicKey {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// notedTB notes what a server says to a test instead of failing it.
type notedTB struct {
	testing.TB
	mu   sync.Mutex
	said []string
}

func (n *notedTB) Errorf(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.said = append(n.said, fmt.Sprintf(format, args...))
}

// TestBrokenRulesFailTests keeps both servers from letting a body pass.
func TestBrokenRulesFailTests(t *testing.T) {
	n := &notedTB{TB: t}
	d := NewDiscord(n, Loopback)
	s := dial(t, d)
	if _, err := post(s, DiscordText, message(strings.Repeat("x", 2001), "")); code(err) != 50035 {
		t.Errorf("too long: %v", err)
	}
	if _, err := post(s, DiscordText, map[string]any{"content": "x"}); code(err) != 50035 {
		t.Errorf("with mentions: %v", err)
	}
	if _, err := s.Request("GET", strings.Replace(d.APIURL, d.URL, "http://x", 1)+"/nowhere", nil); err == nil {
		t.Error("there is something at /nowhere")
	}
	sl := NewSlack(n, Loopback)
	if _, _, err := client(sl).PostMessage(SlackDesk, slack.MsgOptionText("<!here>", false)); code2(err) != "invalid_blocks" {
		t.Errorf("ping: %v", err)
	}
	if len(d.Messages("")) != 0 || len(sl.Messages("")) != 0 {
		t.Error("what was refused was posted")
	}
	want := []string{"2001 characters", "somebody may be mentioned", "there is no GET /nowhere", "control sequence"}
	if len(n.said) != len(want) {
		t.Fatalf("said %q", n.said)
	}
	for i := range want {
		if !strings.Contains(n.said[i], want[i]) {
			t.Errorf("said %q, want %q", n.said[i], want[i])
		}
	}
}

// handClient is a client of the gateway that speaks it by hand.
type handClient struct {
	t  *testing.T
	ws *websocket.Conn
}

func byHand(t *testing.T, d *Discord) handClient {
	t.Helper()
	ws, _, err := d.Dialer().Dial(d.socketURL("ws")+"?v=10&encoding=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	c := handClient{t, ws}
	if got := c.read(); got != "10" {
		t.Fatalf("first came %s, not hello", got)
	}
	return c
}

// read returns the next payload's op, and the event's name.
func (c handClient) read() string {
	c.t.Helper()
	c.ws.SetReadDeadline(time.Now().Add(patience))
	var p struct {
		Op int
		T  string
		D  json.RawMessage
	}
	err := c.ws.ReadJSON(&p)
	if e, ok := err.(*websocket.CloseError); ok {
		return fmt.Sprint("close ", e.Code)
	}
	if err != nil {
		return err.Error()
	}
	if p.Op == 9 {
		return "9 " + string(p.D)
	}
	return strings.TrimSpace(fmt.Sprint(p.Op, " ", p.T))
}

func (c handClient) send(op int, data any) handClient {
	c.t.Helper()
	if err := c.ws.WriteJSON(map[string]any{"op": op, "d": data}); err != nil {
		c.t.Fatal(err)
	}
	return c
}

func identity(token string, intents int) map[string]any {
	return map[string]any{"token": token, "intents": intents, "properties": map[string]string{"os": "linux", "browser": "x", "device": "x"}}
}

func TestGatewayByHand(t *testing.T) {
	d := NewDiscord(t, Loopback)
	resume := map[string]any{"token": d.Token, "session_id": "session1", "seq": 1}
	for _, tt := range []struct {
		name string
		do   func(c handClient)
		want string
	}{
		{"identify", func(c handClient) { c.send(2, identity(d.Token, IntentGuilds)) }, "0 READY, 0 GUILD_CREATE"},
		{"resume", func(c handClient) { c.send(6, resume) }, "0 GUILD_CREATE, 0 RESUMED"},
		{"unknown_session", func(c handClient) { c.send(6, map[string]any{"token": d.Token, "session_id": "x", "seq": 1}) }, "9 false"},
		{"refused_resume", func(c handClient) { d.RefuseResumes(1); c.send(6, resume) }, "9 false"},
		{"ahead", func(c handClient) { c.send(6, map[string]any{"token": d.Token, "session_id": "session1", "seq": 99}) }, "close 4007"},
		{"token", func(c handClient) { c.send(2, identity("x", 1)) }, "close 4004"},
		{"privileged", func(c handClient) { c.send(2, identity(d.Token, IntentContent)) }, "close 4014"},
		{"twice", func(c handClient) { c.send(2, identity(d.Token, 0)).send(2, identity(d.Token, 0)) }, "0 READY, close 4005"},
		{"heartbeat", func(c handClient) { c.send(1, nil) }, "11"},
		{"ordered", func(c handClient) { d.CloseNextIdentify(4000); c.send(2, identity(d.Token, 0)) }, "close 4000"},
		{"reconnect", func(c handClient) { c.send(1, nil); c.read(); d.AskReconnect() }, "7"},
		{"invalid", func(c handClient) { c.send(1, nil); c.read(); d.InvalidateSession(true) }, "9 true"},
		{"cut", func(c handClient) { d.DropGateway() }, "close 1006"},
		{"early", func(c handClient) { c.send(3, nil) }, "close 4003"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := byHand(t, d)
			tt.do(c)
			var got []string
			for range strings.Count(tt.want, ",") + 1 {
				got = append(got, c.read())
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), tt.want)
			}
			c.ws.Close()
			d.WaitClosed()
		})
	}
}

func TestSocketEnds(t *testing.T) { synctest.Test(t, socketEnds) }

func socketEnds(t *testing.T) {
	s := NewSlack(t, Memory)
	s.Ping = 20 * time.Millisecond
	open := func() *websocket.Conn {
		_, address, err := client(s).StartSocketModeContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ws, _, err := s.Dialer().Dial(address, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ws.Close() })
		if _, _, err := s.Dialer().Dial(address, nil); err == nil {
			t.Error("a ticket is good twice")
		}
		return ws
	}
	read := func(ws *websocket.Conn) string {
		ws.SetReadDeadline(time.Now().Add(patience))
		var v struct {
			Type, Reason, Envelope string
			Retry                  int `json:"retry_attempt"`
		}
		if err := ws.ReadJSON(&v); err != nil {
			return "cut"
		}
		return fmt.Sprint(v.Type, v.Reason, v.Retry)
	}
	ws := open()
	if got := read(ws); got != "hello0" {
		t.Errorf("first came %s", got)
	}
	s.Event("", SlackDesk, map[string]any{"type": "channel_left", "channel": SlackDesk})
	if got := read(ws) + " " + read(ws); got != "events_api0 events_api1" {
		t.Errorf("an event nobody acknowledges: %s", got)
	}
	s.Disconnect("link_disabled")
	if got := read(ws) + " " + read(ws); got != "disconnectlink_disabled0 cut" {
		t.Errorf("switched off: %s", got)
	}
	if _, _, err := client(s).StartSocketModeContext(t.Context()); err == nil {
		t.Error("a new socket after link_disabled")
	}
}
