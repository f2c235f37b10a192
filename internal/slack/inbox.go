package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

const (
	// inboxMost is how many things may wait to be handled. Beyond it Slack is
	// told nothing, and sends what it can again.
	inboxMost = 256
	// handleMost is how many are handled at once.
	handleMost = 32
	// handleTime is how long one may take. Much longer than any answer should,
	// and shorter than the answer could still be given.
	handleTime = 10 * time.Minute
	// seenTime is how long an event is remembered. Slack sends an event that was
	// not acknowledged three times more within an hour:
	// https://docs.slack.dev/apis/events-api#retries.
	seenTime = 2 * time.Hour
	seenMost = 10_000
)

// What was taken up is not dropped when the program stops: it has GraceTime to
// come to its end, and then LastTime to be told that it did not. Together they
// are shorter than whoever stops a program waits before killing it.
const (
	GraceTime = 4 * time.Second
	LastTime  = 3 * time.Second
)

// ErrStopping is the cause of a [Handler]'s context that ended because the
// program stops.
var ErrStopping = errors.New("the program stops")

// An Inbox hands what comes in to a [Handler], each thing once. It is what
// [Listener] and [Endpoint] share, so that a workspace may use either.
type Inbox struct {
	log  *slog.Logger
	work chan func(context.Context, Handler)
	over context.Context // ends when nothing more is said
	end  context.CancelFunc

	mu     sync.Mutex
	closed bool // nothing more is taken up
	seen   map[string]time.Time
}

// NewInbox returns an inbox. What it is given waits until Run.
func NewInbox(log *slog.Logger) *Inbox {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	b := &Inbox{log: log, work: make(chan func(context.Context, Handler), inboxMost), seen: make(map[string]time.Time)}
	b.over, b.end = context.WithCancel(context.Background())
	return b
}

// Run hands on what comes in until ctx ends. From then on nothing is taken up,
// and Run returns when all that was is handled: the handler's context ends, with
// [ErrStopping] as its cause, [GraceTime] later. It can be called once.
func (b *Inbox) Run(ctx context.Context, h Handler) {
	working, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	defer b.end()
	var workers sync.WaitGroup
	for range handleMost {
		workers.Go(func() {
			for f := range b.work {
				if b.over.Err() != nil {
					b.log.Warn("something slack sent was left unanswered: editwatch stops")
					continue
				}
				b.handle(working, h, f)
			}
		})
	}
	<-ctx.Done()
	b.close()
	grace := time.AfterFunc(GraceTime, func() { stop(ErrStopping) })
	defer grace.Stop()
	last := time.AfterFunc(GraceTime+LastTime, b.end)
	defer last.Stop()
	workers.Wait()
}

// LastWords returns a context in which a handler can still give an answer for a
// moment after its own has ended.
func (b *Inbox) LastWords(ctx context.Context) (context.Context, context.CancelFunc) {
	words, cancel := context.WithCancel(b.over)
	stop := context.AfterFunc(ctx, func() {
		last := time.NewTimer(LastTime)
		defer last.Stop()
		select {
		case <-last.C:
			cancel()
		case <-words.Done():
		}
	})
	return words, func() { stop(); cancel() }
}

// close takes up nothing more.
func (b *Inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.closed = true
		close(b.work)
	}
}

// handle calls the handler. A bug in an answer is kept to that one.
func (b *Inbox) handle(ctx context.Context, h Handler, f func(context.Context, Handler)) {
	defer func() {
		if v := recover(); v != nil {
			b.log.Error("answering panicked", "panic", v, "stack", string(debug.Stack()))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, handleTime)
	defer cancel()
	f(ctx, h)
}

// put takes up a piece of work and reports whether it did.
func (b *Inbox) put(f func(context.Context, Handler)) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	select {
	case b.work <- f:
		return true
	default:
		b.log.Warn("too much came in from slack at once; something was left unanswered")
		return false
	}
}

// once reports whether the key was not seen before; an empty one never was.
func (b *Inbox) once(key string) bool {
	if key == "" {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if at, ok := b.seen[key]; ok && now.Sub(at) < seenTime {
		return false
	}
	if len(b.seen) >= seenMost {
		for k, at := range b.seen {
			if now.Sub(at) >= seenTime {
				delete(b.seen, k)
			}
		}
		if len(b.seen) >= seenMost {
			clear(b.seen)
		}
	}
	b.seen[key] = now
	return true
}

// forget lets a key be seen again, because what it named was not taken up.
func (b *Inbox) forget(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.seen, key)
}

// command, interaction and event take up what came in, and report whether it
// was, or need not be: what is no business of ours is done with.

func (b *Inbox) command(c Command) bool {
	return b.put(func(ctx context.Context, h Handler) { h.Command(ctx, c) })
}

func (b *Inbox) interaction(payload []byte) bool {
	var i interaction
	if err := json.Unmarshal(payload, &i); err != nil {
		b.log.Warn("slack sent an interaction that cannot be read")
		return true
	}
	switch i.Type {
	case "block_actions":
		p := i.press()
		return b.put(func(ctx context.Context, h Handler) { h.Press(ctx, p) })
	case "message_action":
		s := i.shortcut()
		return b.put(func(ctx context.Context, h Handler) { h.Shortcut(ctx, s) })
	}
	return true
}

func (b *Inbox) event(p eventPayload, payload []byte) bool {
	if p.Type != "event_callback" {
		if p.Type == "app_rate_limited" {
			b.log.Warn("slack holds events back: there are too many")
		}
		return true
	}
	key := p.EventID
	if key == "" {
		sum := sha256.Sum256(payload)
		key = hex.EncodeToString(sum[:])
	}
	if !b.once(key) {
		b.log.Debug("slack told an event again", "event", p.EventID, "type", p.Event.Type)
		return true
	}
	e := p.event()
	if !b.put(func(ctx context.Context, h Handler) { h.Event(ctx, e) }) {
		b.forget(key)
		return false
	}
	return true
}
