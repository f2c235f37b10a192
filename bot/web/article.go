package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

type articlePage struct {
	heading
	Counts  string // "6 versions, 5 edits"
	Oldest  int    // the number of the oldest version that is kept
	Notes   []string
	Facts   []fact
	Filter  filterForm
	Form    template.HTML // of the filter
	Moments []fragment
	Pager   pager
}

// A fact is a name with a time, words or both.
type fact struct {
	Name string
	Time time.Time
	Text string
}

// A moment is one point of an article's history: an event, or a version that
// came without one, such as the baseline.
type moment struct {
	brief.Brief
	Lang                  string
	Anchor                string
	At                    time.Time
	Later                 string // "about 4 hours later" than the version before
	Version, From         int    // 0 when no version came
	VersionPath, DiffPath string
	Archive               string // where a public archive keeps the version
	Rank, Badge           string
	Classes               []string
	Between               string // "changed between 10:02 and 10:12 UTC"
}

// article shows an article's facts and its history, newest first.
func (s *site) article(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := s.find(ctx, r)
	if err != nil {
		return err
	}
	before, err := cursor(r, "before")
	if err != nil {
		return err
	}
	f, err := filterOf(r.URL.Query())
	if err != nil {
		return err
	}
	f.Source = ""
	events, err := s.store.Events(ctx, f.query(store.EventQuery{Article: a.ID, Kinds: news.HistoryKinds, Before: before, Max: timelineEvents + 1}))
	if err != nil {
		return err
	}
	copies, err := s.copiesOf(ctx, events...)
	if err != nil {
		return err
	}
	return s.sendPage(w, r, "article", s.tagOf(r, a, events, copies), func() (view, error) {
		page := articlePage{
			heading: headingOf(a),
			Counts:  brief.Versions(a.Versions, a.Edits),
			Oldest:  a.Pruned + 1,
			Notes:   notes(a),
			Facts:   facts(a),
		}
		page.Filter = f.form(page.ArticlePath)
		if page.Form, err = s.layOutForm(page.Filter); err != nil {
			return view{}, err
		}
		page.Moments, err = s.timeline(ctx, a, events, copies, before == 0, f == filter{})
		if before != 0 {
			page.Pager.Newer = withQuery(page.ArticlePath, f.values())
		}
		if len(events) > timelineEvents {
			page.Pager.Older = withQuery(page.ArticlePath, f.values("before", seqValue(events[timelineEvents-1].Seq)))
		}
		if err != nil {
			return view{}, err
		}
		shown, err := s.articlePreview(r, a, page.heading, events[:min(len(events), timelineEvents)])
		return view{Title: page.Headline, Section: "articles", Feeds: articleFeeds(page.heading), Preview: shown, Body: page}, err
	})
}

// find returns the article that the request's path names.
func (s *site) find(ctx context.Context, r *http.Request) (news.Article, error) {
	a, err := s.store.Article(ctx, news.ArticleID(r.PathValue("id")))
	if errors.Is(err, store.ErrNotFound) {
		return a, errNoArticle
	}
	if err == nil && !a.Withheld.IsZero() {
		return news.Article{}, withheld(a)
	}
	return a, err
}

// withheld is the answer to whoever asks for an article that the operator does
// not show.
func withheld(a news.Article) error {
	return &refusal{Status: http.StatusGone, Title: "This article is withheld",
		Text: cmp.Or(a.WithheldWhy, "Whoever runs this does not show it.")}
}

// notes are sentences about what is special about the article.
func notes(a news.Article) []string {
	var out []string
	switch {
	case !a.Removed.IsZero():
		out = append(out, "Removed: the page was found to be gone on "+brief.Date(a.Removed, nil)+".")
	case !a.Retired.IsZero():
		out = append(out, retired(a))
	}
	if a.Hold != nil && a.Hold.Reason == news.HoldGone {
		out = append(out, "The page was missing at the last look; it is looked for again before that is believed.")
	} else if a.Hold != nil {
		out = append(out, "A reading that differs waits for a second look before it counts as an edit.")
	}
	if a.Kind == "LiveBlogPosting" {
		out = append(out, "This is a live page, which is edited all the time.")
	}
	if len(a.Tested) > 0 {
		out = append(out, "The publisher shows this article under different headlines in turn.")
	}
	if a.Pruned > 0 {
		out = append(out, brief.Pruned(a.Pruned))
	}
	if a.Reading == news.FeedReading {
		out = append(out, "Read from its feed: the title and summary there, not the page.")
	}
	return out
}

// retired says since when an article is no longer checked, and why, with the
// true dates.
func retired(a news.Article) string {
	since := brief.Date(a.Retired, nil)
	last := a.LastEdited
	if last.IsZero() {
		return fmt.Sprintf("First seen %s, never changed, and no longer checked since %s.", daysBefore(a.FirstSeen, a.Retired), since)
	}
	return fmt.Sprintf("Last changed %s, and no longer checked since %s.", daysBefore(last, a.Retired), since)
}

// daysBefore says how long ago t was at least, counted at an earlier time, so
// that it stays true.
func daysBefore(t, at time.Time) string {
	days := int(at.Sub(t) / (24 * time.Hour))
	if days < 1 {
		return "on " + brief.Date(t, nil)
	}
	return "over " + brief.Count(days, "day") + " ago, on " + brief.Date(t, nil)
}

// outcomes are the outcomes of polls in words for people.
var outcomes = map[news.Outcome]string{
	news.OutcomeBaseline:    "read for the first time",
	news.OutcomeNotModified: "unchanged",
	news.OutcomeSameBytes:   "unchanged",
	news.OutcomeSameText:    "unchanged",
	news.OutcomeEdited:      "edited",
	news.OutcomeHeld:        "differs; waits for a second look",
	news.OutcomeRefused:     "the answer was not the article",
	news.OutcomeGone:        "the page was missing",
	news.OutcomeFailed:      "no usable answer",
	news.OutcomeListed:      "read",
}

