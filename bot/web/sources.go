package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// The page of sources says of each how it is. What it reads for that is
// bounded, however much a source publishes.
const (
	sourceNames    = 25   // sources on one page
	sourceDays     = 30   // days whose edits are counted
	sourceEdits    = 1000 // edits counted at most
	sourceArticles = 200  // articles looked at, those that something happened to last
	sourceAsks     = 10   // feeds looked at
)

// sourceRest is how long what was read of a source is shown before it is read
// again: a busy one takes a millisecond, and anyone may ask.
const sourceRest = 30 * time.Second

// A look is how a source was found to be.
type look struct {
	item sourceItem
	gone bool // all its articles are withheld or no more
}

func (l look) size() int { return len(l.item.Trouble) + 8*len(l.item.Days) }

// A lookKey says which source was looked at, and when at the latest.
type lookKey struct {
	source string
	rest   int64
}

// sourceAt returns how a source is, as it was looked at not long before now, or
// store.ErrNotFound if all its articles are withheld or gone.
func (s *site) sourceAt(ctx context.Context, name string, now time.Time) (sourceItem, error) {
	l, err := recall(&s.kept, lookKey{name, now.UnixNano() / int64(sourceRest)}, func() (look, error) {
		item, err := s.sourceItem(ctx, name, now)
		if errors.Is(err, store.ErrNotFound) {
			return look{gone: true}, nil
		}
		return look{item: item}, err
	})
	if err == nil && l.gone {
		err = store.ErrNotFound
	}
	return l.item, err
}

type sourcesPage struct {
	Sources []sourceItem
	Days    int
	Most    int // edits of one source on one day, of which the bars are the share
	Pager   pager
}

// A sourceItem says how a source is and how much happens there.
type sourceItem struct {
	Name, Path string
	LastOK     time.Time // the newest answer from it
	Failing    time.Time // since when something of it cannot be read; zero while all can
	Trouble    string    // what cannot be read, and why
	Articles   string    // "41 articles watched"
	Edits      string    // "12 edits in 30 days"
	Days       []int     // edits on each of these days; nil where there are none, or more than were counted
}

// Bars draws the days as a row of bars, of which most edits fill the line.
func (i sourceItem) Bars(most int) string { return bars(i.Days, most) }

// sources lists the publications whose articles are kept, and their health.
func (s *site) sources(w http.ResponseWriter, r *http.Request) error {
	after := r.URL.Query().Get("after")
	names, err := s.store.Sources(r.Context(), after, sourceNames+1)
	if err != nil {
		return err
	}
	page := sourcesPage{Days: sourceDays, Pager: pager{Undated: true}}
	if after != "" {
		page.Pager.Newer = "/sources"
	}
	if len(names) > sourceNames {
		names = names[:sourceNames]
		page.Pager.Older = "/sources?after=" + url.QueryEscape(names[sourceNames-1])
	}
	now := time.Now()
	for _, name := range names {
		if sourcePath(name) == "" {
			continue
		}
		item, err := s.sourceAt(r.Context(), name, now)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		page.Sources = append(page.Sources, item)
		for _, n := range item.Days {
			page.Most = max(page.Most, n)
		}
	}
	return s.sendPage(w, r, "sources", s.tagOf(r, page), func() (view, error) {
		return view{Title: "Sources", Section: "sources", Body: page}, nil
	})
}

// sourceItem reads how a source is.
func (s *site) sourceItem(ctx context.Context, name string, now time.Time) (sourceItem, error) {
	item := sourceItem{Name: name, Path: sourcePath(name)}
	articles, err := s.store.Articles(ctx, store.ArticleQuery{Source: name, Max: sourceArticles})
	if err != nil {
		return item, err
	}
	if len(articles) == 0 {
		return item, store.ErrNotFound
	}
	item.look(articles)
	if err := s.lookAtFeeds(ctx, &item, articles); err != nil {
		return item, err
	}
	first := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-sourceDays)
	events, err := s.store.Events(ctx, store.EventQuery{Source: name, Told: true, Since: first, Max: sourceEdits + 1})
	item.count(events, first)
	return item, err
}

// look notes how the visits to the source's articles go.
func (i *sourceItem) look(articles []news.Article) {
	watched, failing := 0, 0
	var detail string
	for _, a := range articles {
		if a.Polling.LastOK.After(i.LastOK) {
			i.LastOK = a.Polling.LastOK
		}
		if a.Polling.Next.IsZero() {
			continue
		}
		watched++
		if since := a.Polling.FailingSince; a.Polling.Failures > 0 {
			failing++
			if i.Failing.IsZero() || since.Before(i.Failing) {
				i.Failing, detail = since, a.Polling.Detail
			}
		}
	}
	i.Articles = brief.Count(watched, "article") + " watched"
	if len(articles) == sourceArticles {
		i.Articles = "at least " + i.Articles
	}
	if failing > 0 {
		i.Trouble = because(brief.Count(failing, "article")+" cannot be read", detail)
	}
}

// lookAtFeeds notes how the visits to the feeds that list the articles go. A
// feed that cannot be read is the greater trouble.
func (s *site) lookAtFeeds(ctx context.Context, i *sourceItem, articles []news.Article) error {
	var seen []news.FeedID
	for _, a := range articles {
		for _, id := range a.Feeds {
			if len(seen) == sourceAsks || slices.Contains(seen, id) {
				continue
			}
			seen = append(seen, id)
			f, err := s.store.Feed(ctx, id)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if f.Polling.LastOK.After(i.LastOK) {
				i.LastOK = f.Polling.LastOK
			}
			if f.Polling.Failures > 0 {
				i.Failing, i.Trouble = f.Polling.FailingSince, because("its feed cannot be read", f.Polling.Detail)
			}
		}
	}
	return nil
}

func because(what, detail string) string {
	if detail == "" {
		return what
	}
	return what + ": " + detail
}

// count notes the edits of each day from first on.
func (i *sourceItem) count(events []news.Event, first time.Time) {
	days := make([]int, sourceDays)
	for _, e := range events {
		if d := int(e.At.Sub(first) / (24 * time.Hour)); d >= 0 && d < len(days) {
			days[d]++
		}
	}
	i.Edits = brief.Count(len(events), "edit")
	if len(events) > sourceEdits {
		i.Edits = "over " + brief.Count(sourceEdits, "edit")
		return // the days before the oldest of them would look quiet
	}
	i.Edits += perDay(len(events))
	if len(events) > 0 {
		i.Days = days
	}
}

// perDay says how many edits a day n are, where that is one at least.
func perDay(n int) string {
	if n < sourceDays {
		return ""
	}
	return ", about " + brief.Count((n+sourceDays/2)/sourceDays, "edit") + " a day"
}

// bars draws numbers as a row of bars, which is as high as a line where one is
// most. A number that is not 0 is never drawn as if it were.
func bars(numbers []int, most int) string {
	const heights = "▂▃▄▅▆▇█"
	var b strings.Builder
	for _, n := range numbers {
		if n == 0 {
			b.WriteRune('▁')
			continue
		}
		b.WriteRune([]rune(heights)[(n*7-1)/most])
	}
	return b.String()
}
