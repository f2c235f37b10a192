package discord

import "time"

const (
	// identifyGap is the time between two new sessions:
	// https://discord.com/developers/docs/events/gateway#rate-limiting, one in
	// five seconds.
	identifyGap = 5 * time.Second
	// sessionsAtOnce new sessions may begin without more than the gap between
	// them, and from then on one every sessionEvery. In any 24 hours that is
	// 200 + 720 at most: with the thousandth Discord ends all sessions of the
	// bot and resets its token.
	// https://discord.com/developers/docs/events/gateway#identifying
	sessionsAtOnce = 200
	sessionEvery   = 2 * time.Minute
	// sessionsKept of what Discord says it still allows are left alone: the
	// account is of the token, and others may begin sessions with it.
	sessionsKept = 20
)

// A pace says when a new session with the gateway may begin. It knows those of
// this process; what others began with the same token, Discord tells (see
// [listener.address]). The zero value has seen none.
type pace struct {
	last time.Time
	even time.Time // when everything that was begun has been made up for
}

// wait returns how long it is until a session may begin; at most zero if one may
// now.
func (p pace) wait(now time.Time) time.Duration {
	return max(p.last.Add(identifyGap).Sub(now), p.even.Add(-(sessionsAtOnce-1)*sessionEvery).Sub(now))
}

// begin notes that a session begins.
func (p *pace) begin(now time.Time) {
	p.last = now
	if p.even.Before(now) {
		p.even = now
	}
	p.even = p.even.Add(sessionEvery)
}
