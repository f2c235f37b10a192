package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// maxLookup is how long a text may be in which someone looks up a link, in
// bytes.
const maxLookup = 4000

// lookup leads from an address in any of its forms to the article's page.
func (s *site) lookup(w http.ResponseWriter, r *http.Request) error {
	a, err := s.findByAddress(r.Context(), r.URL.Query().Get("url"))
	if err != nil {
		return err
	}
	return s.redirect(w, r, articlePath(a.ID))
}

// findByAddress returns the article that is kept under an address, given in any
// of its forms and with other text around it, or a refusal that says why there
// is none.
func (s *site) findByAddress(ctx context.Context, given string) (news.Article, error) {
	given = strings.TrimSpace(given)
	if len(given) > maxLookup {
		given = ""
	}
	addresses := addressesIn(given)
	if len(addresses) == 0 {
		return news.Article{}, &refusal{Status: http.StatusBadRequest, Title: "That is not a link", Lookup: given,
			Text: "Paste the address of an article as your browser shows it, such as https://news.example.org/2026/bridge."}
	}
	var keys []news.Key
	for _, address := range addresses {
		keys = append(keys, news.AddressKey(news.PageReading, address), news.AddressKey(news.FeedReading, address))
	}
	a, err := s.store.FindArticle(ctx, keys...)
	if errors.Is(err, store.ErrNotFound) {
		return a, &refusal{Status: http.StatusNotFound, Title: "No article is kept under this link", Lookup: given,
			Text: "It is not watched, or it is known by another address: tracking parameters, mobile and AMP forms do not matter, " +
				"but an older address may. Search for words of its headline, or have it watched from now on: " +
				"“/editwatch add” and the link, in a channel where editwatch is."}
	}
	if err == nil && !a.Withheld.IsZero() {
		return news.Article{}, withheld(a)
	}
	return a, err
}

// addressesIn returns the addresses that someone may mean by a text: a link in
// any form, with or without scheme, words around it, or another one in it. The
// likeliest comes first.
func addressesIn(text string) []string {
	found := bot.Links(text)
	if len(found) == 0 {
		for word := range strings.FieldsSeq(text) {
			if word = strings.Trim(word, "<>()[]\"'“”.,;"); isBareAddress(word) {
				found = append(found, "https://"+strings.TrimPrefix(word, "//"))
			}
		}
	}
	found = found[:min(len(found), maxAddresses)]
	for _, address := range found {
		for _, inner := range wrapped(address) {
			if !slices.Contains(found, inner) {
				found = append(found, inner)
			}
		}
	}
	return found
}

// maxAddresses is how many addresses of a text are looked up.
const maxAddresses = 8

// isBareAddress reports whether a word is an address without its scheme.
func isBareAddress(word string) bool {
	u, err := url.Parse("https://" + strings.TrimPrefix(word, "//"))
	if err != nil || u.User != nil || strings.Contains(word, "://") {
		return false
	}
	return hostForm.MatchString(u.Hostname()) || u.Port() != "" && u.Path != ""
}

// hostForm is the name of a host on the internet: the last label of such a name
// is no number (https://www.rfc-editor.org/rfc/rfc3696#section-2).
var hostForm = regexp.MustCompile(`^[^.\s]+(\.[^.\s]+)*\.[^.\s\d][^.\s]+$`)

// wrapped returns the addresses that stand within another: in that of an
// archive's copy, of a redirect that counts clicks, of an AMP cache.
func wrapped(address string) []string {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	var out []string
	add := func(s string) {
		if in, err := url.Parse(s); err == nil && in.Host != "" && (in.Scheme == "http" || in.Scheme == "https") {
			out = append(out, s)
		}
	}
	if i := strings.Index(address[len(u.Scheme)+3:], "://"); i > 0 {
		rest := address[len(u.Scheme)+3:]
		for _, scheme := range []string{"https", "http"} {
			if strings.HasSuffix(rest[:i], "/"+scheme) {
				add(scheme + rest[i:])
			}
		}
	}
	for _, values := range u.Query() {
		for _, v := range values {
			add(v)
		}
	}
	if m := ampForm.FindStringSubmatch(u.EscapedPath()); m != nil {
		add("https://" + m[1])
	}
	slices.Sort(out)
	return out
}

// ampForm is the path of an address of an AMP cache or viewer
// (https://developers.google.com/amp/cache/overview#amp-cache-url-format).
var ampForm = regexp.MustCompile(`^/(?:amp|c|v|r|wp)/(?:s/)?([^/]+\.[^/]+/.*)$`)
