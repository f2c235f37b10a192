package web

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// apiRoot begins the addresses of the API. What is added keeps its number; what
// would break a client gets another.
const apiRoot = "/api/v1"

// openAPI describes the API, by hand. Tests hold the routes and every answer
// against it.
//
//go:embed openapi.json
var openAPI []byte

// A route is one address of the API.
type route struct {
	path    string // below apiRoot
	handler handler
}

func (s *site) apiRoutes() []route {
	return []route{
		{"/openapi.json", s.apiDescription},
		{"/articles", s.apiArticles},
		{"/articles/{id}", s.apiArticle},
		{"/articles/{id}/versions", s.apiVersions},
		{"/articles/{id}/versions/{n}", s.apiVersion},
		{"/articles/{id}/diff/{from}/{to}", s.apiDiff},
		{"/events", s.apiEvents},
		{"/events/{id}", s.apiEvent},
		{"/search", s.apiSearch},
		{"/sources", s.apiSources},
		{"/feeds", s.apiFeeds},
		{"/lookup", s.apiLookup},
		{"/stream", s.stream},
	}
}

func (s *site) apiDescription(w http.ResponseWriter, r *http.Request) error {
	return s.send(w, r, answer{contentType: "application/json", tag: s.tagOf(r, openAPI), make: func(w io.Writer) error {
		_, err := w.Write(openAPI)
		return err
	}})
}

// An articleBody is an article as the API shows it.
type articleBody struct {
	ID         news.ArticleID `json:"id"`
	URL        string         `json:"url"`
	Headline   string         `json:"headline"`
	Source     string         `json:"source"`
	Language   string         `json:"language"`
	Kind       string         `json:"kind"`
	Reading    news.Reading   `json:"reading"`
	Published  *time.Time     `json:"published"`
	FirstSeen  *time.Time     `json:"first_seen"`
	LastEdited *time.Time     `json:"last_edited"`
	Checked    *time.Time     `json:"checked"`
	NextCheck  *time.Time     `json:"next_check"`
	Removed    *time.Time     `json:"removed"`
	Retired    *time.Time     `json:"retired"`
	Versions   int            `json:"versions"`
	Edits      int            `json:"edits"`
	Hash       news.Hash      `json:"hash"`
	Extractor  string         `json:"extractor"`
	Links      articleLinks   `json:"links"`
}

type articleLinks struct {
	Self     string `json:"self"`
	Versions string `json:"versions"`
	Events   string `json:"events"`
	History  string `json:"history"` // for people
}

func (s *site) articleBody(a news.Article, base string) articleBody {
	self := base + apiRoot + articlePath(a.ID)
	return articleBody{
		ID: a.ID, URL: a.URL, Headline: a.Headline, Source: a.Source, Language: a.Language, Kind: a.Kind, Reading: a.Reading,
		Published: news.Known(a.Published), FirstSeen: news.Known(a.FirstSeen), LastEdited: news.Known(a.LastEdited),
		Checked: news.Known(a.Polling.Last), NextCheck: news.Known(a.Polling.Next),
		Removed: news.Known(a.Removed), Retired: news.Known(a.Retired),
		Versions: a.Versions, Edits: a.Edits, Hash: a.Hash, Extractor: a.Extractor,
		Links: articleLinks{
			Self: self, Versions: self + "/versions",
			Events:  base + apiRoot + "/events?article=" + url.QueryEscape(string(a.ID)),
			History: base + articlePath(a.ID),
		},
	}
}

// apiArticles lists articles, those with the newest events first.
func (s *site) apiArticles(w http.ResponseWriter, r *http.Request) error {
	q := ask(r, "source", "feed", "cursor", "limit")
	limit := q.limit()
	want := store.ArticleQuery{
		Source: q.text("source"), Feed: news.FeedID(q.text("feed")), After: news.ArticleID(q.cursor()), Max: limit + 1,
	}
	if q.err != nil {
		return q.err
	}
	list, err := s.store.Articles(r.Context(), want)
	if errors.Is(err, store.ErrNotFound) { // the article that the page before ended with
		q.lost()
		return q.err
	}
	if err != nil {
		return err
	}
	list, more := cut(list, limit)
	body := struct {
		Articles []articleBody `json:"articles"`
		Next     string        `json:"next"`
	}{Articles: []articleBody{}}
	for _, a := range list {
		body.Articles = append(body.Articles, s.articleBody(a, s.base(r)))
	}
	if more {
		body.Next = s.next(w, r, more, string(list[limit-1].ID))
	}
	return s.sendJSON(w, r, s.tagOf(r, body), func(context.Context) (any, error) { return body, nil })
}

// apiArticle shows an article.
func (s *site) apiArticle(w http.ResponseWriter, r *http.Request) error {
	if q := ask(r); q.err != nil {
		return q.err
	}
	a, err := s.find(r.Context(), r)
	if err != nil {
		return err
	}
	return s.sendArticle(w, r, a)
}

