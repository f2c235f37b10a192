package notify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// claim takes up a delivery that was leased. It returns false if an earlier
// attempt at it is still under way here, whose lease ran out.
func (n *Notifier) claim(id news.DeliveryID) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.underway[id] {
		return false
	}
	n.underway[id] = true
	return true
}

// claimed returns the deliveries that are being attempted.
func (n *Notifier) claimed() map[news.DeliveryID]bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.underway)
}

func (n *Notifier) unclaim(id news.DeliveryID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.underway, id)
}

// deliver makes one attempt at d, which is leased, and settles it. When ctx
// ends the process is stopping.
func (n *Notifier) deliver(ctx context.Context, d news.Delivery) {
	n.mu.Lock()
	settled, known := n.outcomes[d.ID]
	n.mu.Unlock()
	if !known {
		settled = n.attempt(ctx, d)
	}
	n.settle(ctx, settled)
}

// attempt composes and sends d and returns it with its outcome.
func (n *Notifier) attempt(ctx context.Context, d news.Delivery) news.Delivery {
	log := n.log.With("channel", d.Channel, "delivery", d.ID, "kind", d.Kind, "article", d.Article, "attempt", d.Attempts)
	channel, ok := n.channel(d.Channel)
	if !ok {
		return n.postpone(d)
	}
	if h, err := n.waits(ctx, d, channel); err != nil || !h.until.IsZero() {
		if err != nil {
			log.Error("whether a channel can be told is not known", "err", err)
			h = hold{until: time.Now().Add(storeWait)}
		}
		log.Debug("delivery waits", "until", h.until, "why", h.why)
		d.State, d.Due, d.Trouble = news.Pending, h.until, h.why
		d.Attempts-- // nothing was attempted, and more may still join
		return d
	}
	var a Announcement
	err := guard(func() (err error) { a, err = n.compose(ctx, d); return })
	panicked, bug := errors.AsType[*panicError](err)
	switch {
	case errors.Is(err, errMoot):
		log.Info("delivery is moot", "events", d.Events, "err", err)
		d.State, d.Settled, d.Trouble = news.Moot, time.Now(), err.Error()
		return d
	case err != nil && ctx.Err() != nil:
		return interrupted(d)
	case bug:
		log.Error("composing an announcement panicked", "events", d.Events, "panic", panicked.value, "stack", string(panicked.stack))
		return n.opts.Retry.failed(d, err, time.Now())
	case err != nil:
		log.Error("announcement could not be composed", "err", err)
		// The cause is our own and none of the channel's business.
		return n.opts.Retry.failed(d, errors.New("the announcement could not be put together"), time.Now())
	}

	sending, cancel := context.WithTimeout(ctx, n.opts.SendTimeout)
	defer cancel()
	var message string
	err = guard(func() (err error) { message, err = send(sending, channel.Sender, a); return })
	now := time.Now()
	if err == nil {
		log.Info("announced", "events", d.Events, "message", message, "what", a.Brief.What)
		n.welcome(ctx, d.Channel)
		if a.publish && message != "" {
			if err := n.queue(context.WithoutCancel(ctx), d, message, a.events, now); err != nil {
				log.Error("a post will not be published", "err", err)
			}
		}
		return sent(d, message, now)
	}
	if out, did := n.answered(context.WithoutCancel(ctx), d, a, channel, err, now); did {
		return out
	}
	if _, said := errors.AsType[*Later](err); ctx.Err() != nil && !said && !errors.Is(err, ErrRejected) {
		log.Info("attempt was cut off by the end of the program", "err", err)
		return interrupted(d)
	}
	if panicked, ok := errors.AsType[*panicError](err); ok {
		log.Error("sender panicked", "events", d.Events, "panic", panicked.value, "stack", string(panicked.stack))
	}
	out := n.opts.Retry.failed(d, err, now)
	if out.State == news.Rejected {
		log.Warn("delivery is given up", "events", d.Events, "err", err)
	} else {
		log.Warn("delivery is put off", "until", out.Due, "err", err)
	}
	return out
}

// waits returns why a delivery that was leased must wait, and until when.
func (n *Notifier) waits(ctx context.Context, d news.Delivery, channel Channel) (hold, error) {
	now := time.Now()
	h, err := n.barred(ctx, d, channel, now)
	if err != nil || !h.until.IsZero() {
		return h, err
	}
	return n.held(ctx, d, channel, now)
}

// postpone leaves what an unknown channel is owed for the day it is configured
// again. Nothing was attempted, so nothing is counted.
func (n *Notifier) postpone(d news.Delivery) news.Delivery {
	n.mu.Lock()
	said := n.unknown[d.Channel]
	n.unknown[d.Channel] = true
	n.mu.Unlock()
	if !said {
		n.log.Warn("channel is not configured; what it is owed stays pending", "channel", d.Channel)
	}
	d.State, d.Due, d.Trouble = news.Pending, time.Now().Add(unknownWait), "the channel is not configured"
	d.Attempts--
	return d
}

// interrupted returns d as it stands when the process stopped in the middle of
// an attempt: due again at once, and no failure. The attempt counts, because
// it may have happened.
func interrupted(d news.Delivery) news.Delivery {
	d.State, d.Due = news.Pending, time.Now()
	return d
}

// A panicError is a panic while an announcement was composed or sent. Another
// attempt would only panic again, and what it holds back must not suffer for it.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string { return "internal error" }
func (p *panicError) Unwrap() error { return ErrRejected }

// guard calls f. The texts of pages decide much of what happens in it, so a bug
// there is kept to the one announcement that meets it.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicError{value: v, stack: debug.Stack()}
		}
	}()
	return f()
}

// send makes one attempt.
func send(ctx context.Context, s Sender, a Announcement) (message string, err error) {
	if a.Delivery.Kind != news.Update {
		return s.Send(ctx, a)
	}
	u, ok := s.(Updater)
	if !ok { // the channel's kind changed since it was planned
		return "", fmt.Errorf("%w: messages of this channel cannot be changed", ErrRejected)
	}
	return a.Delivery.Message, u.Update(ctx, a)
}

// settle records an outcome, and does not give up while the lease lasts: what
// was posted and not settled would be posted again. After that the outcome is
// remembered for the next lease.
func (n *Notifier) settle(ctx context.Context, d news.Delivery) {
	n.mu.Lock()
	n.outcomes[d.ID] = d
	n.mu.Unlock()
	for wait, until := storeWait, time.Now().Add(leaseMargin/2); ; wait *= 2 {
		settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
		err := n.store.Settle(settling, d)
		cancel()
		if errors.Is(err, store.ErrNotFound) { // nothing is left to settle
			n.log.Warn("delivery is not kept any more", "channel", d.Channel, "delivery", d.ID, "state", d.State)
			err = nil
		}
		if err == nil {
			n.mu.Lock()
			delete(n.outcomes, d.ID)
			n.mu.Unlock()
			return
		}
		n.log.Error("outcome of a delivery is not recorded yet", "channel", d.Channel, "delivery", d.ID, "state", d.State, "err", err)
		if ctx.Err() != nil || time.Now().Add(wait).After(until) {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}
