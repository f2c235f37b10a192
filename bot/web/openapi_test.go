package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/search"
	"github.com/editwatch/editwatch/internal/store"
)

// description loads the description and has its objects allow no field that it
// does not name, so that an answer cannot have one that nobody described.
func description(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context(), openapi3.IsOpenAPI31OrLater()); err != nil {
		t.Fatal(err)
	}
	for _, s := range doc.Components.Schemas {
		strict(s)
	}
	for _, item := range doc.Paths.Map() {
		for _, resp := range item.Get.Responses.Map() {
			for _, media := range resp.Value.Content {
				if len(media.Schema.Value.Properties) > 0 {
					strict(media.Schema)
				}
			}
		}
	}
	return doc
}

func strict(s *openapi3.SchemaRef) {
	if s == nil || s.Ref != "" || s.Value == nil {
		return
	}
	if v := s.Value; len(v.Properties) > 0 {
		no := false
		v.AdditionalProperties = openapi3.AdditionalProperties{Has: &no}
		for _, p := range v.Properties {
			strict(p)
		}
	}
	strict(s.Value.Items)
}

func TestEveryRouteIsDescribed(t *testing.T) {
	var described, served []string
	for path, item := range description(t).Paths.Map() {
		described = append(described, path)
		if methods := item.Operations(); len(methods) != 1 || item.Get == nil {
			t.Errorf("%s: described for %d methods", path, len(methods))
		}
	}
	for _, r := range (&site{}).apiRoutes() {
		served = append(served, r.path)
	}
	slices.Sort(described)
	slices.Sort(served)
	if !slices.Equal(described, served) {
		t.Errorf("described: %q\nserved:    %q", described, served)
	}
}

// found is a searcher that finds the same, whatever is looked for.
type found search.Results

func (f found) Search(_ context.Context, q search.Query) (search.Results, error) {
	if q.After != "" && q.After != f.Next {
		return search.Results{}, search.ErrCursor
	}
	return search.Results(f), nil
}

