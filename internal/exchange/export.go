package exchange

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

// A Source is what is exported. Its methods are those of [store.Reader].
type Source interface {
	report.Store
	FindArticle(ctx context.Context, keys ...news.Key) (news.Article, error)
	Articles(ctx context.Context, q store.ArticleQuery) ([]news.Article, error)
	Versions(ctx context.Context, article news.ArticleID, from, to int) ([]news.Version, error)
	Events(ctx context.Context, q store.EventQuery) ([]news.Event, error)
	Counts(ctx context.Context) (store.Counts, error)
}

// How many records are read at once.
const (
	articlePage = 200
	versionPage = 20
	eventPage   = 64
)

// Totals count what was exported or imported.
type Totals struct {
	Articles int `json:"articles"`
	Versions int `json:"versions"`
	Events   int `json:"events"`
	// Here are the articles of a file that the store knew already, and Left
	// those of them that have another history here: nothing was added to these.
	Here int `json:"here,omitempty"`
	Left int `json:"left,omitempty"`
	// Deleted are articles of a file that were deleted here: they stay so.
	Deleted int `json:"deleted,omitempty"`
	// Skipped are versions of another program's history that nothing can be made
	// of: they lack an address, a time or a text.
	Skipped int `json:"skipped,omitempty"`
}

// A Progress hears now and then how far an export or import is: what is done,
// and what share of the whole that is, from 0 to 1, as well as it is known.
type Progress func(done Totals, share float64)

// Export writes a part of the record as JSON Lines. What is recorded meanwhile
// may be in it or not; each article's versions and all events in it fit
// together. progress may be nil.
func Export(ctx context.Context, s Source, part Part, w io.Writer, progress Progress) (Totals, error) {
	span, err := newSpan(ctx, s)
	if err != nil {
		return Totals{}, err
	}
	buffered := bufio.NewWriterSize(w, 64<<10)
	x := &exporter{s: s, part: part, span: span, out: json.NewEncoder(buffered), progress: progress}
	x.out.SetEscapeHTML(false)
	err = x.write(headerLine{"history", formVersion, news.Known(part.Since), news.Known(part.Until), part.Source})
	if err == nil {
		err = x.articles(ctx)
	}
	if err == nil {
		err = x.events(ctx)
	}
	if err == nil {
		err = x.write(endLine{"end", x.totals.Articles, x.totals.Versions, x.totals.Events})
	}
	if err == nil {
		err = buffered.Flush()
	}
	return x.totals, err
}

// A span is what an export goes through.
type span struct {
	through  news.Seq // the newest event
	articles int
}

func newSpan(ctx context.Context, s Source) (span, error) {
	counts, err := s.Counts(ctx)
	if err != nil {
		return span{}, err
	}
	events, err := s.Events(ctx, store.EventQuery{Max: 1, Withheld: true})
	if err != nil || len(events) == 0 {
		return span{0, counts.Articles}, err
	}
	return span{events[0].Seq, counts.Articles}, nil
}

// share returns how much of the work is done after so many articles and the
// event with the number.
func (s span) share(articles int, event news.Seq) float64 {
	return float64(articles+int(event)) / float64(max(1, s.articles+int(s.through)))
}

type exporter struct {
	s        Source
	part     Part
	span     span
	out      *json.Encoder
	totals   Totals
	progress Progress
}

func (x *exporter) write(line any) error {
	if err := x.out.Encode(line); err != nil {
		return fmt.Errorf("write the export: %w", err)
	}
	return nil
}

func (x *exporter) tick(articles int, event news.Seq) {
	if x.progress != nil {
		x.progress(x.totals, x.span.share(articles, event))
	}
}

func (x *exporter) articles(ctx context.Context) error {
	passed := 0
	for q := (store.ArticleQuery{Known: true, Max: articlePage}); ; {
		list, err := x.s.Articles(ctx, q)
		if err != nil {
			return err
		}
		for _, a := range list {
			wanted, err := x.wants(ctx, a)
			if err != nil {
				return err
			}
			if !wanted {
				continue
			}
			if err := x.article(ctx, a); err != nil {
				return err
			}
		}
		passed += len(list)
		x.tick(passed, 0)
		if len(list) < q.Max {
			return nil
		}
		q.After = list[len(list)-1].ID
	}
}

// wants reports whether the article is in the part.
func (x *exporter) wants(ctx context.Context, a news.Article) (bool, error) {
	switch {
	case !x.part.of(a):
		return false, nil
	case !x.part.timed() && a.Versions > 0:
		return true, nil
	}
	events, err := x.s.Events(ctx, store.EventQuery{
		Article: a.ID, Kinds: news.HistoryKinds, Since: x.part.Since, Until: x.part.Until, Before: x.span.through + 1, Max: 1,
	})
	return len(events) > 0, err
}

func (x *exporter) article(ctx context.Context, a news.Article) error {
	name, twin, err := nameOf(ctx, x.s, a)
	if err != nil {
		return err
	}
	err = x.write(articleLine{
		Type: "article", ID: name, Twin: twin, Reading: a.Reading, URL: a.URL, Source: a.Source, Headline: a.Headline,
		Language: a.Language, Kind: a.Kind, FirstSeen: a.FirstSeen.UTC(),
		Published: news.Known(a.Published), Removed: news.Known(a.Removed), Retired: news.Known(a.Retired),
	})
	if err != nil {
		return err
	}
	x.totals.Articles++
	for from := a.Pruned + 1; from <= a.Versions; from += versionPage {
		list, err := x.s.Versions(ctx, a.ID, from, min(from+versionPage-1, a.Versions))
		if errors.Is(err, store.ErrNotFound) {
			return nil // deleted since the list was read
		}
		if err != nil {
			return err
		}
		copies, err := x.s.Copies(ctx, a.ID, from, from+versionPage-1)
		if err != nil {
			return err
		}
		for _, v := range list {
			if !x.part.Until.IsZero() && !v.Seen.Before(x.part.Until) {
				return nil
			}
			if err := x.write(versionLine{"version", name, v.Number, v.Seen.UTC(), v.Hash, v.Extractor, whole(v.Text), v.Basis, news.CopyURL(copies, v.Number)}); err != nil {
				return err
			}
			x.totals.Versions++
		}
	}
	return nil
}

// whole returns the text with a list of paragraphs even where there are none.
func whole(t news.Text) news.Text {
	if t.Paragraphs == nil {
		t.Paragraphs = []string{}
	}
	return t
}

func (x *exporter) events(ctx context.Context) error {
	return eachEvent(ctx, x.s, x.part, x.span, func(lines []eventLine, last news.Seq) error {
		for _, l := range lines {
			if err := x.write(l); err != nil {
				return err
			}
		}
		x.totals.Events += len(lines)
		x.tick(x.span.articles, last)
		return nil
	})
}
