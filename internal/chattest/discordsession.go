package chattest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// receive treats one payload of a client's. It returns the code to close with,
// or 0. The lock is held.
func (d *Discord) receive(c *gatewayConn, data []byte) (code int) {
	var p struct {
		Op int             `json:"op"`
		D  json.RawMessage `json:"d"`
	}
	switch {
	case len(data) > maxPayload:
		d.fail("a payload of %d bytes to the gateway", len(data))
		return 4002
	case json.Unmarshal(data, &p) != nil:
		d.fail("the gateway cannot read %s", excerpt(data))
		return 4002
	}
	switch p.Op {
	case 1:
		c.Heartbeats = append(c.Heartbeats, time.Now())
		if !d.gateway.deaf {
			c.send(map[string]any{"op": 11})
		}
		return 0
	case 2, 6:
		if len(d.gateway.closes) > 0 {
			code, d.gateway.closes = d.gateway.closes[0], d.gateway.closes[1:]
		}
		if p.Op == 2 {
			return max(code, d.identify(c, p.D, code != 0))
		}
		return max(code, d.resume(c, p.D, code != 0))
	case 3, 4, 8, 31:
		if c.session == nil {
			return 4003
		}
		return 0
	}
	d.fail("an unknown op %d to the gateway", p.Op)
	return 4001
}

// identify begins a session, unless it was ordered to close instead.
func (d *Discord) identify(c *gatewayConn, data []byte, ordered bool) (code int) {
	var b struct {
		Token      string
		Intents    *int
		Compress   bool
		Properties map[string]string
		Shard      []int
	}
	err := json.Unmarshal(data, &b)
	again := c.Identified || c.session != nil
	c.Identified, c.Token = true, strings.TrimPrefix(b.Token, "Bot ")
	switch {
	case err != nil || b.Intents == nil || len(b.Properties) == 0:
		d.fail("an IDENTIFY needs token, properties and intents: %s", excerpt(data))
		return 4002
	case again:
		return 4005
	}
	c.Intents, c.compress = *b.Intents, b.Compress
	switch {
	case d.revoked || c.Token != d.Token:
		return 4004
	case c.Intents&privileged&^d.Privileged != 0:
		return 4014
	case c.Intents >= 1<<31 || c.Intents < 0:
		return 4013
	case d.gateway.deaf, ordered:
		return 0
	}
	d.gateway.serial++
	s := &session{id: fmt.Sprintf("session%d", d.gateway.serial), intents: c.Intents, conn: c}
	c.session, c.Ready = s, true
	var away []any
	for _, g := range d.guilds {
		if !g.gone {
			away = append(away, map[string]any{"id": g.id, "unavailable": true})
		}
	}
	s.dispatch("READY", map[string]any{
		"v": 10, "user": userJSON(DiscordBot), "guilds": away, "session_id": s.id, "resume_gateway_url": d.socketURL("resume"),
		"application": map[string]any{"id": DiscordApp, "flags": 0}, "private_channels": []any{}, "relationships": []any{}, "session_type": "normal",
	})
	d.gateway.sessions[s.id] = s
	if wants(s.intents, "GUILD_CREATE") {
		for _, g := range d.guilds {
			if !g.gone && !g.out {
				s.dispatch("GUILD_CREATE", d.guildJSON(g, true))
			}
		}
	}
	return 0
}

func (d *Discord) resume(c *gatewayConn, data []byte, ordered bool) (code int) {
	var b struct {
		Token   string
		Session string `json:"session_id"`
		Seq     int
	}
	json.Unmarshal(data, &b)
	c.Resumed, c.Token = true, strings.TrimPrefix(b.Token, "Bot ")
	refused := len(d.gateway.invalid) > 0
	if refused {
		d.gateway.invalid = d.gateway.invalid[1:]
	}
	s := d.gateway.sessions[b.Session]
	switch {
	case d.revoked || c.Token != d.Token:
		return 4004
	case d.gateway.deaf, ordered:
		return 0
	case s == nil || refused:
		c.send(map[string]any{"op": 9, "d": false})
		return 0
	case b.Seq > s.seq:
		return 4007
	}
	if s.conn != nil && s.conn != c {
		s.conn.ws.NetConn().Close()
	}
	s.conn, c.session, c.Ready, c.Intents = c, s, true, s.intents
	for _, e := range s.events {
		if e.seq > b.Seq {
			c.put(frame{data: e.data})
		}
	}
	s.dispatch("RESUMED", map[string]any{})
	return 0
}