// TestAnswersAreAsDescribed holds every kind of answer against the description.
func TestAnswersAreAsDescribed(t *testing.T) {
	w := writtenHistory(t)
	hits := found{Next: "more", Hits: []search.Hit{{
		Article: w.bridge, Source: hostile, URL: "https://harbourpost.example/2026/05/bridge", Headline: bridge[1].Headline,
		From: 1, To: 2, Seq: 3, At: opened, Significance: news.Major, Classes: []news.Class{news.ClassFact},
		Title:   []search.Run{{Text: "Council", Op: news.Same}, {Text: hostile, Op: news.Ins, Hit: true}},
		Snippet: nil,
	}}}
	closing := make(chan struct{})
	close(closing)
	on := New(Options{Store: w.st, Search: hits, Closing: closing})
	off := New(Options{Store: w.st})
	check := validator(t)
	id := apiRoot + "/articles/"
	tests := []struct {
		h    http.Handler
		path string
		want int
	}{
		{on, apiRoot + "/openapi.json", 200},
		{on, apiRoot + "/articles", 200},
		{on, apiRoot + "/articles?limit=2", 200},
		{on, apiRoot + "/articles?source=The+Harbour+Post", 200},
		{on, apiRoot + "/articles?source=Nobody", 200},
		{on, apiRoot + "/articles?feed=f1", 200},
		{on, apiRoot + "/articles?limit=0", 400},
		{on, apiRoot + "/articles?limit=101", 400},
		{on, apiRoot + "/articles?limit=2&limit=3", 400},
		{on, apiRoot + "/articles?cursor=%25", 400},
		{on, apiRoot + "/articles?cursor=enp6", 400},
		{on, apiRoot + "/articles?sauce=x", 400},
		{on, id + string(w.bridge), 200},
		{on, id + string(w.gone), 200},
		{on, id + string(w.hostile), 200},
		{on, id + string(w.retired), 200},
		{on, id + string(w.unread), 200},
		{on, id + string(w.nameless), 200},
		{on, id + "zzz", 404},
		{on, id + string(w.bridge) + "/versions", 200},
		{on, id + string(w.bridge) + "/versions?limit=4", 200},
		{on, id + string(w.unread) + "/versions", 200},
		{on, id + "zzz/versions", 404},
		{on, id + string(w.bridge) + "/versions?cursor=LTE", 400},
		{on, id + string(w.bridge) + "/versions/6", 200},
		{on, id + string(w.hostile) + "/versions/2", 200},
		{on, id + string(w.bridge) + "/versions/7", 404},
		{on, id + string(w.bridge) + "/versions/x", 404},
		{on, id + string(w.bridge) + "/diff/1/6", 200},
		{on, id + string(w.hostile) + "/diff/1/2", 200},
		{on, id + string(w.bridge) + "/diff/6/1", 400},
		{on, id + string(w.bridge) + "/diff/1/9", 404},
		{on, apiRoot + "/events", 200},
		{on, apiRoot + "/events?limit=3&order=oldest", 200},
		{on, apiRoot + "/events?after=e2&limit=1", 200},
		{on, apiRoot + "/events?article=" + string(w.bridge), 200},
		{on, apiRoot + "/events?source=" + url.QueryEscape(hostile), 200},
		{on, apiRoot + "/events?kind=edited,removed&class=fact&class=headline&min=major&since=2026-05-03&until=2026-05-04T12:00:00Z", 200},
		{on, apiRoot + "/events?kind=changed", 400},
		{on, apiRoot + "/events?class=minor,big", 400},
		{on, apiRoot + "/events?min=any", 400},
		{on, apiRoot + "/events?since=05/03", 400},
		{on, apiRoot + "/events?article=zzz", 404},
		{on, apiRoot + "/events?order=best", 400},
		{on, apiRoot + "/events?after=x", 400},
		{on, apiRoot + "/events/e1", 200},
		{on, apiRoot + "/events/2", 200},
		{on, apiRoot + "/events/e99999", 404},
		{on, apiRoot + "/events/x", 404},
		{on, apiRoot + "/search?q=council", 200},
		{on, apiRoot + "/search?q=%22&in=headline,changed&class=fact&class=headline&min=major&since=2026-05-03&until=2026-06-01T00:00:00Z&each=true&order=best", 200},
		{on, apiRoot + "/search?q=x&cursor=bm8", 400},
		{on, apiRoot + "/search?since=yesterday", 400},
		{on, apiRoot + "/search?class=nonsense", 400},
		{on, apiRoot + "/search?in=body", 400},
		{off, apiRoot + "/search?q=council", 501},
		{on, apiRoot + "/sources", 200},
		{on, apiRoot + "/sources?limit=1", 200},
		{on, apiRoot + "/feeds", 200},
		{on, apiRoot + "/feeds?cursor=OTk", 200},
		{on, apiRoot + "/lookup?url=harbourpost.example/2026/05/bridge", 200},
		{on, apiRoot + "/lookup", 400},
		{on, apiRoot + "/lookup?url=hello", 400},
		{on, apiRoot + "/lookup?url=https://nobody.example/1", 404},
		{on, apiRoot + "/stream?after=0", 200},
		{on, apiRoot + "/stream?after=0&kind=removed&min=major", 200},
		{on, apiRoot + "/stream?article=zzz", 404},
		{on, apiRoot + "/stream?after=x", 400},
		{on, apiRoot + "/stream?limit=1", 400},
	}
	for _, tt := range tests {
		got := get(t, tt.h, tt.path)
		if got.Code != tt.want {
			t.Errorf("%s answers %d, want %d: %s", tt.path, got.Code, tt.want, got.Body)
		}
		check(tt.path, got)
		if got.Code >= 400 {
			if !strings.HasSuffix(strings.TrimSpace(got.Body.String()), `."}`) {
				t.Errorf("%s: no sentence: %s", tt.path, got.Body)
			}
			continue
		}
		if tag := got.Header().Get("ETag"); tag != "" {
			if again := get(t, tt.h, tt.path, "If-None-Match", tag); again.Code != http.StatusNotModified {
				t.Errorf("%s answers %d to its own tag", tt.path, again.Code)
			}
		} else if got.Header().Get("Content-Type") != "text/event-stream" {
			t.Errorf("%s has no tag", tt.path)
		}
		head := httptest.NewRecorder()
		tt.h.ServeHTTP(head, httptest.NewRequest(http.MethodHead, "http://pages.example"+tt.path, nil))
		if head.Code != got.Code || head.Body.Len() != 0 || head.Header().Get("Content-Type") != got.Header().Get("Content-Type") {
			t.Errorf("HEAD %s answers %d, %d bytes", tt.path, head.Code, head.Body.Len())
		}
	}
}

