package main

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/editwatch/editwatch/internal/search"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

// TestIndexTells waits for the index in sight of somebody: it says for what.
func TestIndexTells(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	x := newIndex(path, s, slog.New(slog.DiscardHandler))
	defer x.close()
	var told []string
	x.tell = func(line string) { told = append(told, line) }
	if _, err := x.Search(t.Context(), search.Query{Words: "bridge", Max: 1}); err != nil || len(told) != 1 {
		t.Errorf("told %q, %v", told, err)
	}
}

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
