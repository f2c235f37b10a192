package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// sourceNames is how many sources stand on one page.
const sourceNames = 200

type sourcesPage struct {
	Sources []sourceItem
	Pager   pager
}

type sourceItem struct{ Name, Path string }

// sources lists the publications whose articles are kept.
func (s *site) sources(w http.ResponseWriter, r *http.Request) error {
	after := r.URL.Query().Get("after")
	names, err := s.store.Sources(r.Context(), after, sourceNames+1)
	if err != nil {
		return err
	}
	var page sourcesPage
	if after != "" {
		page.Pager.Newer = "/sources"
	}
	if len(names) > sourceNames {
		names = names[:sourceNames]
		page.Pager.Older = "/sources?after=" + url.QueryEscape(names[sourceNames-1])
	}
	for _, name := range names {
		if p := sourcePath(name); p != "" {
			page.Sources = append(page.Sources, sourceItem{name, p})
		}
	}
	return s.sendPage(w, r, "sources", s.tagOf(r, page), func() (view, error) {
		return view{Title: "Sources", Section: "sources", Body: page}, nil
	})
}

type feedsPage struct {
	Counts string
	Feeds  []feedItem
}

type feedItem struct {
	Title, URL        string
	Last, Next, Since time.Time
	Failing           bool
	Detail, Entries   string
}

// feeds shows how the reading of each feed goes. It names the site rather than
// the feed's own address, which may hold a subscriber's token.
func (s *site) feeds(w http.ResponseWriter, r *http.Request) error {
	feeds, err := store.AllFeeds(r.Context(), s.store)
	if err != nil {
		return err
	}
	page := feedsPage{Counts: brief.Count(len(feeds), "feed") + "."}
	for _, f := range feeds {
		item := feedItem{
			Title: f.Title, URL: outward(f.SiteURL),
			Last: f.Polling.Last, Next: f.Polling.Next,
			Detail: outcomes[f.Polling.Outcome], Entries: "lists " + entries(f.Entries),
		}
		if item.Title == "" {
			item.Title = news.Host(f.URL)
		}
		if f.Polling.Failures > 0 {
			item.Failing, item.Since = true, f.Polling.FailingSince
			if f.Polling.Detail != "" {
				item.Detail = f.Polling.Detail
			}
		}
		page.Feeds = append(page.Feeds, item)
	}
	return s.sendPage(w, r, "feeds", s.tagOf(r, page), func() (view, error) {
		return view{Title: "Feeds", Section: "feeds", Body: page}, nil
	})
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return strconv.Itoa(n) + " entries"
}
