package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/search"
	"github.com/editwatch/editwatch/internal/store"
)

// eventFilters are the parameters that choose among events, in lists and in the
// stream.
var eventFilters = []string{"article", "source", "kind", "class", "min", "since", "until"}

// events reads the parameters that choose among events.
func (q *query) events() store.EventQuery {
	return store.EventQuery{
		Article: news.ArticleID(q.text("article")), Source: q.text("source"),
		Kinds: someOf(q, "kind", eventKinds...), Classes: someOf(q, "class", classes...), Least: q.least(),
		Since: q.time("since"), Until: q.time("until"),
	}
}

// apiEvents lists events, newest first, or oldest first where that is asked for
// or where they shall come after one.
func (s *site) apiEvents(w http.ResponseWriter, r *http.Request) error {
	q := ask(r, slices.Concat(eventFilters, []string{"after", "order", "cursor", "limit"})...)
	want, limit := q.events(), q.limit()
	want.Max, want.After = limit+1, q.seq("after")
	want.Oldest = q.values.Has("after")
	if order := oneOf(q, "order", "newest", "oldest"); order != "" {
		want.Oldest = order == "oldest"
	}
	if at := news.Seq(q.numberCursor()); at != 0 && want.Oldest {
		want.After = max(want.After, at)
	} else if at != 0 {
		want.Before = at
	}
	if q.err != nil {
		return q.err
	}
	if err := s.shown(r.Context(), want.Article); err != nil {
		return err
	}
	events, err := s.store.Events(r.Context(), want)
	if err != nil {
		return err
	}
	events, more := cut(events, limit)
	next := ""
	if more {
		next = s.next(w, r, more, strconv.FormatUint(uint64(events[limit-1].Seq), 10))
	}
	tag, err := s.tagOfEvents(r, next, events...)
	if err != nil {
		return err
	}
	return s.sendJSON(w, r, tag, func(ctx context.Context) (any, error) {
		reports, err := s.reports(ctx, events, s.base(r))
		return struct {
			Events []news.Report `json:"events"`
			Next   string        `json:"next"`
		}{reports, next}, err
	})
}

// tagOfEvents makes the entity tag of an answer that shows events and where they
// go on. What is said of their articles, how many of their versions are gone, and
// where an archive keeps the others changes later than the events.
func (s *site) tagOfEvents(r *http.Request, next string, events ...news.Event) (string, error) {
	list, err := s.withArticles(r.Context(), events)
	if err != nil {
		return "", err
	}
	copies, err := s.copiesOf(r.Context(), events...)
	return s.tagOf(r, events, next, keysOf(list), copies), err
}

// copiesOf returns the copies of the versions at both ends of events: a copy comes
// later than the event, whose answer changes with it.
func (s *site) copiesOf(ctx context.Context, events ...news.Event) ([]news.Copy, error) {
	var all []news.Copy
	for _, e := range events {
		if e.To == 0 {
			continue
		}
		copies, err := s.store.Copies(ctx, e.Article, cmp.Or(e.From, e.To), e.To)
		if err != nil {
			return nil, err
		}
		all = append(all, copies...)
	}
	return all, nil
}

// shown returns nil if the article is there and not withheld, or if none is
// meant.
func (s *site) shown(ctx context.Context, id news.ArticleID) error {
	if id == "" {
		return nil
	}
	a, err := s.store.Article(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return errNoArticle
	}
	if err == nil && !a.Withheld.IsZero() {
		return withheld(a)
	}
	return err
}

// apiEvent shows one event.
func (s *site) apiEvent(w http.ResponseWriter, r *http.Request) error {
	if q := ask(r); q.err != nil {
		return q.err
	}
	e, err := s.store.Event(r.Context(), eventNumber(r.PathValue("id")))
	if errors.Is(err, store.ErrNotFound) {
		return errNoEvent
	}
	if err == nil {
		err = s.shown(r.Context(), e.Article)
	}
	if err != nil {
		return err
	}
	tag, err := s.tagOfEvents(r, "", e)
	if err != nil {
		return err
	}
	return s.sendJSON(w, r, tag, func(ctx context.Context) (any, error) {
		return s.report(ctx, s.store, e, s.base(r))
	})
}

var (
	errSearchOff = &refusal{Status: http.StatusNotImplemented, Title: "Search is switched off here",
		Text: "The operator can switch it on in the configuration. Lists of events can be filtered without it."}
	classes = []news.Class{news.ClassHeadline, news.ClassCorrection, news.ClassFact, news.ClassStandfirst, news.ClassAddition,
		news.ClassRemoval, news.ClassRewrite, news.ClassReorder, news.ClassMinor, news.ClassTypography}
	eventKinds = append(slices.Clone(news.HistoryKinds), news.Archived)
)

// least reads the parameter min.
func (q *query) least() news.Significance {
	switch oneOf(q, "min", "typography", "minor", "major") {
	case "typography":
		return news.Typography
	case "minor":
		return news.Minor
	case "major":
		return news.Major
	}
	return news.None
}

// A hitBody is a version that was found, with where to read on.
type hitBody struct {
	search.Hit
	Links news.ReportLinks `json:"links"`
}

// apiSearch finds versions by their words.
func (s *site) apiSearch(w http.ResponseWriter, r *http.Request) error {
	q := ask(r, "q", "article", "source", "class", "min", "since", "until", "in", "each", "order", "cursor", "limit")
	want := search.Query{
		Words: q.text("q"), Source: q.text("source"), Article: news.ArticleID(q.text("article")),
		Since: q.time("since"), Until: q.time("until"), Classes: someOf(q, "class", classes...), Least: q.least(),
		Each: oneOf(q, "each", "true", "false") == "true",
		Best: oneOf(q, "order", "newest", "best") == "best",
		Max:  q.limit(), After: q.cursor(),
	}
	for _, where := range someOf(q, "in", "headline", "changed") {
		want.Headline = want.Headline || where == "headline"
		want.Changed = want.Changed || where == "changed"
	}
	if q.err != nil {
		return q.err
	}
	if s.search == nil {
		return errSearchOff
	}
	found, err := s.search.Search(r.Context(), want)
	if errors.Is(err, search.ErrCursor) {
		q.lost()
		return q.err
	}
	if err != nil {
		return err
	}
	body := struct {
		Hits       []hitBody `json:"hits"`
		Next       string    `json:"next"`
		Rebuilding bool      `json:"rebuilding"`
	}{[]hitBody{}, s.next(w, r, found.Next != "", found.Next), found.Rebuilding}
	for _, h := range found.Hits {
		b := hitBody{Hit: h}
		b.Links.History = s.base(r) + articlePath(h.Article)
		if h.From != 0 {
			b.Links.Diff = s.base(r) + diffPath(h.Article, h.From, h.To)
		}
		body.Hits = append(body.Hits, b)
	}
	return s.sendJSON(w, r, s.tagOf(r, body), func(context.Context) (any, error) { return body, nil })
}
