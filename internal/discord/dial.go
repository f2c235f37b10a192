package discord

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// newSession returns a discordgo session for one session with the gateway.
func (l *listener) newSession(ctx context.Context) (*discordgo.Session, error) {
	dg, err := quietSession(&http.Client{Transport: addressOf(func() (string, error) { return l.address(ctx) })})
	if err != nil {
		return nil, err
	}
	dg.Token = "Bot " + l.session.token
	dg.Identify = discordgo.Identify{
		Token:      dg.Token,
		Intents:    discordgo.IntentsGuilds,
		Properties: discordgo.IdentifyProperties{OS: "linux", Browser: "editwatch", Device: "editwatch"},
	}
	dg.Compress = false
	dg.ShouldReconnectOnError = false
	dg.ShouldReconnectVoiceOnSessionError = false
	dg.SyncEvents = true // in order; handle is quick
	dg.Dialer = &websocket.Dialer{
		HandshakeTimeout: firstPatience,
		NetDialContext: func(_ context.Context, network, address string) (net.Conn, error) {
			return l.dialTap(ctx, network, address, "")
		},
		NetDialTLSContext: func(_ context.Context, network, address string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			return l.dialTap(ctx, network, address, host)
		},
	}
	dg.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) { l.event(e) })
	dg.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) {
		select {
		case l.closed <- struct{}{}:
		default:
		}
	})
	return dg, nil
}

// dialTap connects, over TLS if host is set.
func (l *listener) dialTap(ctx context.Context, network, address, host string) (net.Conn, error) {
	l.mu.Lock()
	refuse := l.refuse
	l.refuse = false
	l.mu.Unlock()
	if refuse {
		return nil, errEnded
	}
	ctx, cancel := context.WithTimeout(ctx, firstPatience)
	defer cancel()
	c, err := l.session.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if host != "" {
		secure := tls.Client(c, &tls.Config{ServerName: host, NextProtos: []string{"http/1.1"}})
		if err := secure.HandshakeContext(ctx); err != nil {
			c.Close()
			return nil, err
		}
		c = secure
	}
	t := newTap(c)
	l.mu.Lock()
	l.tap = t
	if !l.begun {
		l.pace.begin(time.Now())
	}
	l.mu.Unlock()
	return t, nil
}

// address returns where to connect: where Discord wants the session resumed, or
// what the API says. The API also says whether another session may begin.
func (l *listener) address(ctx context.Context) (string, error) {
	l.mu.Lock()
	resume, begun := l.resume, l.begun
	if l.resumes > resumeTries {
		resume = ""
	}
	l.mu.Unlock()
	if resume != "" {
		return resume, nil
	}
	var answer struct {
		URL   string `json:"url"`
		Limit struct {
			Total     int     `json:"total"`
			Remaining int     `json:"remaining"`
			Reset     float64 `json:"reset_after"` // milliseconds
		} `json:"session_start_limit"`
	}
	err := l.session.do(ctx, "GET", "/gateway/bot", nil, &answer)
	if p, ok := err.(*Problem); ok && p.Status == http.StatusNotFound { // compatible servers may not have it
		err = l.session.do(ctx, "GET", "/gateway", nil, &answer)
	}
	if err != nil {
		return "", err
	}
	if limit := answer.Limit; !begun && limit.Total > sessionsKept && limit.Remaining < sessionsKept {
		wait := min(max(safehttp.Seconds(limit.Reset/1000), time.Minute), 24*time.Hour)
		return "", &Problem{reason: "discord allows no more new sessions for now", Wait: wait}
	}
	return gatewayAddress(answer.URL)
}

// gatewayAddress returns a web socket's address without what discordgo adds.
func gatewayAddress(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "wss" && u.Scheme != "ws" {
		return "", &Problem{reason: "the gateway's address is not one"}
	}
	u.RawQuery, u.Fragment = "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), nil
}

// addressOf answers discordgo's question for the gateway's address, the only
// request that a session with the gateway makes.
type addressOf func() (string, error)

func (f addressOf) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(req.URL.Path, "/gateway") {
		return nil, &Problem{reason: "an unexpected request"} // unreachable
	}
	address, err := f()
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(map[string]string{"url": address})
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), Request: req,
	}, nil
}
