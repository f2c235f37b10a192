package web

import (
	"flag"
	"net"
	"net/http"
	"testing"
)

var serve = flag.String("serve", "", "serve the pages of a record on this address until interrupted, to be looked at")

// TestServe is for the eye: go test ./bot/web -run TestServe -timeout 0 -args -serve 127.0.0.1:8099
func TestServe(t *testing.T) {
	if *serve == "" {
		t.Skip("nobody asked to look at the pages (-args -serve ADDRESS)")
	}
	w := fullHistory(t)
	l, err := net.Listen("tcp", *serve)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("bridge: http://%s%s", l.Addr(), articlePath(w.bridge))
	t.Fatal(http.Serve(l, w.handler(t, Options{})))
}
