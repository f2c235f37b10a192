package watcher

import (
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// A finding is what one poll read, before it is decided what to make of it.
type finding struct {
	text      news.Text
	extractor string
	place     string
	moved     bool // the text was found elsewhere on the page than before
	earlier   int  // the newest version with exactly this text, 0 if none
	at        time.Time
	modified  time.Time // as the page states it

	base  news.Text // what it is compared with
	edit  news.Edit // from base to text
	dress bool      // boilerplate differs too, and is left out of base
	site  bool      // all that differs may be the host's
	stale bool      // the host serves old copies these days
}

// A verdict is what to make of a finding.
type verdict int

const (
	same    verdict = iota // nothing to tell
	believe                // store it as a version and tell it
	hold                   // look again first
)

const (
	// lossShare is the share of the text whose loss is looked at twice: page
	// errors cut off about as much, edits seldom do.
	lossShare = 0.5
	// looksNeeded is how often a held reading must be found, the first time
	// included. Each earlier reading that was gone at a later look adds one, up
	// to maxLooks.
	looksNeeded = 2
	maxLooks    = 8
	// headlineLooks and earlierLooks are how often another headline, or an
	// earlier text, must be found when nothing else speaks for it. Sites that
	// test headlines draw one at each reading, and caches that are out of step
	// answer in turn: two looks would take every second draw for an edit, eight
	// one in 128.
	headlineLooks = 8
	earlierLooks  = 6
	// A headline known to be under test has won when it was found testLooks
	// times in a row over at least testFor, being looked at every testEvery.
	testLooks = 12
	testFor   = 2 * time.Hour
	testEvery = 10 * time.Minute
	// vanishedKept bounds how many vanished headlines are remembered.
	vanishedKept = 8
	// goneLooks is how often a page that answers 404, or leads to a section
	// page, must be found missing over GoneFor. One that answers 410 says
	// itself that it is gone for good and is looked for looksNeeded times.
	goneLooks = 4
)

// doubt returns why the finding should be looked at twice, or "" if it counts
// at once, as typography does, which is kept and hardly ever told. Readings of a feed always count: a feed is as its publisher made it,
// and the poll of a feed cannot be told to look at one entry again.
func doubt(a news.Article, old news.Text, f finding) news.HoldReason {
	switch {
	case a.Reading == news.FeedReading, f.edit.Significance == news.Typography:
		return ""
	case f.earlier > 0:
		return news.HoldEarlier
	case f.moved:
		return news.HoldPlace
	case size(f.text) < int(lossShare*float64(size(old))):
		return news.HoldLoss
	case headlineOnly(f.edit):
		return news.HoldHeadline
	case f.site:
		return news.HoldSite
	}
	return ""
}

// judge decides what to make of a finding whose text differs from the newest
// version's. It returns the hold to keep when the verdict is hold. When settle
// is set, time need not pass between two looks: the caller makes them at once.
func judge(a news.Article, old news.Text, f finding, settle bool, s Schedule) (verdict, *news.Hold) {
	switch {
	case f.edit.Significance == news.None:
		return same, nil
	case f.edit.Significance == news.Typography && f.earlier > 0:
		// Quotes that come and go, reading by reading, are no edit each time.
		return same, nil
	}
	why := doubt(a, old, f)
	if why == "" {
		return believe, nil
	}
	if comesBack(a, f) {
		return believe, nil
	}
	h := a.Hold
	if h == nil || h.Reason == news.HoldGone || !sameWords(h.Text, f.text) {
		first := &news.Hold{
			Reason: why, Text: f.text, Extractor: f.extractor, Place: f.place,
			After: a.Polling.LastOK, Since: f.at, Looks: 1, Modified: f.modified,
		}
		if why == news.HoldEarlier && !headlineOnly(f.edit) {
			first.Detail = oldCopy
		}
		return hold, first
	}
	again := *h
	again.Looks++
	again.Extractor, again.Place, again.Modified = f.extractor, f.place, f.modified
	need, wait := looks(a, f), s.Look
	if tested(a, f) {
		wait, settle = testFor, false
	}
	if again.Looks >= need && (settle || f.at.Sub(h.Since) >= wait) {
		return believe, &again
	}
	return hold, &again
}

// looks returns how often the finding must be found to be believed. The page's
// own word that it was modified since, kept from look to look, makes two enough
// for what would otherwise need many.
func looks(a news.Article, f finding) int {
	need := looksNeeded + a.Flips
	vouched := a.Hold != nil && !a.Modified.IsZero() && f.modified.After(a.Modified) && f.modified.Equal(a.Hold.Modified) &&
		f.at.Sub(f.modified) >= vouchedAfter
	switch {
	case tested(a, f):
		return testLooks
	case vouched:
	case headlineOnly(f.edit):
		need = headlineLooks
	case f.earlier > 0:
		need = earlierLooks
	}
	return min(need, maxLooks)
}

// oldCopy is the detail of a held reading that is an old copy if it vanishes: an
// earlier text that differs in more than its headline, so that it is no test.
const oldCopy = "an old copy, perhaps"

// comesBack reports whether the finding is a headline that was held, was gone,
// and is there again, where what came between was an old copy, and not the test
// of a headline: the page says that it was modified since the newest version,
// or the host serves old copies of other texts as well.
func comesBack(a news.Article, f finding) bool {
	if !headlineOnly(f.edit) || f.earlier > 0 || !slices.Contains(a.Vanished, f.text.Headline) {
		return false
	}
	return f.stale || !a.Modified.IsZero() && f.modified.After(a.Modified) && f.at.Sub(f.modified) >= vouchedAfter
}

// vouchedAfter is how old a page's word that it was modified must be. Pages that
// state the time of the reading in its place say something else at each look
// once it is a minute ago.
const vouchedAfter = 2 * time.Minute

// tested reports whether the finding is the other headline of a known test.
func tested(a news.Article, f finding) bool {
	return headlineOnly(f.edit) && underTest(a, f.text.Headline)
}

// vanish notes that a held reading was not found again. It reports whether its
// headline is under test and that was not known: the same one has vanished
// before, and the host is not stale: it serves no old copies these days.
func vanish(a *news.Article, h news.Hold, stale bool) (isTest bool) {
	switch h.Reason {
	case news.HoldHeadline:
	case news.HoldEarlier:
		a.Flips++
		return false
	default:
		return false
	}
	a.Flips++
	head := h.Text.Headline
	if underTest(*a, head) {
		return false
	}
	if len(a.Tested) > 0 {
		a.Tested = append(slices.Clone(a.Tested), head) // one more variant of a known test
		return false
	}
	if stale || !slices.Contains(a.Vanished, head) {
		a.Vanished = slices.DeleteFunc(slices.Clone(a.Vanished), func(s string) bool { return s == head })
		a.Vanished = append(a.Vanished, head)
		a.Vanished = a.Vanished[max(len(a.Vanished)-vanishedKept, 0):]
		return false
	}
	a.Vanished = nil
	a.Tested = []string{a.Headline, head}
	slices.Sort(a.Tested)
	return true
}

// judgeGone decides about a page that is missing. detail is "410", "404" or
// words for a redirect. It returns whether the removal is believed, and the
// hold to keep.
func judgeGone(a news.Article, detail string, now time.Time, s Schedule) (bool, *news.Hold) {
	h := a.Hold
	if h == nil || h.Reason != news.HoldGone {
		return false, &news.Hold{Reason: news.HoldGone, After: a.Polling.LastOK, Since: now, Looks: 1, Detail: detail}
	}
	again := *h
	again.Looks++
	again.Detail = detail
	if detail == gone410 {
		return again.Looks >= looksNeeded && now.Sub(h.Since) >= s.Look, &again
	}
	return again.Looks >= goneLooks && now.Sub(h.Since) >= s.GoneFor, &again
}

// nextLook returns how long after now a held reading is looked at again.
// draw is a number in [0,1).
func nextLook(a news.Article, h news.Hold, s Schedule, draw float64) time.Duration {
	switch {
	case h.Reason == news.HoldGone && h.Detail != gone410:
		// The looks spread over GoneFor; the last falls just behind it.
		return s.GoneFor/(goneLooks-1) + s.Look
	case underTest(a, h.Text.Headline) && h.Reason != news.HoldGone:
		return testEvery
	case h.Looks > 1 && (h.Reason == news.HoldHeadline || h.Reason == news.HoldEarlier):
		// Those that need many looks get them in quick succession.
		return s.Look/6 + time.Duration(draw*float64(s.Look)/6)
	}
	return s.Look + time.Duration(draw*float64(s.Look))
}

// underTest reports whether the headline is one of those that were told to
// alternate on the article.
func underTest(a news.Article, headline string) bool {
	return slices.Contains(a.Tested, headline)
}

// headlineOnly reports whether the edit concerns the words of nothing but the
// headline.
func headlineOnly(e news.Edit) bool {
	headline := false
	for _, p := range e.Parts {
		switch {
		case p.Part == news.WhereHeadline:
			headline = true
		case !slices.Equal(p.Classes, []news.Class{news.ClassTypography}):
			return false
		}
	}
	return headline
}

// size returns the length of what stands below the headline, in bytes.
func size(t news.Text) int {
	n := len(t.Standfirst)
	for _, p := range t.Paragraphs {
		n += len(p)
	}
	return n
}
