package chattest

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Intents: https://discord.com/developers/docs/events/gateway#gateway-intents.
const (
	IntentGuilds        = 1 << 0
	IntentGuildMembers  = 1 << 1
	IntentPresences     = 1 << 8
	IntentGuildMessages = 1 << 9
	IntentContent       = 1 << 15

	privileged = IntentGuildMembers | IntentPresences | IntentContent
)

// maxPayload is the size of what a client may send, in bytes:
// https://discord.com/developers/docs/events/gateway#sending-events.
const maxPayload = 4096

// gateway is the state of a [Discord]'s gateway, guarded by its lock.
type gateway struct {
	conns    []*gatewayConn
	sessions map[string]*session
	serial   int
	deaf     bool // heartbeats are not acknowledged
	invalid  []bool
	closes   []int
	running  sync.WaitGroup
}

// A GatewayConn is one connection to the gateway.
type GatewayConn struct {
	At         time.Time
	AtResume   bool   // it was dialled at resume_gateway_url
	Query      string // of the address
	Token      string
	Identified bool // it sent an IDENTIFY
	Intents    int
	Resumed    bool // it sent a RESUME
	Ready      bool // it was answered READY or RESUMED
	Heartbeats []time.Time
	Sent       int // payloads from the client
	Closed     bool
	CloseCode  int // the client's, if it sent one
}

type gatewayConn struct {
	GatewayConn
	ws       *websocket.Conn
	out      chan frame
	session  *session
	compress bool
	gone     chan struct{}
}

// frame is what is written to a connection: text, or a close code.
type frame struct {
	data  []byte
	close int
}

type session struct {
	id      string
	intents int
	seq     int
	events  []event
	conn    *gatewayConn // nil while away
}

type event struct {
	seq  int
	data []byte
}

func (g *gateway) init() { g.sessions = make(map[string]*session) }

func (d *Discord) stop() {
	d.DropGateway()
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.gateway.running.Wait()
}

func (d *Discord) getGateway(_ *http.Request, c *Call) reply {
	v := map[string]any{"url": d.socketURL("ws")}
	if c.Route == GetGatewayBot {
		v["shards"] = 1
		v["session_start_limit"] = map[string]any{"total": 1000, "remaining": 1000 - d.identifies(), "reset_after": 86400000, "max_concurrency": 1}
	}
	return answer(200, v)
}

func (d *Discord) socketURL(end string) string {
	return "ws" + strings.TrimPrefix(d.URL, "http") + "/gateway/" + end
}

// Gateway returns the connections to the gateway so far, in order.
func (d *Discord) Gateway() []GatewayConn {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []GatewayConn
	for _, c := range d.gateway.conns {
		v := c.GatewayConn
		v.Heartbeats = slices.Clone(v.Heartbeats)
		out = append(out, v)
	}
	return out
}

// Identifies returns how many sessions were begun. Discord allows 1,000 a day,
// and then resets the token.
func (d *Discord) Identifies() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.identifies()
}

func (d *Discord) identifies() int {
	n := 0
	for _, c := range d.gateway.conns {
		if c.Identified {
			n++
		}
	}
	return n
}

// WaitGateway waits until a connection to the gateway is ready that is at least
// the n-th (the first is 1) to become so.
func (d *Discord) WaitGateway(n int) {
	d.t.Helper()
	d.wait(fmt.Sprintf("the gateway to be ready %d times", n), func() bool {
		k, live := 0, false
		for _, c := range d.gateway.conns {
			if c.Ready {
				k++
				live = live || !c.Closed
			}
		}
		return k >= n && live
	})
}

// WaitClosed waits until the client gave up all its connections to the gateway,
// or lost them.
func (d *Discord) WaitClosed() {
	d.t.Helper()
	d.wait("the gateway's connections to be closed", func() bool {
		return !slices.ContainsFunc(d.gateway.conns, func(c *gatewayConn) bool { return !c.Closed })
	})
}

// SetDeaf lets the gateway answer no heartbeats, nor anything else, as a peer
// does that died without a word.
func (d *Discord) SetDeaf(deaf bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gateway.deaf = deaf
}

// each does something to the open connections.
func (d *Discord) each(f func(c *gatewayConn)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.gateway.conns {
		if !c.Closed {
			f(c)
		}
	}
}

// AskReconnect sends op 7: the client is to reconnect and resume.
func (d *Discord) AskReconnect() {
	d.each(func(c *gatewayConn) { c.send(map[string]any{"op": 7, "d": nil}) })
}

// InvalidateSession sends op 9, and forgets the sessions unless they may be
// resumed.
func (d *Discord) InvalidateSession(resumable bool) {
	d.each(func(c *gatewayConn) {
		c.send(map[string]any{"op": 9, "d": resumable})
		if !resumable && c.session != nil {
			delete(d.gateway.sessions, c.session.id)
		}
	})
}

// RefuseResumes answers the next n resumes with op 9, d=false.
func (d *Discord) RefuseResumes(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gateway.invalid = append(d.gateway.invalid, make([]bool, n)...)
}

// CloseGateway closes the connections with a code:
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes.
func (d *Discord) CloseGateway(code int) { d.each(func(c *gatewayConn) { c.shut(code) }) }

// CloseNextIdentify closes the next connections that identify or resume, with
// these codes, before they are ready.
func (d *Discord) CloseNextIdentify(codes ...int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gateway.closes = append(d.gateway.closes, codes...)
}

// DropGateway cuts the connections without a word.
func (d *Discord) DropGateway() { d.each(func(c *gatewayConn) { c.ws.NetConn().Close() }) }

