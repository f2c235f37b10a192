package newsroom

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Article is on an outlet's site, or was.
type Article struct {
	outlet    *Outlet
	id        int
	kind      Kind
	byline    string
	published time.Time
	story     *story // nil when published by hand

	// Guarded by outlet.room.mu.
	section, slug string
	modified      time.Time // of the text
	text          Text
	curly         bool
	versions      []Text // all texts in order; the last equals text
	steps         []Step // still to come
	gone          Removal
	lost          Text                 // what it said when it was removed
	posted        map[string]time.Time // of a live blog's paragraphs, where known
	rival         string               // the headline under test against text.Headline
	fault         Fault
	faultLeft     int
	readings      int  // requests for its page
	read          bool // someone has read the state it is in
}

// Removal says how a removed article is answered.
type Removal int

const (
	Standing  Removal = iota // not removed
	Gone                     // 410
	NotFound                 // 404
	ToSection                // 302 to its section's page
)

func (r Removal) status() int {
	switch r {
	case Gone:
		return http.StatusGone
	case NotFound:
		return http.StatusNotFound
	case ToSection:
		return http.StatusFound
	}
	return http.StatusOK
}

// Outlet returns where the article stands.
func (a *Article) Outlet() *Outlet { return a.outlet }

// Kind returns what the article is.
func (a *Article) Kind() Kind { return a.kind }

// URL returns the article's address, without parameters.
func (a *Article) URL() string {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	return a.url()
}

func (a *Article) url() string { return a.outlet.base + a.path() }

func (a *Article) path() string {
	return strings.NewReplacer("{section}", a.section, "{slug}", a.slug, "{id}", strconv.Itoa(a.id)).Replace(a.outlet.address)
}

// guid is the article's name in feeds. It survives renaming.
func (a *Article) guid() string { return a.outlet.Slug + ":" + strconv.Itoa(a.id) }

// Text returns what the article says now, or said when it was removed.
func (a *Article) Text() Text {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	return a.text.Clone()
}

// Versions returns every text the article has had, oldest first.
func (a *Article) Versions() []Text {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	all := slices.Clone(a.versions)
	for i, t := range all {
		all[i] = t.Clone()
	}
	return all
}

// Steps returns the edits its story still has in store.
func (a *Article) Steps() []Step {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	return slices.Clone(a.steps)
}

// Readings returns how often the article's page was asked for.
func (a *Article) Readings() int {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	return a.readings
}

// Removed returns how the article was removed.
func (a *Article) Removed() Removal {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	return a.gone
}

// Edit changes the text. classes say what the edit is, for the log. It returns
// false if the text stayed the same. An edit that leads to the text of an
// earlier version is logged as reverted; one of a removed article is part of
// its return.
func (a *Article) Edit(change func(*Text), classes ...string) (Change, bool) {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	t := a.text.Clone()
	change(&t)
	return a.edit(t, Change{Label: "by hand", Classes: classes})
}

// Post adds a paragraph at the top, as live blogs do.
func (a *Article) Post(paragraph string) (Change, bool) {
	return a.Edit(func(t *Text) { t.Paragraphs = slices.Insert(t.Paragraphs, 0, paragraph) }, "addition")
}

// postedAt returns when a live blog got the paragraph.
func (a *Article) postedAt(p string) time.Time {
	if at, ok := a.posted[p]; ok {
		return at
	}
	return a.published
}

// Step makes the next edit of the article's story, or returns false if there is
// none left.
func (a *Article) Step() (Change, bool) {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	return a.step()
}

func (a *Article) step() (Change, bool) {
	if len(a.steps) == 0 {
		return Change{}, false
	}
	s := a.steps[0]
	a.steps = a.steps[1:]
	t, curly, err := s.apply(a.text, a.curly, a.outlet.Language)
	if err != nil {
		// The words it changes are no longer there: the article was edited by
		// hand or reverted. Stories by themselves are tested to fit.
		a.outlet.room.log.Debug("newsroom", "url", a.url(), "skipped", s.Label, "err", err)
		return a.step()
	}
	a.curly = curly
	return a.edit(t, Change{Label: s.Label, Classes: s.Classes})
}

