package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

var (
	// ErrSocketOff means that Socket Mode was switched off for the app.
	ErrSocketOff = errors.New("socket mode is off for this app: switch it on at the app's page, Socket Mode")
	// ErrNoAppToken means that there is no token to connect with.
	ErrNoAppToken = errors.New("socket mode needs the app's token: make one that begins with xapp- on the app's page, Basic Information, App-Level Tokens")
)

const (
	// pingTime is how long a connection may be silent. Slack pings every few
	// seconds.
	pingTime = 30 * time.Second
	// maxEnvelope is the largest thing that is taken in, in bytes.
	maxEnvelope = 4 << 20
	// ackTime is how long an acknowledgement waits for the connection: after it
	// Slack has given up (https://docs.slack.dev/apis/events-api/using-socket-mode#acknowledge).
	ackTime = 3 * time.Second
)

// A Connection says how Socket Mode is doing.
type Connection struct {
	Since time.Time // when it connected; zero while it is not connected
	Count int       // how often it connected
}

// A Listener listens through Socket Mode. It is safe for concurrent use.
type Listener struct {
	client *Client
	inbox  *Inbox
	ping   time.Duration

	mu   sync.Mutex
	conn Connection
}

// NewListener returns a listener that fills the inbox. ping is how long the
// connection may be silent; zero is what fits Slack.
func NewListener(c *Client, in *Inbox, ping time.Duration) *Listener {
	if ping <= 0 {
		ping = pingTime
	}
	return &Listener{client: c, inbox: in, ping: ping}
}

// Connection returns how it is doing.
func (l *Listener) Connection() Connection {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn
}

func (l *Listener) connected(yes bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conn.Since = time.Time{}
	if yes {
		l.conn.Since = time.Now()
		l.conn.Count++
	}
}

// Run listens until ctx ends, when it returns nil, or until there is no sense in
// connecting again: [ErrSocketOff], [ErrNoAppToken], or an error that wraps
// [ErrUnauthorized]. Everything else is tried again, with growing pauses.
func (l *Listener) Run(ctx context.Context) error {
	if !l.client.app {
		return ErrNoAppToken
	}
	running, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// The transport that serves the bot's requests serves these too; slack-go
	// adds the token of the app.
	mode := socketmode.New(l.client.api,
		socketmode.OptionDialer(&websocket.Dialer{
			NetDialContext:   l.client.dial,
			HandshakeTimeout: 15 * time.Second,
			// Larger than any acknowledgement: Slack does not put frames together.
			WriteBufferSize: 32 << 10,
		}),
		socketmode.OptionReadLimit(maxEnvelope),
		socketmode.OptionPingInterval(l.ping),
		// The log is the one place where slack-go says why it was told to
		// disconnect.
		socketmode.OptionDebug(true),
		socketmode.OptionLog(reasons(func() { cancel(ErrSocketOff) })),
	)
	var reading sync.WaitGroup
	defer reading.Wait()
	ended := make(chan struct{})
	defer close(ended)
	reading.Go(func() {
		for {
			select {
			case e := <-mode.Events:
				l.event(running, mode, e, cancel)
			case <-ended:
				return
			}
		}
	})
	err := mode.RunContext(running)
	l.connected(false)
	switch cause := context.Cause(running); {
	case ctx.Err() != nil:
		return nil
	case cause != nil && !errors.Is(cause, context.Canceled):
		return cause
	}
	return fatal(err)
}

// fatal says what ended the listening.
func fatal(err error) error {
	if p, ok := errors.AsType[*Problem](err); ok && p.Unauthorized() {
		return fmt.Errorf("%w of the app: %w", ErrUnauthorized, p)
	}
	return fmt.Errorf("listen to slack: %w", err)
}

