package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// TestListedKey changes every field of an article: where what is kept of its
// events then looks different, it must have another key, or an old one would be
// shown.
func TestListedKey(t *testing.T) {
	w := writtenHistory(t)
	events, err := w.st.Events(t.Context(), store.EventQuery{Told: true})
	if err != nil {
		t.Fatal(err)
	}
	forms := func(l listed) map[string]string {
		s := newSite(Options{Store: w.st})
		days, err := s.days(t.Context(), []listed{l})
		if err != nil {
			t.Fatal(err)
		}
		moments, err := s.moments(t.Context(), *l.of, []news.Event{l.Event}, nil)
		if err != nil {
			t.Fatal(err)
		}
		item, err := s.item(t.Context(), l, "https://edits.example")
		if err != nil {
			t.Fatal(err)
		}
		preview, err := s.articlePreview(httptest.NewRequest(http.MethodGet, "/", nil), *l.of, headingOf(*l.of), []news.Event{l.Event})
		if err != nil {
			t.Fatal(err)
		}
		return map[string]string{
			"entry": string(days[0].Entries[0]), "moment": string(moments[0].HTML), "item": item.Title + item.Content, "caption": preview.Alt,
		}
	}
	for _, e := range events {
		a, err := w.st.Article(t.Context(), e.Article)
		if err != nil {
			t.Fatal(err)
		}
		was := listed{Event: e, of: &a}
		before := forms(was)
		for i := range reflect.TypeFor[news.Article]().NumField() {
			other := a
			if !alter(reflect.ValueOf(&other).Elem().Field(i)) || other.ID != a.ID {
				continue
			}
			now := listed{Event: e, of: &other}
			field := reflect.TypeFor[news.Article]().Field(i).Name
			for form, after := range forms(now) {
				if after != before[form] && now.key(form) == was.key(form) {
					t.Errorf("%s of %s shows the article's %s, which is not in its key", form, e.ID(), field)
				}
			}
		}
	}
}

// alter gives a field another value, and reports whether it could.
func alter(v reflect.Value) bool {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(opened.Add(12345 * time.Hour)))
		return true
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Bool:
		v.SetBool(!v.Bool())
	default:
		return false
	}
	return true
}

// TestKeptIsNeverStale: what the operator or the watcher does shows at once on
// pages that were made before.
func TestKeptIsNeverStale(t *testing.T) {
	h := newHistory(t)
	a := h.sight(news.Article{URL: "https://harbourpost.example/1", Source: "The Harbour Post", FirstSeen: opened})
	h.read(&a, bridge[0], opened)
	h.read(&a, bridge[1], opened.Add(time.Hour))
	b := h.sight(news.Article{URL: "https://harbourpost.example/2", Source: "The Harbour Post", FirstSeen: opened})
	h.happened(&b, news.Event{Kind: news.Removed, At: opened.Add(2 * time.Hour)})
	kept := New(Options{Store: h.st})
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"nothing", func() error { return nil }},
		{"an edit", func() error { h.read(&a, bridge[2], opened.Add(3*time.Hour)); return nil }},
		{"another name", func() error { a.Source, a.Language = "The New Post", "de"; h.record(&a, store.Record{}); return nil }},
		{"another address", func() error { a.URL = "https://newpost.example/1"; h.record(&a, store.Record{}); return nil }},
		{"another headline", func() error { b.Headline = "Ferries"; h.record(&b, store.Record{}); return nil }},
		{"merged", func() error { return h.st.Merge(t.Context(), b.ID, a.ID) }},
		{"withheld", func() error { return h.st.Withhold(t.Context(), a.ID, opened, "asked for") }},
		{"shown again", func() error { return h.st.Withhold(t.Context(), a.ID, time.Time{}, "") }},
		{"retired", func() error {
			a.Polling.Next, a.Retired = time.Time{}, opened.Add(4*time.Hour)
			h.record(&a, store.Record{})
			return nil
		}},
		{"pruned", func() error {
			_, err := h.st.Prune(t.Context(), store.Pruning{Versions: opened.Add(10 * time.Hour)})
			return err
		}},
		{"deleted", func() error { _, err := h.st.Delete(t.Context(), a.ID); return err }},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if step.name == "merged" {
			a, _ = h.st.Article(t.Context(), a.ID)
		}
		for _, path := range []string{"/", "/?class=headline", "/sources/The%20Harbour%20Post", "/sources/The%20New%20Post",
			articlePath(a.ID), articlePath(b.ID), "/edits.atom", articlePath(a.ID) + "/edits.rss", diffPath(a.ID, 1, 2),
			"/api/v1/events", "/api/v1/events?order=oldest&limit=2", "/api/v1/events/e1", "/api/v1" + articlePath(a.ID) + "/versions",
			"/api/v1" + versionPath(a.ID, 2), "/api/v1" + diffPath(a.ID, 1, 2)} {
			got, want := get(t, kept, path), get(t, New(Options{Store: h.st}), path)
			if got.Code != want.Code || got.Body.String() != want.Body.String() || got.Header().Get("ETag") != want.Header().Get("ETag") {
				t.Errorf("%s: %s is stale: it answers %d, and %d when made anew", step.name, path, got.Code, want.Code)
			}
		}
	}
}

// TestReadersWhileRecording: many read the same pages while edits are recorded.
// None gets anything but a page, and in the end all that is kept is of today.
func TestReadersWhileRecording(t *testing.T) {
	h := newHistory(t)
	a := h.sight(news.Article{URL: "https://harbourpost.example/1", Source: "The Harbour Post", FirstSeen: opened})
	h.read(&a, bridge[0], opened)
	kept := New(Options{Store: h.st})
	diff := diffPath(a.ID, 1, 2) // there once the second version is
	paths := []string{"/", "/sources", "/sources/The%20Harbour%20Post", articlePath(a.ID), "/edits.atom", diff}
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for i := range 8 {
		readers.Go(func() {
			for n := i; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				path := paths[n%len(paths)]
				if got := get(t, kept, path).Code; got != http.StatusOK && path != diff {
					t.Errorf("%s answers %d", path, got)
				}
			}
		})
	}
	for i := range 30 {
		h.read(&a, bridge[i%len(bridge)], opened.Add(time.Duration(i)*time.Minute))
	}
	close(stop)
	readers.Wait()
	for _, path := range paths {
		if path == "/sources" {
			continue // is of the last half minute
		}
		if got, want := get(t, kept, path).Body.String(), get(t, New(Options{Store: h.st}), path).Body.String(); got != want {
			t.Errorf("%s is stale", path)
		}
	}
}

// TestOnePlaceMakesHTML: whatever becomes HTML comes from a template. A second
// conversion to template.HTML and its like would be a way around the escaping.
func TestOnePlaceMakesHTML(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var places []string
	for _, name := range files {
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			of, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			switch pkg, _ := of.X.(*ast.Ident); {
			case pkg == nil || pkg.Name != "template":
			case of.Sel.Name == "HTML", of.Sel.Name == "HTMLAttr", of.Sel.Name == "JS", of.Sel.Name == "JSStr", of.Sel.Name == "CSS",
				of.Sel.Name == "URL", of.Sel.Name == "Srcset":
				places = append(places, fset.Position(call.Pos()).String())
			}
			return true
		})
	}
	if len(places) != 1 {
		t.Errorf("HTML is made at %v, want one place", places)
	}
}
