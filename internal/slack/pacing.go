package slack

import (
	"context"
	"sync"
	"time"
)

// perChannel is how far posts into one channel are kept apart: "no more than one
// message per second per channel, with short bursts allowed"
// (https://docs.slack.dev/apis/web-api/rate-limits#special).
const perChannel = time.Second

// pacingMost is how many channels are remembered at once.
const pacingMost = 4096

// pacing spaces the posts of each channel.
type pacing struct {
	mu   sync.Mutex
	next map[string]time.Time
}

// wait returns when it is the caller's turn.
func (p *pacing) wait(ctx context.Context, channel string) error {
	p.mu.Lock()
	now := time.Now()
	if p.next == nil {
		p.next = make(map[string]time.Time)
	}
	if len(p.next) >= pacingMost {
		for c, t := range p.next {
			if !t.After(now) {
				delete(p.next, c)
			}
		}
	}
	turn := p.next[channel]
	if turn.Before(now) {
		turn = now
	}
	p.next[channel] = turn.Add(perChannel)
	p.mu.Unlock()
	if !turn.After(now) {
		return ctx.Err()
	}
	timer := time.NewTimer(turn.Sub(now))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
