package main

import (
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/newsroom"
)

// TestScenario scores the whole program on the newsroom: every kind of noise
// and of fault, with true edits beside them, behind them and among them. What
// was told is held against the newsroom's own log. Each part has a newsroom of
// its own, with other variants of the stories, and other outlets in each layout.
func TestScenario(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	for _, part := range []struct {
		name    string
		seed    uint64
		layouts int // how far the layouts are moved among the outlets
		run     func(*scorer)
	}{
		{"noise", 7, 0, noises},
		{"noise_in_other_layouts", 8, 2, noises},
		{"faults", 11, 0, faults},
		{"faults_in_other_layouts", 12, 1, faults},
		{"whole_articles", 23, 0, wholeArticles},
		{"whole_articles_in_other_layouts", 24, 3, wholeArticles},
	} {
		t.Run(part.name, func(t *testing.T) {
			if raced && part.layouts > 0 {
				t.Skip("the same code as its sibling, which the race detector sees")
			}
			t.Parallel()
			s := newScorer(t, part.seed, part.layouts)
			s.poll("again")
			part.run(s)
			s.report()
		})
	}
}

// noises lets each outlet make each noise, and all of them at once.
func noises(s *scorer) {
	for _, n := range append(newsroom.Noises(), newsroom.AllNoise) {
		for _, o := range s.room.Outlets() {
			o.SetNoise(n)
		}
		s.poll("noise: " + n.String())
		s.step(2)
		s.poll("noise with edits: " + n.String())
	}
}

// faults lets an article of each outlet fail in each way, while it and others
// are edited.
func faults(s *scorer) {
	for i, f := range newsroom.Faults() {
		if f == newsroom.OldCopy {
			continue // an article of a kind: see oldCopies
		}
		var faulty []*newsroom.Article
		for _, o := range s.room.Outlets() {
			articles := o.Articles()
			a := articles[i%len(articles)]
			a.Fault(f, -1)
			faulty = append(faulty, a)
		}
		if i%4 == 0 {
			s.poll("fault: " + string(f))
		}
		s.step(1)
		s.hidden = faulty
		s.poll("fault beside edits: " + string(f))
		for _, a := range faulty {
			a.Fault(newsroom.NoFault, 0)
		}
		s.hidden = nil
		if f == newsroom.Unavailable || f == newsroom.TooMany {
			time.Sleep(1100 * time.Millisecond) // what asked to wait has waited
		}
		s.poll("fault gone: " + string(f))
	}
}

// wholeArticles removes articles and brings them back, reverts, renames and
// tests them, serves old copies of them, and lets one be live.
func wholeArticles(s *scorer) {
	removals(s)
	reverts(s)
	renames(s)
	headlineTests(s)
	oldCopies(s)
	liveBlog(s)
}

func removals(s *scorer) {
	var gone []*newsroom.Article
	for i, o := range s.room.Outlets() {
		a := o.Articles()[0]
		a.Remove([]newsroom.Removal{newsroom.Gone, newsroom.NotFound, newsroom.ToSection}[i%3])
		gone = append(gone, a)
	}
	for range 5 {
		s.poll("removed")
	}
	for _, a := range gone {
		a.Restore()
	}
	s.poll("returned")
}

func reverts(s *scorer) {
	s.step(3)
	s.poll("edited, to be reverted")
	for _, o := range s.room.Outlets() {
		for _, a := range o.Articles() {
			if n := len(a.Versions()); n > 1 && a.Kind() != newsroom.LiveBlog {
				if _, err := a.Revert(n - 1); err != nil {
					s.t.Logf("revert: %v", err)
				}
				break
			}
		}
	}
	s.poll("reverted")
}

// renames gives articles another slug, as sites do when the headline changes:
// nobody's news.
func renames(s *scorer) {
	for _, o := range s.room.Outlets() {
		for i, a := range o.Articles() {
			if a.Kind() != newsroom.LiveBlog && i < 3 {
				a.Rename("another-slug-" + string(rune('a'+i)))
			}
		}
	}
	s.poll("renamed")
	s.step(2)
	s.poll("renamed, then edited")
}

// headlineTests shows readers two headlines in turns: told once, then quiet.
func headlineTests(s *scorer) {
	var tested []*newsroom.Article
	for _, o := range s.room.Outlets() {
		a := o.Articles()[1]
		a.Test("What we know: " + a.Text().Headline)
		tested = append(tested, a)
	}
	s.patient = true
	for range 6 {
		s.poll("headline test")
	}
	s.patient = false
	s.poll("headline test, told")
	for range 4 {
		s.poll("headline test, later")
	}
	for _, a := range tested {
		a.EndTest(false)
	}
	for range 3 {
		s.poll("headline test, over")
	}
}

// oldCopies lets a cache answer with the version before, every second time. The
// edits made meanwhile are of paragraphs: two headlines in turns are a test to
// any reader.
func oldCopies(s *scorer) {
	for _, o := range s.room.Outlets() {
		o.Fault(newsroom.OldCopy, -1)
	}
	for range 4 {
		s.poll("old copies")
	}
	for _, o := range s.room.Outlets() {
		s.write(o.Articles()[2])
	}
	s.patient = true
	for range 3 {
		s.poll("old copies with edits")
	}
	s.patient = false
	for _, o := range s.room.Outlets() {
		o.Fault(newsroom.NoFault, 0)
	}
	s.poll("no old copies")
	s.poll("no old copies")
}

// liveBlog has a live page go on: that it is live is told once, and its
// headline, facts and corrections are.
func liveBlog(s *scorer) {
	for _, o := range s.room.Outlets() {
		for _, a := range o.Articles() {
			for a.Kind() == newsroom.LiveBlog {
				if _, ok := a.Step(); !ok {
					break
				}
				s.poll("live blog")
			}
		}
	}
}