func (a *Article) edit(t Text, c Change) (Change, bool) {
	if t.Equal(a.text) {
		return Change{}, false
	}
	c.Kind, c.Before, c.After = Edited, a.text, t
	for i, v := range a.versions {
		if v.Equal(t) {
			c.Kind, c.RevertedTo = Reverted, i+1
		}
	}
	for _, p := range t.Paragraphs {
		if a.kind == LiveBlog && !slices.Contains(a.text.Paragraphs, p) {
			if a.posted == nil {
				a.posted = make(map[string]time.Time)
			}
			a.posted[p] = time.Now().UTC()
		}
	}
	a.text = t.Clone()
	a.versions = append(a.versions, t.Clone())
	a.touch()
	if a.gone != Standing {
		return c, true
	}
	return a.log(c), true
}

// Revert brings back the text of version n, numbered from 1.
func (a *Article) Revert(n int) (Change, error) {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	if n < 1 || n > len(a.versions) {
		return Change{}, fmt.Errorf("there is no version %d of %d", n, len(a.versions))
	}
	c, ok := a.edit(a.versions[n-1], Change{Label: fmt.Sprintf("back to version %d", n)})
	if !ok {
		return c, fmt.Errorf("version %d is what it says already", n)
	}
	return c, nil
}

// Remove takes the article off the site and out of the feed.
func (a *Article) Remove(how Removal) {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	if a.gone != Standing || how == Standing {
		return
	}
	a.gone, a.lost = how, a.text
	a.touch()
	a.log(Change{Kind: Removed, Status: how.status(), Before: a.text})
}

// Restore brings a removed article back, with the edits made meanwhile.
func (a *Article) Restore() {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	if a.gone == Standing {
		return
	}
	a.gone = Standing
	a.touch()
	a.log(Change{Kind: Returned, Before: a.lost, After: a.text})
}

// Rename gives the article a new slug; its old address redirects for good. It
// returns false if an article has that address already.
func (a *Article) Rename(slug string) bool {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	wasURL, wasSlug := a.url(), a.slug
	a.slug = slug
	if a.outlet.paths[a.path()] != nil {
		a.slug = wasSlug
		return false
	}
	a.outlet.paths[a.path()] = a
	a.touch()
	a.log(Change{Kind: Renamed, WasURL: wasURL, Before: a.text, After: a.text})
	return true
}

// Test puts a rival headline under test: readings see the two in turns.
func (a *Article) Test(rival string) {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	if a.rival != "" || rival == a.text.Headline {
		return
	}
	a.rival = rival
	t := a.text.Clone()
	t.Headline = rival
	a.log(Change{Kind: Testing, Label: "headline test", Before: a.text, After: t})
}

// EndTest ends a headline test. If the rival wins, it is the headline from
// here on, and that is an edit.
func (a *Article) EndTest(rivalWins bool) {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	if a.rival == "" {
		return
	}
	t := a.text.Clone()
	t.Headline = a.rival
	a.rival = ""
	a.log(Change{Kind: TestEnded, Before: a.text, After: a.text})
	if rivalWins {
		a.edit(t, Change{Label: "the rival headline wins", Classes: []string{"headline"}})
	}
}

// Fault makes the next readings of the article's page fail in the given way,
// or all of them until further notice if readings is negative. NoFault ends it.
// A fault of the outlet goes first.
func (a *Article) Fault(f Fault, readings int) {
	a.outlet.room.mu.Lock()
	defer a.outlet.room.mu.Unlock()
	a.fault, a.faultLeft = f, readings
}

// touch notes that the article is in a state nobody has read.
func (a *Article) touch() {
	a.modified = time.Now().UTC().Truncate(time.Second)
	a.read = false
}
