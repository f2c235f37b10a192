package slack

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/slack-go/slack"
)

// maxRequest is how much of a request is read, in bytes.
const maxRequest = 1 << 20

// An Endpoint takes slash commands, interactions and events over HTTP, signed by
// Slack: the request URL of each of the three may be the same. It is for those
// whose app cannot use Socket Mode.
type Endpoint struct {
	secret string
	inbox  *Inbox
}

// NewEndpoint returns an endpoint that believes what is signed with the app's
// signing secret.
func NewEndpoint(secret string, in *Inbox) (*Endpoint, error) {
	if !isToken(secret) {
		return nil, errors.New("this is not the signing secret of a Slack app: copy it from the app's page, Basic Information")
	}
	return &Endpoint{secret, in}, nil
}

// ServeHTTP answers at once; what was asked is answered later.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	if !e.signed(r.Header, body) {
		http.Error(w, "not signed by Slack", http.StatusUnauthorized)
		return
	}
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind {
	case "application/json":
		e.event(w, body)
	case "application/x-www-form-urlencoded":
		e.form(w, body)
	default:
		http.Error(w, "unknown content type", http.StatusUnsupportedMediaType)
	}
}

// signed reports whether the request comes from Slack and is not older than five
// minutes: https://docs.slack.dev/authentication/verifying-requests-from-slack.
func (e *Endpoint) signed(h http.Header, body []byte) bool {
	v, err := slack.NewSecretsVerifier(h, e.secret)
	if err != nil {
		return false
	}
	if _, err := v.Write(body); err != nil {
		return false // unreachable: a hash takes everything
	}
	return v.Ensure() == nil
}

func (e *Endpoint) event(w http.ResponseWriter, body []byte) {
	var p eventPayload
	if err := json.Unmarshal(body, &p); err != nil {
		http.Error(w, "not an event", http.StatusBadRequest)
		return
	}
	if p.Type == "url_verification" {
		// As text, so that no browser takes it for a page.
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		io.WriteString(w, p.Challenge)
		return
	}
	done(w, e.inbox.event(p, body))
}

func (e *Endpoint) form(w http.ResponseWriter, body []byte) {
	f, err := url.ParseQuery(string(body))
	switch {
	case err != nil:
		http.Error(w, "not a form", http.StatusBadRequest)
	case f.Get("payload") != "":
		done(w, e.inbox.interaction([]byte(f.Get("payload"))))
	case f.Get("ssl_check") == "1":
		done(w, true)
	case strings.HasPrefix(f.Get("command"), "/"):
		done(w, e.inbox.command(commandOfForm(f)))
	default:
		http.Error(w, "neither a command nor an interaction", http.StatusBadRequest)
	}
}

// done tells Slack whether it was taken up. It sends an event that was not again.
func done(w http.ResponseWriter, ok bool) {
	if !ok {
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}
