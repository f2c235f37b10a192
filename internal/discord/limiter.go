package discord

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/safehttp"
)

const (
	// invalidMost answers of 401, 403 or 429 within invalidWindow stop all
	// requests: at ten times as many Discord blocks the address they come from.
	// https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
	invalidMost   = 1000
	invalidWindow = 10 * time.Minute
	// bucketsMost is how many limits are remembered before those that are over
	// are forgotten.
	bucketsMost = 256
	// routesMost bounds what is remembered of which routes share a limit.
	routesMost = 1024
)

// A limiter remembers which rate limits are used up. Limits are learned from the
// answers, never known beforehand:
// https://discord.com/developers/docs/topics/rate-limits.
type limiter struct {
	mu     sync.Mutex
	global time.Time            // nothing is asked before
	free   map[string]time.Time // by bucket and major parameter, when it is free again
	bucket map[string]string    // by route, the bucket its answers named
	// invalid are the times of the newest invalidMost refusals, a ring.
	invalid []time.Time
	oldest  int
}

func newLimiter() *limiter {
	return &limiter{free: make(map[string]time.Time), bucket: make(map[string]string)}
}

// A route is what a rate limit belongs to: a method and a path whose minor IDs
// are left out, and the major parameter it is counted by.
type route struct {
	name, major string
	// interaction says that the route answers an interaction: it takes no
	// token, and the global limit does not hold for it.
	interaction bool
}

// routeOf returns the route of a path below the API's base address.
func routeOf(method, path string) route {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	r := route{}
	for i, p := range parts {
		if i == 0 || p == "" {
			continue
		}
		number := p[0] >= '0' && p[0] <= '9'
		switch {
		case i == 1 && number && (parts[0] == "channels" || parts[0] == "guilds"):
			r.major, parts[i] = p, ":major"
		case i <= 2 && (parts[0] == "webhooks" || parts[0] == "interactions"):
			r.interaction = true
			r.major, parts[i] = r.major+"/"+p, ":major"
		case number:
			parts[i] = ":id"
		}
	}
	r.name = method + " " + strings.Join(parts, "/")
	return r
}

func (l *limiter) key(r route) string {
	if b := l.bucket[r.name]; b != "" {
		return b + " " + r.major
	}
	return r.name + " " + r.major
}

// ready waits until r is free, but not for long: for longer waits it returns a
// [*Problem] with the time.
func (l *limiter) ready(ctx context.Context, r route) error {
	now := time.Now()
	if wait := l.braked(now); wait > 0 && !r.interaction {
		return &Problem{reason: "too many requests were refused lately", Wait: wait}
	}
	l.mu.Lock()
	wait := l.free[l.key(r)].Sub(now)
	if !r.interaction {
		wait = max(wait, l.global.Sub(now))
	}
	l.mu.Unlock()
	return pausing(ctx, wait)
}

// pausing waits, but not for long.
func pausing(ctx context.Context, wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	if wait > pause {
		return &Problem{reason: "the rate limit is used up", Wait: wait}
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return problem(ctx.Err())
	}
}

// learn takes from an answer what it says about limits. p is nil for one that
// succeeded.
func (l *limiter) learn(r route, h http.Header, p *Problem, global bool) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := h.Get("X-RateLimit-Bucket"); b != "" && (len(l.bucket) < routesMost || l.bucket[r.name] != "") {
		l.bucket[r.name] = b
	}
	if h.Get("X-RateLimit-Remaining") == "0" {
		after, _ := strconv.ParseFloat(h.Get("X-RateLimit-Reset-After"), 64)
		l.hold(l.key(r), now.Add(safehttp.Seconds(after)), now)
	}
	if p == nil {
		return
	}
	switch p.Status {
	case http.StatusTooManyRequests:
		switch {
		case global:
			l.global = news.Later(l.global, now.Add(p.Wait))
		default:
			l.hold(l.key(r), now.Add(p.Wait), now)
		}
		if h.Get("X-RateLimit-Scope") == "shared" {
			return // others used it up; it does not count against us
		}
	case http.StatusUnauthorized, http.StatusForbidden:
	default:
		return
	}
	if len(l.invalid) < invalidMost {
		l.invalid = append(l.invalid, now)
		return
	}
	l.invalid[l.oldest] = now
	l.oldest = (l.oldest + 1) % invalidMost
}

// hold keeps requests away from a limit until it is free again.
func (l *limiter) hold(key string, until, now time.Time) {
	if len(l.free) >= bucketsMost {
		for k, t := range l.free {
			if !t.After(now) {
				delete(l.free, k)
			}
		}
	}
	if until.After(now) {
		l.free[key] = news.Later(l.free[key], until)
	}
}

// braked returns how long nothing is asked because too much was refused.
func (l *limiter) braked(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.invalid) < invalidMost {
		return 0
	}
	return max(l.invalid[l.oldest].Add(invalidWindow).Sub(now), 0)
}
