package notify

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

func (w *world) pass() (took time.Duration) {
	w.t.Helper()
	began := time.Now()
	if err := w.notifier().Pass(w.t.Context()); err != nil {
		w.t.Errorf("Pass: %v", err)
	}
	return time.Since(began)
}

func TestPassDeliversWhatMerelyCoalesces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), &platform{}
		a := w.article("a")
		w.watch("desk", p, a)
		stop := w.start()
		w.edit(&a, "b")
		time.Sleep(time.Minute)
		w.edit(&a, "c")
		synctest.Wait()
		stop()
		wantSpans(t, p, "edited 1→2")

		w.edit(&a, "d")
		w.pass()
		wantSpans(t, p, "edited 1→2", "edited 2→4")
		w.edit(&a, "e")
		if took := w.pass(); took > time.Second {
			t.Errorf("the pass took %v", took)
		}
		wantSpans(t, p, "edited 1→2", "edited 2→4", "edited 4→5")
	})
}

func TestPassWaitsForFirstRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		p := &platform{answer: func(n int) (bool, error) {
			if n == 1 {
				return false, errors.New("answered 502")
			}
			return true, nil
		}}
		a := w.article("a")
		w.watch("desk", p, a)
		w.edit(&a, "b")
		took := w.pass()
		wantSpans(t, p, "edited 1→2")
		if took > passWait {
			t.Errorf("the pass took %v, want at most %v", took, passWait)
		}
	})
}

// Under cron each Pass is a process of its own, so that an event that can never
// be planned must not hold up those after it from one to the next.
func TestPassGoesRoundWhatCannotBePlanned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), &platform{}
		a, b := w.article("a"), w.article("b")
		w.watch("desk", p, a)
		w.watch("desk", p, b)
		for range 2 {
			w.event(news.Event{Kind: news.Removed, Article: a.ID})
		}
		w.edit(&b, "b2")
		broken := errors.New("a damaged record")
		w.store.unreadable = map[news.ArticleID]error{a.ID: broken}
		for range 2 {
			if err := w.notifier().Pass(t.Context()); !errors.Is(err, broken) {
				t.Errorf("Pass: %v, want %v", err, broken)
			}
			wantSpans(t, p, "edited 1→2")
		}
		w.store.unreadable = nil
		w.pass()
		wantSpans(t, p, "edited 1→2", "removed", "removed")
	})
}

// lines is a writer that tests read.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestPassLeavesChannelsThatAskedToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), &platform{}
		var log lines
		w.options.Logger = slog.New(slog.NewTextHandler(&log, nil))
		busy := &platform{answer: func(n int) (bool, error) {
			if n == 1 {
				return false, &Later{Wait: 5 * time.Minute, Err: errors.New("answered 429")}
			}
			return true, nil
		}}
		a := w.article("a")
		w.watch("busy", busy, a)
		w.watch("desk", p, a)
		w.edit(&a, "b")
		if took := w.pass(); took > time.Second {
			t.Errorf("the pass took %v, want it not to wait", took)
		}
		wantSpans(t, p, "edited 1→2")
		wantSpans(t, busy)
		if !strings.Contains(log.String(), "channel is left for the next time") || !strings.Contains(log.String(), "channel=busy") {
			t.Errorf("the log does not name the channel:\n%s", log.String())
		}

		w.edit(&a, "c")
		w.pass() // too early
		if busy.tries != 1 {
			t.Errorf("asked %d times within the wait, want once", busy.tries)
		}
		time.Sleep(5 * time.Minute)
		w.pass()
		wantSpans(t, busy, "edited 1→2", "edited 2→3")
	})
}

func TestPreviewWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), &platform{}
		a, b := w.article("a"), w.article("b")
		w.watch("desk", p, a)
		w.watch("desk", p, b)
		stop := w.start()
		w.edit(&a, "a2")
		time.Sleep(time.Minute)
		w.edit(&a, "a3") // waits to be gathered
		synctest.Wait()
		stop()
		w.edit(&a, "a4") // unplanned, and would join
		w.edit(&b, "b2")
		w.event(news.Event{Kind: news.Removed, Article: b.ID})

		for range 2 {
			var got platform
			if err := w.notifier().Preview(t.Context(), func(a Announcement) error {
				got.posts = append(got.posts, posted{a, time.Now()})
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			wantSpans(t, &got, "edited 2→4", "edited 1→2", "removed")
		}
		if len(p.all()) != 1 {
			t.Errorf("posted: %q", p.spans())
		}
		if events, err := w.store.Unplanned(t.Context(), 10); err != nil || len(events) != 3 {
			t.Errorf("%d events are unplanned, %v, want 3", len(events), err)
		}
		w.pass()
		wantSpans(t, p, "edited 1→2", "edited 2→4", "edited 1→2", "removed")
	})
}

func TestRehearseTellsEachEventOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.article("a")
		w.watch("desk", &platform{}, a)
		w.edit(&a, "b")
		var got platform
		done := make(chan error, 1)
		ctx := t.Context()
		go func() {
			done <- w.notifier().Rehearse(ctx, func(a Announcement) error {
				got.mu.Lock()
				defer got.mu.Unlock()
				got.posts = append(got.posts, posted{a, time.Now()})
				if len(got.posts) == 3 {
					return errStop
				}
				return nil
			})
		}()
		synctest.Wait()
		wantSpans(t, &got, "edited 1→2")
		w.edit(&a, "c")
		synctest.Wait()
		wantSpans(t, &got, "edited 1→2", "edited 2→3")
		w.edit(&a, "d")
		if err := <-done; !errors.Is(err, errStop) {
			t.Errorf("Rehearse: %v", err)
		}
	})
}

var errStop = errors.New("enough")
