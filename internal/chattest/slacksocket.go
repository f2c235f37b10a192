package chattest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// maxSockets is how many connections an app may have:
// https://docs.slack.dev/apis/events-api/using-socket-mode#using-multiple-connections.
const maxSockets = 10

// maxAck is the size of what a client may send over a socket, in bytes; Slack
// drops what is larger without a word.
const maxAck = 20 << 10

type socket struct {
	conns   []*socketConn
	tickets map[string]bool
	serial  int
	turn    int
	deaf    bool
	off     bool // Socket Mode was switched off
	running sync.WaitGroup
	done    chan struct{}
}

// A SocketConn is one connection in Socket Mode.
type SocketConn struct {
	At     time.Time
	Closed bool
	Pongs  int
}

type socketConn struct {
	SocketConn
	ws   *websocket.Conn
	out  chan []byte
	gone chan struct{}
	// ending says that it was cut, or is about to be: nothing is delivered over it
	// any more, though it may look open for a moment.
	ending bool
}

func (k *socket) init() {
	k.tickets = make(map[string]bool)
	k.done = make(chan struct{})
}

func (s *Slack) stop() {
	s.DropSockets()
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	close(s.socket.done)
	s.socket.running.Wait()
}

func (s *Slack) openConnection(args, *Call) reply {
	if s.socket.off {
		// What Slack says then is not documented: a client must cope with any code.
		return slackError("socket_mode_not_enabled")
	}
	s.socket.serial++
	ticket := fmt.Sprintf("ticket-%d", s.socket.serial)
	s.socket.tickets[ticket] = true
	return slackOK(map[string]any{"url": "ws" + strings.TrimPrefix(s.URL, "http") + "/link/?ticket=" + ticket + "&app_id=" + SlackApp})
}

// Sockets returns the connections in Socket Mode so far, in order.
func (s *Slack) Sockets() []SocketConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []SocketConn
	for _, c := range s.socket.conns {
		out = append(out, c.SocketConn)
	}
	return out
}

// WaitSocket waits until a socket is open that is at least the n-th (the first
// is 1).
func (s *Slack) WaitSocket(n int) {
	s.t.Helper()
	s.wait(fmt.Sprintf("socket %d", n), func() bool { return len(s.socket.conns) >= n && s.live() != nil })
}

// WaitNoSocket waits until the client gave up all its sockets.
func (s *Slack) WaitNoSocket() {
	s.t.Helper()
	s.wait("the sockets to be closed", func() bool {
		return !slices.ContainsFunc(s.socket.conns, func(c *socketConn) bool { return !c.Closed })
	})
}

// live returns the connection whose turn it is.
func (s *Slack) live() *socketConn {
	n := len(s.socket.conns)
	for i := range n {
		if c := s.socket.conns[(s.socket.turn+i)%n]; !c.Closed && !c.ending {
			return c
		}
	}
	return nil
}

// SetDeaf lets the sockets neither ping nor deliver, as a peer does that died
// without a word.
func (s *Slack) SetDeaf(deaf bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.socket.deaf = deaf
}

// DropSockets cuts the sockets without a word.
func (s *Slack) DropSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.socket.conns {
		if !c.Closed {
			c.ending = true
			c.ws.NetConn().Close()
		}
	}
}

// Disconnect tells the sockets why they will be closed, and closes them: at once
// with "refresh_requested" and "too_many_websockets", ten seconds later with
// "warning". "link_disabled" also switches Socket Mode off for good.
// https://docs.slack.dev/apis/events-api/using-socket-mode#disconnect.
func (s *Slack) Disconnect(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.socket.off = s.socket.off || reason == "link_disabled"
	for _, c := range s.socket.conns {
		if !c.Closed {
			s.disconnect(c, reason)
		}
	}
}

func (s *Slack) disconnect(c *socketConn, reason string) {
	c.ending = true
	c.send(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink-1"}})
	after := time.Second
	if reason == "warning" {
		after = 10 * time.Second
	}
	s.socket.running.Go(func() {
		select {
		case <-time.After(after):
			c.ws.NetConn().Close()
		case <-c.gone:
		case <-s.socket.done:
		}
	})
}

func (c *socketConn) send(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own values always marshal
	}
	select {
	case c.out <- b:
	default:
		c.ws.NetConn().Close()
	}
}

