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

// TestConfigErrors holds what is said of a wrong file to words that somebody
// understands who never saw our code.
func TestConfigErrors(t *testing.T) {
	const slack = "kind = \"slack\"\nid = \"C0123456789\"\n"
	const webhook = "[[channel]]\nname = \"desk\"\nkind = \"webhook\"\nurl = \"https://a.example/\"\nsecret = "
	tests := []struct{ text, want string }{
		{"[poll]\nallow = \"127.0.0.0/8\"", `f:2:9: poll.allow: a list of networks is wanted, such as ["127.0.0.0/8"]`},
		{"[poll]\nallow = [\"here\"]", `f:2:10: poll.allow: "here" is not a network like 127.0.0.0/8, or an address like 127.0.0.1`},
		{"[poll]\nhosts = \"16\"", "f:2:9: poll.hosts: a whole number is wanted"},
		{"[poll]\ngap = 2", `f: poll.gap: a length of time has a unit and stands in quotes, such as "15m"`},
		{"[[watch]]\ninclude = \"bridge\"", `f:2:11: watch.include: a list of texts is wanted, such as ["bridge", "flood*"]`},
		{"[[watch]]\npages = \"no\"", "f:2:9: watch.pages: true or false is wanted"},
		{"poll = 1", "f:1:8: poll: its keys stand below the heading [poll]"},
		{"watch = 3", "f:1:9: watch: each one's keys stand below a heading [[watch]]"},
		{"[[channel]\nname = \"desk\"", "f:1:10: the brackets are not closed; a heading looks like [poll] or [[channel]]"},
		{"store = desk", `f:1:9: a text stands in quotes, like "desk"`},
		{"store = \"desk", "f:1:13: the quotes are not closed"},
		{"[poll]\ngap = \"1s\"\ngap = \"2s\"", "f:3:1: the key gap stands there twice"},
		{"[announce]\nretry = \"0s\"", "f: announce.retry: must be longer than nothing"},
		{"[announce]\nstale = \"0s\"", "f: announce.stale: must be longer than nothing"},
		{"[[channel]]\nname = \"desk\"\n" + slack + "[[channel]]\nname = \"news\"\n" + slack,
			`f: channel "news": it has the id of channel "desk", and is the same; leave one of the two, and name that one in its watches`},
		{"[[channel]]\nname = \"console\"\n" + slack, `f: channel "console": name: console is the terminal, which is always there; call this channel something else`},
		{webhook + "\"hunter22\"", `f: channel "desk": secret: it is not "whsec_" and base64 behind it; openssl rand -base64 32 makes one`},
		{webhook + "\"whsec_\"", `f: channel "desk": secret: it is not "whsec_" and base64 behind it; openssl rand -base64 32 makes one`},
	}
	for _, tt := range tests {
		if _, err := parseConfig("f", []byte(tt.text)); err == nil || err.Error() != tt.want {
			t.Errorf("%q:\n  got %v\n want %s", tt.text, err, tt.want)
		}
	}
	for _, good := range []string{
		"[[channel]]\nname = \"desk\"\n" + slack + "[[channel]]\nname = \"edits\"\nkind = \"discord\"\nid = \"123456789012345678\"",
		webhook + "\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"",
		"[poll]\ngap = \"0s\"\nlook = \"0s\"\ngone_for = \"0s\"\nbackoff_max = \"0s\"\n[announce]\ncoalesce = \"0s\"",
	} {
		if _, err := parseConfig("f", []byte(good)); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

func TestAllowTakesAddresses(t *testing.T) {
	c, err := parseConfig("f", []byte(`poll.allow = ["127.0.0.1", "::1", "10.0.0.0/8"]`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"127.0.0.1/32", "::1/128", "10.0.0.0/8"}
	var got []string
	for _, p := range c.Poll.Allow {
		got = append(got, p.String())
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("allow (-want +got):\n%s", d)
	}
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
