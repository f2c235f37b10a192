package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// articleName returns the id of an article in files: of its address or, for a
// twin, also of when it was first seen.
func articleName(a news.Article, twin bool) string {
	name := string(news.AddressKey(a.Reading, a.URL))
	if twin {
		name = fmt.Sprintf("%s twin %d", name, a.FirstSeen.UnixMilli())
	}
	sum := sha256.Sum256([]byte(name))
	return "x" + hex.EncodeToString(sum[:10])
}

// importKey is the key by which an imported article is known.
func importKey(id string) news.Key { return news.Key("import " + id) }

// A finder finds articles by their keys.
type finder interface {
	FindArticle(ctx context.Context, keys ...news.Key) (news.Article, error)
}

// nameOf returns the article's id in files, and whether it is a twin: its
// address is another article's, here or where it was imported from.
func nameOf(ctx context.Context, s finder, a news.Article) (name string, twin bool, err error) {
	holder, err := s.FindArticle(ctx, news.AddressKey(a.Reading, a.URL), importKey(articleName(a, true)))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", false, err
	}
	switch {
	case err != nil:
	case holder.ID != a.ID:
		twin = true
	default: // by which of the two keys?
		_, err := s.FindArticle(ctx, news.AddressKey(a.Reading, a.URL))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", false, err
		}
		twin = err != nil
	}
	return articleName(a, twin), twin, nil
}

// findTwins reads all articles for those whose address is another's. There are
// few, and nothing but their names tells them apart.
func (in *importer) findTwins(ctx context.Context) error {
	if in.twins != nil {
		return nil
	}
	in.twins = make(map[string]news.ArticleID)
	for q := (store.ArticleQuery{Known: true, Withheld: true, Max: articlePage}); ; {
		list, err := in.t.Articles(ctx, q)
		if err != nil {
			return err
		}
		for _, a := range list {
			if name, twin, err := nameOf(ctx, in.t, a); err != nil {
				return err
			} else if twin {
				in.twins[name] = a.ID
			}
		}
		if len(list) < q.Max {
			return nil
		}
		q.After = list[len(list)-1].ID
	}
}

// find returns the article here that a file calls by id.
func (in *importer) find(ctx context.Context, id string) (news.Article, error) {
	if twin := in.twins[id]; twin != "" {
		return in.t.Article(ctx, twin)
	}
	return in.t.FindArticle(ctx, importKey(id))
}

// isAddress reports whether people can be sent to s.
func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
