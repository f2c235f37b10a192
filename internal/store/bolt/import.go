package bolt

import (
	"context"
	"fmt"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// RecordImported implements [store.Recorder].
func (s *Store) RecordImported(ctx context.Context, events []news.Event) error {
	return s.update(ctx, func(t *tx) error {
		for _, e := range events {
			old, err := t.find(e.Article)
			if err != nil {
				return err
			}
			if e.From > old.Versions || e.To > old.Versions {
				return fmt.Errorf("an imported event of article %s names a version it does not have: %w", old.ID, store.ErrConflict)
			}
			a := *old
			if e.From != e.To {
				a.Edits++
			}
			if e.Significance >= news.Minor && e.At.After(a.LastEdited) {
				a.LastEdited = e.At
			}
			e.Imported = true
			if _, err := t.appendEvent(e, &a); err != nil {
				return err
			}
			if err := t.putArticle(old, &a); err != nil {
				return err
			}
		}
		return nil
	})
}

// knownArticles is Articles for ArticleQuery.Known: in the order of numbers.
func (s *Store) knownArticles(ctx context.Context, q store.ArticleQuery) ([]news.Article, error) {
	var list []news.Article
	err := s.view(ctx, func(t *tx) error {
		c := t.bucket(articles).Cursor()
		k, _ := c.First()
		if q.After != "" {
			n := articleNum(q.After)
			if n == 0 {
				return missing("article", q.After)
			}
			k, _ = c.Seek(n4(n + 1)) // which may have been deleted since
		}
		for ; k != nil && len(list) < limit(q.Max); k, _ = c.Next() {
			n := num4(k)
			if !q.Withheld && t.hides(n) {
				continue
			}
			a, err := t.article(n)
			if err != nil {
				return err
			}
			list = append(list, a.Article)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}
