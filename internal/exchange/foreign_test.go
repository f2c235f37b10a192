package exchange

import (
	"compress/gzip"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// The tables that diffengine 0.2 makes by way of peewee (setup_db in
// https://github.com/DocNow/diffengine/blob/main/diffengine/__init__.py).
const diffengineTables = `
CREATE TABLE "feed" ("url" VARCHAR(255) NOT NULL PRIMARY KEY, "name" VARCHAR(255) NOT NULL, "created" DATETIME NOT NULL);
CREATE TABLE "entry" ("id" INTEGER NOT NULL PRIMARY KEY, "url" VARCHAR(255) NOT NULL, "created" DATETIME NOT NULL, "checked" DATETIME NOT NULL);
CREATE TABLE "feedentry" ("id" INTEGER NOT NULL PRIMARY KEY, "feed_id" VARCHAR(255) NOT NULL, "entry_id" INTEGER NOT NULL, "created" DATETIME NOT NULL,
	FOREIGN KEY ("feed_id") REFERENCES "feed" ("url"), FOREIGN KEY ("entry_id") REFERENCES "entry" ("id"));
CREATE TABLE "entryversion" ("id" INTEGER NOT NULL PRIMARY KEY, "title" VARCHAR(255) NOT NULL, "url" VARCHAR(255) NOT NULL, "summary" VARCHAR(255) NOT NULL,
	"created" DATETIME NOT NULL, "archive_url" VARCHAR(255), "entry_id" INTEGER NOT NULL, FOREIGN KEY ("entry_id") REFERENCES "entry" ("id"));
CREATE TABLE "diff" ("id" INTEGER NOT NULL PRIMARY KEY, "old_id" INTEGER NOT NULL, "new_id" INTEGER NOT NULL, "created" DATETIME NOT NULL, "tweeted" DATETIME, "blogged" DATETIME,
	FOREIGN KEY ("old_id") REFERENCES "entryversion" ("id"), FOREIGN KEY ("new_id") REFERENCES "entryversion" ("id"));
CREATE INDEX "entryversion_url" ON "entryversion" ("url");
`

// The table of the files of the NewsEdits corpus, as pandas makes it.
const newseditsTable = `
CREATE TABLE "entryversion" ("index" INTEGER, "version" INTEGER, "title" TEXT, "created" TEXT, "url" TEXT, "source" TEXT, "entry_id" INTEGER,
	"archive_url" TEXT, "num_versions" INTEGER, "summary" TEXT, "joint_key" TEXT, "id" TEXT);
CREATE INDEX "ix_entryversion_index" ON "entryversion" ("index");
`

// database makes a SQLite file.
func database(t testing.TB, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

const diffengineRows = `
INSERT INTO feed VALUES ('https://harbourpost.example/rss?key=secret', 'The Harbour Post', '2019-03-01 09:00:00.000001'),
	('https://harbourpost.example/late', 'Late', '2019-03-02 09:00:00');
INSERT INTO entry VALUES (1, 'https://harbourpost.example/bridge?utm_source=rss', '2019-03-04 10:00:00', '2019-03-05 10:00:00'),
	(2, 'https://harbourpost.example/fair', '2019-03-04 09:00:00', '2019-03-05 10:00:00'),
	(3, 'https://www.harbourpost.example/bridge/', '2019-03-04 12:00:00', '2019-03-05 10:00:00'),
	(4, 'https://harbourpost.example/empty', '2019-03-04 12:00:00', '2019-03-05 10:00:00');
INSERT INTO feedentry VALUES (1, 'https://harbourpost.example/rss?key=secret', 1, '2019-03-04 10:00:00'), (2, 'https://harbourpost.example/late', 1, '2019-03-04 10:00:00'),
	(3, 'https://harbourpost.example/rss?key=secret', 2, '2019-03-04 10:00:00');
INSERT INTO entryversion VALUES
	(1, 'Council delays bridge repair', 'https://harbourpost.example/bridge', '<p>It carries 8,000 vehicles &amp; a tram.</p><p>Ferries run.</p>', '2019-03-04 10:02:00.250999', 'https://web.archive.org/web/1/x', 1),
	(2, 'Fair opens', 'https://harbourpost.example/fair', '<p>On Saturday.</p>', '2019-03-04 09:30:00', NULL, 2),
	(3, 'Council delays  bridge repair', 'https://harbourpost.example/bridge', '<p>It carries 8,000 vehicles &amp; a tram.</p> <p>Ferries run.</p><p></p>', '2019-03-04 11:00:00.5', NULL, 1),
	(4, 'Council closes bridge', 'https://harbourpost.example/bridge', '<p>It carries 11,000 vehicles &amp; a tram.</p><p>Ferries run.</p>', '2019-03-04 12:00:00.5', NULL, 3),
	(5, 'Council delays bridge repair', 'https://harbourpost.example/bridge-closed', '<p>It carries 8,000 vehicles &amp; a tram.</p><p>Ferries run.</p>', '2019-03-04 13:00:00', NULL, 1),
	(6, 'Fair opens', 'https://harbourpost.example/fair', '<p>On Sunday.</p>', '2019-03-04 11:30:00', NULL, 2),
	(7, 'No time', 'https://harbourpost.example/fair', '<p>On Sunday.</p>', 'yesterday', NULL, 2),
	(8, 'No address', 'file:///etc/passwd', '<p>On Sunday.</p>', '2019-03-04 11:30:00', NULL, 2),
	(9, '', 'https://harbourpost.example/empty', '<p> </p>', '2019-03-04 11:30:00', NULL, 4);
`

func fromSQLite(t testing.TB, s Target, path string) Totals {
	t.Helper()
	totals, err := FromSQLite(context.Background(), s, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return totals
}

func TestFromDiffengine(t *testing.T) {
	path := database(t, diffengineTables, diffengineRows)
	before, _ := os.ReadFile(path)
	s := open(t)
	if got, want := fromSQLite(t, s, path), (Totals{Articles: 2, Versions: 5, Events: 3, Skipped: 3}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	got := exported(t, s, Part{})
	golden(t, "diffengine.jsonl", got)
	if again := fromSQLite(t, s, path); again != (Totals{Here: 2, Skipped: 3}) {
		t.Errorf("again it adds %+v", again)
	}
	if n, err := s.Unplanned(t.Context(), 10); err != nil || len(n) != 0 {
		t.Errorf("%d events wait to be told, %v", len(n), err)
	}
	fresh := open(t)
	imported(t, fresh, got)
	if again := exported(t, fresh, Part{}); again != got {
		t.Error(cmp.Diff(got, again))
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the database was changed")
	}
	if left, _ := filepath.Glob(path + "?*"); left != nil {
		t.Errorf("%s was left beside it", left)
	}
	ahead := database(t, "PRAGMA journal_mode=WAL", diffengineTables, diffengineRows)
	if n := fromSQLite(t, open(t), ahead); n.Versions != 5 {
		t.Errorf("of one with a log ahead: %+v", n)
	}
	if left, _ := filepath.Glob(ahead + "?*"); left != nil {
		t.Errorf("%s was left beside it", left)
	}
}

// TestDiffengineGrows: what diffengine recorded since is added.
func TestDiffengineGrows(t *testing.T) {
	s := open(t)
	fromSQLite(t, s, database(t, diffengineTables, diffengineRows))
	grown := database(t, diffengineTables, diffengineRows, `INSERT INTO entryversion VALUES
		(10, 'Fair is off', 'https://harbourpost.example/fair', '<p>On Sunday.</p>', '2019-03-06 11:30:00', NULL, 2)`)
	if got, want := fromSQLite(t, s, grown), (Totals{Here: 2, Versions: 1, Events: 1, Skipped: 3}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	a, err := s.FindArticle(t.Context(), news.AddressKey(news.PageReading, "https://harbourpost.example/fair"))
	if err != nil || a.Headline != "Fair is off" || a.Versions != 3 || a.Edits != 2 || !a.Polling.Next.IsZero() {
		t.Errorf("%+v %v", a, err)
	}
}

func TestFromNewsEdits(t *testing.T) {
	path := database(t, newseditsTable, `INSERT INTO entryversion VALUES
		(0, 0, 'Bridge shut', '2014-06-26 20:38:13', 'http://harbourpost.example/bridge', 'harbourpost', 71, 'http://www.newssniffer.co.uk/articles/71', 2,
			'The bridge is shut.</p><p>Nobody knows why.', '71-0', '71-0'),
		(1, 1, 'Bridge shut', '2014-06-26T21:38:13Z', 'http://harbourpost.example/bridge', 'harbourpost', 71, 'http://www.newssniffer.co.uk/articles/71', 2,
			'The bridge is shut.</p><p>A crack was found.', '71-1', '71-1'),
		(0, 0, 'Fair', '2014-06-25 20:38:13', 'http://harbourpost.example/fair', 'harbourpost', 70, NULL, 1, 'Plain text.
in two lines', '70-0', '70-0')`)
	s := open(t)
	if got, want := fromSQLite(t, s, path), (Totals{Articles: 2, Versions: 3, Events: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	golden(t, "newsedits.jsonl", exported(t, s, Part{}))
}

// TestSQLiteGoesOn: an import that is interrupted goes on.
func TestSQLiteGoesOn(t *testing.T) {
	var rows []string
	for i := range 300 {
		rows = append(rows, fmt.Sprintf(`(%d, 'Headline', 'https://harbourpost.example/%d', '<p>%d vehicles.</p>', '2019-03-04 10:%02d:%02d', NULL, %d)`, i+1, i/3, i, i/60, i%60, i/3))
	}
	path := database(t, diffengineTables, "INSERT INTO entryversion VALUES "+strings.Join(rows, ","))
	whole := open(t)
	if n := fromSQLite(t, whole, path); n != (Totals{Articles: 100, Versions: 300, Events: 200}) {
		t.Fatalf("%+v", n)
	}
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	n, err := FromSQLite(ctx, s, path, func(Totals, float64) { cancel() })
	if err == nil || n.Versions == 0 || n.Versions == 300 {
		t.Errorf("interrupted after the first articles: %+v %v", n, err)
	}
	fromSQLite(t, s, path)
	if d := cmp.Diff(exported(t, whole, Part{}), exported(t, s, Part{})); d != "" {
		t.Error(d)
	}
}

func TestHostileDatabases(t *testing.T) {
	mine := open(t)
	for name, tt := range map[string]struct {
		want       string
		statements []string
	}{
		"another":   {"of no program that is known here", []string{`CREATE TABLE note (x)`}},
		"empty":     {"of no program that is known here", []string{`CREATE TABLE x (y)`, `DROP TABLE x`}},
		"view":      {"of no program that is known here", []string{`CREATE VIEW entryversion AS SELECT 1 AS entry_id, 'https://x.example' AS url, 'x' AS title, hex(randomblob(100000000)) AS summary, '2019-03-04 10:00:00' AS created`}},
		"virtual":   {"of no program that is known here", []string{`CREATE VIRTUAL TABLE entryversion USING fts5(entry_id, url, title, summary, created, source, version)`}},
		"generated": {"of no program that is known here", []string{strings.Replace(newseditsTable, `"summary" TEXT`, `"summary" TEXT AS (hex(zeroblob(100000000)))`, 1)}},
		"rowid":     {"no such column: rowid", []string{`CREATE TABLE entryversion (id TEXT PRIMARY KEY, entry_id, url, title, summary, created, source, version) WITHOUT ROWID`, `INSERT INTO entryversion (id, url) VALUES (1, 'https://x.example/')`}},
		"feeds":     {"of no program that is known here", []string{strings.Replace(diffengineTables, `CREATE TABLE "feed" ("url"`, `CREATE TABLE "feed" ("other"`, 1)}},
		"too long":  {"more than 8 MB", []string{newseditsTable, `INSERT INTO entryversion (title, created, url, entry_id, summary) VALUES ('T', '2019-03-04 10:00:00', 'https://x.example/', 1, zeroblob(9000000))`}},
	} {
		_, err := FromSQLite(t.Context(), mine, database(t, tt.statements...), nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
	odd := database(t, newseditsTable, `INSERT INTO entryversion (title, created, url, entry_id, summary) VALUES
		(x'00ff', 1551693600, 'https://x.example/', 1, 'a'), ('T', '2019-03-04 10:00:00', x'ff00', 1, 'a'), (NULL, NULL, NULL, NULL, NULL),
		('T', '9999-03-04 10:00:00', 'https://x.example/', 1, 'a'), ('T', '2019-03-04 10:00:00', 'https://x.example/long', 1, '`+strings.Repeat("<p>x", maxParagraphs+1)+`'),
		(zeroblob(10), '2019-03-04 10:00:00', 'https://x.example/', NULL, 'a'||char(0)||'b')`)
	if got, want := fromSQLite(t, mine, odd), (Totals{Articles: 1, Versions: 1, Skipped: 5}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// FuzzSQLite changes bytes of a database: whatever it says then is taken in or
// refused, and the store stays sound.
func FuzzSQLite(f *testing.F) {
	whole, err := os.ReadFile(database(f, "PRAGMA page_size=512", diffengineTables, diffengineRows))
	if err != nil {
		f.Fatal(err)
	}
	for _, at := range []int{16, 52, 100, 513, 1024, 2048, len(whole) - 100} {
		f.Add(uint(at), []byte{0xff, 0x7f, 0, 1})
	}
	f.Fuzz(func(t *testing.T, at uint, change []byte) {
		b := append([]byte(nil), whole...)
		copy(b[at%uint(len(b)):], change)
		path := filepath.Join(t.TempDir(), "x.db")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		ImportFile(t.Context(), open(t), path, nil)
	})
}

// TestImportFile: what a file is, its content tells, whether it is packed or not.
func TestImportFile(t *testing.T) {
	history := exported(t, sample(t), Part{})
	db, err := os.ReadFile(database(t, diffengineTables, diffengineRows))
	if err != nil {
		t.Fatal(err)
	}
	gz := func(s string) string {
		return packed(t, s, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
	}
	zst := func(s string) string {
		return packed(t, s, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
	}
	cut := func(s string) string { return s[:len(s)/2] }
	for name, tt := range map[string]struct {
		file, refused string
		articles      int
	}{
		"history":        {history, "", 3},
		"history.gz":     {gz(history), "", 3},
		"history.zst":    {zst(history), "", 3},
		"diffengine":     {string(db), "", 2},
		"diffengine.gz":  {gz(string(db)), "", 2},
		"diffengine.zst": {zst(string(db)), "", 2},
		"cut":            {cut(history), "breaks off here", 0},
		"cut gz":         {cut(gz(history)), "the packed file breaks off", 0},
		"cut zst":        {cut(zst(history)), "the packed file breaks off", 0},
		"cut database":   {cut(string(db)), "the database is damaged", 0},
		"bent gz":        {strings.Replace(gz(history), "\x08", "\x09", 1), "the packed file is damaged", 0},
		"bent zst":       {zstdMark + "\x00\x01\x02", "the packed file", 0},
		"a picture":      {"\x89PNG", "this is not an export of editwatch", 0},
		"a picture.gz":   {gz("\x89PNG"), "this is not an export of editwatch", 0},
		"nothing":        {"", "there is nothing in the file", 0},
		"nothing.gz":     {gz(""), "there is nothing in the file", 0},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(path, []byte(tt.file), 0o600); err != nil {
				t.Fatal(err)
			}
			shares := []float64{}
			n, err := ImportFile(t.Context(), open(t), path, func(_ Totals, share float64) { shares = append(shares, share) })
			if tt.refused != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refused) {
					t.Errorf("%v, want %s", err, tt.refused)
				}
				return
			}
			if err != nil || n.Articles != tt.articles {
				t.Errorf("%+v %v", n, err)
			}
			for i, s := range shares {
				if s < 0 || s > 1 || i > 0 && s < shares[i-1] {
					t.Errorf("progress %v", shares)
				}
			}
			if !IsRecord([]byte(tt.file[:16])) {
				t.Error("it is taken for a list of watches")
			}
		})
	}
}

func packed(t *testing.T, s string, with func(io.Writer) (io.WriteCloser, error)) string {
	t.Helper()
	var b strings.Builder
	w, err := with(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestParagraphs(t *testing.T) {
	for piece, want := range map[string][]string{
		"":                             nil,
		"<p>One.</p><p>Two.</p>":       {"One.", "Two."},
		"One.</p><p>Two.":              {"One.", "Two."},
		"Before<p>One.\n goes on</p> ": {"Before", "One. goes on"},
		"<p>1 &lt; 2 &amp;&nbsp;3</p>": {"1 < 2 & 3"},
		"<div>One<br/>Two</div>":       {"One", "Two"},
		"<p>One <b>bold</b> word":      {"One bold word"},
		"<script>x</script><p>y":       {"y"},
		"Plain.\n\nIn lines\r\n":       {"Plain.", "In lines"},
		"<p>&lt;p&gt;</p>":             {"<p>"},
		"<p":                           nil,
	} {
		if got := paragraphs(piece); !cmp.Equal(got, want) {
			t.Errorf("%q: %q, want %q", piece, got, want)
		}
	}
}

func TestMoment(t *testing.T) {
	at := time.Date(2019, 3, 4, 10, 2, 0, 0, time.UTC)
	for s, want := range map[string]time.Time{
		"2019-03-04 10:02:00":              at,
		"2019-03-04 10:02:00.250999":       at.Add(250 * time.Millisecond),
		"2019-03-04T10:02:00":              at,
		"2019-03-04T10:02:00Z":             at,
		"2019-03-04 11:02:00+01:00":        at,
		"2019-03-04T10:02:00.000000+00:00": at,
		"":                                 {},
		"2019-03-04":                       {},
		"1551693720":                       {},
		"0001-01-01 00:00:00":              {},
		"2919-03-04 10:02:00":              {},
	} {
		if got := moment(s); !got.Equal(want) {
			t.Errorf("%q is %v, want %v", s, got, want)
		}
	}
}

var _ Target = store.Store(nil)
