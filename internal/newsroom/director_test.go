package newsroom

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// direct runs the director for a while, with a reader who visits every article
// every other second, and returns the log.
func direct(t *testing.T, seed uint64, pace, length time.Duration) (truth []Change, served map[Fault]int, began time.Time) {
	synctest.Test(t, func(t *testing.T) {
		n := New(Options{Seed: seed})
		began = time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), length)
		defer cancel()
		go func() {
			// Never at the moment when the director acts: their order would
			// be chance.
			for wait := 50 * time.Millisecond; pause(ctx, wait); wait = 2 * time.Second {
				for _, o := range n.Outlets() {
					for _, a := range o.Articles() {
						if worthReading(a) {
							visit(n, a.URL())
						}
					}
				}
			}
		}()
		n.Run(ctx, pace)
		if got := time.Since(began); got != length {
			t.Errorf("Run took %v, its context %v", got, length)
		}
		synctest.Wait()
		truth, served = n.Truth(), n.Served()
	})
	return truth, served, began
}

// worthReading spares the test the readings that would change nothing.
func worthReading(a *Article) bool {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	return !a.read || a.faultLeft != 0 || a.outlet.faultLeft != 0
}

// visit reads an address as far as it can be read.
func visit(n *Newsroom, url string) {
	defer func() {
		if r := recover(); r != nil && r != http.ErrAbortHandler {
			panic(r)
		}
	}()
	n.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", url, nil))
}

func TestRun(t *testing.T) {
	truth, served, began := direct(t, 1, 3*time.Second, 12*time.Minute)
	seen := make(map[ChangeKind]int)
	classes := make(map[string]int)
	first := -1
	for i, c := range truth {
		seen[c.Kind]++
		for _, k := range c.Classes {
			classes[k]++
		}
		if first < 0 && c.Kind != Published {
			first = i
		}
	}
	if first < 0 {
		t.Fatal("nothing happened")
	}
	if c := truth[first]; c.At.Sub(began) > 4*time.Second || !slices.Contains(c.Classes, "headline") || !slices.Contains(c.Classes, "fact") || c.Outlet != "harbour-post" {
		t.Errorf("the first act, after %v, is %+v", c.At.Sub(began), c)
	}
	for _, k := range []ChangeKind{Published, Edited, Removed, Returned, Reverted, Renamed, Testing, TestEnded} {
		if seen[k] < 3 {
			t.Errorf("%d times %s in twelve minutes", seen[k], k)
		}
	}
	for _, k := range []string{"headline", "fact", "correction", "addition", "removal", "rewrite", "minor", "typography"} {
		if classes[k] == 0 {
			t.Errorf("no edit of class %s in twelve minutes", k)
		}
	}
	if len(served) < 6 {
		t.Errorf("only %d kinds of fault were served", len(served))
	}
	// An edit must not hide another while somebody reads everything.
	last := make(map[string]time.Time)
	for _, c := range truth {
		if c.Kind == Edited && c.At.Sub(last[c.URL]) < 2*time.Second {
			t.Errorf("two edits of %s within two seconds", c.URL)
		}
		if c.Kind == Edited {
			last[c.URL] = c.At
		}
	}
	t.Logf("%d changes: %v, %v; faults %v", len(truth), seen, classes, served)
}

func TestRunIsDeterministic(t *testing.T) {
	labels := func(seed uint64) (all []string) {
		truth, _, _ := direct(t, seed, time.Second, 2*time.Minute)
		for _, c := range truth {
			all = append(all, string(c.Kind)+" "+c.URL+" "+c.Label)
		}
		return all
	}
	if one, two := labels(7), labels(7); !slices.Equal(one, two) {
		t.Error("the same seed directs differently")
	}
	if one, two := labels(7), labels(8); slices.Equal(one, two) {
		t.Error("different seeds direct alike")
	}
}

// TestRunWithoutReaders must not wait for one for ever.
func TestRunWithoutReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(Options{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		before := len(n.Truth())
		n.Run(ctx, time.Second)
		if got := len(n.Truth()) - before; got < 30 {
			t.Errorf("%d changes in a minute", got)
		}
	})
}

func TestStartClose(t *testing.T) {
	n := New(Options{})
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	for _, o := range n.Outlets() {
		if res, _, err := read(o.FeedURL()); err != nil || res.StatusCode != 200 {
			t.Errorf("%s: %v", o.FeedURL(), err)
		}
	}
	// A reader kept waiting must not keep Close waiting.
	a := n.Outlets()[0].Articles()[0]
	a.Fault(Slow, 1)
	done := make(chan error)
	go func() {
		_, _, err := read(a.URL())
		done <- err
	}()
	for n.Served()[Slow] == 0 {
		time.Sleep(time.Millisecond)
	}
	for range 2 {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := <-done; err == nil {
		t.Error("the slow answer arrived although the newsroom closed")
	}
}
