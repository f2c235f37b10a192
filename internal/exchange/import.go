package exchange

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

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
	ImportCopies(ctx context.Context, copies []news.Copy) error
}

// maxLine is the longest line that Import reads, in bytes. The largest version
// and its basis are well below.
const maxLine = 64 << 20

// Import adds the articles, versions and events of a file that Export wrote. An
// article is one that is here already if they share an address; versions are
// matched by their hashes. An article that is here with another history, or is
// watched and has fewer versions here, is left as it is. Of one that is new, or
// was imported before, what is missing is added. One that was deleted here stays
// so. Imported articles are visited only once a watch lists them.
//
// A file that is wrong somewhere, or breaks off, ends the import with an error
// that names the line; what stands before it was added. So it is when ctx ends.
func Import(ctx context.Context, t Target, r io.Reader, progress Progress) (Totals, error) {
	in := newImporter(t, progress)
	err := in.all(ctx, func() error { return in.lines(ctx, r) })
	return in.totals, err
}

// lines takes the lines of a file in.
func (in *importer) lines(ctx context.Context, r io.Reader) error {
	lines := bufio.NewReaderSize(r, 1<<20)
	for n := 1; ; n++ {
		line, err := readLine(lines)
		switch {
		case errors.Is(err, io.EOF) && len(line) == 0 && n == 1:
			return errors.New("there is nothing in the file")
		case errors.Is(err, io.EOF) && len(line) == 0 && in.ended:
			return nil
		case errors.Is(err, io.EOF) && len(line) == 0:
			return fmt.Errorf("line %d: %w", n, errBrokenOff)
		case err == nil || errors.Is(err, io.EOF):
			broken := err != nil
			if err = in.take(ctx, n, line); errors.Is(err, errForm) && broken {
				err = errBrokenOff
			}
		default:
			err = inWords(err)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
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

var (
	errForm      = errors.New("this is not a line of an export")
	errBrokenOff = errors.New("the file breaks off here: its last line would say that it is the end")
)

// take takes line n in.
func (in *importer) take(ctx context.Context, n int, line []byte) error {
	if n == 1 {
		return header(line)
	}
	var kind struct{ Type string }
	if json.Unmarshal(line, &kind) != nil || in.ended {
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
		if l.Text.Hash() != l.Hash {
			return fmt.Errorf("version %d does not have the text that its hash says; the file is damaged", l.Number)
		}
		return in.version(ctx, l, len(line))
	case "event":
		var l eventLine
		if json.Unmarshal(line, &l) != nil {
			return errForm
		}
		return in.event(ctx, l)
	case "end":
		in.ended = true
		return nil
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
