package fetch

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/safehttp"
)

func pack(t testing.TB, encoding string, body []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	var w io.WriteCloser
	switch encoding {
	case "":
		return body
	case "gzip", "x-gzip":
		w = gzip.NewWriter(&buf)
	case "br":
		w = brotli.NewWriter(&buf)
	case "zstd":
		z, err := zstd.NewWriter(&buf)
		if err != nil {
			t.Fatal(err)
		}
		w = z
	}
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// packed answers with the bytes as they are and says how they are packed.
func packed(encoding string, sent []byte, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if encoding != "" {
			w.Header().Set("Content-Encoding", encoding)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.Write(sent)
	}
}

func fetchOne(t *testing.T, h http.HandlerFunc, req Request) (*Response, error) {
	t.Helper()
	w := newWeb(t, map[string]http.HandlerFunc{"a.example": h})
	req.URL = "http://a.example/page"
	return w.client(Options{UserAgent: "editwatch/test"}).Get(t.Context(), req)
}

func TestEncodings(t *testing.T) {
	body := bytes.Repeat([]byte("The bridge carries 8,000 vehicles a day. "), 500)
	two := append(pack(t, "gzip", body[:100]), pack(t, "gzip", body[100:])...)
	for _, tt := range []struct {
		name, encoding string
		sent           []byte
	}{
		{"plain", "", body},
		{"identity", "identity", body},
		{"gzip", "gzip", pack(t, "gzip", body)},
		{"x-gzip", "X-Gzip", pack(t, "gzip", body)},
		{"br", "br", pack(t, "br", body)},
		{"zstd", "zstd", pack(t, "zstd", body)},
		{"gzip_members", "gzip", two},
		{"gzip_with_rubbish_behind", "gzip", append(pack(t, "gzip", body), 0, 0, 0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := fetchOne(t, packed(tt.encoding, tt.sent, "ETag", `"v1"`), Request{})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(r.Body, body) || r.BodyHash != hash(tt.sent) || r.ETag != `"v1"` || r.ContentType != "text/html; charset=utf-8" {
				t.Errorf("%d bytes, %+v", len(r.Body), r)
			}
			again, err := fetchOne(t, packed(tt.encoding, tt.sent), Request{BodyHash: r.BodyHash})
			if err != nil || !again.Same || again.Body != nil || again.BodyHash != r.BodyHash {
				t.Errorf("the same bytes again: %+v, %v", again, err)
			}
		})
	}
}

// The same bytes are recognized before they are unpacked: bytes that cannot be
// unpacked at all show it.
func TestSameBytesAreNotUnpacked(t *testing.T) {
	r, err := fetchOne(t, packed("gzip", []byte("not gzip")), Request{BodyHash: hash([]byte("not gzip"))})
	if err != nil || !r.Same {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestBadBodies(t *testing.T) {
	rnd := rand.NewChaCha8([32]byte{1})
	noise := make([]byte, 50_000)
	rnd.Read(noise)
	bomb := make([]byte, 64<<20)
	cut := func(b []byte) []byte { return b[:len(b)*3/4] }
	short := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.Write(noise[:500])
	}
	broken := func(w http.ResponseWriter, _ *http.Request) {
		w.Write(noise[:500])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	huge := func(w http.ResponseWriter, _ *http.Request) {
		for range 100 {
			if _, err := w.Write(noise); err != nil {
				return
			}
		}
	}
	for _, tt := range []struct {
		name string
		h    http.HandlerFunc
		want Kind
		says string
	}{
		{"shorter_than_said", short, Truncated, "its answer broke off"},
		{"broken_off", broken, Truncated, "its answer broke off"},
		{"half_a_gzip", packed("gzip", cut(pack(t, "gzip", noise))), Truncated, "its answer broke off"},
		{"gzip_header_only", packed("gzip", pack(t, "gzip", noise)[:8]), Truncated, "its answer broke off"},
		{"half_a_brotli", packed("br", cut(pack(t, "br", noise))), Truncated, "its answer broke off"},
		{"half_a_zstd", packed("zstd", cut(pack(t, "zstd", noise))), Truncated, "its answer broke off"},
		{"no_gzip", packed("gzip", []byte("<html>plain</html>")), Encoding, "packed its answer in a way that cannot be unpacked"},
		{"no_brotli", packed("br", noise), Encoding, "packed its answer"},
		{"no_zstd", packed("zstd", noise), Encoding, "packed its answer"},
		{"compress", packed("compress", noise), Encoding, "packed its answer"},
		{"twice", packed("gzip, br", noise), Encoding, "packed its answer"},
		{"gzip_bomb", packed("gzip", pack(t, "gzip", bomb)), TooLarge, "its answer is too large"},
		{"brotli_bomb", packed("br", pack(t, "br", bomb)), TooLarge, "its answer is too large"},
		{"zstd_bomb", packed("zstd", pack(t, "zstd", bomb)), TooLarge, "its answer is too large"},
		{"announced_too_large", packed("", noise, "Content-Length", "50000"), TooLarge, "its answer is too large"},
		{"endless", huge, TooLarge, "its answer is too large"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := fetchOne(t, tt.h, Request{MaxBytes: 100_000 - 60_000*btoi(tt.name == "announced_too_large")})
			if err == nil {
				t.Fatalf("taken for content: %d bytes", len(r.Body))
			}
			if f := mustFail(t, err); f.Kind != tt.want || !strings.HasPrefix(f.Error(), tt.says) {
				t.Errorf("%s, %q (%v)", f.Kind, f, f.Unwrap())
			}
		})
	}
}

func btoi(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func TestConditional(t *testing.T) {
	h := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `W/"v1"` && r.Header.Get("If-Modified-Since") == "Sun, 22 Nov 2026 10:00:00 GMT" {
			w.Header().Set("Cache-Control", "max-age=60")
			w.WriteHeader(http.StatusNotModified)
			return
		}
		t.Errorf("validators were not sent: %v", r.Header)
	}
	r, err := fetchOne(t, h, Request{ETag: `W/"v1"`, LastModified: "Sun, 22 Nov 2026 10:00:00 GMT", BodyHash: "abc"})
	if err != nil {
		t.Fatal(err)
	}
	if !r.NotModified || r.Same || r.ETag != `W/"v1"` || r.LastModified != "Sun, 22 Nov 2026 10:00:00 GMT" || r.BodyHash != "abc" || r.Fresh != time.Minute {
		t.Errorf("%+v", r)
	}
	// Nobody asked whether it was modified.
	_, err = fetchOne(t, status(304), Request{})
	if f := mustFail(t, err); f.Kind != Status || f.Status != 304 {
		t.Errorf("%+v", f)
	}
}

func TestWhatIsSent(t *testing.T) {
	h := func(w http.ResponseWriter, r *http.Request) {
		for name, want := range map[string]string{
			"User-Agent": "editwatch/test", "Accept-Encoding": "gzip, br, zstd", "Accept": AcceptPage, "Cookie": "", "Referer": "", "If-None-Match": "",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		if r.URL.Path == "/page" {
			http.Redirect(w, r, "/next", http.StatusFound)
		}
	}
	if _, err := fetchOne(t, h, Request{}); err != nil {
		t.Fatal(err)
	}
}

func TestRedirects(t *testing.T) {
	hosts := map[string]http.HandlerFunc{
		"a.example": func(w http.ResponseWriter, r *http.Request) {
			codes := map[byte]int{'p': 301, 'P': 308, 't': 302, 'T': 307, 's': 303}
			path := r.URL.Path[1:]
			if path == "" || codes[path[0]] == 0 {
				w.Header().Set("X-Path", path)
				return
			}
			http.Redirect(w, r, "/"+path[1:]+"#top", codes[path[0]])
		},
		"file.example":  http.RedirectHandler("file:///etc/hostname", http.StatusFound).ServeHTTP,
		"user.example":  http.RedirectHandler("http://u:p@a.example/", http.StatusFound).ServeHTTP,
		"bare.example":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(302) },
		"away.example":  http.RedirectHandler("http://nowhere.example/", http.StatusFound).ServeHTTP,
		"frame.example": http.RedirectHandler("//a.example/x", http.StatusMovedPermanently).ServeHTTP,
	}
	c := newWeb(t, hosts).client(Options{})
	for _, tt := range []struct {
		url, final string
		permanent  bool
		kind       Kind
	}{
		{"http://a.example/x", "http://a.example/x", false, ""},
		{"http://a.example", "http://a.example", false, ""},
		{"http://a.example/px", "http://a.example/x", true, ""},
		{"http://a.example/pPx", "http://a.example/x", true, ""},
		{"http://a.example/ptx", "http://a.example/x", false, ""},
		{"http://a.example/tpx", "http://a.example/x", false, ""},
		{"http://a.example/tTsx", "http://a.example/x", false, ""},
		{"http://a.example/pppppx", "http://a.example/x", true, ""},
		{"http://a.example/ppppppx", "", false, Redirects},
		{"http://frame.example/", "http://a.example/x", true, ""},
		{"http://file.example/", "", false, Redirects},
		{"http://user.example/", "", false, Redirects},
		{"http://bare.example/", "", false, Redirects},
		{"http://away.example/", "", false, DNS},
	} {
		r, err := get(t, c, tt.url)
		if tt.kind != "" {
			if f := mustFail(t, err); f.Kind != tt.kind {
				t.Errorf("%s: %s %v", tt.url, f.Kind, f)
			}
			continue
		}
		if err != nil || r.URL != tt.final || r.Permanent != tt.permanent {
			t.Errorf("%s: %+v, %v", tt.url, r, err)
		}
	}
}

func TestStatuses(t *testing.T) {
	for _, tt := range []struct {
		h    http.HandlerFunc
		want string
		bot  bool
		wait time.Duration
	}{
		{status(404), "has no such page (404)", false, 0},
		{status(410), "says the page is gone for good (410)", false, 0},
		{status(401), "asks for a login (401)", false, 0},
		{status(402), "asks to be paid (402)", false, 0},
		{status(403), "refused me (403)", false, 0},
		{status(403, "Cf-Mitigated", "challenge"), "refused me (403, bot protection)", true, 0},
		{status(200, "Cf-Mitigated", "challenge"), "refused me (200, bot protection)", true, 0},
		{status(202, "X-Amzn-Waf-Action", "challenge"), "refused me (202, bot protection)", true, 0},
		{status(403, "Server", "AkamaiGHost"), "refused me (403, bot protection)", true, 0},
		{status(451), "withholds the page for legal reasons (451)", false, 0},
		{status(429), "asked me to slow down (429)", false, 0},
		{status(429, "Retry-After", "90"), "asked me to slow down (429) and asked to wait 2 min", false, 90 * time.Second},
		{status(503, "Retry-After", "7200"), "answered 503 and asked to wait 2 h", false, 2 * time.Hour},
		{status(503, "Retry-After", "99999999"), "answered 503 and asked to wait 24 h", false, MaxWait},
		{status(500), "answered 500", false, 0},
		{status(206), "answered 206", false, 0},
		{status(204), "answered 204", false, 0},
		{status(300), "answered 300", false, 0},
		{func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(403)
			page := "<html><head><title>Just a moment...</title>" + strings.Repeat("<!-- padding "+fmt.Sprint(rand.Uint64())+" -->", 20_000)
			w.Write(pack(t, "gzip", []byte(page)))
		}, "refused me (403, bot protection)", true, 0},
		{func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(404) // an article about them that is gone is no wall
			io.WriteString(w, "<p>captcha-delivery.com</p>")
		}, "has no such page (404)", false, 0},
	} {
		_, err := fetchOne(t, tt.h, Request{})
		if f := mustFail(t, err); f.Kind != Status || f.Error() != tt.want || f.Bot != tt.bot || f.Wait != tt.wait {
			t.Errorf("%+v, want %q", f, tt.want)
		}
	}
}

func TestTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		drip := func(w http.ResponseWriter, r *http.Request) {
			for {
				if _, err := w.Write([]byte("drop ")); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(time.Second)
			}
		}
		silent := func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(time.Minute):
			}
		}
		c := newWeb(t, map[string]http.HandlerFunc{"drip.example": drip, "silent.example": silent}).client(Options{})
		for host, want := range map[string]string{"drip": "took longer than 25 s", "silent": "took longer than 15 s"} {
			_, err := get(t, c, "http://"+host+".example/")
			if f := mustFail(t, err); f.Kind != Timeout || f.Error() != want || !f.NoAnswer() {
				t.Errorf("%s: %s %q", host, f.Kind, f)
			}
		}
		time.Sleep(2 * time.Minute) // the handlers end
	})
}

// Over real sockets, through the guarded way out.
func TestTransportFailures(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer secure.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, "220 mail.example ESMTP\r\n")
			conn.Close()
		}
	}()
	open := New(Options{HTTP: safehttp.New(safehttp.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})})
	shut := New(Options{HTTP: safehttp.New(safehttp.Options{})})
	for _, tt := range []struct {
		name string
		c    *Client
		url  string
		kind Kind
		says string
	}{
		{"refused", open, closed.URL, Refused, "refused the connection"},
		{"certificate", open, secure.URL, TLS, "its certificate is not valid"},
		{"not_http", open, "http://" + l.Addr().String(), Garbled, "its answer could not be understood"},
		{"private_closed", shut, closed.URL, Private, "that address is not on the public internet"},
		{"private_open", shut, "http://" + l.Addr().String(), Private, "that address is not on the public internet"},
		{"metadata", shut, "http://169.254.169.254/latest/meta-data/", Private, "that address is not on the public internet"},
		{"no_web_address", shut, "ftp://a.example/", Address, "only http and https addresses can be visited"},
		{"password", shut, "http://u:p@a.example/", Address, "an address with a user name or password in it is not visited"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := get(t, tt.c, tt.url)
			f := mustFail(t, err)
			if f.Kind != tt.kind || f.Error() != tt.says {
				t.Errorf("%s %q (%v)", f.Kind, f, f.Unwrap())
			}
			if got := Public(fmt.Errorf("poll http://10.0.0.1/: %w", err)); got != tt.says {
				t.Errorf("for people: %q", got)
			}
		})
	}
	if got := Public(errors.New("dial tcp 10.0.0.1:80: secret")); strings.ContainsAny(got, "0123456789") {
		t.Errorf("for people: %q", got)
	}
}

