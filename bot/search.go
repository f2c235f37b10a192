package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/search"
)

// Searcher finds versions by their words. It is a [search.Index].
type Searcher interface {
	Search(ctx context.Context, q search.Query) (search.Results, error)
	Remove(ctx context.Context, article news.ArticleID) error
}

// search finds versions by their words. It looks through the whole record, and
// so it is the operator's: a chat may read only of what is watched there.
func (b *Bot) search(ctx context.Context, c Command, now time.Time) (Answer, error) {
	if err := operator(c); err != nil {
		return Answer{}, err
	}
	if b.o.Search == nil {
		return Answer{}, &news.Refusal{What: "Search is switched off here.", Do: "Take search = false out of the configuration."}
	}
	found, err := b.o.Search.Search(ctx, c.Find)
	if errors.Is(err, search.ErrCursor) {
		return Answer{}, &news.Refusal{What: "That place in the list cannot be found.", Do: "Start again from the first page."}
	}
	if err != nil {
		return Answer{}, err
	}
	a := Answer{}
	for _, h := range found.Hits {
		a.Briefs = append(a.Briefs, b.hitBrief(h, now))
		a.Facts = append(a.Facts, fact(h))
	}
	switch {
	case len(found.Hits) == 0 && strings.TrimSpace(c.Find.Words) == "":
		a.Lines = []string{"Nothing in the record is so."}
	case len(found.Hits) == 0:
		a.Lines = []string{fmt.Sprintf("Nothing in the record says %s.", quote(c.Find.Words))}
	case found.Next != "":
		a.Lines = []string{"There is more: --after " + found.Next}
	}
	if found.Rebuilding {
		a.Lines = append(a.Lines, "The search index is still being made; there may be more to find soon.")
	}
	return a, nil
}

// hitBrief shows a version that was found as announcements are shown.
func (b *Bot) hitBrief(h search.Hit, now time.Time) brief.Brief {
	what := fmt.Sprintf("version %d", h.To)
	if h.From > 0 {
		what = fmt.Sprintf("version %d to %d", h.From, h.To)
	}
	br := brief.Brief{
		Source: first(h.Source, news.Host(h.URL)), What: what, URL: h.URL, Subject: h.Headline,
		Lines: []brief.Line{{Part: news.WhereHeadline, Runs: hitRuns(h.Title)}},
		When:  []string{brief.Clock(h.At, now, time.UTC)},
	}
	if len(h.Snippet) > 0 {
		br.Lines = append(br.Lines, brief.Line{Runs: hitRuns(h.Snippet)})
	}
	if link := b.o.Links.History(h.Article); link != "" {
		br.Links = []brief.Link{{Label: "History", URL: link}}
	}
	return br
}

func hitRuns(runs []search.Run) (out []brief.Run) {
	marks := map[news.WordOp]brief.Mark{news.Del: brief.Del, news.Ins: brief.Ins}
	for _, r := range runs {
		out = append(out, brief.Run{Mark: marks[r.Op], Text: r.Text})
	}
	return out
}
