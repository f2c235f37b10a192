package exchange

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// A Target is what is imported into. Its methods are those of [store.Store].
type Target interface {
	Article(ctx context.Context, id news.ArticleID) (news.Article, error)
	FindArticle(ctx context.Context, keys ...news.Key) (news.Article, error)
	Articles(ctx context.Context, q store.ArticleQuery) ([]news.Article, error)
	Versions(ctx context.Context, article news.ArticleID, from, to int) ([]news.Version, error)
	Events(ctx context.Context, q store.EventQuery) ([]news.Event, error)
	Sight(ctx context.Context, feed *news.Feed, sightings []store.Sighting) ([]store.Sighted, error)
	Record(ctx context.Context, r store.Record) (store.Recorded, error)
	RecordImported(ctx context.Context, events []news.Event) error
}

const (
	// maxLine is the longest line that Import reads, in bytes. The largest
	// version and its basis are well below.
	maxLine = 64 << 20
	// What is recorded at once: so many articles, or bytes of lines.
	batchArticles = 64
	batchBytes    = 4 << 20
	batchEvents   = 200
	// recorders is how many articles' versions are recorded at the same time:
	// the store commits together what arrives together.
	recorders = 16
)

// Import adds the articles, versions and events of a file that Export wrote. An
// article is one that is here already if they share an address; versions are
// matched by their hashes. An article that is here with another history, or is
// watched and has fewer versions here, is left as it is. Of one that is new, or
// was imported before, what is missing is added. Imported articles are visited
// only once a watch lists them.
//
// A file that is wrong somewhere ends the import with an error that names the
// line; what stands before it was added. progress, if not nil, is called now and
// then.
func Import(ctx context.Context, t Target, r io.Reader, progress func(Totals)) (Totals, error) {
	in := &importer{t: t, progress: progress, left: map[string]bool{}, shift: map[string]int{}}
	lines := bufio.NewReaderSize(r, 1<<20)
	for in.line = 1; ; in.line++ {
		line, err := readLine(lines)
		if errors.Is(err, io.EOF) && len(line) == 0 {
			break
		}
		if err == nil || errors.Is(err, io.EOF) {
			err = in.take(ctx, line)
		}
		if err != nil {
			return in.totals, fmt.Errorf("line %d: %w", in.line, err)
		}
	}
	if in.line == 1 {
		return in.totals, errors.New("there is nothing in the file")
	}
	err := in.flushArticles(ctx)
	if err == nil {
		err = in.flushEvents(ctx)
	}
	return in.totals, err
}

// readLine returns a line without its end. The last one comes with io.EOF if
// nothing ends it.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		b, err := r.ReadSlice('\n')
		if len(line)+len(b) > maxLine {
			return nil, fmt.Errorf("longer than %d MB, which no line of an export is", maxLine>>20)
		}
		switch {
		case err == nil && line == nil:
			return b[:len(b)-1], nil // valid until the next read
		case errors.Is(err, bufio.ErrBufferFull):
			line = append(line, b...)
		case err == nil:
			line = append(line, b...)
			return line[:len(line)-1], nil
		default:
			return append(line, b...), err
		}
	}
}

// An importer takes a file in, line by line.
type importer struct {
	t        Target
	line     int
	totals   Totals
	progress func(Totals)

	articles []*incoming // not recorded yet, the last one perhaps not whole
	size     int         // of their lines, in bytes
	events   []eventLine
	left     map[string]bool // articles that nothing is added to
	// shift is how far the numbers of an article's versions stand above those
	// here, where the oldest were no longer kept when it was exported.
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
	left     bool
}

var errForm = errors.New("this is not a line of an export")

func (in *importer) take(ctx context.Context, line []byte) error {
	if in.line == 1 {
		return header(line)
	}
	var kind struct{ Type string }
	if json.Unmarshal(line, &kind) != nil {
		return errForm
	}
	switch kind.Type {
	case "article":
		var l articleLine
		if json.Unmarshal(line, &l) != nil || len(in.events) > 0 {
			return errForm
		}
		return in.article(ctx, l, len(line))
	case "version":
		var l versionLine
		if json.Unmarshal(line, &l) != nil {
			return errForm
		}
		return in.version(ctx, l, len(line))
	case "event":
		var l eventLine
		if json.Unmarshal(line, &l) != nil {
			return errForm
		}
		return in.event(ctx, l)
	}
	return errForm
}

