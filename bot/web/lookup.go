package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

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
	keys := news.AddressKeys(given)
	if len(keys) == 0 {
		return news.Article{}, &refusal{Status: http.StatusBadRequest, Title: "That is not a link", Lookup: given,
			Text: "Paste the address of an article as your browser shows it, such as https://news.example.org/2026/bridge."}
	}
	a, err := s.store.FindArticle(ctx, keys...)
	if errors.Is(err, store.ErrNotFound) {
		return a, &refusal{Status: http.StatusNotFound, Title: "No article is kept under this link", Lookup: given,
			Text: "It is not watched, or it is known by another address: tracking parameters, mobile and AMP forms do not matter, " +
				"but an older address may. Search for words of its headline, or have it watched from now on: " +
				"“/editwatch add” and the link, in a channel where editwatch is, or “editwatch add” and the link, where it runs."}
	}
	if err == nil && !a.Withheld.IsZero() {
		return news.Article{}, withheld(a)
	}
	return a, err
}
