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

// A scorer matches what was told with what was done.
type scorer struct {
	t       *testing.T
	room    *newsroom.Newsroom
	desk    *desk
	next    int                 // the number of the first change not scored yet
	open    []newsroom.Change   // done and not told yet
	hidden  []*newsroom.Article // behind a fault: not to be told now
	patient bool                // what is done may be told a few polls later
	turn    int
	edited  map[*newsroom.Article]int
	live    map[string]int // how often a page was told to be live

	right, wrong, impure, due int
}

// mostEdits is how often an article is edited: those that are edited more often
// are live pages, which are told otherwise.
const mostEdits = 6

// perOutlet is how many articles an outlet has; all of them are in its feed.
const perOutlet = 8

// newScorer opens a newsroom and has all of it watched.
func newScorer(t *testing.T, seed uint64, layouts int) *scorer {
	room := newsroom.New(newsroom.Options{Seed: seed, Slow: 100 * time.Millisecond, RetryAfter: time.Second})
	if err := room.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { room.Close() })
	s := &scorer{t: t, room: room, desk: newDesk(t, nil), edited: make(map[*newsroom.Article]int), live: make(map[string]int)}
	for _, o := range room.Outlets() {
		for len(o.Articles()) < perOutlet {
			o.PublishStory()
		}
		for range layouts {
			o.Redesign()
		}
		if a, ok := s.desk.watch(o.FeedURL(), true); !ok {
			t.Fatalf("%s: %v", o.Name, a.Lines)
		}
	}
	s.poll("baseline")
	return s
}

// step has n articles of each outlet take their next edit: those that were
// edited least.
func (s *scorer) step(n int) {
	s.t.Helper()
	for _, o := range s.room.Outlets() {
		articles := slices.DeleteFunc(o.Articles(), func(a *newsroom.Article) bool {
			return a.Removed() != 0 || a.Kind() == newsroom.LiveBlog || s.edited[a] == mostEdits ||
				slices.ContainsFunc(s.open, func(c newsroom.Change) bool { return c.URL == a.URL() })
		})
		slices.SortStableFunc(articles, func(a, b *newsroom.Article) int { return s.edited[a] - s.edited[b] })
		done := 0
		for _, a := range articles {
			if s.stepOne(a) {
				s.edited[a]++
				if done++; done == n {
					break
				}
			}
		}
		if done < n {
			s.t.Errorf("%s: %d of %d edits made; it needs more articles", o.Slug, done, n)
		}
	}
}

// stepOne takes the next edit of the article's story; one whose story is told
// goes on by hand.
func (s *scorer) stepOne(a *newsroom.Article) bool {
	if _, ok := a.Step(); ok {
		return true
	}
	return s.write(a)
}

// write adds a sentence to a paragraph.
func (s *scorer) write(a *newsroom.Article) bool {
	s.turn++
	_, ok := a.Edit(func(t *newsroom.Text) {
		i := s.turn % len(t.Paragraphs)
		t.Paragraphs[i] += fmt.Sprintf(" The office counted %d of them on Sunday.", 100+s.turn)
	}, "addition")
	return ok
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
		if !s.optional(c) {
			s.due++
		}
	}
	for _, r := range s.desk.poll() {
		if r.Kind == news.Live && s.ofLiveBlog(r.Article.URL) {
			if s.live[r.Article.URL]++; s.live[r.Article.URL] == 1 {
				continue
			}
		}
		i := slices.IndexFunc(s.open, func(c newsroom.Change) bool { return samePage(c.URL, r.Article.URL) && sameKind(c.Kind, r.Kind) })
		if i < 0 {
			s.wrong++
			s.t.Logf("FALSE ALARM (%s): %s %s\n%s", when, r.Kind, r.Article.URL, partsOf(r))
			continue
		}
		if !s.optional(s.open[i]) {
			s.right++
		}
		if foreign := foreignParts(r, s.open[i]); foreign != "" {
			s.impure++
			s.t.Logf("IMPURE (%s): %s %s: %s", when, r.Kind, r.Article.URL, foreign)
		}
		s.open = slices.Delete(s.open, i, i+1)
	}
	s.open = slices.DeleteFunc(s.open, s.optional)
	for _, c := range s.open {
		if s.patient || c.Kind == newsroom.Removed || slices.ContainsFunc(s.hidden, func(a *newsroom.Article) bool { return a.URL() == c.URL }) {
			continue
		}
		s.t.Logf("NOT TOLD YET (%s): %s %s %v %q", when, c.Kind, c.URL, c.Classes, c.Label)
	}
}

// ofLiveBlog reports whether the address is that of a live blog.
func (s *scorer) ofLiveBlog(address string) bool {
	for _, o := range s.room.Outlets() {
		for _, a := range o.Articles() {
			if a.Kind() == newsroom.LiveBlog && samePage(a.URL(), address) {
				return true
			}
		}
	}
	return false
}

// optional reports a change of a live page that need not be told: one of
// neither its headline nor a fact, and no correction.
func (s *scorer) optional(c newsroom.Change) bool {
	return s.ofLiveBlog(c.URL) && c.Kind == newsroom.Edited && !slices.ContainsFunc(c.Classes, func(class string) bool {
		return class == "headline" || class == "fact" || class == "correction"
	})
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
