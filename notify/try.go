package notify

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
)

// ErrUnknownChannel means that the channel is not configured.
var ErrUnknownChannel = errors.New("the channel is not configured")

// Test posts into the channel at once and once, outside the outbox: the
// announcement of event, or a sentence that says it is a test if event is nil.
// It returns ErrUnknownChannel or what the Sender returned, which is fit for
// people.
func (n *Notifier) Test(ctx context.Context, name news.ChannelName, event *news.Event) error {
	channel, ok := n.opts.Channels[name]
	if !ok {
		return ErrUnknownChannel
	}
	now := time.Now()
	a := Announcement{
		Delivery: news.Delivery{
			ID: news.DeliveryID("test-" + rand.Text()[:20]), Kind: news.Notice, Channel: name,
			Queued: now, Due: now, Attempts: 1, State: news.Pending,
		},
		Brief: brief.Notice("editwatch", "test", channel.Links.Home(), "Announcements reach this channel."),
	}
	if event != nil {
		r, err := n.report(ctx, []news.Event{*event}, channel.Links)
		if err != nil {
			return fmt.Errorf("read event %d: %w", event.Seq, err)
		}
		a.Delivery.Article, a.Delivery.Events = event.Article, []news.Seq{event.Seq}
		a.Report, a.Brief = r, n.phrase(r, channel)
		a.Brief.Remarks = append(a.Brief.Remarks, "sent again as a test")
	}
	sending, cancel := context.WithTimeout(ctx, n.opts.SendTimeout)
	defer cancel()
	return guard(func() error {
		_, err := send(sending, channel.Sender, a)
		return err
	})
}
