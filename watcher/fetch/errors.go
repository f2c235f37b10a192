package fetch

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// Kind says in which way a fetch failed.
type Kind string

const (
	Address     Kind = "address"     // not an address that can be visited
	Private     Kind = "private"     // not on the public internet, or not a port of the web
	DNS         Kind = "dns"         // the host's name leads nowhere
	Refused     Kind = "refused"     // nobody listens
	Unreachable Kind = "unreachable" // no way to the host
	Timeout     Kind = "timeout"
	TLS         Kind = "tls"
	Status      Kind = "status" // an answer, but not one with content; see Error.Status
	Robots      Kind = "robots" // robots.txt forbids it, or could not be read (then Wait is set)
	Asked       Kind = "asked"  // not tried: the host asked to wait, and the time is not over
	TooLarge    Kind = "too large"
	Truncated   Kind = "truncated"
	Encoding    Kind = "encoding"  // packed in a way that cannot be unpacked
	Redirects   Kind = "redirects" // too many, or one that leads nowhere
	Garbled     Kind = "garbled"   // not HTTP
)

// An Error is a fetch that gave no content. Its text is a few words for
// people that complete "harbourpost.example …"; what it wraps is for logs.
type Error struct {
	Kind   Kind
	Status int  // the HTTP status, when Kind is Status; else 0
	Bot    bool // the answer came from a protection against bots
	// Wait is how long the host asked to be left alone, at most [MaxWait];
	// zero when it did not say. It holds for the host named by Host.
	Wait time.Duration
	// Host is the authority that failed: after a redirect, not the one asked.
	Host string

	text  string
	cause error
}

func (e *Error) Error() string { return e.text }

// Unwrap returns the cause, whose text may name addresses; nil when a server
// answered.
func (e *Error) Unwrap() error { return e.cause }

// NoAnswer reports whether no server was reached at all. When many hosts fail
// so at once, the fault is likely ours.
func (e *Error) NoAnswer() bool {
	switch e.Kind {
	case DNS, Refused, Unreachable, Timeout:
		return true
	}
	return false
}

// Public returns err as words for people; for what is not an [Error], a
// sentence that gives nothing away.
func Public(err error) string {
	for e := err; e != nil; {
		if f, ok := e.(*Error); ok {
			return f.text
		}
		u, ok := e.(interface{ Unwrap() error })
		if !ok {
			break
		}
		e = u.Unwrap()
	}
	return string(safehttp.Garbled)
}

// failure classifies an error of the HTTP client after the given time.
func failure(host string, took time.Duration, err error) *Error {
	why := safehttp.Explain(err)
	e := &Error{Host: host, text: string(why), cause: err}
	switch why {
	case safehttp.Private, safehttp.Port:
		e.Kind = Private
	case safehttp.Scheme, safehttp.Userinfo:
		e.Kind = Address
	case safehttp.NoHost, safehttp.NoLookup:
		e.Kind = DNS
	case safehttp.Refused:
		e.Kind = Refused
	case safehttp.Unreachable:
		e.Kind = Unreachable
	case safehttp.TimedOut:
		e.Kind = Timeout
		if took >= time.Second {
			e.text = "took longer than " + words(took.Truncate(time.Second))
		}
	case safehttp.Certificate, safehttp.TLS:
		e.Kind = TLS
	case safehttp.TooLarge:
		e.Kind = TooLarge
	case safehttp.Truncated:
		e.Kind = Truncated
	case safehttp.Redirects:
		e.Kind = Redirects
	default:
		e.Kind = Garbled
	}
	return e
}

// refusal is the Error of an answer with a status other than 200 and 304.
func refusal(host string, status int, wait time.Duration, bot bool) *Error {
	e := &Error{Kind: Status, Status: status, Bot: bot, Wait: wait, Host: host}
	code := fmt.Sprint(status)
	if bot {
		code += ", bot protection"
	}
	var b strings.Builder
	switch {
	case bot, status == 403, status == 405, status == 406:
		fmt.Fprintf(&b, "refused me (%s)", code)
	case status == 401, status == 407:
		fmt.Fprintf(&b, "asks for a login (%s)", code)
	case status == 402:
		fmt.Fprintf(&b, "asks to be paid (%s)", code)
	case status == 404:
		fmt.Fprintf(&b, "has no such page (%s)", code)
	case status == 410:
		fmt.Fprintf(&b, "says the page is gone for good (%s)", code)
	case status == 429:
		fmt.Fprintf(&b, "asked me to slow down (%s)", code)
	case status == 451:
		fmt.Fprintf(&b, "withholds the page for legal reasons (%s)", code)
	default:
		fmt.Fprintf(&b, "answered %s", code)
	}
	if wait > 0 {
		fmt.Fprintf(&b, " and asked to wait %s", words(wait))
	}
	e.text = b.String()
	return e
}

// words phrases a duration: "25 s", "5 min", "1 h 30 min".
func words(d time.Duration) string {
	if d > time.Minute {
		d = d.Round(time.Minute)
	} else {
		d = max(d.Round(time.Second), time.Second)
	}
	var parts []string
	if h := d / time.Hour; h > 0 {
		parts = append(parts, fmt.Sprintf("%d h", h))
	}
	if m := d % time.Hour / time.Minute; m > 0 {
		parts = append(parts, fmt.Sprintf("%d min", m))
	}
	if s := d % time.Minute / time.Second; s > 0 {
		parts = append(parts, fmt.Sprintf("%d s", s))
	}
	return strings.Join(parts, " ")
}

// stopped returns the error of a caller that no longer wants the answer, which
// is nobody's failure and so no *Error; nil while it still does.
func stopped(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return fmt.Errorf("fetch: %w", context.Cause(ctx))
}
