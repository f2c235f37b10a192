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
	channel, ok := n.channel(name)
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
	settings, err := n.store.Settings(ctx, name)
	if err != nil {
		return err
	}
	channel.Location = settings.Location(channel.Location)
	a.Brief = n.phrase(a.Report, channel)
	ctx, cancel := context.WithTimeout(ctx, n.opts.SendTimeout)
	defer cancel()
	_, err = channel.Sender.Send(ctx, a)
	if err == nil {
		n.welcome(ctx, name)
		return nil
	}
	return refusal(err)
}

// refusal words what a platform said for the person who asked for a test.
func refusal(err error) error {
	later, wait := errors.AsType[*Later](err)
	switch {
	case wait:
		return &news.Refusal{What: "The platform asked to wait.", Do: fmt.Sprintf("Try again in %v.", later.Wait.Round(time.Second))}
	case errors.Is(err, ErrForbidden):
		return &news.Refusal{What: fmt.Sprintf("I may not post there: %v.", err), Do: "Give me that right in the channel, then test again."}
	case errors.Is(err, ErrGone):
		return &news.Refusal{What: "That channel is gone, or I was removed from it.", Do: "Invite me there again, or name another."}
	case errors.Is(err, ErrUnauthorized):
		return &news.Refusal{What: "The platform does not accept my token any more.", Do: "Whoever runs me has to put a new one in place; doctor says how."}
	case errors.Is(err, ErrRejected):
		return &news.Refusal{What: fmt.Sprintf("The channel refused the sample: %v.", err), Do: "Check its address in the configuration; the webhook may have been removed."}
	}
	return &news.Refusal{What: fmt.Sprintf("The sample could not be posted: %v.", err), Do: "Try again in a moment."}
}
