package watcher

import (
	"maps"
	"sync"
	"time"
)

// An outage tells our own loss of connection from that of the hosts we poll:
// when most of several hosts fail within a short time, or several fail and none
// answers in between however long that takes, it is ours, and nobody's failures
// are counted.
type outage struct {
	mu     sync.Mutex // guards the fields below
	hosts  map[string]contact
	pruned time.Time       // when contacts out of the window were last dropped
	silent map[string]bool // hosts that failed since any host answered
}

type contact struct {
	at time.Time
	ok bool
}

const (
	outageWindow = 5 * time.Minute
	outageHosts  = 5   // fewer prove nothing
	outageShare  = 0.5 // more than this share must fail
)

// note records how a request to a host went: whether the host answered at all.
func (o *outage) note(host string, ok bool, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.hosts == nil {
		o.hosts = make(map[string]contact)
	}
	if now.Sub(o.pruned) > outageWindow {
		maps.DeleteFunc(o.hosts, func(_ string, c contact) bool { return now.Sub(c.at) > outageWindow })
		o.pruned = now
	}
	o.hosts[host] = contact{now, ok}
	switch {
	case ok:
		o.silent = nil
	case len(o.silent) < outageHosts:
		if o.silent == nil {
			o.silent = make(map[string]bool)
		}
		o.silent[host] = true
	}
}

// ours reports whether the failures of late are our own.
func (o *outage) ours(now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.silent) >= outageHosts {
		return true
	}
	failed, all := 0, 0
	for _, c := range o.hosts {
		if now.Sub(c.at) > outageWindow {
			continue
		}
		all++
		if !c.ok {
			failed++
		}
	}
	return all >= outageHosts && float64(failed) > outageShare*float64(all)
}
