package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// A web is a handful of hosts in memory, which works in a synctest bubble
// where sockets would not.
type web struct {
	t     *testing.T
	hosts map[string]http.HandlerFunc

	mu   sync.Mutex // guards asked and busy
	log  []visitLog
	busy map[string]int
}

type visitLog struct {
	host, path string
	at         time.Time
	header     http.Header
}

// newWeb returns a web whose servers end with the test.
func newWeb(t *testing.T, hosts map[string]http.HandlerFunc) *web {
	return &web{t: t, hosts: hosts, busy: make(map[string]int)}
}

// client returns a client of the web.
func (w *web) client(o Options) *Client {
	tr := &http.Transport{DialContext: w.dial, ResponseHeaderTimeout: 15 * time.Second}
	w.t.Cleanup(tr.CloseIdleConnections)
	o.HTTP = &http.Client{Transport: tr, Timeout: 25 * time.Second}
	return New(o)
}

func (w *web) dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, port, _ := net.SplitHostPort(address)
	if port != "80" {
		host = address
	}
	h, ok := w.hosts[host]
	if !ok {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
	}
	here, there := net.Pipe()
	srv := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.enter(host, r)
		defer w.leave(host)
		if r.URL.Path == "/robots.txt" && rw.Header().Get("X-Robots") == "" {
			if _, own := w.hosts[host+"/robots.txt"]; own {
				w.hosts[host+"/robots.txt"](rw, r)
				return
			}
			http.NotFound(rw, r)
			return
		}
		h(rw, r)
	})}
	go srv.Serve(&one{conn: there})
	w.t.Cleanup(func() { srv.Close(); here.Close() })
	return here, nil
}

func (w *web) enter(host string, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy[host]++; w.busy[host] > 1 {
		w.t.Errorf("%s was asked for %s while it still answered", host, r.URL.Path)
	}
	w.log = append(w.log, visitLog{host, r.URL.RequestURI(), time.Now(), r.Header.Clone()})
}

func (w *web) leave(host string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy[host]--
}

// visits returns what was asked, as "host/path", in order.
func (w *web) visits() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for _, v := range w.log {
		out = append(out, v.host+v.path)
	}
	return out
}

// A one is a listener with one connection.
type one struct {
	mu   sync.Mutex
	conn net.Conn
}

func (l *one) Accept() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil {
		return nil, errors.New("no more")
	}
	c := l.conn
	l.conn = nil
	return c, nil
}
func (l *one) Close() error   { return nil }
func (l *one) Addr() net.Addr { return &net.IPAddr{} }

func text(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, s) }
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		if code != 304 {
			fmt.Fprintln(w, "<html><body>body</body></html>")
		}
	}
}

func get(t *testing.T, c *Client, url string) (*Response, error) {
	t.Helper()
	return c.Get(t.Context(), Request{URL: url})
}

// mustFail returns the *Error that err is.
func mustFail(t *testing.T, err error) *Error {
	t.Helper()
	f, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("got %T %v, want an *Error", err, err)
	}
	if bytes.ContainsAny([]byte(f.Error()), ":/") && !bytes.Contains([]byte(f.Error()), []byte("robots.txt")) {
		t.Errorf("%q is not fit for people", f)
	}
	return f
}
