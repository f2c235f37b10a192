package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

func TestSourcesSayHowTheyAre(t *testing.T) {
	h := newHistory(t)
	now := time.Now().UTC()
	feed := news.Feed{URL: "https://harbourpost.example/feed", Title: "The Harbour Post", FirstSeen: now}
	seen, err := h.st.Sight(t.Context(), &feed, []store.Sighting{{
		Keys:    []news.Key{news.AddressKey(news.PageReading, "https://harbourpost.example/1")},
		Article: news.Article{URL: "https://harbourpost.example/1", Source: "The Harbour Post", Reading: news.PageReading, FirstSeen: now},
	}})
	if err != nil {
		t.Fatal(err)
	}
	a := seen[0].Article
	for i, text := range bridge[:4] {
		h.read(&a, text, now.Add(time.Duration(i-100)*time.Hour))
	}
	h.happened(&a, news.Event{Kind: news.Retired, At: now}) // is no edit

	// One that fails, one that is no longer checked.
	b := h.sight(news.Article{URL: "https://gazette.example/1", Source: "Gazette", FirstSeen: now})
	h.read(&b, bridge[0], now.Add(-40*24*time.Hour))
	h.read(&b, bridge[1], now.Add(-39*24*time.Hour))
	b.Polling.Failures, b.Polling.FailingSince, b.Polling.Detail = 3, opened, "answered 503"
	h.record(&b, store.Record{})
	c := h.sight(news.Article{URL: "https://gazette.example/2", Source: "Gazette", FirstSeen: now})
	h.read(&c, bridge[0], now.Add(-40*24*time.Hour))
	c.Polling.Next, c.Retired = time.Time{}, now
	h.record(&c, store.Record{})

	// One with a third of the edits, on the day of most of the others.
	d := h.sight(news.Article{URL: "https://quiet.example/1", Source: "Quiet Times", FirstSeen: now})
	h.read(&d, bridge[0], now.Add(-100*time.Hour))
	h.read(&d, bridge[1], now.Add(-99*time.Hour))

	body := get(t, New(Options{Store: h.st}), "/sources").Body.String()
	for _, want := range []string{"3 edits · 1 article watched", "0 edits · 1 article watched", "answered 503", "1 article cannot be read",
		`<time datetime="2026-05-03T10:02:00Z">`, "█"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(body, "█"); n != 1 && n != 2 { // the hours may lie about a midnight
		t.Errorf("%d bars are as high as the line", n)
	}
	if strings.Count(body, "failing</span>") != 1 {
		t.Error("not one source is failing")
	}

	feed.Polling.Failures, feed.Polling.FailingSince = 1, now
	if err := h.st.RecordFeed(t.Context(), feed, nil); err != nil {
		t.Fatal(err)
	}
	if body := get(t, New(Options{Store: h.st}), "/sources").Body.String(); !strings.Contains(body, "its feed cannot be read") {
		t.Error("a feed that fails does not show")
	}
}

func TestSourcesAndFeedsArePaged(t *testing.T) {
	h := newHistory(t)
	for i := range 60 {
		url := fmt.Sprintf("https://s%02d.example/1", i)
		feed := news.Feed{URL: url + "/feed", Title: fmt.Sprintf("Feed %03d", i), FirstSeen: opened}
		if _, err := h.st.Sight(t.Context(), &feed, nil); err != nil {
			t.Fatal(err)
		}
		feed.URL, feed.ID, feed.Title = url+"/more", "", fmt.Sprintf("Feed %03d", 60+i)
		if _, err := h.st.Sight(t.Context(), &feed, nil); err != nil {
			t.Fatal(err)
		}
		h.sight(news.Article{URL: url, Source: fmt.Sprintf("Source %02d", i), FirstSeen: opened})
	}
	pages := New(Options{Store: h.st})
	for _, tt := range []struct {
		path, item string
		items, on  int // in all, and pages
	}{
		{"/sources", `href="/sources/Source%20`, 60, 3},
		{"/feeds", `<p class="title" dir="auto">Feed `, 120, 2},
	} {
		items, on := 0, 0
		for path := tt.path; path != ""; on++ {
			got := get(t, pages, path)
			if got.Code != http.StatusOK {
				t.Fatalf("%s answers %d", path, got.Code)
			}
			items += strings.Count(got.Body.String(), tt.item)
			path = ""
			for _, link := range inspect(got.Body.String()).links {
				if strings.HasPrefix(link, tt.path+"?after=") {
					path = link
				}
			}
		}
		if tt.path == "/sources" {
			items /= 4 // links of each
		}
		if items != tt.items || on != tt.on {
			t.Errorf("%s: %d items on %d pages, want %d on %d", tt.path, items, on, tt.items, tt.on)
		}
	}
}

func TestBars(t *testing.T) {
	for _, tt := range []struct {
		numbers []int
		most    int
		want    string
	}{
		{[]int{0, 1, 2, 3, 4, 5, 6, 7}, 7, "▁▂▃▄▅▆▇█"},
		{[]int{0, 1, 1000}, 1000, "▁▂█"},
		{[]int{1, 1}, 1, "██"},
		{[]int{0, 500, 1000}, 1000, "▁▅█"},
		{[]int{0, 3, 1}, 7, "▁▄▂"}, // a source beside one that has more
	} {
		if got := bars(tt.numbers, tt.most); got != tt.want {
			t.Errorf("bars(%v) = %s, want %s", tt.numbers, got, tt.want)
		}
	}
}
