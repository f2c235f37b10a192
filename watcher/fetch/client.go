package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// Values for [Request.Accept].
const (
	AcceptPage = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"
	AcceptFeed = "application/rss+xml,application/atom+xml,application/feed+json,application/rdf+xml;q=0.9,application/xml;q=0.8,text/xml;q=0.8,*/*;q=0.5"
)

// Caps of an unpacked body, in bytes.
const (
	MaxPage = 5 << 20
	MaxFeed = 8 << 20
)

// DefaultGap is the least time between two requests to a host that is polite
// to strangers.
const DefaultGap = 2 * time.Second

// Options of a [Client].
type Options struct {
	// HTTP is the way out; see safehttp.New. Its redirect rule is not used.
	HTTP *http.Client
	// UserAgent says who asks and where to complain: "editwatch/1.0 (+https://…)".
	UserAgent string
	// Gap is the time between the end of a request to a host and the start of
	// the next. Zero means none, which suits only servers of one's own; see
	// [DefaultGap].
	Gap time.Duration
}

// A Client fetches pages and feeds. It is safe for concurrent use; use one for
// the whole process, since politeness is remembered in it.
type Client struct {
	http   *http.Client
	agent  string
	gap    time.Duration
	hosts  hosts
	robots robots
}

// New returns a client.
func New(o Options) *Client {
	plain := *o.HTTP // we follow redirects ourselves: each hop's host is owed its turn and its robots.txt
	plain.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{
		http:   &plain,
		agent:  o.UserAgent,
		gap:    o.Gap,
		hosts:  hosts{byKey: make(map[string]*host)},
		robots: robots{byKey: make(map[string]*robotsEntry)},
	}
}

// A Request says what to fetch and what is known of it.
type Request struct {
	URL string
	// ETag, LastModified and BodyHash are those of the last [Response]; empty
	// to get the content whatever it is.
	ETag, LastModified, BodyHash string
	// Accept is sent as it is. Empty means [AcceptPage].
	Accept string
	// MaxBytes caps the body, as sent and unpacked. Zero means [MaxPage].
	MaxBytes int64
	// Raw has new content come with what went over the wire, as Response.Raw.
	Raw bool
}

// A Response is an answer about the content: new content, or that there is none.
type Response struct {
	// NotModified means the server said so; Same means it sent the bytes whose
	// hash was asked about. Either way there is no Body.
	NotModified, Same bool

	URL string // where the answer came from, after redirects
	// Permanent means there were redirects and each of them is for good, so
	// that URL may be asked from now on.
	Permanent bool

	Body        []byte // unpacked, at most MaxBytes; its charset is as it was
	ContentType string // as sent

	// Validators for the next request. Those of an answer without content
	// stand for the ones that were asked with where the server left them out.
	ETag, LastModified string
	BodyHash           string // of the bytes as sent, in hexadecimal

	// Fresh is how much longer the server lets caches reuse the answer; zero
	// when it does not say. At most [MaxWait].
	Fresh time.Duration

	// Raw is what went over the wire, if it was asked for and there is a Body.
	Raw *Raw
}

// Get fetches a page or a feed. It waits for the host's turn, which takes as
// long as others are before it, and follows redirects. Failures are of type
// [*Error], except that an ended context gives the context's error.
func (c *Client) Get(ctx context.Context, req Request) (*Response, error) {
	u, err := safehttp.ParseURL(req.URL)
	if err != nil {
		return nil, failure("", 0, err)
	}
	permanent := false
	for hop := 0; ; hop++ {
		delay, err := c.permitted(ctx, u)
		if err != nil {
			return nil, err
		}
		v, err := c.visit(ctx, u, req, max(c.gap, delay), false)
		if err != nil {
			return nil, err
		}
		if v.next == nil {
			v.resp.Permanent = permanent
			if hop == 0 {
				v.resp.URL = req.URL // to the letter, so that it tells whether there was a redirect
			}
			return &v.resp, nil
		}
		if hop == safehttp.DefaultRedirects {
			return nil, &Error{Kind: Redirects, Host: authority(u), text: string(safehttp.Redirects)}
		}
		permanent = v.permanent && (permanent || hop == 0)
		u = v.next
	}
}

// authority is what politeness is owed to: host and port, as news.Host has them.
func authority(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "http":
		host = strings.TrimSuffix(host, ":80")
	case "https":
		host = strings.TrimSuffix(host, ":443")
	}
	return host
}

// A visited is what one request came to: an answer or a redirect.
type visited struct {
	resp      Response
	next      *url.URL // where it redirects to; nil if it does not
	permanent bool
}

// visit makes one request, in the host's turn. With partial, a body that is
// too long is cut instead of refused.
func (c *Client) visit(ctx context.Context, u *url.URL, req Request, gap time.Duration, partial bool) (visited, error) {
	key := authority(u)
	h, err := c.hosts.acquire(ctx, key)
	if err != nil {
		return visited{}, err
	}
	defer c.hosts.release(h, gap)

	began := time.Now()
	resp, err := c.http.Do(c.request(ctx, u, req))
	if err == nil {
		defer resp.Body.Close()
		var v visited
		if v, err = c.answer(h, key, resp, u, req, partial); err == nil {
			return v, nil
		}
	}
	if stop := stopped(ctx); stop != nil {
		return visited{}, stop
	}
	if f, ok := errors.AsType[*Error](err); ok {
		return visited{}, f
	}
	return visited{}, failure(key, time.Since(began), err)
}

