package discord

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"net"
	"sync"
	"time"
)

// Opcodes of the gateway that the tap looks at:
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway.
const (
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opAck            = 11
)

// firstPatience is how long a gateway that says nothing is waited for.
const firstPatience = 30 * time.Second

// tapMost is the longest frame, in bytes, that the tap reads. What it is after
// is smaller.
const tapMost = 2048

// maxInterval is the longest time between heartbeats that is believed, in
// milliseconds.
const maxInterval = 3600_000

var errEnded = errors.New("the gateway ended the connection")

// A tap is the gateway's connection under discordgo. It reads along and knows
// what discordgo does not tell or does not see: how often heartbeats are due and
// when one was acknowledged, why the gateway closed, and that it wants to be
// connected to anew. For the last two, discordgo has answers of its own
// that lock it up or give the session away; it never gets to read those frames.
// The connection then fails instead, which ends it without closing the session.
//
// A gateway that acknowledges nothing is dead one and a half intervals after its
// last sign of life.
type tap struct {
	net.Conn
	done chan struct{} // closed with the connection

	mu       sync.Mutex
	interval time.Duration // between heartbeats; zero before the hello
	watchdog *time.Timer
	silent   bool // the watchdog ended it
	end      tapEnd
	closed   bool

	// What is left of the frame that is being read. Read's alone.
	answer  []byte // the end of the HTTP answer that came before all frames
	begun   bool   // the HTTP answer is over
	header  []byte
	payload []byte
	left    uint64
	opcode  byte
	keep    bool
}

// A tapEnd is why the gateway ended a connection.
type tapEnd struct {
	code      int  // of its close frame; zero if there was none
	reconnect bool // it asked to be connected to anew
	invalid   bool // it does not know the session any more
}

func newTap(c net.Conn) *tap {
	t := &tap{Conn: c, done: make(chan struct{})}
	t.watchdog = time.AfterFunc(firstPatience, t.dead)
	return t
}

// dead ends a connection that gave no sign of life.
func (t *tap) dead() {
	t.mu.Lock()
	t.silent = true
	t.mu.Unlock()
	t.Close()
}

// ended returns why the connection ended.
func (t *tap) ended() (end tapEnd, silent bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.end, t.silent
}

// Close ends the connection.
func (t *tap) Close() error {
	t.mu.Lock()
	again := t.closed
	t.closed = true
	t.watchdog.Stop()
	t.mu.Unlock()
	if again {
		return nil
	}
	err := t.Conn.Close()
	close(t.done)
	return err
}

// leave ends the connection and with it the session, so that people see the bot
// leave: https://discord.com/developers/docs/events/gateway#disconnecting.
func (t *tap) leave() {
	// A close frame with the code 1000, masked with zeroes as clients must.
	frame := []byte{0x88, 0x82, 0, 0, 0, 0, 1000 >> 8, 1000 & 0xff}
	t.SetWriteDeadline(time.Now().Add(leaveTime))
	// It is a courtesy; nothing depends on it.
	_, _ = t.Write(frame)
	t.Close()
}

// leaveTime is how long leaving may take.
const leaveTime = time.Second

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	if stop := t.follow(p[:n]); stop {
		t.Close()
		return 0, errEnded
	}
	return n, err
}

// follow reads along what came from the gateway. It returns true if discordgo
// must not see it.
func (t *tap) follow(b []byte) (stop bool) {
	for len(b) > 0 && !t.begun {
		t.answer = append(t.answer, b[0])
		b = b[1:]
		if n := len(t.answer); n >= 4 && string(t.answer[n-4:]) == "\r\n\r\n" {
			t.begun, t.answer = true, nil
		} else if n > 4 {
			t.answer = t.answer[n-4:]
		}
	}
	for len(b) > 0 {
		if t.left == 0 {
			t.header = append(t.header, b[0])
			b = b[1:]
			if !t.frame() || t.left > 0 {
				continue
			}
		} else {
			n := min(t.left, uint64(len(b)))
			if t.keep {
				t.payload = append(t.payload, b[:n]...)
			}
			b, t.left = b[n:], t.left-n
		}
		if t.left == 0 && t.keep && t.read(t.opcode, t.payload) {
			return true
		}
	}
	return false
}

// frame looks whether the header of a frame is complete, and takes it down:
// https://www.rfc-editor.org/rfc/rfc6455#section-5.2. Frames from servers are
// not masked.
func (t *tap) frame() bool {
	h := t.header
	if len(h) < 2 {
		return false
	}
	length := uint64(h[1] & 0x7f)
	switch {
	case length == 126 && len(h) < 4, length == 127 && len(h) < 10:
		return false
	case length == 126:
		length = uint64(binary.BigEndian.Uint16(h[2:]))
	case length == 127:
		length = binary.BigEndian.Uint64(h[2:])
	}
	final := h[0]&0x80 != 0
	t.opcode, t.left = h[0]&0x0f, length
	t.keep = final && length <= tapMost && (t.opcode == 1 || t.opcode == 8)
	t.header, t.payload = t.header[:0], t.payload[:0]
	return true
}

// read takes down what a frame says.
func (t *tap) read(opcode byte, payload []byte) (stop bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if opcode == 8 {
		if len(payload) >= 2 {
			t.end.code = int(binary.BigEndian.Uint16(payload))
		}
		return false
	}
	var m struct {
		Op   int             `json:"op"`
		Data json.RawMessage `json:"d"`
	}
	if json.Unmarshal(payload, &m) != nil {
		return false
	}
	switch m.Op {
	case opHello:
		var hello struct {
			Interval float64 `json:"heartbeat_interval"`
		}
		if json.Unmarshal(m.Data, &hello) == nil && hello.Interval >= 1 && hello.Interval <= maxInterval {
			t.interval = time.Duration(hello.Interval * float64(time.Millisecond))
		}
		t.sign()
	case opAck:
		t.sign()
	case opReconnect:
		t.end.reconnect = true
		return true
	case opInvalidSession:
		t.end.invalid = string(m.Data) != "true"
		return true
	}
	return false
}

// sign notes a sign of life. The caller holds mu.
func (t *tap) sign() {
	if t.interval > 0 && !t.closed {
		t.watchdog.Reset(t.interval + t.interval/2)
	}
}
