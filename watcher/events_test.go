package watcher

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/watcher/fetch"
)

func TestRemoval(t *testing.T) {
	lead := func(to string) func(r *rig) {
		return func(r *rig) {
			r.web.set(bridge, func(int) (*fetch.Response, error) {
				resp := ok(pageOf(7).String())
				resp.URL = to
				return resp, nil
			})
		}
	}
	tests := []struct {
		name   string
		remove func(r *rig)
		least  time.Duration // how long it takes to believe
		most   time.Duration
		detail string
	}{
		{"gone", func(r *rig) { r.web.status(bridge, 410) }, time.Minute, 10 * time.Minute, "410"},
		{"not_found", func(r *rig) { r.web.status(bridge, 404) }, day, 26 * time.Hour, "404"},
		{"leads_home", lead(harbour + "/"), day, 26 * time.Hour, "home page"},
		{"leads_to_a_section", lead(harbour + "/news"), day, 26 * time.Hour, "section"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(r *rig) {
				p := pageOf(1)
				r.web.page(bridge, p.String())
				r.watch(bridge)
				tt.remove(r)
				start := time.Now()
				r.untilHeld()
				r.restart()
				for r.article(bridge).Removed.IsZero() && time.Since(start) < 3*day {
					r.run(time.Minute)
				}
				if took := time.Since(start); took < tt.least || took > tt.most {
					t.Errorf("believed after %v, want %v to %v", took, tt.least, tt.most)
				}
				if e := r.expect(news.Removed); !strings.Contains(e[0].Detail, tt.detail) {
					t.Errorf("detail %q", e[0].Detail)
				}
				r.run(5 * day)
				r.expect() // told once
				q := p.with(func(p *page) { p.paragraphs[4] = strings.Replace(p.paragraphs[4], "piers", "arches", 1) })
				r.web.page(bridge, q.String())
				r.run(2 * day)
				r.oneWord(r.expect(news.Returned)[0], "piers", "arches")
			})
		})
		t.Run(tt.name+"_for_a_moment", func(t *testing.T) {
			bubble(t, func(r *rig) {
				p := pageOf(1)
				r.web.page(bridge, p.String())
				r.watch(bridge)
				tt.remove(r)
				r.untilHeld()
				r.web.page(bridge, p.String())
				r.run(2 * day)
				r.expect()
				if h := r.article(bridge).Hold; h != nil {
					t.Errorf("still held: %+v", h)
				}
			})
		})
	}
}

func TestReturnedAsItWas(t *testing.T) {
	bubble(t, func(r *rig) {
		r.web.page(bridge, pageOf(1).String())
		r.watch(bridge)
		r.web.status(bridge, 410)
		r.run(time.Hour)
		r.expect(news.Removed)
		r.web.page(bridge, pageOf(1).String())
		r.run(2 * day)
		if e := r.expect(news.Returned); e[0].From != e[0].To {
			t.Errorf("%+v", e[0])
		}
	})
}

func TestReverted(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		q := p.with(func(p *page) { p.paragraphs[4] = strings.Replace(p.paragraphs[4], "piers", "arches", 1) })
		r.web.page(bridge, p.String())
		r.watch(bridge)
		r.web.page(bridge, q.String())
		r.run(time.Hour)
		r.expect(news.Edited)
		r.web.page(bridge, p.String())
		r.run(time.Hour)
		if e := r.expect(news.Reverted); e[0].RevertedTo != 1 || e[0].To != 3 {
			t.Errorf("%+v", e[0])
		}
	})
}

func TestRedirects(t *testing.T) {
	tests := []struct {
		name, to string
		want     []news.EventKind
	}{
		{"slug", harbour + "/news/bridge-closed", nil},
		{"www", "https://www.harbour.example/news/bridge", nil},
		{"another_site", "https://quay.example/news/bridge", []news.EventKind{news.Redirected}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(r *rig) {
				p := pageOf(1)
				r.web.page(bridge, p.String())
				r.watch(bridge)
				r.web.set(bridge, func(int) (*fetch.Response, error) {
					resp := ok(p.String() + " ")
					resp.URL, resp.Permanent = tt.to, true
					return resp, nil
				})
				r.web.page(tt.to, p.String()+" ")
				r.run(day)
				r.expect(tt.want...)
				if a := r.article(tt.to); a.URL != tt.to || a.ID != r.article(bridge).ID {
					t.Errorf("now at %s", a.URL)
				}
			})
		})
	}
}

func TestRetirement(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		r.web.page(bridge, p.String())
		r.watch(bridge)
		start := time.Now()
		r.run(10 * day)
		q := p.with(func(p *page) { p.paragraphs[4] = strings.Replace(p.paragraphs[4], "piers", "arches", 1) })
		r.web.page(bridge, q.String())
		r.run(2 * day)
		edited := r.expect(news.Edited)[0].ChangedBefore
		r.run(time.Until(edited.Add(40*day)) - time.Minute)
		r.expect()
		r.run(30 * time.Hour) // it is visited daily by then
		e := r.expect(news.Retired)
		if at := e[0].At.Sub(edited); at < 40*day || at > 41*day+3*time.Hour {
			t.Errorf("retired %v after its last edit, which was %v after the start", at, edited.Sub(start))
		}
		n := r.web.count(bridge)
		r.run(30 * day)
		if got := r.web.count(bridge); got != n {
			t.Errorf("visited %d times after it retired", got-n)
		}
		// Armed anew by watching it, with an edit that nobody saw.
		last := q.with(func(p *page) { p.paragraphs[5] = strings.Replace(p.paragraphs[5], "piers", "vaults", 1) })
		r.web.page(bridge, last.String())
		if _, err := r.watcher.Place(context.Background(), news.Watch{Channel: "other", URL: bridge, Pages: true}); err != nil {
			t.Fatal(err)
		}
		r.run(2 * day)
		r.oneWord(r.expect(news.Edited)[0], "piers", "vaults")
		r.run(50 * day)
		r.expect(news.Retired)
	})
}