// Dispatch sends an event to every session that asked for its kind. Sessions
// whose connection is away get it when they resume.
func (d *Discord) Dispatch(kind string, data any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dispatch(kind, data)
}

// wants reports whether a kind of event belongs to the intents.
func wants(intents int, kind string) bool {
	switch {
	case strings.HasPrefix(kind, "GUILD_"), strings.HasPrefix(kind, "CHANNEL_"), strings.HasPrefix(kind, "THREAD_"):
		return intents&IntentGuilds != 0
	case strings.HasPrefix(kind, "MESSAGE_"):
		return intents&IntentGuildMessages != 0
	}
	return true
}

func (d *Discord) dispatch(kind string, data any) {
	for _, s := range d.gateway.sessions {
		if wants(s.intents, kind) {
			s.dispatch(kind, data)
		}
	}
	d.touch()
}

func (s *session) dispatch(kind string, data any) {
	s.seq++
	b, err := json.Marshal(map[string]any{"op": 0, "s": s.seq, "t": kind, "d": data})
	if err != nil {
		panic(err) // a test's own value
	}
	s.events = append(s.events, event{s.seq, b})
	if s.conn != nil {
		s.conn.put(frame{data: b})
	}
}

func (c *gatewayConn) send(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own values always marshal
	}
	c.put(frame{data: b})
}

// put queues what is written. It never blocks; a client that reads nothing for
// so long is cut off.
func (c *gatewayConn) put(f frame) {
	select {
	case c.out <- f:
	default:
		c.ws.NetConn().Close()
	}
}

// shut closes the connection with a code.
func (c *gatewayConn) shut(code int) {
	c.put(frame{close: code})
	if code >= 4000 && c.session != nil {
		c.session.conn = nil
	}
}

var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

func (d *Discord) serveGateway(w http.ResponseWriter, r *http.Request) {
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade answered
	}
	c := &gatewayConn{ws: ws, out: make(chan frame, 1024), gone: make(chan struct{})}
	c.At, c.AtResume, c.Query = time.Now(), strings.HasSuffix(strings.TrimSuffix(r.URL.Path, "/"), "/resume"), r.URL.RawQuery
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		ws.Close()
		return
	}
	d.gateway.running.Add(2)
	d.gateway.conns = append(d.gateway.conns, c)
	interval := d.Heartbeat
	c.send(map[string]any{"op": 10, "d": map[string]any{"heartbeat_interval": interval.Milliseconds(), "_trace": []string{"fake"}}})
	d.touch()
	d.mu.Unlock()
	go func() {
		defer d.gateway.running.Done()
		c.write()
	}()
	defer d.gateway.running.Done()
	d.read(c, interval)
}

// worthwhile is the size from which a payload is compressed, in bytes, for
// clients that can read it.
const worthwhile = 512

// write writes what is queued until the connection is gone.
func (c *gatewayConn) write() {
	z := zlib.NewWriter(nil)
	for {
		select {
		case <-c.gone:
			return
		case f := <-c.out:
			c.ws.SetWriteDeadline(time.Now().Add(10 * time.Second))
			switch {
			case f.close != 0:
				c.ws.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(f.close, ""))
				c.ws.SetReadDeadline(time.Now().Add(time.Second)) // for the client to close too
				return
			case c.compress && len(f.data) > worthwhile:
				var b bytes.Buffer
				z.Reset(&b)
				z.Write(f.data)
				z.Close()
				c.ws.WriteMessage(websocket.BinaryMessage, b.Bytes())
			default:
				c.ws.WriteMessage(websocket.TextMessage, f.data)
			}
		}
	}
}

// read reads what the client sends until it goes away, or is silent for so long
// that Discord would take it for dead.
func (d *Discord) read(c *gatewayConn, interval time.Duration) {
	defer func() {
		d.hangUp(c)
		d.mu.Lock()
		defer d.mu.Unlock()
		c.Closed = true
		if s := c.session; s != nil && s.conn == c {
			s.conn = nil
		}
		if c.session != nil && (c.CloseCode == 1000 || c.CloseCode == 1001) {
			delete(d.gateway.sessions, c.session.id) // a clean close ends the session
		}
		d.touch()
	}()
	if d.memory {
		c.ws.SetCloseHandler(func(int, string) error { return nil }) // see hangUp
	}
	c.ws.SetReadLimit(1 << 20)
	c.ws.SetReadDeadline(time.Now().Add(2*interval + time.Second))
	for {
		_, data, err := c.ws.ReadMessage()
		if e, ok := err.(*websocket.CloseError); ok {
			d.mu.Lock()
			c.CloseCode = e.Code
			d.mu.Unlock()
		}
		if err != nil {
			return
		}
		c.ws.SetReadDeadline(time.Now().Add(2*interval + time.Second))
		d.mu.Lock()
		c.Sent++
		if code := d.receive(c, data); code != 0 {
			c.shut(code)
		}
		d.touch()
		d.mu.Unlock()
	}
}

// hangUp closes a connection. Discordgo, when it closes one, holds a lock through
// a second's sleep, and its reader would wait for the lock as soon as the server
// closed too. In a bubble of testing/synctest that second would never pass: a
// goroutine that waits for a lock keeps time from passing.
func (d *Discord) hangUp(c *gatewayConn) {
	if d.memory && c.CloseCode != 0 {
		d.mu.Lock()
		c.Closed = true
		d.touch()
		d.mu.Unlock()
		time.Sleep(2 * time.Second)
	}
	c.ws.Close()
	close(c.gone)
}