// event deals with one thing that slack-go tells.
func (l *Listener) event(ctx context.Context, mode *socketmode.Client, e socketmode.Event, cancel context.CancelCauseFunc) {
	switch e.Type {
	case socketmode.EventTypeConnected:
		l.connected(true)
		l.client.log.Info("connected to slack", "times", l.Connection().Count)
	case socketmode.EventTypeConnecting:
		l.connected(false)
	case socketmode.EventTypeConnectionError:
		l.failed(e, cancel)
	case socketmode.EventTypeErrorBadMessage:
		// Slack-go reads strictly, and Slack tells again what is not
		// acknowledged: what we do not read ourselves either is done with.
		if bad, ok := e.Data.(*socketmode.ErrorBadMessage); ok {
			var r socketmode.Request
			if json.Unmarshal(bad.Message, &r) == nil {
				l.take(ctx, mode, r)
			}
		}
	default:
		if e.Request != nil {
			l.take(ctx, mode, *e.Request)
		}
	}
}

// failed gives up when connecting again cannot help.
func (l *Listener) failed(e socketmode.Event, cancel context.CancelCauseFunc) {
	failure, ok := e.Data.(*slack.ConnectionErrorEvent)
	if !ok {
		return
	}
	p, ok := errors.AsType[*Problem](failure.ErrorObj)
	if !ok {
		p = unanswered(failure.ErrorObj)
	}
	switch {
	case p.Unauthorized(), p.Code == "missing_scope":
		cancel(fmt.Errorf("%w of the app: %w", ErrUnauthorized, p))
		return
	case p.Code == "socket_mode_disabled" || p.Code == "link_disabled":
		cancel(ErrSocketOff)
		return
	}
	l.client.log.Warn("could not connect to slack", "err", p, "again", failure.Backoff.Round(time.Second))
}

// take acknowledges an envelope and puts what it holds into the inbox.
func (l *Listener) take(ctx context.Context, mode *socketmode.Client, r socketmode.Request) {
	if r.EnvelopeID == "" || ctx.Err() != nil {
		return // Slack is not told that we took what we could not answer
	}
	// An envelope that was not acknowledged in time may come again.
	if !l.inbox.once(r.EnvelopeID) {
		l.acknowledge(ctx, mode, r)
		return
	}
	if !l.put(r) {
		l.inbox.forget(r.EnvelopeID)
		return
	}
	l.acknowledge(ctx, mode, r)
}

func (l *Listener) put(r socketmode.Request) bool {
	switch r.Type {
	case socketmode.RequestTypeSlashCommands:
		c, err := commandOf(r.Payload)
		if err != nil {
			l.client.log.Warn("slack sent a command that cannot be read")
			return true
		}
		return l.inbox.command(c)
	case socketmode.RequestTypeInteractive:
		return l.inbox.interaction(r.Payload)
	case socketmode.RequestTypeEventsAPI:
		var p eventPayload
		if err := json.Unmarshal(r.Payload, &p); err != nil {
			l.client.log.Warn("slack sent an event that cannot be read")
			return true
		}
		return l.inbox.event(p, r.Payload)
	}
	return true
}

func (l *Listener) acknowledge(ctx context.Context, mode *socketmode.Client, r socketmode.Request) {
	ctx, cancel := context.WithTimeout(ctx, ackTime)
	defer cancel()
	if err := mode.AckCtx(ctx, r.EnvelopeID, nil); err != nil {
		l.client.log.Warn("could not acknowledge what slack sent", "type", r.Type)
	}
}

// reasons reads slack-go's log for one thing, and drops the rest: it holds what
// people said. The function is called when the app must not connect again
// (https://docs.slack.dev/apis/events-api/using-socket-mode#disconnect).
type reasons func()

func (f reasons) Output(_ int, s string) error {
	_, message, ok := strings.Cut(s, "Received WebSocket message: ")
	if !ok || !strings.Contains(message, `"disconnect"`) {
		return nil
	}
	var d struct{ Type, Reason string }
	if json.Unmarshal([]byte(message), &d) == nil && d.Type == socketmode.RequestTypeDisconnect && d.Reason == "link_disabled" {
		f()
	}
	return nil
}
