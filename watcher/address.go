package watcher

import (
	"net/url"
	"path"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// moved follows the article to where it redirects for good. Another address
// on the same site, such as a slug that follows the headline, is nobody's
// news; another site is told.
func (v *visit) moved(a *news.Article, resp *fetch.Response, now time.Time) {
	if !resp.Permanent || resp.URL == a.URL {
		return
	}
	if a.Versions > 0 && site(a.URL) != site(resp.URL) {
		v.events = append(v.events, news.Event{
			Kind: news.Redirected, At: now, From: a.Versions, To: a.Versions, Significance: news.Major,
			ChangedAfter: a.Polling.LastOK, ChangedBefore: now, RedirectedTo: resp.URL,
		})
	}
	a.URL, a.Polling.Host = resp.URL, news.Host(resp.URL)
	v.keys = append(v.keys, news.AddressKey(a.Reading, resp.URL))
}

// site returns what an address has in common with those of the same site.
func site(address string) string {
	host, _, _ := strings.Cut(news.FoldAddress(address), "/")
	name, _, _ := strings.Cut(host, ":")
	if domain, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil {
		return domain
	}
	return host
}

// leadsElsewhere reports whether a redirect left the article for a home or
// section page: for a path above the one asked for.
func leadsElsewhere(asked, got string) bool {
	a, errA := url.Parse(asked)
	g, errG := url.Parse(got)
	if errA != nil || errG != nil || news.FoldAddress(asked) == news.FoldAddress(got) {
		return false
	}
	if homePage(got) {
		return !homePage(asked)
	}
	return strings.HasPrefix(path.Clean(a.Path), path.Clean(g.Path)+"/")
}

// homePage reports whether the address is that of a site's front page.
func homePage(address string) bool {
	u, err := url.Parse(address)
	return err == nil && strings.Trim(u.Path, "/") == "" && u.RawQuery == ""
}

// section names where a redirect led, for people: the path without the host.
func section(address string) string {
	if homePage(address) {
		return "the home page"
	}
	return "a section page"
}
