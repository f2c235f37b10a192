package bolt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// An articleRecord is an article with what only the store knows of it.
type articleRecord struct {
	news.Article
	num       uint32
	newest    uint64 // its newest version's record
	lastEvent uint64 // its newest event
	captured  int64  // the time of its newest capture, in milliseconds; 0: none
	order     int64  // its place in recent: the time of the newest event, else of the first sighting
	keys      []byte // the first keyKept bytes of each of its keys
	held      bool   // its hold stands in bucket holds
	reread    bool   // its rereading stands in bucket rereadings
}

// keyLen is how much of a key's hash stands for the key, keyKept how much an
// article remembers of it to find it again.
const (
	keyLen  = 12
	keyKept = 4
)

func keyHash(k news.Key) []byte {
	sum := sha256.Sum256([]byte(k))
	return sum[:keyLen:keyLen]
}

func (a *articleRecord) encode(t *tx) ([]byte, error) {
	e := namer{t: t, encoder: encoder{b: make([]byte, 0, 512)}}
	e.name(1, string(a.Reading))
	e.polling(a.Polling)
	e.address(2, a.URL, a.Polling.Host) // 2 and 3
	for _, f := range a.Feeds {
		e.uint(4, uint64(feedNum(f)))
	}
	e.name(5, a.Source)
	e.text(6, a.Headline)
	e.name(7, a.Language)
	e.name(8, a.Kind)
	e.time(9, a.FirstSeen)
	e.since(10, a.Published, a.FirstSeen)
	e.since(11, a.LastEdited, a.FirstSeen)
	e.int(12, a.Versions)
	e.int(13, a.Edits)
	e.packed(14, string(a.Hash))
	e.name(15, a.Extractor)
	if strings.ContainsAny(a.Place, "0123456789") || len(a.Place) > 256 {
		e.text(16, a.Place) // it may be this article's alone
	} else {
		e.name(17, a.Place)
	}
	e.int(18, a.Flips)
	for _, h := range a.Tested {
		e.listed(19, h)
	}
	e.time(20, a.Removed)
	e.time(21, a.Retired)
	e.uint(22, a.newest)
	e.uint(23, a.lastEvent)
	if a.order != millis(a.FirstSeen) {
		e.millis(24, a.order)
	}
	e.bytes(25, a.keys)
	e.bool(26, a.held)
	e.time(27, a.Armed)
	for _, h := range a.Vanished {
		e.listed(28, h)
	}
	e.bool(29, a.reread)
	e.time(30, a.Modified)
	e.time(31, a.Live)
	e.int(32, a.Lives)
	e.time(33, a.Withheld)
	e.text(34, a.WithheldWhy)
	e.int(35, a.Pruned)
	e.millis(36, a.captured)
	e.time(37, a.Steady)
	return e.b, e.err
}

func (t *tx) decodeArticle(n uint32, b []byte) (*articleRecord, error) {
	a := &articleRecord{num: n}
	a.ID = articleID(n)
	d := unnamer{decoder: decoder{rest: b}, t: t}
	for d.next() {
		switch d.field {
		case 1:
			a.Reading = news.Reading(d.name())
		case 2:
			a.URL = "https://" + a.Polling.Host + "/" + d.text()
		case 3:
			a.URL = d.text()
		case 4:
			a.Feeds = append(a.Feeds, feedID(uint32(d.num)))
		case 5:
			a.Source = d.name()
		case 6:
			a.Headline = d.text()
		case 7:
			a.Language = d.name()
		case 8:
			a.Kind = d.name()
		case 9:
			a.FirstSeen = d.time()
		case 10:
			a.Published = d.since(a.FirstSeen)
		case 11:
			a.LastEdited = d.since(a.FirstSeen)
		case 12:
			a.Versions = d.int()
		case 13:
			a.Edits = d.int()
		case 14:
			a.Hash = news.Hash(d.packed())
		case 15:
			a.Extractor = d.name()
		case 16:
			a.Place = d.text()
		case 17:
			a.Place = d.name()
		case 18:
			a.Flips = d.int()
		case 19:
			a.Tested = append(a.Tested, d.text())
		case 20:
			a.Removed = d.time()
		case 21:
			a.Retired = d.time()
		case 22:
			a.newest = d.num
		case 23:
			a.lastEvent = d.num
		case 24:
			a.order = d.millis()
		case 25:
			a.keys = bytes.Clone(d.raw)
		case 26:
			a.held = d.bool()
		case 27:
			a.Armed = d.time()
		case 28:
			a.Vanished = append(a.Vanished, d.text())
		case 29:
			a.reread = d.bool()
		case 30:
			a.Modified = d.time()
		case 31:
			a.Live = d.time()
		case 32:
			a.Lives = d.int()
		case 33:
			a.Withheld = d.time()
		case 34:
			a.WithheldWhy = d.text()
		case 35:
			a.Pruned = d.int()
		case 36:
			a.captured = d.millis()
		case 37:
			a.Steady = d.time()
		default:
			d.polling(&a.Polling)
		}
	}
	if a.order == 0 {
		a.order = millis(a.FirstSeen)
	}
	if d.err != nil {
		return nil, damaged("article %s: %v", a.ID, d.err)
	}
	return a, nil
}

// bareArticle reads an article without its hold and rereading.
func (t *tx) bareArticle(n uint32) (*articleRecord, error) {
	b := t.get(articles, n4(n))
	if b == nil || n == 0 {
		return nil, missing("article", articleID(n))
	}
	return t.decodeArticle(n, b)
}

