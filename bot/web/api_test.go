package web

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

func TestAPI(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st})
	var events []news.Report
	for next := "/api/v1/events?limit=2&article=" + string(w.bridge); next != ""; {
		var page struct {
			Events []news.Report
			Next   string
		}
		if err := json.Unmarshal(get(t, h, next).Body.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		events = append(events, page.Events...)
		next = strings.TrimPrefix(page.Next, "http://pages.example")
	}
	if len(events) != 5 {
		t.Fatalf("%d events, want 5", len(events))
	}
	first := events[4]
	if first.From.Version != 1 || first.To.Version != 2 || first.To.Hash != bridge[1].Hash() || first.Edit == nil ||
		first.Links.Diff != "http://pages.example"+diffPath(w.bridge, 1, 2) {
		t.Errorf("the first edit is %+v", first)
	}
	if after, err := first.Edit.Apply(bridge[0]); err != nil || cmp.Diff(after, bridge[1]) != "" {
		t.Errorf("the edit does not lead from version 1 to version 2: %v", err)
	}
	var one news.Report
	if err := json.Unmarshal(get(t, h, "/api/v1/events/"+first.ID).Body.Bytes(), &one); err != nil || cmp.Diff(first, one) != "" {
		t.Errorf("one event: %v\n%s", err, cmp.Diff(first, one))
	}
	var oldest struct{ Events []news.Report }
	if err := json.Unmarshal(get(t, h, "/api/v1/events?after=0&article="+string(w.bridge)).Body.Bytes(), &oldest); err != nil ||
		len(oldest.Events) != 5 || oldest.Events[0].Seq != first.Seq {
		t.Errorf("oldest first: %v, %d events", err, len(oldest.Events))
	}
}

// TestEventFilters: a list holds what its filters say and nothing else, and so
// does the stream; pages lead through all of it.
func TestEventFilters(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st})
	count := func(query string) (n int) {
		t.Helper()
		for next := "/api/v1/events?limit=1&" + query; next != ""; {
			var page struct {
				Events []news.Report
				Next   string
			}
			got := get(t, h, next)
			if err := json.Unmarshal(got.Body.Bytes(), &page); err != nil || got.Code != 200 {
				t.Fatal(got.Code, err, got.Body)
			}
			if link := got.Header().Get("Link"); (link == "") != (page.Next == "") || link != "" && link != "<"+page.Next+`>; rel="next"` {
				t.Errorf("Link %q beside next %q", link, page.Next)
			}
			n += len(page.Events)
			next = strings.TrimPrefix(page.Next, "http://pages.example")
		}
		return n
	}
	for query, want := range map[string]int{
		"kind=removed":                                          1,
		"kind=removed,retired":                                  2,
		"kind=failing":                                          1,
		"class=correction":                                      1,
		"class=correction&class=fact":                           5,
		"min=major&source=The+Harbour+Post":                     4,
		"since=2026-05-04&until=2026-05-05":                     2,
		"since=2026-05-04&until=2026-05-05&kind=edited":         1,
		"since=2026-05-04T16:02:00Z&until=2026-05-04T16:02:01Z": 1,
		"article=" + string(w.bridge) + "&class=headline":       1,
	} {
		if n := count(query); n != want {
			t.Errorf("%s: %d events, want %d", query, n, want)
		}
		if n := count(query + "&order=oldest"); n != want {
			t.Errorf("%s, oldest first: %d events, want %d", query, n, want)
		}
		if n := strings.Count(firstLines(t, Options{Store: w.st}, apiRoot+"/stream?after=0&"+query), "\ndata: "); n != want {
			t.Errorf("%s: a stream of %d events, want %d", query, n, want)
		}
	}
}

// deaf is a store that does not answer.
type deaf struct{ store.Store }

func (deaf) Counts(context.Context) (store.Counts, error) { return store.Counts{}, store.ErrClosed }

func TestHealth(t *testing.T) {
	st := newHistory(t).st
	failing := errors.New("no")
	tests := []struct {
		o           Options
		live, ready int
	}{
		{Options{Store: st}, 200, 200},
		{Options{Store: st, Ready: func(context.Context) error { return failing }}, 200, 503},
		{Options{Store: deaf{st}}, 503, 503},
	}
	for i, tt := range tests {
		h := New(tt.o)
		live, ready := get(t, h, "/healthz"), get(t, h, "/readyz")
		if live.Code != tt.live || ready.Code != tt.ready {
			t.Errorf("%d: healthz %d, readyz %d", i, live.Code, ready.Code)
		}
		if !json.Valid(live.Body.Bytes()) || !json.Valid(ready.Body.Bytes()) {
			t.Errorf("%d: %s %s", i, live.Body, ready.Body)
		}
	}
}
