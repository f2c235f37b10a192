package web

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
)

func TestPack(t *testing.T) {
	for _, s := range []string{"", "short", strings.Repeat("words and words ", 1000)} {
		b := pack([]byte(s))
		if len(b.bytes) > len(s) || b.packed != (len(s) > 100) {
			t.Errorf("%.10q takes %d bytes", s, len(b.bytes))
		}
		if got, err := b.plain(); err != nil || !bytes.Equal(got, []byte(s)) {
			t.Errorf("%.10q comes back as %.10q, %v", s, got, err)
		}
	}
}

func TestTakesPacked(t *testing.T) {
	for accept, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "gzip, deflate, br": true, "br,gzip;q=0.5": true, "br": false, "identity": false,
		"gzip;q=0": false, "gzip; q = 0.0": false, "*": true, "*;q=0": false, "gzip;q=0, *": false, "*;q=0, gzip": true, "gzip;q=x": false, "xgzip": false,
	} {
		r := &http.Request{Header: http.Header{"Accept-Encoding": {accept}}}
		if got := takesPacked(r); got != want {
			t.Errorf("%q: %v, want %v", accept, got, want)
		}
	}
}
