package bolt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// fullEvery is how many versions a text is rebuilt from at most. A version is
// stored whole when the chain of differences would get longer, or when the
// difference is no shorter than half the whole.
const fullEvery = 64

// A version's data is kept in pieces of pieceLen bytes, so that pages of 4 KB
// are filled: in one piece, a compressed text of 1.5 KB would leave a third of
// its page empty. maxPieces is what one byte of key can count.
const (
	pieceLen  = 330
	maxPieces = 255
)

// hashKept is how much of a version's SHA-256 is kept beside its text, which
// gives the whole of it again: enough to notice damage.
const hashKept = 8

// flatten returns a text as the bytes its hash is of.
func flatten(t news.Text) ([]byte, error) {
	var b bytes.Buffer
	for _, s := range append([]string{t.Headline, t.Standfirst}, t.Paragraphs...) {
		if strings.IndexByte(s, 0) >= 0 {
			return nil, errors.New("the text is not canonical: it has a zero byte")
		}
		b.WriteString(s)
		b.WriteByte(0)
	}
	return b.Bytes(), nil
}

// unflatten is the inverse of flatten.
func unflatten(b []byte) (news.Text, error) {
	parts := strings.Split(string(b), "\x00")
	if len(parts) < 3 || parts[len(parts)-1] != "" {
		return news.Text{}, errRecord
	}
	t := news.Text{Headline: parts[0], Standfirst: parts[1]}
	if len(parts) > 3 {
		t.Paragraphs = parts[2 : len(parts)-1]
	}
	return t, nil
}

// A versionRecord is a version as it is stored.
type versionRecord struct {
	article   uint32
	number    int
	seen      time.Time
	hash      []byte // the first hashKept bytes
	extractor string
	back      uint64 // how far before this one the article's previous version stands; 0: none
	depth     int    // differences to apply before this is a text; 0: it is whole
	data      []byte // the whole text, or the difference to the previous version's, squeezed
	pieces    int    // how many more records continue data
	basis     []byte // the version's Basis, squeezed; nil for most
}

func (v *versionRecord) encode(t *tx) ([]byte, error) {
	e := namer{t: t}
	e.uint(1, uint64(v.article))
	e.uint(2, uint64(v.number))
	e.time(3, v.seen)
	e.bytes(4, v.hash)
	e.name(5, v.extractor)
	e.uint(6, v.back)
	e.uint(7, uint64(v.depth))
	e.bytes(8, v.data)
	e.uint(9, uint64(v.pieces))
	e.bytes(10, v.basis)
	return e.b, e.err
}

// version reads the record with the number n8.
func (t *tx) version(n uint64) (*versionRecord, error) {
	b := t.get(versions, n8(n))
	if b == nil {
		return nil, damaged("version record %d is missing", n)
	}
	v := &versionRecord{}
	d := unnamer{decoder: decoder{rest: b}, t: t}
	for d.next() {
		switch d.field {
		case 1:
			v.article = uint32(d.num)
		case 2:
			v.number = int(d.num)
		case 3:
			v.seen = d.time()
		case 4:
			v.hash = d.raw
		case 5:
			v.extractor = d.name()
		case 6:
			v.back = d.num
		case 7:
			v.depth = int(d.num)
		case 8:
			v.data = d.raw
		case 9:
			v.pieces = int(d.num)
		case 10:
			v.basis = d.raw
		}
	}
	if d.err == nil && v.pieces > 0 {
		v.data, d.err = t.pieces(n, v)
	}
	if d.err == nil && v.back > n {
		d.err = errRecord
	}
	if d.err != nil {
		return nil, damaged("version record %d: %v", n, d.err)
	}
	return v, nil
}

// pieces returns the data of a version that has several pieces.
func (t *tx) pieces(n uint64, v *versionRecord) ([]byte, error) {
	if v.pieces > maxPieces {
		return nil, errRecord
	}
	data := bytes.Clone(v.data)
	c := t.bucket(versions).Cursor()
	c.Seek(n8(n))
	for i := 1; i <= v.pieces; i++ {
		k, b := c.Next()
		if !bytes.Equal(k, pieceKey(n, i)) {
			return nil, fmt.Errorf("piece %d of %d is missing", i, v.pieces)
		}
		data = append(data, b...)
	}
	return data, nil
}

func pieceKey(n uint64, i int) []byte { return append(n8(n), byte(i)) }

