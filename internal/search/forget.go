package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// Remove takes out every version of an article, which is not found any more
// when Remove returns. Versions of it that are recorded later are taken in.
func (x *Index) Remove(ctx context.Context, article news.ArticleID) error {
	return x.update(ctx, func(tx *sql.Tx) error {
		places, err := standing(tx.QueryContext(ctx, `SELECT doc.place, doc.article, doc.version FROM words CROSS JOIN doc ON doc.slot = words.rowid
			WHERE words MATCH ?`, ofArticle(article)))
		if err != nil {
			return err
		}
		return takeOut(ctx, tx, places)
	})
}

// ofArticle matches the versions of an article.
func ofArticle(id news.ArticleID) string { return `tag:"` + tagArticle(id) + `"` }

// standing reads where versions stand.
func standing(rows *sql.Rows, err error) (list []store.VersionAt, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var at store.VersionAt
		if err := rows.Scan(&at.Place, &at.Article, &at.Number); err != nil {
			return nil, err
		}
		list = append(list, at)
	}
	return list, rows.Err()
}

// takeOut takes out what still stands at places.
func takeOut(ctx context.Context, tx *sql.Tx, places []store.VersionAt) error {
	for _, at := range places {
		if _, err := tx.ExecContext(ctx, `DELETE FROM words WHERE rowid = (SELECT slot FROM doc WHERE place = ?)`, at.Place); err != nil {
			return err
		}
		done, err := tx.ExecContext(ctx, `DELETE FROM doc WHERE place = ?`, at.Place)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE state SET docs = docs - ?`, n); err != nil {
			return err
		}
	}
	return nil
}

// forget takes out the versions that the store has no more: those it does not
// keep any longer, and those of articles that were deleted while nobody told the
// index. It looks for them only where the index has more than the store.
func (x *Index) forget(ctx context.Context) error {
	s, err := x.Status(ctx)
	if err != nil || s.Versions-s.Of <= x.vain {
		return err
	}
	for after := uint64(0); ; {
		list, err := x.store.Recorded(ctx, after, batch)
		if err != nil {
			return err
		}
		last := uint64(math.MaxInt64)
		if len(list) == batch {
			last = list[batch-1].Place
		}
		if err := x.keepOnly(ctx, list, after, last); err != nil {
			return err
		}
		if len(list) < batch {
			break
		}
		after = last
	}
	if s, err = x.Status(ctx); err == nil {
		x.vain = max(s.Versions-s.Of, 0)
	}
	return err
}

// keepOnly takes out what stands after one place and up to another and is not
// among what the store has there. The oldest version that is left of an article
// is taken in anew: what it struck stood in one that is gone.
func (x *Index) keepOnly(ctx context.Context, there []store.VersionAt, after, last uint64) error {
	list, err := standing(x.write.QueryContext(ctx, `SELECT place, article, version FROM doc WHERE place > ? AND place <= ? ORDER BY place`, after, last))
	if err != nil {
		return err
	}
	var gone, oldest []store.VersionAt
	for _, at := range list {
		for len(there) > 0 && there[0].Place < at.Place {
			there = there[1:]
		}
		if len(there) > 0 && there[0].Place == at.Place {
			continue
		}
		if !slices.ContainsFunc(gone, func(o store.VersionAt) bool { return o.Article == at.Article }) {
			left, err := x.oldest(ctx, at.Article)
			if err != nil {
				return err
			}
			oldest = append(oldest, left...)
		}
		gone = append(gone, at)
	}
	if len(gone) == 0 {
		return nil
	}
	docs, err := x.prepare(ctx, oldest)
	if err != nil {
		return err
	}
	return x.update(ctx, func(tx *sql.Tx) error {
		if err := takeOut(ctx, tx, slices.Concat(gone, oldest)); err != nil {
			return err
		}
		return put(ctx, tx, docs)
	})
}

// oldest returns where the oldest version that is kept of an article stands, if
// it is known here.
func (x *Index) oldest(ctx context.Context, id news.ArticleID) ([]store.VersionAt, error) {
	a, err := x.store.Article(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return standing(x.write.QueryContext(ctx, `SELECT doc.place, doc.article, doc.version FROM words CROSS JOIN doc ON doc.slot = words.rowid
		WHERE words MATCH ? AND doc.version = ?`, ofArticle(id), a.Pruned+1))
}

// Compact gives the disk back what the index in the file does not use. The words
// that were taken out leave the file with it; until then they only are not found.
// Nobody else may have the index open. One that cannot be used is removed, and
// made anew when it is next needed. Compact returns the sizes before and after;
// after is 0 where there is no index any more, and before where there was none.
func Compact(ctx context.Context, path string, st Store) (before, after int64, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	before = info.Size()
	x := newIndex(path, st, Options{})
	if err := x.open(); err != nil {
		return before, 0, removeFiles(path)
	}
	switch err := errors.Join(x.compact(ctx), x.closeFile()); {
	case unusable(err):
		return before, 0, removeFiles(path)
	case err != nil:
		return before, before, fmt.Errorf("compact the search index: %w", err)
	}
	if info, err = os.Stat(path); err != nil {
		return before, before, err
	}
	return before, info.Size(), nil
}

func (x *Index) compact(ctx context.Context) error {
	if err := x.sameStore(ctx); err != nil {
		return err
	}
	if err := x.forget(ctx); err != nil {
		return err
	}
	for _, do := range []string{`INSERT INTO words (words) VALUES ('optimize')`, `VACUUM`, `PRAGMA wal_checkpoint(TRUNCATE)`} {
		if _, err := x.write.ExecContext(ctx, do); err != nil {
			return err
		}
	}
	return nil
}
