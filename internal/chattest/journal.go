package chattest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a server waits for something that a test expects. It is
// for slow machines; in a bubble of testing/synctest it costs nothing.
const patience = 20 * time.Second

// A Call is one request that reached a server.
type Call struct {
	At      time.Time // when it arrived
	Took    time.Duration
	Route   string // see [Discord.Next] and [Slack.Next]
	Subject string // the channel, webhook or interaction it was about, if any
	Method  string
	Path    string
	Query   string
	Header  http.Header
	Body    []byte
	Files   []Attachment // that were uploaded with it, to a Discord
	Status  int          // of the answer; 0 if the connection was closed without one
	Done    bool         // the server did what it was asked, whatever it answered
	Early   bool         // an earlier answer asked to wait longer
}

// An Attachment is a file that came with a request.
type Attachment struct {
	Name, Type string
	Data       []byte
}

// A journal is what both servers share: the record of everything that happened,
// the answers a test ordered, and waiting for what it expects.
type journal struct {
	t testing.TB

	mu      sync.Mutex // guards everything below, and the servers' own state
	changed chan struct{}
	calls   []*Call
	orders  []order
	always  map[string]Answer
	until   map[string]time.Time // callers were told to stay away; "" is everywhere
	limits  map[string]rate
	used    map[string][]time.Time // times of requests per bucket
	closed  bool
}

type order struct {
	route  string
	answer Answer
}

// rate is a limit of n requests in a time.
type rate struct {
	n   int
	per time.Duration
}

func (j *journal) init(t testing.TB) {
	j.t = t
	j.changed = make(chan struct{})
	j.always = make(map[string]Answer)
	j.until = make(map[string]time.Time)
	j.limits = make(map[string]rate)
	j.used = make(map[string][]time.Time)
	t.Cleanup(func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.closed = true // nothing may speak to the test any more
	})
}

// fail fails the test. j.mu is held.
func (j *journal) fail(format string, args ...any) {
	if !j.closed {
		j.t.Errorf("chattest: "+format, args...)
	}
}

// touch wakes those who wait. j.mu is held.
func (j *journal) touch() {
	close(j.changed)
	j.changed = make(chan struct{})
}

// Wait blocks until ok returns true, and fails the test if that takes too long.
// ok is called with the server's lock held, each time something happened, and
// must not call the server's methods.
func (j *journal) wait(what string, ok func() bool) bool {
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		j.mu.Lock()
		done, changed := ok(), j.changed
		j.mu.Unlock()
		if done {
			return true
		}
		select {
		case <-changed:
		case <-timeout.C:
			j.t.Errorf("chattest: waited %v in vain for %s", patience, what)
			return false
		}
	}
}

// Next orders how the next requests to a route are answered, after those ordered
// before. An empty route is any.
func (j *journal) Next(route string, answers ...Answer) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, a := range answers {
		j.orders = append(j.orders, order{route, a})
	}
}

// Always orders how all requests to a route are answered from now on, where
// [Next] says nothing else: an outage. It returns what ends it. An empty route
// is any.
func (j *journal) Always(route string, a Answer) (end func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.always[route] = a
	return func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		delete(j.always, route)
	}
}

// Ordered returns how many answers ordered with Next were not given yet.
func (j *journal) Ordered() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.orders)
}

// Limit lets n requests in a time reach a route, for each channel (and the like)
// by itself; more are answered 429. The empty route is all requests together. n
// of 0 lifts the limit.
func (j *journal) Limit(route string, n int, per time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if n == 0 {
		delete(j.limits, route)
		return
	}
	j.limits[route] = rate{n, per}
}

// Calls returns the requests to a route so far, in order of arrival. An empty
// route is any.
func (j *journal) Calls(route string) []Call {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []Call
	for _, c := range j.calls {
		if route == "" || c.Route == route {
			out = append(out, *c)
		}
	}
	return out
}

// WaitCalls waits until a route was called n times in all, and returns the
// calls.
func (j *journal) WaitCalls(route string, n int) []Call {
	j.t.Helper()
	j.wait(fmt.Sprintf("%d calls of %q", n, route), func() bool {
		k := 0
		for _, c := range j.calls {
			if (route == "" || c.Route == route) && c.Took >= 0 {
				k++
			}
		}
		return k >= n
	})
	return j.Calls(route)
}

