package safehttp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
)

// A Reason says why a request got no usable answer, in words for people. It
// completes "harbourpost.example: …", and names no address, port or body.
type Reason string

const (
	NoHost      Reason = "no such host"
	NoLookup    Reason = "its name could not be looked up"
	Private     Reason = "that address is not on the public internet"
	Port        Reason = "that address uses a port that web sites do not use"
	Scheme      Reason = "only http and https addresses can be visited"
	Userinfo    Reason = "an address with a user name or password in it is not visited"
	Refused     Reason = "refused the connection"
	Unreachable Reason = "could not be reached"
	TimedOut    Reason = "took too long to answer"
	Certificate Reason = "its certificate is not valid"
	TLS         Reason = "could not agree on a secure connection"
	Redirects   Reason = "redirected too often"
	TooLarge    Reason = "its answer is too large"
	Truncated   Reason = "its answer broke off"
	Cancelled   Reason = "stopped before an answer came" // by us
	Garbled     Reason = "its answer could not be understood"
)

// ErrTooLarge means a body exceeded its cap.
var ErrTooLarge = errors.New(string(TooLarge))

var (
	errRedirects = errors.New(string(Redirects))
	errScheme    = errors.New(string(Scheme))
	errUserinfo  = errors.New(string(Userinfo))
)

// Explain returns why a request through one of this package's clients failed,
// reading its body included. It returns the empty Reason for nil.
func Explain(err error) Reason {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrPrivate):
		return Private
	case errors.Is(err, ErrPort):
		return Port
	case errors.Is(err, ErrTooLarge):
		return TooLarge
	case errors.Is(err, errRedirects):
		return Redirects
	case errors.Is(err, errScheme):
		return Scheme
	case errors.Is(err, errUserinfo):
		return Userinfo
	case errors.Is(err, context.Canceled):
		return Cancelled
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		switch {
		case dns.IsNotFound:
			return NoHost
		case dns.IsTimeout:
			return TimedOut
		}
		return NoLookup
	}
	// After the DNS, whose errors may call themselves timeouts and are not.
	if t, ok := errors.AsType[net.Error](err); ok && t.Timeout() {
		return TimedOut
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case isCertificate(err):
		return Certificate
	case isTLS(err):
		return TLS
	case errors.Is(err, io.ErrUnexpectedEOF):
		return Truncated
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return Truncated
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return Unreachable
	}
	// net/http has no type for these.
	if s := err.Error(); strings.Contains(s, "unsupported protocol scheme") || strings.Contains(s, "no Host in request URL") {
		return Scheme
	}
	return Garbled
}

func isCertificate(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return true
	}
	_, ok := errors.AsType[x509.UnknownAuthorityError](err)
	return ok
}

func isTLS(err error) bool {
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return true
	}
	s := err.Error()
	return strings.Contains(s, "tls: ") || strings.Contains(s, "server gave HTTP response to HTTPS client")
}