func facts(a news.Article) []fact {
	var out []fact
	add := func(name string, t time.Time, text string) {
		if !t.IsZero() {
			out = append(out, fact{name, t, text})
		}
	}
	add("Published", a.Published, "")
	add("First seen", a.FirstSeen, "")
	add("Last edited", a.LastEdited, "")
	checked := outcomes[a.Polling.Outcome]
	if a.Polling.Failures > 0 && a.Polling.Detail != "" {
		checked += ": " + a.Polling.Detail
	}
	if checked != "" {
		checked = " (" + checked + ")"
	}
	add("Last checked", a.Polling.Last, checked)
	if a.Polling.Failures > 0 {
		add("Failing since", a.Polling.FailingSince, "")
	}
	switch {
	case !a.Retired.IsZero():
		add("No longer checked since", a.Retired, "")
	case !a.Polling.Next.IsZero():
		add("Next check", a.Polling.Next, "")
	default:
		out = append(out, fact{Name: "Next check", Text: "none is planned"})
	}
	return out
}

const (
	// timelineEvents is how many events stand on one page of a history.
	timelineEvents = 30
	// bareVersions bounds how many versions without an event are looked up for
	// one page. There are few: a baseline, and one a redesign.
	bareVersions = 10
	// What a history shows of each edit.
	timelineLines  = 4
	timelineBudget = 600
)

// timeline makes moments of a page of events, newest first, and if they are all
// there are, of the versions between them that came without an event. The
// page's events end with one more when there are older ones; first says that
// there are no newer ones.
func (s *site) timeline(ctx context.Context, a news.Article, events []news.Event, copies []news.Copy, first, all bool) ([]fragment, error) {
	top, bottom := 0, 0 // the versions that belong on this page: bottom < n <= top
	if len(events) > timelineEvents {
		bottom = max(events[timelineEvents].To, 1)
		events = events[:timelineEvents]
	}
	told := make(map[int]bool)
	for _, e := range events {
		if e.From != e.To {
			told[e.To] = true
		}
		top = max(top, e.To)
	}
	if first {
		top = a.Versions
	}
	out, err := s.moments(ctx, a, events, copies)
	if err != nil {
		return nil, err
	}
	for n, left := bottom+1, bareVersions; all && n <= top && left > 0; n++ {
		if told[n] {
			continue
		}
		left--
		m, err := s.bareVersion(ctx, a, n)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(out, func(o fragment) bool { return o.At.Before(m.At) })
		if at < 0 {
			at = len(out)
		}
		html, err := s.layOut("article", "moment", m)
		if err != nil {
			return nil, err
		}
		out = slices.Insert(out, at, fragment{m.At, html})
	}
	return out, nil
}

// moments lays out events of an article.
func (s *site) moments(ctx context.Context, a news.Article, events []news.Event, copies []news.Copy) ([]fragment, error) {
	// The texts of all of them are read at once, if any is needed.
	texts := sync.OnceValues(func() (report.Store, error) { return s.read(ctx, &a, events...) })
	var out []fragment
	for _, e := range events {
		l := listed{Event: e, of: &a, archive: news.CopyURL(copies, e.To)}
		f, err := recall(&s.kept, l.key("moment"), func() (fragment, error) {
			st, err := texts()
			if err != nil {
				return fragment{}, err
			}
			m, err := s.moment(ctx, st, l)
			if err != nil {
				return fragment{}, err
			}
			html, err := s.layOut("article", "moment", m)
			return fragment{m.At, html}, err
		})
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// moment is the point of the history at which the event happened, whose texts
// stand in st.
func (s *site) moment(ctx context.Context, st report.Store, l listed) (moment, error) {
	told, diff, err := s.told(ctx, st, l, brief.Options{Lines: timelineLines, Budget: timelineBudget})
	if err != nil {
		return moment{}, err
	}
	m := moment{
		Brief:    told.Brief,
		Lang:     language(*l.of),
		Anchor:   l.ID(),
		At:       l.At,
		Rank:     l.Rank().String(),
		Badge:    l.Rank().String(),
		Classes:  kindsOf(l.Event),
		DiffPath: diff,
	}
	if l.Kind != news.Edited {
		m.Badge = string(l.Kind)
	}
	rep := told.Report
	m.Archive = l.archive
	if n := len(m.When); n > 0 && rep.ChangedBetween != nil {
		m.Between = m.When[n-1]
	}
	if l.From != 0 && l.From != l.To {
		m.Version, m.From = l.To, l.From
		if l.To > l.of.Pruned {
			m.VersionPath = versionPath(l.of.ID, l.To)
		}
		if rep.From != nil && rep.To != nil {
			m.Later = brief.Later(rep.To.Seen.Sub(rep.From.Seen))
		}
	}
	return m, nil
}

// bareVersion is the point at which a version came without an event.
func (s *site) bareVersion(ctx context.Context, a news.Article, n int) (moment, error) {
	v, err := s.store.Version(ctx, a.ID, n)
	if err != nil {
		return moment{}, err
	}
	m := moment{Lang: language(a), At: v.Seen, Version: n, VersionPath: versionPath(a.ID, n), Rank: news.None.String()}
	m.What = "taken anew as the baseline"
	if n == 1 {
		m.What = "the baseline, as it was first read"
	}
	if v.Text.Headline != "" {
		m.Lines = []brief.Line{{Part: news.WhereHeadline, Runs: []brief.Run{{Text: v.Text.Headline}}}}
	}
	return m, nil
}
