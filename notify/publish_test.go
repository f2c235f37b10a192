package notify

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/editwatch/editwatch/internal/news"
)

// TestPublishBudget: no more than the platform allows, the most important
// first, through a restart, and learnt from what the platform says.
func TestPublishBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		g := new(guild)
		var at []time.Time
		refused := 0
		g.publish = func(string) error { // five an hour, says this platform
			recent := 0
			for _, x := range at {
				if time.Since(x) < time.Hour {
					recent++
				}
			}
			if recent >= 5 {
				refused++
				return &Later{Wait: 20 * time.Minute, Err: errors.New("asked to wait")}
			}
			at = append(at, time.Now())
			return nil
		}
		var articles []news.Article
		for i := range 12 {
			a := w.article(fmt.Sprint("a", i))
			w.watch("desk", g, a)
			articles = append(articles, a)
		}
		w.settings("desk", "publish", "all", "cap", "off")
		stop := w.start()
		for i := range articles { // the first six are of little importance
			if i >= 6 {
				w.edit(&articles[i], fmt.Sprint("New ", i))
				continue
			}
			e := edited(articles[i])
			e.Significance, e.Classes = news.Minor, []news.Class{news.ClassMinor}
			w.version(&articles[i], news.Text{Headline: articles[i].Headline, Paragraphs: []string{"The bridge remains open."}}, e)
		}
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		if got, _ := g.sentOn(); len(got) != 5 {
			t.Fatalf("published %v in half an hour, want 5", got)
		}
		st, _ := w.store.Standing(t.Context(), "desk")
		if st.Publishing.Allowed() != 5 {
			t.Errorf("learnt %d an hour, want 5", st.Publishing.Allowed())
		}
		stop()
		w.reopen()
		stop = w.start()
		time.Sleep(5 * time.Hour)
		synctest.Wait()
		stop()
		st, _ = w.store.Standing(t.Context(), "desk")
		if p := st.Publishing; p.Dropped != 0 || len(p.Waiting)+len(p.LeftOut) != 0 {
			t.Errorf("%d dropped, %d wait, %d left out", p.Dropped, len(p.Waiting), len(p.LeftOut))
		}
		told := map[news.Seq]bool{}
		for i, p := range g.all() {
			if slices.Contains(g.published, fmt.Sprint("m", i+1)) {
				for _, seq := range p.Delivery.Events {
					told[seq] = true
				}
			}
		}
		if len(told) != 12 {
			t.Errorf("followers were told of %d events of 12", len(told))
		}
		if n := len(g.published); n >= 12 {
			t.Errorf("%d were published one by one", n)
		}
		if refused > 6 {
			t.Errorf("the platform refused %d times", refused)
		}
		seen := map[string]bool{}
		for _, m := range g.published {
			if seen[m] {
				t.Errorf("%s was published twice", m)
			}
			seen[m] = true
		}
	})
}

// TestPublishWants: only what the setting names goes to followers, and what
// does is not put into a thread.
func TestPublishWants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		g := new(guild)
		a := w.article("one")
		w.watch("desk", g, a)
		w.settings("desk", "publish", "headline")
		defer w.start()()
		w.edit(&a, "First")
		time.Sleep(time.Hour)
		e := edited(a)
		e.Classes = []news.Class{news.ClassFact}
		w.version(&a, news.Text{Headline: a.Headline, Paragraphs: []string{"The bridge closes."}}, e)
		time.Sleep(time.Hour)
		w.edit(&a, "Third")
		time.Sleep(time.Hour)
		synctest.Wait()
		got, _ := g.sentOn()
		w.want(got, []string{"m1", "m3"})
		var roots []string
		for _, p := range g.all() {
			roots = append(roots, p.Thread.Root)
		}
		w.want(roots, []string{"", "m1", ""})
	})
}

// TestLine holds the line of publications against its rules, whatever comes.
func TestLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var account news.Publishing
		now := time.Unix(0, 0)
		for i := range rapid.IntRange(1, 40).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "minutes")) * time.Minute)
			if rapid.Bool().Draw(t, "post") {
				line(&account, news.Publication{
					Message: fmt.Sprint(i), Article: news.ArticleID(rapid.SampledFrom([]string{"", "a1", "a2", "a3"}).Draw(t, "article")),
					Rank: rapid.IntRange(rankOther, rankFirst).Draw(t, "rank"), Since: now,
				})
			}
			p, do, wait := next(&account, now)
			switch {
			case do == stepCombine:
				if len(account.Waiting) > 0 && now.Sub(account.LeftOut[0].Since) < overdue {
					t.Fatal("what was left out goes before what waits")
				}
				combined(&account, news.Delivery{Events: []news.Seq{1}}, fmt.Sprint("more", i), nil, now)
				account.LeftOut = nil
			case do == stepPublish:
				published(&account, p, rapid.SampledFrom([]error{nil, nil, ErrRejected, errors.New("lost"), &Later{Wait: 10 * time.Minute, Err: errors.New("wait")}}).Draw(t, "answer"), now)
			case do == stepWait && wait <= 0:
				t.Fatalf("nothing may go, and the wait is %v", wait)
			}
			articles := map[news.ArticleID]bool{}
			for j, x := range account.Waiting {
				if j > 0 && account.Waiting[j-1].Rank < x.Rank {
					t.Fatal("less important goes first")
				}
				if x.Article != "" && articles[x.Article] {
					t.Fatalf("two posts on %s wait", x.Article)
				}
				articles[x.Article] = true
			}
			if len(account.Done) > publishMax {
				t.Fatalf("%d published in an hour", len(account.Done))
			}
		}
	})
}
