package main

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"

	"github.com/editwatch/editwatch/bot/web"
)

// A webConfig says who may read the pages.
type webConfig struct {
	User         string    `toml:"user"`
	Password     string    `toml:"password"`
	PasswordFile string    `toml:"password_file"`
	ProxyHeader  string    `toml:"proxy_header"`
	Proxies      []network `toml:"proxies"`
	Rate         float64   `toml:"rate"`
}

func (w webConfig) check(report func(format string, args ...any)) {
	if (w.Password != "" || w.PasswordFile != "") && w.User == "" {
		report("web.user: name who signs in with the password")
	}
	if w.ProxyHeader != "" && len(w.Proxies) == 0 {
		report("web.proxies: name the network of the proxy that sets %s, or anybody could", w.ProxyHeader)
	}
	if strings.ContainsAny(w.ProxyHeader, " :\r\n") || w.ProxyHeader != "" && http.CanonicalHeaderKey(w.ProxyHeader) == "Authorization" {
		report("web.proxy_header: %q is not a header that names a person, such as X-Forwarded-User", w.ProxyHeader)
	}
	if w.Rate < 0 {
		report("web.rate: must be 0, which is no limit, or more")
	}
}

// access returns the part of the configuration that says who may read. A user
// without a password would lock nobody out, and is refused.
func (w webConfig) access() (web.Access, error) {
	password, err := secretOf("EDITWATCH_WEB_PASSWORD", w.Password, w.PasswordFile, "read the password of the pages")
	if err != nil {
		return web.Access{}, err
	}
	if w.User != "" && password == "" {
		return web.Access{}, errors.New("web.user is set and there is no password: set web.password, web.password_file or EDITWATCH_WEB_PASSWORD")
	}
	a := web.Access{User: w.User, Password: password, Header: w.ProxyHeader, Rate: w.Rate}
	for _, n := range w.Proxies {
		a.Proxies = append(a.Proxies, netip.Prefix(n))
	}
	return a, nil
}
