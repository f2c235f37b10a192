package web

import (
	"cmp"
	"context"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

// homeEntries is how many edits stand on one page of a list.
const homeEntries = 25

// An entry is one event in a list of edits.
type entry struct {
	heading
	brief.Brief
	Title    []brief.Line // the headline, with its words marked if they changed
	Rank     string       // the edit's significance
	Classes  []string
	At       time.Time
	DiffPath string
}

// A dayOf gathers the entries of one day.
type dayOf struct {
	Date    time.Time
	Entries []template.HTML
}

type homePage struct {
	Source       string
	ArticlesPath string
	Filter       filterForm
	Form         template.HTML // of the filter
	Days         []dayOf
	Pager        pager
}

// home lists the newest edits. Whoever filters them by source is led to that
// source's page: each list has one address.
func (s *site) home(w http.ResponseWriter, r *http.Request) error {
	f, err := filterOf(r.URL.Query())
	if err != nil {
		return err
	}
	if f.Source != "" {
		path := sourcePath(f.Source)
		if path == "" {
			return errNoSource
		}
		f.Source = ""
		return s.redirect(w, r, withQuery(path, f.values()))
	}
	sources, err := s.store.Sources(r.Context(), "", sourceChoices)
	if err != nil {
		return err
	}
	return s.listEdits(w, r, f, "", sources)
}

// source lists the newest edits of one source's articles.
func (s *site) source(w http.ResponseWriter, r *http.Request) error {
	f, err := filterOf(r.URL.Query())
	if err != nil {
		return err
	}
	return s.listEdits(w, r, f, r.PathValue("source"), nil)
}

// listEdits lists the newest edits that pass f, of one source or all; sources
// are those that the form offers.
func (s *site) listEdits(w http.ResponseWriter, r *http.Request, f filter, source string, sources []string) error {
	before, err := cursor(r, "before")
	if err != nil {
		return err
	}
	f.Source = ""
	events, older, err := s.newest(r.Context(), f.query(store.EventQuery{Source: source, Before: before, Max: homeEntries}))
	if err != nil {
		return err
	}
	if source != "" && len(events) == 0 {
		if err := s.sourceKnown(r.Context(), source); err != nil {
			return err
		}
	}
	list, err := s.withArticles(r.Context(), events)
	if err != nil {
		return err
	}
	return s.sendPage(w, r, "home", s.tagOf(r, keysOf(list), older, sources), func() (view, error) {
		days, err := s.days(r.Context(), list)
		if err != nil {
			return view{}, err
		}
		v := view{Title: "Edits", Section: "edits", Feeds: allEdits.filtered(f),
			Preview: &preview{Title: "editwatch", Text: "The newest edits of published articles, with the words that changed."}}
		page := homePage{Days: days}
		path := "/"
		if source != "" {
			path = sourcePath(source)
			v = view{Title: source, Section: "sources", Feeds: sourceFeeds(source).filtered(f),
				Preview: &preview{Title: source, Text: "The newest edits of this source’s articles, with the words that changed."}}
			page.Source, page.ArticlesPath = source, path+"/articles"
		}
		page.Filter = f.form(path)
		page.Filter.Sources = sources
		if page.Form, err = s.layOutForm(page.Filter); err != nil {
			return view{}, err
		}
		if before != 0 {
			page.Pager.Newer = withQuery(path, f.values())
		}
		if older != 0 {
			page.Pager.Older = withQuery(path, f.values("before", seqValue(older)))
		}
		v.Body = page
		return v, nil
	})
}

// sourceKnown returns an error for people unless some article is of the source.
func (s *site) sourceKnown(ctx context.Context, source string) error {
	list, err := s.store.Articles(ctx, store.ArticleQuery{Source: source, Max: 1})
	if err == nil && len(list) == 0 {
		return errNoSource
	}
	return err
}

var errNoSource = &refusal{Status: http.StatusNotFound, Title: "No such source",
	Text: "No article of a source by this name is kept. The list of sources names those there are."}

// cursor reads the number of an event from the query; 0 when there is none.
func cursor(r *http.Request, name string) (news.Seq, error) {
	v := r.URL.Query().Get(name)
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil || n == 0 {
		return 0, &refusal{Status: http.StatusBadRequest, Title: "No such place in the list",
			Text: "The address holds a number that cannot be read. Start again from the newest edits."}
	}
	return news.Seq(n), nil
}

func seqValue(seq news.Seq) string { return strconv.FormatUint(uint64(seq), 10) }

// newest returns up to q.Max events that are told, newest first, and the cursor
// of the next page, or 0 if there is none.
func (s *site) newest(ctx context.Context, q store.EventQuery) ([]news.Event, news.Seq, error) {
	want := q.Max
	q.Told = true
	q.Max++ // one more tells whether there is a next page
	events, err := s.store.Events(ctx, q)
	if err != nil || len(events) <= want {
		return events, 0, err
	}
	return events[:want:want], events[want-1].Seq, nil
}

// days lays events out as entries and gathers them by day.
func (s *site) days(ctx context.Context, list []listed) ([]dayOf, error) {
	var days []dayOf
	for _, l := range list {
		en, err := recall(&s.kept, l.key("entry"), func() (fragment, error) {
			en, err := s.entry(ctx, l)
			if err != nil {
				return fragment{}, err
			}
			html, err := s.layOut("home", "entry", en)
			return fragment{l.At, html}, err
		})
		if errors.Is(err, store.ErrNotFound) {
			continue // it was deleted since the list was read
		}
		if err != nil {
			return nil, err
		}
		date := en.At.UTC().Truncate(24 * time.Hour)
		if n := len(days); n == 0 || !days[n-1].Date.Equal(date) {
			days = append(days, dayOf{Date: date})
		}
		last := &days[len(days)-1]
		last.Entries = append(last.Entries, en.HTML)
	}
	return days, nil
}

// How much of an edit a list shows.
const (
	listLines  = 4
	listBudget = 700
)

func (s *site) entry(ctx context.Context, l listed) (entry, error) {
	st, err := s.read(ctx, l.of, l.Event)
	if err != nil {
		return entry{}, err
	}
	told, diff, err := s.told(ctx, st, l, brief.Options{Lines: listLines, Budget: listBudget})
	if err != nil {
		return entry{}, err
	}
	en := entry{
		heading: headingOf(*l.of),
		Brief:   told.Brief,
		Rank:    l.Rank().String(),
		Classes: kindsOf(l.Event),
		At:      l.At,

		DiffPath: diff,
	}
	en.Title, en.Lines = takeHeadline(en.Brief.Lines)
	if len(en.Title) == 0 {
		en.Title = []brief.Line{{Runs: []brief.Run{{Text: en.Name()}}}}
	}
	return en, nil
}

// A telling is what a page says of an event.
type telling struct {
	brief.Brief
	Report news.Report
}

// told phrases an event, whose texts stand in st, and returns the address of its
// edit, if it is one whose texts are kept.
func (s *site) told(ctx context.Context, st report.Store, l listed, o brief.Options) (t telling, diff string, err error) {
	t.Report, err = s.report(ctx, st, l.Event, "")
	if err != nil {
		return t, "", err
	}
	t.Brief = brief.Of(t.Report, o)
	t.Remarks = unranked(t.Remarks)
	if l.From != 0 && l.From != l.To && !t.Report.Pruned {
		diff = diffPath(l.of.ID, l.From, l.To)
	}
	return t, diff, nil
}

// Target is where the headline leads: to the edit itself where there is one.
func (e entry) Target() string {
	if e.DiffPath != "" {
		return e.DiffPath
	}
	return e.ArticlePath
}

// Name returns the headline without marks, for those who hear the page.
func (e entry) Name() string { return cmp.Or(e.Subject, e.heading.Headline) }

// takeHeadline parts the lines that show the headline from the others.
func takeHeadline(lines []brief.Line) (headline, others []brief.Line) {
	for _, l := range lines {
		if l.Part == news.WhereHeadline && l.Label == "" {
			headline = append(headline, l)
		} else {
			others = append(others, l)
		}
	}
	return headline, others
}

// unranked leaves out the remarks that say what the rank beside them says.
func unranked(remarks []string) []string {
	return slices.DeleteFunc(remarks, func(r string) bool { return r == "minor" || r == "typography only" })
}

// kindsOf names the classes of an event's edit, but for those that say again
// what its rank or its brief say.
func kindsOf(e news.Event) []string {
	said := []news.Class{news.ClassHeadline, news.ClassStandfirst, news.ClassAddition, news.ClassRemoval, news.ClassMinor, news.ClassTypography}
	return kinds(slices.DeleteFunc(slices.Clone(e.Classes), func(c news.Class) bool { return slices.Contains(said, c) }))
}

// report puts an event together with its texts, which stand in st, as far as they
// may be shown. Its links start with base; pages need none.
func (s *site) report(ctx context.Context, st report.Store, e news.Event, base string) (news.Report, error) {
	rep, err := report.Of(ctx, st, []news.Event{e}, report.Links{Base: base})
	return s.shownReport(rep), err
}
