package archive

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

const (
	first  = "The bridge closes."
	second = "The bridge closes for two years."
	third  = "The bridge closes for three years."
)

// An edited article's new version is saved, and its old one looked for.
func TestBothVersions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20*time.Second)
		w.start()
		a := w.article("a")
		w.archive.Put(a.URL, time.Now().Add(-time.Hour), "Of an earlier day.")
		w.polls(a.ID, first, 10*time.Minute)
		w.archive.Put(a.URL, time.Now().Add(-4*time.Minute), first) // a crawler came by
		time.Sleep(5 * time.Minute)
		w.read(a.ID, second)
		w.archive.Put(a.URL, time.Now().Add(-2*time.Minute), "Before the edit was seen, and perhaps after it was made.")
		time.Sleep(2 * time.Minute)
		w.wants(a.ID, "1 kept; 2 taken")
		w.polls(a.ID, second, 10*time.Minute)
		w.wants(a.ID, "1 kept; 2 kept")
		if got := w.told(a.ID); got[1] != 1 || got[2] != 1 {
			t.Errorf("told %v, want each once", got)
		}
		if n := w.archive.Count("save"); n != 1 {
			t.Errorf("asked to save %d times, want once", n)
		}
		w.polls(a.ID, second, 48*time.Hour)
		if asked := len(w.archive.Asked()); asked > 8 {
			t.Errorf("asked %d questions for two copies: %v", asked, w.archive.Asked())
		}
	})
}

// What the archive saved when the page may have changed again is a copy of
// neither version. The later one is asked for by itself.
func TestSavedAfterTheNextEdit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3*time.Minute)
		w.start()
		a := w.article("a")
		w.polls(a.ID, first, 10*time.Minute)
		w.read(a.ID, second)
		time.Sleep(2 * time.Minute)
		w.says(a.URL, third) // the archive sees it, and we do not yet
		time.Sleep(2 * time.Minute)
		w.read(a.ID, third)
		w.polls(a.ID, third, 3*24*time.Hour)
		const none = "the archive has no copy from when the version stood"
		w.wants(a.ID, "1 given up: "+none+"; 2 given up: "+none+"; 3 kept")
		if got := w.told(a.ID); len(got) != 1 {
			t.Errorf("told %v, want version 3 alone", got)
		}
	})
}

// What the archive saved while another headline was shown, which a poll saw, too,
// and nobody believed, proves nothing of the version that stood before and after.
func TestSavedWhileInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2*time.Second)
		w.start()
		a := w.article("a")
		w.polls(a.ID, first, 10*time.Minute)
		a = w.read(a.ID, second)
		w.says(a.URL, third)
		time.Sleep(5 * time.Minute)
		a.Hold = &news.Hold{Reason: news.HoldHeadline, After: a.Polling.LastOK, Since: time.Now().UTC(), Looks: 1, Text: news.Text{Headline: third}}
		a.Polling.Next = time.Now().Add(time.Minute).UTC()
		_, err := w.bolt.Record(w.Context(), store.Record{Article: a})
		w.ok(err)
		time.Sleep(time.Minute)
		a.Hold, a.Steady = nil, time.Now().UTC()
		_, err = w.bolt.Record(w.Context(), store.Record{Article: a})
		w.ok(err)
		w.polls(a.ID, second, 3*time.Hour)
		w.proves(a.ID)
	})
}

// A copy from before the version, which the archive may offer in place of a new
// one, is none.
func TestOlderCopyIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Second)
		w.start()
		a := w.article("a")
		w.polls(a.ID, first, 10*time.Minute)
		old := time.Now().Add(-time.Minute)
		w.archive.Put(a.URL, old, first)
		w.archive.Fault(answer(http.StatusOK, `{"available":12}`))
		w.archive.Fault(answer(http.StatusOK, `{"job_id":"spn2-x","message":"The same snapshot had been made 1 minute ago."}`))
		w.archive.Fault(answer(http.StatusOK, fmt.Sprintf(`{"status":"success","timestamp":%q,"original_url":%q}`, old.UTC().Format(stamp), a.URL)))
		w.read(a.ID, second)
		time.Sleep(50 * time.Second)
		w.wants(a.ID, "1 wanted; 2 wanted: the archive has only a copy from before the version")
		w.polls(a.ID, second, 2*time.Hour)
		if got := w.told(a.ID)[2]; got != 1 {
			t.Errorf("version 2 was told %d times, want once: %s", got, w.state(a.ID))
		}
		w.proves(a.ID)
	})
}

// answer is a fault that answers so.
func answer(status int, body string, header ...string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(header); i += 2 {
			rw.Header().Set(header[i], header[i+1])
		}
		rw.WriteHeader(status)
		fmt.Fprint(rw, body)
	}
}

