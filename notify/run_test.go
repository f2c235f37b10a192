package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/internal/news"
)

func wantSpans(t *testing.T, p *platform, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, p.spans()); diff != "" {
		t.Errorf("posts (-want +got):\n%s", diff)
	}
}

func TestRunAnnouncesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), &platform{}
		a := w.article("Council delays bridge repair")
		w.watch("desk", p, a)
		defer w.start()()
		time.Sleep(time.Hour)
		recorded := time.Now()
		w.edit(&a, "Council votes to close bridge")
		synctest.Wait()

		wantSpans(t, p, "edited 1→2")
		got := p.all()[0]
		if late := got.at.Sub(recorded); late > 0 {
			t.Errorf("announced %v after it was recorded, want at once", late)
		}
		if got.Brief.Source != "The Harbour Post" || len(got.Brief.Lines) == 0 {
			t.Errorf("brief = %+v, want source and lines", got.Brief)
		}
		if want := "https://edits.example.org/articles/" + string(a.ID) + "/diff/1/2"; got.Report.Links.Diff != want {
			t.Errorf("diff link = %q, want %q", got.Report.Links.Diff, want)
		}
		d := w.deliveries(news.Sent)
		if len(d) != 1 || d[0].Message != "m1" || d[0].Attempts != 1 {
			t.Errorf("sent = %+v, want one with message m1 at the first attempt", d)
		}
	})
}

func TestOneDeliveryForManyWatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, desk, other := newWorld(t), &platform{}, &platform{}
		a := w.article("a")
		w.watch("desk", desk, a)
		w.watch("other", other, a)
		f := news.Feed{URL: "https://harbour.example/feed", Title: "Harbour"}
		if _, err := w.store.Sight(t.Context(), &f, sightingOf(a)); err != nil {
			t.Fatal(err)
		}
		if _, err := w.store.AddWatch(t.Context(), news.Watch{Channel: "desk", URL: f.URL, Feed: f.ID, Pages: true}); err != nil {
			t.Fatal(err)
		}
		w.edit(&a, "b")
		w.run(time.Minute)
		wantSpans(t, desk, "edited 1→2")
		wantSpans(t, other, "edited 1→2")
	})
}

func TestWatchHearsOfLaterEventsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), &platform{}
		a := w.article("a")
		w.edit(&a, "b")
		w.watch("desk", p, a)
		w.run(time.Hour)
		wantSpans(t, p)
		w.edit(&a, "c")
		w.run(time.Hour)
		wantSpans(t, p, "edited 2→3")
	})
}

func TestPauseIsNotToldAfterwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), &platform{}
		a := w.article("a")
		w.watch("desk", p, a)
		watches, err := w.store.Watching(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		w.change(watches[0].ID, func(watch *news.Watch) { watch.PausedUntil = time.Now().Add(time.Hour) })
		w.edit(&a, "b")
		time.Sleep(2 * time.Hour) // the notifier was down until the pause was over
		w.run(time.Hour)
		wantSpans(t, p)
	})
}

func TestLaterEditsAreGathered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), &platform{}
		a := w.article("a")
		w.watch("desk", p, a)
		defer w.start()()
		began := time.Now()
		w.edit(&a, "b")
		time.Sleep(time.Minute)
		w.edit(&a, "c")
		time.Sleep(2 * time.Minute)
		w.edit(&a, "d")
		time.Sleep(time.Hour)
		w.edit(&a, "e")
		time.Sleep(time.Minute)

		wantSpans(t, p, "edited 1→2", "edited 2→4", "edited 4→5")
		if got := p.all()[1].at.Sub(began); got.Round(time.Second) != 10*time.Minute {
			t.Errorf("gathered post came %v after the first, want 10m", got)
		}
		if got := p.all()[1].Report.Edits; got != 2 {
			t.Errorf("gathered post sums up %d edits, want 2", got)
		}
	})
}

func TestEditsThatCancelOutAreNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), &platform{}
		a := w.article("a")
		w.watch("desk", p, a)
		defer w.start()()
		w.edit(&a, "b")
		time.Sleep(time.Minute)
		w.edit(&a, "c")
		time.Sleep(time.Minute)
		e := edited(a)
		e.Kind, e.RevertedTo = news.Reverted, 2
		w.version(&a, news.Text{Headline: "b", Paragraphs: []string{"The bridge stays open."}}, e)
		time.Sleep(time.Hour)

		wantSpans(t, p, "edited 1→2")
		if moot := w.deliveries(news.Moot); len(moot) != 1 || len(moot[0].Events) != 2 {
			t.Errorf("moot = %+v, want one delivery of two events", moot)
		}
		thread, err := w.store.Thread(t.Context(), "desk", a.ID)
		if err != nil || thread.Posts != 1 {
			t.Errorf("thread = %+v, %v, want one post", thread, err)
		}
	})
}

func TestRemovalWaitsForNothingAndOvertakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), &platform{}
		a := w.article("a")
		w.watch("desk", p, a)
		defer w.start()()
		w.edit(&a, "b")
		time.Sleep(time.Minute)
		w.event(news.Event{Kind: news.Removed, Article: a.ID, Detail: "410"})
		synctest.Wait()
		wantSpans(t, p, "edited 1→2", "removed")

		time.Sleep(time.Hour)
		w.edit(&a, "c")
		time.Sleep(time.Minute)
		w.edit(&a, "d")
		w.event(news.Event{Kind: news.Removed, Article: a.ID, Detail: "410"})
		w.event(news.Event{Kind: news.Returned, Article: a.ID})
		time.Sleep(time.Hour)
		wantSpans(t, p, "edited 1→2", "removed", "edited 2→3", "edited 3→4", "removed", "returned")
	})
}

func TestFirstMessageIsUpdated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, b := newWorld(t), &board{}
		a := w.article("a")
		w.watch("desk", b, a)
		defer w.start()()
		w.edit(&a, "b")
		time.Sleep(time.Minute)
		if len(b.updates) != 0 {
			t.Fatalf("updated %d times after the first edit", len(b.updates))
		}
		w.edit(&a, "c")
		w.edit(&a, "d")
		time.Sleep(time.Hour)
		wantSpans(t, &b.platform, "edited 1→2", "edited 2→4")
		if len(b.updates) != 1 {
			t.Fatalf("updated %d times, want once", len(b.updates))
		}
		u := b.updates[0]
		if u.Delivery.Message != "m1" || u.Report.From.Version != 1 || u.Report.To.Version != 2 {
			t.Errorf("update of %s, version %d to %d, want m1, 1 to 2", u.Delivery.Message, u.Report.From.Version, u.Report.To.Version)
		}
		if want := "edited 2 times since, now at version 4"; !slices.Contains(u.Brief.Remarks, want) {
			t.Errorf("remarks = %q, want %q among them", u.Brief.Remarks, want)
		}
	})
}

func TestRetriesFollowThePlatform(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		began := time.Now()
		var tried []time.Duration
		p := &platform{answer: func(n int) (bool, error) {
			tried = append(tried, time.Since(began).Round(time.Second))
			switch n {
			case 1:
				return false, errors.New("answered 502")
			case 2:
				return false, &Later{Wait: 42 * time.Minute, Err: errors.New("answered 429")}
			}
			return true, nil
		}}
		a := w.article("a")
		w.watch("desk", p, a)
		w.edit(&a, "b")
		w.run(2 * time.Hour)
		wantSpans(t, p, "edited 1→2")
		if len(tried) != 3 || tried[1] < 9*time.Second || tried[1] > 11*time.Second || tried[2]-tried[1] != 42*time.Minute {
			t.Errorf("tried at %v, want at once, after about 10s, and 42m after that", tried)
		}
	})
}

