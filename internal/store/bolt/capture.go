package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// A captureRecord is a capture as it is stored. Bodies come packed by their
// servers as a rule and are kept so, to the byte; one that does not is packed
// with zstd. Of 329 real pages, 57 KB each when packed with gzip, a capture takes
// 64 KB of the file (TestCaptureSize).
type captureRecord struct {
	at      int64 // when the answer was there, in milliseconds; with the article it is the key
	article uint32
	version int
	asked   string
	url     string // empty if it is asked
	header  []byte // both headers, squeezed
	proto   string
	status  int
	packed  bool // body is packed by us
	body    []byte
	back    int64 // how many milliseconds before it the article's previous capture stands; 0: none
}

// headersPart parts the header of the request from that of the answer.
const headersPart = "\n\n"

func (r *captureRecord) key() []byte {
	return append(appendMS(make([]byte, 0, 10), r.at), n4(r.article)...)
}

// prepareCapture packs what a version was read from before the transaction.
func prepareCapture(c *news.Capture, of *prepared) (*captureRecord, error) {
	if c == nil {
		return nil, nil
	}
	if of == nil {
		return nil, errors.New("a capture is kept only of a version")
	}
	r := &captureRecord{at: max(millis(c.At), 1), version: of.number, asked: c.Asked, proto: c.Proto, status: c.Status, body: c.Body}
	if c.URL != c.Asked {
		r.url = c.URL
	}
	r.header = squeezeDelta([]byte(strings.Join(c.Request, "\n") + headersPart + strings.Join(c.Header, "\n")))
	b, err := packPage(c.Body)
	if err != nil {
		return nil, err
	}
	if len(b) < len(c.Body) {
		r.packed, r.body = true, b
	}
	return r, nil
}

// putCapture adds a capture to its article's.
func (t *tx) putCapture(a *articleRecord, r captureRecord) error {
	r.article = a.num
	if r.at <= a.captured {
		r.at = a.captured + 1 // the clock was set back
	}
	if a.captured != 0 {
		r.back = r.at - a.captured
	}
	a.captured = r.at
	if _, err := t.nextNumber(captures); err != nil { // counts them
		return err
	}
	return t.put(captures, r.key(), r.encode(t))
}

func (r *captureRecord) encode(t *tx) []byte {
	e := encoder{b: make([]byte, 0, len(r.body)+len(r.header)+2*len(r.asked)+64)}
	e.int(1, r.version)
	e.uint(2, uint64(r.back))
	e.text(3, r.asked)
	e.text(4, r.url)
	e.text(5, r.proto)
	e.int(6, r.status)
	e.bytes(7, r.header)
	e.bool(8, r.packed)
	e.bytes(9, r.body) // last, so that the rest is read without it
	return e.b
}

func decodeCapture(k, v []byte) (*captureRecord, error) {
	r := &captureRecord{at: ms6(k), article: num4(tail(k, 6, 4))}
	d := decoder{rest: v}
	for d.next() {
		switch d.field {
		case 1:
			r.version = d.int()
		case 2:
			r.back = int64(d.num)
		case 3:
			r.asked = d.text()
		case 4:
			r.url = d.text()
		case 5:
			r.proto = d.text()
		case 6:
			r.status = d.int()
		case 7:
			r.header = d.raw
		case 8:
			r.packed = d.bool()
		case 9:
			r.body = d.raw
		}
	}
	if d.err != nil || r.back < 0 || r.back >= r.at {
		return nil, r.broken(errors.Join(d.err, errRecord))
	}
	return r, nil
}

func (r *captureRecord) broken(err error) error {
	return damaged("capture of article %s at %s: %v", articleID(r.article), fromMillis(r.at).Format(time.RFC3339), err)
}

// unpack returns the capture with copies of all it holds.
func (r *captureRecord) unpack() (news.Capture, error) {
	c := news.Capture{
		Article: articleID(r.article), Version: r.version, At: fromMillis(r.at),
		Asked: r.asked, URL: r.url, Proto: r.proto, Status: r.status,
	}
	if c.URL == "" {
		c.URL = c.Asked
	}
	headers, err := unsqueeze(&bytes.Buffer{}, r.header)
	if err != nil {
		return c, r.broken(err)
	}
	request, answer, ok := strings.Cut(string(headers), headersPart)
	if !ok {
		return c, r.broken(errRecord)
	}
	c.Request, c.Header = lines(request), lines(answer)
	if !r.packed {
		c.Body = bytes.Clone(r.body)
		return c, nil
	}
	if c.Body, err = unpackPage(r.body); err != nil {
		return c, r.broken(err)
	}
	return c, nil
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// Captures implements [store.Keeper].
func (s *Store) Captures(ctx context.Context, q store.CaptureQuery) iter.Seq2[news.Capture, error] {
	return func(yield func(news.Capture, error) bool) {
		var last []byte // the key of the one before
		for {
			c, key, err := s.nextCapture(ctx, q, last)
			if err != nil {
				yield(news.Capture{}, err)
				return
			}
			if key == nil || !yield(c, nil) {
				return
			}
			last = key
		}
	}
}

// nextCapture returns the first capture behind a key that is asked for, with its
// own key, which is nil at the end.
func (s *Store) nextCapture(ctx context.Context, q store.CaptureQuery, last []byte) (found news.Capture, key []byte, err error) {
	err = s.view(ctx, func(t *tx) error {
		article := uint32(0)
		if q.Article != "" {
			a, err := t.find(q.Article)
			if err != nil {
				return err
			}
			if a.captured == 0 {
				return nil
			}
			article = a.num
		}
		c := t.bucket(captures).Cursor()
		from := appendMS(nil, millis(q.Since))
		if last != nil {
			from = append(bytes.Clone(last), 0)
		}
		seen := 0
		for k, v := c.Seek(from); k != nil; k, v = c.Next() {
			if seen++; seen%1024 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if !q.Until.IsZero() && ms6(k) >= millis(q.Until) {
				return nil
			}
			n := num4(tail(k, 6, 4))
			if article != 0 && n != article || !q.Withheld && t.hides(n) {
				continue
			}
			if q.Source != "" {
				if a, err := t.bareArticle(n); err != nil {
					return fmt.Errorf("article of a capture: %w", err)
				} else if a.Source != q.Source {
					continue
				}
			}
			r, err := decodeCapture(k, v)
			if err != nil {
				return err
			}
			key = bytes.Clone(k)
			found, err = r.unpack()
			return err
		}
		return nil
	})
	return found, key, err
}

// dropCaptures removes an article's captures, and returns how many there were.
func (t *tx) dropCaptures(a *articleRecord) (int, error) {
	n := 0
	for at := a.captured; at != 0; n++ {
		r := &captureRecord{at: at, article: a.num}
		v := t.get(captures, r.key())
		if v == nil {
			return n, r.broken(errors.New("it is missing"))
		}
		r, err := decodeCapture(r.key(), v)
		if err != nil {
			return n, err
		}
		if err := t.del(captures, r.key()); err != nil {
			return n, err
		}
		if at -= r.back; r.back == 0 {
			at = 0
		}
	}
	a.captured = 0
	return n, t.countGone(captures, n)
}
