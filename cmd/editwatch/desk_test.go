package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/news"
)

// A desk is a whole editwatch, store and all, whose only channel is a webhook
// that the test reads. It polls when told to.
type desk struct {
	t    *testing.T
	conf config
	app  *app
	min  string // of its watches

	mu   sync.Mutex // guards told
	told []news.Report
}

// newDesk returns a desk; change may alter its configuration.
func newDesk(t *testing.T, change func(*config)) *desk {
	d := &desk{t: t}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var report news.Report
		if err == nil {
			err = json.Unmarshal(body, &report)
		}
		if err != nil {
			t.Errorf("received %q: %v", body, err)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.told = append(d.told, report)
	}))
	t.Cleanup(receiver.Close)
	d.conf = defaults()
	d.conf.Store = filepath.Join(t.TempDir(), "desk.db")
	d.conf.Poll.Gap, d.conf.Poll.Look, d.conf.Poll.GoneFor = 0, 0, 0
	d.conf.Poll.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	d.conf.Announce.Coalesce = 0
	d.conf.Channels = []channelConfig{{Name: "desk", Kind: "webhook", URL: receiver.URL}}
	if change != nil {
		change(&d.conf)
	}
	d.open()
	t.Cleanup(func() { d.app.close() })
	return d
}

func (d *desk) open() {
	d.t.Helper()
	app, err := newApp(&env{ctx: d.t.Context(), stdout: io.Discard, stderr: d.t.Output(), global: &grammar{}}, d.conf)
	if err != nil {
		d.t.Fatal(err)
	}
	d.app = app
}

// restart closes everything and opens it again, as a new process would.
func (d *desk) restart() {
	d.t.Helper()
	if err := d.app.close(); err != nil {
		d.t.Fatal(err)
	}
	d.open()
}

// watch watches an address, and reports whether it was not refused.
func (d *desk) watch(url string, pages bool) (bot.Answer, bool) {
	d.t.Helper()
	options := map[string]string{"min": d.min}
	if !pages {
		options["pages"] = "off"
	}
	a, err := d.app.bot.Do(d.t.Context(), bot.Command{Verb: bot.Add, Target: url, Channel: "desk", Options: options, Everywhere: true})
	if err != nil {
		d.t.Fatal(err)
	}
	return a, !a.Refused
}

// poll visits everything, delivers, and returns what was told.
func (d *desk) poll() []news.Report {
	d.t.Helper()
	if _, err := d.app.watcher.Pass(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	if err := d.app.notifier.Pass(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	told := d.told
	d.told = nil
	return told
}
