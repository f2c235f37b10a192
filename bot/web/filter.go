package web

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// A filter says which edits a reader wants to see. Its fields stand in the
// address of a page under the names class, min, source, since and until; the
// zero filter wants all.
type filter struct {
	Class  string            // a class of edits or a kind of events; see changeNames
	Least  news.Significance // the least an edit matters; None is any
	Source string
	// Since and Until are days, both included.
	Since, Until time.Time
}

// leastNames are the values of min, as watches have them.
var leastNames = []choice{{news.Minor.String(), "minor or major"}, {news.Major.String(), "major"}}

// changeNames are the values of class in lists of edits.
var changeNames = slices.Concat(classNames, kindNames)

// filterOf reads the filter from an address. What a form sends for a field that
// was left empty is no filter.
func filterOf(v url.Values) (filter, error) {
	f := filter{Class: v.Get("class"), Source: v.Get("source")}
	if f.Class != "" && !slices.ContainsFunc(changeNames, func(c choice) bool { return c.Value == f.Class }) {
		return f, badFilter("There is no class of edits called “" + brief.Cut(f.Class, 40) + "”.")
	}
	switch least := v.Get("min"); least {
	case "", "any":
	case news.Minor.String():
		f.Least = news.Minor
	case news.Major.String():
		f.Least = news.Major
	default:
		return f, badFilter("An edit matters at least as one that is minor or major.")
	}
	var err error
	if f.Since, err = dayIn(v, "since"); err != nil {
		return f, err
	}
	if f.Until, err = dayIn(v, "until"); err != nil {
		return f, err
	}
	if !f.Until.IsZero() && f.Until.Before(f.Since) {
		return f, badFilter("The last day is before the first.")
	}
	return f, nil
}

func badFilter(text string) error {
	return &refusal{Status: http.StatusBadRequest, Title: "This filter cannot be read", Text: text + " Go back and choose again."}
}

func dayIn(v url.Values, name string) (time.Time, error) {
	s := v.Get(name)
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, badFilter("Write a day like 2026-05-03.")
	}
	return t, nil
}

// values returns the filter as it stands in an address, together with other
// names and values.
func (f filter) values(others ...string) url.Values {
	v := make(url.Values)
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("class", f.Class)
	if f.Least != news.None {
		set("min", f.Least.String())
	}
	set("source", f.Source)
	set("since", dayValue(f.Since))
	set("until", dayValue(f.Until))
	for i := 0; i+1 < len(others); i += 2 {
		set(others[i], others[i+1])
	}
	return v
}

func dayValue(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// withQuery returns the address of a page with the query v.
func withQuery(path string, v url.Values) string {
	if q := v.Encode(); q != "" {
		return path + "?" + q
	}
	return path
}

// A chip is one part of a filter with the address of the page without it, or
// with it where it is only offered.
type chip struct{ Name, Path string }

// often are the classes that many ask for.
var often = []news.Class{news.ClassHeadline, news.ClassFact, news.ClassCorrection}

// A filterForm is what a page shows of its filter: the form to change it, and
// what it wants now.
type filterForm struct {
	Action string
	filter
	Classes, Ranks []choice
	Sources        []string // to choose from; nil: the page is of one source
	Chips          []chip
	Clear          string // address of the page without the filter
	Often          []chip // what many ask for, while nothing is filtered
}

// form returns the form for a page at path. The others stand in its addresses
// besides the filter.
func (f filter) form(path string, others ...string) filterForm {
	form := filterForm{Action: path, filter: f, Classes: changeNames, Ranks: leastNames,
		Clear: withQuery(path, filter{}.values(others...))}
	add := func(name string, without filter) {
		form.Chips = append(form.Chips, chip{name, withQuery(path, without.values(others...))})
	}
	if f == (filter{}) {
		for _, c := range often {
			form.Often = append(form.Often, chip{nameOf(classNames, string(c)), withQuery(path, filter{Class: string(c)}.values(others...))})
		}
	}
	rest := f
	if rest.Class = ""; f.Class != "" {
		add(nameOf(changeNames, f.Class), rest)
	}
	rest = f
	if rest.Least = news.None; f.Least != news.None {
		add(nameOf(leastNames, f.Least.String()), rest)
	}
	rest = f
	if rest.Source = ""; f.Source != "" {
		add(f.Source, rest)
	}
	rest = f
	if rest.Since = (time.Time{}); !f.Since.IsZero() {
		add("since "+brief.Date(f.Since, nil), rest)
	}
	rest = f
	if rest.Until = (time.Time{}); !f.Until.IsZero() {
		add("until "+brief.Date(f.Until, nil), rest)
	}
	return form
}

// A formKey is all that decides how a form looks.
type formKey struct {
	action  string
	filter  filter
	sources string
}

// layOutForm lays the form out.
func (s *site) layOutForm(form filterForm) (template.HTML, error) {
	f, err := recall(&s.kept, formKey{form.Action, form.filter, strings.Join(form.Sources, "\x00")}, func() (fragment, error) {
		html, err := s.layOut("home", "filter", form)
		return fragment{HTML: html}, err
	})
	return f.HTML, err
}

// SinceDay and UntilDay are what stands in the fields for days.
func (f filterForm) SinceDay() string { return dayValue(f.Since) }
func (f filterForm) UntilDay() string { return dayValue(f.Until) }

// end is the time before which an edit must be seen; zero where any will do.
func (f filter) end() time.Time {
	if f.Until.IsZero() {
		return f.Until
	}
	return f.Until.AddDate(0, 0, 1)
}

// query adds the filter to what is asked of the store.
func (f filter) query(q store.EventQuery) store.EventQuery {
	if f.Source != "" {
		q.Source = f.Source
	}
	if slices.ContainsFunc(kindNames, func(c choice) bool { return c.Value == f.Class }) {
		q.Kinds = []news.EventKind{news.EventKind(f.Class)}
	} else if f.Class != "" {
		q.Classes = []news.Class{news.Class(f.Class)}
	}
	q.Least, q.Since, q.Until = f.Least, f.Since, f.end()
	return q
}

// sourceChoices is how many sources a form offers to choose from. Where there
// are more, the page of a source is the way to its edits.
const sourceChoices = 100