func TestRejectedIsNotTriedAgainAndHoldsNothingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		p := &platform{answer: func(n int) (bool, error) {
			if n == 1 {
				return false, fmt.Errorf("message too strange: %w", ErrRejected)
			}
			return true, nil
		}}
		a, b := w.article("a"), w.article("b")
		w.watch("desk", p, a)
		w.watch("desk", p, b)
		w.edit(&a, "a2")
		w.edit(&b, "b2")
		w.run(time.Second)
		if got := p.all(); len(got) != 1 || got[0].Report.Article.ID != b.ID {
			t.Errorf("posted %v, want the second article only", p.spans())
		}
		if d := w.deliveries(news.Rejected); len(d) != 1 || !strings.Contains(d[0].Trouble, "too strange") {
			t.Errorf("rejected = %+v, want one that says why", d)
		}
	})
}

func TestSenderPanicStaysWithOneAnnouncement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		p := &platform{answer: func(n int) (bool, error) {
			if n == 1 {
				panic("index out of range")
			}
			return true, nil
		}}
		a, b := w.article("a"), w.article("b")
		w.watch("desk", p, a)
		w.watch("desk", p, b)
		w.edit(&a, "a2")
		w.edit(&b, "b2")
		w.run(time.Second)
		if got := p.all(); len(got) != 1 || got[0].Report.Article.ID != b.ID {
			t.Errorf("posted %v, want the second article only", p.spans())
		}
	})
}

// stuck is a sender that never answers.
type stuck struct{ tries atomic.Int64 }

func (s *stuck) Send(ctx context.Context, a Announcement) (string, error) {
	s.tries.Add(1)
	<-ctx.Done()
	return "", ctx.Err()
}

func TestDeadChannelDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, dead, p := newWorld(t), &stuck{}, &platform{}
		a := w.article("a")
		w.watch("dead", dead, a)
		w.watch("desk", p, a)
		defer w.start()()
		for i := range 20 {
			w.edit(&a, fmt.Sprint("headline ", i))
			synctest.Wait()
			if i == 0 && len(p.all()) != 1 {
				t.Fatalf("the other channel heard of %d edits at once, want 1", len(p.all()))
			}
			time.Sleep(11 * time.Minute)
		}
		if got := len(p.all()); got != 20 {
			t.Errorf("the other channel got %d posts, want 20", got)
		}
		if got := dead.tries.Load(); got < 5 {
			t.Errorf("the dead channel was tried %d times, want it tried all along", got)
		}
	})
}

func TestUnknownChannelKeepsWhatItIsOwed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), &platform{}
		a := w.article("a")
		w.watch("desk", p, a)
		desk := w.channels["desk"]
		delete(w.channels, "desk")
		w.edit(&a, "b")
		w.run(5 * time.Hour)
		w.edit(&a, "c")
		w.run(5 * time.Hour)
		pending := w.deliveries(news.Pending)
		if len(pending) != 1 || pending[0].Attempts != 0 || len(pending[0].Events) != 2 {
			t.Errorf("pending = %+v, want one delivery of both edits, never attempted", pending)
		}
		w.channels["desk"] = desk
		w.run(time.Hour)
		wantSpans(t, p, "edited 1→3")
	})
}

// slow answers after a while.
type slow struct {
	platform
	takes time.Duration
}

func (s *slow) Send(ctx context.Context, a Announcement) (string, error) {
	select {
	case <-time.After(s.takes):
		return s.platform.Send(ctx, a)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func TestShutdownIsNoFailure(t *testing.T) {
	for _, tt := range []struct {
		name  string
		takes time.Duration
		posts int
	}{
		{"post_under_way_finishes", 3 * time.Second, 1},
		{"post_that_hangs_is_left", 20 * time.Second, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, p := newWorld(t), &slow{takes: tt.takes}
				a := w.article("a")
				w.watch("desk", p, a)
				w.edit(&a, "b")
				w.run(time.Second)
				if got := len(p.all()); got != tt.posts {
					t.Errorf("%d posts, want %d", got, tt.posts)
				}
				w.reopen()
				restarted := time.Now()
				w.run(time.Minute)
				got := p.all()
				if len(got) != 1 {
					t.Fatalf("%d posts in the end, want 1", len(got))
				}
				if wait := got[0].at.Sub(restarted); tt.posts == 0 && wait > tt.takes {
					t.Errorf("posted %v after the restart, want at once", wait)
				}
			})
		})
	}
}

