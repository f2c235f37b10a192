// Package webhook announces to programs: the sender of the channel kind
// "webhook". It posts the [news.Report] of an announcement as JSON by the
// Standard Webhooks convention (https://www.standardwebhooks.com), so that the
// receiver can tell who sent it, when, and whether it was there before.
//
//	POST
//	webhook-id: the delivery's ID, the same at each attempt
//	webhook-timestamp: when this attempt was made, in seconds since 1970
//	webhook-signature: v1,base64(HMAC-SHA256(secret, id "." timestamp "." body)) …
//
// At least once, with a constant webhook-id. An answer of 2xx is success. One of
// 410 ends the delivery for good, as do those that refuse the request itself;
// after any other it is tried again, and not before the time that Retry-After
// names. Redirects are not followed: a webhook's address is a secret between two
// parties.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/safehttp"
	"github.com/editwatch/editwatch/notify"
)

// Options of a sender.
type Options struct {
	// URL is where reports are posted. It may be a secret.
	URL string
	// Secrets sign each post, the newest first: each as Standard Webhooks writes
	// it, "whsec_" and base64. Two or more let the receiver change over without
	// missing a post. None means that posts are not signed.
	Secrets []string
	// HTTP makes the requests. Its redirects are not followed. nil is a client
	// that reaches public addresses only.
	HTTP *http.Client
}

// A Sender posts to one address. It is safe for concurrent use.
type Sender struct {
	address string
	keys    [][]byte
	client  *http.Client
}

var _ notify.Sender = (*Sender)(nil)

// New returns a sender. The error contains neither the address nor a secret.
func New(o Options) (*Sender, error) {
	u, err := url.Parse(strings.TrimSpace(o.URL))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("the webhook's address is not an http or https address")
	}
	s := &Sender{address: u.String()}
	for i, secret := range o.Secrets {
		key, err := Key(secret)
		if err != nil {
			return nil, fmt.Errorf("secret %d of the webhook: %w", i+1, err)
		}
		s.keys = append(s.keys, key)
	}
	client := o.HTTP
	if client == nil {
		client = safehttp.New(safehttp.Options{})
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	s.client = &own
	return s, nil
}

// Key returns the bytes that a secret stands for. Standard Webhooks asks for 24
// to 64 of them; fewer are taken, for what signs posts was agreed on elsewhere.
// The error does not contain the secret.
func Key(secret string) ([]byte, error) {
	text := strings.TrimPrefix(strings.TrimSpace(secret), "whsec_")
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		key, err = base64.RawStdEncoding.DecodeString(text)
	}
	if err != nil {
		return nil, errors.New(`it is not "whsec_" and base64`)
	}
	if len(key) == 0 {
		return nil, errors.New("it is empty")
	}
	return key, nil
}

// Signature returns the webhook-signature header of a post: one signature for
// each key, separated by spaces.
func Signature(keys [][]byte, id string, at time.Time, body []byte) string {
	var out []string
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
		mac.Write(body)
		out = append(out, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(out, " ")
}

// Send posts the announcement's report. There is no message ID.
func (s *Sender) Send(ctx context.Context, a notify.Announcement) (string, error) {
	body, err := json.Marshal(report(a))
	if err != nil {
		return "", fmt.Errorf("%w: write report: %w", notify.ErrRejected, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address, bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("%w: the webhook's address is not an address", notify.ErrRejected)
	}
	now := time.Now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "editwatch (+https://github.com/editwatch/editwatch)")
	req.Header.Set("webhook-id", string(a.Delivery.ID))
	req.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	if len(s.keys) > 0 {
		req.Header.Set("webhook-signature", Signature(s.keys, string(a.Delivery.ID), now, body))
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return "", unanswered(err)
	}
	defer resp.Body.Close()
	// Read on, so that the connection can be used again.
	io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	return "", classify(resp)
}

// report is what is posted: the report itself, or, for a notice that sums up, a
// report of its words.
func report(a notify.Announcement) news.Report {
	r := a.Report
	if r.Kind != "" {
		return r
	}
	r.ID, r.Kind = string(a.Delivery.ID), news.EventKind(a.Delivery.Kind)
	r.Article.ID, r.Article.Source, r.Article.URL = a.Delivery.Article, a.Brief.Source, a.Brief.URL
	var words []string
	for _, l := range a.Brief.Lines {
		words = append(words, l.Plain())
	}
	r.Detail = brief.Cut(strings.Join(append([]string{a.Brief.What}, words...), "; "), 4000)
	return r
}

// unanswered puts a failure without an answer in words without the address.
func unanswered(err error) error {
	for _, c := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, c) {
			return fmt.Errorf("webhook: %s: %w", safehttp.Explain(err), c)
		}
	}
	return errors.New("webhook: " + string(safehttp.Explain(err)))
}

// classify says what an answer means for the delivery.
func classify(resp *http.Response) error {
	if resp.StatusCode/100 == 2 {
		return nil
	}
	err := errors.New(strings.TrimSpace(fmt.Sprintf("webhook answered %d %s", resp.StatusCode, strings.ToLower(http.StatusText(resp.StatusCode)))))
	switch resp.StatusCode {
	case http.StatusGone, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType:
		return fmt.Errorf("%w: %w", notify.ErrRejected, err)
	}
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode/100 == 5 {
		if wait := safehttp.RetryAfter(resp.Header, time.Now()); wait > 0 {
			return &notify.Later{Wait: wait, Err: err}
		}
	}
	return err
}
