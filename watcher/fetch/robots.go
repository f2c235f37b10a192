package fetch

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/safehttp"
)

const (
	// robotsFresh is how long a robots.txt file is believed (RFC 9309 section 2.4).
	robotsFresh = 24 * time.Hour
	// robotsRetry is how long a file that could not be read is not asked for again.
	robotsRetry = 10 * time.Minute
	// robotsHops is how many redirects are followed (RFC 9309 section 2.3.1.2).
	robotsHops = 5
	// robotsHeld bounds what all remembered files hold together, in bytes.
	robotsHeld = 16 << 20
)

// robots remembers what each origin's robots.txt asks.
type robots struct {
	mu    sync.Mutex // guards all below; never held while waiting
	byKey map[string]*robotsEntry
	held  int
}

// A robotsEntry is the file of one origin.
type robotsEntry struct {
	key     string
	reading chan struct{} // holds a token while the file is being fetched; guards what is written below
	rules   *rules        // nil until it was read once
	until   time.Time     // when it is to be fetched again
	trouble *Error        // why the newest try failed; nil if it did not
}

// permitted returns nil if u may be asked for, and the delay between requests
// that its host wants. It fetches robots.txt first when that is due.
func (c *Client) permitted(ctx context.Context, u *url.URL) (time.Duration, error) {
	e := c.robots.entry(u.Scheme + "://" + authority(u))
	select {
	case e.reading <- struct{}{}:
	case <-ctx.Done():
		return 0, stopped(ctx)
	}
	defer func() { <-e.reading }()

	if !time.Now().Before(e.until) {
		if err := c.readRobots(ctx, u, e); err != nil {
			return 0, err
		}
	}
	if e.rules == nil {
		trouble := *e.trouble
		trouble.Wait = time.Until(e.until)
		return 0, &trouble
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	if path != "/robots.txt" && !e.rules.allows(path) {
		return 0, &Error{Kind: Robots, Host: authority(u), text: "its robots.txt forbids me to read this address"}
	}
	return e.rules.delay, nil
}

// readRobots fetches the file for an entry whose token it has. It returns an
// error if the page would fail the same way, or the caller gave up.
//
// No file means no rules. A file that is there and cannot be read forbids
// everything for a while, unless an older copy is known (RFC 9309 section 2.3.1).
func (c *Client) readRobots(ctx context.Context, origin *url.URL, e *robotsEntry) error {
	data, err := c.getRobots(ctx, &url.URL{Scheme: origin.Scheme, Host: origin.Host, Path: "/robots.txt"})
	if err == nil {
		c.robots.keep(e, readRules(data))
		return nil
	}
	f, ok := errors.AsType[*Error](err)
	if !ok {
		return err // the caller gave up
	}
	kind := Robots
	switch f.Kind {
	case Status:
		if f.Status < 500 && f.Status != http.StatusTooManyRequests {
			c.robots.keep(e, &rules{})
			return nil
		}
	case Redirects:
		c.robots.keep(e, &rules{})
		return nil
	case DNS, Refused, Unreachable, TLS, Private, Garbled, Asked:
		// The page is behind the same door. Nothing was learned of the file,
		// so it is asked for again with the next page.
		if f.Host == authority(origin) {
			return f
		}
	case Timeout:
		kind = Timeout
	}
	e.until = time.Now().Add(max(f.Wait, robotsRetry))
	e.trouble = &Error{
		Kind: kind, Host: authority(origin), cause: f.cause,
		text: "its robots.txt, which says what may be read, could not be read: " + f.text,
	}
	return nil
}

// getRobots follows redirects to wherever the file is, which may be another host.
func (c *Client) getRobots(ctx context.Context, u *url.URL) ([]byte, error) {
	for range robotsHops + 1 {
		v, err := c.visit(ctx, u, Request{Accept: "text/plain,*/*;q=0.5", MaxBytes: maxRobots}, c.gap, true)
		if err != nil {
			return nil, err
		}
		if v.next == nil {
			return v.resp.Body, nil
		}
		u = v.next
	}
	return nil, &Error{Kind: Redirects, Host: authority(u), text: string(safehttp.Redirects)}
}

func (r *robots) entry(key string) *robotsEntry {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.byKey[key]
	if e == nil {
		e = &robotsEntry{key: key, reading: make(chan struct{}, 1)}
		r.byKey[key] = e
		r.held += robotsOverhead
		r.trim(e)
	}
	return e
}

// robotsOverhead is about what an entry holds besides its rules, in bytes.
const robotsOverhead = 512

// keep puts the rules just read into an entry, whose token the caller has.
func (r *robots) keep(e *robotsEntry, now *rules) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byKey[e.key] == e { // else it was forgotten before its token was had
		if e.rules != nil {
			r.held -= e.rules.size
		}
		r.held += now.size
	}
	e.rules, e.until, e.trouble = now, time.Now().Add(robotsFresh), nil
	r.trim(e)
}

// trim forgets entries other than e while all hold too much. Which ones does
// not matter: they are read again when needed. The caller holds the lock.
func (r *robots) trim(e *robotsEntry) {
	for key, other := range r.byKey {
		if r.held <= robotsHeld {
			return
		}
		if other == e {
			continue
		}
		select {
		case other.reading <- struct{}{}:
		default:
			continue // in use
		}
		r.held -= robotsOverhead
		if other.rules != nil {
			r.held -= other.rules.size
		}
		other.rules, other.until = nil, time.Time{} // whoever waits for it reads anew
		delete(r.byKey, key)
		<-other.reading
	}
}
