package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

const (
	// linkWait gathers the copies of both versions of an edit, as a rule, into one
	// change of its message.
	linkWait = time.Minute
	// linkBack bounds how many events of the article are looked at for those that
	// led to or from a version. Copies come within days.
	linkBack = 100
)

// errUnderway means that a message is being posted which may have to be changed:
// when it is settled, and its ID is known, its event is planned. No other event
// waits for that.
var errUnderway = errors.New("a message is being posted")

// linking returns the duties to add where a version is archived to the messages
// that told of the edits to it and from it. Each message is changed in its place:
// nobody is notified, so neither quiet hours nor caps are asked. What is not
// posted yet will have the link by itself, and a message about several articles
// has no room for it.
func (n *Notifier) linking(ctx context.Context, e news.Event) ([]store.Duty, error) {
	// Before the store is read: what is claimed from now on will have the link,
	// and what is settled from now on is seen to be.
	posting := n.claimed()
	article, err := n.store.Article(ctx, e.Article)
	if errors.Is(err, store.ErrNotFound) || err == nil && !article.Withheld.IsZero() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	events, err := n.store.Events(ctx, store.EventQuery{Article: e.Article, Kinds: news.HistoryKinds, Before: e.Seq, Max: linkBack})
	if err != nil {
		return nil, fmt.Errorf("read events of article %s: %w", e.Article, err)
	}
	due := time.Now().Add(linkWait)
	var duties []store.Duty
	for _, edit := range events {
		if edit.From == edit.To || edit.From != e.To && edit.To != e.To {
			continue
		}
		told, err := n.store.Deliveries(ctx, store.DeliveryQuery{Event: edit.Seq, Max: sentMax})
		if err != nil {
			return nil, fmt.Errorf("read deliveries: %w", err)
		}
		for _, d := range told {
			if d.Kind != news.Post {
				continue
			}
			shows, err := n.shows(ctx, d, e.To)
			switch {
			case err != nil:
				return nil, err
			case shows && d.State == news.Pending && posting[d.ID]:
				return nil, errUnderway
			case shows && d.State == news.Sent && d.Message != "":
				duties = append(duties, store.Duty{Channel: d.Channel, Kind: news.Update, Article: e.Article, Due: due, Message: d.Message})
			}
		}
	}
	return duties, nil
}

// shows reports whether a message can be changed and has a version at one of its
// ends: one in the middle of several edits is not mentioned.
func (n *Notifier) shows(ctx context.Context, d news.Delivery, version int) (bool, error) {
	channel, _ := n.channel(d.Channel)
	if _, ok := channel.Sender.(Updater); !ok {
		return false, nil
	}
	events, err := n.events(ctx, d)
	if errors.Is(err, errMoot) {
		return false, nil
	}
	from, to := report.Span(events)
	return version == from || version == to, err
}
