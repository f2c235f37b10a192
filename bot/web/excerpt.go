package web

import (
	"context"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
)

// Where whoever runs this may not show whole texts, pages, feeds and API give
// what changed and the words around it; package edit says how many.

// shownText returns of a version's text what may be shown: all of it, or what
// the edits on either side of it changed.
func (s *site) shownText(ctx context.Context, a news.Article, v news.Version) (news.Text, error) {
	if !s.excerpt {
		return v.Text, nil
	}
	var to, from *news.Edit
	if v.Number-1 > a.Pruned {
		old, err := s.store.Version(ctx, a.ID, v.Number-1)
		if err != nil {
			return news.Text{}, noVersion(err)
		}
		e := edit.Compare(v.Before(old), v.Text)
		to = &e
	}
	if v.Number < a.Versions {
		next, err := s.store.Version(ctx, a.ID, v.Number+1)
		if err != nil {
			return news.Text{}, noVersion(err)
		}
		e := edit.Compare(v.Text, next.Text)
		from = &e
	}
	return edit.ExcerptText(v.Text, to, from), nil
}

// shownEdit returns of an edit what may be shown.
func (s *site) shownEdit(e news.Edit) news.Edit {
	if !s.excerpt {
		return e
	}
	return edit.Excerpt(e)
}

// shownReport returns of a report what may be shown.
func (s *site) shownReport(rep news.Report) news.Report {
	if rep.Edit != nil {
		e := s.shownEdit(*rep.Edit)
		rep.Edit = &e
	}
	return rep
}
