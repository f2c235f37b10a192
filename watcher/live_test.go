package watcher

import (
	"fmt"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// wants returns the kinds of those events that a watch wants to hear of.
func wants(list []news.Event) (kinds []news.EventKind) {
	for _, e := range list {
		if ok, _ := (news.Watch{}).Wants(e, e.At); ok {
			kinds = append(kinds, e.Kind)
		}
	}
	return kinds
}

// post adds a paragraph on top, as live pages do.
func (r *rig) post(url string, p *page, n int) {
	p.paragraphs = append([]string{fmt.Sprintf("At the %dth hour the harbour master said that the water had risen by %d centimetres since noon.", n, 3*n+1)}, p.paragraphs...)
	r.web.page(url, p.String())
}

func TestLivePage(t *testing.T) {
	for name, kind := range map[string]string{"edited_often": "", "says_so": "LiveBlogPosting"} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(r *rig) {
				p := pageOf(1)
				p.kind = kind
				r.web.page(bridge, p.String())
				r.watch(bridge)
				told, live := 0, 0
				for n := range 14 {
					r.post(bridge, &p, n)
					r.run(7 * time.Minute)
				}
				all := r.events()
				for _, k := range wants(all) {
					if k == news.Live {
						live++
					} else {
						told++
					}
				}
				want := liveEdits + 1
				if kind != "" {
					want = 0
				}
				if live != 1 || told != want {
					t.Errorf("told as live %d times, and of %d edits; want once, and %d", live, told, want)
				}
				a := r.article(bridge)
				if a.Edits != 14 || !a.LiveAt(time.Now()) {
					t.Errorf("%d edits, live since %v", a.Edits, a.Live)
				}
				for _, e := range all {
					if _, why := (news.Watch{}).Wants(e, e.At); e.Live && why == "" {
						t.Error("an edit of a live page is not told, and nobody says why")
					}
				}

				r.restart()
				p.headline = "The bridge is closed: live"
				r.web.page(bridge, p.String())
				r.run(15 * time.Minute)
				if got := wants(r.events()); len(got) != 1 || got[0] != news.Edited {
					t.Errorf("another headline: told %v", got)
				}
				p.paragraphs = append(p.paragraphs, "Correction: an earlier version of this article misstated the height of the water.")
				r.web.page(bridge, p.String())
				r.run(15 * time.Minute)
				if got := wants(r.events()); len(got) != 1 {
					t.Errorf("a correction: told %v", got)
				}

				r.run(8 * time.Hour)
				if a := r.article(bridge); a.LiveAt(time.Now()) {
					t.Error("still live after a quiet night")
				}
				for n := range 2 {
					r.post(bridge, &p, 20+n)
					r.run(time.Hour)
					if got := wants(r.events()); len(got) != 1 || got[0] != news.Edited {
						t.Errorf("after a quiet night: told %v", got)
					}
				}
			})
		})
	}
}

func TestBurstIsNotLive(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		r.web.page(bridge, p.String())
		r.watch(bridge)
		for n := range 12 {
			r.post(bridge, &p, n)
			r.pass()
			time.Sleep(time.Minute)
		}
		if got := wants(r.events()); len(got) != 12 {
			t.Errorf("told %v", got)
		}
	})
}

// Breaking news is written anew many times in an hour, and each time is told.
func TestRewritingIsNotLive(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		r.web.page(bridge, p.String())
		r.watch(bridge)
		for n := range 12 {
			p.paragraphs[2] = fmt.Sprintf("By the account of witness number %d, who stood at the quay, the water came sooner than anybody had thought.", n)
			if n%3 == 0 {
				r.post(bridge, &p, n)
			}
			r.web.page(bridge, p.String())
			r.run(7 * time.Minute)
		}
		if a := r.article(bridge); !a.Live.IsZero() || a.Edits != 12 {
			t.Errorf("%d edits, live since %v", a.Edits, a.Live)
		}
	})
}

func TestSaysLive(t *testing.T) {
	tests := map[string]bool{
		"https://a.example/live/storm":              true,
		"https://a.example/news/live/world-123":     true,
		"https://a.example/liveticker/wahl-100":     true,
		"https://a.example/en-direct/manifestation": true,
		"https://a.example/news/live":               false, // an article of that name
		"https://a.example/live-music/review":       false,
		"https://a.example/lives/the-mayor":         false,
	}
	for url, want := range tests {
		if got := saysLive(news.Article{URL: url}); got != want {
			t.Errorf("saysLive(%s) = %v", url, got)
		}
	}
}
