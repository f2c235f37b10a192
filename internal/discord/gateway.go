package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
)

// An Event is something the gateway tells: its name and its data, as they came.
// https://discord.com/developers/docs/events/gateway-events#receive-events
type Event struct {
	Kind string
	Data json.RawMessage
}

// Close codes after which connecting again cannot help:
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes.
var fatalCloses = map[int]string{
	4004: "the token is not accepted",
	4010: "the shard is not valid",
	4011: "the bot is in too many servers for one connection",
	4012: "the version of the gateway is not valid",
	4013: "the intents are not valid",
	4014: "the intents are not allowed: they are switched off on the application's page",
}

// endsSession reports whether the session cannot be resumed after a close code.
func endsSession(code int) bool { return code == 4007 || code == 4009 || code == 4003 }

const (
	// reconnectMost is the longest wait between two tries, unless Discord asks
	// for more; half of it is the shortest that this one is varied to. How
	// often a new session begins is not its business, but that of [pace].
	reconnectMost = 3 * time.Minute
	// steady is how long a connection must last for the next wait to be short.
	steady = time.Minute
	// resumeTries is how often the address that Discord named for resuming is
	// tried before the one for everybody.
	resumeTries = 2
)

// gatewayState is what the session tells of the gateway.
type gatewayState struct {
	mu    sync.Mutex
	since time.Time // zero: not connected
}

func (g *gatewayState) set(since time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.since = since
}

// Connected returns since when the gateway has been connected, or the zero time
// if it is not.
func (s *Session) Connected() time.Time {
	s.gateway.mu.Lock()
	defer s.gateway.mu.Unlock()
	return s.gateway.since
}

// Listen keeps a connection to the gateway and hands over what it tells, one
// event after the other, until ctx ends; then it returns nil. It returns an
// error when Discord says that connecting again cannot help; [ErrUnauthorized]
// is one.
//
// handle returns at once; what takes long it leaves to goroutines of its own.
// Of intents the connection has GUILDS alone, and interactions come without
// one.
//
// A connection that breaks is taken up where it ended, so that nothing is
// missed; only when Discord does not know the session any more is there a new
// one.
func (s *Session) Listen(ctx context.Context, handle func(Event)) error {
	l := &listener{session: s, handle: handle, closed: make(chan struct{}, 1)}
	defer s.gateway.set(time.Time{})
	failures := 0
	for ctx.Err() == nil {
		began := time.Now()
		err := l.connect(ctx)
		if ctx.Err() != nil {
			break
		}
		if err != nil && errors.Is(err, errFatal) {
			return err
		}
		if time.Since(began) > steady {
			failures = 0
		}
		wait := reconnectWait(failures, l.fresh())
		if p, ok := errors.AsType[*Problem](err); ok {
			wait = max(wait, p.Wait)
		}
		failures++
		s.log.Info("the gateway is connected to again", "in", wait.Round(time.Millisecond), "resume", !l.fresh(), "err", err)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
	return nil
}

// reconnectWait returns the wait after a number of connections in a row that did
// not last. What is over at once, as after a restart of the gateway, is resumed
// almost at once, though not by all bots at the same moment.
func reconnectWait(failures int, anew bool) time.Duration {
	wait := 500 * time.Millisecond << min(failures, 12)
	wait = min(wait, reconnectMost)
	wait = wait/2 + rand.N(wait/2+1)
	if anew {
		// One to five seconds, as the gateway asks for after it gave a session
		// up, and no new session sooner than the last allows.
		wait = max(wait, time.Second+rand.N(4*time.Second))
	}
	return wait
}

// errFatal means that connecting again cannot help.
var errFatal = errors.New("discord's gateway refuses the bot")

// A listener is one bot's side of the gateway.
type listener struct {
	session *Session
	handle  func(Event)

	// dg holds the session with the gateway, which it resumes while it lives.
	// nil: there is none.
	dg     *discordgo.Session
	closed chan struct{} // discordgo closed a connection

	mu      sync.Mutex
	pace    pace
	tap     *tap   // of the newest connection
	refuse  bool   // the next dial is to fail; see open
	resume  string // the address for resuming
	resumes int    // how often it was tried in vain
	ready   bool   // the connection is up
	begun   bool   // the session was up once, so that there is one to resume
}

// fresh reports whether the next connection begins a new session. One that was
// never up cannot be resumed: discordgo would begin another on the quiet.
func (l *listener) fresh() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dg == nil || !l.begun
}

