package search

import (
	"context"

	"github.com/editwatch/editwatch/internal/news"
)

// An Index answers queries. Its methods are safe for concurrent use.
type Index struct{}

// Search returns one page of what matches. Whatever the words are, they are
// answered; an error is [ErrCursor], ctx's, or of the disk.
func (x *Index) Search(ctx context.Context, q Query) (Results, error) { return Results{}, nil }

// Remove takes out every version of an article, which is not found any more
// when Remove returns. The article is taken in again if a version of it is
// recorded later.
func (x *Index) Remove(ctx context.Context, article news.ArticleID) error { return nil }

// Status says how far the index has come.
func (x *Index) Status(ctx context.Context) (Status, error) { return Status{}, nil }
