package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

type diffPage struct {
	heading
	From, To       versionEnd
	Rank           string
	What           string
	Remarks        []string
	Later          string // "about 4 hours later"
	Between        string // "changed between 10:02 and 10:12 UTC"
	Previous, Next string
	Same           bool
	Blocks         []block
	Classes        []string
	Layout         layout
	InlinePath     string // this page in each layout
	SidesPath      string
}

// A layout says how two versions are laid out.
type layout string

const (
	auto   layout = "auto"   // as the width of the reader's window suggests
	inline layout = "inline" // one text, with what was there before what is there now
	sides  layout = "sides"  // one beside the other
)

// layoutOf returns the layout that the reader has chosen, and the query that
// keeps it.
func layoutOf(r *http.Request) (l layout, query string) {
	switch l := layout(r.URL.Query().Get("view")); l {
	case inline, sides:
		return l, "?view=" + string(l)
	}
	return auto, ""
}

// Ends returns both versions, older first.
func (d diffPage) Ends() []versionEnd { return []versionEnd{d.From, d.To} }

// A versionEnd is what proves one version.
type versionEnd struct {
	Number    int
	Path      string
	Seen      time.Time
	Hash      news.Hash
	Extractor string
	Archive   string // where a public archive keeps the version; empty without a copy
	NoArchive string // how that stands, where a copy was wanted and there is none
}

// rowOf is a row with what its template needs of the page.
type rowOf struct {
	Row      row
	Lang     string
	From, To int // the versions' numbers
	Layout   layout
}

// A passage is marked text in the article's language.
type passage struct {
	Lang  string
	Words []news.Word
}

// diff shows any two versions, side by side or in one text.
func (s *site) diff(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := s.find(ctx, r)
	if err != nil {
		return err
	}
	from, to, err := ends(r, a)
	if err != nil {
		return err
	}
	switch {
	case from == to:
		return s.redirect(w, r, versionPath(a.ID, to))
	case from > to:
		_, view := layoutOf(r)
		return s.redirect(w, r, diffPath(a.ID, to, from)+view)
	}
	copies, err := s.store.Copies(ctx, a.ID, from, to)
	if err != nil {
		return err
	}
	a.Polling, a.Hold = news.Polling{}, nil // the page does not show them
	return s.sendPage(w, r, "diff", s.tagOf(r, a, copies), func() (view, error) {
		st, err := s.read(ctx, &a, news.Event{From: from, To: to})
		if err != nil {
			return view{}, noVersion(err)
		}
		rep, err := s.edited(ctx, st, a.ID, from, to)
		if err != nil {
			return view{}, err
		}
		page, err := s.diffPage(ctx, st, a, rep, copies)
		if err != nil {
			return view{}, err
		}
		page.layOut(r)
		title := "Version " + strconv.Itoa(from) + " to version " + strconv.Itoa(to) + " of “" + page.Headline + "”"
		return view{Title: title, Section: "articles", Feeds: articleFeeds(page.heading), Preview: s.previewOf(r, a, from, to, captionOf(s.shownReport(rep))), Body: page}, nil
	})
}

// edited reports the edit between two versions, which stand in st, with its texts
// whole.
func (s *site) edited(ctx context.Context, st report.Store, id news.ArticleID, from, to int) (news.Report, error) {
	rep, err := report.Of(ctx, st, []news.Event{{Kind: news.Edited, Article: id, From: from, To: to}}, report.Links{})
	if err == nil && rep.Edit == nil {
		err = errPruned // since the article was read
	}
	return rep, noVersion(err)
}

func (s *site) diffPage(ctx context.Context, st report.Store, a news.Article, rep news.Report, copies []news.Copy) (diffPage, error) {
	page := diffPage{heading: headingOf(a)}
	from, to := rep.From.Version, rep.To.Version
	old, err := st.Version(ctx, a.ID, from)
	if err != nil {
		return page, noVersion(err)
	}
	new, err := st.Version(ctx, a.ID, to)
	if err != nil {
		return page, noVersion(err)
	}
	page.From, page.To = endOf(old, copies), endOf(new, copies)
	if rep.ChangedBetween, err = s.changedBetween(ctx, a.ID, from, to); err != nil {
		return page, err
	}
	b := brief.Of(rep, brief.Options{})
	page.What, page.Remarks = b.What, b.Remarks
	if n := len(b.When); n > 0 && rep.ChangedBetween != nil {
		page.Between = b.When[n-1]
	}
	page.Later = brief.Later(new.Seen.Sub(old.Seen))
	before, after, e := rep.Old, rep.New, *rep.Edit
	page.Rank = e.Significance.String()
	page.Same = len(e.Parts) == 0
	page.Classes = kinds(e.Classes)
	if s.excerpt {
		before, after, e = edit.ExcerptTexts(before, after, e)
	}
	page.Blocks = fold(alignRows(before, after, e))
	if from-1 > a.Pruned {
		page.Previous = diffPath(a.ID, from-1, from)
	}
	if to < a.Versions {
		page.Next = diffPath(a.ID, to, to+1)
	}
	return page, nil
}