func TestHeaders(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	in := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for value, want := range map[string]time.Duration{
		"": 0, "0": 0, "-5": 0, "120": 2 * time.Minute, " 120 ": 2 * time.Minute, "1.5": 1500 * time.Millisecond,
		"1e30": MaxWait, "NaN": 0, "Inf": MaxWait, "soon": 0,
		in(time.Hour): time.Hour, in(-time.Hour): 0, in(1000 * time.Hour): MaxWait,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("Retry-After: %q is %v, want %v", value, got, want)
		}
	}
	for _, tt := range []struct {
		h    http.Header
		want time.Duration
	}{
		{http.Header{}, 0},
		{http.Header{"Cache-Control": {"public, max-age=300"}}, 5 * time.Minute},
		{http.Header{"Cache-Control": {"Max-Age=300"}, "Age": {"60"}}, 4 * time.Minute},
		{http.Header{"Cache-Control": {"max-age=300"}, "Age": {"600"}}, 0},
		{http.Header{"Cache-Control": {"max-age=300", "no-cache"}}, 0},
		{http.Header{"Cache-Control": {"max-age=99999999999999999999"}}, 0},
		{http.Header{"Cache-Control": {"max-age=99999999"}}, MaxWait},
		{http.Header{"Expires": {in(time.Hour)}}, time.Hour},
		{http.Header{"Expires": {in(time.Hour)}, "Date": {in(30 * time.Minute)}}, 30 * time.Minute},
		{http.Header{"Expires": {"0"}}, 0},
		{http.Header{"Expires": {in(time.Hour)}, "Cache-Control": {"max-age=0"}}, 0},
	} {
		if got := fresh(tt.h, now); got != tt.want {
			t.Errorf("%v is fresh for %v, want %v", tt.h, got, tt.want)
		}
	}
	if got := validator(http.Header{"Etag": {strings.Repeat("x", 2000)}}, "ETag"); got != "" {
		t.Error("a validator of 2000 bytes is kept")
	}
}

func TestAuthorityAgreesWithNews(t *testing.T) {
	for _, s := range []string{"http://A.example:80/x", "https://a.example:443", "http://a.example:443/", "https://[2001:DB8::1]:8443/", "http://a.example"} {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := authority(u), news.Host(s); got != want {
			t.Errorf("%s: %q, want %q", s, got, want)
		}
	}
}

// FuzzUnpack feeds any bytes to each encoding: no panic, and never more than
// the cap.
func FuzzUnpack(f *testing.F) {
	for i, e := range []string{"gzip", "br", "zstd"} {
		f.Add(uint8(i), pack(f, e, []byte("The bridge is closed.")))
		f.Add(uint8(i), pack(f, e, make([]byte, 1<<20)))
	}
	f.Fuzz(func(t *testing.T, which uint8, sent []byte) {
		encoding := []string{"gzip", "br", "zstd"}[which%3]
		body, err := unpack(sent, encoding, 100_000)
		if len(body) > 100_000 {
			t.Errorf("%d bytes came out", len(body))
		}
		if errors.Is(err, errEncoding) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, safehttp.ErrTooLarge) || err == nil {
			return
		}
		t.Errorf("unclassified: %v", err)
	})
}
