package exchange

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/editwatch/editwatch/internal/news"
)

// A foreign is another program's database.
type foreign struct {
	db    *sql.DB
	conn  *sql.Conn
	about string // the query for one version
	by    string // the program, as the extractor of its versions
}

// maxValue is the longest text that is read from a database, in bytes.
const maxValue = 8 << 20

// openForeign opens a database of a form that is known. Nobody may have written
// it for us: whatever is in its schema is looked at before it is used.
func openForeign(ctx context.Context, path string) (_ *foreign, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	v := url.Values{"mode": {"ro"}, "_pragma": {"trusted_schema(0)", "query_only(1)", "cell_size_check(1)", "mmap_size(0)", "cache_size(-4000)", "busy_timeout(5000)"}}
	if atRest(path) {
		v.Set("immutable", "1") // else SQLite makes files beside it
	}
	f := &foreign{}
	if f.db, err = sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+v.Encode()); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	if f.conn, err = f.db.Conn(ctx); err != nil {
		return nil, err
	}
	if _, err := sqlite.Limit(f.conn, sqlite3.SQLITE_LIMIT_LENGTH, maxValue); err != nil {
		return nil, err
	}
	if err := f.has(ctx, "entryversion", "entry_id", "url", "title", "summary", "created"); err != nil {
		return nil, err
	}
	switch err := f.has(ctx, "entryversion", "source", "version"); {
	case err == nil:
		f.by, f.about = "newsedits", `SELECT CAST(url AS TEXT), CAST(title AS TEXT), CAST(summary AS TEXT), CAST(created AS TEXT), CAST(source AS TEXT)
			FROM entryversion WHERE rowid = ?`
		return f, nil
	case !errors.Is(err, errForeign):
		return nil, err
	}
	if err := cmp.Or(f.has(ctx, "feed", "url", "name"), f.has(ctx, "feedentry", "feed_id", "entry_id")); err != nil {
		return nil, err
	}
	f.by, f.about = "diffengine", `SELECT CAST(url AS TEXT), CAST(title AS TEXT), CAST(summary AS TEXT), CAST(created AS TEXT), (
			SELECT CAST(name AS TEXT) FROM feed WHERE url = (SELECT feed_id FROM feedentry WHERE entry_id = v.entry_id ORDER BY rowid LIMIT 1)
		) FROM entryversion v WHERE rowid = ?`
	return f, nil
}

// atRest reports whether a database is of the kind that has its newest writes in
// a file beside it, and that nobody has it open: then there is no such file
// (https://www.sqlite.org/fileformat2.html#file_format_version_numbers).
func atRest(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var version [1]byte
	if _, err := f.ReadAt(version[:], 19); err != nil || version[0] != 2 {
		return false
	}
	_, err = os.Stat(path + "-wal")
	return errors.Is(err, fs.ErrNotExist)
}

var errForeign = errors.New("this database is of no program that is known here: only diffengine's, and those of the NewsEdits corpus, are")

// has returns errForeign unless there is an ordinary table with these columns. A
// view, a virtual table or one that computes its columns may run anything.
func (f *foreign) has(ctx context.Context, table string, wanted ...string) error {
	var kind, text string
	err := f.conn.QueryRowContext(ctx, `SELECT type, sql FROM sqlite_schema WHERE name = ? COLLATE NOCASE`, table).Scan(&kind, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return errForeign
	}
	if err != nil {
		return err
	}
	if kind != "table" || strings.HasPrefix(strings.ToUpper(text), "CREATE VIRTUAL") {
		return errForeign
	}
	rows, err := f.conn.QueryContext(ctx, `SELECT name, hidden FROM pragma_table_xinfo(?)`, table)
	if err != nil {
		return err
	}
	defer rows.Close()
	var columns []string
	for rows.Next() {
		var name string
		var hidden int
		if err := rows.Scan(&name, &hidden); err != nil {
			return err
		}
		if hidden != 0 {
			return errForeign
		}
		columns = append(columns, name)
	}
	for _, name := range wanted {
		if rows.Err() == nil && !slices.Contains(columns, name) {
			return errForeign
		}
	}
	return rows.Err()
}

func (f *foreign) Close() error {
	if f.conn != nil {
		f.conn.Close()
	}
	return f.db.Close()
}

// foreignError puts what is wrong with a database into words.
func foreignError(err error) error {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("the database is damaged: %w", err)
	case sqlite3.SQLITE_TOOBIG:
		return fmt.Errorf("the database has a text of more than %d MB, which no article is: %w", maxValue>>20, err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("the database cannot be read while another program uses it, or was left in the middle of a write; stop that program, or import a copy: %w", err)
	}
	return fmt.Errorf("read the database: %w", err)
}

// A foreignRow is where a version stands.
type foreignRow struct {
	row   int64
	entry string // what it is of; may be empty
	url   string
	at    time.Time // zero if it has none that can be
}

// usable reports whether a version can be made of the row, but for its text.
func (v foreignRow) usable() bool {
	return isAddress(v.url) && len(v.url) <= maxAddress && !v.at.IsZero()
}

// maxAddress is the longest address that is taken from a database, in bytes.
const maxAddress = 4 << 10

// each gives the rows of all versions to fn.
func (f *foreign) each(ctx context.Context, fn func(foreignRow) error) error {
	rows, err := f.conn.QueryContext(ctx, `SELECT rowid, CAST(entry_id AS TEXT), CAST(url AS TEXT), CAST(created AS TEXT) FROM entryversion`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var v foreignRow
		var entry, address, created sql.NullString
		if err := rows.Scan(&v.row, &entry, &address, &created); err != nil {
			return err
		}
		v.entry, v.url, v.at = entry.String, address.String, moment(created.String)
		if err := fn(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

// A foreignVersion is what a row says.
type foreignVersion struct {
	foreignRow
	source string
	text   news.Text
}

// readable reports whether a version can be made of it.
func (v foreignVersion) readable() bool {
	return v.usable() && !v.text.Empty() && len(v.text.Paragraphs) <= maxParagraphs
}

// version reads a row.
func (f *foreign) version(ctx context.Context, row int64) (foreignVersion, error) {
	var address, title, summary, created, source sql.NullString
	if err := f.conn.QueryRowContext(ctx, f.about, row).Scan(&address, &title, &summary, &created, &source); err != nil {
		return foreignVersion{}, err
	}
	return foreignVersion{
		foreignRow{row: row, url: address.String, at: moment(created.String)}, news.Canonical(source.String),
		news.Text{Headline: news.Canonical(title.String), Paragraphs: paragraphs(summary.String)},
	}, nil
}

// moment reads a time in UTC as Python's datetime or pandas writes it. It is zero
// if it is none at which a page can have been read.
func moment(s string) time.Time {
	for _, layout := range []string{"2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05Z07:00", time.DateTime, "2006-01-02T15:04:05"} {
		t, err := time.Parse(layout, strings.TrimSpace(s)) // which takes fractions of a second, too
		if err == nil && t.Year() >= 1990 && t.Before(time.Now().Add(24*time.Hour)) {
			return t.UTC().Truncate(time.Millisecond)
		}
	}
	return time.Time{}
}
