package safehttp

import (
	"errors"
	"net/netip"
	"slices"
	"syscall"

	"code.dny.dev/ssrf"
)

// ErrPrivate means an address was not dialled because it is not public:
// loopback, private, link local, shared, reserved, or one that wraps such an
// address. Its text may be shown to anyone.
var ErrPrivate = errors.New(string(Private))

// ErrPort means a public address was not dialled because of its port.
// Its text may be shown to anyone.
var ErrPort = errors.New(string(Port))

// ports are those of public addresses that may be dialled: the web's own and
// the two alternates that small sites and staging servers really use. Anyone
// who may add a watch chooses the port, so all others stay shut: editwatch is
// no port scanner and talks to no mail server. A network on the allow list has
// all its ports open.
var ports = []uint16{80, 443, 8080, 8443}

// A guard decides which addresses may be dialled. It is safe for concurrent use.
type guard struct {
	public *ssrf.Guardian
	allow  []netip.Prefix
}

func newGuard(allow []netip.Prefix) *guard {
	g := &guard{public: ssrf.New(ssrf.WithAnyPort(), ssrf.WithAnyNetwork())}
	for _, p := range allow {
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		g.allow = append(g.allow, p.Masked())
	}
	return g
}

// control is a [net.Dialer.Control].
func (g *guard) control(network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return ErrPrivate
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return ErrPrivate
	}
	return g.check(ap)
}

// check returns nil, [ErrPrivate] or [ErrPort]. The address is judged before
// the port, so that the answer says nothing about ports of private addresses.
func (g *guard) check(ap netip.AddrPort) error {
	ip := ap.Addr().Unmap()
	for _, p := range g.allow {
		if p.Contains(ip.WithZone("")) {
			return nil
		}
	}
	if ip.Zone() != "" || g.public.SafeAddr(ip) != nil {
		return ErrPrivate
	}
	if !slices.Contains(ports, ap.Port()) {
		return ErrPort
	}
	return nil
}
