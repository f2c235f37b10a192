package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// archived has an archive keep versions of the article.
func (w *world) archived(a news.Article, versions ...int) {
	w.t.Helper()
	ctx, now := w.t.Context(), time.Now()
	events, err := w.store.Events(ctx, store.EventQuery{Max: 1, Withheld: true})
	if err != nil {
		w.t.Fatal(err)
	}
	var copies []news.Copy
	for _, v := range versions {
		copies = append(copies, news.Copy{Article: a.ID, Version: v, State: news.CopyWanted, Wanted: now, Due: now})
	}
	if err := w.store.Want(ctx, events[0].Seq, copies); err != nil {
		w.t.Fatal(err)
	}
	for _, c := range copies {
		c.State, c.Due, c.Settled, c.URL = news.CopyKept, time.Time{}, time.Now(), archiveURL(c.Version)
		if err := w.store.RecordCopy(ctx, c); err != nil {
			w.t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
	}
}

func archiveURL(version int) string { return fmt.Sprintf("https://archive.example/web/%d", version) }

// archiveLinks are the links to an archive under an announcement.
func archiveLinks(a Announcement) (all []string) {
	for _, l := range a.Brief.Links {
		if strings.HasPrefix(l.URL, "https://archive.example/") {
			all = append(all, l.Label+" "+l.URL)
		}
	}
	return all
}

// Where versions are archived is added to the messages that told of the edits
// between them: once for both, each message in its place.
func TestArchiveLinksAreAdded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, b := newWorld(t), &board{}
		a := w.article("a")
		w.watch("desk", b, a)
		defer w.start()()
		w.edit(&a, "b")
		time.Sleep(time.Hour)
		w.archived(a, 1, 2)
		time.Sleep(time.Hour)
		wantUpdates(t, b, "m1 1→2: Archived before /1, Archived after /2")

		w.edit(&a, "c")
		time.Sleep(time.Hour)
		wantUpdates(t, b, "m1 1→2: Archived before /1, Archived after /2; edited once since, now at version 3")
		if got := archiveLinks(b.all()[1].Announcement); !slices.Equal(got, []string{"Archived before " + archiveURL(2)}) {
			t.Errorf("the second post links to %q", got)
		}
		w.archived(a, 3)
		time.Sleep(time.Hour)
		wantUpdates(t, b, "m2 2→3: Archived before /2, Archived after /3")
		wantSpans(t, &b.platform, "edited 1→2", "edited 2→3")
	})
}

// wantUpdates makes sure which messages were changed since it was last asked, and
// to what.
func wantUpdates(t *testing.T, b *board, want ...string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var got []string
	for _, u := range b.updates {
		links := strings.ReplaceAll(strings.Join(archiveLinks(u), ", "), "https://archive.example/web", "")
		s := fmt.Sprintf("%s %d→%d: %s", u.Delivery.Message, u.Report.From.Version, u.Report.To.Version, links)
		if since := u.Brief.Remarks[len(u.Brief.Remarks)-1]; strings.Contains(since, "since") {
			s += "; " + since
		}
		got = append(got, s)
	}
	b.updates = nil
	if !slices.Equal(got, want) {
		t.Errorf("updates:\n%q\nwant\n%q", got, want)
	}
}

// A version in the middle of several edits is mentioned nowhere, nor is one whose
// article is withheld or muted, or whose messages cannot be changed.
func TestArchiveLinksAreLeftOut(t *testing.T) {
	tests := map[string]func(w *world, a news.Article){
		"in_the_middle": func(w *world, a news.Article) { w.archived(a, 4) },
		"of_no_message": func(w *world, a news.Article) { w.archived(a, 1) },
		"withheld": func(w *world, a news.Article) {
			w.must(w.store.Want(w.t.Context(), 1, []news.Copy{{Article: a.ID, Version: 5, State: news.CopyWanted}}))
			w.must(w.store.Withhold(w.t.Context(), a.ID, time.Now(), "No."))
			w.must(w.store.RecordCopy(w.t.Context(), news.Copy{Article: a.ID, Version: 5, State: news.CopyKept, Settled: time.Now(), URL: archiveURL(5)}))
		},
		"muted": func(w *world, a news.Article) {
			w.must(w.store.Mute(w.t.Context(), "desk", a.ID, time.Now().Add(24*time.Hour)))
			w.archived(a, 5)
		},
		"watch_removed": func(w *world, a news.Article) {
			watches, err := w.store.Watches(w.t.Context(), store.WatchQuery{})
			w.must(err)
			w.must(w.store.RemoveWatch(w.t.Context(), watches[0].ID))
			w.archived(a, 5)
		},
	}
	for name, happen := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, b := newWorld(t), &board{}
				a := w.article("a")
				w.edit(&a, "a2") // nobody watches yet
				w.watch("desk", b, a)
				defer w.start()()
				w.edit(&a, "b")
				time.Sleep(time.Minute)
				w.edit(&a, "c")
				w.edit(&a, "d")
				time.Sleep(time.Hour)
				wantSpans(t, &b.platform, "edited 2→3", "edited 3→5")
				b.updates = nil
				happen(w, a)
				time.Sleep(time.Hour)
				wantUpdates(t, b)
				if left, err := w.store.Unplanned(t.Context(), 1); err != nil || len(left) > 0 {
					t.Errorf("unplanned: %v, %v", left, err)
				}
			})
		})
	}
	t.Run("unchangeable", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w, p := newWorld(t), &platform{}
			a := w.article("a")
			w.watch("desk", p, a)
			defer w.start()()
			w.edit(&a, "b")
			time.Sleep(time.Minute)
			w.archived(a, 2)
			time.Sleep(time.Hour)
			wantSpans(t, p, "edited 1→2")
			if n := len(w.deliveries("")); n != 1 {
				t.Errorf("%d deliveries, want the post alone", n)
			}
		})
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// A message that is being posted when the copy comes is changed once it is there,
// and what happens meanwhile elsewhere does not wait for it.
func TestArchiveLinksComeWhilePosting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, other := newWorld(t), &platform{}
		b := &board{platform: platform{answer: func(int) (bool, error) { time.Sleep(20 * time.Second); return true, nil }}}
		a, elsewhere := w.article("a"), w.article("elsewhere")
		w.watch("desk", b, a)
		w.watch("other", other, elsewhere)
		defer w.start()()
		w.edit(&a, "b")
		time.Sleep(5 * time.Second)
		w.archived(a, 2)
		w.edit(&elsewhere, "c")
		time.Sleep(time.Second)
		wantSpans(t, other, "edited 1→2")
		time.Sleep(time.Hour)
		wantUpdates(t, b, "m1 1→2: Archived after /2")
	})
}

// A link that cannot be added is given up soon, and holds nothing back.
func TestArchiveLinksHoldNothingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, b := newWorld(t), &stubborn{}
		a, other := w.article("a"), w.article("other")
		w.watch("desk", b, a)
		w.watch("desk", b, other)
		defer w.start()()
		w.edit(&a, "b")
		time.Sleep(time.Hour)
		w.archived(a, 1, 2)
		time.Sleep(55 * time.Second)
		w.edit(&other, "d")
		time.Sleep(3 * time.Minute)
		wantSpans(t, &b.platform, "edited 1→2", "edited 1→2")
		if left := w.deliveries(news.Pending); len(left) > 0 {
			t.Errorf("pending: %+v", left)
		}
	})
}

// A stubborn board lets nobody change its messages.
type stubborn struct{ platform }

func (*stubborn) Update(context.Context, Announcement) error { return errors.New("answered 500") }
