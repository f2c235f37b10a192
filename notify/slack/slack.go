// Package slack announces in Slack: the senders of the channel kinds "slack", in
// the name of a bot, and "slack-webhook", through an incoming webhook.
//
//	                 ┌──> Bot ─────> internal/slack.Client: chat.postMessage, chat.update
//	Announcement ────┤
//	                 └──> Sender ──> internal/slack.Webhook
//
// Slack takes no key that would tell a repetition. A [Bot] gives its messages the
// delivery's ID as metadata, and after an attempt of which nobody knows whether
// it happened it looks for that ID in the channel before it posts again, where
// it may read the history (the scopes channels:history and groups:history). A
// server that keeps no metadata is looked through for the same text. Where it may
// not look, and through webhooks, a message whose answer got lost is posted
// again: at least once.
//
// Later edits of an article go into the thread of its first announcement. Page
// text stands in rich_text, where nothing can mention, link or format. Should
// Slack refuse a message all the same, a short one without blocks is tried once.
package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/slack"
	"github.com/editwatch/editwatch/notify"
)

// Options of a sender.
type Options struct {
	// URL is the webhook's address, a secret. It is used as it is, so any
	// compatible server will do.
	URL string
	// HTTP makes the requests. Its redirects are not followed. nil is a client
	// that reaches public addresses only.
	HTTP   *http.Client
	Logger *slog.Logger // nil logs nothing
}

// A Sender posts into the channel of one webhook. It is safe for concurrent
// use.
type Sender struct {
	webhook *slack.Webhook
	log     *slog.Logger
}

var _ notify.Sender = (*Sender)(nil)

// New returns a sender. The error does not contain the address.
func New(o Options) (*Sender, error) {
	w, err := slack.NewWebhook(o.URL, o.HTTP)
	if err != nil {
		return nil, err
	}
	log := o.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Sender{w, log}, nil
}

// Send posts the announcement. There is no message ID: webhooks give none.
func (s *Sender) Send(ctx context.Context, a notify.Announcement) (string, error) {
	err := s.webhook.Post(ctx, slack.Of(a.Brief).Webhook())
	if refused(s.log, a.Delivery, err) {
		err = s.webhook.Post(ctx, slack.ShortOf(a.Brief).Webhook())
	}
	return "", classify(err)
}

// refused reports whether Slack refused the message itself, and logs what it does
// not take.
func refused(log *slog.Logger, d news.Delivery, err error) bool {
	p, ok := errors.AsType[*slack.Problem](err)
	if !ok || !p.Refused() {
		return false
	}
	log.Warn("slack refused a message", "channel", d.Channel, "article", d.Article, "delivery", d.ID, "err", err, "detail", p.Detail)
	return true
}

// classify says what a failure means for the delivery.
func classify(err error) error {
	p, ok := errors.AsType[*slack.Problem](err)
	switch {
	case !ok:
		return err
	case p.Gone(), p.Refused():
		return fmt.Errorf("%w: %w", notify.ErrRejected, p)
	case p.Wait > 0:
		return &notify.Later{Wait: p.Wait, Err: p}
	}
	return p
}
