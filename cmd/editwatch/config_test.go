package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestExampleConfig holds config.example.toml to its word: every key is there,
// with its default.
func TestExampleConfig(t *testing.T) {
	text, err := os.ReadFile("../../config.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseConfig("config.example.toml", text)
	if err != nil {
		t.Fatal(err)
	}
	want := defaults()
	got.listenDefault = want.listenDefault // the example names the default address
	if d := cmp.Diff(want, got, cmp.AllowUnexported(config{}), cmp.Comparer(func(a, b timezone) bool { return a.String() == b.String() })); d != "" {
		t.Errorf("the example differs from the defaults (-default +example):\n%s", d)
	}
	// The commented channels and watches are right, too.
	all := regexp.MustCompile(`(?m)^# ?(\[\[|[a-z_]+ = )`).ReplaceAllString(string(text), "$1")
	c, err := parseConfig("config.example.toml", []byte(all))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Channels) != 2 || len(c.Watches) != 1 {
		t.Errorf("%d channels and %d watches, want 2 and 1", len(c.Channels), len(c.Watches))
	}
	for _, key := range tags(t, "config.go") {
		if !regexp.MustCompile(`(?m)(^#? ?|[{,] ?|\[\[?)` + key + `( = |\])`).MatchString(string(text)) {
			t.Errorf("the example does not show the key %q", key)
		}
	}
}

// tags returns the keys that a file reads from the configuration.
func tags(t *testing.T, file string) (keys []string) {
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("`toml:\"([a-z_]+)\"`").FindAllStringSubmatch(string(source), -1) {
		keys = append(keys, m[1])
	}
	return keys
}

func TestDurations(t *testing.T) {
	tests := []struct {
		in   string
		want time.Duration
	}{
		{"90s", 90 * time.Second}, {"2h30m", 150 * time.Minute}, {"40d", 960 * time.Hour}, {"1d12h", 36 * time.Hour}, {"0s", 0},
		{"0.5d", 12 * time.Hour},
	}
	for _, tt := range tests {
		if got, err := parseDuration(tt.in); err != nil || got != tt.want {
			t.Errorf("parseDuration(%q) = %v, %v; want %v", tt.in, got, err, tt.want)
		}
	}
	for _, bad := range []string{"", "10", "-5m", "1y", "d", "999999d", "5 minutes"} {
		if got, err := parseDuration(bad); err == nil {
			t.Errorf("parseDuration(%q) = %v, want an error", bad, got)
		}
	}
}

func TestSecretsComeFromFilesAndEnvironment(t *testing.T) {
	file := t.TempDir() + "/url"
	if err := os.WriteFile(file, []byte("https://from.file.example/x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ch := channelConfig{Name: "news desk", URL: "https://plain.example/"}
	get := func() string {
		s, err := ch.secret("URL", ch.URL, ch.URLFile)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if got := get(); got != "https://plain.example/" {
		t.Errorf("plain: %q", got)
	}
	ch.URLFile = file
	if got := get(); got != "https://from.file.example/x" {
		t.Errorf("file: %q", got)
	}
	t.Setenv("EDITWATCH_NEWS_DESK_URL", "https://from.env.example/")
	if got := get(); got != "https://from.env.example/" {
		t.Errorf("environment: %q", got)
	}
	ch.URLFile = file + ".absent"
	t.Setenv("EDITWATCH_NEWS_DESK_URL", "")
	if _, err := ch.secret("URL", "", ch.URLFile); err == nil || !strings.Contains(err.Error(), "news desk") {
		t.Errorf("a missing file: %v", err)
	}
}
