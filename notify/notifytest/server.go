// Package notifytest is what the tests of senders share: a server that speaks
// the protocols of Discord webhooks, Slack webhooks and plain webhooks and fails
// on request; checks that hold every body against the documented limits; and a
// suite of the failures that every sender must tell apart.
//
//	sender ──HTTP──> Server: next Answer ──> Posts, for the test to read
//	                   └─ Check (CheckDiscord, CheckSlack) on every body
package notifytest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// Secret is in the address of every [Server], as a token is in the address of a
// real webhook.
const Secret = "s3cretT0ken"

// A Post is a request that reached a server.
type Post struct {
	Method string
	Path   string
	Query  string
	Header http.Header
	Body   []byte
	Done   bool // the server did what it was asked, whatever it answered
}

// An Answer is how a server treats one request.
type Answer struct {
	// Done says that the server does what it is asked, so that a repetition of
	// the request is a duplicate.
	Done  bool
	write func(w http.ResponseWriter, r *http.Request)
}

// A Server stands in for a platform. It answers with the answers it was given,
// in order, and then with its platform's success. It is safe for concurrent
// use.
type Server struct {
	*httptest.Server
	t       testing.TB
	success Answer
	check   func([]byte) error

	mu      sync.Mutex // guards the fields below
	answers []Answer
	posts   []Post
}

func start(t testing.TB, success Answer, check func([]byte) error) *Server {
	t.Helper()
	s := &Server{t: t, success: success, check: check}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// NewDiscord starts a server of Discord webhooks. Every body is held against
// [CheckDiscord].
func NewDiscord(t testing.TB) *Server {
	return start(t, DiscordDone("1234567890123456789"), CheckDiscord)
}

// NewSlack starts a server of Slack's incoming webhooks. Every body is held
// against [CheckSlack].
func NewSlack(t testing.TB) *Server {
	return start(t, Text(http.StatusOK, "ok", true), CheckSlack)
}

// NewWebhook starts a server that takes any webhook.
func NewWebhook(t testing.TB) *Server {
	return start(t, Text(http.StatusNoContent, "", true), nil)
}

// Address is the webhook's address on the server, as its platform would give
// it. It contains [Secret].
func (s *Server) Address() string {
	return s.URL + "/api/webhooks/1234567890/" + Secret
}

// Then queues answers.
func (s *Server) Then(answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, answers...)
}

// Posts returns the requests so far, in order.
func (s *Server) Posts() []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Post(nil), s.posts...)
}

// Last returns the newest request. It fails the test if there was none.
func (s *Server) Last() Post {
	s.t.Helper()
	posts := s.Posts()
	if len(posts) == 0 {
		s.t.Fatal("no request reached the server")
	}
	return posts[len(posts)-1]
}

// ServeHTTP records a request and answers it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Errorf("read request: %v", err)
	}
	if s.check != nil {
		if err := s.check(body); err != nil {
			s.t.Errorf("a body breaks the platform's rules: %v\n%s", err, body)
		}
	}
	s.mu.Lock()
	answer := s.success
	if len(s.answers) > 0 {
		answer, s.answers = s.answers[0], s.answers[1:]
	}
	s.posts = append(s.posts, Post{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Clone(), body, answer.Done})
	s.mu.Unlock()
	answer.write(w, r)
}

// Text answers with a status and plain text.
func Text(status int, text string, done bool) Answer {
	return Answer{done, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		io.WriteString(w, text)
	}}
}

// JSON answers with a status and a body that is said to be JSON.
func JSON(status int, body string, done bool) Answer {
	return Answer{done, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}}
}

// DiscordDone posts the message and returns it, as wait=true asks; without that,
// there is no body.
func DiscordDone(id string) Answer {
	return Answer{true, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Query().Get("wait") != "true" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":%q,"type":0,"content":"","channel_id":"42","webhook_id":"1234567890","timestamp":"2026-05-03T10:12:00.000000+00:00","flags":0,"components":[]}`, id)
	}}
}

// DiscordError answers with one of the API's errors.
func DiscordError(status, code int) Answer {
	return JSON(status, fmt.Sprintf(`{"message":"leaky detail %s","code":%d}`, Secret, code), false)
}

// DiscordLimited answers 429 with the header's and the body's times to wait, in
// seconds.
func DiscordLimited(header string, body float64) Answer {
	return Answer{false, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Retry-After", header)
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprintf(w, `{"message":"You are being rate limited.","retry_after":%v,"global":false}`, body)
	}}
}

// LimitedHTML answers 429 as the servers in front of a platform do.
func LimitedHTML(retryAfter string) Answer {
	return Answer{false, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.Header().Set("Retry-After", retryAfter)
		w.WriteHeader(http.StatusTooManyRequests)
		io.WriteString(w, "<!doctype html><title>Access denied | error 1015</title>")
	}}
}

// Lost does what is asked and closes the connection without an answer.
func Lost() Answer {
	return Answer{true, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }}
}

// Broken does what is asked, says so, and breaks off within the body.
func Broken() Answer {
	return Answer{true, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "5000")
		w.WriteHeader(http.StatusOK)
		io.WriteString(w, `{"id":"12345`)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}}
}

// Hang answers nothing until the client gives up.
func Hang() Answer {
	return Answer{true, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }}
}

// Redirect answers with another address, which must not be asked.
func Redirect(to string) Answer {
	return Answer{false, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
	}}
}

// A Transport makes requests of a server without a network, so that it works in
// a bubble of testing/synctest.
func (s *Server) Transport() http.RoundTripper { return inMemory{s} }

type inMemory struct{ handler http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	defer r.Body.Close()
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panic(p)
			}
			resp, err = nil, errors.New("the connection was closed")
		}
	}()
	w := httptest.NewRecorder()
	m.handler.ServeHTTP(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	resp = w.Result()
	resp.Request = r
	return resp, nil
}
