package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestOneAtATimeAndAGapApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(w http.ResponseWriter, _ *http.Request) { time.Sleep(3 * time.Second) }
		w := newWeb(t, map[string]http.HandlerFunc{"a.example": slow, "b.example": slow})
		c := w.client(Options{Gap: 2 * time.Second})
		began := time.Now()
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				if _, err := get(t, c, fmt.Sprintf("http://%c.example/%d", 'a'+i%2, i)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		// For each host: robots.txt, then five pages of 3 s, 2 s apart; the hosts side by side.
		if got, want := time.Since(began), (2+5*3+4*2)*time.Second; got != want {
			t.Errorf("it took %v, want %v", got, want)
		}
		last := make(map[string]time.Time)
		for _, v := range w.log {
			if prev, ok := last[v.host]; ok && v.at.Sub(prev) < 2*time.Second {
				t.Errorf("%s%s came %v after the request before", v.host, v.path, v.at.Sub(prev))
			}
			last[v.host] = v.at
		}
	})
}

func TestRedirectsWaitForTheirHostsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb(t, map[string]http.HandlerFunc{
			"a.example": func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "http://b.example"+r.URL.Path, http.StatusMovedPermanently)
			},
			"b.example":            text("here"),
			"b.example/robots.txt": text("User-agent: *\nDisallow: /private\nCrawl-delay: 7"),
		})
		c := w.client(Options{Gap: 2 * time.Second})
		r, err := get(t, c, "http://a.example/x")
		if err != nil || r.URL != "http://b.example/x" || !r.Permanent {
			t.Fatalf("%+v, %v", r, err)
		}
		_, err = get(t, c, "http://a.example/private")
		if f := mustFail(t, err); f.Kind != Robots || f.Wait != 0 || f.Host != "b.example" {
			t.Errorf("a redirect into what is forbidden: %+v", f)
		}
		before := time.Now()
		if _, err := get(t, c, "http://b.example/y"); err != nil || time.Since(before) < 4*time.Second {
			t.Errorf("the crawl delay was not kept: %v, %v", time.Since(before), err)
		}
		want := []string{"a.example/robots.txt", "a.example/x", "b.example/robots.txt", "b.example/x", "a.example/private", "b.example/y"}
		if got := w.visits(); !slices.Equal(got, want) {
			t.Errorf("visits %v, want %v", got, want)
		}
	})
}

func TestWaitsEndWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb(t, map[string]http.HandlerFunc{"a.example": text("x")})
		c := w.client(Options{Gap: time.Hour})
		if _, err := get(t, c, "http://a.example/"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		_, err := c.Get(ctx, Request{URL: "http://a.example/"})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if _, ok := errors.AsType[*Error](err); ok {
			t.Error("a caller that gave up is not the host's failure")
		}
		// The turn was given back.
		time.Sleep(2 * time.Hour)
		if _, err := get(t, c, "http://a.example/"); err != nil {
			t.Error(err)
		}
	})
}

func TestHostThatAsksToWait(t *testing.T) {
	for _, code := range []int{429, 503} {
		synctest.Test(t, func(t *testing.T) {
			calls := 0
			w := newWeb(t, map[string]http.HandlerFunc{"a.example": func(w http.ResponseWriter, r *http.Request) {
				if calls++; calls == 1 {
					status(code, "Retry-After", "7200")(w, r)
				}
			}})
			c := w.client(Options{Gap: 2 * time.Second})
			_, err := get(t, c, "http://a.example/1")
			f := mustFail(t, err)
			if f.Kind != Status || f.Status != code || f.Wait != 2*time.Hour || !strings.HasSuffix(f.Error(), "asked to wait 2 h") {
				t.Errorf("%+v: %v", f, f)
			}
			time.Sleep(30 * time.Minute)
			_, err = get(t, c, "http://a.example/2")
			f = mustFail(t, err)
			if f.Kind != Asked || f.Wait != 90*time.Minute || f.Error() != "asked to be left alone for another 1 h 30 min" {
				t.Errorf("%+v: %v", f, f)
			}
			time.Sleep(90 * time.Minute)
			if _, err := get(t, c, "http://a.example/2"); err != nil {
				t.Error(err)
			}
			if calls != 2 {
				t.Errorf("asked %d times", calls)
			}
		})
	}
}

func TestIdleHostsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hosts := make(map[string]http.HandlerFunc)
		for i := range 50 {
			hosts[fmt.Sprintf("h%d.example", i)] = text("x")
		}
		w := newWeb(t, hosts)
		c := w.client(Options{Gap: 2 * time.Second})
		for host := range hosts {
			if _, err := get(t, c, "http://"+host+"/"); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(2 * time.Minute)
		if _, err := get(t, c, "http://h1.example/"); err != nil {
			t.Fatal(err)
		}
		if n := len(c.hosts.byKey); n != 1 {
			t.Errorf("%d hosts are remembered, want 1", n)
		}
	})
}

