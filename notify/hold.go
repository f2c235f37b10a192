package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// A hold says until when what happens now is gathered rather than posted; the
// zero time is no hold.
type hold struct {
	until time.Time
	why   string // for the log and for people who ask
}

// capHour is the time over which a channel's posts are counted.
const capHour = time.Hour

// holds returns what keeps an event of the article from being posted in the
// channel now. What is already being gathered of the article is not overtaken.
func (n *Notifier) holds(ctx context.Context, channel Channel, p place, article news.ArticleID) (hold, error) {
	s, err := n.store.Settings(ctx, p.name)
	if err != nil {
		return hold{}, fmt.Errorf("read settings: %w", err)
	}
	now := time.Now()
	h := wish(s, channel, now)
	if h.until.IsZero() {
		if h, err = n.capped(ctx, s, channel, p, now); err != nil {
			return hold{}, err
		}
	}
	if h.until.IsZero() {
		if h, err = n.gathering(ctx, p, article); err != nil {
			return hold{}, err
		}
	}
	return h, nil
}

// wish returns how the channel's settings hold what is recorded at a time:
// until its digest, and past its quiet hours.
func wish(s news.Settings, channel Channel, at time.Time) (h hold) {
	zone := s.Location(channel.Location)
	if s.Digest.Every != news.DigestOff {
		h = hold{s.Digest.Next(at, zone), "it is gathered for the digest"}
		at = h.until
	}
	if end := s.Quiet.Ends(at, zone); !end.IsZero() {
		h = hold{end, "it is quiet there"}
	}
	return h
}

// held returns how long a delivery that was leased has to wait all the same. It
// asks the settings as they are now: what was planned under others, or made due
// early, waits as they say.
func (n *Notifier) held(ctx context.Context, d news.Delivery, channel Channel, now time.Time) (hold, error) {
	if channel.Machine || d.Kind == news.Update {
		return hold{}, nil
	}
	s, err := n.store.Settings(ctx, d.Channel)
	if err != nil {
		return hold{}, fmt.Errorf("read settings: %w", err)
	}
	zone := s.Location(channel.Location)
	if end := s.Quiet.Ends(now, zone); !end.IsZero() {
		return hold{end, "it is quiet there"}, nil
	}
	if d.Kind != news.Gather || d.Attempts > 1 {
		return hold{}, nil
	}
	if h := wish(s, channel, d.Queued); h.until.After(now) {
		return h, nil
	}
	return n.capped(ctx, s, channel, place{name: d.Channel}, now)
}

// capped holds what happens now back if the channel has had its posts of this
// hour: until the oldest of them is an hour old.
func (n *Notifier) capped(ctx context.Context, s news.Settings, channel Channel, p place, now time.Time) (hold, error) {
	most := s.Cap
	if most == 0 {
		most = channel.Cap
	}
	if most <= 0 {
		return hold{}, nil
	}
	posts := 0
	for _, d := range p.pending {
		if d.Kind == news.Post || d.Kind == news.Gather {
			posts++
		}
	}
	sent, err := n.store.Deliveries(ctx, store.DeliveryQuery{Channel: p.name, State: news.Sent, Max: 3 * most})
	if err != nil {
		return hold{}, fmt.Errorf("read deliveries: %w", err)
	}
	oldest := now
	for _, d := range sent {
		if d.Kind == news.Update || now.Sub(d.Settled) >= capHour {
			continue
		}
		posts++
		if d.Settled.Before(oldest) {
			oldest = d.Settled
		}
	}
	if posts < most {
		return hold{}, nil
	}
	return hold{oldest.Add(capHour), fmt.Sprintf("the channel has had its %d posts of this hour", most)}, nil
}

// gathering holds back what happens to an article of which more is being
// gathered: told at once it would come before what happened first.
func (n *Notifier) gathering(ctx context.Context, p place, article news.ArticleID) (hold, error) {
	for _, d := range p.pending {
		if d.Kind != news.Gather || d.Attempts > 0 {
			continue
		}
		for _, seq := range d.Events {
			e, err := n.store.Event(ctx, seq)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return hold{}, fmt.Errorf("read event %d: %w", seq, err)
			}
			if err == nil && e.Article == article {
				return hold{d.Due, "more of the article is being gathered"}, nil
			}
		}
	}
	return hold{}, nil
}
