package discord

import (
	"encoding/binary"
	"fmt"
	"net"
	"testing"
	"time"
)

// a tap that follows without a connection under it.
func idleTap() *tap {
	c, _ := net.Pipe()
	return newTap(c)
}

// frame is a frame as a server sends it.
func frame(opcode byte, payload []byte) []byte {
	b := []byte{0x80 | opcode}
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}

const upgraded = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"

// TestTapFollows cuts what a gateway sends into pieces of every size. What the
// tap learns is the same.
func TestTapFollows(t *testing.T) {
	all := []byte(upgraded)
	all = append(all, frame(1, []byte(`{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":41250,"_trace":["x"]}}`))...)
	all = append(all, frame(1, fmt.Appendf(nil, `{"op":0,"s":1,"t":"READY","d":{"op":7,"x":"%070000d"}}`, 1))...)
	all = append(all, frame(9, nil)...)
	all = append(all, frame(1, fmt.Appendf(nil, `{"op":0,"s":2,"t":"X","d":"%0300d"}`, 1))...)
	all = append(all, frame(1, []byte(`{"op":11}`))...)
	all = append(all, frame(8, []byte{4004 >> 8, 4004 & 0xff, 'n', 'o'})...)
	for _, size := range []int{1, 2, 3, 7, 64, 4096, len(all)} {
		tap := idleTap()
		for at := 0; at < len(all); at += size {
			if tap.follow(all[at:min(at+size, len(all))]) {
				t.Fatalf("in pieces of %d: stopped", size)
			}
		}
		if end, _ := tap.ended(); tap.interval != 41250*time.Millisecond || end.code != 4004 {
			t.Errorf("in pieces of %d: interval %v, ended with %+v", size, tap.interval, end)
		}
		tap.Close()
	}
	for text, want := range map[string]tapEnd{
		`{"op":7,"d":null}`:  {reconnect: true},
		`{"op":9,"d":false}`: {invalid: true},
		`{"op":9,"d":true}`:  {},
		`{"op":9}`:           {invalid: true},
	} {
		tap := idleTap()
		stop := tap.follow(append([]byte(upgraded), frame(1, []byte(text))...))
		if end, _ := tap.ended(); !stop || end != want {
			t.Errorf("%s: stop %v, %+v", text, stop, end)
		}
		tap.Close()
	}
}

// FuzzTap follows any bytes, whole and in two pieces.
func FuzzTap(f *testing.F) {
	f.Add([]byte(upgraded+"\x81\x02{}"), uint(3))
	f.Add(append([]byte(upgraded), frame(1, []byte(`{"op":10,"d":{"heartbeat_interval":1e300}}`))...), uint(60))
	f.Add([]byte(upgraded+"\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xffx"), uint(50))
	f.Fuzz(func(t *testing.T, b []byte, cut uint) {
		whole, parts := idleTap(), idleTap()
		defer whole.Close()
		defer parts.Close()
		at := int(cut % uint(len(b)+1))
		stop := whole.follow(b)
		if parts.follow(b[:at]) || parts.follow(b[at:]) != stop && !stop {
			if !stop {
				t.Fatalf("stopped in pieces only")
			}
		}
		one, _ := whole.ended()
		two, _ := parts.ended()
		if one != two && !stop {
			t.Errorf("%+v whole, %+v in pieces", one, two)
		}
		if cap(whole.payload) > 4*tapMost || len(whole.answer) > 8 {
			t.Errorf("it keeps %d and %d bytes", cap(whole.payload), len(whole.answer))
		}
	})
}
