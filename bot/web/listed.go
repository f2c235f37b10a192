package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

// A listed event is one that a list shows, with its article as it stands.
type listed struct {
	news.Event
	of *news.Article
	// archive is where a public archive keeps the version it led to, in lists that
	// show it.
	archive string
}

// A listedKey is all that decides how a list shows an event: the event, which
// never changes but for the article it belongs to, what is said of that article
// wherever it is named, and how many of its versions are gone. The texts of the
// others never change. Whatever else a list comes to show belongs in here, and
// TestListedKey finds what of an article is missing.
type listedKey struct {
	Form                            string // what it is shown as
	Seq                             news.Seq
	At                              int64
	Article                         news.ArticleID
	URL, Source, Headline, Language string
	Pruned                          int
	Archive                         string
}

func (l listed) key(form string) listedKey {
	return listedKey{
		Form: form, Seq: l.Seq, At: l.At.UnixNano(), Article: l.of.ID,
		URL: l.of.URL, Source: l.of.Source, Headline: l.of.Headline, Language: l.of.Language, Pruned: l.of.Pruned,
		Archive: l.archive,
	}
}

// keysOf returns the keys of events: a list of them is decided by these.
func keysOf(list []listed) []listedKey {
	keys := make([]listedKey, len(list))
	for i, l := range list {
		keys[i] = l.key("")
	}
	return keys
}

// withArticles puts events together with their articles. What was deleted or
// withheld since the events were read is left out.
func (s *site) withArticles(ctx context.Context, events []news.Event) ([]listed, error) {
	list := make([]listed, 0, len(events))
	articles := make(map[news.ArticleID]*news.Article)
	for _, e := range events {
		a, ok := articles[e.Article]
		if !ok {
			found, err := s.store.Article(ctx, e.Article)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return nil, err
			}
			if err == nil && found.Withheld.IsZero() {
				a = &found
			}
			articles[e.Article] = a
		}
		if a != nil {
			list = append(list, listed{Event: e, of: a})
		}
	}
	return list, nil
}

// A fragment is what a list shows of one event, laid out.
type fragment struct {
	At   time.Time
	HTML template.HTML
}

func (f fragment) size() int { return len(f.HTML) }

// layOut executes one of our own templates, which escapes what it is given.
// Nothing else makes HTML.
func (s *site) layOut(page, name string, data any) (template.HTML, error) {
	var b strings.Builder
	if err := s.pages[page].ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("lay out %s: %w", name, err)
	}
	return template.HTML(b.String()), nil
}

// A reading is the store as a list reads it for edits of one article. The end of
// one edit is the beginning of the next, and each text is kept as what changed
// since the one before: neighbours are read together and once.
type reading struct {
	Store
	of       *news.Article
	versions map[int]news.Version
}

// maxApart is how far apart two versions that are wanted may be for those
// between them to be read too.
const maxApart = 4

// read reads the versions at both ends of events, which are of the article a.
func (s *site) read(ctx context.Context, a *news.Article, events ...news.Event) (report.Store, error) {
	var want []int
	for _, e := range events {
		for _, n := range []int{e.From, e.To} {
			if n > a.Pruned {
				want = append(want, n)
			}
		}
	}
	slices.Sort(want)
	r := reading{s.store, a, make(map[int]news.Version, len(want))}
	for len(want) > 0 {
		n := 1
		for n < len(want) && want[n]-want[n-1] <= maxApart {
			n++
		}
		versions, err := s.store.Versions(ctx, a.ID, want[0], want[n-1])
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			r.versions[v.Number] = v
		}
		want = want[n:]
	}
	return r, nil
}

// Article implements [report.Store].
func (r reading) Article(ctx context.Context, id news.ArticleID) (news.Article, error) {
	if id == r.of.ID {
		return *r.of, nil
	}
	return r.Store.Article(ctx, id)
}

// Version implements [report.Store].
func (r reading) Version(ctx context.Context, id news.ArticleID, number int) (news.Version, error) {
	if v, ok := r.versions[number]; ok && id == r.of.ID {
		return v, nil
	}
	return r.Store.Version(ctx, id, number)
}
