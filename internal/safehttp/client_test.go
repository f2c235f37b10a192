package safehttp

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// get asks and reads the whole body.
func get(c *http.Client, url string) (string, error) {
	resp, err := c.Get(url)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

// canary is a server that must not hear of anything.
func canary(t *testing.T) *httptest.Server {
	t.Helper()
	var dialled atomic.Int32
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			dialled.Add(1)
		}
	}
	srv.Start()
	t.Cleanup(func() {
		srv.Close()
		if n := dialled.Load(); n > 0 {
			t.Errorf("a private address was dialled %d times", n)
		}
	})
	return srv
}

func TestPrivateAddressesAreNotDialled(t *testing.T) {
	srv := canary(t)
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	t.Setenv("HTTP_PROXY", srv.URL)
	t.Setenv("http_proxy", srv.URL)
	t.Setenv("ALL_PROXY", srv.URL)
	c := New(Options{Total: 5 * time.Second})
	for _, host := range []string{
		"127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0",
		"[::]", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]",
		"localhost", "LOCALHOST", "localhost.", "example.com@127.0.0.1", "127.0.0.1#@example.com", "127.0.0.1%2f@127.0.0.1",
		"①②⑦.⓪.⓪.①", "127。0。0。1", "169.254.169.254", "[fe80::1%25lo]",
	} {
		t.Run(strings.ReplaceAll(host, "/", "_"), func(t *testing.T) {
			_, err := get(c, "http://"+host+":"+port+"/latest/meta-data/")
			if err == nil {
				t.Fatal("an answer came")
			}
			// A name the resolver does not know is as good a refusal.
			switch why := Explain(err); why {
			case Private, NoHost, NoLookup, Scheme, Garbled:
			default:
				t.Errorf("refused as %q (%v)", why, err)
			}
		})
	}
}

func TestProxyVariablesAreIgnored(t *testing.T) {
	proxy := canary(t)
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"} {
		t.Setenv(name, proxy.URL)
	}
	c := New(Options{})
	if tr := c.Transport.(*capped).next; tr.Proxy != nil {
		t.Error("the transport asks the environment for a proxy")
	}
}

func TestRedirectToPrivate(t *testing.T) {
	inner := canary(t)
	// The outer server stands on an allowed network, its target does not.
	l, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("this system has no 127.0.0.2:", err)
	}
	outer := httptest.NewUnstartedServer(http.RedirectHandler(inner.URL, http.StatusFound))
	outer.Listener.Close()
	outer.Listener = l
	outer.Start()
	defer outer.Close()

	c := New(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}})
	_, err = get(c, outer.URL)
	if !errors.Is(err, ErrPrivate) {
		t.Fatalf("got %v, want ErrPrivate", err)
	}
	if why := string(Explain(err)); why != "that address is not on the public internet" {
		t.Errorf("explained as %q", why)
	}
}

func TestRedirects(t *testing.T) {
	var referer atomic.Pointer[string]
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s := r.Header.Get("Referer"); s != "" {
			referer.Store(&s)
		}
		if r.URL.Path == "/end" {
			io.WriteString(w, "end")
			return
		}
		next := strings.TrimPrefix(r.URL.Path, "/")
		if rest, ok := strings.CutPrefix(next, "x"); ok && rest != "" {
			http.Redirect(w, r, "/"+rest, http.StatusFound)
			return
		}
		switch next {
		case "x":
			http.Redirect(w, r, "/end", http.StatusFound)
		case "file":
			http.Redirect(w, r, "file:///etc/hostname", http.StatusFound)
		default:
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		}
	}))
	defer srv.Close()

	c := New(Options{Allow: loopback})
	if body, err := get(c, srv.URL+"/xxxxx"); err != nil || body != "end" {
		t.Errorf("five redirects: %q, %v", body, err)
	}
	for path, want := range map[string]Reason{"/xxxxxx": Redirects, "/loop": Redirects, "/file": Scheme} {
		if _, err := get(c, srv.URL+path); Explain(err) != want {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	if s := referer.Load(); s != nil {
		t.Errorf("a redirect told where it came from: %s", *s)
	}

	none := New(Options{Allow: loopback, Redirects: -1})
	resp, err := none.Get(srv.URL + "/x")
	if err != nil || resp.StatusCode != http.StatusFound {
		t.Fatalf("redirects off: %v, %v", resp, err)
	}
	resp.Body.Close()
}

func TestNoCookies(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Cookies()) > 0 {
			t.Error("a cookie came back")
		}
		http.SetCookie(w, &http.Cookie{Name: "who", Value: "you"})
	}))
	defer srv.Close()
	c := New(Options{Allow: loopback})
	for range 2 {
		if _, err := get(c, srv.URL); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBodyCap(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := 100
		if r.URL.Path == "/large" {
			n = 101
		}
		io.WriteString(w, strings.Repeat("x", n))
	}))
	defer srv.Close()
	c := New(Options{Allow: loopback, MaxBody: 100})
	if body, err := get(c, srv.URL); err != nil || len(body) != 100 {
		t.Errorf("a body of just the cap: %d bytes, %v", len(body), err)
	}
	body, err := get(c, srv.URL+"/large")
	if !errors.Is(err, ErrTooLarge) || len(body) != 100 {
		t.Errorf("a larger body: %d bytes, %v", len(body), err)
	}
	if _, err := ReadAll(strings.NewReader("12345"), 4); !errors.Is(err, ErrTooLarge) {
		t.Errorf("ReadAll beyond its cap: %v", err)
	}
	if b, err := ReadAll(strings.NewReader("1234"), 4); err != nil || string(b) != "1234" {
		t.Errorf("ReadAll of just the cap: %q, %v", b, err)
	}
}

