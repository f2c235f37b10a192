package web

import (
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func from(address, path string, headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://pages.example"+path, nil)
	r.RemoteAddr = address + ":4711"
	if strings.Contains(address, ":") {
		r.RemoteAddr = "[" + address + "]:4711"
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

func status(h http.Handler, r *http.Request) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func basic(user, password string) string {
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(user, password)
	return r.Header.Get("Authorization")
}

func TestSignIn(t *testing.T) {
	written := writtenHistory(t)
	st := written.st
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	password := New(Options{Store: st, Access: Access{User: "desk", Password: "harbour"}})
	header := New(Options{Store: st, Access: Access{Header: "X-Forwarded-User", Proxies: proxies}})
	both := New(Options{Store: st, Access: Access{User: "desk", Password: "harbour", Header: "X-Forwarded-User", Proxies: proxies}})
	for _, tt := range []struct {
		name string
		h    http.Handler
		r    *http.Request
		want int
	}{
		{"nothing given", password, from("192.0.2.1", "/"), 401},
		{"the right ones", password, from("192.0.2.1", "/", "Authorization", basic("desk", "harbour")), 200},
		{"a feed", password, from("192.0.2.1", "/edits.rss", "Authorization", basic("desk", "harbour")), 200},
		{"a feed without", password, from("192.0.2.1", "/edits.rss"), 401},
		{"a card without", password, from("192.0.2.1", cardPath(written.bridge, 3, 4)), 401},
		{"a card", password, from("192.0.2.1", cardPath(written.bridge, 3, 4), "Authorization", basic("desk", "harbour")), 200},
		{"the API without", password, from("192.0.2.1", "/api/v1/events"), 401},
		{"a wrong password", password, from("192.0.2.1", "/", "Authorization", basic("desk", "harbou")), 401},
		{"a wrong name", password, from("192.0.2.1", "/", "Authorization", basic("desks", "harbour")), 401},
		{"no password", password, from("192.0.2.1", "/", "Authorization", basic("desk", "")), 401},
		{"a header nobody asked for", password, from("10.1.2.3", "/", "X-Forwarded-User", "ana"), 401},
		{"health is open", password, from("192.0.2.1", "/healthz"), 200},
		{"the style of the page that says so", password, from("192.0.2.1", "/static/style.css"), 200},
		{"the same through a proxy that signed nobody in", header, from("10.1.2.3", "/static/icon.svg"), 200},
		{"what only begins like it", password, from("192.0.2.1", "/statics"), 401},
		{"on this machine", password, from("127.0.0.1", "/"), 401},
		{"this machine is no proxy", header, from("127.0.0.1", "/", "X-Forwarded-User", "ana"), 403},
		{"nor what it forwards for", header, from("127.0.0.1", "/", "X-Forwarded-User", "ana", "X-Forwarded-For", "10.1.2.3"), 403},

		{"of a proxy", header, from("10.1.2.3", "/", "X-Forwarded-User", "ana"), 200},
		{"of a proxy that signed nobody in", header, from("10.1.2.3", "/"), 403},
		{"of somebody else", header, from("192.0.2.1", "/", "X-Forwarded-User", "ana"), 403},
		{"through a proxy, of somebody else", header, from("192.0.2.1", "/", "X-Forwarded-User", "ana", "X-Forwarded-For", "10.1.2.3"), 403},

		{"either: the header", both, from("10.1.2.3", "/", "X-Forwarded-User", "ana"), 200},
		{"either: the password", both, from("192.0.2.1", "/", "Authorization", basic("desk", "harbour")), 200},
		{"either: none", both, from("192.0.2.1", "/"), 401},
	} {
		if got := status(tt.h, tt.r); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
	w := httptest.NewRecorder()
	password.ServeHTTP(w, from("192.0.2.1", "/"))
	if got := w.Header().Get("WWW-Authenticate"); !strings.HasPrefix(got, "Basic realm=") {
		t.Errorf("WWW-Authenticate: %q", got)
	}
}

// TestHealthTellsInsiders: how much is kept is for those who may read, and for
// whoever looks after this machine.
func TestHealthTellsInsiders(t *testing.T) {
	st := newHistory(t).st
	open := New(Options{Store: st})
	password := New(Options{Store: st, Access: Access{User: "desk", Password: "harbour"}})
	for _, tt := range []struct {
		name string
		h    http.Handler
		r    *http.Request
		want bool
	}{
		{"this machine", open, from("127.0.0.1", "/healthz"), true},
		{"this machine, by IPv6", password, from("::1", "/healthz"), true},
		{"anybody", open, from("192.0.2.1", "/healthz"), false},
		{"anybody through a proxy", open, from("127.0.0.1", "/healthz", "X-Forwarded-For", "192.0.2.1"), false},
		{"who says to be here", open, from("127.0.0.1", "/healthz", "X-Forwarded-For", "127.0.0.1"), false},
		{"who is signed in", password, from("192.0.2.1", "/healthz", "Authorization", basic("desk", "harbour")), true},
		{"who is not", password, from("192.0.2.1", "/healthz", "Authorization", basic("desk", "harbou")), false},
	} {
		w := httptest.NewRecorder()
		tt.h.ServeHTTP(w, tt.r)
		if got := strings.Contains(w.Body.String(), "articles"); got != tt.want || w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", tt.name, w.Code, w.Body)
		}
	}
}

// TestPace: whoever asks too fast waits, and nobody else does.
func TestPace(t *testing.T) {
	st := writtenHistory(t).st
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{Store: st, Access: Access{Rate: 2, Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}})
		ask := func(address string, headers ...string) int {
			return status(h, from(address, "/robots.txt", headers...))
		}
		for i := range 20 {
			if got := ask("2001:db8::1"); got != 200 {
				t.Fatalf("request %d: %d", i, got)
			}
		}
		for _, tt := range []struct {
			name, address string
			headers       []string
			want          int
		}{
			{"one too many", "2001:db8::1", nil, 429},
			{"its neighbour in the same network", "2001:db8::2", nil, 429},
			{"another network", "2001:db8:0:1::1", nil, 200},
			{"this machine", "127.0.0.1", nil, 200},
			{"the same through a proxy", "10.1.2.3", []string{"X-Forwarded-For", "192.0.2.7, 2001:db8::3"}, 429},
			{"the same through a proxy beside us", "127.0.0.1", []string{"X-Forwarded-For", "192.0.2.7, 2001:db8::3"}, 429},
			{"the same through both", "::1", []string{"X-Forwarded-For", "2001:db8::3", "X-Forwarded-For", "10.1.2.3"}, 429},
			{"another through the proxy beside us", "127.0.0.1", []string{"X-Forwarded-For", "2001:db8::3, 192.0.2.7"}, 200},
			{"somebody who names it without a proxy", "192.0.2.1", []string{"X-Forwarded-For", "2001:db8::3"}, 200},
		} {
			if got := ask(tt.address, tt.headers...); got != tt.want {
				t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
			}
		}
		time.Sleep(time.Second)
		if a, b, c := ask("2001:db8::1"), ask("2001:db8::1"), ask("2001:db8::1"); a != 200 || b != 200 || c != 429 {
			t.Errorf("after a second: %d, %d, %d; want two more", a, b, c)
		}
	})
}

