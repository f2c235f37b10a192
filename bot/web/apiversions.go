package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

// A versionBody is a version as the API shows it.
type versionBody struct {
	Article   news.ArticleID `json:"article"`
	Number    int            `json:"number"`
	Seen      time.Time      `json:"seen"`
	Hash      news.Hash      `json:"hash"`
	Extractor string         `json:"extractor"`
	Headline  string         `json:"headline"`
	Archive   string         `json:"archive"`        // where a public archive keeps it; empty until one does
	Text      *textBody      `json:"text,omitempty"` // left out of lists
	// Excerpt says that Text is what the edits on either side changed of it, so
	// that Hash cannot be made of it.
	Excerpt bool         `json:"excerpt,omitempty"`
	Links   versionLinks `json:"links"`
}

// A textBody is a text with all its fields, empty ones too.
type textBody struct {
	Headline   string   `json:"headline"`
	Standfirst string   `json:"standfirst"`
	Paragraphs []string `json:"paragraphs"`
}

type versionLinks struct {
	Self string `json:"self"`
	Page string `json:"page"` // for people
	Diff string `json:"diff"` // to the version before; empty for the baseline
}

func (s *site) versionBody(v news.Version, copies []news.Copy, base string) versionBody {
	b := versionBody{
		Article: v.Article, Number: v.Number, Seen: v.Seen.UTC(), Hash: v.Hash, Extractor: v.Extractor, Headline: v.Text.Headline,
		Archive: news.CopyURL(copies, v.Number),
		Links:   versionLinks{Self: base + apiRoot + versionPath(v.Article, v.Number), Page: base + versionPath(v.Article, v.Number)},
	}
	if v.Number > 1 {
		b.Links.Diff = base + apiRoot + diffPath(v.Article, v.Number-1, v.Number)
	}
	return b
}

// apiVersions lists an article's versions, oldest first.
func (s *site) apiVersions(w http.ResponseWriter, r *http.Request) error {
	q := ask(r, "cursor", "limit")
	limit, after := q.limit(), int(q.numberCursor())
	if q.err != nil {
		return q.err
	}
	a, err := s.find(r.Context(), r)
	if err != nil {
		return err
	}
	after = max(after, a.Pruned)
	last := min(after+limit, a.Versions)
	next := s.next(w, r, last < a.Versions, strconv.Itoa(last))
	copies, err := s.store.Copies(r.Context(), a.ID, after+1, last)
	if err != nil {
		return err
	}
	return s.sendJSON(w, r, s.tagOf(r, a.ID, a.Versions, a.Pruned, a.Hash, copies), func(ctx context.Context) (any, error) {
		body := struct {
			Versions []versionBody `json:"versions"`
			Next     string        `json:"next"`
		}{[]versionBody{}, next}
		if after >= last {
			return body, nil
		}
		list, err := s.store.Versions(ctx, a.ID, after+1, last)
		for _, v := range list {
			body.Versions = append(body.Versions, s.versionBody(v, copies, s.base(r)))
		}
		return body, err
	})
}

// apiVersion shows a version with its text.
func (s *site) apiVersion(w http.ResponseWriter, r *http.Request) error {
	if q := ask(r); q.err != nil {
		return q.err
	}
	a, err := s.find(r.Context(), r)
	if err != nil {
		return err
	}
	n := number(r.PathValue("n"))
	if err := hasVersion(a, n); err != nil {
		return err
	}
	copies, err := s.store.Copies(r.Context(), a.ID, n, n)
	if err != nil {
		return err
	}
	// Of an excerpt, the versions on either side decide.
	return s.sendJSON(w, r, s.tagOf(r, a.ID, a.Versions, a.Pruned, n, copies), func(ctx context.Context) (any, error) {
		v, err := s.store.Version(ctx, a.ID, n)
		if err != nil {
			return nil, noVersion(err)
		}
		b := s.versionBody(v, copies, s.base(r))
		text, err := s.shownText(ctx, a, v)
		if err != nil {
			return nil, err
		}
		b.Excerpt = s.excerpt
		b.Text = &textBody{text.Headline, text.Standfirst, append([]string{}, text.Paragraphs...)}
		return b, nil
	})
}

// A diffBody is the edit between any two versions.
type diffBody struct {
	Article        news.ReportArticle `json:"article"`
	From           news.ReportEnd     `json:"from"`
	To             news.ReportEnd     `json:"to"`
	ChangedBetween *[2]time.Time      `json:"changed_between"`
	Edit           news.Edit          `json:"edit"`
	Links          diffLinks          `json:"links"`
}

type diffLinks struct {
	Page string `json:"page"` // for people
}

// apiDiff compares two versions, the older of which is named first.
func (s *site) apiDiff(w http.ResponseWriter, r *http.Request) error {
	if q := ask(r); q.err != nil {
		return q.err
	}
	a, err := s.find(r.Context(), r)
	if err != nil {
		return err
	}
	from, to, err := ends(r, a)
	if err != nil {
		return err
	}
	if from >= to {
		return &refusal{Status: http.StatusBadRequest, Title: "An edit leads from an older version to a newer one",
			Text: "Name the lower number first."}
	}
	copies, err := s.store.Copies(r.Context(), a.ID, from, to)
	if err != nil {
		return err
	}
	return s.sendJSON(w, r, s.tagOf(r, a.ID, a.URL, a.Headline, a.Source, from, to, copies), func(ctx context.Context) (any, error) {
		old, err := s.store.Version(ctx, a.ID, from)
		if err != nil {
			return nil, noVersion(err)
		}
		next, err := s.store.Version(ctx, a.ID, to)
		if err != nil {
			return nil, noVersion(err)
		}
		b := diffBody{
			Article: news.ReportArticle{ID: a.ID, URL: a.URL, Headline: a.Headline, Source: a.Source},
			From:    report.End(old, copies), To: report.End(next, copies),
			Edit:  s.shownEdit(edit.Compare(next.Before(old), next.Text)),
			Links: diffLinks{s.base(r) + diffPath(a.ID, from, to)},
		}
		b.ChangedBetween, err = s.changedBetween(ctx, a.ID, from, to)
		return b, err
	})
}

// reports makes the reports of events. What was deleted leaves the rest of a
// report.
func (s *site) reports(ctx context.Context, events []news.Event, base string) ([]news.Report, error) {
	out := make([]news.Report, 0, len(events))
	for _, e := range events {
		rep, err := s.report(ctx, s.store, e, base)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		out = append(out, rep)
	}
	return out, nil
}
