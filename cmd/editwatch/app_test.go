package main

import "testing"

func TestReachable(t *testing.T) {
	for listen, want := range map[string]string{
		"0.0.0.0:8383":      "localhost:8383",
		"[::]:8383":         "localhost:8383",
		":8383":             "localhost:8383",
		"127.0.0.1:8383":    "127.0.0.1:8383",
		"[2001:db8::1]:80":  "[2001:db8::1]:80",
		"press.example:443": "press.example:443",
	} {
		if got := reachable(listen); got != want {
			t.Errorf("%s: %s, want %s", listen, got, want)
		}
	}
}

func TestCalledAs(t *testing.T) {
	for path, want := range map[string]string{
		"editwatch": "editwatch", "./editwatch": "./editwatch",
		"/tmp/go-build12/b001/exe/editwatch": "go run ./cmd/editwatch",
	} {
		if got := calledAs(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