// Invalid returns how many answers of the last ten minutes were 401, 403 or 429:
// Discord blocks the address of who collects 10,000
// (https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans).
func (j *journal) Invalid() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.invalid()
}

func (j *journal) invalid() int {
	n := 0
	for _, c := range j.calls {
		if (c.Status == 401 || c.Status == 403 || c.Status == 429) && time.Since(c.At) < 10*time.Minute {
			n++
		}
	}
	return n
}

// begin records a request and returns its order, if there is one. j.mu is held.
func (j *journal) begin(c *Call) (Answer, bool) {
	j.calls = append(j.calls, c)
	for _, key := range []string{"", c.Route + " " + c.Subject} {
		if c.At.Before(j.until[key]) {
			c.Early = true
		}
	}
	for i, o := range j.orders {
		if o.route == "" || o.route == c.Route {
			j.orders = append(j.orders[:i:i], j.orders[i+1:]...)
			return o.answer, true
		}
	}
	for _, route := range []string{c.Route, ""} {
		if a, ok := j.always[route]; ok {
			return a, true
		}
	}
	return Answer{}, false
}

// told remembers that callers of a route were asked to stay away. j.mu is held.
func (j *journal) told(c *Call, wait time.Duration, global bool) {
	key := c.Route + " " + c.Subject
	if global {
		key = ""
	}
	if t := c.At.Add(wait); wait > 0 && t.After(j.until[key]) {
		j.until[key] = t
	}
}

// take counts a request against a limit. It returns how many are left, and if
// the request is one too many, how long until there is room. j.mu is held.
func (j *journal) take(route, subject string, now time.Time) (l rate, left int, reset, wait time.Duration) {
	l, ok := j.limits[route]
	if !ok {
		return rate{}, 0, 0, 0
	}
	key := route + " " + subject
	if route == "" {
		key = ""
	}
	fresh := j.used[key][:0]
	for _, t := range j.used[key] {
		if now.Sub(t) < l.per {
			fresh = append(fresh, t)
		}
	}
	if len(fresh) >= l.n {
		j.used[key] = fresh
		wait = l.per - now.Sub(fresh[0])
		return l, 0, wait, wait
	}
	j.used[key] = append(fresh, now)
	return l, l.n - len(fresh) - 1, l.per - now.Sub(j.used[key][0]), 0
}

// serve records a request, treats it as it was ordered, and lets respond do the
// rest. respond is called with j.mu held; what it returns is the answer.
func (j *journal) serve(w http.ResponseWriter, r *http.Request, c *Call, respond func(*Call) reply) {
	text, err := io.ReadAll(io.LimitReader(r.Body, 32<<20))
	c.At, c.Took = time.Now(), -1
	c.Method, c.Path, c.Query, c.Header, c.Body = r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Clone(), text
	j.mu.Lock()
	if err != nil {
		j.mu.Unlock()
		return // the client went away within its request
	}
	a, ordered := j.begin(c)
	var re reply
	if !ordered || a.Done {
		re = respond(c)
		c.Done = re.status/100 == 2 && !re.refused
	}
	j.told(c, a.Wait, a.Global)
	j.mu.Unlock()

	rec := &statusWriter{ResponseWriter: w}
	defer func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		c.Status, c.Took = rec.status, time.Since(c.At)
		j.touch()
	}()
	if ordered && a.write != nil {
		a.write(rec, r)
		return
	}
	re.write(rec)
}

// A reply is what a server itself answers.
type reply struct {
	status int
	header http.Header
	body   []byte
	// refused says that nothing was done, whatever the status.
	refused bool
}

func (re reply) write(w http.ResponseWriter) {
	for k, v := range re.header {
		w.Header()[k] = v
	}
	if len(re.body) > 0 && w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(re.status)
	w.Write(re.body)
}

// statusWriter remembers the status that was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(status int) {
	if s.status == 0 {
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *statusWriter) Write(b []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	return s.ResponseWriter.Write(b)
}

func (s *statusWriter) Flush() { s.ResponseWriter.(http.Flusher).Flush() }

// Hijack is for WebSocket upgrades, which net/http finds through Unwrap.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// excerpt shortens a body for a message.
func excerpt(b []byte) string {
	s := string(bytes.TrimSpace(b))
	if len(s) > 2000 {
		s = s[:2000] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
