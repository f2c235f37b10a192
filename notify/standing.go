package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

const (
	// forbiddenTries in a row, forbiddenWait apart, pause a channel. Somebody
	// who rearranges rights gets the time to do it.
	forbiddenTries = 3
	forbiddenWait  = 20 * time.Minute
	// probeEvery is how often a paused channel is looked at.
	probeEvery = 24 * time.Hour
	// stoppedWait is how often what is owed to a stopped platform is looked at:
	// it costs nothing, for nothing is sent.
	stoppedWait = 10 * time.Minute
	// tellTime is how long telling one person may take.
	tellTime = 15 * time.Second
)

// barred returns why nothing can be sent to the channel now, and until when, or
// the zero hold.
func (n *Notifier) barred(ctx context.Context, d news.Delivery, channel Channel, now time.Time) (hold, error) {
	n.mu.Lock()
	stopped := n.stopped[channel.token(d.Channel)]
	n.mu.Unlock()
	if stopped {
		return hold{now.Add(stoppedWait), ErrUnauthorized.Error()}, nil
	}
	st, err := n.store.Standing(ctx, d.Channel)
	if err != nil {
		return hold{}, fmt.Errorf("read standing: %w", err)
	}
	if !st.Paused.IsZero() && now.Before(st.Paused.Add(probeEvery)) {
		return hold{st.Paused.Add(probeEvery), st.Trouble}, nil
	}
	return hold{}, nil
}

// token names what the channel's sender presents to its platform.
func (c Channel) token(name news.ChannelName) string {
	if c.Platform != "" {
		return c.Platform
	}
	return "channel " + string(name)
}

// answered acts on what a platform said of a channel rather than of the
// delivery, and returns the delivery settled. It returns false if err says
// nothing of the kind.
func (n *Notifier) answered(ctx context.Context, d news.Delivery, a Announcement, channel Channel, err error, now time.Time) (news.Delivery, bool) {
	log := n.log.With("channel", d.Channel, "delivery", d.ID, "err", err)
	d.Trouble = err.Error()
	switch {
	case errors.Is(err, ErrUnauthorized):
		n.mu.Lock()
		n.stopped[channel.token(d.Channel)] = true
		n.mu.Unlock()
		log.Error("the platform does not accept our token; nothing more is sent to it, and everything owed is kept. "+
			"Make a new token, put it in place, and start editwatch anew", "platform", channel.Platform)
		d.State, d.Due = news.Pending, now.Add(stoppedWait)
	case errors.Is(err, ErrGone):
		log.Warn("the channel is gone; its watches end")
		if _, err := store.EndWatches(ctx, n.store, store.WatchQuery{Channel: d.Channel}); err != nil {
			log.Error("end the watches of a channel that is gone", "trouble", err)
			d.State, d.Due = news.Pending, now.Add(time.Minute)
			return d, true
		}
		d.State, d.Settled = news.Rejected, now
	case errors.Is(err, ErrMessageGone):
		message := a.Thread.Root
		if d.Kind == news.Update {
			message = d.Message
		}
		if err := n.store.ForgetRoot(ctx, d.Channel, d.Article, message); err != nil {
			log.Error("forget a deleted message", "trouble", err)
		}
		log.Info("a message was deleted by somebody, and is forgotten", "message", message)
		d.State, d.Due, d.Trouble = news.Pending, now, ""
		if d.Kind == news.Update || message == "" {
			d.State, d.Settled, d.Trouble = news.Moot, now, err.Error()
		}
	case errors.Is(err, ErrForbidden):
		d.State, d.Due = news.Pending, n.forbidden(ctx, d, channel, err, now)
	default:
		return d, false
	}
	return d, true
}

// forbidden counts a refusal for want of rights, and pauses the channel when
// there were enough. It returns when the channel is tried again.
func (n *Notifier) forbidden(ctx context.Context, d news.Delivery, channel Channel, cause error, now time.Time) time.Time {
	next := now.Add(forbiddenWait)
	paused := false
	var st news.Standing
	err := n.stand(ctx, d.Channel, func(s *news.Standing) bool {
		if s.Forbidden == 0 {
			s.Since = now
		}
		s.Forbidden++
		s.Trouble = cause.Error()
		if s.Forbidden >= forbiddenTries {
			s.Paused, next = now, now.Add(probeEvery)
			paused = s.Told.IsZero()
			s.Told = now
		}
		st = *s
		return true
	})
	if err != nil {
		n.log.Error("how a channel stands is not recorded", "channel", d.Channel, "err", err)
		return next
	}
	if paused {
		n.log.Warn("delivery to a channel is paused: it lacks a right there", "channel", d.Channel, "since", st.Since, "err", cause)
		n.tell(ctx, d.Channel, channel, st)
	}
	return next
}

// tell tells whoever placed the channel's newest watch that it is paused. It is
// said once, whether it arrives or not.
func (n *Notifier) tell(ctx context.Context, name news.ChannelName, channel Channel, st news.Standing) {
	teller, ok := channel.Sender.(Teller)
	if !ok {
		return
	}
	watches, err := n.store.Watches(ctx, store.WatchQuery{Channel: name})
	if err != nil {
		n.log.Error("read watches", "err", err)
		return
	}
	person := ""
	for _, w := range watches {
		if w.By != "" {
			person = w.By
		}
	}
	if person == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	text := fmt.Sprintf("I could not post in a channel where you had me watch articles (%s), and have paused there. "+
		"Give me back the right, then have me test it there; until then I keep what I have to say, and look once a day.", st.Trouble)
	if err := teller.Tell(ctx, person, text); err != nil {
		n.log.Info("the person who placed the watches could not be told", "channel", name, "err", err)
	}
}

// welcome takes back what forbidden noted, after something was sent.
func (n *Notifier) welcome(ctx context.Context, name news.ChannelName) {
	st, err := n.store.Standing(ctx, name)
	if err != nil || st.Forbidden == 0 && st.Paused.IsZero() {
		return
	}
	err = n.stand(ctx, name, func(s *news.Standing) bool {
		s.Forbidden, s.Since, s.Paused, s.Told, s.Trouble = 0, time.Time{}, time.Time{}, time.Time{}, ""
		return true
	})
	if err == nil && !st.Paused.IsZero() {
		n.log.Info("a channel can be posted to again", "channel", name)
		err = n.store.ReleaseChannel(ctx, name, time.Now())
	}
	if err != nil {
		n.log.Error("how a channel stands is not recorded", "channel", name, "err", err)
	}
}

// stand changes how editwatch stands with a channel, unless change returns
// false.
func (n *Notifier) stand(ctx context.Context, name news.ChannelName, change func(*news.Standing) bool) error {
	n.standings.Lock()
	defer n.standings.Unlock()
	st, err := n.store.Standing(ctx, name)
	if err != nil {
		return err
	}
	st.Channel = name
	if !change(&st) {
		return nil
	}
	return n.store.SetStanding(ctx, st)
}
