package safehttp

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// Limits that hold where [Options] leaves them zero.
const (
	DefaultDial      = 10 * time.Second
	DefaultHeaders   = 15 * time.Second
	DefaultTotal     = 25 * time.Second
	DefaultRedirects = 5
	DefaultMaxBody   = 16 << 20
)

// maxHeaders bounds the header of an answer, in bytes. Large sites send 20 KB
// of policies; net/http would take 10 MB.
const maxHeaders = 256 << 10

// Options of a client. The zero value is right for the public web.
type Options struct {
	// Allow holds networks that may be dialled, on any port, although they are
	// not public.
	Allow []netip.Prefix

	Dial    time.Duration // to connect, and again to agree on TLS
	Headers time.Duration // from the request sent to the answer's header read
	Total   time.Duration // for one request, its redirects and its whole body

	// Redirects is how many are followed. Negative: none, the answer that
	// redirects is returned as it is.
	Redirects int
	// MaxBody is the most bytes of a body that can be read, counted after
	// net/http's own unpacking; reading on fails with [ErrTooLarge].
	MaxBody int64
}

func (o Options) withDefaults() Options {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&o.Dial, DefaultDial)
	set(&o.Headers, DefaultHeaders)
	set(&o.Total, DefaultTotal)
	if o.Redirects == 0 {
		o.Redirects = DefaultRedirects
	}
	if o.MaxBody == 0 {
		o.MaxBody = DefaultMaxBody
	}
	return o
}

// A DialFunc connects to an address, as [net.Dialer.DialContext] does.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// Dialer returns the guarded dialer alone, for connections that are not HTTP
// requests: the web sockets of the chat platforms.
func Dialer(o Options) DialFunc {
	o = o.withDefaults()
	return dialer(o, nil)
}

// resolver is nil but in tests, which answer for the DNS.
func dialer(o Options, resolver *net.Resolver) DialFunc {
	return (&net.Dialer{
		Timeout:   o.Dial,
		KeepAlive: 30 * time.Second,
		Control:   newGuard(o.Allow).control,
		Resolver:  resolver,
	}).DialContext
}

// New returns a client that is safe for concurrent use and keeps connections
// for reuse. Make one for each kind of work and share it. What its errors mean
// is told by [Explain]; their own texts name addresses and are for logs.
func New(o Options) *http.Client {
	o = o.withDefaults()
	return newClient(o, dialer(o, nil))
}

func newClient(o Options, dial DialFunc) *http.Client {
	return &http.Client{
		Timeout: o.Total,
		Transport: &capped{max: o.MaxBody, next: &http.Transport{
			Proxy:                  nil, // see the package comment
			DialContext:            dial,
			ForceAttemptHTTP2:      true, // a custom dialer turns it off
			TLSHandshakeTimeout:    o.Dial,
			ResponseHeaderTimeout:  o.Headers,
			ExpectContinueTimeout:  time.Second,
			MaxResponseHeaderBytes: maxHeaders,
			MaxIdleConns:           64,
			MaxIdleConnsPerHost:    2, // a host gets one request at a time anyway
			IdleConnTimeout:        90 * time.Second,
		}},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			// Set by net/http; it would hand a secret address to the next host.
			r.Header.Del("Referer")
			if o.Redirects < 0 {
				return http.ErrUseLastResponse
			}
			if len(via) > o.Redirects {
				return errRedirects
			}
			return nil
		},
	}
}

// capped caps the bodies of answers.
type capped struct {
	max  int64
	next *http.Transport
}

func (c *capped) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "http" && r.URL.Scheme != "https" {
		return nil, errScheme
	}
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	// A switched protocol's body is a connection to write to.
	if resp.Body != http.NoBody && resp.StatusCode != http.StatusSwitchingProtocols {
		resp.Body = &cappedBody{body: resp.Body, left: c.max}
	}
	return resp, nil
}

// CloseIdleConnections is what [http.Client.CloseIdleConnections] calls.
func (c *capped) CloseIdleConnections() { c.next.CloseIdleConnections() }

type cappedBody struct {
	body io.ReadCloser
	left int64
}

func (b *cappedBody) Read(p []byte) (int, error) {
	// One byte more than allowed tells a body of just the size from a larger one.
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	if int64(n) > b.left {
		n, err = int(b.left), ErrTooLarge
	}
	b.left -= int64(n)
	return n, err
}

func (b *cappedBody) Close() error { return b.body.Close() }

// ReadAll reads a body of at most max bytes. A longer one is an error that
// wraps [ErrTooLarge], with nothing of it returned.
func ReadAll(r io.Reader, max int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, max+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > max {
		return nil, fmt.Errorf("%w: over %d bytes", ErrTooLarge, max)
	}
	return data, nil
}
