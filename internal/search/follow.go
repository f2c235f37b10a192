package search

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

const (
	// batch is how many versions are taken in in one transaction.
	batch = 256
	// pause lies between two times that something is taken in, and gathers what
	// is recorded meanwhile: a transaction of its own for every version would cost
	// more than polling does.
	pause = 2 * time.Second
	// retryAfter is the wait after something went wrong.
	retryAfter = 30 * time.Second
	// lookBack bounds how many events of an article are read to find those of
	// its versions.
	lookBack = 10_000
)

// Run takes in what the store has and what is recorded from then on, until ctx
// ends. What goes wrong is logged and tried again: nothing else depends on it.
func (x *Index) Run(ctx context.Context) error {
	changed, stop := x.store.Signal()
	defer stop()
	for {
		var again <-chan time.Time
		last := time.Now()
		if err := x.CatchUp(ctx); err != nil && ctx.Err() == nil {
			x.log.Warn("the search index does not follow", "index", x.path, "err", err)
			again = time.After(retryAfter)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
			select {
			case <-time.After(time.Until(last.Add(pause))):
			case <-ctx.Done():
			}
		case <-again:
		case <-x.damaged:
			x.damage()
		}
	}
}

// CatchUp takes in what was recorded since. [Index.Run] does so by itself; it is
// for programs that search once. An index that is damaged, or of another store,
// is made anew first. Only one CatchUp may run at a time. While it fails, as on a
// full disk, searches find what was taken in before and say that it is not all.
func (x *Index) CatchUp(ctx context.Context) error {
	err := x.catchUp(ctx)
	x.behind.Store(err != nil)
	return err
}

func (x *Index) catchUp(ctx context.Context) error {
	for range 2 {
		select {
		case <-x.damaged:
			if err := x.renew(); err != nil {
				return fmt.Errorf("make the search index anew: %w", err)
			}
		default:
		}
		err := x.follow(ctx)
		if !unusable(err) || ctx.Err() != nil {
			return err
		}
		x.log.Warn("the search index is made anew", "err", err)
		x.damage()
	}
	return errors.New("the search index was unusable twice in a row")
}

// damage has CatchUp make the index anew.
func (x *Index) damage() {
	select {
	case x.damaged <- struct{}{}:
	default:
	}
}

// cursor is where the index stands, and what the version there is.
func (x *Index) cursor(ctx context.Context) (at store.VersionAt, err error) {
	err = x.write.QueryRowContext(ctx, `SELECT place, article, version FROM state`).Scan(&at.Place, &at.Article, &at.Number)
	return at, err
}

// sameStore returns an error if the store is not the one that the index was
// made from, or an earlier state of it: a backup was restored.
func (x *Index) sameStore(ctx context.Context) error {
	at, err := x.cursor(ctx)
	if err != nil || at.Place == 0 {
		return err
	}
	var hash news.Hash
	if err := x.write.QueryRowContext(ctx, `SELECT hash FROM state`).Scan(&hash); err != nil {
		return err
	}
	list, err := x.store.Recorded(ctx, at.Place-1, 1)
	switch {
	case err != nil:
		return nil // follow says so
	case len(list) > 0 && list[0].Place == at.Place:
		v, err := x.store.Versions(ctx, at.Article, at.Number, at.Number)
		if list[0] != at || err == nil && len(v) == 1 && hash != "" && v[0].Hash != hash {
			return fmt.Errorf("%w: the store has another version in its place", errOtherStore)
		}
	case len(list) == 0:
		if a, err := x.store.Article(ctx, at.Article); err != nil || a.Versions < at.Number {
			return fmt.Errorf("%w: it is behind the index", errOtherStore)
		}
	}
	return nil
}

// errOtherStore means that the index was made from another store.
var errOtherStore = errors.New("the store is not the one that the index was made from")