func header(line []byte) error {
	var h headerLine
	if err := json.Unmarshal(line, &h); err != nil || h.Editwatch != "history" {
		return errors.New("this is not an export of editwatch: its first line would say so")
	}
	if h.Version > formVersion {
		return errors.New("a newer editwatch wrote this file; import it with that one")
	}
	return nil
}

func (in *importer) article(ctx context.Context, l articleLine, size int) error {
	switch {
	case l.ID == "" || l.URL == "" || l.FirstSeen.IsZero():
		return errors.New("an article needs an id, a url and first_seen")
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
	if l.Text.Hash() != l.Hash {
		return fmt.Errorf("version %d does not have the text that its hash says; the file is damaged", l.Number)
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

// importKey is the key by which an imported article is known.
func importKey(id string) news.Key { return news.Key("import " + id) }

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
	if err := group.Wait(); err != nil {
		return err
	}
	for i, a := range in.articles {
		in.totals.Versions += added[i]
		if shifts[i] != 0 {
			in.shift[a.ID] = shifts[i]
		}
		if a.left && !in.left[a.ID] {
			in.left[a.ID] = true
			in.totals.Left++
		}
	}
	in.articles, in.size = nil, 0
	if in.progress != nil {
		in.progress(in.totals)
	}
	return nil
}

// sight finds or makes the articles here.
func (in *importer) sight(ctx context.Context) error {
	var fresh []*incoming
	var sightings []store.Sighting
	for _, a := range in.articles {
		if a.id != "" {
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
		sightings = append(sightings, store.Sighting{Keys: keys, Article: news.Article{
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
		a.id, a.fresh = seen[i].Article.ID, seen[i].New
		if a.fresh {
			in.totals.Articles++
		} else {
			in.totals.Here++
		}
	}
	return nil
}

// findTwins reads all articles for those whose address is another's. There are
// few, and nothing but their names tells them apart.
func (in *importer) findTwins(ctx context.Context) error {
	if in.twins != nil {
		return nil
	}
	in.twins = make(map[string]news.ArticleID)
	for q := (store.ArticleQuery{Known: true, Withheld: true, Max: articlePage}); ; {
		list, err := in.t.Articles(ctx, q)
		if err != nil {
			return err
		}
		for _, a := range list {
			if name, twin, err := nameOf(ctx, in.t, a); err != nil {
				return err
			} else if twin {
				in.twins[name] = a.ID
			}
		}
		if len(list) < q.Max {
			return nil
		}
		q.After = list[len(list)-1].ID
	}
}

// find returns the article here that a file calls by id.
func (in *importer) find(ctx context.Context, id string) (news.Article, error) {
	if twin := in.twins[id]; twin != "" {
		return in.t.Article(ctx, twin)
	}
	return in.t.FindArticle(ctx, importKey(id))
}

// record adds the versions of an article that are missing here. It returns how
// many it added, and how far their numbers stand above those here.
func record(ctx context.Context, t Target, in *incoming, shift int) (added, _ int, err error) {
	if in.left || len(in.versions) == 0 {
		return 0, shift, nil
	}
	a, err := t.Article(ctx, in.id)
	if err != nil {
		return 0, shift, err
	}
	if in.have == nil {
		in.have = make(map[int]news.Hash)
		here, err := t.Versions(ctx, in.id, 1, 0)
		if err != nil {
			return 0, shift, err
		}
		for _, v := range here {
			in.have[v.Number] = v.Hash
		}
		if first := in.versions[0]; first.Number > 1 && (a.Versions == 0 || in.have[1] == first.Hash) {
			shift = first.Number - 1
		}
	}
	for _, v := range in.versions {
		n := v.Number - shift
		hash, known := in.have[n]
		switch {
		case known && hash == v.Hash, n <= a.Pruned:
			continue
		case known, n != a.Versions+1, !in.fresh && !a.Polling.Next.IsZero():
			in.left = true
			return added, shift, nil
		}
		a.Versions, a.Hash, a.Extractor = n, v.Hash, v.Extractor
		_, err := t.Record(ctx, store.Record{Article: a, Version: &news.Version{
			Article: in.id, Number: n, Seen: v.Seen.UTC(), Hash: v.Hash, Extractor: v.Extractor, Text: v.Text, Basis: v.Basis,
		}})
		if errors.Is(err, store.ErrConflict) { // it is being read this very moment
			in.left = true
			return added, shift, nil
		}
		if err != nil {
			return added, shift, fmt.Errorf("record version %d of %s: %w", n, in.URL, err)
		}
		in.have[n] = v.Hash
		added++
	}
	return added, shift, nil
}
