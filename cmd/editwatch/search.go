package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/search"
	"github.com/editwatch/editwatch/internal/store"
)

// An index is the search index beside the store. It is opened when it is first
// needed: most commands do without.
type index struct {
	path  string
	store store.Store
	log   *slog.Logger
	tell  func(line string) // shows what a search waits for; nil: nobody looks

	mu      sync.Mutex
	opened  *search.Index
	running bool // it follows the store by itself
}

func newIndex(storePath string, s store.Store, log *slog.Logger) *index {
	return &index{path: indexPath(storePath), store: s, log: log}
}

func indexPath(storePath string) string { return strings.TrimSuffix(storePath, ".db") + ".search.db" }

// searcher returns the index for those who search; nil where there is none.
func (a *app) searcher() bot.Searcher {
	if a.index == nil {
		return nil
	}
	return a.index
}

func (x *index) open() (*search.Index, error) {
	if x.opened != nil {
		return x.opened, nil
	}
	opened, err := search.Open(x.path, x.store, search.Options{Logger: x.log})
	if err == nil {
		x.opened = opened
	}
	return opened, err
}

// ready returns the index as it stands: one that nobody runs is first brought up
// to the store.
func (x *index) ready(ctx context.Context) (*search.Index, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	opened, err := x.open()
	if err == nil && !x.running {
		if x.tell != nil {
			x.tell("Bringing the search index up to the record; the first time, and after an import, this takes a while.")
		}
		err = opened.CatchUp(ctx)
	}
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w: %w", search.ErrUnavailable, err)
	}
	return opened, err
}

// openAgain is the wait before an index that cannot be opened is tried again.
const openAgain = 30 * time.Second

// run follows the store until ctx ends. Nothing else depends on it: while an
// index cannot be opened, as on a full disk, searches say so.
func (x *index) run(ctx context.Context) error {
	x.mu.Lock()
	x.running = true
	x.mu.Unlock()
	for {
		x.mu.Lock()
		opened, err := x.open()
		x.mu.Unlock()
		if err == nil {
			return opened.Run(ctx)
		}
		x.log.Error("search does not work", "err", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(openAgain):
		}
	}
}

// Search implements [bot.Searcher].
func (x *index) Search(ctx context.Context, q search.Query) (search.Results, error) {
	opened, err := x.ready(ctx)
	if err != nil {
		return search.Results{}, err
	}
	return opened.Search(ctx, q)
}

// Remove implements [bot.Searcher].
func (x *index) Remove(ctx context.Context, article news.ArticleID) error {
	opened, err := x.ready(ctx)
	if err != nil {
		return err
	}
	return opened.Remove(ctx, article)
}

func (x *index) close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.opened == nil {
		return nil
	}
	return x.opened.Close()
}

type searchCmd struct {
	facts
	Words    []string     `arg:"" optional:"" help:"All must be there, now or before an edit. \"A phrase\" in quotes; a word that must not be there after --not; the last one may be unfinished."`
	Not      []string     `placeholder:"WORD" help:"Without this word."`
	Source   string       `help:"Only this publication's."`
	Since    whenFlag     `placeholder:"WHEN" help:"Only versions from then on: a day like 2026-03-01, a time, or a length of time like 30d before now."`
	Until    whenFlag     `placeholder:"WHEN" help:"Only versions before then."`
	Class    []news.Class `enum:"headline,correction,fact,standfirst,addition,removal,rewrite,reorder,minor,typography" placeholder:"CLASS" help:"Only edits of this class: headline, correction, fact, standfirst, addition, removal, rewrite, reorder, minor or typography."`
	Min      string       `enum:",any,minor,major" default:"" placeholder:"MIN" help:"Only edits that matter so much: any, minor, major."`
	Headline bool         `help:"The words stand in the headline."`
	Changed  bool         `help:"The words were struck or added."`
	Each     bool         `help:"Every version, rather than one of each article."`
	Best     bool         `help:"What matches best first, rather than the newest."`
	Max      int          `short:"n" default:"10" help:"How many, at most 100."`
	After    string       `placeholder:"PLACE" help:"Go on after a page, as its last line says."`
}

func (c *searchCmd) Run(e *env) error {
	if err := inOrder(c.Since, c.Until); err != nil {
		return err
	}
	q := search.Query{
		Source: c.Source, Since: time.Time(c.Since), Until: time.Time(c.Until), Classes: c.Class,
		Headline: c.Headline, Changed: c.Changed, Each: c.Each, Best: c.Best, Max: c.Max, After: c.After,
	}
	if c.Min != "" {
		least, err := news.ParseMin(c.Min)
		if err != nil {
			return usageError{err}
		}
		q.Least = least.Significance()
	}
	words := make([]string, 0, len(c.Words)+len(c.Not))
	for _, w := range c.Words {
		if strings.Contains(w, " ") && !strings.Contains(w, `"`) && len(c.Words) > 1 {
			w = `"` + w + `"` // the shell took the quotes
		}
		words = append(words, w)
	}
	for _, w := range c.Not {
		words = append([]string{"-" + w}, words...)
	}
	if q.Words = strings.Join(words, " "); q.Words == "" && q.Source == "" && len(q.Classes) == 0 && q.Least == 0 && q.Since.IsZero() {
		return usageError{errors.New("say what to search for: words, or --source, --class, --min or --since")}
	}
	if c.Max < 1 || c.Max > search.MaxHits {
		return usageError{fmt.Errorf("--max is 1 to %d", search.MaxHits)}
	}
	return e.ask(c.facts, bot.Command{Verb: bot.Search, Find: q})
}
