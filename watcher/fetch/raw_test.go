package fetch

import (
	"bytes"
	"net/http"
	"slices"
	"testing"
)

// What is kept for archives is what was sent, but for cookies.
func TestRaw(t *testing.T) {
	body := bytes.Repeat([]byte("The bridge carries 8,000 vehicles a day. "), 500)
	sent := pack(t, "br", body)
	h := packed("br", sent, "Set-Cookie", "session=secret", "X-Served-By", "cache-7")
	resp, err := fetchOne(t, h, Request{Raw: true})
	if err != nil {
		t.Fatal(err)
	}
	r := resp.Raw
	if r == nil || !bytes.Equal(r.Body, sent) || !bytes.Equal(resp.Body, body) || r.Status != http.StatusOK || r.Proto != "HTTP/1.1" {
		t.Fatalf("raw is %.200v", r)
	}
	for _, want := range []string{"Content-Encoding: br", "X-Served-By: cache-7"} {
		if !slices.Contains(r.Header, want) {
			t.Errorf("the header lacks %q: %q", want, r.Header)
		}
	}
	if slices.ContainsFunc(r.Header, func(s string) bool { return bytes.Contains([]byte(s), []byte("secret")) }) {
		t.Errorf("the header has a cookie: %q", r.Header)
	}
	for _, want := range []string{"Host: a.example", "User-Agent: editwatch/test", "Accept-Encoding: gzip, br, zstd"} {
		if !slices.Contains(r.Request, want) {
			t.Errorf("the request lacks %q: %q", want, r.Request)
		}
	}
	again, err := fetchOne(t, h, Request{Raw: true, BodyHash: resp.BodyHash})
	if err != nil || again.Raw != nil || !again.Same {
		t.Errorf("the same bytes came with %v, %v", again.Raw, err)
	}
	if plain, err := fetchOne(t, h, Request{}); err != nil || plain.Raw != nil {
		t.Errorf("it was not asked for: %v, %v", plain.Raw, err)
	}
}