func TestFailing(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		r.web.page(bridge, p.String())
		r.watch(bridge)
		r.web.status(bridge, 500)
		start := time.Now()
		r.run(20 * time.Hour)
		r.expect()
		r.run(10 * day)
		e := r.expect(news.Failing)
		if took := e[0].At.Sub(start); took < failingFor || r.article(bridge).Polling.Failures < failingPolls {
			t.Errorf("told after %v", took)
		}
		n := r.web.count(bridge)
		r.run(day)
		if got := r.web.count(bridge) - n; got < 1 || got > 4 {
			t.Errorf("visited %d times a day when it has failed for long", got)
		}
		r.restart()
		r.web.page(bridge, p.String())
		r.run(2 * day)
		r.expect(news.Recovered)
		r.web.status(bridge, 500)
		r.run(8 * day)         // it is visited daily by then
		r.expect(news.Failing) // anew
	})
}

func TestOwnOutage(t *testing.T) {
	bubble(t, func(r *rig) {
		var urls []string
		for i := range 6 {
			url := fmt.Sprintf("https://h%d.example/news/a", i)
			r.web.page(url, pageOf(i).String())
			r.watch(url)
			urls = append(urls, url)
		}
		r.run(time.Hour)
		for _, u := range urls {
			r.web.set(u, func(int) (*fetch.Response, error) {
				return nil, &fetch.Error{Kind: fetch.Unreachable, Host: news.Host(u)}
			})
		}
		r.run(4 * time.Hour)
		r.expect()
		counted := 0
		for i, u := range urls {
			if a := r.article(u); a.Polling.Failures > 2 {
				counted++
				t.Logf("%s failed %d times", u, a.Polling.Failures)
			}
			r.web.page(u, pageOf(i).with(func(p *page) { p.paragraphs[4] = strings.Replace(p.paragraphs[4], "piers", "arches", 1) }).String())
		}
		if counted > 0 {
			t.Errorf("%d of %d hosts are counted as failing when we are offline", counted, len(urls))
		}
		r.run(10 * time.Minute) // soon after we are back
		if got := len(r.events()); got != len(urls) {
			t.Errorf("%d of %d edits told within ten minutes of being back", got, len(urls))
		}
	})
}

func TestRetryAfterIsOfTheHost(t *testing.T) {
	bubble(t, func(r *rig) {
		urls, _ := r.host(4, func(*page) {})
		r.web.set(urls[0], func(int) (*fetch.Response, error) {
			return nil, &fetch.Error{Kind: fetch.Status, Status: 429, Host: news.Host(urls[0]), Wait: 3 * time.Hour}
		})
		n := r.web.count(urls[0])
		for r.web.count(urls[0]) == n {
			r.run(10 * time.Second)
		}
		asked := time.Now()
		total := func() (n int) {
			for _, u := range append(urls, harbour+"/feed.xml") {
				n += r.web.count(u)
			}
			return n
		}
		before := total()
		r.restart()
		r.run(2 * time.Hour)
		if got := total() - before; got > 0 {
			t.Errorf("the host asked to wait for three hours, and was asked %d times in two", got)
		}
		r.run(3*time.Hour - time.Since(asked) + time.Hour)
		if got := total() - before; got == 0 {
			t.Error("the host was never asked again")
		}
	})
}

func TestNobodyWatches(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		r.web.page(bridge, p.String())
		w := r.watch(bridge)
		r.run(time.Hour)
		if err := r.store.RemoveWatch(context.Background(), w.ID); err != nil {
			t.Fatal(err)
		}
		n := r.web.count(bridge)
		r.run(3 * day)
		if got := r.web.count(bridge); got != n {
			t.Errorf("visited %d times although nobody watches", got-n)
		}
		if a := r.article(bridge); !a.Polling.Next.IsZero() || a.Polling.Detail == "" {
			t.Errorf("scheduled for %v, %q", a.Polling.Next, a.Polling.Detail)
		}
		if _, err := r.store.NextDue(context.Background()); err != store.ErrNothing {
			t.Errorf("something is due: %v", err)
		}
		r.watch(bridge)
		r.web.page(bridge, p.with(func(p *page) { p.paragraphs[4] = strings.Replace(p.paragraphs[4], "piers", "arches", 1) }).String())
		r.run(2 * time.Hour)
		rep, err := report.Of(context.Background(), r.store, r.expect(news.Edited), report.Links{})
		if err != nil || len(rep.Edit.Parts) != 1 {
			t.Errorf("%+v, %v", rep.Edit, err)
		}
	})
}

func TestFeedNobodyWatches(t *testing.T) {
	bubble(t, func(r *rig) {
		urls, _ := r.host(3, func(*page) {})
		list, err := r.store.Watches(context.Background(), store.WatchQuery{})
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if err := r.store.RemoveWatch(context.Background(), list[0].ID); err != nil {
			t.Fatal(err)
		}
		r.run(day)
		if _, err := r.store.NextDue(context.Background()); err != store.ErrNothing {
			t.Errorf("something is due: %v", err)
		}
		r.watchFeed(urls...)
		n := r.web.count(urls[1])
		r.run(2 * day)
		if got := r.web.count(urls[1]); got == n {
			t.Error("the articles of a feed that is watched again are not visited")
		}
	})
}
