package safehttp

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"testing"
)

func TestGuard(t *testing.T) {
	allow := []netip.Prefix{
		netip.MustParsePrefix("10.7.0.0/16"),
		netip.MustParsePrefix("fd00:7::/32"),
		netip.MustParsePrefix("203.0.113.9/32"),
		netip.MustParsePrefix("::ffff:192.168.7.0/120"),
	}
	tests := []struct {
		network, address string
		want             error
	}{
		{"tcp4", "93.184.215.14:80", nil},
		{"tcp4", "93.184.215.14:443", nil},
		{"tcp4", "93.184.215.14:8080", nil},
		{"tcp4", "93.184.215.14:8443", nil},
		{"tcp6", "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:443", nil},
		{"tcp6", "[::ffff:93.184.215.14]:443", nil},

		{"tcp4", "93.184.215.14:22", ErrPort},
		{"tcp4", "93.184.215.14:25", ErrPort},
		{"tcp4", "93.184.215.14:6379", ErrPort},
		{"tcp4", "127.0.0.1:22", ErrPrivate}, // the address is judged first
		{"udp4", "93.184.215.14:443", ErrPrivate},
		{"tcp4", "nonsense", ErrPrivate},

		{"tcp4", "127.0.0.1:80", ErrPrivate},
		{"tcp4", "127.255.255.254:80", ErrPrivate},
		{"tcp4", "0.0.0.0:80", ErrPrivate},
		{"tcp4", "0.1.2.3:80", ErrPrivate},
		{"tcp4", "10.0.0.1:80", ErrPrivate},
		{"tcp4", "172.16.0.1:80", ErrPrivate},
		{"tcp4", "172.31.255.255:80", ErrPrivate},
		{"tcp4", "192.168.1.1:80", ErrPrivate},
		{"tcp4", "169.254.169.254:80", ErrPrivate}, // cloud metadata
		{"tcp4", "100.64.0.1:80", ErrPrivate},      // shared by carriers (CGNAT)
		{"tcp4", "100.100.100.200:80", ErrPrivate}, // cloud metadata inside CGNAT
		{"tcp4", "192.0.0.192:80", ErrPrivate},
		{"tcp4", "192.0.2.1:80", ErrPrivate},
		{"tcp4", "198.18.0.1:80", ErrPrivate},
		{"tcp4", "198.51.100.1:80", ErrPrivate},
		{"tcp4", "203.0.113.8:80", ErrPrivate},
		{"tcp4", "192.88.99.1:80", ErrPrivate},
		{"tcp4", "224.0.0.1:80", ErrPrivate},
		{"tcp4", "240.0.0.1:80", ErrPrivate},
		{"tcp4", "255.255.255.255:80", ErrPrivate},

		{"tcp6", "[::]:80", ErrPrivate},
		{"tcp6", "[::1]:80", ErrPrivate},
		{"tcp6", "[fe80::1]:80", ErrPrivate},
		{"tcp6", "[fe80::1%eth0]:80", ErrPrivate},
		{"tcp6", "[fc00::1]:80", ErrPrivate},
		{"tcp6", "[fd00:ec2::254]:80", ErrPrivate}, // cloud metadata
		{"tcp6", "[fec0::1]:80", ErrPrivate},
		{"tcp6", "[ff02::1]:80", ErrPrivate},
		{"tcp6", "[2001:db8::1]:80", ErrPrivate},
		{"tcp6", "[100::1]:80", ErrPrivate},
		{"tcp6", "[::ffff:127.0.0.1]:80", ErrPrivate},
		{"tcp6", "[::ffff:169.254.169.254]:80", ErrPrivate},
		{"tcp6", "[::127.0.0.1]:80", ErrPrivate},            // IPv4-compatible
		{"tcp6", "[64:ff9b::7f00:1]:80", ErrPrivate},        // NAT64
		{"tcp6", "[64:ff9b:1::7f00:1]:80", ErrPrivate},      // NAT64, local use
		{"tcp6", "[2002:7f00:1::]:80", ErrPrivate},          // 6to4
		{"tcp6", "[2001:0:7f00:1::80ff:fe]:80", ErrPrivate}, // Teredo

		// The allow list opens all ports of its networks, and nothing else.
		{"tcp4", "10.7.3.4:80", nil},
		{"tcp4", "10.7.3.4:5432", nil},
		{"tcp6", "[::ffff:10.7.3.4]:5432", nil},
		{"tcp4", "10.8.0.1:80", ErrPrivate},
		{"tcp6", "[fd00:7::1]:9000", nil},
		{"tcp6", "[fd00:8::1]:80", ErrPrivate},
		{"tcp4", "203.0.113.9:9999", nil},
		{"tcp4", "192.168.7.20:1234", nil},
	}
	g := newGuard(allow)
	for _, tt := range tests {
		if got := g.control(tt.network, tt.address, nil); !errors.Is(got, tt.want) || (got == nil) != (tt.want == nil) {
			t.Errorf("dial %s %s: %v, want %v", tt.network, tt.address, got, tt.want)
		}
	}
}

// FuzzGuard holds the guard against the standard library's own judgement, and
// against an IPv4 address being judged otherwise once it is wrapped in IPv6.
func FuzzGuard(f *testing.F) {
	for _, s := range []string{"127.0.0.1", "93.184.215.14", "::1", "64:ff9b::7f00:1", "2002:a00::", "2001::1", "fe80::1"} {
		a := netip.MustParseAddr(s).As16()
		f.Add(a[:], uint16(80))
	}
	g := newGuard(nil)
	f.Fuzz(func(t *testing.T, raw []byte, port uint16) {
		if len(raw) != 16 && len(raw) != 4 {
			return
		}
		ip, _ := netip.AddrFromSlice(raw)
		err := g.check(netip.AddrPortFrom(ip, port))
		plain := ip.Unmap()
		if err == nil && (!plain.IsGlobalUnicast() || plain.IsPrivate() || plain.IsLoopback() || plain.IsLinkLocalUnicast()) {
			t.Fatalf("%v would be dialled", ip)
		}
		if !plain.Is4() {
			return
		}
		if mapped := g.check(netip.AddrPortFrom(netip.AddrFrom16(plain.As16()), port)); !errors.Is(mapped, err) {
			t.Fatalf("%v: %v, but mapped into IPv6: %v", plain, err, mapped)
		}
		four := plain.As4()
		for _, wrap := range []func() [16]byte{
			func() (a [16]byte) { copy(a[:], []byte{0, 0x64, 0xff, 0x9b}); copy(a[12:], four[:]); return },
			func() (a [16]byte) { binary.BigEndian.PutUint16(a[:], 0x2002); copy(a[2:], four[:]); return },
			func() (a [16]byte) { copy(a[12:], four[:]); return },
		} {
			if in := netip.AddrFrom16(wrap()); g.check(netip.AddrPortFrom(in, 80)) == nil {
				t.Fatalf("%v, which wraps %v, would be dialled", in, plain)
			}
		}
	})
}
