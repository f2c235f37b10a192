package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/bot/cli"
	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

type doctorCmd struct {
	facts
}

// A finding is what one check found, in words of our own: what a platform
// answered means nothing to who set up a bot.
type finding struct {
	Check string `json:"check"` // what was looked at
	State string `json:"state"` // ok, warning, bad
	Found string `json:"found"`
	Mend  string `json:"mend,omitempty"` // how; of all that is not ok
}

const (
	fine    = "ok"
	warning = "warning"
	bad     = "bad"
)

const (
	// checkTime is how long one check may take.
	checkTime = 15 * time.Second
	// skewMax is how far this clock may be off before signatures are refused:
	// Slack and Discord allow five minutes, and edits are told to the minute.
	skewMax = 30 * time.Second
)

// A doctor looks at everything that has to be right outside of the program.
type doctor struct {
	e       *env
	config  config
	json    bool
	worst   string
	running bool // an editwatch runs on the store, and answers
}

// A watched is what the doctor needs to know of a watch.
type watched struct {
	Channel news.ChannelName `json:"channel"` // as the configuration calls it
	URL     string           `json:"url"`
}

// Run exits with 1 if something is bad.
func (c *doctorCmd) Run(e *env) error {
	d := &doctor{e: e, json: c.JSON, worst: fine}
	conf, err := e.config()
	if err != nil {
		d.say(finding{"configuration", bad, err.Error(), "Mend the file; config.example.toml shows every key."})
		return errFailed
	}
	d.config = conf
	d.configuration()
	d.keeping()
	d.archive()
	watches := d.store()
	d.channels(watches)
	d.addresses(watches)
	if d.worst == bad {
		return errFailed
	}
	return nil
}

func (d *doctor) say(f finding) {
	if f.State == bad || f.State == warning && d.worst == fine {
		d.worst = f.State
	}
	if d.json {
		b, _ := json.Marshal(f)
		fmt.Fprintf(d.e.stdout, "%s\n", b)
		return
	}
	mark := map[string]string{fine: "ok ", warning: "?? ", bad: "!! "}[f.State]
	fmt.Fprintf(d.e.stdout, "%s %s: %s\n", mark, f.Check, f.Found)
	if f.Mend != "" {
		fmt.Fprintf(d.e.stdout, "    %s\n", f.Mend)
	}
}

func (d *doctor) configuration() {
	where := d.config.path
	if where == "" {
		where = "none, so the defaults hold"
	}
	d.say(finding{Check: "configuration", State: fine, Found: where})
	if d.config.Contact == "" {
		d.say(finding{"contact", warning, "there is none", "Set contact to a page about your editwatch: sites that mind your visits then write to you rather than block you."})
	}
	switch u, err := url.Parse(d.config.PublicURL); {
	case d.config.PublicURL == "":
		d.say(finding{"public_url", warning, "there is none", "Without it chat links to the articles only; set it to where people reach the pages."})
	case err == nil && local(u.Hostname()):
		d.say(finding{"public_url", warning, u.Hostname() + " is this machine, to whoever follows a link", "Set it to the address that people reach the pages by, or leave it out."})
	}
}

// local reports whether a name or address is of the machine it is asked on.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// store returns what is watched: as a running editwatch says, or as the store
// has it, if nobody uses that.
func (d *doctor) store() []watched {
	path := d.config.Store
	ctx, cancel := d.time()
	defer cancel()
	a, err := cli.Ask(ctx, cli.SocketPath(path), cli.Request{Command: &bot.Command{Verb: bot.List, Everywhere: true}})
	switch {
	case err == nil && !a.Refused:
		d.running = true
		d.say(finding{Check: "store", State: fine, Found: path + " is in use by a running editwatch, which answers"})
		return watchedIn(a)
	case !errors.Is(err, cli.ErrNobody):
		d.say(finding{"store", bad, "an editwatch holds " + path + " and does not answer", "Stop it and start it anew."})
		return nil
	}
	if !exists(path) {
		d.say(finding{Check: "store", State: fine, Found: path + " is not there yet; run makes it"})
		return nil
	}
	s, err := openStore(path)
	if err != nil {
		d.say(finding{"store", bad, err.Error(), "If no other editwatch uses it, restore a backup, or name another store with --store."})
		return nil
	}
	defer s.Close()
	watches, err := s.Watches(ctx, store.WatchQuery{})
	if err != nil {
		d.say(finding{"store", bad, err.Error(), "See editwatch verify."})
		return nil
	}
	d.say(finding{Check: "store", State: fine, Found: fmt.Sprintf("%s, with %s", path, brief.Count(len(watches), "watch"))})
	var list []watched
	for _, w := range watches {
		list = append(list, watched{d.config.aliases().Called(w.Channel), w.URL})
	}
	return list
}

func watchedIn(a bot.Answer) (list []watched) {
	for _, f := range a.Facts {
		var w watched
		if json.Unmarshal(f, &w) == nil {
			list = append(list, w)
		}
	}
	return list
}

func (d *doctor) time() (context.Context, context.CancelFunc) {
	return context.WithTimeout(d.e.ctx, checkTime)
}
