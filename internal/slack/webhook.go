package slack

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/slack-go/slack"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// A Webhook posts into one channel without a bot. It is safe for concurrent
// use.
type Webhook struct {
	address string // a secret
	client  *http.Client
}

// ErrAddress means that an address is not one of the web.
var ErrAddress = errors.New("this is not the address of a Slack webhook: copy it from your app's page, Incoming Webhooks")

// NewWebhook returns the webhook at an address, which is used as it is. client
// makes the requests, but follows no redirects; nil stands for a client that
// reaches public addresses only.
func NewWebhook(address string, client *http.Client) (*Webhook, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, ErrAddress
	}
	if client == nil {
		client = safehttp.New(safehttp.Options{})
	}
	own := *client
	base := client.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	own.Transport = &webhookTransport{base}
	own.CheckRedirect = stay
	return &Webhook{u.String(), &own}, nil
}

// Post posts a message. Webhooks give no ID. Errors are [*Problem].
func (w *Webhook) Post(ctx context.Context, m *slack.WebhookMessage) error {
	return hook(ctx, w.client, w.address, m)
}

// hook posts to an address that stands for the right to do so.
func hook(ctx context.Context, client *http.Client, address string, m *slack.WebhookMessage) error {
	if err := slack.PostWebhookCustomHTTPContext(ctx, address, client, m); err != nil {
		return problemOf(err, false)
	}
	return nil
}
