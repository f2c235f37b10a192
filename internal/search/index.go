package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	_ "modernc.org/sqlite" // FTS5

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// layout numbers what the index's file looks like, and what the words in it
// are. A file of another layout is made anew.
const layout = 4

// Store is what an index reads. Its methods are those of [store.Store].
type Store interface {
	Recorded(ctx context.Context, after uint64, max int) ([]store.VersionAt, error)
	Versions(ctx context.Context, article news.ArticleID, from, to int) ([]news.Version, error)
	Events(ctx context.Context, q store.EventQuery) ([]news.Event, error)
	Event(ctx context.Context, seq news.Seq) (news.Event, error)
	Article(ctx context.Context, id news.ArticleID) (news.Article, error)
	Counts(ctx context.Context) (store.Counts, error)
	Signal() (changed <-chan struct{}, stop func())
}

// An Index answers queries. Its methods are safe for concurrent use.
type Index struct {
	path  string
	store Store
	log   *slog.Logger

	mu    sync.RWMutex // held for writing while the file is replaced
	write *sql.DB      // one connection, which takes versions in
	read  *sql.DB      // those that answer

	rebuilding atomic.Bool
	behind     atomic.Bool   // the last CatchUp failed
	damaged    chan struct{} // a query met damage; has room for one
	compared   bool          // with the store, since it was opened; CatchUp's
	vain       int           // how many more versions the index has than the store, of which none is gone; CatchUp's
}

// Options configure an index.
type Options struct {
	Logger *slog.Logger // nil is silence
}

// Open opens the index in the file, beside which SQLite puts others of the same
// name and an ending. One that is missing, damaged or of another layout is made
// anew, which is not an error; [Index.Run] fills it.
func Open(path string, st Store, o Options) (*Index, error) {
	x := newIndex(path, st, o)
	if err := x.open(); err != nil {
		_, missing := os.Stat(path)
		if !errors.Is(missing, fs.ErrNotExist) {
			x.log.Warn("the search index cannot be used and is made anew", "index", path, "err", err)
		}
		if err := x.renew(); err != nil {
			return nil, fmt.Errorf("make the search index %s: %w", path, err)
		}
	}
	return x, nil
}

func newIndex(path string, st Store, o Options) *Index {
	x := &Index{path: path, store: st, log: o.Logger, damaged: make(chan struct{}, 1)}
	if x.log == nil {
		x.log = slog.New(slog.DiscardHandler)
	}
	return x
}

// Close closes the index. What was taken in is kept.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.closeFile()
}

func (x *Index) closeFile() error {
	if x.write == nil {
		return nil
	}
	err := errors.Join(x.read.Close(), x.write.Close())
	x.read, x.write = nil, nil
	return err
}

// How the file is opened. A crash of the machine may cost the newest commits,
// which are then made again.
var pragmas = []string{"journal_mode(WAL)", "synchronous(NORMAL)", "busy_timeout(5000)", "cache_size(-8000)", "journal_size_limit(8000000)"}

func (x *Index) connect(extra ...string) (*sql.DB, error) {
	v := url.Values{"_pragma": append(extra, pragmas...)}
	return sql.Open("sqlite", "file:"+(&url.URL{Path: x.path}).EscapedPath()+"?"+v.Encode())
}

// readers is how many queries are answered at once; others wait.
const readers = 4

// open opens an existing file of this layout.
func (x *Index) open() (err error) {
	if _, err := os.Stat(x.path); err != nil {
		return err
	}
	if err := x.openFile(); err != nil {
		return errors.Join(err, x.closeFile())
	}
	var found int
	err = x.write.QueryRow(`SELECT layout FROM state`).Scan(&found)
	if err == nil && found != layout {
		err = fmt.Errorf("it has layout %d, and this editwatch makes %d", found, layout)
	}
	if err == nil {
		// A look into the index itself, which damage elsewhere does not show.
		err = x.write.QueryRow(`SELECT count(*) FROM (SELECT rowid FROM words WHERE words MATCH 'tag:"all"' ORDER BY rowid DESC LIMIT 1)`).Scan(&found)
	}
	if err != nil {
		return errors.Join(err, x.closeFile())
	}
	return nil
}

func (x *Index) openFile() (err error) {
	if x.write, err = x.connect(); err != nil {
		return err
	}
	x.write.SetMaxOpenConns(1)
	if x.read, err = x.connect("query_only(1)"); err != nil {
		return err
	}
	x.read.SetMaxOpenConns(readers)
	return nil
}

// The state is where the index stands in the record and what the version there
// is, and how many versions can be found. A doc is a version, by its slot in words
// (see slotOf) and its place in the record. The columns of words are what can be
// looked for apart: the headline and the text as they are in the version, and what
// the edit struck from and added to each. The last holds what is filtered by; see
// tags.
const schema = `
CREATE TABLE state (layout INTEGER, place INTEGER, article TEXT, version INTEGER, hash TEXT, docs INTEGER);
CREATE TABLE doc (slot INTEGER PRIMARY KEY, place INTEGER, article TEXT, version INTEGER, seq INTEGER, at INTEGER);
CREATE UNIQUE INDEX doc_place ON doc (place);
CREATE VIRTUAL TABLE words USING fts5(
	headline, body, headline_struck, body_struck, headline_added, body_added, tag,
	content='', contentless_delete=1, tokenize='ascii', prefix='1 2 3'
);`

// renew makes an empty index in place of what there is.
func (x *Index) renew() error {
	x.rebuilding.Store(true)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.closeFile() // whatever it says: the file goes
	if err := removeFiles(x.path); err != nil {
		return err
	}
	// Only the owner may read it, as the store.
	f, err := os.OpenFile(x.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	x.vain = 0
	if err := x.openFile(); err != nil {
		return err
	}
	if _, err := x.write.Exec(schema); err != nil {
		return err
	}
	_, err = x.write.Exec(`INSERT INTO state VALUES (?, 0, '', 0, '', 0)`, layout)
	return err
}

// removeFiles removes an index with what SQLite puts beside it.
func removeFiles(path string) error {
	for _, ending := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// unusable reports whether an error says that the file is no good, rather than
// that something passing went wrong.
func unusable(err error) bool {
	if err == nil || errors.Is(err, errOtherStore) {
		return err != nil
	}
	s := err.Error()
	for _, sign := range []string{"malformed", "not a database", "no such table", "disk image", "corrupt", "vtable constructor failed"} {
		if strings.Contains(s, sign) {
			return true
		}
	}
	return false
}

// Status says how far the index has come.
func (x *Index) Status(ctx context.Context) (Status, error) {
	counts, err := x.store.Counts(ctx)
	if err != nil {
		return Status{}, err
	}
	s := Status{Of: counts.Versions, Rebuilding: x.rebuilding.Load()}
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.read == nil {
		return s, store.ErrClosed
	}
	err = x.read.QueryRowContext(ctx, `SELECT docs FROM state`).Scan(&s.Versions)
	return s, err
}
