package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// maxScan bounds how many versions are looked at for one page, where many are
// of articles that the page has already, or that Query.Where leaves out. The
// page is then shorter, and the next one goes on.
const maxScan = 20_000

// maxTime bounds how long one query may take: words of few letters, many of them,
// in a record of millions of versions.
const maxTime = 10 * time.Second

// Search returns one page of what matches. Whatever the words are, they are
// answered; an error is [ErrCursor], [ErrSlow], [ErrUnavailable] or ctx's.
func (x *Index) Search(ctx context.Context, q Query) (Results, error) {
	res := Results{Hits: []Hit{}, Rebuilding: x.rebuilding.Load() || x.behind.Load()}
	if q.Max <= 0 {
		q.Max = DefaultHits
	}
	q.Max = min(q.Max, MaxHits)
	terms := parse(q.Words)
	if len(terms) == 0 && strings.TrimSpace(q.Words) != "" {
		return res, nil // something was typed, and no word is in it
	}
	s := &finder{Index: x, q: q, terms: terms, match: matchOf(q, terms), there: map[news.ArticleID]bool{}}
	if err := s.begin(q.After); err != nil {
		return res, err
	}
	bounded, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	err := s.run(bounded, &res)
	switch {
	case err == nil, ctx.Err() != nil:
		return res, err
	case bounded.Err() != nil:
		return res, ErrSlow
	case unusable(err):
		x.log.Warn("the search index is damaged and is made anew", "err", err)
		x.damage()
		return Results{Hits: []Hit{}, Rebuilding: true}, nil
	}
	return res, fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// matchOf writes a query in the index's own language. Nothing in it was typed by
// anybody but letters and digits, in quotes.
func matchOf(q Query, terms []term) string {
	cols := "{headline body headline_struck body_struck}"
	switch {
	case q.Headline && q.Changed:
		cols = "{headline_struck headline_added}"
	case q.Changed:
		cols = "{headline_struck body_struck headline_added body_added}"
	case q.Headline:
		cols = "{headline headline_struck}"
	}
	var with, without []string
	for _, t := range terms {
		s := cols + ` : "` + strings.Join(t.words, " ") + `"`
		if t.begins {
			s += "*"
		}
		if t.not {
			without = append(without, s)
		} else {
			with = append(with, s)
		}
	}
	tag := func(of ...string) {
		with = append(with, `tag : ("`+strings.Join(of, `" OR "`)+`")`)
	}
	if q.Source != "" {
		tag(tagSource(q.Source))
	}
	if q.Article != "" {
		tag(tagArticle(q.Article))
	}
	if len(q.Classes) > 0 {
		var of []string
		for _, c := range q.Classes {
			of = append(of, tagClass(c))
		}
		tag(of...)
	}
	if q.Least > news.None {
		tag(tagRank(min(q.Least, news.Major)))
	}
	if len(with) == 0 {
		tag(tagAll)
	}
	m := "(" + strings.Join(with, " AND ") + ")"
	if len(without) > 0 {
		m += " NOT (" + strings.Join(without, " OR ") + ")"
	}
	return m
}

// A finder answers one query.
type finder struct {
	*Index
	q     Query
	terms []term
	match string
	there map[news.ArticleID]bool // what Query.Where said of articles

	before int64 // newest first: slots below this one
	skip   int   // best first: how many are passed over
}

// begin reads where to go on.
func (f *finder) begin(after string) error {
	f.before = math.MaxInt64
	if after == "" {
		return nil
	}
	n, err := strconv.ParseInt(after, 10, 64)
	if err != nil || n <= 0 || f.q.Best && n > MaxRanked {
		return ErrCursor
	}
	if f.q.Best {
		f.skip = int(n)
	} else {
		f.before = n
	}
	return nil
}

// A found is a version that matches.
type found struct {
	store.VersionAt
	slot int64
	seq  news.Seq
}

func (f *finder) run(ctx context.Context, res *Results) error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.read == nil {
		return store.ErrClosed
	}
	rows, err := f.query(ctx)
	if err != nil {
		return err
	}
	defer rows.Close()
	seen := map[news.ArticleID]bool{}
	var at found
	for scanned := 1; rows.Next(); scanned++ {
		if err := rows.Scan(&at.slot, &at.Article, &at.Number, &at.seq); err != nil {
			return err
		}
		show, err := f.shows(ctx, at, seen)
		if err != nil {
			return err
		}
		if show && f.skip > 0 {
			f.skip--
			continue
		}
		if show {
			hit, err := f.hit(ctx, at)
			if err == nil {
				res.Hits = append(res.Hits, hit)
			} else if !errors.Is(err, store.ErrNotFound) { // it was deleted
				return err
			}
		}
		if len(res.Hits) == f.q.Max || scanned == maxScan {
			if res.Next, err = f.next(rows, at, len(res.Hits)); err != nil {
				return err
			}
			break
		}
	}
	return rows.Err()
}