// article reads an article.
func (t *tx) article(n uint32) (*articleRecord, error) {
	a, err := t.bareArticle(n)
	if err == nil && a.held {
		a.Hold, err = t.hold(n)
	}
	if err == nil && a.reread {
		a.Rereading, err = t.rereading(n)
	}
	return a, err
}

// find reads the article with a public ID.
func (t *tx) find(id news.ArticleID) (*articleRecord, error) {
	n := articleNum(id)
	if n == 0 {
		return nil, missing("article", id)
	}
	return t.article(n)
}

// putArticle writes an article in place of old, which is nil for a new one,
// and keeps what follows from it in step.
func (t *tx) putArticle(old, a *articleRecord) error {
	if old == nil {
		old = &articleRecord{num: a.num}
	}
	if err := t.putHold(old, a); err != nil {
		return err
	}
	if err := t.putRereading(old, a); err != nil {
		return err
	}
	if err := t.putWithheld(old, a); err != nil {
		return err
	}
	b, err := a.encode(t)
	if err != nil {
		return err
	}
	if err := t.replace(articles, n4(a.num), b); err != nil {
		return err
	}
	if err := t.reschedule(old.Polling, a.Polling, kindArticle, a.num); err != nil {
		return err
	}
	return t.putRecent(old, a)
}

// putRecent keeps the order of articles, of all and of each source. Its values
// let a list of one feed be made without reading the articles of others.
func (t *tx) putRecent(old, a *articleRecord) error {
	isNew := t.get(recent, recentKey(old)) == nil
	if !isNew && old.order == a.order && old.Source == a.Source && slices.Equal(old.Feeds, a.Feeds) {
		return nil
	}
	source, err := t.name(a.Source)
	if err != nil {
		return err
	}
	if was := t.findName(old.Source); !isNew && (old.order != a.order || was != source) {
		if err := t.dropRecent(old); err != nil {
			return err
		}
	}
	if source != 0 {
		if err := t.put(marks, orderKey(source, recentKey(a)), nil); err != nil {
			return err
		}
	}
	if err := t.noteSource(source); err != nil {
		return err
	}
	v := binary.AppendUvarint(nil, uint64(source))
	for _, f := range a.Feeds {
		v = binary.AppendUvarint(v, uint64(feedNum(f)))
	}
	return t.put(recent, recentKey(a), v)
}

// dropRecent takes the article out of the order of articles.
func (t *tx) dropRecent(a *articleRecord) error {
	if source := t.findName(a.Source); source != 0 {
		if err := t.del(marks, orderKey(source, recentKey(a))); err != nil {
			return err
		}
	}
	return t.del(recent, recentKey(a))
}

func recentKey(a *articleRecord) []byte {
	return append(appendMS(make([]byte, 0, 10), a.order), n4(a.num)...)
}

// Article implements [store.Reader].
func (s *Store) Article(ctx context.Context, id news.ArticleID) (news.Article, error) {
	var a news.Article
	err := s.view(ctx, func(t *tx) error {
		r, err := t.find(id)
		if err == nil {
			a = r.Article
		}
		return err
	})
	return a, err
}

// FindArticle implements [store.Reader].
func (s *Store) FindArticle(ctx context.Context, list ...news.Key) (news.Article, error) {
	var a news.Article
	err := s.view(ctx, func(t *tx) error {
		n := t.holder(list)
		if n == 0 {
			return missing("article with key", first(list))
		}
		r, err := t.article(n)
		if err == nil {
			a = r.Article
		}
		return err
	})
	return a, err
}

func first(list []news.Key) news.Key {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// holder returns the article that holds the first of the keys that anyone
// holds, or 0.
func (t *tx) holder(list []news.Key) uint32 {
	for _, k := range list {
		if v := t.get(keys, keyHash(k)); v != nil {
			return num4(v)
		}
	}
	return 0
}

// addKeys gives the article the keys that nobody holds, and reports whether
// there were any.
func (t *tx) addKeys(a *articleRecord, list []news.Key) (added bool, err error) {
	for _, k := range list {
		h := keyHash(k)
		if t.get(keys, h) != nil {
			continue
		}
		if err := t.put(keys, h, n4(a.num)); err != nil {
			return added, err
		}
		a.keys = append(a.keys[:len(a.keys):len(a.keys)], h[:keyKept]...)
		added = true
	}
	return added, nil
}

// Articles implements [store.Reader].
func (s *Store) Articles(ctx context.Context, q store.ArticleQuery) ([]news.Article, error) {
	if q.Known {
		return s.knownArticles(ctx, q)
	}
	var list []news.Article
	err := s.view(ctx, func(t *tx) error {
		source := t.findName(q.Source)
		feed := feedNum(q.Feed)
		if q.Source != "" && source == 0 || q.Feed != "" && feed == 0 {
			return nil
		}
		o := t.order(source)
		k := o.last()
		if q.After != "" {
			a, err := t.find(q.After)
			if err != nil {
				return err
			}
			k = o.before(recentKey(a))
		}
		for seen := 0; k != nil && len(list) < limit(q.Max); k = o.prev() {
			if seen++; seen%4096 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if feed != 0 && !listedBy(t.get(recent, k), feed) {
				continue
			}
			n := num4(tail(k, 6, 4))
			if q.Held && t.get(holds, n4(n)) == nil || !q.Withheld && t.hides(n) {
				continue
			}
			a, err := t.article(n)
			if err != nil {
				return err
			}
			list = append(list, a.Article)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// limit is a query's Max with its default.
func limit(max int) int {
	if max <= 0 {
		return 100
	}
	return max
}
