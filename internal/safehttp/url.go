package safehttp

import (
	"net/url"
	"strings"
)

// ParseURL reads the address of a page or feed as a stranger gave it. It
// refuses whatever is not http or https, has no host, or carries a user name
// or password: that would be shown to everyone who sees the watch. The error's
// text may be shown to anyone; [Explain] knows it. Whether the host may be
// dialled shows when it is.
func ParseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return nil, errScheme
	}
	return u, CheckURL(u)
}

// CheckURL is [ParseURL] for an address that is already parsed: the target of
// a redirect.
func CheckURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.Opaque != "":
		return errScheme
	case u.User != nil:
		return errUserinfo
	}
	return nil
}
