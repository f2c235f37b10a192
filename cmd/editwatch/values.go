package main

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// The values of the configuration that have a notation of their own.

// A duration is written like 90s, 2h30m or 40d.
type duration time.Duration

func (d *duration) UnmarshalText(b []byte) error {
	v, err := parseDuration(string(b))
	*d = duration(v)
	return err
}

func (d duration) String() string {
	v := time.Duration(d)
	if v >= 48*time.Hour && v%(24*time.Hour) == 0 {
		return strconv.Itoa(int(v/(24*time.Hour))) + "d"
	}
	s := v.String()
	s = strings.TrimSuffix(s, "m0s")
	if s != v.String() {
		s += "m"
	}
	if t := strings.TrimSuffix(s, "h0m"); t != s {
		s = t + "h"
	}
	return s
}

func parseDuration(s string) (time.Duration, error) {
	bad := fmt.Errorf("%q is not a length of time like 90s, 15m, 2h30m or 40d", s)
	if s == "" {
		return 0, bad
	}
	days, rest, ok := strings.Cut(s, "d")
	var d time.Duration
	if ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || n < 0 || n > 36500 {
			return 0, bad
		}
		d, s = time.Duration(n*float64(24*time.Hour)), rest
	}
	if s != "" {
		v, err := time.ParseDuration(s)
		if err != nil || v < 0 {
			return 0, bad
		}
		d += v
	}
	return d, nil
}

// A size is a number of bytes, written like 500KB or 5MB.
type size int64

func (n *size) UnmarshalText(b []byte) error {
	s := strings.ToUpper(strings.TrimSpace(string(b)))
	unit := int64(1)
	for suffix, u := range map[string]int64{"KB": 1 << 10, "MB": 1 << 20} {
		if rest, ok := strings.CutSuffix(s, suffix); ok {
			s, unit = strings.TrimSpace(rest), u
		}
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil || v <= 0 || v*unit > 64<<20 {
		return fmt.Errorf("%q is not a size like 500KB or 5MB, up to 64MB", b)
	}
	*n = size(v * unit)
	return nil
}

// A timezone is written as in the IANA database: Europe/London. Empty is UTC.
type timezone struct{ *time.Location }

func (z *timezone) UnmarshalText(b []byte) error {
	loc, err := time.LoadLocation(string(b))
	if err != nil {
		return fmt.Errorf("%q is not a time zone like Europe/London", b)
	}
	z.Location = loc
	return nil
}

// A network is written as in 127.0.0.0/8; a bare address is a network of one.
type network netip.Prefix

func (n *network) UnmarshalText(b []byte) error {
	if a, err := netip.ParseAddr(string(b)); err == nil && a.Zone() == "" {
		*n = network(netip.PrefixFrom(a, a.BitLen()))
		return nil
	}
	p, err := netip.ParsePrefix(string(b))
	if err != nil {
		return fmt.Errorf("%q is not a network like 127.0.0.0/8, or an address like 127.0.0.1", b)
	}
	*n = network(p)
	return nil
}
