package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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

// An Inbox hands what comes in to a [Handler], each thing once. It is what
// [Client.Listen] and [Endpoint] share, so that a workspace may use either.
type Inbox struct {
	log  *slog.Logger
	work chan func(context.Context, Handler)

	mu   sync.Mutex
	seen map[string]time.Time
}

// NewInbox returns an inbox. What it is given waits until Run.
func NewInbox(log *slog.Logger) *Inbox {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Inbox{log: log, work: make(chan func(context.Context, Handler), inboxMost), seen: make(map[string]time.Time)}
}

// Run hands on what comes in until ctx ends, and returns when the handler has.
func (b *Inbox) Run(ctx context.Context, h Handler) {
	var handlers sync.WaitGroup
	defer handlers.Wait()
	slots := make(chan struct{}, handleMost)
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-b.work:
			select {
			case <-ctx.Done():
				return
			case slots <- struct{}{}:
			}
			handlers.Go(func() {
				defer func() { <-slots }()
				b.handle(ctx, h, f)
			})
		}
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

// put takes up a piece of work and reports whether there was room.
func (b *Inbox) put(f func(context.Context, Handler)) bool {
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