// chain returns the article's version records from..to, and those before from
// that their texts build on, newest first.
func (t *tx) chain(a *articleRecord, from, to int) ([]*versionRecord, error) {
	var list []*versionRecord
	want := a.Versions
	for n := a.newest; n != 0; want-- {
		v, err := t.version(n)
		if err != nil {
			return nil, err
		}
		if v.number != want || v.article != a.num {
			return nil, damaged("article %s version %d is not where it should be", a.ID, want)
		}
		if v.number <= to {
			list = append(list, v)
			if v.number <= from && v.depth == 0 {
				return list, nil
			}
		}
		if v.back == 0 {
			if v.number != a.Pruned+1 {
				return nil, damaged("article %s has lost the versions before %d", a.ID, v.number)
			}
			break
		}
		n -= v.back
	}
	if len(list) > 0 && list[len(list)-1].depth != 0 {
		return nil, damaged("article %s version %d has lost the version it builds on", a.ID, list[len(list)-1].number)
	}
	return list, nil
}

// readVersions gives the versions from..to of an article, oldest first, to fn.
// Every text is held against its hash. fn may not keep flat.
func (t *tx) readVersions(ctx context.Context, a *articleRecord, from, to int, fn func(v *versionRecord, flat []byte, hash news.Hash) error) error {
	list, err := t.chain(a, from, to)
	if err != nil {
		return err
	}
	var unpacked bytes.Buffer
	var flat, before []byte // swapped at each step
	for _, v := range slices.Backward(list) {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := unsqueeze(&unpacked, v.data)
		flat, before = before, flat
		if err == nil && v.depth == 0 {
			flat = append(flat[:0], b...)
		} else if err == nil {
			flat, err = applyDelta(flat, before, b)
		}
		if err != nil {
			return damaged("article %s version %d: %v", a.ID, v.number, err)
		}
		if v.number < from {
			continue
		}
		sum := sha256.Sum256(flat)
		if !bytes.Equal(sum[:hashKept], v.hash) {
			return damaged("article %s version %d does not have the text its hash says", a.ID, v.number)
		}
		if err := fn(v, flat, news.Hash(hex.EncodeToString(sum[:]))); err != nil {
			return err
		}
	}
	return nil
}

