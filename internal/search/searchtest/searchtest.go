// Package searchtest gives tests a search index that is never behind its store.
package searchtest

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/search"
)

// An Index is a [search.Index] that takes in what the store has whenever it is
// asked. It is made when it is asked for the first time: most tests do not.
type Index struct {
	t  testing.TB
	st search.Store

	mu sync.Mutex // guards x and its catching up
	x  *search.Index
}

// New returns an index of the store, for as long as the test lasts.
func New(t testing.TB, st search.Store) *Index { return &Index{t: t, st: st} }

// Search implements bot.Searcher.
func (i *Index) Search(ctx context.Context, q search.Query) (search.Results, error) {
	x, err := i.ready(ctx)
	if err != nil {
		return search.Results{}, err
	}
	return x.Search(ctx, q)
}

// Remove implements bot.Searcher.
func (i *Index) Remove(ctx context.Context, article news.ArticleID) error {
	x, err := i.ready(ctx)
	if err != nil {
		return err
	}
	return x.Remove(ctx, article)
}

func (i *Index) ready(ctx context.Context) (*search.Index, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.x == nil {
		x, err := search.Open(filepath.Join(i.t.TempDir(), "test.search.db"), i.st, search.Options{})
		if err != nil {
			return nil, err
		}
		i.x = x
		i.t.Cleanup(func() { x.Close() })
	}
	return i.x, i.x.CatchUp(ctx)
}
