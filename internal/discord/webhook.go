package discord

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// pause is the longest time a request waits for a rate limit that is known to
// be used up. For longer ones it returns at once.
const pause = 3 * time.Second

// A Webhook posts into one channel without a bot. It is safe for concurrent
// use.
type Webhook struct {
	address url.URL // the webhook's own; a secret
	session *discordgo.Session

	mu   sync.Mutex
	free time.Time // the rate limit is used up until then
}

// ErrAddress means that an address is not that of a Discord webhook.
var ErrAddress = errors.New("this is not the address of a Discord webhook: copy it from the channel's settings, Integrations, Webhooks")

// Discordgo is given these in the place of the webhook's ID and token, so that
// the secret is in no address it handles.
const (
	standInID    = "0"
	standInToken = "0"
)

// NewWebhook returns the webhook at an address as Discord shows it. A webhook of
// Discord's own is reached at api instead, if that is set: the base address of
// the API of a compatible server, such as "https://chat.example/api/v10". Any
// other address is used as it is.
//
// client makes the requests, but follows no redirects; nil stands for a client
// that reaches public addresses only.
func NewWebhook(address, api string, client *http.Client) (*Webhook, error) {
	u, err := webhookURL(address, api)
	if err != nil {
		return nil, err
	}
	if client == nil {
		client = safehttp.New(safehttp.Options{})
	}
	w := &Webhook{address: *u}
	base := client.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	own := *client
	own.Transport = &webhookTransport{under: base, redirect: w.redirect, limited: w.limited}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	w.session, err = quietSession(&own)
	return w, err
}

// official are the hosts of Discord itself.
func official(host string) bool {
	for _, h := range []string{"discord.com", "discordapp.com"} {
		if host == h || strings.HasSuffix(host, "."+h) {
			return true
		}
	}
	return false
}

// webhookURL returns where a webhook is reached. No error quotes the address.
func webhookURL(address, api string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, ErrAddress
	}
	u.Fragment = ""
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	if !official(strings.ToLower(u.Hostname())) {
		return u, nil
	}
	_, tail, ok := strings.Cut(u.Path, "/webhooks/")
	id, token, _ := strings.Cut(tail, "/")
	if !ok || id == "" || token == "" || strings.Contains(token, "/") {
		return nil, ErrAddress
	}
	if api == "" {
		// An address without a version means one that is long deprecated
		// (https://discord.com/developers/docs/reference#api-versioning).
		u.Path = "/api/v10/webhooks/" + tail
		return u, nil
	}
	base, err := url.Parse(api)
	if err != nil || base.Host == "" {
		return nil, errors.New("the API's address is not an address")
	}
	base.Path = strings.TrimRight(base.Path, "/") + "/webhooks/" + tail
	base.RawQuery = u.RawQuery // thread_id
	return base, nil
}

// redirect sends a request that discordgo made for the stand-ins to the webhook.
func (w *Webhook) redirect(req *http.Request) {
	_, suffix, _ := strings.Cut(req.URL.Path, "/webhooks/"+standInID+"/"+standInToken)
	u := w.address
	u.Path += suffix
	q := u.Query()
	for name, values := range req.URL.Query() {
		q[name] = values
	}
	u.RawQuery = q.Encode()
	req.URL, req.Host = &u, ""
}

func (w *Webhook) limited(wait time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.free = time.Now().Add(wait)
}

// ready waits until the rate limit is free again, but not for long.
func (w *Webhook) ready(ctx context.Context) error {
	w.mu.Lock()
	wait := time.Until(w.free)
	w.mu.Unlock()
	return pausing(ctx, wait)
}

func once(ctx context.Context) []discordgo.RequestOption {
	return []discordgo.RequestOption{
		discordgo.WithContext(ctx), discordgo.WithRetryOnRatelimit(false), discordgo.WithRestRetries(0),
	}
}

// Execute posts a message and returns its ID, which is empty if the answer got
// lost after it said that the message was posted. Errors are [*Problem].
func (w *Webhook) Execute(ctx context.Context, p *discordgo.WebhookParams) (id string, err error) {
	if err := w.ready(ctx); err != nil {
		return "", err
	}
	m, err := w.session.WebhookExecute(standInID, standInToken, true, p, once(ctx)...)
	if err != nil {
		return "", problem(err)
	}
	return m.ID, nil
}

// Edit changes a message posted through the webhook. Errors are [*Problem].
func (w *Webhook) Edit(ctx context.Context, id string, e *discordgo.WebhookEdit) error {
	if err := w.ready(ctx); err != nil {
		return err
	}
	_, err := w.session.WebhookMessageEdit(standInID, standInToken, id, e, once(ctx)...)
	return problem(err)
}