// TestTheAPIWithholds: what the operator withholds is gone from every answer.
func TestTheAPIWithholds(t *testing.T) {
	w := writtenHistory(t)
	events, err := w.st.Events(t.Context(), store.EventQuery{Article: w.bridge, Max: 1})
	if err == nil {
		err = w.st.Withhold(t.Context(), w.bridge, opened, "A court has forbidden it.")
	}
	if err != nil {
		t.Fatal(err)
	}
	closing := make(chan struct{})
	close(closing)
	h := New(Options{Store: w.st, Closing: closing})
	check := validator(t)
	id := string(w.bridge)
	for _, path := range []string{"/articles/" + id, "/articles/" + id + "/versions", "/articles/" + id + "/versions/1", "/articles/" + id + "/diff/1/2",
		"/events?article=" + id, "/events/" + events[0].ID(), "/lookup?url=harbourpost.example/2026/05/bridge", "/stream?article=" + id} {
		got := get(t, h, apiRoot+path)
		if got.Code != http.StatusGone || !strings.Contains(got.Body.String(), "A court has forbidden it.") {
			t.Errorf("%s answers %d: %s", path, got.Code, got.Body)
		}
		check(apiRoot+path, got)
	}
	for _, path := range []string{"/articles", "/events?limit=100", "/stream?after=0"} {
		if got := get(t, h, apiRoot+path); got.Code != http.StatusOK || strings.Contains(got.Body.String(), "bridge") {
			t.Errorf("%s shows it: %d", path, got.Code)
		}
	}
}

// TestErrorsOutsideTheRoutes: what no route has is answered like the rest.
func TestErrorsOutsideTheRoutes(t *testing.T) {
	h := New(Options{Store: newHistory(t).st, PublicURL: "https://example.org/edits"})
	check := validator(t)
	for _, path := range []string{apiRoot + "/nowhere", "/api/v2/events", "/edits/api/v1/nowhere"} {
		check(apiRoot+"/articles", get(t, h, path))
	}
	for _, path := range []string{apiRoot + "/articles", "/edits" + apiRoot + "/articles"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, nil))
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("POST %s answers %d", path, w.Code)
		}
		check(apiRoot+"/articles", w)
	}
}

// validator returns a check of an answer to the path against the description.
func validator(t *testing.T) func(path string, got *httptest.ResponseRecorder) {
	router, err := legacy.NewRouter(description(t))
	if err != nil {
		t.Fatal(err)
	}
	openapi3filter.RegisterBodyDecoder(problemType, openapi3filter.JSONBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/event-stream",
		func(body io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
			b, err := io.ReadAll(body)
			return string(b), err
		})
	return func(path string, got *httptest.ResponseRecorder) {
		t.Helper()
		req := httptest.NewRequest(http.MethodGet, path, nil)
		route, params, err := router.FindRoute(req)
		if err != nil {
			t.Errorf("%s is not described: %v", path, err)
			return
		}
		if err := validate(t.Context(), req, route, params, got); err != nil {
			t.Errorf("%s is not answered as described: %v\n%.2000s", path, err, got.Body)
		}
	}
}

func validate(ctx context.Context, req *http.Request, route *routers.Route, params map[string]string, got *httptest.ResponseRecorder) error {
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route}
	return openapi3filter.ValidateResponse(ctx, &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: got.Code, Header: got.Header(), Body: io.NopCloser(bytes.NewReader(got.Body.Bytes())),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
}

// TestTheDescriptionIsStrict: an answer that is not as described is noticed.
func TestTheDescriptionIsStrict(t *testing.T) {
	h := New(Options{Store: writtenHistory(t).st})
	router, err := legacy.NewRouter(description(t))
	if err != nil {
		t.Fatal(err)
	}
	path := apiRoot + "/events/e1"
	for _, change := range []struct{ old, new string }{
		{`"kind":"edited"`, `"kind":"changed"`},
		{`"seq":1`, `"seq":"1"`},
		{`"noted":false,`, ``},
		{`"op":"same"`, `"op":"equal"`},
		{`"links":{`, `"links":{"secret":"x",`},
		{`"to":{`, `"to":null,"too":{`},
	} {
		got := get(t, h, path)
		changed := strings.Replace(got.Body.String(), change.old, change.new, 1)
		if changed == got.Body.String() {
			t.Errorf("%s is not there: %s", change.old, changed)
		}
		got.Body = bytes.NewBufferString(changed)
		req := httptest.NewRequest(http.MethodGet, path, nil)
		route, params, err := router.FindRoute(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t.Context(), req, route, params, got); err == nil {
			t.Errorf("%s in place of %s goes unnoticed", change.new, change.old)
		}
	}
}
