package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWebConfig: who may read is never less guarded than it was meant to be.
func TestWebConfig(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ text, refused string }{
		{"", ""},
		{"[web]\nuser = \"desk\"\npassword = \"harbour\"", ""},
		{"[web]\nuser = \"desk\"", "there is no password"},
		{"[web]\nuser = \"desk\"\npassword_file = \"" + empty + "\"", "is empty"},
		{"[web]\nuser = \"desk\"\npassword_file = \"" + empty + ".none\"", "read the password"},
		{"[web]\npassword = \"harbour\"", "web.user"},
		{"[web]\nproxy_header = \"X-Forwarded-User\"", "web.proxies"},
		{"[web]\nproxy_header = \"X-Forwarded-User\"\nproxies = [\"10.0.0.0/8\"]", ""},
		{"[web]\nproxy_header = \"Authorization\"\nproxies = [\"10.0.0.0/8\"]", "web.proxy_header"},
		{"[web]\nrate = -1", "web.rate"},
	} {
		c, err := parseConfig("editwatch.toml", []byte(tt.text))
		if err == nil {
			_, err = c.Web.access()
		}
		switch {
		case tt.refused == "" && err != nil, tt.refused != "" && (err == nil || !strings.Contains(err.Error(), tt.refused)):
			t.Errorf("%q: %v, want %q", tt.text, err, tt.refused)
		case err != nil && strings.Contains(err.Error(), "harbour"):
			t.Errorf("%q: the password is in %v", tt.text, err)
		}
	}
}