// follow takes in what was recorded since, and takes out what is no more.
func (x *Index) follow(ctx context.Context) error {
	if !x.compared {
		if err := x.sameStore(ctx); err != nil {
			return err
		}
		x.compared = true
	}
	at, err := x.cursor(ctx)
	if err != nil {
		return err
	}
	rebuilding, begun := x.rebuilding.Load(), time.Now()
	if rebuilding {
		if counts, err := x.store.Counts(ctx); err == nil && counts.Versions > batch {
			x.log.Info("the search index is being made", "versions", counts.Versions)
		}
	}
	total := 0
	for {
		list, err := x.store.Recorded(ctx, at.Place, batch)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			if err := x.take(ctx, list); err != nil {
				return err
			}
			at = list[len(list)-1]
			total += len(list)
		}
		if len(list) < batch {
			break
		}
	}
	x.rebuilding.Store(false)
	if rebuilding && total > batch {
		x.log.Info("the search index is complete", "versions", total, "took", time.Since(begun).Round(time.Millisecond))
	}
	return x.forget(ctx)
}

// take takes versions in, and moves the cursor past them.
func (x *Index) take(ctx context.Context, list []store.VersionAt) error {
	docs, err := x.prepare(ctx, list)
	if err != nil {
		return err
	}
	return x.update(ctx, func(tx *sql.Tx) error {
		if err := put(ctx, tx, docs); err != nil {
			return err
		}
		last := list[len(list)-1]
		_, err := tx.ExecContext(ctx, `UPDATE state SET place = ?, article = ?, version = ?, hash = ?`,
			last.Place, last.Article, last.Number, docs[last].hash)
		return err
	})
}

// put takes versions in, in the order of time, which is that of slots: FTS5
// writes what it has gathered whenever the next one goes before the last.
func put(ctx context.Context, tx *sql.Tx, docs map[store.VersionAt]doc) error {
	list := slices.SortedFunc(maps.Keys(docs), func(a, b store.VersionAt) int {
		return cmp.Or(docs[a].at.Compare(docs[b].at), cmp.Compare(a.Place, b.Place))
	})
	for _, at := range list {
		if err := putOne(ctx, tx, at, docs[at]); err != nil {
			return fmt.Errorf("take in version %d of article %s: %w", at.Number, at.Article, err)
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE state SET docs = docs + ?`, len(docs))
	return err
}

func putOne(ctx context.Context, tx *sql.Tx, at store.VersionAt, d doc) error {
	ms := d.at.UnixMilli()
	slot, err := freeSlot(ctx, tx, slotOf(ms))
	if err != nil {
		return err
	}
	if slot >= slotOf(ms)+slots {
		ms = slot / slots * 1000
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO doc VALUES (?, ?, ?, ?, ?, ?)`, slot, at.Place, at.Article, at.Number, d.seq, ms); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO words (rowid, headline, body, headline_struck, body_struck, headline_added, body_added, tag) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		slot, d.cols[0], d.cols[1], d.cols[2], d.cols[3], d.cols[4], d.cols[5], d.cols[6])
	return err
}

// slots is how many versions of one second have a slot in it. Those beyond, which
// only an import can have, count as of the next second. More would make the index
// larger, which keeps the distance from slot to slot with each word.
const slots = 1 << 6

// slotOf returns the first slot of a time in milliseconds, to the second. Slots
// are the rowids of words, the one order in which FTS5 finds: a version stands
// among them by its time, whenever it came into the record.
func slotOf(ms int64) int64 { return max(ms/1000, 1) * slots }

// freeSlot returns a slot from first on, which is the first of a second: behind
// what was taken in of that second before.
func freeSlot(ctx context.Context, tx *sql.Tx, first int64) (slot int64, err error) {
	for {
		err = tx.QueryRowContext(ctx, `SELECT coalesce(max(slot) + 1, ?1) FROM doc WHERE slot >= ?1 AND slot < ?2`, first, first+slots).Scan(&slot)
		if err != nil || slot < first+slots {
			return slot, err
		}
		first += slots
	}
}

// update changes the index in one transaction.
func (x *Index) update(ctx context.Context, fn func(tx *sql.Tx) error) error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.write == nil {
		return store.ErrClosed
	}
	tx, err := x.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// A doc is a version as the index knows it.
type doc struct {
	seq  news.Seq
	at   time.Time
	hash news.Hash
	cols [7]string // the columns of words
}

