package notify

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

func TestForbiddenPausesAndTellsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		g, fine := new(guild), new(platform)
		barred := true
		g.answer = func(int) (bool, error) {
			if barred {
				return false, fmt.Errorf("%w: missing Embed Links", ErrForbidden)
			}
			return true, nil
		}
		a := w.article("one")
		w.watch("desk", g, a)
		w.watch("other", fine, a)
		watches, err := w.store.Watches(t.Context(), store.WatchQuery{Channel: "desk"})
		if err != nil {
			t.Fatal(err)
		}
		w.change(watches[0].ID, func(watch *news.Watch) { watch.By = "u1" })
		stop := w.start()
		for i := range 3 {
			w.edit(&a, fmt.Sprint("Edit ", i))
			time.Sleep(3 * time.Hour)
		}
		if n := len(fine.all()); n != 3 {
			t.Errorf("the other channel has %d posts, want 3", n)
		}
		st, err := w.store.Standing(t.Context(), "desk")
		if err != nil || st.Paused.IsZero() || st.Forbidden != forbiddenTries {
			t.Fatalf("standing %+v, %v", st, err)
		}
		stop()
		stop = w.start() // a restart forgets nothing of it
		time.Sleep(3 * 24 * time.Hour)
		synctest.Wait()
		if n := g.attempts(); n > forbiddenTries+4 {
			t.Errorf("%d tries, want %d and one a day", n, forbiddenTries)
		}
		if _, told := g.sentOn(); len(told) != 1 || told[0] != "u1" {
			t.Errorf("told %v, want u1 once", told)
		}
		g.change(func() { barred = false })
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		// One post while it was written, and what followed gathered in another.
		w.want(g.spans(), []string{"edited 1→2", "edited 2→4"})
		if st, _ := w.store.Standing(t.Context(), "desk"); st.Forbidden != 0 || !st.Paused.IsZero() {
			t.Errorf("standing after all is well: %+v", st)
		}
		stop()
	})
}

// TestTestMendsAPause: who gives the right back and asks for a test need not
// wait a day.
func TestTestMendsAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		g := new(guild)
		barred := true
		g.answer = func(int) (bool, error) {
			if barred {
				return false, ErrForbidden
			}
			return true, nil
		}
		a := w.article("one")
		w.watch("desk", g, a)
		n := w.notifier()
		ctx := t.Context()
		done := make(chan struct{})
		go func() { defer close(done); n.Run(ctx) }()
		w.edit(&a, "Edited")
		time.Sleep(2 * time.Hour)
		err := n.Test(ctx, "desk")
		if _, ok := errors.AsType[*news.Refusal](err); !ok {
			t.Errorf("test of a barred channel: %v", err)
		}
		g.change(func() { barred = false })
		if err := n.Test(ctx, "desk"); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := g.spans(); len(got) != 2 {
			t.Errorf("posts %v, want the sample and what was owed", got)
		}
	})
}

func TestGoneEndsWatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		g := new(guild)
		g.answer = func(int) (bool, error) { return false, ErrGone }
		one, two := w.article("one"), w.article("two")
		w.watch("desk", g, one)
		w.watch("desk", g, two)
		defer w.start()()
		w.edit(&one, "Edited")
		w.edit(&two, "Edited too")
		time.Sleep(time.Hour)
		synctest.Wait()
		watches, err := w.store.Watches(t.Context(), store.WatchQuery{})
		if err != nil || len(watches) != 0 {
			t.Errorf("watches %v, %v, want none", watches, err)
		}
		if g.attempts() != 1 || len(w.deliveries(news.Pending)) != 0 {
			t.Errorf("%d tries, %d pending", g.attempts(), len(w.deliveries(news.Pending)))
		}
	})
}

func TestUnauthorizedStopsThePlatform(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		one, two, other := new(guild), new(guild), new(platform)
		revoked := func(int) (bool, error) { return false, ErrUnauthorized }
		one.answer, two.answer = revoked, revoked
		w.channels["one"] = Channel{Sender: one, Platform: "discord"}
		w.channels["two"] = Channel{Sender: two, Platform: "discord"}
		w.channels["other"] = Channel{Sender: other, Platform: "slack"}
		a := w.article("one")
		w.watch("one", one, a)
		w.watch("two", two, a)
		w.watch("other", other, a)
		stop := w.start()
		for i := range 3 {
			w.edit(&a, fmt.Sprint("Edit ", i))
			time.Sleep(time.Hour)
		}
		synctest.Wait()
		if n := one.attempts() + two.attempts(); n > 2 {
			t.Errorf("%d tries with a revoked token", n)
		}
		if n := len(other.all()); n != 3 {
			t.Errorf("the other platform has %d posts, want 3", n)
		}
		stop()
		for _, g := range []*guild{one, two} {
			g.change(func() { g.answer = nil }) // a new token, and a new start
		}
		defer w.start()()
		time.Sleep(time.Hour)
		synctest.Wait()
		for _, g := range []*guild{one, two} { // how much is in the first post depends on when it was first tried
			switch got := fmt.Sprint(g.spans()); got {
			case "[edited 1→2 edited 2→4]", "[edited 1→3 edited 3→4]", "[edited 1→4]":
			default:
				t.Errorf("posts %s, want everything once", got)
			}
		}
	})
}

// TestDeletedMessage: what somebody deleted is not posted again, and what
// happens later is news.
func TestDeletedMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		g := new(guild)
		a := w.article("one")
		w.watch("desk", g, a)
		defer w.start()()
		w.edit(&a, "First")
		time.Sleep(time.Hour)
		deleted := true
		g.change(func() {
			g.update = func() error {
				if deleted {
					return ErrMessageGone
				}
				return nil
			}
			g.answer = func(n int) (bool, error) {
				if n == 2 { // the thread cannot be found
					return false, ErrMessageGone
				}
				return true, nil
			}
		})
		w.edit(&a, "Second")
		time.Sleep(time.Hour)
		g.change(func() { deleted = false })
		w.edit(&a, "Third")
		time.Sleep(time.Hour)
		w.want(g.spans(), []string{"edited 1→2", "edited 2→3", "edited 3→4"})
		var roots []string
		for _, p := range g.all() {
			roots = append(roots, p.Thread.Root)
		}
		w.want(roots, []string{"", "", "m2"})
		if n := len(w.deliveries(news.Pending)) + len(w.deliveries(news.Rejected)); n != 0 {
			t.Errorf("%d deliveries are left or were given up", n)
		}
		for _, u := range g.updates {
			if u.Delivery.Message != "m2" {
				t.Errorf("message %s was changed, which somebody had deleted", u.Delivery.Message)
			}
		}
	})
}
