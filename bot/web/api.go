package web

import (
	"context"
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

// How many events an answer of the API holds.
const (
	apiEvents    = 20
	maxAPIEvents = 100
)

// eventsBody answers /api/v1/events. Events are newest first, or oldest first
// after a number.
type eventsBody struct {
	Events []news.Report `json:"events"`
	Next   string        `json:"next"` // address of the next page; empty on the last
}

// articleBody answers /api/v1/articles/{id}.
type articleBody struct {
	ID         news.ArticleID `json:"id"`
	URL        string         `json:"url"`
	Headline   string         `json:"headline"`
	Source     string         `json:"source"`
	Language   string         `json:"language"`
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
	History    string         `json:"history"`
	Events     []news.Report  `json:"events"` // the newest, newest first
	Next       string         `json:"next"`   // address of older events; empty when there are none
}

// apiEvents lists events. Query: article, source, before or after (numbers of
// events), max.
func (s *site) apiEvents(w http.ResponseWriter, r *http.Request) error {
	q := store.EventQuery{
		Article: news.ArticleID(r.URL.Query().Get("article")),
		Source:  r.URL.Query().Get("source"),
		Max:     apiEvents,
	}
	var err error
	if q.Before, err = cursor(r, "before"); err != nil {
		return err
	}
	if r.URL.Query().Has("after") {
		q.Oldest = true
		if v := r.URL.Query().Get("after"); v != "0" {
			if q.After, err = cursor(r, "after"); err != nil {
				return err
			}
		}
	}
	if v := r.URL.Query().Get("max"); v != "" {
		n := number(v)
		if n < 1 || n > maxAPIEvents {
			return &refusal{Status: http.StatusBadRequest, Title: "max is a number from 1 to " + strconv.Itoa(maxAPIEvents)}
		}
		q.Max = n
	}
	events, next, err := s.eventPage(r, q)
	if err != nil {
		return err
	}
	return s.sendJSON(w, r, s.tagOf(r, events), func(ctx context.Context) (any, error) {
		reports, err := s.reports(ctx, events, s.base(r))
		return eventsBody{reports, next}, err
	})
}

// eventPage reads one page of events and makes the address of the next.
func (s *site) eventPage(r *http.Request, q store.EventQuery) (events []news.Event, next string, err error) {
	want := q.Max
	q.Max++
	events, err = s.store.Events(r.Context(), q)
	if err != nil || len(events) <= want {
		return events, "", err
	}
	events = events[:want]
	v := url.Values{"max": {strconv.Itoa(want)}}
	if q.Article != "" {
		v.Set("article", string(q.Article))
	}
	if q.Source != "" {
		v.Set("source", q.Source)
	}
	direction := "before"
	if q.Oldest {
		direction = "after"
	}
	v.Set(direction, strconv.FormatUint(uint64(events[want-1].Seq), 10))
	return events, s.base(r) + "/api/v1/events?" + v.Encode(), nil
}

func (s *site) reports(ctx context.Context, events []news.Event, base string) ([]news.Report, error) {
	out := make([]news.Report, 0, len(events))
	for _, e := range events {
		rep, err := s.report(ctx, e, base)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		out = append(out, rep) // what was deleted leaves the rest of the report
	}
	return out, nil
}

// apiEvent shows one event.
func (s *site) apiEvent(w http.ResponseWriter, r *http.Request) error {
	seq, err := strconv.ParseUint(strings.TrimPrefix(r.PathValue("id"), "e"), 10, 64)
	if err != nil {
		return errNoEvent
	}
	e, err := s.store.Event(r.Context(), news.Seq(seq))
	if errors.Is(err, store.ErrNotFound) {
		return errNoEvent
	}
	if err != nil {
		return err
	}
	return s.sendJSON(w, r, s.tagOf(r, e), func(ctx context.Context) (any, error) {
		return s.report(ctx, e, s.base(r))
	})
}

var errNoEvent = &refusal{Status: http.StatusNotFound, Title: "No such event"}

// apiArticle shows an article and its newest events.
func (s *site) apiArticle(w http.ResponseWriter, r *http.Request) error {
	a, err := s.find(r.Context(), r)
	if err != nil {
		return err
	}
	events, next, err := s.eventPage(r, store.EventQuery{Article: a.ID, Max: apiEvents})
	if err != nil {
		return err
	}
	return s.sendJSON(w, r, s.tagOf(r, a, events), func(ctx context.Context) (any, error) {
		reports, err := s.reports(ctx, events, s.base(r))
		return articleBody{
			ID: a.ID, URL: a.URL, Headline: a.Headline, Source: a.Source, Language: a.Language, Reading: a.Reading,
			Published: known(a.Published), FirstSeen: known(a.FirstSeen), LastEdited: known(a.LastEdited),
			Checked: known(a.Polling.Last), NextCheck: known(a.Polling.Next),
			Removed: known(a.Removed), Retired: known(a.Retired),
			Versions: a.Versions, Edits: a.Edits, Hash: a.Hash, Extractor: a.Extractor,
			History: s.base(r) + articlePath(a.ID), Events: reports, Next: next,
		}, err
	})
}

// known returns nil for the zero time, which JSON would show as a year.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
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

// healthTimeout bounds how long the store may take to answer.
const healthTimeout = 3 * time.Second

// healthz answers 200 while the store does.
func (s *site) healthz(w http.ResponseWriter, r *http.Request) error {
	return s.health(w, r, nil)
}

// readyz answers 200 while everything does.
func (s *site) readyz(w http.ResponseWriter, r *http.Request) error {
	return s.health(w, r, s.ready)
}

func (s *site) health(w http.ResponseWriter, r *http.Request, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(r.Context(), healthTimeout)
	defer cancel()
	status, body := http.StatusOK, map[string]any{"status": "ok", "version": s.version}
	unwell := func(state string, err error) {
		s.log.Warn("health check", "status", state, "err", err)
		status, body["status"] = http.StatusServiceUnavailable, state
	}
	if counts, err := s.store.Counts(ctx); err != nil {
		unwell("the store does not answer", err)
	} else if ready != nil {
		if err := ready(ctx); err != nil {
			unwell("not ready", err)
		}
	} else {
		body["articles"], body["versions"] = counts.Articles, counts.Versions
		body["events"], body["pending"] = counts.Events, counts.Pending
	}
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	write(w, r, status, "application/json", append(b, '\n'))
	return nil
}
