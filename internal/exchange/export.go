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
}

// How many records are read at once.
const (
	articlePage = 200
	versionPage = 20
	eventPage   = 200
)

// Totals count what was exported or imported.
type Totals struct {
	Articles, Versions, Events int
	// Here are the articles of a file that the store knew already, and Left
	// those of them that have another history here: nothing was added to these.
	Here, Left int
}

// Export writes a part of the record as JSON Lines. What is recorded meanwhile
// may be in it or not; each article's versions and all events in it fit
// together. progress, if not nil, is called now and then.
func Export(ctx context.Context, s Source, part Part, w io.Writer, progress func(Totals)) (Totals, error) {
	through, err := newest(ctx, s)
	if err != nil {
		return Totals{}, err
	}
	buffered := bufio.NewWriterSize(w, 64<<10)
	x := &exporter{s: s, part: part, through: through, out: json.NewEncoder(buffered), progress: progress}
	x.out.SetEscapeHTML(false)
	err = x.write(headerLine{"history", formVersion, news.Known(part.Since), news.Known(part.Until), part.Source})
	if err == nil {
		err = x.articles(ctx)
	}
	if err == nil {
		err = x.events(ctx)
	}
	if err == nil {
		err = buffered.Flush()
	}
	return x.totals, err
}

// newest returns the number of the newest event, 0 when there is none.
func newest(ctx context.Context, s Source) (news.Seq, error) {
	events, err := s.Events(ctx, store.EventQuery{Max: 1, Withheld: true})
	if err != nil || len(events) == 0 {
		return 0, err
	}
	return events[0].Seq, nil
}

type exporter struct {
	s        Source
	part     Part
	through  news.Seq // the newest event of the export
	out      *json.Encoder
	totals   Totals
	progress func(Totals)
}

func (x *exporter) write(line any) error {
	if err := x.out.Encode(line); err != nil {
		return fmt.Errorf("write the export: %w", err)
	}
	return nil
}

func (x *exporter) tick() {
	if x.progress != nil {
		x.progress(x.totals)
	}
}

func (x *exporter) articles(ctx context.Context) error {
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
		x.tick()
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
		Article: a.ID, Since: x.part.Since, Until: x.part.Until, Before: x.through + 1, Max: 1,
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
		for _, v := range list {
			if !x.part.Until.IsZero() && !v.Seen.Before(x.part.Until) {
				return nil
			}
			if err := x.write(versionLine{"version", name, v.Number, v.Seen.UTC(), v.Hash, v.Extractor, whole(v.Text), v.Basis}); err != nil {
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

// A finder finds articles by their keys.
type finder interface {
	FindArticle(ctx context.Context, keys ...news.Key) (news.Article, error)
}

// nameOf returns the article's id in files, and whether it is a twin: its
// address is another article's, here or where it was imported from.
func nameOf(ctx context.Context, s finder, a news.Article) (name string, twin bool, err error) {
	holder, err := s.FindArticle(ctx, news.AddressKey(a.Reading, a.URL), importKey(articleName(a, true)))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", false, err
	}
	switch {
	case err != nil:
	case holder.ID != a.ID:
		twin = true
	default: // by which of the two keys?
		_, err := s.FindArticle(ctx, news.AddressKey(a.Reading, a.URL))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", false, err
		}
		twin = err != nil
	}
	return articleName(a, twin), twin, nil
}

func (x *exporter) events(ctx context.Context) error {
	return eachEvent(ctx, x.s, x.part, x.through, func(events []news.Event) error {
		for _, e := range events {
			line, err := eventOf(ctx, x.s, e)
			if errors.Is(err, store.ErrNotFound) {
				continue // deleted since the list was read
			}
			if err == nil {
				err = x.write(line)
			}
			if err != nil {
				return err
			}
			x.totals.Events++
		}
		x.tick()
		return nil
	})
}

// eachEvent gives the events of articles in a part to fn, oldest first, some at
// a time.
func eachEvent(ctx context.Context, s Source, part Part, through news.Seq, fn func([]news.Event) error) error {
	// An event's source in the store is what it was called at the time.
	q := store.EventQuery{Since: part.Since, Until: part.Until, Oldest: true, Before: through + 1, Max: eventPage}
	for {
		events, err := s.Events(ctx, q)
		if err != nil {
			return err
		}
		of := make([]news.Event, 0, len(events))
		for _, e := range events {
			wanted, err := part.wants(ctx, s, e)
			if err != nil {
				return err
			}
			if wanted {
				of = append(of, e)
			}
		}
		if err := fn(of); err != nil {
			return err
		}
		if len(events) < q.Max {
			return nil
		}
		q.After = events[len(events)-1].Seq
	}
}

// wants reports whether an event of the time is in the part.
func (p Part) wants(ctx context.Context, s Source, e news.Event) (bool, error) {
	if e.Article == "" || p.Source == "" {
		return e.Article != "", nil
	}
	a, err := s.Article(ctx, e.Article)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil && p.of(a), err
}

// eventOf makes the line of an event.
func eventOf(ctx context.Context, s Source, e news.Event) (eventLine, error) {
	a, err := s.Article(ctx, e.Article)
	if err != nil {
		return eventLine{}, err
	}
	name, _, err := nameOf(ctx, s, a)
	if err != nil {
		return eventLine{}, err
	}
	rep, err := report.Of(ctx, s, []news.Event{e}, report.Links{})
	if err != nil && !errors.Is(err, store.ErrNotFound) { // a version that was pruned leaves the rest
		return eventLine{}, err
	}
	classes := e.Classes
	if classes == nil {
		classes = []news.Class{}
	}
	return eventLine{
		Type:    "event",
		Article: eventArticle{name, rep.Article.URL, rep.Article.Headline, rep.Article.Source},
		Kind:    e.Kind, At: e.At.UTC(), From: rep.From, To: rep.To, ChangedBetween: rep.ChangedBetween,
		Significance: e.Significance, Classes: classes, Noted: e.Noted, Live: e.Live,
		RevertedTo: e.RevertedTo, RedirectedTo: e.RedirectedTo, Detail: e.Detail, Edit: rep.Edit,
	}, nil
}
