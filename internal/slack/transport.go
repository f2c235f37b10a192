package slack

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// Both transports stand between slack-go and the network, and turn every answer
// but success into a [*Problem]: slack-go keeps the status of a webhook's answer
// alone, and loses the wait of a 429 that has no number of seconds.

// maxAnswer is how much of an answer is read, in bytes. The largest is a page of
// a channel's history.
const maxAnswer = 8 << 20

// A webhookTransport serves a [Webhook].
type webhookTransport struct{ base http.RoundTripper }

func (t *webhookTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer)) // the status alone says whether it was done
	if resp.StatusCode/100 == 2 && !denied(body) {
		return success(resp, body), nil
	}
	return nil, refusal(resp, body)
}

// An apiTransport serves a [Client]: it adds the token the way all of Slack's
// own libraries do, and stops asking when Slack said to.
type apiTransport struct {
	base   http.RoundTripper
	prefix string // of the path: what follows is the method
	token  string

	mu    sync.Mutex
	until map[string]time.Time // by method, when it may be asked again
	dead  bool                 // Slack does not take the token
}

// appMethods are asked with the token of the app, which slack-go adds itself.
const appMethods = "apps."

func (t *apiTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	method := strings.TrimPrefix(req.URL.Path, t.prefix)
	own := !strings.HasPrefix(method, appMethods)
	if p := t.stopped(method, own); p != nil {
		return nil, p
	}
	req, err := t.signed(req, own)
	if err != nil {
		return nil, err
	}
	resp, err := t.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, readErr := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	var a answer
	if resp.StatusCode/100 == 2 && readErr == nil && a.read(body) && a.OK != nil && *a.OK {
		if strings.HasPrefix(method, "chat.") {
			body = posted(body)
		}
		return success(resp, body), nil
	}
	p := refusal(resp, body)
	p.api = true
	switch {
	case resp.StatusCode/100 == 5:
		p.unsure = true
	case resp.StatusCode/100 == 2 && p.Code == "":
		p.reason, p.unsure = string(safehttp.Garbled), true
		if readErr != nil {
			p.reason = string(safehttp.Truncated)
		}
	}
	t.learn(method, own, p)
	return nil, p
}

// signed returns the request with the token in its header rather than in its
// body, where slack-go puts it: not every compatible server looks there.
func (t *apiTransport) signed(req *http.Request, own bool) (*http.Request, error) {
	req = req.Clone(req.Context())
	if own {
		req.Header.Set("Authorization", "Bearer "+t.token)
	}
	if req.Body == nil || !strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return req, nil
	}
	defer req.Body.Close()
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	form.Del("token")
	encoded := form.Encode()
	// net/http uses it only for a request of which nothing was sent, because the
	// kept connection was dead: that is no repetition.
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(encoded)), nil }
	req.Body, req.ContentLength = io.NopCloser(strings.NewReader(encoded)), int64(len(encoded))
	return req, nil
}

// stopped returns why a method is not asked at all.
func (t *apiTransport) stopped(method string, own bool) *Problem {
	t.mu.Lock()
	defer t.mu.Unlock()
	if own && t.dead {
		return &Problem{reason: ErrUnauthorized.Error(), Code: "invalid_auth", cause: ErrUnauthorized, api: true}
	}
	if wait := time.Until(t.until[method]); wait > 0 {
		return &Problem{Status: http.StatusTooManyRequests, Code: "ratelimited", Wait: wait, api: true}
	}
	return nil
}

// defaultWait is kept after a 429 that names no time: Slack counts by the minute
// (https://docs.slack.dev/apis/web-api/rate-limits).
const defaultWait = 30 * time.Second

func (t *apiTransport) learn(method string, own bool, p *Problem) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if own && p.Unauthorized() {
		t.dead, p.cause = true, ErrUnauthorized
	}
	if p.Status != http.StatusTooManyRequests && p.Code != "ratelimited" && p.Code != "rate_limited" {
		return
	}
	if p.Wait == 0 {
		p.Wait = defaultWait
	}
	// A limit of chat.postMessage may be one channel's, and the others need not
	// wait for it: each has a queue of its own, which will.
	if !strings.HasPrefix(method, "chat.") {
		t.until[method] = time.Now().Add(p.Wait)
	}
}

// posted leaves of an answer what says which message it is about. It was posted,
// and a detail that slack-go cannot read must not look like a failure.
func posted(body []byte) []byte {
	var a struct {
		OK        bool   `json:"ok"`
		Channel   string `json:"channel,omitempty"`
		TS        string `json:"ts,omitempty"`
		MessageTS string `json:"message_ts,omitempty"`
	}
	if json.Unmarshal(body, &a) != nil {
		return []byte(`{"ok":true}`)
	}
	out, err := json.Marshal(a)
	if err != nil {
		return []byte(`{"ok":true}`) // unreachable: strings always marshal
	}
	return out
}

// success returns the answer as slack-go takes it.
func success(resp *http.Response, body []byte) *http.Response {
	ok := *resp
	ok.StatusCode, ok.Status = http.StatusOK, "200 OK"
	ok.Body = io.NopCloser(bytes.NewReader(body))
	return &ok
}

// refusal reads an answer that is no success.
func refusal(resp *http.Response, body []byte) *Problem {
	p := &Problem{Status: resp.StatusCode, Code: code(body)}
	var a answer
	if a.read(body) {
		p.Detail = a.detail()
	}
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode/100 == 5 || p.Code == "ratelimited" || p.Code == "rate_limited" {
		p.Wait = safehttp.RetryAfter(resp.Header, time.Now())
	}
	return p
}

// answer is how the Web API says what webhooks say in plain text.
type answer struct {
	OK       *bool           `json:"ok"`
	Error    string          `json:"error"`
	Needed   string          `json:"needed"`
	Errors   json.RawMessage `json:"errors"`
	Metadata struct {
		Messages []string `json:"messages"`
	} `json:"response_metadata"`
}

func (a *answer) read(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) && json.Unmarshal(body, a) == nil
}

// detail is what the answer says beside its code, for the log.
func (a *answer) detail() []string {
	const most = 20
	detail := a.Metadata.Messages
	if a.Needed != "" {
		detail = append(detail, "needs "+a.Needed)
	}
	var errs []string
	if json.Unmarshal(a.Errors, &errs) == nil {
		detail = append(detail, errs...)
	}
	return detail[:min(len(detail), most)]
}

// denied reports whether a body says that what was asked was not done, whatever
// the status.
func denied(body []byte) bool {
	var a answer
	return a.read(body) && a.OK != nil && !*a.OK
}

// maxCode is the most characters of an error of the Web API.
const maxCode = 80

// code returns the error a body names: of plain text only what is known to be
// one, for it may be anything.
func code(body []byte) string {
	var a answer
	if a.read(body) {
		if a.Error == "" || len(a.Error) > maxCode || strings.ContainsFunc(a.Error, func(r rune) bool {
			return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
		}) {
			return ""
		}
		return a.Error
	}
	s := strings.TrimSpace(string(body))
	if _, known := verdicts[s]; known {
		return s
	}
	return ""
}