// What the archive answers decides when it is asked again, and what people read.
func TestTrouble(t *testing.T) {
	tests := []struct {
		name string
		set  func(w *world)
		soon string        // how the new version's copy stands after two minutes
		in   time.Duration // when it is kept; 0: never
	}{
		{"too_many", func(w *world) { w.archive.Fault(answer(429, "Too Many Requests", "Retry-After", "1800")) },
			"wanted: the archive is not available (status 429)", 45 * time.Minute},
		{"down", func(w *world) { w.archive.Fault(answer(502, "<html>Bad Gateway")) },
			"wanted: the archive is not available (status 502)", 20 * time.Minute},
		{"garbage", func(w *world) { w.archive.Fault(answer(200, "<html>hello</html>")) },
			"wanted: the archive’s answer makes no sense", 20 * time.Minute},
		{"elsewhere", func(w *world) {
			w.archive.Fault(answer(302, "", "Location", "http://127.0.0.1:1/secret"))
		}, "wanted: the archive is not available (status 302)", 20 * time.Minute},
		{"day_is_over", func(w *world) { w.archive.Use(30000, 30000) },
			"wanted: our account at the archive has had its share of the day", 0},
		{"page_had_its_share", func(w *world) {
			w.archive.Fault(answer(200, `{"available":3}`))
			w.archive.Fault(answer(200, `{"status":"error","status_ext":"error:too-many-daily-captures","message":"This URL has been already captured 5 times today"}`))
		}, "wanted: the archive takes no more copies of the page today", 14 * time.Hour},
		{"busy", func(w *world) { w.archive.Fault(answer(200, `{"available":0,"processing":12}`)) },
			"wanted: the archive is at work on all it does for us at once", 20 * time.Minute},
		{"blocked", func(w *world) { w.archive.Fail("error:blocked") }, "given up: the site does not let the archive in", 0},
		{"blocked_url", func(w *world) { w.archive.Fail("error:blocked-url") }, "given up: the archive does not save this address", 0},
		{"not_found", func(w *world) { w.archive.Fail("error:not-found") }, "wanted: the archive found no page there", 20 * time.Minute},
		{"overloaded", func(w *world) { w.archive.Fail("error:cannot-fetch") }, "wanted: the archive could not save the page", 20 * time.Minute},
		{"unheard_of", func(w *world) { w.archive.Fail("error:<script>") }, "wanted: the archive could not save the page", 20 * time.Minute},
		{"denied", func(w *world) { w.archive.Fault(answer(401, `{"message":"You need to be logged in"}`)) },
			"wanted: the archive does not accept our keys", 0},
		{"no_accounts", func(w *world) { w.archive.Fault(answer(404, "Not Found")) }, "taken", 20 * time.Minute},
		{"another_site", func(w *world) {
			w.archive.Fault(answer(200, `{"available":3}`))
			w.archive.Fault(answer(200, `{"job_id":"spn2-x"}`))
			w.archive.Fault(answer(200, `{"status":"success","timestamp":"20000101000010","original_url":"https://consent.example/wall"}`))
		}, "wanted: the site led the archive elsewhere", 20 * time.Minute},
		{"no_time", func(w *world) {
			w.archive.Fault(answer(200, `{"available":3}`))
			w.archive.Fault(answer(200, `{"job_id":"spn2-x"}`))
			w.archive.Fault(answer(200, `{"status":"success","timestamp":"yesterday","original_url":"https://harbour.example/a"}`))
		}, "wanted: the archive’s answer makes no sense", 20 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 10*time.Second)
				time.Sleep(12 * time.Hour) // the bubble's time begins at midnight
				w.start()
				a := w.article("a")
				w.polls(a.ID, first, 10*time.Minute)
				tt.set(w)
				w.read(a.ID, second)
				time.Sleep(2 * time.Minute)
				if got := w.copies(a.ID)[1]; describe(got) != tt.soon {
					t.Errorf("after two minutes it is %q, want %q", describe(got), tt.soon)
				}
				w.restart() // what was decided stands in the store
				w.polls(a.ID, second, tt.in)
				if got := w.copies(a.ID)[1].State == news.CopyKept; got != (tt.in > 0) {
					t.Errorf("kept is %v, want %v: %s", got, tt.in > 0, w.state(a.ID))
				}
				w.proves(a.ID)
			})
		})
	}
}

func describe(c news.Copy) string {
	if c.Trouble == "" {
		return string(c.State)
	}
	return string(c.State) + ": " + c.Trouble
}

// While the archive is held back nothing is asked of it, whatever is due, and a
// restart does not forget that.
func TestHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Second)
		w.start()
		a, b := w.article("a"), w.article("b")
		w.polls(a.ID, first, 10*time.Minute)
		w.archive.Fault(answer(429, "", "Retry-After", "7200"))
		w.read(a.ID, second)
		time.Sleep(time.Minute)
		w.read(b.ID, second)
		asked := len(w.archive.Asked())
		w.restart()
		time.Sleep(118 * time.Minute)
		if got := w.archive.Asked()[asked:]; len(got) > 0 {
			t.Errorf("asked %v while it was held back", got)
		}
		w.polls(b.ID, second, 30*time.Minute)
		if w.told(b.ID)[2] != 1 {
			t.Errorf("version 2 of the other is not kept: %s", w.state(b.ID))
		}
	})
}

