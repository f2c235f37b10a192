package exchange

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

const (
	// What is recorded at once: so many articles, or bytes of lines.
	batchArticles = 64
	batchBytes    = 4 << 20
	batchEvents   = 200
	// recorders is how many articles' versions are recorded at the same time:
	// the store commits together what arrives together.
	recorders = 64
)

// An importer takes in what files tell, whatever their form: articles, each
// followed by its versions, and behind them all the events.
type importer struct {
	t        Target
	totals   Totals
	ended    bool // the file said that it is at its end
	progress Progress
	share    func() float64 // of the file, taken in; may be nil

	articles []*incoming // not recorded yet, the last one perhaps not whole
	size     int         // of their lines, in bytes
	events   []eventLine
	left     map[string]bool // articles that nothing is added to
	// shift is how far the numbers of an article's versions stand above those
	// here, where the oldest were no longer kept when it was exported and its
	// first one is the first one here, too.
	shift map[string]int
	// twins are the twins that are here and were not imported, by their ids; nil
	// until a file has one.
	twins map[string]news.ArticleID
}

// An incoming article is one with versions that were read and not recorded yet.
type incoming struct {
	articleLine
	versions []versionLine
	id       news.ArticleID    // here; empty until it was sighted
	fresh    bool              // it was made by this import
	have     map[int]news.Hash // what was here, by number
	left     bool              // nothing is added to it
	deleted  bool              // because it was deleted here
}

func newImporter(t Target, progress Progress) *importer {
	return &importer{t: t, progress: progress, left: map[string]bool{}, shift: map[string]int{}}
}

// all has read take a file in, and records the rest. What stands before a fault
// is recorded as well as can be; the totals say what was.
func (in *importer) all(ctx context.Context, read func() error) error {
	err := read()
	return cmp.Or(err, in.flush(ctx))
}

func (in *importer) article(ctx context.Context, l articleLine, size int) error {
	switch {
	case l.ID == "" || l.URL == "" || l.FirstSeen.IsZero():
		return errors.New("an article needs an id, a url and first_seen")
	case !isAddress(l.URL):
		return errors.New("an article is at a web address; this one is not")
	case l.Reading != news.PageReading && l.Reading != news.FeedReading:
		return fmt.Errorf("an article is read from its page or a feed, not %.40q", l.Reading)
	}
	if len(in.articles) >= batchArticles || in.size >= batchBytes {
		if err := in.flushArticles(ctx); err != nil {
			return err
		}
	}
	in.articles = append(in.articles, &incoming{articleLine: l})
	in.size += size
	return nil
}

func (in *importer) version(ctx context.Context, l versionLine, size int) error {
	if len(in.articles) == 0 || in.articles[len(in.articles)-1].ID != l.Article {
		return errors.New("a version stands behind its article; this one does not")
	}
	if l.Archive != "" && !isAddress(l.Archive) {
		return fmt.Errorf("version %d is archived at no web address", l.Number)
	}
	a := in.articles[len(in.articles)-1]
	if n := len(a.versions); l.Number < 1 || n > 0 && l.Number != a.versions[n-1].Number+1 {
		return fmt.Errorf("version %d is not the next one", l.Number)
	}
	a.versions = append(a.versions, l)
	if in.size += size; in.size < batchBytes {
		return nil
	}
	if err := in.flushArticles(ctx); err != nil { // a long history goes in pieces
		return err
	}
	a.versions = a.versions[len(a.versions)-1:] // remembers where it stands
	in.articles = append(in.articles, a)
	return nil
}

// flush records what was read and not recorded yet.
func (in *importer) flush(ctx context.Context) error {
	if err := in.flushArticles(ctx); err != nil {
		return err
	}
	return in.flushEvents(ctx)
}

// flushArticles records the articles that were read. Those that are new get
// their IDs in the order of the file.
func (in *importer) flushArticles(ctx context.Context) error {
	if len(in.articles) == 0 {
		return nil
	}
	if err := in.sight(ctx); err != nil {
		return err
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(recorders)
	added := make([]int, len(in.articles))
	shifts := make([]int, len(in.articles))
	for i, a := range in.articles {
		shifts[i] = in.shift[a.ID]
		group.Go(func() (err error) {
			added[i], shifts[i], err = record(gctx, in.t, a, shifts[i])
			return err
		})
	}
	err := group.Wait()
	for i, a := range in.articles {
		in.totals.Versions += added[i]
		if shifts[i] != 0 {
			in.shift[a.ID] = shifts[i]
		}
		if a.left && !in.left[a.ID] {
			in.left[a.ID] = true
			if a.deleted {
				in.totals.Deleted++
			} else {
				in.totals.Left++
			}
		}
	}
	in.articles, in.size = nil, 0
	in.tick()
	return err
}

func (in *importer) tick() {
	if in.progress == nil {
		return
	}
	share := 0.0
	if in.share != nil {
		share = in.share()
	}
	in.progress(in.totals, share)
}

// sight finds or makes the articles here.
func (in *importer) sight(ctx context.Context) error {
	var fresh []*incoming
	var sightings []store.Sighting
	for _, a := range in.articles {
		if a.id != "" || a.deleted {
			continue
		}
		keys := []news.Key{importKey(a.ID)}
		if !a.Twin {
			keys = append(keys, news.AddressKey(a.Reading, a.URL))
		} else if err := in.findTwins(ctx); err != nil {
			return err
		} else if a.id = in.twins[a.ID]; a.id != "" {
			in.totals.Here++
			continue
		}
		fresh = append(fresh, a)
		sightings = append(sightings, store.Sighting{Keys: keys, Imported: true, Article: news.Article{
			Reading: a.Reading, URL: a.URL, Source: a.Source, Headline: a.Headline, Language: a.Language, Kind: a.Kind,
			FirstSeen: a.FirstSeen.UTC(), Published: given(a.Published), Removed: given(a.Removed), Retired: given(a.Retired),
			Polling: news.Polling{Host: news.Host(a.URL)},
		}})
	}
	if len(sightings) == 0 {
		return nil
	}
	seen, err := in.t.Sight(ctx, nil, sightings)
	if err != nil {
		return err
	}
	for i, a := range fresh {
		a.id, a.fresh, a.deleted = seen[i].Article.ID, seen[i].New, seen[i].Deleted
		switch {
		case a.deleted:
			a.left = true
		case a.fresh:
			in.totals.Articles++
		default:
			in.totals.Here++
		}
	}
	return nil
}
