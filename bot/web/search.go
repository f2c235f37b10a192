package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/search"
	"github.com/editwatch/editwatch/internal/store"
)

type searchPage struct {
	Off    bool // search is switched off here
	Asked  bool // something was looked for
	Wish   wish
	Places []choice
	Filter filterForm

	Hits       []hit
	Rebuilding bool
	EachPath   string // the same search in every version; empty when this is it
	Pager      pager
}

// A wish is what someone looks for. It stands in the address of the page under
// the names q, in, each, order and those of a filter.
type wish struct {
	Words string
	In    string // where the words must stand, if anywhere; see placeNames
	Each  bool   // every version is wanted, not only the newest of an article
	Best  bool   // the best match comes first, not the newest
	filter
}

// placeNames are the values of in.
var placeNames = []choice{{"headline", "in the headline"}, {"changed", "among words that changed"}}

func wishOf(v url.Values) (wish, error) {
	f, err := filterOf(v)
	if err != nil {
		return wish{}, err
	}
	w := wish{Words: strings.TrimSpace(v.Get("q")), In: v.Get("in"), Each: v.Get("each") == "true", Best: v.Get("order") == "best", filter: f}
	switch {
	case len(w.Words) > maxLookup:
		return wish{}, errTooMuch
	case w.In != "" && !slices.ContainsFunc(placeNames, func(c choice) bool { return c.Value == w.In }):
		return wish{}, badFilter("Words are looked for anywhere, in the headline, or among those that changed.")
	case w.Class != "" && !slices.ContainsFunc(classNames, func(c choice) bool { return c.Value == w.Class }):
		return wish{}, badFilter("Only what changed in a text can be searched; the list of edits shows what became of articles.")
	}
	return w, nil
}

// others are the names and values that stand besides those of the filter.
func (w wish) others() []string {
	list := []string{"q", w.Words, "in", w.In}
	if w.Each {
		list = append(list, "each", "true")
	}
	if w.Best {
		list = append(list, "order", "best")
	}
	return list
}

// query is the wish as the index understands it.
func (w wish) query() search.Query {
	q := search.Query{
		Words: w.Words, Source: w.Source, Since: w.Since, Until: w.end(), Least: w.Least,
		Headline: w.In == "headline", Changed: w.In == "changed", Each: w.Each, Best: w.Best,
	}
	if w.Class != "" {
		q.Classes = []news.Class{news.Class(w.Class)}
	}
	return q
}

// feeds are the feeds that follow the search; nil when nothing is looked for.
func (w wish) feeds() *feedLinks {
	v := w.values(w.others()...)
	v.Del("each") // a feed has every version that matches, the newest first
	v.Del("order")
	if len(v) == 0 {
		return nil
	}
	return &feedLinks{Title: "Edits found by a search", Name: "this search", Path: "/search/edits", Query: v.Encode()}
}

// A hit is a version that was found.
type hit struct {
	heading
	Target  string // the edit that led to the version, or the version itself
	Version string
	Rank    string // empty for a baseline
	Classes []string
	At      time.Time
	Title   []stretch
	Snippet []stretch
}

// A stretch is neighbouring runs that the edit treated alike.
type stretch struct {
	Op   news.WordOp
	Runs []search.Run
}

func stretches(runs []search.Run) []stretch {
	var out []stretch
	for _, r := range runs {
		if n := len(out); n > 0 && out[n-1].Op == r.Op {
			out[n-1].Runs = append(out[n-1].Runs, r)
		} else {
			out = append(out, stretch{r.Op, []search.Run{r}})
		}
	}
	return out
}

// searchWords finds versions by their words. Whoever pastes a link is led to
// its article.
func (s *site) searchWords(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if q := r.URL.Query().Get("q"); news.NamesLink(q) {
		a, err := s.findByAddress(ctx, q)
		if err != nil {
			return err
		}
		return s.redirect(w, r, articlePath(a.ID))
	}
	wish, err := wishOf(r.URL.Query())
	if err != nil {
		return err
	}
	page := searchPage{Off: s.search == nil, Wish: wish, Places: placeNames, Filter: wish.form("/search", wish.others()...)}
	page.Filter.Classes = classNames
	page.Asked = wish.Words != "" || wish.filter != filter{}
	if page.Filter.Sources, err = s.store.Sources(ctx, "", sourceChoices); err != nil {
		return err
	}
	if src := wish.Source; src != "" && !slices.Contains(page.Filter.Sources, src) {
		page.Filter.Sources = append(page.Filter.Sources, src)
	}
	if page.Asked && !page.Off {
		if err := s.findWords(ctx, r.URL.Query().Get("after"), &page); err != nil {
			return err
		}
	}
	return s.sendPage(w, r, "search", s.tagOf(r, page), func() (view, error) {
		title := "Search"
		if wish.Words != "" {
			title = "Search: " + wish.Words
		}
		return view{Title: title, Section: "search", Feeds: wish.feeds(), Body: page}, nil
	})
}

// findWords puts on the page what is found of its wish.
func (s *site) findWords(ctx context.Context, after string, page *searchPage) error {
	q := page.Wish.query()
	q.After = after
	found, err := s.search.Search(ctx, q)
	if errors.Is(err, search.ErrCursor) {
		return &refusal{Status: http.StatusBadRequest, Title: "No such place in the list",
			Text: "The address names a page of results that cannot be found. Search again for the first."}
	}
	if err != nil {
		return err
	}
	page.Rebuilding, page.Pager.Undated = found.Rebuilding, page.Wish.Best
	for _, h := range found.Hits {
		// The index follows the store; what has just been withheld or deleted
		// may still be in it.
		a, err := s.store.Article(ctx, h.Article)
		if errors.Is(err, store.ErrNotFound) || err == nil && !a.Withheld.IsZero() {
			continue
		}
		if err != nil {
			return err
		}
		page.Hits = append(page.Hits, hitOf(h, a))
	}
	path := func(w wish, more ...string) string {
		return withQuery("/search", w.values(append(w.others(), more...)...))
	}
	if after != "" {
		page.Pager.Newer = path(page.Wish)
	}
	if found.Next != "" {
		page.Pager.Older = path(page.Wish, "after", found.Next)
	}
	if all := page.Wish; !all.Each {
		all.Each = true
		page.EachPath = path(all)
	}
	return nil
}

func hitOf(h search.Hit, a news.Article) hit {
	out := hit{
		heading: headingOf(a),
		Target:  versionPath(h.Article, h.To),
		Version: fmt.Sprintf("Version %d", h.To),
		At:      h.At, Title: stretches(h.Title), Snippet: stretches(h.Snippet),
	}
	if h.From != 0 {
		out.Target = diffPath(h.Article, h.From, h.To)
		out.Rank = h.Significance.String()
		out.Classes = kinds(h.Classes)
	}
	if len(out.Title) == 0 {
		out.Title = stretches([]search.Run{{Text: cmp.Or(h.Headline, out.Headline)}})
	}
	return out
}
