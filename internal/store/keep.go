package store

import (
	"context"
	"iter"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// Keeper decides what stays, and what of it is shown.
//
// An article that is withheld is left out of Articles and Events unless the
// query asks for it; everything else reads it as before, and whoever shows it
// looks at [news.Article.Withheld] first.
type Keeper interface {
	// Withhold withholds the article since a time, with the sentence that is shown
	// in its place; the zero time ends that.
	Withhold(ctx context.Context, article news.ArticleID, since time.Time, why string) error
	// Withheld returns the articles that are withheld, in no particular order.
	Withheld(ctx context.Context) ([]news.Article, error)
	// Delete removes the article for good: its record, versions, page, captures,
	// copies, keys and watches, and what its events and deliveries say. An event of it is
	// ErrNotFound from then on, and its number is not given out again; what was
	// still to be delivered never will be. What remains are hashes of its keys,
	// by which Sight knows not to let a feed bring it back.
	Delete(ctx context.Context, article news.ArticleID) (Deleted, error)
	// Prune goes through up to p.Max articles after p.After and removes what need
	// not be kept any longer of those that are not checked any more, one article a
	// transaction. The newest version and the events of an article stay.
	Prune(ctx context.Context, p Pruning) (Pruned, error)
	// Captures yields captures, oldest first, each read on its own: what is
	// recorded meanwhile may be among them. It ends after an error, which is
	// yielded with a zero Capture.
	Captures(ctx context.Context, q CaptureQuery) iter.Seq2[news.Capture, error]
}

// Deleted says what Delete removed.
type Deleted struct {
	Versions, Events, Captures int
	Watches                    []news.Watch // those of this article alone
	// Posts counts the posts about it that were sent, by channel: they still
	// stand where they were posted.
	Posts map[news.ChannelName]int
}

// A Pruning says what to remove.
type Pruning struct {
	// Versions is the time since which an article must be checked for its older
	// versions to be kept, Captures likewise for its captures. Zero keeps all.
	Versions, Captures time.Time
	After              news.ArticleID // go on behind this one; empty: from the first
	Max                int            // articles to look at; 0: 1000
}

// Pruned says what Prune removed.
type Pruned struct {
	Articles, Versions, Captures int
	// Last is the last article looked at, to go on behind it; empty at the end.
	Last news.ArticleID
}

// A CaptureQuery selects captures. Zero fields select all.
type CaptureQuery struct {
	Article  news.ArticleID
	Source   string
	Since    time.Time // only those at or after
	Until    time.Time // only those before
	Withheld bool      // those of withheld articles too
}
