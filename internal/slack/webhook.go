package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// A Problem is a request that did not succeed, in words that hold no address,
// no token and nothing of the answer's body but an error code of Slack's.
type Problem struct {
	Status int           // of the answer; zero if none came
	Code   string        // Slack's error, such as "no_service"; empty if it is none that we know
	Wait   time.Duration // how long Slack asks to be left alone; zero if it does not
	reason string
	cause  error // only context errors
}

func (p *Problem) Error() string {
	switch {
	case p.Status == 0:
		return "slack: " + p.reason
	case p.Code != "":
		return fmt.Sprintf("slack answered %d: %s", p.Status, p.Code)
	}
	return strings.TrimSpace(fmt.Sprintf("slack answered %d %s", p.Status, strings.ToLower(http.StatusText(p.Status))))
}

// Unwrap returns the context's error if the caller gave up.
func (p *Problem) Unwrap() error { return p.cause }

// Gone reports whether what the request addressed is not there any more, or will
// not be open to us until a person changes that.
func (p *Problem) Gone() bool {
	return webhookErrors[p.Code] == gone || p.Code == "" && (p.Status == http.StatusNotFound || p.Status == http.StatusGone)
}

// Refused reports whether Slack refused the message itself, so that the same one
// cannot succeed later.
func (p *Problem) Refused() bool {
	if p.Code != "" {
		return webhookErrors[p.Code] == refused
	}
	return p.Status == http.StatusBadRequest || p.Status == http.StatusRequestEntityTooLarge
}

type verdict int

const (
	passing verdict = iota + 1
	gone
	refused
)

// webhookErrors are what incoming webhooks answer, in plain text:
// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
// and https://docs.slack.dev/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks.
var webhookErrors = map[string]verdict{
	"no_service":                              gone,
	"no_service_id":                           gone,
	"no_team":                                 gone,
	"team_disabled":                           gone,
	"user_not_found":                          gone,
	"invalid_token":                           gone,
	"channel_not_found":                       gone,
	"channel_is_archived":                     gone,
	"action_prohibited":                       gone,
	"posting_to_general_channel_denied":       gone,
	"invalid_payload":                         refused,
	"invalid_blocks":                          refused,
	"invalid_blocks_format":                   refused,
	"invalid_attachments":                     refused,
	"msg_too_long":                            refused,
	"msg_blocks_too_long":                     refused,
	"no_text":                                 refused,
	"missing_text_or_fallback_or_attachments": refused,
	"too_many_attachments":                    refused,
	"rollup_error":                            passing,
	"rate_limited":                            passing,
	"ratelimited":                             passing,
	"internal_error":                          passing,
	"fatal_error":                             passing,
	"service_unavailable":                     passing,
}

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
	own.Transport = &transport{base}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Webhook{u.String(), &own}, nil
}

// Post posts a message. Webhooks give no ID. Errors are [*Problem].
func (w *Webhook) Post(ctx context.Context, m *slack.WebhookMessage) error {
	err := slack.PostWebhookCustomHTTPContext(ctx, w.address, w.client, m)
	if err == nil {
		return nil
	}
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	p := &Problem{reason: string(safehttp.Explain(err))}
	for _, c := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, c) {
			p.cause = c
		}
	}
	return p
}

// A transport turns every answer but success into a [*Problem]. Slack-go keeps
// the status alone, and the reason stands in the body.
type transport struct{ base http.RoundTripper }

// maxAnswer is how much of an answer is read, in bytes. A webhook's is a word.
const maxAnswer = 64 << 10

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer)) // the status alone says whether it was done
	p := &Problem{Status: resp.StatusCode, Code: code(body)}
	if resp.StatusCode/100 == 2 && !denied(body) {
		ok := *resp
		ok.StatusCode, ok.Status = http.StatusOK, "200 OK"
		ok.Body = io.NopCloser(bytes.NewReader(body))
		return &ok, nil
	}
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode/100 == 5 {
		p.Wait = safehttp.RetryAfter(resp.Header, time.Now())
	}
	return nil, p
}

// answer is how the Web API says what webhooks say in plain text.
type answer struct {
	OK    *bool  `json:"ok"`
	Error string `json:"error"`
}

func (a *answer) read(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) && json.Unmarshal(body, a) == nil
}

// denied reports whether a body says that what was asked was not done, whatever
// the status.
func denied(body []byte) bool {
	var a answer
	return a.read(body) && a.OK != nil && !*a.OK
}

// code returns the error a body names, if it is one of Slack's.
func code(body []byte) string {
	s := strings.TrimSpace(string(body))
	var a answer
	if a.read(body) {
		s = a.Error
	}
	if _, known := webhookErrors[s]; known {
		return s
	}
	return ""
}