func (c *Client) request(ctx context.Context, u *url.URL, req Request) *http.Request {
	header := make(http.Header, 6)
	set := func(name, value string) {
		if value != "" {
			header[name] = []string{value}
		}
	}
	set("User-Agent", c.agent)
	set("Accept", req.Accept)
	if req.Accept == "" {
		set("Accept", AcceptPage)
	}
	// Asked for by us, so that net/http leaves the body as it was sent.
	set("Accept-Encoding", accepted)
	set("If-None-Match", req.ETag)
	set("If-Modified-Since", req.LastModified)
	r := &http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	return r.WithContext(ctx)
}

// answer reads what a server answered. The caller closes the body.
func (c *Client) answer(h *host, key string, resp *http.Response, u *url.URL, req Request, partial bool) (visited, error) {
	now := time.Now()
	switch code := resp.StatusCode; {
	case challenged(resp.Header):
		return visited{}, c.refuse(h, key, resp, now)
	case code == http.StatusOK, code == http.StatusNonAuthoritativeInfo:
		return c.content(key, resp, u, req, now, partial)
	case code == http.StatusNotModified && (req.ETag != "" || req.LastModified != ""):
		r := Response{
			NotModified: true, URL: u.String(), ETag: validator(resp.Header, "ETag"), LastModified: validator(resp.Header, "Last-Modified"),
			BodyHash: req.BodyHash, Fresh: fresh(resp.Header, now),
		}
		r.inherit(req)
		return visited{resp: r}, nil
	case code == 301, code == 302, code == 303, code == 307, code == 308:
		return redirect(key, resp, u)
	}
	return visited{}, c.refuse(h, key, resp, now)
}

// inherit keeps validators that an answer without content left out.
func (r *Response) inherit(req Request) {
	if r.ETag == "" && r.LastModified == "" {
		r.ETag, r.LastModified = req.ETag, req.LastModified
	}
}

// content reads an answer with content.
func (c *Client) content(key string, resp *http.Response, u *url.URL, req Request, now time.Time, partial bool) (visited, error) {
	limit := req.MaxBytes
	if limit == 0 {
		limit = MaxPage
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer putBuffer(buf)
	if err := readBody(buf, resp, limit, partial); err != nil {
		if !partial || !errors.Is(err, safehttp.ErrTooLarge) {
			return visited{}, err
		}
	}
	r := Response{
		URL: u.String(), ETag: validator(resp.Header, "ETag"), LastModified: validator(resp.Header, "Last-Modified"),
		ContentType: resp.Header.Get("Content-Type"), BodyHash: hash(buf.Bytes()), Fresh: fresh(resp.Header, now),
	}
	if r.BodyHash == req.BodyHash {
		r.Same = true
		return visited{resp: r}, nil
	}
	body, err := unpack(buf.Bytes(), resp.Header.Get("Content-Encoding"), limit)
	if errors.Is(err, errEncoding) {
		return visited{}, &Error{Kind: Encoding, Host: key, text: "packed its answer in a way that cannot be unpacked", cause: err}
	}
	if err != nil && !(partial && errors.Is(err, safehttp.ErrTooLarge)) {
		return visited{}, err
	}
	r.Body = body
	if req.Raw {
		r.Raw = raw(resp, buf.Bytes())
	}
	return visited{resp: r}, nil
}

// redirect reads where an answer redirects to.
func redirect(key string, resp *http.Response, u *url.URL) (visited, error) {
	location := resp.Header.Get("Location")
	next, err := u.Parse(location)
	if err == nil {
		err = safehttp.CheckURL(next)
	}
	if location == "" || err != nil {
		return visited{}, &Error{
			Kind: Redirects, Host: key, text: "redirects to something that is not an address of the web",
			cause: fmt.Errorf("redirect to %.200q: %w", location, err),
		}
	}
	next.Fragment, next.RawFragment = "", ""
	return visited{next: next, permanent: resp.StatusCode == http.StatusMovedPermanently || resp.StatusCode == http.StatusPermanentRedirect}, nil
}

// maxRefusal bounds how much of a refusal is read to learn who refuses, in bytes.
const maxRefusal = 64 << 10

// refuse makes the error of an answer without content, and leaves the host
// alone if it asked for that.
func (c *Client) refuse(h *host, key string, resp *http.Response, now time.Time) *Error {
	buf := buffers.Get().(*bytes.Buffer)
	defer putBuffer(buf)
	buf.ReadFrom(io.LimitReader(resp.Body, maxRefusal)) // what comes of it: the status is enough
	body, _ := unpack(buf.Bytes(), resp.Header.Get("Content-Encoding"), maxRefusal)
	code := resp.StatusCode
	e := refusal(key, code, retryAfter(resp.Header, now), wall(code, resp.Header, body))
	if e.Wait > 0 && (code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable) {
		c.hosts.pause(h, e.Wait)
	}
	return e
}
