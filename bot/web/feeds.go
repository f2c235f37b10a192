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

// feedNames is how many feeds stand on one page.
const feedNames = 100

type feedsPage struct {
	Counts string
	Feeds  []feedItem
	Pager  pager
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
	q := store.FeedQuery{After: news.FeedID(r.URL.Query().Get("after")), Max: feedNames + 1}
	feeds, err := s.store.Feeds(r.Context(), q)
	if err != nil {
		return err
	}
	counts, err := s.store.Counts(r.Context())
	if err != nil {
		return err
	}
	page := feedsPage{Counts: brief.Count(counts.Feeds, "feed") + ".", Pager: pager{Undated: true}}
	if q.After != "" {
		page.Pager.Newer = "/feeds"
	}
	if len(feeds) > feedNames {
		feeds = feeds[:feedNames]
		page.Pager.Older = "/feeds?after=" + url.QueryEscape(string(feeds[feedNames-1].ID))
	}
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
