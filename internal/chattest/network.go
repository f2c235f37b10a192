package chattest

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Network is where a server listens.
type Network int

const (
	// Loopback is a port of 127.0.0.1.
	Loopback Network = iota
	// Memory is within the process: it works in a bubble of testing/synctest,
	// where a real socket would keep time from passing.
	Memory
)

// A site is a server with the ways to reach it.
type site struct {
	URL    string // "http://127.0.0.1:1234", or a name that only Client and Dialer know
	dial   func(ctx context.Context) (net.Conn, error)
	client *http.Client
	memory bool
}

// Client returns an HTTP client that reaches the server, whatever host the
// address of a request names.
func (s *site) Client() *http.Client { return s.client }

// Transport is that of [site.Client].
func (s *site) Transport() http.RoundTripper { return s.client.Transport }

// Dialer returns a WebSocket dialer that reaches the server, whatever host the
// address names.
func (s *site) Dialer() *websocket.Dialer {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return s.dial(ctx) }
	return &websocket.Dialer{NetDialContext: dial, NetDialTLSContext: dial, HandshakeTimeout: 10 * time.Second}
}

func open(t testing.TB, n Network, host string, h http.Handler) *site {
	t.Helper()
	var l net.Listener
	s := new(site)
	if n == Memory {
		m := &memory{conns: make(chan net.Conn), done: make(chan struct{})}
		l, s.dial, s.URL, s.memory = m, m.dial, "http://"+host, true
	} else {
		var err error
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().String()
		s.URL = "http://" + addr
		s.dial = func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", addr)
		}
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return s.dial(ctx) }
	transport := &http.Transport{DialContext: dial, DialTLSContext: dial, MaxIdleConnsPerHost: 8, DisableCompression: true}
	s.client = &http.Client{Transport: transport}

	srv := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute}
	var served sync.WaitGroup
	served.Go(func() { srv.Serve(l) })
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		srv.Close()
		served.Wait()
	})
	return s
}

// memory is a listener within the process.
type memory struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (m *memory) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case m.conns <- theirs:
		return ours, nil
	case <-m.done:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	m.once.Do(func() { close(m.done) })
	return nil
}

func (m *memory) Addr() net.Addr { return memoryAddr{} }

type memoryAddr struct{}

func (memoryAddr) Network() string { return "memory" }
func (memoryAddr) String() string  { return "memory" }

// InProcess makes requests of a handler without a network, so that it works in
// a bubble of testing/synctest.
func InProcess(h http.Handler) http.RoundTripper { return inProcess{h} }

type inProcess struct{ handler http.Handler }

func (m inProcess) RoundTrip(r *http.Request) (resp *http.Response, err error) {
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
