package bot

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

// TestAliases: a channel that the operator named is found by that name and shown
// by it, whoever placed its watches, and under no other.
func TestAliases(t *testing.T) {
	s, err := bolt.Open(filepath.Join(t.TempDir(), "test.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const kept = news.ChannelName("slack:C0123456789")
	if _, err := s.AddWatch(t.Context(), news.Watch{Channel: kept, URL: "https://x.example/feed", Pages: true, Placed: time.Now()}); err != nil {
		t.Fatal(err)
	}
	b := New(s, nil, nil, Options{
		Channels: []news.ChannelName{kept, "console"}, Aliases: Aliases{"desk": kept},
		Met: func(c news.ChannelName) bool { return strings.HasPrefix(string(c), "slack:") },
	})
	for _, c := range []Command{
		{Verb: List, Everywhere: true},
		{Verb: Settings, Channel: "desk", Everywhere: true, Options: map[string]string{"cap": "3"}},
		{Verb: Settings, Channel: kept, Everywhere: true},
		{Verb: Status, Channel: "desk", Everywhere: true},
		{Verb: Add, Channel: "dsk", Target: "https://x.example/", Everywhere: true},
		{Verb: Pause, Target: "w1", Channel: "desk", Everywhere: true},
		{Verb: Remove, Target: "w1", Everywhere: true},
	} {
		a, err := b.Do(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		said := strings.Join(a.Lines, "\n")
		for _, f := range a.Facts {
			said += "\n" + string(f)
		}
		if !strings.Contains(said, "desk") || strings.Contains(said, string(kept)) {
			t.Errorf("%s %s answers:\n%s\nwant the channel as desk", c.Verb, c.Channel, said)
		}
	}
	settings, err := s.Settings(t.Context(), kept)
	if err != nil || settings.Cap != 3 {
		t.Errorf("settings of the channel %+v, %v; want a cap of 3", settings, err)
	}
}
