package notify

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// busy has more minor edits in a channel than its followers can be sent one by
// one: the first six are published, and the last four are left out.
func busy(w *world, g *guild) {
	var articles []news.Article
	for i := range 10 {
		a := w.article(fmt.Sprint("a", i))
		w.watch("desk", g, a)
		articles = append(articles, a)
	}
	w.settings("desk", "publish", "all", "cap", "off")
	for i := range articles {
		e := edited(articles[i])
		e.Significance, e.Classes = news.Minor, []news.Class{news.ClassMinor}
		w.version(&articles[i], news.Text{Headline: articles[i].Headline, Paragraphs: []string{"The bridge remains open."}}, e)
	}
}

// TestLeftOut tells followers together of what there was no room for.
func TestLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		g := new(guild)
		busy(w, g)
		stop := w.start()
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		if got, _ := g.sentOn(); len(got) != 6 || len(g.all()) != 10 {
			t.Fatalf("published %v of %d posts", got, len(g.all()))
		}
		stop()
		w.reopen()
		stop = w.start()
		time.Sleep(time.Hour)
		synctest.Wait()
		stop()
		posts := g.all()
		if len(posts) != 11 {
			t.Fatalf("%d posts, want the ten and one more", len(posts))
		}
		last := posts[10]
		if last.Brief.What != "also 4 edits of 4 articles" || last.Delivery.Article != "" || last.Thread.Root != "" {
			t.Errorf("the combined post: %q in thread %q", last.Brief.What, last.Thread.Root)
		}
		if got, _ := g.sentOn(); len(got) != 7 || got[6] != "m11" {
			t.Errorf("published %v", got)
		}
		st, _ := w.store.Standing(t.Context(), "desk")
		if p := st.Publishing; len(p.LeftOut) != 0 || p.Combined.ID != "" || p.Dropped != 0 {
			t.Errorf("the account: %+v", p)
		}
	})
}

// TestLeftOutOnce loses the answer to the combined post, and the process with
// it: what is tried again has the same ID, by which the platform can tell.
func TestLeftOutOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		g := new(guild)
		g.answer = func(n int) (bool, error) {
			if n == 11 {
				return true, errors.New("the answer got lost")
			}
			return true, nil
		}
		busy(w, g)
		stop := w.start()
		time.Sleep(time.Hour + 10*time.Second)
		stop()
		w.reopen()
		stop = w.start()
		time.Sleep(time.Hour)
		synctest.Wait()
		stop()
		posts := g.all()
		if len(posts) != 12 {
			t.Fatalf("%d posts, want ten, one whose answer got lost, and that one again", len(posts))
		}
		if a, b := posts[10].Delivery, posts[11].Delivery; a.ID != b.ID || b.Attempts != 2 || !a.Queued.Equal(b.Queued) {
			t.Errorf("%s, attempt %d of %v, and %s, attempt %d of %v", a.ID, a.Attempts, a.Queued, b.ID, b.Attempts, b.Queued)
		}
	})
}

// TestLeftOutWaits makes no combined post in quiet hours, and none once nothing
// is published any more.
func TestLeftOutWaits(t *testing.T) {
	for name, tt := range map[string]struct {
		settings []string
		posts    []int // in all, after two hours and after ten
	}{
		"quiet": {[]string{"publish", "all", "cap", "off", "quiet", "00:30-04:00"}, []int{10, 11}},
		"off":   {[]string{"publish", "off", "cap", "off"}, []int{10, 10}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				g := new(guild)
				busy(w, g)
				defer w.start()()
				time.Sleep(10 * time.Minute)
				w.settings("desk", tt.settings...)
				for i, d := range []time.Duration{2 * time.Hour, 8 * time.Hour} {
					time.Sleep(d)
					synctest.Wait()
					if n := len(g.all()); n != tt.posts[i] {
						t.Errorf("%d posts after %v, want %d", n, d, tt.posts[i])
					}
				}
			})
		})
	}
}
