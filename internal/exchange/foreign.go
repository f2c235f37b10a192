package exchange

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
)

// FromSQLite imports what other programs kept in a SQLite database, with the
// promises of [Import]. Two forms are public and known:
//
//   - diffengine's own (https://github.com/DocNow/diffengine, setup_db): a row of
//     entryversion for each version, of an entry, which a feed lists.
//   - that of the NewsEdits corpus (https://github.com/isi-nlp/NewsEdits), as which
//     histories of News Sniffer, among others, are published: the table
//     entryversion alone, which names the source.
//
// Versions are of one article if they are of one entry, or if their entries began
// at the same address. A version that says the same as the one before it is none.
// What changed is found out by [edit.Compare]; between which times it changed is
// known from when the two versions were read. Rows without an address, a time or
// a text are counted as skipped.
//
// The database is only read, and nothing in it is run: it must be ordinary tables.
// Where their copies at an archive are is not carried over.
func FromSQLite(ctx context.Context, t Target, path string, progress Progress) (Totals, error) {
	in := newImporter(t, progress)
	db, err := openForeign(ctx, path)
	if err != nil {
		return in.totals, foreignError(err)
	}
	defer db.Close()
	err = in.all(ctx, func() error { return in.rows(ctx, db) })
	return in.totals, foreignError(err)
}

// rows takes a database in. It goes through it twice: for which versions are of
// which article, and for what they say, one article after the other. Both that
// order and the events, which stand behind all the articles, are kept on the disk
// meanwhile.
func (in *importer) rows(ctx context.Context, f *foreign) error {
	list, err := openSpool(ctx, `CREATE TABLE version (row INTEGER, entry TEXT, address TEXT, at INTEGER)`)
	if err != nil {
		return err
	}
	defer list.Close()
	events, err := openSpool(ctx, `CREATE TABLE event (at INTEGER, line TEXT)`)
	if err != nil {
		return err
	}
	defer events.Close()
	if err := in.list(ctx, f, list); err != nil {
		return err
	}
	if err := in.histories(ctx, f, list, events); err != nil {
		return err
	}
	return in.spooled(ctx, events)
}

// list notes where the versions are.
func (in *importer) list(ctx context.Context, f *foreign, list *spool) error {
	return f.each(ctx, func(v foreignRow) error {
		if !v.usable() {
			in.totals.Skipped++
			return nil
		}
		address := string(news.AddressKey(news.PageReading, v.url))
		return list.add(ctx, `INSERT INTO version VALUES (?, ?, ?, ?)`, v.row, cmp.Or(v.entry, address), address, v.at.UnixMilli())
	})
}

// inOrder gives the rows of each article after the other's, by when they began,
// with the row of the article's newest version.
const inOrder = `
WITH v AS (SELECT row, at, FIRST_VALUE(address) OVER (PARTITION BY entry ORDER BY at, row) AS article FROM version),
w AS (SELECT row, at, article,
	MIN(at) OVER (PARTITION BY article) AS began,
	FIRST_VALUE(row) OVER (PARTITION BY article ORDER BY at DESC, row DESC) AS newest FROM v)
SELECT row, article, newest FROM w ORDER BY began, article, at, row`

// A history is an article of another program while its versions are read.
type history struct {
	address string // by which its rows are known
	id      string // in files; empty until it has a version
	number  int    // of the version read last
	last    foreignVersion
	hashes  map[news.Hash]int // the newest version that says so
}

// histories takes in the versions that list names, and keeps their events.
func (in *importer) histories(ctx context.Context, f *foreign, list, events *spool) error {
	rows, total, err := list.query(ctx, "version", inOrder)
	if err != nil {
		return err
	}
	defer rows.Close()
	done := 0
	in.share = func() float64 { return float64(done) / float64(max(1, total)) }
	var h history
	for ; rows.Next(); done++ {
		var row, newest int64
		var address string
		if err := rows.Scan(&row, &address, &newest); err != nil {
			return err
		}
		v, err := f.version(ctx, row)
		if err != nil {
			return err
		}
		if !v.readable() {
			in.totals.Skipped++
			continue
		}
		if address != h.address {
			h = history{address: address, hashes: map[news.Hash]int{}}
		}
		if h.number == 0 {
			h.id = articleName(news.Article{Reading: news.PageReading, URL: v.url}, false)
			end, err := f.version(ctx, newest)
			if err != nil {
				return err
			}
			if err := in.article(ctx, articleLine{
				ID: h.id, Reading: news.PageReading, URL: v.url, Source: v.source, FirstSeen: v.at,
				Headline: cmp.Or(end.text.Headline, v.text.Headline),
			}, 0); err != nil {
				return err
			}
		}
		if err := in.historic(ctx, f, &h, v, events); err != nil {
			return err
		}
	}
	return rows.Err()
}

// historic takes in the next version of a history, if it says something else.
func (in *importer) historic(ctx context.Context, f *foreign, h *history, v foreignVersion, events *spool) error {
	hash := v.text.Hash()
	if h.number > 0 && hash == h.last.text.Hash() {
		return nil
	}
	h.number++
	err := in.version(ctx, versionLine{Article: h.id, Number: h.number, Seen: v.at, Hash: hash, Extractor: f.by, Text: v.text}, textSize(v.text))
	if err != nil {
		return err
	}
	if h.number > 1 {
		e := edit.Compare(h.last.text, v.text)
		l := eventLine{
			Article: eventArticle{ID: h.id}, Kind: news.Edited, At: v.at,
			From: &news.ReportEnd{Version: h.number - 1}, To: &news.ReportEnd{Version: h.number},
			ChangedBetween: &[2]time.Time{h.last.at, v.at},
			Significance:   e.Significance, Classes: e.Classes, Noted: e.Noted,
		}
		if n := h.hashes[hash]; n > 0 {
			l.Kind, l.RevertedTo = news.Reverted, n
		}
		line, err := json.Marshal(l)
		if err == nil {
			err = events.add(ctx, `INSERT INTO event VALUES (?, ?)`, v.at.UnixMilli(), string(line))
		}
		if err != nil {
			return err
		}
	}
	h.hashes[hash], h.last = h.number, v
	return nil
}

// spooled takes in the events that were kept, in the order of their times.
func (in *importer) spooled(ctx context.Context, events *spool) error {
	rows, _, err := events.query(ctx, "event", `SELECT line FROM event ORDER BY at, rowid`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var line []byte
		var l eventLine
		err := rows.Scan(&line)
		if err == nil {
			err = json.Unmarshal(line, &l)
		}
		if err == nil {
			err = in.event(ctx, l)
		}
		if err != nil {
			return err
		}
	}
	return rows.Err()
}

// textSize returns how long a text is, in bytes.
func textSize(t news.Text) int {
	n := len(t.Headline) + len(t.Standfirst)
	for _, p := range t.Paragraphs {
		n += len(p)
	}
	return n
}