// layOut gives the page the layout that r asks for, and has the links to its
// neighbours keep it.
func (d *diffPage) layOut(r *http.Request) {
	var query string
	d.Layout, query = layoutOf(r)
	here := diffPath(news.ArticleID(r.PathValue("id")), d.From.Number, d.To.Number)
	d.InlinePath, d.SidesPath = here+"?view="+string(inline), here+"?view="+string(sides)
	if d.Previous != "" {
		d.Previous += query
	}
	if d.Next != "" {
		d.Next += query
	}
}

func endOf(v news.Version, copies []news.Copy) versionEnd {
	end := versionEnd{
		Number: v.Number, Path: versionPath(v.Article, v.Number), Seen: v.Seen, Hash: v.Hash, Extractor: v.Extractor,
		Archive: news.CopyURL(copies, v.Number),
	}
	for _, c := range copies {
		if c.Version == v.Number && end.Archive == "" {
			end.NoArchive = brief.Copy(c)
		}
	}
	return end
}

// lookBack bounds how many events of the article are read to find when two
// versions came to be. Beyond it the page does not say when.
const lookBack = 500

// changedBetween returns the last poll that saw version from as it was and the
// first that saw version to, or nil if no event says so.
func (s *site) changedBetween(ctx context.Context, id news.ArticleID, from, to int) (*[2]time.Time, error) {
	events, err := s.store.Events(ctx, store.EventQuery{Article: id, Kinds: news.HistoryKinds, Max: lookBack})
	if err != nil {
		return nil, err
	}
	var span [2]time.Time
	for _, e := range events {
		if e.From == e.To {
			continue
		}
		if e.To == to {
			span[1] = e.ChangedBefore
		}
		if e.From == from {
			span[0] = e.ChangedAfter
		}
	}
	if span[0].IsZero() || span[1].IsZero() {
		return nil, nil
	}
	return &span, nil
}

// chooseDiff leads from the form that asks for two versions to their page.
func (s *site) chooseDiff(w http.ResponseWriter, r *http.Request) error {
	a, err := s.find(r.Context(), r)
	if err != nil {
		return err
	}
	from, to := number(r.FormValue("from")), number(r.FormValue("to"))
	if err := cmp.Or(hasVersion(a, from), hasVersion(a, to)); err != nil {
		return err
	}
	_, view := layoutOf(r)
	return s.redirect(w, r, diffPath(a.ID, from, to)+view)
}

type wholeText struct {
	heading
	versionEnd
	Text           news.Text
	Excerpt        bool // Text is what changed of it
	Previous, Next string
	Change         string // the edit that led to the version
}

// versionPage shows the whole text of one version.
func (s *site) versionPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := s.find(ctx, r)
	if err != nil {
		return err
	}
	n := number(r.PathValue("n"))
	if err := hasVersion(a, n); err != nil {
		return err
	}
	copies, err := s.store.Copies(ctx, a.ID, n, n)
	if err != nil {
		return err
	}
	a.Polling, a.Hold = news.Polling{}, nil
	return s.sendPage(w, r, "version", s.tagOf(r, a, copies), func() (view, error) {
		v, err := s.store.Version(ctx, a.ID, n)
		if err != nil {
			return view{}, noVersion(err)
		}
		page := wholeText{heading: headingOf(a), versionEnd: endOf(v, copies), Excerpt: s.excerpt}
		if page.Text, err = s.shownText(ctx, a, v); err != nil {
			return view{}, err
		}
		if page.Text.Headline == "" {
			page.Text.Headline = page.Headline
		}
		if n-1 > a.Pruned {
			page.Previous, page.Change = versionPath(a.ID, n-1), diffPath(a.ID, n-1, n)
		}
		if n < a.Versions {
			page.Next = versionPath(a.ID, n+1)
		}
		title := "Version " + strconv.Itoa(n) + " of “" + page.Headline + "”"
		return view{Title: title, Section: "articles", Feeds: articleFeeds(page.heading), Body: page}, nil
	})
}

// ends returns the numbers of the versions that the request's path names.
func ends(r *http.Request, a news.Article) (from, to int, err error) {
	from, to = number(r.PathValue("from")), number(r.PathValue("to"))
	return from, to, cmp.Or(hasVersion(a, from), hasVersion(a, to))
}

// hasVersion returns nil if the article's version n is kept, or the refusal that
// says why not.
func hasVersion(a news.Article, n int) error {
	switch {
	case n < 1 || n > a.Versions:
		return errNoVersion
	case n <= a.Pruned:
		return errPruned
	}
	return nil
}

// number reads a version's number; 0 when it is none.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || strconv.Itoa(n) != s {
		return 0
	}
	return n
}

func noVersion(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return errNoVersion
	}
	return err
}
