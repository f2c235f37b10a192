package main

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/safehttp"
)

// clock compares this clock with that of a server.
func (d *doctor) clock(address string) {
	ctx, cancel := d.time()
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return
	}
	resp, err := safehttp.New(safehttp.Options{Redirects: -1}).Do(req)
	if err != nil {
		return // that it cannot be reached is said elsewhere
	}
	resp.Body.Close()
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		d.skew(at)
	}
}

func (d *doctor) skew(there time.Time) {
	off := time.Since(there)
	if off.Abs() > skewMax {
		d.say(finding{"clock", bad, fmt.Sprintf("it is off by %v", off.Abs().Round(time.Second)), "Set it by a time server: signatures with a wrong time are refused."})
		return
	}
	d.say(finding{Check: "clock", State: fine, Found: "right to the half minute"})
}

// addresses looks whether the hosts that are visited can be reached, and
// whether the pages can be opened.
func (d *doctor) addresses(watches []watched) {
	hosts := make(map[string]string) // and what to dial
	note := func(address string) {
		host := news.Host(address)
		switch {
		case host == "":
		case strings.Contains(host, ":"):
			hosts[host] = host
		case strings.HasPrefix(strings.ToLower(address), "http://"):
			hosts[host] = host + ":80"
		default:
			hosts[host] = host + ":443"
		}
	}
	for _, w := range watches {
		note(w.URL)
	}
	for _, w := range d.config.Watches {
		note(w.URL)
	}
	dial := safehttp.Dialer(safehttp.Options{Allow: d.config.Poll.Allow})
	reached := 0
	for _, host := range slices.Sorted(maps.Keys(hosts)) {
		if err := d.reach(dial, hosts[host]); err != nil {
			d.say(finding{"site " + host, warning, string(safehttp.Explain(err)), "See whether a browser on this machine opens it; explain tells what came of the last visits."})
			continue
		}
		reached++
	}
	if reached > 0 {
		d.say(finding{Check: "sites", State: fine, Found: fmt.Sprintf("%d of %d can be reached", reached, len(hosts))})
	}
	d.listen()
}

// listen looks whether the pages can have their address.
func (d *doctor) listen() {
	l, err := net.Listen("tcp", d.config.Listen)
	switch {
	case err == nil:
		l.Close()
		d.say(finding{Check: "listen", State: fine, Found: d.config.Listen + " is free for the pages"})
	case errors.Is(err, syscall.EADDRINUSE) && d.running:
		d.say(finding{Check: "listen", State: fine, Found: d.config.Listen + " is in use, by the running editwatch as it seems"})
	case errors.Is(err, syscall.EADDRINUSE) && d.config.listenDefault:
		d.say(finding{"listen", warning, d.config.Listen + " is in use by another program", "editwatch then takes a free port, which changes; choose one with listen."})
	case errors.Is(err, syscall.EADDRINUSE):
		d.say(finding{"listen", bad, d.config.Listen + " is in use by another program", "Choose another port for listen."})
	case errors.Is(err, syscall.EACCES):
		d.say(finding{"listen", bad, "this user may not open " + d.config.Listen, "Choose a port above 1023 for listen, and have a web server pass requests on to it."})
	default:
		d.say(finding{"listen", bad, d.config.Listen + " cannot be opened here", "Set listen to an address of this machine, such as 127.0.0.1:8080; 0.0.0.0:8080 is all of them."})
	}
}

func (d *doctor) reach(dial safehttp.DialFunc, address string) error {
	ctx, cancel := d.time()
	defer cancel()
	c, err := dial(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return c.Close()
}
