package watcher

import (
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/watcher/extract"
	"github.com/editwatch/editwatch/watcher/fetch"
)

func TestHolds(t *testing.T) {
	word := func(p *page) { p.paragraphs[4] = strings.Replace(p.paragraphs[4], "piers", "arches", 1) }
	tests := []struct {
		name   string
		reason news.HoldReason
		before func(p *page) // an edit that is told first
		change func(p *page)
		kind   news.EventKind
	}{
		{"headline", news.HoldHeadline, nil, func(p *page) { p.headline = "Council votes to close its bridge" }, news.Edited},
		{"loss", news.HoldLoss, nil, func(p *page) { p.paragraphs = p.paragraphs[:4] }, news.Edited},
		{"earlier", news.HoldEarlier, word, func(p *page) { *p = pageOf(1) }, news.Reverted},
		{"place", news.HoldPlace, nil, func(p *page) { p.wrap = "column"; word(p) }, news.Edited},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(r *rig) {
				p := pageOf(1)
				r.web.page(bridge, p.String())
				r.watch(bridge)
				if tt.before != nil {
					p = p.with(tt.before)
					r.web.page(bridge, p.String())
					r.run(time.Hour)
					r.expect(news.Edited)
				}
				q := p.with(tt.change)
				if tt.name == "place" {
					r.elsewhere()
				}
				r.web.page(bridge, q.String())
				r.untilHeld()
				h := r.article(bridge).Hold
				if h.Reason != tt.reason || h.Looks != 1 {
					t.Fatalf("held as %+v", h)
				}
				r.expect()
				// A crash forgets nothing, a failure decides nothing.
				r.restart()
				r.web.status(bridge, 500)
				r.run(5 * time.Minute)
				if got := r.article(bridge).Hold; got == nil || got.Reason != h.Reason || got.Looks != 1 || !got.Since.Equal(h.Since) {
					t.Fatalf("after a failed look: %+v", got)
				}
				r.web.page(bridge, q.String())
				r.run(time.Hour)
				e := r.expect(tt.kind)
				if !e[0].ChangedBefore.Equal(h.Since) || !e[0].ChangedAfter.Equal(h.After) {
					t.Errorf("changed between %v and %v, held since %v, and after %v", e[0].ChangedAfter, e[0].ChangedBefore, h.Since, h.After)
				}
				r.run(2 * time.Hour)
				r.expect()
			})
		})
		t.Run(tt.name+"_gone_again", func(t *testing.T) {
			bubble(t, func(r *rig) {
				p := pageOf(1)
				r.web.page(bridge, p.String())
				r.watch(bridge)
				if tt.before != nil {
					p = p.with(tt.before)
					r.web.page(bridge, p.String())
					r.run(time.Hour)
					r.expect(news.Edited)
				}
				if tt.name == "place" {
					r.elsewhere()
				}
				r.web.page(bridge, p.with(tt.change).String())
				r.untilHeld()
				r.web.page(bridge, p.String())
				held := r.article(bridge).Hold.Since
				r.run(time.Hour)
				r.expect()
				if a := r.article(bridge); a.Hold != nil || !a.Steady.After(held) {
					t.Errorf("still held: %+v, or steady since %v, held %v", a.Hold, a.Steady, held)
				}
			})
		})
	}
}

// untilHeld runs until the article is held.
func (r *rig) untilHeld() {
	r.Helper()
	for range 600 {
		if r.article(bridge).Hold != nil {
			return
		}
		r.run(time.Second)
	}
	r.Fatal("never held")
}

// elsewhere has the reader report that the text stood elsewhere when the page's
// text has another wrap.
func (r *rig) elsewhere() {
	read := r.watcher.read
	r.watcher.read = func(body []byte, o extract.Options) (extract.Reading, error) {
		reading, err := read(body, o)
		reading.Moved = strings.Contains(string(body), "column-text") && !strings.Contains(o.Place, "column-text")
		return reading, err
	}
}

func TestThirdText(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		r.web.page(bridge, p.String())
		r.watch(bridge)
		r.web.page(bridge, withHeadline(p, "Council votes to close its bridge").String())
		r.untilHeld()
		r.web.page(bridge, withHeadline(p, "Council closes its bridge").String())
		r.run(time.Hour)
		e := r.expect(news.Edited)
		r.oneWord(e[0], p.headline, "Council closes its bridge")
	})
}

