package notify

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// Chat is down for a day while 40 articles are edited again and again. Nothing
// may be lost, order is kept, and nobody gets hundreds of posts when it is back.
func TestOutageOfADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ends := time.Now().Add(24 * time.Hour)
		down := func(int) (bool, error) {
			if time.Now().Before(ends) {
				return false, errors.New("no answer")
			}
			return true, nil
		}
		chat, machine, well := &platform{answer: down}, &platform{answer: down}, &platform{}
		var articles []news.Article
		for i := range 40 {
			a := w.article(fmt.Sprintf("article %02d", i))
			articles = append(articles, a)
			w.watch("chat", chat, a)
			w.watch("machine", machine, a)
			w.watch("well", well, a)
		}
		m := w.channels["machine"]
		m.Machine = true
		w.channels["machine"] = m
		stop := w.start()

		total := 0
		for hour := range 24 {
			for i := range articles {
				if i%8 == hour%8 {
					w.edit(&articles[i], fmt.Sprintf("article %02d at %d", i, hour))
					total++
				}
				time.Sleep(time.Hour / time.Duration(len(articles)))
			}
		}
		if got := len(well.all()); got != total {
			t.Errorf("the channel that was up got %d posts, want %d", got, total)
		}
		if got := len(chat.all()); got != 0 {
			t.Fatalf("%d posts arrived during the outage", got)
		}
		time.Sleep(time.Hour)
		stop()

		if left := w.deliveries(news.Pending); len(left) != 0 {
			t.Errorf("%d deliveries are still pending", len(left))
		}
		// Every event is told, in order, and exactly once.
		check := func(name string, posts []posted) {
			told := make(map[news.Seq]bool)
			newest := make(map[news.ArticleID]int)
			for _, p := range posts {
				for _, seq := range p.Delivery.Events {
					if told[seq] {
						t.Errorf("%s: event %d was told twice", name, seq)
					}
					told[seq] = true
					e, err := w.store.Event(t.Context(), seq)
					if err != nil {
						t.Fatal(err)
					}
					if e.From < newest[e.Article] {
						t.Errorf("%s: article %s: version %d after version %d", name, e.Article, e.From, newest[e.Article])
					}
					newest[e.Article] = e.To
				}
			}
			if len(told) != total {
				t.Errorf("%s: %d events were told, want %d", name, len(told), total)
			}
		}
		check("chat", chat.all())
		check("machine", machine.all())
		if got := len(chat.all()); got > 35 {
			t.Errorf("chat got %d posts after the outage, want few", got)
		}
		summaries := 0
		for _, p := range chat.all() {
			if p.Delivery.Kind != news.Notice {
				continue
			}
			summaries++
			if !strings.Contains(p.Brief.What, "edits of") || !strings.Contains(p.Brief.What, "during the outage") || len(p.Brief.Lines) == 0 {
				t.Errorf("summary = %+v", p.Brief)
			}
			t.Logf("summary:\n%s", p.Brief.Plain())
		}
		if summaries != 1 {
			t.Errorf("%d summaries, want one", summaries)
		}
		for _, p := range machine.all() {
			if p.Report.Edit == nil {
				t.Errorf("a machine was given a report without an edit: %+v", p.Report)
			}
		}
		t.Logf("%d edits: chat got %d posts, machine %d, the channel that was up %d",
			total, len(chat.all()), len(machine.all()), len(well.all()))
	})
}

func TestOldEventsAreSummedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), &platform{}
		a, b := w.article("a"), w.article("b")
		w.watch("desk", p, a)
		w.watch("desk", p, b)
		w.edit(&a, "a2")
		w.edit(&b, "b2")
		w.edit(&a, "a3")
		w.event(news.Event{Kind: news.Removed, Article: b.ID})
		time.Sleep(25 * time.Hour) // nobody announced
		w.edit(&a, "a4")
		w.run(time.Minute)
		wantSpans(t, p, "3 edits and 1 other event of 2 articles during the outage", "edited 3→4")
		var lines []string
		for _, l := range p.all()[0].Brief.Lines {
			lines = append(lines, l.Plain())
		}
		want := "The Harbour Post · a4 – 2 edits, version 1 → 3\nThe Harbour Post · b2 – 1 edit, version 1 → 2 and article removed"
		if got := strings.Join(lines, "\n"); got != want {
			t.Errorf("lines:\n%s\nwant:\n%s", got, want)
		}
	})
}