func TestRobotsFile(t *testing.T) {
	type world map[string]http.HandlerFunc
	page := text("page")
	hang := func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(time.Minute):
		}
	}
	forbids := text("User-agent: *\nDisallow: /")
	long := text("User-agent: *\nDisallow: /page\n" + strings.Repeat("# padding\n", 80_000))
	tests := []struct {
		name  string
		world world
		kind  Kind // empty: may be read
		says  string
	}{
		{"allowed", world{"a.example/robots.txt": text("User-agent: *\nDisallow: /other")}, "", ""},
		{"missing", world{"a.example/robots.txt": status(404)}, "", ""},
		{"gone", world{"a.example/robots.txt": status(410)}, "", ""},
		{"not_shown_to_us", world{"a.example/robots.txt": status(403)}, "", ""},
		{"forbidden", world{"a.example/robots.txt": forbids}, Robots, "its robots.txt forbids me to read this address"},
		{"broken", world{"a.example/robots.txt": status(500)}, Robots, "could not be read: answered 500"},
		{"too_busy", world{"a.example/robots.txt": status(429, "Retry-After", "60")}, Robots, "could not be read: asked me to slow down (429) and asked to wait 1 min"},
		{"hangs", world{"a.example/robots.txt": hang}, Timeout, "could not be read: took longer than 15 s"},
		{"web_page", world{"a.example/robots.txt": text("<!doctype html><title>User-agent: *</title>\n<p>Disallow: /</p>")}, "", ""},
		{"too_long", world{"a.example/robots.txt": long}, Robots, "forbids"},
		{"moved", world{
			"a.example/robots.txt": http.RedirectHandler("http://b.example/there.txt", http.StatusMovedPermanently).ServeHTTP,
			"b.example":            forbids,
		}, Robots, "forbids"},
		{"moved_in_circles", world{"a.example/robots.txt": http.RedirectHandler("/robots.txt", http.StatusFound).ServeHTTP}, "", ""},
		{"moved_to_nowhere", world{"a.example/robots.txt": http.RedirectHandler("http://nowhere.example/", http.StatusFound).ServeHTTP}, Robots, "could not be read: no such host"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tt.world["a.example"] = page
				w := newWeb(t, tt.world)
				c := w.client(Options{Gap: 2 * time.Second})
				r, err := get(t, c, "http://a.example/page")
				if tt.kind == "" {
					if err != nil || string(r.Body) != "page" {
						t.Fatalf("%v, %v", r, err)
					}
					return
				}
				f := mustFail(t, err)
				if f.Kind != tt.kind || !strings.Contains(f.Error(), tt.says) {
					t.Errorf("%q %q, want %q … %q", f.Kind, f, tt.kind, tt.says)
				}
				if strings.Contains(tt.says, "could not be read") != (f.Wait > 0) {
					t.Errorf("asks to wait %v", f.Wait)
				}
				if slices.Contains(w.visits(), "a.example/page") {
					t.Error("the page was asked for all the same")
				}
			})
		})
	}
}

func TestRobotsFileIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := text("User-agent: *\nDisallow: /private")
		w := newWeb(t, map[string]http.HandlerFunc{
			"a.example":            text("page"),
			"a.example/robots.txt": func(w http.ResponseWriter, r *http.Request) { answer(w, r) },
		})
		c := w.client(Options{Gap: 2 * time.Second})
		files := func() (n int) {
			for _, v := range w.visits() {
				if v == "a.example/robots.txt" {
					n++
				}
			}
			return n
		}
		try := func(path string, want Kind) {
			t.Helper()
			_, err := get(t, c, "http://a.example"+path)
			if want != "" {
				if f := mustFail(t, err); f.Kind != want {
					t.Errorf("%s: %v, want %s", path, err, want)
				}
			} else if err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
		try("/page", "")
		try("/private", Robots)
		time.Sleep(23 * time.Hour)
		try("/page", "")
		if files() != 1 {
			t.Errorf("robots.txt was read %d times in a day", files())
		}
		// When it breaks, the copy that is known still holds.
		answer = status(500)
		time.Sleep(2 * time.Hour)
		try("/page", "")
		try("/private", Robots)
		time.Sleep(time.Hour)
		answer = text("")
		try("/private", "")
		if files() != 3 {
			t.Errorf("robots.txt was read %d times, want 3", files())
		}
	})
}

func TestRobotsMemoryIsBounded(t *testing.T) {
	r := robots{byKey: make(map[string]*robotsEntry)}
	big := &rules{size: 1 << 20}
	for i := range 100 {
		r.keep(r.entry(fmt.Sprint(i)), big)
	}
	if r.held > robotsHeld || len(r.byKey) > 16 {
		t.Errorf("%d bytes in %d files are held", r.held, len(r.byKey))
	}
	for i := range 100_000 {
		r.entry(fmt.Sprint("dead", i))
	}
	held := 0
	for _, e := range r.byKey {
		held += robotsOverhead
		if e.rules != nil {
			held += e.rules.size
		}
	}
	if r.held != held || held > robotsHeld {
		t.Errorf("%d bytes are held and %d counted", held, r.held)
	}
}
