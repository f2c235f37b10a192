package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// previewMax is how many unplanned events one Preview looks at.
const previewMax = 10_000

// Preview calls emit with every announcement that Pass would make now, in the
// order of their making, and writes nothing: not to the store and not to any
// channel. It stops at the first error of emit and returns it.
func (n *Notifier) Preview(ctx context.Context, emit func(Announcement) error) error {
	pending, err := n.store.Deliveries(ctx, store.DeliveryQuery{State: news.Pending, Max: previewMax})
	if err != nil {
		return fmt.Errorf("read pending deliveries: %w", err)
	}
	slices.Reverse(pending)
	events, err := n.store.Unplanned(ctx, previewMax)
	if err != nil {
		return fmt.Errorf("read unplanned events: %w", err)
	}
	planned, err := n.imagine(ctx, pending, events)
	if err != nil {
		return err
	}
	return n.emit(ctx, planned, emit)
}

// Rehearse previews what is already due to be told and then, until ctx ends,
// what each new event adds. It writes nothing. It returns nil when ctx ends.
func (n *Notifier) Rehearse(ctx context.Context, emit func(Announcement) error) error {
	changed, stop := n.store.Signal()
	defer stop()
	newest, err := n.store.Events(ctx, store.EventQuery{Max: 1})
	if err != nil {
		return fmt.Errorf("read the newest event: %w", err)
	}
	var cursor news.Seq
	if len(newest) > 0 {
		cursor = newest[0].Seq
	}
	if err := n.Preview(ctx, emit); err != nil {
		return err
	}
	for sleep(ctx, -1, changed, nil) {
		events, err := n.store.Events(ctx, store.EventQuery{After: cursor, Oldest: true, Max: previewMax})
		if err != nil {
			return fmt.Errorf("read events: %w", err)
		}
		if len(events) == 0 {
			continue
		}
		cursor = events[len(events)-1].Seq
		planned, err := n.imagine(ctx, nil, events)
		if err != nil {
			return err
		}
		if err := n.emit(ctx, planned, emit); err != nil {
			return err
		}
	}
	return nil
}

// imagine returns what would be owed, oldest first, after planning events on top
// of what is.
func (n *Notifier) imagine(ctx context.Context, planned []news.Delivery, events []news.Event) ([]news.Delivery, error) {
	now := time.Now()
	owed := func(_ context.Context, name news.ChannelName) ([]news.Delivery, error) {
		var out []news.Delivery
		for _, d := range slices.Backward(planned) {
			if d.Channel == name {
				out = append(out, d)
			}
		}
		return out, nil
	}
	for _, e := range events {
		duties, err := n.duties(ctx, e, n.opts.Coalesce, owed)
		if err != nil {
			return nil, fmt.Errorf("plan event %d: %w", e.Seq, err)
		}
		for _, duty := range duties {
			planned = owe(planned, duty, e.Seq, now)
		}
	}
	return planned, nil
}

// owe adds a duty to deliveries as [store.Outbox] says that Plan does.
func owe(planned []news.Delivery, duty store.Duty, event news.Seq, now time.Time) []news.Delivery {
	for i := len(planned) - 1; i >= 0; i-- {
		d := &planned[i]
		if d.Channel != duty.Channel || d.Kind != duty.Kind || d.Article != duty.Article {
			continue
		}
		if duty.Kind == news.Update && d.Message == duty.Message && d.Attempts == 0 {
			return planned
		}
		if duty.Join && d.Attempts == 0 {
			d.Events = append(d.Events, event)
			return planned
		}
		if duty.Kind != news.Update {
			break // only the newest is joined
		}
	}
	return append(planned, news.Delivery{
		Kind: duty.Kind, Channel: duty.Channel, Article: duty.Article, Events: []news.Seq{event},
		Queued: now, Due: duty.Due, State: news.Pending, Message: duty.Message,
	})
}

// emit composes deliveries and hands them on. Those with nothing to say are
// passed over.
func (n *Notifier) emit(ctx context.Context, deliveries []news.Delivery, emit func(Announcement) error) error {
	for _, d := range deliveries {
		a, err := n.compose(ctx, d)
		if errors.Is(err, errMoot) {
			continue
		}
		if err != nil {
			return err
		}
		if err := emit(a); err != nil {
			return err
		}
	}
	return nil
}
