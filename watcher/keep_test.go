package watcher

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// raw serves a page with what went over the wire.
func (r *rig) raw(url string, p page) {
	r.web.set(url, func(int) (*fetch.Response, error) {
		resp := ok(p.String())
		resp.Raw = &fetch.Raw{Proto: "HTTP/1.1", Status: 200, Header: []string{"Content-Type: text/html"}, Request: []string{"Host: harbour.example"}, Body: []byte(p.String())}
		return resp, nil
	})
}

func (r *rig) captures() (list []news.Capture) {
	r.Helper()
	for c, err := range r.store.Captures(context.Background(), store.CaptureQuery{}) {
		if err != nil {
			r.Fatal(err)
		}
		list = append(list, c)
	}
	return list
}

func TestKeep(t *testing.T) {
	for _, tt := range []struct {
		keep     Keep
		page     bool
		captures int
	}{{KeepLast, true, 0}, {KeepAll, true, 2}, {KeepNone, false, 0}} {
		t.Run(string(tt.keep), func(t *testing.T) {
			bubble(t, func(r *rig) {
				r.watcher.keep = tt.keep
				p := pageOf(1)
				raw := func(p page) {
					r.raw(bridge, p)
					if tt.keep != KeepAll { // which is who asks for it
						r.web.page(bridge, p.String())
					}
				}
				raw(p)
				r.watch(bridge)
				q := p.with(func(p *page) { p.paragraphs[4] = strings.Replace(p.paragraphs[4], "piers", "arches", 1) })
				raw(q)
				r.run(day)
				r.expect(news.Edited)
				a := r.article(bridge)
				_, err := r.store.Page(context.Background(), a.ID)
				if kept := !errors.Is(err, store.ErrNotFound); kept != tt.page {
					t.Errorf("the page is kept: %v, want %v", kept, tt.page)
				}
				list := r.captures()
				if len(list) != tt.captures {
					t.Fatalf("%d captures, want %d", len(list), tt.captures)
				}
				for i, c := range list {
					v, err := r.store.Version(context.Background(), a.ID, i+1)
					if err != nil {
						t.Fatal(err)
					}
					if c.Version != i+1 || !c.At.Equal(v.Seen) || c.Asked != bridge || c.URL != bridge || string(c.Body) != []string{p.String(), q.String()}[i] {
						t.Errorf("capture %d is %+v", i, c)
					}
				}
			})
		})
	}
}

// What is withheld is watched as before, so that the record has no gap when it
// is shown again.
func TestWithheldIsRecorded(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		r.web.page(bridge, p.String())
		r.watch(bridge)
		a := r.article(bridge)
		if err := r.store.Withhold(context.Background(), a.ID, a.FirstSeen, "A court asked for it."); err != nil {
			t.Fatal(err)
		}
		r.web.page(bridge, p.with(func(p *page) { p.headline += " again"; p.paragraphs = p.paragraphs[:9] }).String())
		r.run(day)
		if a = r.article(bridge); a.Versions != 2 || a.Withheld.IsZero() {
			t.Errorf("it has %d versions, withheld since %v", a.Versions, a.Withheld)
		}
	})
}

func TestDeletedStaysAway(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		r.web.page(bridge, p.String())
		r.watchFeed(bridge)
		r.run(day)
		a := r.article(bridge)
		if _, err := r.store.Delete(context.Background(), a.ID); err != nil {
			t.Fatal(err)
		}
		asked := r.web.count(bridge)
		other := harbour + "/news/the-same-again"
		page := strings.Replace(p.String(), "<title>", `<link rel="canonical" href="`+bridge+`"><title>`, 1)
		r.web.page(other, page)
		r.serveFeed(bridge, other)
		r.run(day)
		if n := r.web.count(bridge); n != asked {
			t.Errorf("it was visited %d times after it was deleted", n-asked)
		}
		for _, url := range []string{bridge, other} {
			if _, err := r.store.FindArticle(context.Background(), news.AddressKey(news.PageReading, url)); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s came back, %v", url, err)
			}
		}
		r.watch(bridge) // a person wants it
		if b := r.article(bridge); b.ID == a.ID || b.Versions != 1 {
			t.Errorf("article %s with %d versions came back", b.ID, b.Versions)
		}
	})
}