// prepare reads versions, those of one article together, and makes docs of
// them. It leaves out those that are no more.
func (x *Index) prepare(ctx context.Context, list []store.VersionAt) (map[store.VersionAt]doc, error) {
	numbers := map[news.ArticleID][]store.VersionAt{}
	for _, at := range list {
		numbers[at.Article] = append(numbers[at.Article], at)
	}
	docs := make(map[store.VersionAt]doc, len(list))
	for id, of := range numbers {
		a, err := x.store.Article(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		events, err := x.eventsOf(ctx, a, of[0].Number)
		if err != nil {
			return nil, err
		}
		versions, err := x.store.Versions(ctx, id, of[0].Number-1, of[len(of)-1].Number)
		if err != nil {
			return nil, err
		}
		byNumber := make(map[int]news.Version, len(versions))
		for _, v := range versions {
			byNumber[v.Number] = v
		}
		for _, at := range of {
			if v, ok := byNumber[at.Number]; ok {
				docs[at] = docOf(a, v, byNumber[at.Number-1], events[at.Number])
			}
		}
	}
	return docs, nil
}

// eventsOf returns the events of the article's versions from first on, by
// version.
func (x *Index) eventsOf(ctx context.Context, a news.Article, first int) (map[int]news.Event, error) {
	list, err := x.store.Events(ctx, store.EventQuery{Article: a.ID, Withheld: true, Max: min(4*(a.Versions-first)+16, lookBack)})
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	events := map[int]news.Event{}
	for _, e := range list {
		if e.From < e.To {
			events[e.To] = e
		}
	}
	return events, err
}

// docOf makes a doc of a version. previous is the version before, and event
// tells of the edit; either may be zero.
func docOf(a news.Article, v, previous news.Version, event news.Event) doc {
	d := doc{seq: event.Seq, at: v.Seen, hash: v.Hash}
	if !event.At.IsZero() {
		d.at = event.At
	}
	var cols [7][]byte
	cols[0] = appendTerms(nil, v.Text.Headline)
	cols[1] = appendBody(nil, v.Text)
	classes, rank := event.Classes, event.Rank()
	if previous.Number > 0 {
		e := edit.Compare(v.Before(previous), v.Text)
		for _, p := range e.Parts {
			at := 3
			if p.Part == news.WhereHeadline {
				at = 2
			}
			appendChanged(&cols[at], &cols[at+2], p)
		}
		if event.Seq == 0 {
			classes, rank = e.Classes, e.Significance
		}
	}
	cols[6] = appendTags(nil, a, classes, rank)
	for i, c := range cols {
		d.cols[i] = string(c)
	}
	return d
}

func appendBody(b []byte, t news.Text) []byte {
	for _, p := range append([]string{t.Standfirst}, t.Paragraphs...) {
		if p != "" {
			b = append(appendTerms(b, p), breakTerm+" "...)
		}
	}
	return b
}

// appendChanged adds the words that a part struck, and those it added. Runs
// that stand next to each other but for words that stayed are kept apart.
func appendChanged(struck, added *[]byte, p news.Part) {
	for _, w := range p.Words {
		switch w.Op {
		case news.Del:
			*struck = append(appendTerms(*struck, w.Text), breakTerm+" "...)
		case news.Ins:
			*added = append(appendTerms(*added, w.Text), breakTerm+" "...)
		}
	}
}

// appendTags writes what a version is filtered by.
func appendTags(b []byte, a news.Article, classes []news.Class, rank news.Significance) []byte {
	tags := []string{tagAll, tagArticle(a.ID)}
	if a.Source != "" {
		tags = append(tags, tagSource(a.Source))
	}
	for _, c := range classes {
		tags = append(tags, tagClass(c))
	}
	for s := news.Typography; s <= rank; s++ {
		tags = append(tags, tagRank(s))
	}
	return append(b, strings.Join(tags, " ")...)
}

// Tags are letters and digits only, as terms of the index are.
const tagAll = "all"

func tagArticle(id news.ArticleID) string { return "i" + tagText(string(id)) }
func tagClass(c news.Class) string        { return "c" + tagText(string(c)) }
func tagRank(s news.Significance) string  { return "r" + s.String() }
func tagSource(name string) string {
	h := fnv.New64a()
	h.Write([]byte(name))
	return fmt.Sprintf("s%016x", h.Sum64())
}

// tagText leaves only letters and digits.
func tagText(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}