func (s *site) sendArticle(w http.ResponseWriter, r *http.Request, a news.Article) error {
	body := s.articleBody(a, s.base(r))
	return s.sendJSON(w, r, s.tagOf(r, body), func(context.Context) (any, error) { return body, nil })
}

// apiLookup shows the article that is kept under an address.
func (s *site) apiLookup(w http.ResponseWriter, r *http.Request) error {
	q := ask(r, "url")
	address := q.text("url")
	if q.err != nil {
		return q.err
	}
	a, err := s.findByAddress(r.Context(), address)
	if err != nil {
		return err
	}
	return s.sendArticle(w, r, a)
}

// apiSources lists the publications whose articles are kept, by name.
func (s *site) apiSources(w http.ResponseWriter, r *http.Request) error {
	q := ask(r, "cursor", "limit")
	limit, after := q.limit(), q.cursor()
	if q.err != nil {
		return q.err
	}
	names, err := s.store.Sources(r.Context(), after, limit+1)
	if err != nil {
		return err
	}
	names, more := cut(names, limit)
	type source struct {
		Name     string `json:"name"`
		Articles string `json:"articles"`
		Events   string `json:"events"`
	}
	body := struct {
		Sources []source `json:"sources"`
		Next    string   `json:"next"`
	}{Sources: []source{}}
	for _, name := range names {
		as := "?source=" + url.QueryEscape(name)
		body.Sources = append(body.Sources, source{name, s.base(r) + apiRoot + "/articles" + as, s.base(r) + apiRoot + "/events" + as})
	}
	if more {
		body.Next = s.next(w, r, more, names[limit-1])
	}
	return s.sendJSON(w, r, s.tagOf(r, body), func(context.Context) (any, error) { return body, nil })
}

// A feedBody is a feed as the API shows it. Its own address is left out: it may
// hold a subscriber's token.
type feedBody struct {
	ID           news.FeedID  `json:"id"`
	Title        string       `json:"title"`
	Site         string       `json:"site"`
	Host         string       `json:"host"`
	Entries      int          `json:"entries"`
	FirstSeen    *time.Time   `json:"first_seen"`
	Listed       *time.Time   `json:"listed"`
	Checked      *time.Time   `json:"checked"`
	NextCheck    *time.Time   `json:"next_check"`
	Outcome      news.Outcome `json:"outcome"`
	Failures     int          `json:"failures"`
	FailingSince *time.Time   `json:"failing_since"`
	Trouble      string       `json:"trouble"`
	Articles     string       `json:"articles"`
}

// apiFeeds lists the feeds and how their reading goes, in the order of their
// IDs.
func (s *site) apiFeeds(w http.ResponseWriter, r *http.Request) error {
	q := ask(r, "cursor", "limit")
	limit, from := q.limit(), int(q.numberCursor())
	if q.err != nil {
		return q.err
	}
	feeds, err := store.AllFeeds(r.Context(), s.store)
	if err != nil {
		return err
	}
	feeds, more := cut(feeds[min(from, len(feeds)):], limit)
	body := struct {
		Feeds []feedBody `json:"feeds"`
		Next  string     `json:"next"`
	}{Feeds: []feedBody{}}
	for _, f := range feeds {
		b := feedBody{
			ID: f.ID, Title: f.Title, Site: outward(f.SiteURL), Host: news.Host(f.URL), Entries: f.Entries,
			FirstSeen: news.Known(f.FirstSeen), Listed: news.Known(f.Listed), Checked: news.Known(f.Polling.Last), NextCheck: news.Known(f.Polling.Next),
			Outcome: f.Polling.Outcome, Failures: f.Polling.Failures,
			Articles: s.base(r) + apiRoot + "/articles?feed=" + url.QueryEscape(string(f.ID)),
		}
		if f.Polling.Failures > 0 {
			b.FailingSince, b.Trouble = news.Known(f.Polling.FailingSince), f.Polling.Detail
		}
		body.Feeds = append(body.Feeds, b)
	}
	body.Next = s.next(w, r, more, strconv.Itoa(from+limit))
	return s.sendJSON(w, r, s.tagOf(r, body), func(context.Context) (any, error) { return body, nil })
}

func (s *site) sendJSON(w http.ResponseWriter, r *http.Request, tag string, body func(context.Context) (any, error)) error {
	return s.send(w, r, answer{contentType: "application/json", tag: tag, make: func(w io.Writer) error {
		v, err := body(r.Context())
		if err != nil {
			return err
		}
		return json.NewEncoder(w).Encode(v) // which escapes <, > and &
	}})
}

// eventNumber reads an event's ID or number; 0 when it is none.
func eventNumber(id string) news.Seq {
	n, err := strconv.ParseUint(strings.TrimPrefix(id, "e"), 10, 63)
	if err != nil {
		return 0
	}
	return news.Seq(n)
}
