package news

import (
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// A Key is one of the names an article is known by. Any match attaches a
// sighting to the article that holds the key. Keys of page readings and of
// feed readings never match each other.
type Key string

// GUIDKey is the key of the entry with a GUID in a feed.
func GUIDKey(r Reading, feed FeedID, guid string) Key {
	return Key(string(r) + " guid " + string(feed) + " " + guid)
}

// AddressKey is the key of an address in any of its forms; see [FoldAddress].
func AddressKey(r Reading, address string) Key {
	return Key(string(r) + " address " + FoldAddress(address))
}

// tracking are query parameters that say where a reader came from and never
// which text is shown. Unknown parameters are kept: they may select the page.
var tracking = []string{
	"fbclid", "gclid", "dclid", "msclkid", "yclid", "twclid", "igshid", "mc_cid", "mc_eid",
	"at_medium", "at_campaign", "at_custom1", "at_custom2", "at_custom3", "at_custom4",
	"at_link_id", "at_link_type", "at_link_origin", "at_format", "at_bbc_team", "at_ptr_name",
	"cmpid", "ocid", "ns_mchannel", "ns_source", "ns_campaign", "ns_linkname", "ns_fee",
	"gbraid", "wbraid", "srsltid", "_ga", "_gl", "_hsenc", "_hsmi", "mkt_tok", "oly_enc_id", "vero_id", "wickedid",
	"guccounter", "guce_referrer", "guce_referrer_sig", "soc_src", "soc_trk", "cmp", "icid", "ito", "sref",
	"smid", "partner", "emc", "ref_src", "ref_url", "ftag", "xtor", "wt_mc", "wtmc", "__twitter_impression",
}

// FoldAddress returns the form of a web address in which two addresses of the
// same article are equal: without scheme, fragment, known tracking parameters,
// trailing slash, "www." and mobile or AMP forms. It is for comparing, not for
// fetching. An address that cannot be parsed is returned as it is.
func FoldAddress(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" {
		return address
	}
	host := foldHost(u.Hostname())
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	p := foldPath(u.EscapedPath())
	q := u.Query()
	for name, values := range q {
		low := strings.ToLower(name)
		if strings.HasPrefix(low, "utm_") || slices.Contains(tracking, low) || low == "amp" ||
			low == "outputtype" && len(values) == 1 && values[0] == "amp" {
			q.Del(name)
		}
	}
	if len(q) == 0 {
		return host + p
	}
	return host + p + "?" + q.Encode() // Encode sorts by name
}

// foldHost folds a host name, or puts the brackets back around an address.
func foldHost(host string) string {
	host = strings.ToLower(strings.TrimRight(host, "."))
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	for again := true; again; {
		again = false
		for _, prefix := range []string{"www.", "m.", "mobile.", "amp."} {
			if rest, ok := strings.CutPrefix(host, prefix); ok && strings.Contains(rest, ".") {
				host, again = rest, true
			}
		}
	}
	return host
}

// foldPath folds an escaped path. Escapes of letters, digits and "-._~" mean the
// same as the characters; others stay, with capital digits
// (https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2).
func foldPath(p string) string {
	if p == "" {
		return ""
	}
	p = foldEscapes(p)
	for again := true; again; {
		again = false
		p = strings.TrimSuffix(path.Clean("/"+p), "/")
		for _, end := range []string{"/amp", ".amp", "/amp.html"} {
			if rest, ok := strings.CutSuffix(p, end); ok {
				p, again = rest, true
			}
		}
		if rest, ok := strings.CutPrefix(p, "/amp/"); ok {
			p, again = "/"+rest, true
		}
	}
	return p
}

func foldEscapes(p string) string {
	if !strings.Contains(p, "%") {
		return p
	}
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		if p[i] != '%' || i+2 >= len(p) {
			b.WriteByte(p[i])
			continue
		}
		c, err := strconv.ParseUint(p[i+1:i+3], 16, 8)
		switch r := rune(c); {
		case err != nil:
			b.WriteByte('%')
			continue
		case '0' <= r && r <= '9', 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z', strings.ContainsRune("-._~", r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.ToUpper(p[i : i+3]))
		}
		i += 2
	}
	return b.String()
}

// Host returns the authority of an address in lower case, with its port if it
// is not the scheme's own: what politeness is owed to. It is empty when the
// address has none.
func Host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "http":
		host = strings.TrimSuffix(host, ":80")
	case "https":
		host = strings.TrimSuffix(host, ":443")
	}
	return host
}
