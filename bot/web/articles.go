package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// listedArticles is how many articles stand on one page of a list.
const listedArticles = 50

type articlesPage struct {
	Source   string
	Articles []articleItem
	Pager    pager
}

type articleItem struct {
	heading
	Path                  string
	Counts, State         string
	FirstSeen, LastEdited time.Time
}

// articles lists articles, of one source or all.
func (s *site) articles(w http.ResponseWriter, r *http.Request) error {
	source := r.PathValue("source")
	q := store.ArticleQuery{Source: source, Max: listedArticles + 1, After: news.ArticleID(r.URL.Query().Get("after"))}
	list, err := s.store.Articles(r.Context(), q)
	if err != nil {
		return err
	}
	if source != "" && len(list) == 0 {
		if err := s.sourceKnown(r.Context(), source); err != nil {
			return err
		}
	}
	path := sourcePath(source) + "/articles"
	v := view{Title: "Articles", Section: "articles"}
	if source != "" {
		v = view{Title: "Articles of " + source, Section: "sources", Feeds: sourceFeeds(source)}
	}
	page := articlesPage{Source: source}
	if q.After != "" {
		page.Pager.Newer = path
	}
	if len(list) > listedArticles {
		list = slices.Clip(list[:listedArticles])
		page.Pager.Older = path + "?after=" + url.QueryEscape(string(list[listedArticles-1].ID))
	}
	for _, a := range list {
		page.Articles = append(page.Articles, articleItem{
			heading: headingOf(a), Path: articlePath(a.ID),
			Counts: brief.Versions(a.Versions, a.Edits), State: state(a),
			FirstSeen: a.FirstSeen, LastEdited: a.LastEdited,
		})
	}
	v.Body = page
	return s.sendPage(w, r, "articles", s.tagOf(r, page), func() (view, error) { return v, nil })
}

// state says in a word what is special about an article.
func state(a news.Article) string {
	switch {
	case !a.Removed.IsZero():
		return "removed"
	case !a.Retired.IsZero():
		return "no longer checked"
	case a.Versions == 0:
		return "not read yet"
	}
	return ""
}