func TestBodyEditWhileHeld(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		r.web.page(bridge, p.String())
		r.watch(bridge)
		q := withHeadline(p, "Council votes to close its bridge")
		r.web.page(bridge, q.String())
		r.untilHeld()
		r.web.page(bridge, q.with(func(p *page) {
			p.paragraphs[2] = "The council heard that the bridge had been closed since Monday, and that nobody had said so."
		}).String())
		r.run(time.Hour)
		e := r.expect(news.Edited) // both at once: nothing is lost, nothing told twice
		if len(e[0].Classes) < 2 {
			t.Errorf("classes %v", e[0].Classes)
		}
	})
}

func TestModifiedVouches(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		p.modified = time.Now().Add(-time.Hour)
		r.web.page(bridge, p.String())
		r.watch(bridge)
		time.Sleep(4 * time.Minute)
		q := withHeadline(p, "Council votes to close its bridge")
		q.modified = time.Now().Add(-3 * time.Minute)
		r.web.page(bridge, q.String())
		n := r.web.count(bridge)
		r.run(10 * time.Minute)
		r.expect(news.Edited)
		if looks := r.web.count(bridge) - n; looks > 5 {
			t.Errorf("the page vouches for its edit, and was looked at %d times", looks)
		}
	})
}

func TestOldCopies(t *testing.T) {
	edits := map[string]func(p *page){
		"headline": func(p *page) { p.headline = "Council votes to close its bridge" },
		"body":     func(p *page) { p.paragraphs[4] = strings.Replace(p.paragraphs[4], "piers", "arches", 1) },
		"both": func(p *page) {
			p.headline = "Council votes to close its bridge"
			p.paragraphs[4] = strings.Replace(p.paragraphs[4], "piers", "arches", 1)
		},
	}
	for name, change := range edits {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(r *rig) {
				old := pageOf(1)
				fresh := old.with(change)
				r.web.page(bridge, old.String())
				r.watch(bridge)
				r.web.page(bridge, fresh.String())
				r.run(time.Hour)
				r.expect(news.Edited)
				r.vary(bridge, fresh, old, alternating)
				r.run(2 * day)
				for range 10 {
					r.pass()
					time.Sleep(time.Second)
				}
				r.expect()
				if a := r.article(bridge); a.Headline != fresh.headline || a.Versions != 2 {
					t.Errorf("version %d, %q", a.Versions, a.Headline)
				}
				// The cache is mended, and an edit is told as ever.
				last := fresh.with(func(p *page) {
					p.paragraphs[2] = "The council heard nothing more of it in the end, as the harbour master told reporters."
				})
				r.web.page(bridge, last.String())
				r.run(8 * time.Hour)
				r.expect(news.Edited)
			})
		})
	}
}

func TestWallsNeverCount(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		r.web.page(bridge, p.String())
		r.watch(bridge)
		wall := `<!DOCTYPE html><html lang="en"><head><title>Before you continue</title></head><body><main><h1>We value your privacy</h1>
<p>We and our partners store cookies on your device. Accept all cookies to continue reading, or manage your choices.</p><button>Accept all</button></main></body></html>`
		r.web.page(bridge, wall)
		r.run(3 * time.Hour)
		if a := r.article(bridge); a.Polling.Outcome != news.OutcomeRefused {
			t.Errorf("a wall is %s", a.Polling.Outcome)
		}
		r.web.page(bridge, p.String()+" ")
		r.run(3 * time.Hour)
		r.expect()
		r.web.set(bridge, func(n int) (*fetch.Response, error) {
			if n%2 == 0 {
				return ok(wall), nil
			}
			return ok(p.String()), nil
		})
		r.run(6 * time.Hour)
		r.expect()
	})
}

// A page that is missing was answered for: what failed before is over.
func TestMissingIsNoFailure(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		r.web.page(bridge, p.String())
		r.watch(bridge)
		r.web.status(bridge, 500)
		r.run(time.Hour)
		if a := r.article(bridge); a.Polling.Failures == 0 {
			t.Fatal("nothing failed")
		}
		r.web.status(bridge, 404)
		r.run(2 * time.Hour)
		if a := r.article(bridge); a.Polling.Failures != 0 || !a.Polling.FailingSince.IsZero() {
			t.Errorf("%d failures since %v", a.Polling.Failures, a.Polling.FailingSince)
		}
	})
}
