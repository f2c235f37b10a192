package notify

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
)

// Test posts a sample announcement to the channel at once, past the queue, and
// keeps nothing of it. A failure is a [news.Refusal] that says what to do.
func (n *Notifier) Test(ctx context.Context, name news.ChannelName) error {
	channel, ok := n.opts.Channels[name]
	if !ok {
		return &news.Refusal{What: fmt.Sprintf("There is no channel %q in the configuration.", name), Do: "Add it there, or name another."}
	}
	now := time.Now().UTC()
	a := Announcement{
		Delivery: news.Delivery{
			ID:   news.DeliveryID("test-" + strconv.FormatInt(now.UnixMilli(), 36)),
			Kind: news.Post, Channel: name, Queued: now, Due: now, Attempts: 1,
		},
		Report: report.Sample(now),
	}
	a.Brief = n.phrase(a.Report, channel)
	ctx, cancel := context.WithTimeout(ctx, n.opts.SendTimeout)
	defer cancel()
	_, err := channel.Sender.Send(ctx, a)
	var later *Later
	switch {
	case err == nil:
		return nil
	case errors.As(err, &later):
		return &news.Refusal{What: fmt.Sprintf("The channel %s asked to wait.", name), Do: fmt.Sprintf("Try again in %v.", later.Wait.Round(time.Second))}
	case errors.Is(err, ErrRejected):
		return &news.Refusal{What: fmt.Sprintf("The channel %s refused the sample: %v.", name, err), Do: "Check its address in the configuration; the webhook may have been removed."}
	}
	return &news.Refusal{What: fmt.Sprintf("The sample could not be posted to %s: %v.", name, err), Do: "Try again in a moment."}
}
