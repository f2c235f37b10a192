package fetch

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// canned serves one answer, whatever is asked, on loopback. It does no more
// than it must, so that the numbers are the client's.
func canned(b *testing.B, answer []byte) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	missing := []byte("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				for {
					out := answer
					for first := true; ; first = false {
						line, err := in.ReadSlice('\n')
						if err != nil {
							return
						}
						if first && bytes.Contains(line, []byte("/robots.txt")) {
							out = missing
						}
						if len(line) == 2 {
							break
						}
					}
					if _, err := conn.Write(out); err != nil {
						return
					}
				}
			}()
		}
	}()
	return "http://" + l.Addr().String() + "/page"
}

// floor is the least a Go program must do for the same check.
func floor(b *testing.B, url string, req Request) {
	client := &http.Client{Transport: &http.Transport{}, Timeout: 25 * time.Second}
	defer client.CloseIdleConnections()
	b.ReportAllocs()
	for b.Loop() {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set("User-Agent", "editwatch/test")
		r.Header.Set("Accept-Encoding", accepted)
		r.Header.Set("If-None-Match", req.ETag)
		resp, err := client.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		if resp.StatusCode == http.StatusOK {
			body, err := io.ReadAll(resp.Body)
			if err != nil || fmt.Sprintf("%x", sha256.Sum256(body)) != req.BodyHash {
				b.Fatal("other bytes", err)
			}
		}
		resp.Body.Close()
	}
}

func check(b *testing.B, url string, req Request) {
	out := safehttp.New(safehttp.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	c := New(Options{HTTP: out, UserAgent: "editwatch/test"})
	defer out.CloseIdleConnections()
	req.URL = url
	b.ReportAllocs()
	for b.Loop() {
		r, err := c.Get(b.Context(), req)
		if err != nil || !r.NotModified && !r.Same {
			b.Fatal(r, err)
		}
	}
}

// BenchmarkNotModified compares a check that is answered 304 with a plain
// net/http GET that is.
func BenchmarkNotModified(b *testing.B) {
	url := canned(b, []byte("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nDate: Sun, 22 Nov 2026 10:00:00 GMT\r\nCache-Control: max-age=60\r\n\r\n"))
	req := Request{ETag: `"v1"`}
	b.Run("floor", func(b *testing.B) { floor(b, url, req) })
	b.Run("fetch", func(b *testing.B) { check(b, url, req) })
}

// BenchmarkSameBytes compares a check that is answered with the bytes of last
// time with a plain net/http GET that reads and hashes them.
func BenchmarkSameBytes(b *testing.B) {
	// Words in random order pack about as an article page does, to some 30 KB.
	words := strings.Fields("the bridge carries vehicles a day council votes to close it for two years mayor said on Tuesday that no jobs would go harbour ferry repair cost")
	rnd := rand.New(rand.NewPCG(1, 2))
	var page []byte
	for len(page) < 100_000 {
		page = fmt.Appendf(page, "<p>%s %d</p>\n", words[rnd.IntN(len(words))], rnd.IntN(1000))
	}
	sent := pack(b, "gzip", page)
	head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n", len(sent))
	url := canned(b, append([]byte(head), sent...))
	req := Request{BodyHash: hash(sent)}
	b.Run("floor", func(b *testing.B) { floor(b, url, req); b.SetBytes(int64(len(sent))) })
	b.Run("fetch", func(b *testing.B) { check(b, url, req); b.SetBytes(int64(len(sent))) })
}