// Versions implements [store.Reader].
func (s *Store) Versions(ctx context.Context, id news.ArticleID, from, to int) ([]news.Version, error) {
	var list []news.Version
	err := s.view(ctx, func(t *tx) error {
		a, err := t.find(id)
		if err != nil {
			return err
		}
		if to <= 0 || to > a.Versions {
			to = a.Versions
		}
		return t.readVersions(ctx, a, max(from, 1), to, func(v *versionRecord, flat []byte, hash news.Hash) error {
			text, err := unflatten(flat)
			if err != nil {
				return damaged("article %s version %d: %v", id, v.number, err)
			}
			out := news.Version{
				Article: id, Number: v.number, Seen: v.seen, Hash: hash, Extractor: v.extractor, Text: text,
			}
			if v.basis != nil {
				basis, err := unpackText(v.basis)
				if err != nil {
					return damaged("article %s version %d basis: %v", id, v.number, err)
				}
				out.Basis = &basis
			}
			list = append(list, out)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// Version implements [store.Reader].
func (s *Store) Version(ctx context.Context, id news.ArticleID, number int) (news.Version, error) {
	if number < 1 {
		return news.Version{}, missing("version", number)
	}
	list, err := s.Versions(ctx, id, number, number)
	if err != nil {
		return news.Version{}, err
	}
	// A number beyond the newest is cut to it.
	if len(list) != 1 || list[0].Number != number {
		return news.Version{}, missing("version", number)
	}
	return list[0], nil
}

// FindVersion implements [store.Reader].
func (s *Store) FindVersion(ctx context.Context, id news.ArticleID, hash news.Hash) (number int, err error) {
	sum, err := hex.DecodeString(string(hash))
	if err != nil || len(sum) != sha256.Size {
		return 0, missing("version", hash)
	}
	err = s.view(ctx, func(t *tx) error {
		a, err := t.find(id)
		if err != nil {
			return err
		}
		list, err := t.chain(a, 1, a.Versions)
		if err != nil {
			return err
		}
		for _, v := range list {
			if bytes.Equal(v.hash, sum[:hashKept]) {
				number = v.number
				return nil
			}
		}
		return missing("version", hash)
	})
	return number, err
}

// A prepared version is all of a new version that can be worked out before
// the transaction that records it.
type prepared struct {
	versionRecord
	previous uint64 // the record it builds on; 0 for the first
}

// prepare compresses a version of the article, against the previous one where
// there is one.
func (s *Store) prepare(ctx context.Context, article news.Article, v news.Version) (*prepared, error) {
	flat, err := flatten(v.Text)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(flat)
	if hash := news.Hash(hex.EncodeToString(sum[:])); v.Hash != "" && v.Hash != hash {
		return nil, errors.New("the version's hash is not that of its text")
	}
	p := &prepared{versionRecord: versionRecord{
		number: v.Number, seen: v.Seen, hash: sum[:hashKept], extractor: v.Extractor,
	}}
	if v.Basis != nil {
		if p.basis, err = packText(*v.Basis); err != nil {
			return nil, err
		}
	}
	err = s.view(ctx, func(t *tx) error {
		a, err := t.find(v.Article)
		if err != nil {
			return err
		}
		if a.next(article) != v.Number {
			return conflict(a, v.Number)
		}
		p.article, p.previous = a.num, a.newest
		if a.newest == 0 {
			return nil
		}
		return t.readVersions(ctx, a, a.Versions, a.Versions, func(old *versionRecord, before []byte, _ news.Hash) error {
			if old.depth+1 < fullEvery {
				p.data = squeezeDelta(appendDelta(nil, before, flat))
				p.depth = old.depth + 1
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	// Compressed text is a third of the text: below a sixth, the difference is
	// surely the shorter one, and the whole need not be compressed.
	if p.depth == 0 || len(p.data) > len(flat)/6 {
		whole := squeezeWhole(flat)
		if p.depth == 0 || len(p.data) > len(whole)/2 {
			p.data, p.depth = whole, 0
		}
	}
	return p, nil
}

// put stores the prepared version as the article's newest.
func (p *prepared) put(t *tx, a *articleRecord) error {
	n, err := t.nextNumber(versions)
	if err != nil {
		return err
	}
	v := p.versionRecord
	if p.previous != 0 {
		v.back = n - p.previous
	} else {
		a.Pruned = v.number - 1
	}
	a.newest = n
	return t.putVersion(n, v)
}

// putVersion writes a version's record, in pieces if it is long.
func (t *tx) putVersion(n uint64, v versionRecord) error {
	size := max(pieceLen, (len(v.data)+maxPieces)/(maxPieces+1))
	more := v.data[min(size, len(v.data)):]
	v.data = v.data[:len(v.data)-len(more)]
	v.pieces = (len(more) + size - 1) / size
	b, err := v.encode(t)
	if err != nil {
		return err
	}
	if err := t.put(versions, n8(n), b); err != nil {
		return err
	}
	i := 0
	for piece := range slices.Chunk(more, size) {
		i++
		if err := t.put(versions, pieceKey(n, i), piece); err != nil {
			return err
		}
	}
	return nil
}

// dropVersion removes a version's record with all its pieces.
func (t *tx) dropVersion(n uint64, v *versionRecord) error {
	for i := range v.pieces {
		if err := t.del(versions, pieceKey(n, i+1)); err != nil {
			return err
		}
	}
	return t.del(versions, n8(n))
}

// Recorded implements [store.Reader].
func (s *Store) Recorded(ctx context.Context, after uint64, max int) (list []store.VersionAt, err error) {
	err = s.view(ctx, func(t *tx) error {
		c := t.bucket(versions).Cursor()
		for k, _ := c.Seek(n8(after + 1)); k != nil && len(list) < limit(max); k, _ = c.Next() {
			if len(k) > 8 {
				continue // a piece
			}
			v, err := t.version(num8(k))
			if err != nil {
				return err
			}
			list = append(list, store.VersionAt{Place: num8(k), Article: articleID(v.article), Number: v.number})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// Page implements [store.Reader].
func (s *Store) Page(ctx context.Context, id news.ArticleID) (page []byte, err error) {
	err = s.view(ctx, func(t *tx) error {
		if _, err := t.find(id); err != nil {
			return err
		}
		b := t.get(pages, n4(articleNum(id)))
		if b == nil {
			return missing("page of article", id)
		}
		if page, err = unpackPage(b); err != nil {
			return damaged("article %s page: %v", id, err)
		}
		return nil
	})
	return page, err
}

func conflict(a *articleRecord, number int) error {
	return fmt.Errorf("article %s has %d versions and cannot be recorded with %d: %w", a.ID, a.Versions, number, store.ErrConflict)
}
