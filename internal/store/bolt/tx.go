package bolt

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"go.etcd.io/bbolt"
)

// bucket names a bucket; see the package comment.
type bucket int

const (
	meta bucket = iota
	names
	texts
	hosts
	schedule
	feeds
	articles
	recent
	holds
	pages
	keys
	versions
	events
	unplanned
	sources
	deliveries
	queue
	due
	channels
	threads
	watches
	watching
	rereadings
	templates
	removed
	settings
	manners
	marks
	captures
	archives
	withheld
	deleted
	buckets // how many there are
)

var bucketNames = [buckets][]byte{
	[]byte("meta"), []byte("names"), []byte("texts"), []byte("hosts"), []byte("schedule"), []byte("feeds"),
	[]byte("articles"), []byte("recent"), []byte("holds"), []byte("pages"), []byte("keys"), []byte("versions"),
	[]byte("events"), []byte("unplanned"), []byte("sources"), []byte("deliveries"), []byte("queue"), []byte("due"),
	[]byte("channels"), []byte("threads"), []byte("watches"), []byte("watching"),
	[]byte("rereadings"), []byte("templates"),
	[]byte("removed"), []byte("settings"), []byte("manners"),
	[]byte("marks"), []byte("captures"), []byte("archives"), []byte("withheld"), []byte("deleted"),
}

// fill says how full bbolt leaves the pages of a bucket when it splits them.
// Buckets that grow at their end are filled; the others keep bbolt's half,
// because their records grow where they stand.
var fill = map[bucket]float64{versions: 0.97, events: 0.97, deliveries: 0.9, articles: 0.9, texts: 0.9, schedule: 0.9, recent: 0.9, threads: 0.9, captures: 0.9}

// tx is one bbolt transaction with its buckets at hand. Byte slices read from
// it die with it.
type tx struct {
	*bbolt.Tx
	s     *Store
	open  [buckets]*bbolt.Bucket
	puts  int                 // writes so far
	hosts map[uint32]struct{} // hosts whose schedule was changed
	chans map[uint32]struct{} // channels whose pending deliveries were changed
	after []func()            // run when the transaction is committed
}

func (t *tx) bucket(b bucket) *bbolt.Bucket {
	if t.open[b] == nil {
		t.open[b] = t.Bucket(bucketNames[b])
		if f := fill[b]; f != 0 && t.Writable() {
			t.open[b].FillPercent = f
		}
	}
	return t.open[b]
}

func (t *tx) get(b bucket, key []byte) []byte { return t.bucket(b).Get(key) }

func (t *tx) put(b bucket, key, value []byte) error {
	t.puts++
	if value == nil {
		value = []byte{} // or it reads as missing until it is committed
	}
	if err := t.bucket(b).Put(key, value); err != nil {
		return fmt.Errorf("write %s: %w", bucketNames[b], err)
	}
	return nil
}

// replace is put for records that grow where they stand. Deleting the old one
// first has bbolt look whether the page should be joined with its neighbour,
// which it never does after a put: else pages that were split stay half empty.
func (t *tx) replace(b bucket, key, value []byte) error {
	if err := t.del(b, key); err != nil {
		return err
	}
	return t.put(b, key, value)
}

func (t *tx) del(b bucket, key []byte) error {
	t.puts++
	if err := t.bucket(b).Delete(key); err != nil {
		return fmt.Errorf("delete from %s: %w", bucketNames[b], err)
	}
	return nil
}

// nextNumber returns a number that the bucket never gave out before.
func (t *tx) nextNumber(b bucket) (uint64, error) {
	t.puts++
	return t.bucket(b).NextSequence()
}

// number4 is nextNumber for numbers kept in four bytes.
func (t *tx) number4(b bucket) (uint32, error) {
	n, err := t.nextNumber(b)
	if err == nil && n > 1<<32-1 {
		err = fmt.Errorf("%s are numbered to the end", bucketNames[b])
	}
	return uint32(n), err
}

func n4(n uint32) []byte   { return binary.BigEndian.AppendUint32(nil, n) }
func n8(n uint64) []byte   { return binary.BigEndian.AppendUint64(nil, n) }
func num4(b []byte) uint32 { return binary.BigEndian.Uint32(tail(b, 0, 4)) }
func num8(b []byte) uint64 { return binary.BigEndian.Uint64(tail(b, 0, 8)) }

// tail returns what follows the first bytes of a key or value, which must be
// want bytes at least. A shorter one is damage, which [guard] reports.
func tail(b []byte, from, want int) []byte {
	if len(b) < from+want {
		panic(broken(fmt.Sprintf("a key or value has %d bytes", len(b))))
	}
	return b[from:]
}

// appendMS appends a time in milliseconds as 6 bytes.
func appendMS(b []byte, ms int64) []byte {
	ms = min(max(ms, 0), 1<<48-1)
	return append(b, byte(ms>>40), byte(ms>>32), byte(ms>>24), byte(ms>>16), byte(ms>>8), byte(ms))
}

func ms6(b []byte) int64 {
	b = tail(b, 0, 6)
	return int64(b[0])<<40 | int64(b[1])<<32 | int64(b[2])<<24 | int64(b[3])<<16 | int64(b[4])<<8 | int64(b[5])
}

// Public IDs are a letter and a number.

func articleID(n uint32) news.ArticleID {
	if n == 0 {
		return ""
	}
	return news.ArticleID("a" + strconv.FormatUint(uint64(n), 36))
}

func feedID(n uint32) news.FeedID {
	if n == 0 {
		return ""
	}
	return news.FeedID("f" + strconv.FormatUint(uint64(n), 36))
}

func watchID(n uint64) news.WatchID { return news.WatchID("w" + strconv.FormatUint(n, 10)) }

// number reads a public ID, and is 0 for what is none.
func number(id, letter string, base, bits int) uint64 {
	if len(id) < 2 || id[:1] != letter {
		return 0
	}
	n, err := strconv.ParseUint(id[1:], base, bits)
	if err != nil || strconv.FormatUint(n, base) != id[1:] {
		return 0
	}
	return n
}

func articleNum(id news.ArticleID) uint32 { return uint32(number(string(id), "a", 36, 32)) }
func feedNum(id news.FeedID) uint32       { return uint32(number(string(id), "f", 36, 32)) }
func watchNum(id news.WatchID) uint64     { return number(string(id), "w", 10, 64) }

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{store.ErrDamaged}, args...)...)
}

func missing(what string, id any) error { return fmt.Errorf("%s %v: %w", what, id, store.ErrNotFound) }
