package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Access says who may read, and how much at once. The zero value lets everybody
// read as fast as they can.
type Access struct {
	// User and Password are asked for by HTTP basic authentication, which feed
	// readers know too; an empty Password asks for none.
	User, Password string
	// Header is where a reverse proxy names whom it signed in, such as
	// "X-Forwarded-User"; requests without it are refused. It is believed of
	// Proxies only. Empty: no such sign-in.
	Header string
	// Proxies are the networks of reverse proxies. Of them, as of whoever is on
	// this machine, X-Forwarded-For is believed for a client's address, by which
	// nobody is let in: it sets the pace alone.
	Proxies []netip.Prefix
	// Rate is how many requests a second one client may make on average, with
	// ten seconds' worth at once; 0: no limit. Clients on this machine are not
	// limited. Of IPv6, a client is a network of 64 bits.
	Rate float64
}

// asks reports whether anybody has to sign in.
func (a Access) asks() bool { return a.Password != "" || a.Header != "" }

const (
	// atOnce is how many requests are answered at the same time; more are told
	// to come again. Streams have a bound of their own.
	atOnce = 256
	// burst is how many seconds' worth of requests may come at once.
	burst = 10
	// maxReaders is how many readers' pace is remembered.
	maxReaders = 10_000
	// forgetAfter is when a reader that is quiet may be forgotten.
	forgetAfter = time.Minute
)

var (
	errSignIn = &refusal{Status: http.StatusUnauthorized, Title: "Sign in to read this",
		Text: "These pages are for those who have a name and a password for them. Ask whoever runs this."}
	errNotSignedIn = &refusal{Status: http.StatusForbidden, Title: "You are not signed in",
		Text: "These pages are read through a place where you sign in first. Ask whoever runs this for its address."}
	errPace = &refusal{Status: http.StatusTooManyRequests, Title: "Too many requests",
		Text: "You asked for more than can be answered. Wait a few seconds; for much of the record, use an export."}
	errBusy = &refusal{Status: http.StatusServiceUnavailable, Title: "Too busy right now",
		Text: "Too many people read at once. Try again in a few seconds."}
)

// A gate lets requests in.
type gate struct {
	Access
	mu      sync.Mutex
	readers map[netip.Prefix]*reader
	seats   chan struct{}
}

// A reader is one address's pace.
type reader struct {
	pace *rate.Limiter
	last time.Time
}

func newGate(a Access) *gate {
	return &gate{Access: a, readers: map[netip.Prefix]*reader{}, seats: make(chan struct{}, atOnce)}
}

// gated answers those who may read, one after the other if they are many.
func (s *site) gated(next http.Handler) http.Handler {
	g := s.gate
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
			next.ServeHTTP(w, r) // for those who look after this machine
			return
		}
		if ref := g.signedIn(r); ref != nil && !ours(r) {
			if ref == errSignIn {
				w.Header().Set("WWW-Authenticate", `Basic realm="editwatch", charset="UTF-8"`)
			}
			s.refuse(w, r, ref)
			return
		}
		if !g.inPace(r, time.Now()) {
			w.Header().Set("Retry-After", "5")
			s.refuse(w, r, errPace)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/stream") {
			next.ServeHTTP(w, r)
			return
		}
		select {
		case g.seats <- struct{}{}:
			defer func() { <-g.seats }()
		default:
			w.Header().Set("Retry-After", "5")
			s.refuse(w, r, errBusy)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ours reports whether what is asked for is the program's own and says nothing of
// the record: the page that asks people to sign in looks like the others.
func ours(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/static/") }

// insider reports whether whoever asks may know how much is kept: those who are
// signed in, and clients on this machine, for which no proxy speaks.
func (g *gate) insider(r *http.Request) bool {
	here := peer(r).IsLoopback() && len(r.Header.Values("X-Forwarded-For")) == 0
	return here || g.asks() && g.signedIn(r) == nil
}

// signedIn returns why a request is not let in.
func (g *gate) signedIn(r *http.Request) *refusal {
	if !g.asks() {
		return nil
	}
	if g.Header != "" && g.isProxy(peer(r)) && r.Header.Get(g.Header) != "" {
		return nil
	}
	if g.Password == "" {
		return errNotSignedIn
	}
	user, password, _ := r.BasicAuth()
	// Hashes have one length, so that comparing takes the same time whatever is
	// tried.
	name := subtle.ConstantTimeCompare(digest(user), digest(g.User))
	if name&subtle.ConstantTimeCompare(digest(password), digest(g.Password)) == 1 {
		return nil
	}
	return errSignIn
}

func digest(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

// inPace reports whether a client asks no more than it may.
func (g *gate) inPace(r *http.Request, now time.Time) bool {
	if g.Rate <= 0 {
		return true
	}
	address := g.client(r)
	if !address.IsValid() {
		return true
	}
	bits := 32
	if address.Is6() {
		bits = 64
	}
	network, err := address.Prefix(bits)
	if err != nil {
		return true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.readers[network]
	if c == nil {
		g.forget(now)
		c = &reader{pace: rate.NewLimiter(rate.Limit(g.Rate), max(1, int(g.Rate*burst)))}
		g.readers[network] = c
	}
	c.last = now
	return c.pace.AllowN(now, 1)
}

// forget makes room for another reader: those that were quiet for long are as
// good as new. If there are none, all begin anew, which is no harm but to us.
func (g *gate) forget(now time.Time) {
	if len(g.readers) < maxReaders {
		return
	}
	for network, c := range g.readers {
		if now.Sub(c.last) > forgetAfter {
			delete(g.readers, network)
		}
	}
	if len(g.readers) >= maxReaders {
		clear(g.readers)
	}
}

// client returns the address a request comes from: the peer's, or what the last
// proxy in front of us says of its own. Whoever is on this machine is taken for a
// proxy: it could ask without any limit, and has nothing to gain by a lie. It is
// the zero address for a client on this machine.
func (g *gate) client(r *http.Request) netip.Addr {
	address := peer(r)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !g.isProxy(address) && !address.IsLoopback() {
			break
		}
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		address = next.Unmap()
	}
	if address.IsLoopback() {
		return netip.Addr{}
	}
	return address
}

func (g *gate) isProxy(address netip.Addr) bool {
	return slices.ContainsFunc(g.Proxies, func(p netip.Prefix) bool { return p.Contains(address) })
}

// peer returns the address at the other end of the connection.
func peer(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}