func (s *Slack) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	good := s.socket.tickets[ticket] && !s.closed
	delete(s.socket.tickets, ticket) // good once
	s.mu.Unlock()
	if !good {
		http.Error(w, "expired", http.StatusRequestTimeout)
		return
	}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade answered
	}
	c := &socketConn{ws: ws, out: make(chan []byte, 1024), gone: make(chan struct{})}
	c.At = time.Now()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		ws.Close()
		return
	}
	s.socket.running.Add(2)
	open := 1
	for _, o := range s.socket.conns {
		if !o.Closed {
			open++
		}
	}
	s.socket.conns = append(s.socket.conns, c)
	if open > maxSockets {
		s.disconnect(c, "too_many_websockets")
	} else if !s.socket.deaf {
		c.send(map[string]any{
			"type": "hello", "num_connections": open, "connection_info": map[string]any{"app_id": SlackApp},
			"debug_info": map[string]any{"host": "applink-1", "build_number": 1, "approximate_connection_time": 18060},
		})
	}
	every := s.Ping
	s.touch()
	s.mu.Unlock()
	go func() {
		defer s.socket.running.Done()
		s.writeSocket(c, every)
	}()
	defer s.socket.running.Done()
	s.readSocket(c)
}

func (s *Slack) writeSocket(c *socketConn, every time.Duration) {
	ping := time.NewTicker(every)
	defer ping.Stop()
	for {
		var kind int
		var data []byte
		select {
		case <-c.gone:
			return
		case data = <-c.out:
			kind = websocket.TextMessage
		case <-ping.C:
			kind, data = websocket.PingMessage, []byte("Ping from applink-1")
		}
		s.mu.Lock()
		deaf := s.socket.deaf
		s.mu.Unlock()
		if deaf {
			continue
		}
		c.ws.SetWriteDeadline(time.Now().Add(10 * time.Second))
		c.ws.WriteMessage(kind, data)
	}
}

func (s *Slack) readSocket(c *socketConn) {
	defer func() {
		c.ws.Close()
		close(c.gone)
		s.mu.Lock()
		defer s.mu.Unlock()
		c.Closed = true
		s.touch()
	}()
	c.ws.SetPongHandler(func(string) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		c.Pongs++
		return nil
	})
	for {
		_, data, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		s.mu.Lock()
		if !s.socket.deaf {
			s.acknowledge(data)
		}
		s.mu.Unlock()
	}
}

// acknowledge takes what a client sends over a socket: acknowledgements.
func (s *Slack) acknowledge(data []byte) {
	var b struct {
		Envelope string `json:"envelope_id"`
		Payload  json.RawMessage
	}
	if len(data) >= maxAck {
		s.fail("an acknowledgement of %d bytes, which Slack drops", len(data))
		return
	}
	if json.Unmarshal(data, &b) != nil || b.Envelope == "" {
		s.fail("Slack cannot read over a socket: %s", excerpt(data))
		return
	}
	k := s.asks[b.Envelope]
	if k == nil {
		s.fail("an acknowledgement of %q, which nobody sent", b.Envelope)
		return
	}
	s.acked(k, b.Payload)
}

// acked notes that the bot took note of an ask, with what it answered at once.
func (s *Slack) acked(k *Ask, payload []byte) {
	k.acks++
	if k.acks > 1 {
		s.touch()
		return
	}
	k.ackedAt = time.Now()
	if late := k.ackedAt.Sub(k.sent); late > promptly {
		s.fail("acknowledged after %v, which is more than %v: %s", late, promptly, k.what)
	}
	if text := strings.TrimSpace(string(payload)); text != "" && text != "{}" && text != "null" {
		if !k.payload {
			s.fail("an acknowledgement with a payload, where Slack takes none: %s", excerpt(payload))
		} else if _, ok := s.checked(ResponseURL, payload); ok {
			s.reply(k, payload)
		}
	}
	s.touch()
}
