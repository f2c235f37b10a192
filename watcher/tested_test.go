package watcher

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// A draw says whether the nth reading shows the other headline.
type draw func(n int) bool

func alternating(n int) bool { return n%2 == 0 }

func random(seed uint64) draw {
	rng := rand.New(rand.NewPCG(seed, 7))
	return func(int) bool { return rng.IntN(2) == 0 }
}

// vary serves one of two pages.
func (r *rig) vary(url string, a, b page, other draw) {
	r.web.set(url, func(n int) (*fetch.Response, error) {
		if other(n) {
			return ok(b.String()), nil
		}
		return ok(a.String()), nil
	})
}

func TestHeadlineTest(t *testing.T) {
	draws := map[string]draw{"alternating": alternating}
	for seed := range uint64(4) {
		draws["random_"+strconv.Itoa(int(seed))] = random(seed)
	}
	for name, other := range draws {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(r *rig) {
				a := pageOf(1)
				b := otherHeadline(a)
				r.web.page(bridge, a.String())
				r.watch(bridge)
				r.vary(bridge, a, b, other)
				r.run(20 * time.Hour)
				e := r.expect(news.Testing)
				if !strings.Contains(e[0].Detail, a.headline) || !strings.Contains(e[0].Detail, b.headline) {
					t.Errorf("the detail %q does not name both", e[0].Detail)
				}
				// A true edit amid the test is told, and nothing else with it.
				word := func(p *page) { p.paragraphs[4] = strings.Replace(p.paragraphs[4], "piers", "arches", 1) }
				a, b = a.with(word), b.with(word)
				r.vary(bridge, a, b, other)
				r.run(6 * time.Hour)
				r.oneWord(r.expect(news.Edited)[0], "piers", "arches")
				r.restart()
				r.run(6 * time.Hour)
				r.expect()
				// The other headline wins.
				r.web.page(bridge, b.String())
				r.run(16 * time.Hour)
				r.oneWord(r.expect(news.Edited)[0], a.headline, b.headline)
				if got := r.article(bridge); len(got.Tested) > 0 || got.Headline != b.headline {
					t.Errorf("after the test: %q, under test %q", got.Headline, got.Tested)
				}
				r.run(16 * time.Hour)
				r.expect()
			})
		})
	}
}

func otherHeadline(p page) page { return withHeadline(p, "Is this the end of the bridge?") }

func withHeadline(p page, headline string) page {
	return p.with(func(p *page) { p.headline = headline })
}

func TestHeadlineTestOfThree(t *testing.T) {
	bubble(t, func(r *rig) {
		a := pageOf(1)
		variants := []page{a, otherHeadline(a), withHeadline(a, "Bridge: what the council does not say")}
		r.web.page(bridge, a.String())
		r.watch(bridge)
		r.web.set(bridge, func(n int) (*fetch.Response, error) { return ok(variants[n%3].String()), nil })
		r.run(2 * day)
		r.expect(news.Testing)
	})
}

func TestHeadlineTestInPasses(t *testing.T) {
	bubble(t, func(r *rig) {
		a := pageOf(1)
		r.web.page(bridge, a.String())
		r.watch(bridge)
		r.vary(bridge, a, otherHeadline(a), alternating)
		for range 20 {
			r.pass()
			time.Sleep(time.Second)
		}
		r.expect(news.Testing)
	})
}

// TestHeadlineTests counts what is told of many articles whose headline is
// drawn anew at each reading, of which the headline is told once as under test
// and never as edited if all goes well. EDITWATCH_ARTICLES says how many.
func TestHeadlineTests(t *testing.T) {
	articles, _ := strconv.Atoi(os.Getenv("EDITWATCH_ARTICLES"))
	if articles == 0 {
		articles = 20
	}
	const batch = 20
	edited, testing, twice, none := 0, 0, 0, 0
	for from := 0; from < articles; from += batch {
		bubble(t, func(r *rig) {
			for i := range batch {
				url := fmt.Sprintf("https://h%d.example/news/a", i)
				a := pageOf(from + i)
				r.web.page(url, a.String())
				r.watch(url)
				r.vary(url, a, otherHeadline(a), random(uint64(from+i)))
			}
			r.run(day)
			count := make(map[news.ArticleID]int)
			for _, e := range r.events() {
				switch e.Kind {
				case news.Edited, news.Reverted:
					edited++
				case news.Testing:
					count[e.Article]++
				}
			}
			none += batch - len(count)
			for _, n := range count {
				testing += n
				if n > 1 {
					twice++
				}
			}
		})
	}
	t.Logf("%d articles under test for a day: %d told as testing, %d of them twice, %d never; %d told as edited", articles, testing, twice, none, edited)
	if edited*20 > articles || twice*100 > articles {
		t.Error("more is told than one article in twenty explains")
	}
}
