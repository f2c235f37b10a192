package fetch

import (
	"context"
	"sync"
	"time"
)

// hosts gives each host its turns: one request at a time, a gap apart.
type hosts struct {
	mu    sync.Mutex // guards the map, users, until and swept; never held while waiting
	byKey map[string]*host
	swept time.Time
}

type host struct {
	turn  chan struct{} // holds a token while a request is on its way; first come, first served
	ready time.Time     // the earliest start of the next request; belongs to whoever has the turn
	users int           // holding the turn or waiting for it
	until time.Time     // the host asked to be left alone until then
}

// sweepEvery bounds how long a host that nobody visits any more is remembered.
const sweepEvery = time.Minute

// acquire waits for a turn at a host. It fails with an *Error if the host
// asked to be left alone, or with the context's error.
func (hs *hosts) acquire(ctx context.Context, key string) (*host, error) {
	hs.mu.Lock()
	hs.sweep(time.Now())
	h := hs.byKey[key]
	if h == nil {
		h = &host{turn: make(chan struct{}, 1)}
		hs.byKey[key] = h
	}
	h.users++
	hs.mu.Unlock()

	select {
	case h.turn <- struct{}{}:
	case <-ctx.Done():
		hs.leave(h)
		return nil, stopped(ctx)
	}
	if err := hs.asked(key, h); err != nil {
		<-h.turn
		hs.leave(h)
		return nil, err
	}
	if wait := time.Until(h.ready); wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			<-h.turn
			hs.leave(h)
			return nil, stopped(ctx)
		}
	}
	return h, nil
}

// asked returns an error while the host wants to be left alone. It is asked
// with the turn in hand: those who wait while another is told to slow down
// hear of it.
func (hs *hosts) asked(key string, h *host) error {
	hs.mu.Lock()
	wait := time.Until(h.until)
	hs.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	return &Error{Kind: Asked, Wait: wait, Host: key, text: "asked to be left alone for another " + words(wait)}
}

// release ends a turn; the next begins no sooner than gap from now.
func (hs *hosts) release(h *host, gap time.Duration) {
	h.ready = time.Now().Add(gap)
	<-h.turn
	hs.leave(h)
}

func (hs *hosts) leave(h *host) {
	hs.mu.Lock()
	h.users--
	hs.mu.Unlock()
}

// pause leaves a host alone for as long as it asked.
func (hs *hosts) pause(h *host, wait time.Duration) {
	hs.mu.Lock()
	if until := time.Now().Add(wait); until.After(h.until) {
		h.until = until
	}
	hs.mu.Unlock()
}

// sweep forgets hosts about which there is nothing to remember.
func (hs *hosts) sweep(now time.Time) {
	if now.Sub(hs.swept) < sweepEvery {
		return
	}
	hs.swept = now
	for key, h := range hs.byKey {
		// With no users, nobody has the turn and ready may be read.
		if h.users == 0 && now.After(h.ready) && now.After(h.until) {
			delete(hs.byKey, key)
		}
	}
}