func TestExplain(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/slow":
			select {
			case <-r.Context().Done():
			case <-time.After(time.Minute):
			}
		case "/short":
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "short")
		case "/abort":
			panic(http.ErrAbortHandler)
		}
	}))
	defer srv.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer secure.Close()
	closed := httptest.NewServer(nil)
	closed.Close()

	tests := []struct {
		name, url string
		want      Reason
	}{
		{"timeout", srv.URL + "/slow", TimedOut},
		{"short", srv.URL + "/short", Truncated},
		{"abort", srv.URL + "/abort", Truncated},
		{"refused", closed.URL, Refused},
		{"unknown_authority", secure.URL, Certificate},
		{"plain_where_tls_was_asked", strings.Replace(srv.URL, "http:", "https:", 1), TLS},
		{"gopher", "gopher://example.com/", Scheme},
		{"file", "file:///etc/hostname", Scheme},
	}
	c := New(Options{Allow: loopback})
	hasty := New(Options{Allow: loopback, Total: 100 * time.Millisecond})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client := c
			if tt.want == TimedOut {
				client = hasty
			}
			_, err := get(client, tt.url)
			got := Explain(err)
			if got != tt.want {
				t.Errorf("%v: explained as %q, want %q", err, got, tt.want)
			}
			if strings.ContainsAny(string(got), "0123456789") {
				t.Errorf("%q names an address or a port", got)
			}
		})
	}
	if got := Explain(&net.DNSError{IsNotFound: true, Name: "nowhere.example"}); got != NoHost {
		t.Errorf("unknown host: %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, _ := http.NewRequestWithContext(ctx, "GET", srv.URL, nil)
	if _, err := c.Do(r); Explain(err) != Cancelled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestParseURL(t *testing.T) {
	tests := []struct {
		raw  string
		want Reason
	}{
		{"https://harbourpost.example/a?b=c#d", ""},
		{"  http://harbourpost.example  ", ""},
		{"http://[2001:db8::1]:8080/", ""},
		{"ftp://harbourpost.example/", Scheme},
		{"file:///etc/hostname", Scheme},
		{"javascript:alert(1)", Scheme},
		{"harbourpost.example", Scheme},
		{"http:harbourpost.example", Scheme},
		{"http:///path", Scheme},
		{"http://:80/", Scheme},
		{"http://[::1", Scheme},
		{"http://a b/", Scheme},
		{"", Scheme},
		{"https://user:secret@harbourpost.example/", Userinfo},
		{"https://harbourpost.example@127.0.0.1/", Userinfo},
	}
	for _, tt := range tests {
		u, err := ParseURL(tt.raw)
		if got := Explain(err); got != tt.want {
			t.Errorf("ParseURL(%q) = %v, %v, want %q", tt.raw, u, err, tt.want)
		}
	}
}

func FuzzClientNeverDialsLoopback(f *testing.F) {
	for _, s := range []string{"http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://0x7f.1/", "http://a@[::ffff:127.0.0.1]/"} {
		f.Add(s)
	}
	dial := func(_ context.Context, _, address string) (net.Conn, error) {
		// What the resolver would make of it: names answer with loopback.
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		ip, err := netip.ParseAddr(host)
		if err != nil {
			ip = netip.MustParseAddr("127.0.0.1")
		}
		network := "tcp6"
		if ip.Unmap().Is4() {
			network = "tcp4"
		}
		if err := newGuard(nil).control(network, net.JoinHostPort(ip.String(), port), nil); err != nil {
			return nil, err
		}
		if !ip.Unmap().IsGlobalUnicast() || ip.Unmap().IsPrivate() {
			f.Errorf("%s would be dialled", address)
		}
		return nil, errors.New("not in a test")
	}
	c := newClient(Options{}.withDefaults(), dial)
	f.Fuzz(func(t *testing.T, raw string) {
		if _, err := url.Parse(raw); err != nil {
			return
		}
		if _, err := get(c, raw); err == nil {
			t.Fatalf("%q was answered", raw)
		} else if why := string(Explain(err)); strings.ContainsAny(why, "0123456789:") {
			t.Fatalf("%q explained as %q", raw, why)
		}
	})
}
