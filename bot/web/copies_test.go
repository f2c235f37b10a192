package web

import (
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// A copy at an archive comes later than the edit: whatever shows it changes then,
// so that nobody who asks whether it has is told that it has not.
func TestCopiesChangeAnswers(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st})
	ctx := t.Context()
	events := `/api/v1/events?article=` + string(w.bridge)
	const kept = "https://archive.example/web/20260503130000/https://harbourpost.example/2026/05/bridge"
	const why = "the site does not let the archive in"
	tests := []struct {
		path          string
		shows, refuse bool // the copy of version 3, and why there is none of version 2
	}{
		{diffPath(w.bridge, 2, 3), true, true},
		{versionPath(w.bridge, 3), true, false},
		{versionPath(w.bridge, 2), false, true},
		{articlePath(w.bridge), true, false},
		{events, true, false},
		{"/api/v1/articles/" + string(w.bridge) + "/versions", true, false},
		{"/api/v1/articles/" + string(w.bridge) + "/versions/3", true, false},
		{"/api/v1" + diffPath(w.bridge, 2, 3), true, false},
		{"/api/v1/events?kind=archived", true, false},
	}
	tags := make(map[string]string)
	for _, tt := range tests {
		tags[tt.path] = get(t, h, tt.path).Header().Get("ETag")
	}
	now := opened.Add(60 * time.Hour)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	two := news.Copy{Article: w.bridge, Version: 2, State: news.CopyWanted, Wanted: now, Due: now}
	three := two
	three.Version = 3
	must(w.st.Want(ctx, 1, []news.Copy{two, three}))
	two.State, two.Settled, two.Due, two.Trouble = news.CopyGivenUp, now, time.Time{}, why
	three.State, three.Settled, three.Due, three.URL = news.CopyKept, now, time.Time{}, kept
	must(w.st.RecordCopy(ctx, two))
	must(w.st.RecordCopy(ctx, three))

	for _, tt := range tests {
		got := get(t, h, tt.path, "If-None-Match", tags[tt.path])
		body := got.Body.String()
		if got.Code != 200 {
			t.Errorf("%s answers %d, as if nothing had changed", tt.path, got.Code)
			continue
		}
		if strings.Contains(body, kept) != tt.shows || strings.Contains(body, why) != tt.refuse {
			t.Errorf("%s: shows the copy is %v, want %v; says why not is %v, want %v",
				tt.path, strings.Contains(body, kept), tt.shows, strings.Contains(body, why), tt.refuse)
		}
	}
	if body := get(t, h, articlePath(w.bridge)).Body.String(); strings.Contains(body, ">archived<") {
		t.Error("the copy stands in the history as an event of its own")
	}
	must(w.st.Withhold(ctx, w.bridge, now, "No."))
	for _, tt := range tests {
		if body := get(t, h, tt.path).Body.String(); strings.Contains(body, kept) {
			t.Errorf("%s shows the copy of a withheld article", tt.path)
		}
	}
}
