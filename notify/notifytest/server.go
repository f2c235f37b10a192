// Package notifytest is what the tests of senders share: a server that speaks
// the protocols of Discord webhooks, Slack webhooks and plain webhooks and fails
// on request, and a suite of the failures that every sender must tell apart. The
// checks of bodies, and the servers of whole platforms, are in package chattest.
//
//	sender ──HTTP──> Server: next Answer ──> Posts, for the test to read
//	                   └─ chattest.CheckDiscord, chattest.CheckSlack on every body
package notifytest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/editwatch/editwatch/internal/chattest"
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

// An Answer is how a server treats one request; package chattest has most.
type Answer = chattest.Answer

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
// [chattest.CheckDiscord].
func NewDiscord(t testing.TB) *Server {
	return start(t, DiscordDone("1234567890123456789"), func(body []byte) error {
		return chattest.CheckDiscord(chattest.CreateFollowup, body)
	})
}

// NewSlack starts a server of Slack's incoming webhooks. Every body is held
// against [chattest.CheckSlack].
func NewSlack(t testing.TB) *Server {
	return start(t, chattest.Text(http.StatusOK, "ok", true), func(body []byte) error {
		return chattest.CheckSlack("webhook", body)
	})
}

// NewWebhook starts a server that takes any webhook.
func NewWebhook(t testing.TB) *Server {
	return start(t, chattest.Text(http.StatusNoContent, "", true), nil)
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
	answer.Write(w, r)
}

// DiscordDone posts the message and returns it, as wait=true asks; without that,
// there is no body.
func DiscordDone(id string) Answer {
	return chattest.Answered(true, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Query().Get("wait") != "true" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":%q,"type":0,"content":"","channel_id":"42","webhook_id":"1234567890","timestamp":"2026-05-03T10:12:00.000000+00:00","flags":0,"components":[]}`, id)
	})
}

// DiscordError answers with one of the API's errors.
func DiscordError(status, code int) Answer {
	return chattest.JSON(status, fmt.Sprintf(`{"message":"leaky detail %s","code":%d}`, Secret, code), false)
}

// DiscordLimited answers 429 with the header's and the body's times to wait, in
// seconds.
func DiscordLimited(header string, body float64) Answer {
	return chattest.Answered(false, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Retry-After", header)
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprintf(w, `{"message":"You are being rate limited.","retry_after":%v,"global":false}`, body)
	})
}

// A Transport makes requests of a server without a network, so that it works in
// a bubble of testing/synctest.
func (s *Server) Transport() http.RoundTripper { return chattest.InProcess(s) }
