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