func TestFeedNotices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(t), &platform{}
		f := news.Feed{URL: "https://harbour.example/feed?token=s3cret", SiteURL: "https://harbour.example/", Title: "The Harbour Post"}
		a := w.article("a")
		if _, err := w.store.Sight(t.Context(), &f, sightingOf(a)); err != nil {
			t.Fatal(err)
		}
		w.channels["desk"] = Channel{Sender: p}
		if _, err := w.store.AddWatch(t.Context(), news.Watch{Channel: "desk", URL: f.URL, Feed: f.ID, Pages: true}); err != nil {
			t.Fatal(err)
		}
		e := news.Event{Kind: news.Failing, Feed: f.ID, At: time.Now(), Detail: "answered 500"}
		if err := w.store.RecordFeed(t.Context(), f, &e); err != nil {
			t.Fatal(err)
		}
		w.run(time.Minute)
		wantSpans(t, p, "failing")
		got := p.all()[0]
		if got.Delivery.Kind != news.Notice || got.Report.Article.Source != "The Harbour Post" {
			t.Errorf("notice = %+v", got.Announcement)
		}
		if strings.Contains(got.Brief.Plain(), "s3cret") {
			t.Errorf("the feed's address is told: %s", got.Brief.Plain())
		}
	})
}

// A watch that is removed or paused falls silent at once, whatever is pending.
func TestSilencedWatchIsSilent(t *testing.T) {
	for _, tt := range []struct {
		name    string
		silence func(w *world, watch news.Watch) error
	}{
		{"removed", func(w *world, watch news.Watch) error { return w.store.RemoveWatch(w.t.Context(), watch.ID) }},
		{"paused", func(w *world, watch news.Watch) error {
			w.change(watch.ID, func(watch *news.Watch) { watch.PausedUntil = news.Forever })
			return nil
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, p := newWorld(t), &platform{}
				a := w.article("a")
				w.watch("desk", p, a)
				defer w.start()()
				w.edit(&a, "b")
				time.Sleep(time.Minute)
				w.edit(&a, "c")
				time.Sleep(time.Minute)
				watches, err := w.store.Watching(t.Context(), a)
				if err != nil {
					t.Fatal(err)
				}
				if err := tt.silence(w, watches[0]); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				wantSpans(t, p, "edited 1→2")
				if moot := w.deliveries(news.Moot); len(moot) != 1 || !strings.Contains(moot[0].Trouble, "removed, paused") {
					t.Errorf("moot = %+v, want one that says why", moot)
				}
			})
		})
	}
}

func TestTestPostsPastTheQueue(t *testing.T) {
	w, p := newWorld(t), &platform{}
	a := w.article("a")
	w.watch("desk", p, a)
	n := w.notifier()
	if err := n.Test(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
	got := p.all()
	if len(got) != 1 || got[0].Brief.Empty() || got[0].Delivery.ID == "" || len(got[0].Delivery.ID) > 25 {
		t.Errorf("posted %+v, want one sample with an ID of 1 to 25 characters", got)
	}
	if all := w.deliveries(""); len(all) != 0 {
		t.Errorf("deliveries = %+v, want none", all)
	}
	if _, ok := errors.AsType[*news.Refusal](n.Test(t.Context(), "nowhere")); !ok {
		t.Error("Test of an unknown channel is not refused")
	}
}
