package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/newsroom"
)

// TestScenario scores the whole program on the newsroom: every kind of noise
// and of fault, with true edits beside them, behind them and among them. What
// was told is held against the newsroom's own log.
func TestScenario(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	room := newsroom.New(newsroom.Options{Seed: 7, Slow: 100 * time.Millisecond, RetryAfter: time.Second})
	if err := room.Start(); err != nil {
		t.Fatal(err)
	}
	defer room.Close()
	s := &scorer{t: t, room: room, desk: newDesk(t, nil)}
	for _, o := range room.Outlets() {
		if a, ok := s.desk.watch(o.FeedURL(), true); !ok {
			t.Fatalf("%s: %v", o.Name, a.Lines)
		}
	}
	s.poll("baseline")
	s.poll("again")

	for _, n := range newsroom.Noises() {
		for _, o := range room.Outlets() {
			o.SetNoise(n)
		}
		s.poll("noise: " + n.String())
		s.step(2)
		s.poll("noise with edits: " + n.String())
	}
	for _, o := range room.Outlets() {
		o.SetNoise(newsroom.AllNoise)
	}
	s.poll("all noise")
	s.step(3)
	s.poll("all noise with edits")

	for i, f := range newsroom.Faults() {
		if f == newsroom.OldCopy {
			continue // below
		}
		var faulty []*newsroom.Article
		for _, o := range room.Outlets() {
			articles := o.Articles()
			a := articles[i%len(articles)]
			if a.Removed() != 0 {
				continue
			}
			a.Fault(f, -1)
			faulty = append(faulty, a)
		}
		s.poll("fault: " + string(f))
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

	// Events of whole articles.
	var gone []*newsroom.Article
	for i, o := range room.Outlets() {
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
	for _, o := range room.Outlets() {
		a := o.Articles()[1]
		if n := len(a.Versions()); n > 1 {
			if _, err := a.Revert(n - 1); err != nil {
				t.Logf("revert: %v", err)
			}
		}
	}
	s.poll("reverted")

	s.report()
}

// A scorer matches what was told with what was done.
type scorer struct {
	t      *testing.T
	room   *newsroom.Newsroom
	desk   *desk
	next   int                 // the number of the first change not scored yet
	open   []newsroom.Change   // done and not told yet
	hidden []*newsroom.Article // behind a fault: not to be told now
	turn   int

	right, wrong, impure, due int
}

// step has n articles of each outlet take their next edit.
func (s *scorer) step(n int) {
	for _, o := range s.room.Outlets() {
		done := 0
		articles := o.Articles()
		for range articles {
			s.turn++
			a := articles[s.turn%len(articles)]
			if a.Removed() != 0 || slices.ContainsFunc(s.open, func(c newsroom.Change) bool { return c.URL == a.URL() }) {
				continue
			}
			if _, ok := a.Step(); ok {
				done++
			} else {
				// Its story is told: go on by hand.
				_, ok := a.Edit(func(t *newsroom.Text) {
					i := s.turn % len(t.Paragraphs)
					t.Paragraphs[i] += fmt.Sprintf(" The office counted %d of them on Sunday.", 100+s.turn)
				}, "addition")
				if ok {
					done++
				}
			}
			if done == n {
				break
			}
		}
	}
}

// poll lets the program look, and scores what it told.
func (s *scorer) poll(when string) {
	s.t.Helper()
	for _, c := range s.room.Truth()[s.next:] {
		s.next++
		if c.Significance == "none" || c.Significance == "typography" || c.Kind == newsroom.Published || c.Kind == newsroom.Renamed {
			continue
		}
		s.open = append(s.open, c)
		s.due++
	}
	for _, r := range s.desk.poll() {
		i := slices.IndexFunc(s.open, func(c newsroom.Change) bool { return samePage(c.URL, r.Article.URL) && sameKind(c.Kind, r.Kind) })
		if i < 0 {
			s.wrong++
			s.t.Logf("FALSE ALARM (%s): %s %s\n%s", when, r.Kind, r.Article.URL, partsOf(r))
			continue
		}
		s.right++
		if foreign := foreignParts(r, s.open[i]); foreign != "" {
			s.impure++
			s.t.Logf("IMPURE (%s): %s %s: %s", when, r.Kind, r.Article.URL, foreign)
		}
		s.open = slices.Delete(s.open, i, i+1)
	}
	for _, c := range s.open {
		if c.Kind == newsroom.Removed || slices.ContainsFunc(s.hidden, func(a *newsroom.Article) bool { return a.URL() == c.URL }) {
			continue
		}
		s.t.Logf("NOT TOLD YET (%s): %s %s %v %q", when, c.Kind, c.URL, c.Classes, c.Label)
	}
}

func (s *scorer) report() {
	s.t.Logf("%d true changes: %d told, %d missed; %d false alarms; %d announcements with foreign parts",
		s.due, s.right, len(s.open), s.wrong, s.impure)
	if len(s.open) > 0 {
		s.t.Errorf("%d of %d true changes were not told", len(s.open), s.due)
	}
	if s.wrong*100 > s.right {
		s.t.Errorf("%d false alarms beside %d true ones: more than one in a hundred", s.wrong, s.right)
	}
}

func samePage(a, b string) bool {
	path := func(s string) string {
		u, err := url.Parse(s)
		if err != nil {
			return s
		}
		return u.Host + strings.TrimSuffix(u.Path, "/")
	}
	return path(a) == path(b)
}

func sameKind(done newsroom.ChangeKind, told news.EventKind) bool {
	switch done {
	case newsroom.Edited:
		return told == news.Edited || told == news.Reverted
	case newsroom.Reverted:
		return told == news.Reverted
	}
	return string(done) == string(told)
}

// foreignParts returns what an announcement tells that does not stand in the
// change.
func foreignParts(r news.Report, c newsroom.Change) string {
	if r.Edit == nil {
		return ""
	}
	fold := func(s string) string { return edit.Fold(news.Canonical(s)) }
	all := func(t newsroom.Text) map[string]bool {
		m := map[string]bool{"": true, fold(t.Headline): true, fold(t.Standfirst): true}
		for _, p := range t.Paragraphs {
			m[fold(p)] = true
		}
		return m
	}
	before, after := all(c.Before), all(c.After)
	var foreign []string
	for _, p := range r.Edit.Parts {
		if !before[fold(p.Before)] {
			foreign = append(foreign, "before: "+p.Before)
		}
		if !after[fold(p.After)] {
			foreign = append(foreign, "after: "+p.After)
		}
	}
	return strings.Join(foreign, " | ")
}

func partsOf(r news.Report) string {
	if r.Edit == nil {
		return r.Detail
	}
	var b strings.Builder
	for _, p := range r.Edit.Parts {
		fmt.Fprintf(&b, "  %s %s: %.150q → %.150q\n", p.Op, p.Part, p.Before, p.After)
	}
	return b.String()
}