// connect makes one connection and stays until it ends. The error says why it
// ended.
func (l *listener) connect(ctx context.Context) error {
	if err := l.session.alive(); err != nil {
		return fmt.Errorf("%w: %w", errFatal, err)
	}
	anew := l.fresh()
	if anew {
		l.mu.Lock()
		wait := l.pace.wait(time.Now())
		l.mu.Unlock()
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
	l.mu.Lock()
	l.ready = false
	l.mu.Unlock()
	err := l.open(ctx, anew)
	tap := l.newest()
	if err == nil {
		select {
		case <-tap.done:
		case <-ctx.Done():
			tap.leave() // so that the bot is seen to leave
		}
	}
	l.session.gateway.set(time.Time{})
	if tap == nil {
		return err
	}
	tap.Close()
	if err == nil {
		l.settle()
	}
	return l.judge(tap, err)
}

// judge decides from a connection's end how to go on.
func (l *listener) judge(t *tap, err error) error {
	end, silent := t.ended()
	if why := fatalCloses[end.code]; why != "" {
		fatal := fmt.Errorf("%w: %s (close code %d)", errFatal, why, end.code)
		if end.code == 4004 {
			l.session.unauthorized(true)
			return fmt.Errorf("%w: %w", fatal, ErrUnauthorized)
		}
		return fatal
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if end.invalid || endsSession(end.code) {
		l.dg = nil
	}
	if !l.ready {
		l.resumes++
	}
	switch {
	case end.invalid:
		return errors.New("the gateway does not know the session any more")
	case end.reconnect:
		return errors.New("the gateway asked to be connected to again")
	case silent:
		return errors.New("the gateway did not answer the heartbeat")
	case end.code != 0:
		return fmt.Errorf("the gateway closed the connection with code %d", end.code)
	case err != nil:
		return err
	}
	return errors.New("the connection to the gateway broke")
}

// open connects. On return without error, the newest tap is the connection's.
func (l *listener) open(ctx context.Context, anew bool) error {
	l.mu.Lock()
	l.tap = nil
	l.mu.Unlock()
	if anew {
		dg, err := l.newSession(ctx)
		if err != nil {
			return err
		}
		l.dg = dg
		l.mu.Lock()
		l.resume, l.resumes, l.begun = "", 0, false
		l.mu.Unlock()
	} else {
		// discordgo keeps the gateway's address for as long as it can be
		// dialled, and asks for it again after it could not.
		l.mu.Lock()
		l.refuse = true
		l.mu.Unlock()
		if l.dg.Open() == nil {
			return errors.New("the gateway's address could not be renewed") // unreachable: the dial fails
		}
	}
	select { // an old connection's
	case <-l.closed:
	default:
	}
	opened := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		if t := l.newest(); t != nil {
			select {
			case <-opened:
			default:
				t.Close()
			}
		}
	})
	defer stop()
	err := l.dg.Open()
	close(opened)
	if err != nil {
		err = problem(err)
	}
	return err
}

func (l *listener) newest() *tap {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tap
}

// settle waits until discordgo has noticed that the connection is over: it
// closes what is closed, and sleeps for a second before it can open another.
func (l *listener) settle() {
	select {
	case <-l.closed:
	case <-time.After(settleMost):
	}
}

// settleMost is how long discordgo is waited for. It is never needed, but for a
// version of discordgo that does not say that it closed a connection.
const settleMost = 5 * time.Second

// event takes down what concerns the connection and hands the event on.
func (l *listener) event(e *discordgo.Event) {
	switch e.Type {
	case "READY":
		var ready struct {
			Resume      string                        `json:"resume_gateway_url"`
			User        struct{ ID, Username string } `json:"user"`
			Application struct{ ID string }           `json:"application"`
		}
		// What cannot be read is left empty, and does without.
		_ = json.Unmarshal(e.RawData, &ready)
		resume, err := gatewayAddress(ready.Resume)
		if err != nil {
			resume = ""
		}
		l.up(resume)
		if ready.Application.ID != "" && ready.User.ID != "" {
			l.session.setBot(Bot{Application: ready.Application.ID, User: ready.User.ID, Name: ready.User.Username})
		}
	case "RESUMED":
		l.up("")
	}
	if e.Operation == 0 && e.Type != "" {
		l.handle(Event{Kind: e.Type, Data: e.RawData})
	}
}

// up notes that the connection is in use.
func (l *listener) up(resume string) {
	l.mu.Lock()
	l.ready, l.begun, l.resumes = true, true, 0
	if resume != "" {
		l.resume = resume
	}
	l.mu.Unlock()
	l.session.gateway.set(time.Now())
	l.session.log.Info("the gateway is connected")
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