// TestReadersAreForgotten: whatever many addresses ask, what is remembered of
// them is bounded.
func TestReadersAreForgotten(t *testing.T) {
	g := newGate(Access{Rate: 1})
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i := range 3 * maxReaders {
		g.inPace(from(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), "/"), now)
		if len(g.readers) > maxReaders {
			t.Fatalf("%d readers are remembered", len(g.readers))
		}
	}
}

// TestPacked: what can be packed is, and is the same.
func TestPacked(t *testing.T) {
	h := New(Options{Store: writtenHistory(t).st})
	plain := get(t, h, "/")
	packed := get(t, h, "/", "Accept-Encoding", "gzip")
	if packed.Header().Get("Content-Encoding") != "gzip" || packed.Header().Get("Vary") != "Accept-Encoding" {
		t.Fatalf("headers %v", packed.Header())
	}
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); err != nil || string(b) != plain.Body.String() {
		t.Errorf("another page, or %v", err)
	}
	tag := packed.Header().Get("ETag")
	if tag != plain.Header().Get("ETag") || !strings.HasPrefix(tag, "W/") {
		t.Errorf("tags %s and %s", tag, plain.Header().Get("ETag"))
	}
	if again := get(t, h, "/", "Accept-Encoding", "gzip", "If-None-Match", tag); again.Code != http.StatusNotModified {
		t.Errorf("%d with its own tag", again.Code)
	}
}

// TestSlowClients: whoever sends a request byte by byte is hung up on.
func TestSlowClients(t *testing.T) {
	st := writtenHistory(t).st
	srv := Server("127.0.0.1:0", New(Options{Store: st}), nil)
	if srv.ReadHeaderTimeout <= 0 || srv.WriteTimeout <= 0 || srv.IdleTimeout <= 0 || srv.MaxHeaderBytes <= 0 {
		t.Fatalf("a listener without limits: %+v", srv)
	}
	srv.ReadHeaderTimeout = 50 * time.Millisecond
	l, err := net.Listen("tcp", srv.Addr)
	if err != nil {
		t.Fatal(err)
	}
	go srv.Serve(l)
	defer srv.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\nX-A: ")
	if b, err := io.ReadAll(c); err != nil || len(b) > 0 && !strings.HasPrefix(string(b), "HTTP/1.1 4") {
		t.Errorf("%q, %v", b, err)
	}
	big, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer big.Close()
	srvAnswer := make(chan string, 1)
	go func() {
		b, _ := io.ReadAll(big) // what it closed with is the answer
		srvAnswer <- string(b)
	}()
	fmt.Fprintf(big, "GET / HTTP/1.1\r\nHost: x\r\nX-A: %s\r\n\r\n", strings.Repeat("a", 64<<10))
	if got := <-srvAnswer; !strings.HasPrefix(got, "HTTP/1.1 431") && got != "" {
		t.Errorf("headers of 64 KB: %q", got)
	}
}