// next returns the cursor of the page after this one, or nothing if there is
// nothing more.
func (f *finder) next(rows *sql.Rows, last found, hits int) (string, error) {
	if !rows.Next() {
		return "", rows.Err()
	}
	if !f.q.Best {
		return strconv.FormatInt(last.slot, 10), nil
	}
	n := 0
	if f.q.After != "" {
		n, _ = strconv.Atoi(f.q.After)
	}
	return strconv.Itoa(n + hits), nil
}

// query finds slots, in the order that is asked for. The index is always the
// outer loop: it can do nothing else in the order of slots.
func (f *finder) query(ctx context.Context) (*sql.Rows, error) {
	const newest = `SELECT words.rowid AS slot, doc.article, doc.version, doc.seq, %RANK% AS rank FROM words CROSS JOIN doc ON doc.slot = words.rowid
		WHERE words MATCH ?1 AND words.rowid < ?2 AND words.rowid >= ?3 AND words.rowid < ?4 AND doc.at >= ?5 AND doc.at < ?6
		ORDER BY words.rowid DESC`
	since, until := int64(math.MinInt64), int64(math.MaxInt64)
	first, end := int64(0), int64(math.MaxInt64)
	if !f.q.Since.IsZero() {
		since = f.q.Since.UnixMilli()
		first = slotOf(since)
	}
	if !f.q.Until.IsZero() {
		until = f.q.Until.UnixMilli()
		end = slotOf(until) + slots
	}
	text := `SELECT slot, article, version, seq FROM (` + strings.Replace(newest, "%RANK%", "0", 1) + `)`
	if f.q.Best {
		text = `SELECT slot, article, version, seq FROM (` +
			strings.Replace(newest, "%RANK%", "bm25(words, 8.0, 1.0, 8.0, 3.0, 4.0, 2.0, 0.0)", 1) + ` LIMIT ` + strconv.Itoa(MaxRanked) +
			`) ORDER BY rank, slot DESC`
	}
	return f.read.QueryContext(ctx, text, f.match, f.before, first, end, since, until)
}

// wants reports whether Query.Where has an article be found.
func (f *finder) wants(ctx context.Context, id news.ArticleID) (bool, error) {
	if f.q.Where == nil {
		return true, nil
	}
	if ok, known := f.there[id]; known {
		return ok, nil
	}
	a, err := f.store.Article(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	f.there[id] = err == nil && f.q.Where(a)
	return f.there[id], nil
}

// shows reports whether a version that matches is to be shown: unless each is,
// the first one of its article in the whole list.
func (f *finder) shows(ctx context.Context, at found, seen map[news.ArticleID]bool) (bool, error) {
	if ok, err := f.wants(ctx, at.Article); !ok || err != nil {
		return false, err
	}
	if f.q.Each || f.q.Article != "" {
		return true, nil
	}
	if seen[at.Article] {
		return false, nil
	}
	seen[at.Article] = true
	if f.before == math.MaxInt64 {
		return true, nil
	}
	// On an earlier page?
	earlier := *f
	earlier.q.Best, earlier.q.After = false, ""
	earlier.match = `(` + f.match + `) AND tag : "` + tagArticle(at.Article) + `"`
	earlier.before = math.MaxInt64
	rows, err := earlier.query(ctx)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return true, rows.Err()
	}
	var newest found
	err = rows.Scan(&newest.slot, &newest.Article, &newest.Number, &newest.seq)
	return newest.slot < f.before, err
}

// hit reads what a hit shows. It returns [store.ErrNotFound] if the version is
// no more, or its article is withheld.
func (f *finder) hit(ctx context.Context, at found) (Hit, error) {
	a, err := f.store.Article(ctx, at.Article)
	if err != nil {
		return Hit{}, err
	}
	if !a.Withheld.IsZero() {
		return Hit{}, store.ErrNotFound
	}
	versions, err := f.store.Versions(ctx, at.Article, max(at.Number-1, 1), at.Number)
	if err != nil {
		return Hit{}, err
	}
	if len(versions) == 0 || versions[len(versions)-1].Number != at.Number {
		return Hit{}, store.ErrNotFound
	}
	v := versions[len(versions)-1]
	h := Hit{
		Article: a.ID, Source: a.Source, URL: a.URL, Headline: v.Text.Headline, To: at.Number, Seq: at.seq, At: v.Seen,
		Classes: []news.Class{},
	}
	var e news.Edit
	if len(versions) == 2 {
		h.From = versions[0].Number
		e = edit.Compare(v.Before(versions[0]), v.Text)
		h.Significance, h.Classes = e.Significance, e.Classes
	}
	if at.seq != 0 {
		event, err := f.store.Event(ctx, at.seq)
		if err != nil {
			return Hit{}, err
		}
		h.From, h.At, h.Significance, h.Classes = event.From, event.At, event.Rank(), event.Classes
	}
	if h.Classes == nil {
		h.Classes = []news.Class{}
	}
	h.Title, h.Snippet = f.excerpt(v.Text, e)
	return h, nil
}
