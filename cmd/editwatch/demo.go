package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/newsroom"
)

type demoCmd struct {
	Seed uint64        `default:"1" help:"Chooses the programme."`
	Pace time.Duration `default:"4s" help:"About how long from one act to the next."`
}

// Run watches the newsroom with the real parts, at a pace that can be watched:
// what takes minutes on the web takes seconds here. Nothing of it is kept.
func (c *demoCmd) Run(e *env) error {
	if e.global.Store != "" || e.global.Config != "" {
		return usageError{errors.New("the demo has a configuration and a store of its own; leave --config and --store out")}
	}
	e.least = slog.LevelWarn
	dir, err := os.MkdirTemp("", "editwatch-demo-")
	if err != nil {
		return fmt.Errorf("make a place for the demo: %w", err)
	}
	defer os.RemoveAll(dir)
	room := newsroom.New(newsroom.Options{Seed: c.Seed, Slow: 5 * time.Second, RetryAfter: 5 * time.Second, Logger: e.logger()})
	if err := room.Start(); err != nil {
		return fmt.Errorf("open the newsroom: %w", err)
	}
	defer room.Close()

	conf := demoConfig(filepath.Join(dir, "demo.db"))
	l, err := conf.listener()
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "A newsroom of %d outlets opens on this machine; it publishes, edits and makes noise.\n", len(room.Outlets()))
	fmt.Fprintf(e.stdout, "editwatch reads it as it would read the web. The record: %s\n", conf.localURL())
	fmt.Fprintf(e.stdout, "To ask it from another terminal: %s search council --store %s\nCtrl-C ends it and deletes that store.\n\n", calledAs(os.Args[0]), conf.Store)
	for _, o := range room.Outlets() {
		conf.Watches = append(conf.Watches, watchConfig{URL: o.FeedURL(), Channel: consoleName})
	}
	a, err := newApp(e, conf)
	if err != nil {
		l.Close()
		return err
	}
	defer a.close()
	go room.Run(e.ctx, c.Pace)
	return a.run(e, l, nil, false)
}

// calledAs is how a person in the same place calls this program, of which path is
// the first argument. What go run makes is nothing to type.
func calledAs(path string) string {
	if strings.Contains(path, "go-build") {
		return "go run ./cmd/editwatch"
	}
	return path
}

// demoConfig is the configuration of the demo: the schedule of the web in
// seconds, and the loopback network allowed.
func demoConfig(store string) config {
	conf := defaults()
	conf.path, conf.demo = "the demo", true
	conf.Store = store
	sec := func(s float64) duration { return duration(s * float64(time.Second)) }
	p := &conf.Poll
	p.Gap = sec(0.02)
	p.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	p.Ages = []ageConfig{{duration(time.Hour), sec(1)}}
	p.Old = sec(2)
	p.Feed, p.FeedLeast, p.FeedMost = sec(1.5), sec(1.5), sec(3)
	p.Look, p.GoneFor, p.BackoffMax = sec(0.7), sec(3), sec(5)
	conf.Announce.Coalesce = 0
	return conf
}