// A job that the archive forgot is asked for anew.
func TestJobLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Second)
		w.start()
		a := w.article("a")
		w.polls(a.ID, first, 10*time.Minute)
		w.read(a.ID, second)
		time.Sleep(15 * time.Second)
		w.wants(a.ID, "1 wanted; 2 asked")
		w.archive.Forget()
		w.polls(a.ID, second, 2*time.Hour)
		if w.told(a.ID)[2] != 1 {
			t.Errorf("not kept: %s", w.state(a.ID))
		}
		w.proves(a.ID)
	})
}

// An archive that stays down is asked less and less, and then no more.
func TestDownForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Second)
		w.start()
		a := w.article("a")
		w.polls(a.ID, first, 10*time.Minute)
		for range 100 {
			w.archive.Fault(answer(503, ""))
		}
		w.read(a.ID, second)
		w.polls(a.ID, second, 5*24*time.Hour)
		const down = "given up: the archive is not available (status 503)"
		w.wants(a.ID, "1 "+down+"; 2 "+down)
		if n := len(w.archive.Asked()); n > 12 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestWanted(t *testing.T) {
	ctx := context.Background()
	edit := news.Event{Seq: 1, Kind: news.Edited, From: 1, To: 2, Significance: news.Major, Classes: []news.Class{news.ClassAddition}}
	tests := []struct {
		name   string
		change func(e *news.Event, a *news.Article)
		want   bool
	}{
		{"edit", func(*news.Event, *news.Article) {}, true},
		{"minor", func(e *news.Event, _ *news.Article) { e.Significance = news.Minor }, true},
		{"typography", func(e *news.Event, _ *news.Article) { e.Significance = news.Typography }, false},
		{"reverted", func(e *news.Event, _ *news.Article) { e.Kind = news.Reverted }, true},
		{"returned_edited", func(e *news.Event, _ *news.Article) { e.Kind = news.Returned }, true},
		{"returned_as_it_was", func(e *news.Event, _ *news.Article) { e.Kind, e.From = news.Returned, 2 }, false},
		{"removed", func(e *news.Event, _ *news.Article) { e.Kind, e.From = news.Removed, 2 }, false},
		{"archived", func(e *news.Event, _ *news.Article) { e.Kind, e.From = news.Archived, 2 }, false},
		{"live", func(e *news.Event, _ *news.Article) { e.Live = true }, false},
		{"live_fact", func(e *news.Event, _ *news.Article) { e.Live, e.Classes = true, []news.Class{news.ClassFact} }, true},
		{"imported", func(e *news.Event, _ *news.Article) { e.Imported = true }, false},
		{"old", func(e *news.Event, _ *news.Article) { e.At = e.At.Add(-25 * time.Hour) }, false},
		{"feed_reading", func(_ *news.Event, a *news.Article) { a.Reading = news.FeedReading }, false},
		{"of_a_feed", func(e *news.Event, _ *news.Article) { e.Article, e.Feed = "", "f1" }, false},
		{"deleted", func(e *news.Event, _ *news.Article) { e.Article = "a99" }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 0)
				a := w.article("a")
				e := edit
				e.Article, e.At = a.ID, time.Now()
				tt.change(&e, &a)
				got, err := New(reading{w.store, a}, nil, Options{}).wanted(ctx, e)
				if err != nil {
					t.Fatal(err)
				}
				if len(got) != map[bool]int{true: 2}[tt.want] {
					t.Errorf("wants %v", got)
				}
			})
		})
	}
}

// reading is a store with one article changed.
type reading struct {
	Store
	a news.Article
}

func (r reading) Article(ctx context.Context, id news.ArticleID) (news.Article, error) {
	if id == r.a.ID {
		return r.a, nil
	}
	return r.Store.Article(ctx, id)
}

// What happened before archiving was switched on is not asked for, nor what is
// withheld or deleted while it waits.
func TestNotAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, time.Second)
		old, hidden, gone := w.article("old"), w.article("hidden"), w.article("gone")
		w.read(old.ID, second)
		w.start()
		time.Sleep(5 * time.Minute)
		if asked := w.archive.Asked(); len(asked) > 0 {
			t.Fatalf("asked %v of the backlog", asked)
		}
		w.archive.Fault(answer(429, "", "Retry-After", "600"))
		w.read(hidden.ID, second)
		time.Sleep(time.Second)
		w.read(gone.ID, second)
		time.Sleep(time.Second)
		w.ok(w.bolt.Withhold(w.Context(), hidden.ID, time.Now(), "No."))
		_, err := w.bolt.Delete(w.Context(), gone.ID)
		w.ok(err)
		time.Sleep(24 * time.Hour)
		w.wants(hidden.ID, "1 given up: the article is withheld; 2 given up: the article is withheld")
		w.wants(gone.ID, "")
		if n := len(w.archive.Asked()); n != 1 {
			t.Errorf("asked %v", w.archive.Asked())
		}
	})
}
