package notify

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// Every write between an edit and its settled delivery fails once, before or
// after it took effect, and then the process goes on or starts anew. Nothing
// may be lost, and only what is documented may be told twice: a post whose
// outcome was forgotten with the process.
func TestFaultMatrix(t *testing.T) {
	for _, op := range []string{opRecord, opPlan, opLease, opSettle} {
		for _, happened := range []bool{false, true} {
			for _, reopen := range []bool{false, true} {
				for call := range 3 {
					name := fmt.Sprintf("%s_%d/happened_%v/reopen_%v", op, call, happened, reopen)
					t.Run(name, func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) { testFault(t, op, call, happened, reopen) })
					})
				}
			}
		}
	}
}

func testFault(t *testing.T, op string, call int, happened, reopen bool) {
	w, p, q := newWorld(t), &platform{}, &platform{}
	a, b := w.article("a"), w.article("b")
	w.watch("desk", p, a)
	w.watch("desk", p, b)
	w.watch("other", q, a)

	hit := w.store.breakOnce(op, call, happened)
	stop := w.start()
	go func() { // the watcher
		w.edit(&a, "a2")
		w.edit(&b, "b2")
		w.event(news.Event{Kind: news.Removed, Article: b.ID})
	}()
	<-hit
	if reopen {
		// Stop within the moment: what is retried in memory gets no chance.
		synctest.Wait()
		stop()
		w.reopen()
		stop = w.start()
	}
	time.Sleep(time.Hour)
	stop()

	if left := w.deliveries(news.Pending); len(left) != 0 {
		t.Errorf("%d deliveries are still pending: %+v", len(left), left)
	}
	if events, err := w.store.Unplanned(t.Context(), 10); err != nil || len(events) != 0 {
		t.Errorf("unplanned: %v, %v", events, err)
	}
	repeats := 0
	for name, got := range map[string][]posted{"desk": p.all(), "other": q.all()} {
		want := []string{"edited a2", "edited b2", "removed b2"}
		if name == "other" {
			want = want[:1]
		}
		ids := make(map[news.Seq]news.DeliveryID)
		for _, post := range got {
			what := fmt.Sprintf("%s %s", post.Report.Kind, post.Report.Article.Headline)
			id, again := ids[post.Report.Seq]
			ids[post.Report.Seq] = post.Delivery.ID
			switch {
			case again:
				repeats++
				if id != post.Delivery.ID {
					t.Errorf("%s: %q was repeated under another ID", name, what)
				}
			case len(want) == 0 || want[0] != what:
				t.Errorf("%s: posted %q, want next of %q", name, what, want)
			default:
				want = want[1:]
			}
		}
		if len(want) > 0 {
			t.Errorf("%s: %q were lost", name, want)
		}
	}
	allowed := 0
	if op == opSettle && !happened && reopen {
		allowed = 1
	}
	if repeats > allowed {
		t.Errorf("%d posts were repeated, want at most %d", repeats, allowed)
	}
	for _, d := range w.deliveries(news.Sent) {
		if d.Kind != news.Post {
			t.Errorf("sent a %s", d.Kind)
		}
	}
	if thread, err := w.store.Thread(t.Context(), "other", a.ID); err != nil || thread.Posts != 1 {
		t.Errorf("thread = %+v, %v, want one post", thread, err)
	}
}

// An answer that is lost after the post happened leads to one more post under
// the same ID, and the sender can tell that an earlier attempt may have
// happened.
func TestLostAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		p := &platform{answer: func(n int) (bool, error) {
			if n%2 == 1 {
				return true, errors.New("connection reset")
			}
			return true, nil
		}}
		var articles []news.Article
		for i := range 5 {
			a := w.article(fmt.Sprint("article ", i))
			w.watch("desk", p, a)
			w.edit(&a, fmt.Sprint("headline ", i))
			articles = append(articles, a)
		}
		w.run(time.Hour)
		got := p.all()
		if len(got) != 2*len(articles) {
			t.Fatalf("%d posts, want each of %d twice", len(got), len(articles))
		}
		for i, post := range got {
			if want := articles[i/2].ID; post.Report.Article.ID != want {
				t.Errorf("post %d is of article %s, want %s", i, post.Report.Article.ID, want)
			}
			if want := i%2 + 1; post.Delivery.Attempts != want {
				t.Errorf("post %d says attempt %d, want %d", i, post.Delivery.Attempts, want)
			}
			if post.Delivery.ID != got[i-i%2].Delivery.ID || len(post.Delivery.ID) > 25 {
				t.Errorf("post %d has ID %q, want that of the first attempt, at most 25 characters", i, post.Delivery.ID)
			}
		}
	})
}

// An attempt that outlives its lease is not joined by a second one.
func TestExpiredLeaseStartsNoSecondAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), &deaf{}
		a := w.article("a")
		w.watch("desk", p, a)
		w.edit(&a, "b")
		w.run(20 * time.Minute)
		if p.atOnce > 1 {
			t.Errorf("%d attempts at once", p.atOnce)
		}
		if p.tries == 0 {
			t.Error("never tried")
		}
	})
}

// deaf takes long and does not listen to its context.
type deaf struct {
	tries, now, atOnce int
}

func (d *deaf) Send(ctx context.Context, a Announcement) (string, error) {
	d.tries++
	d.now++
	d.atOnce = max(d.atOnce, d.now)
	time.Sleep(5 * time.Minute)
	d.now--
	return "", errors.New("gone")
}
