package bolt

import (
	"errors"
)

// captures proves that every capture can be read and is one of its article's,
// and that they are all counted.
func (c *checker) captures() {
	of := map[uint32]int64{}
	total := 0
	c.each(captures, func(k, v []byte) {
		total++
		r, err := decodeCapture(k, v)
		if err == nil {
			_, err = r.unpack()
		}
		if err != nil {
			c.expect(err)
			return
		}
		if last := of[r.article]; last != r.at-r.back && (last != 0 || r.back != 0) {
			c.expect(r.broken(errors.New("it does not follow the one before it")))
		}
		of[r.article] = r.at
	})
	if total != c.made(captures) {
		c.found("%d captures are said to be there, and %d are", c.made(captures), total)
	}
	c.each(articles, func(k, v []byte) {
		if a, err := c.decodeArticle(num4(k), v); err == nil && a.captured != of[a.num] {
			c.found("article %s has lost captures", a.ID)
		}
		delete(of, num4(k))
	})
	if len(of) > 0 {
		c.found("captures are kept of %d articles that do not exist", len(of))
	}
}

// kept proves that the list of withheld articles is that of their records, and
// that nobody holds the key of an article that was deleted.
func (c *checker) kept() {
	total := 0
	c.each(articles, func(k, v []byte) {
		if a, err := c.decodeArticle(num4(k), v); err == nil && !a.Withheld.IsZero() {
			total++
			if !c.hides(a.num) {
				c.found("article %s is withheld and not among the withheld", a.ID)
			}
		}
	})
	if n := c.count(withheld); n != total {
		c.found("%d articles are among the withheld, and %d are withheld", n, total)
	}
	c.each(deleted, func(k, v []byte) {
		if len(k) != keyLen || len(v) != 4 {
			c.found("deleted key %x is not one", k)
		} else if c.get(articles, v) != nil {
			c.found("article %s was deleted, and is there", articleID(num4(v)))
		}
	})
}

// copies proves that every copy is one of a version that its article has had,
// that those not done stand in the order in which they are due, and that nothing
// else does.
func (c *checker) copies() {
	waiting, due := 0, 0
	c.each(archives, func(k, v []byte) {
		switch k[0] {
		case archiveCopy:
			one, err := c.decodeCopy(k, v)
			if err != nil {
				c.expect(err)
				return
			}
			a, err := c.bareArticle(articleNum(one.Article))
			if err != nil || one.Version < 1 || one.Version > a.Versions {
				c.found("a copy is kept of version %d of article %s, which does not exist", one.Version, one.Article)
			}
			if one.Done() {
				return
			}
			waiting++
			if c.get(archives, copyDueKey(dueMS(one.Due), articleNum(one.Article), one.Version)) == nil {
				c.found("the copy of version %d of article %s is due at %v, and the order does not say so", one.Version, one.Article, one.Due)
			}
		case archiveDue:
			due++
		case archiveFollowed:
			if seq := num8(v); seq > c.bucket(events).Sequence() {
				c.found("events were followed to %d, and there are %d", seq, c.bucket(events).Sequence())
			}
		case archiveHeld:
			ms6(v)
		default:
			c.found("archives has a key %x that is none", k)
		}
	})
	if waiting != due {
		c.found("%d copies are in the order in which they are due, and %d are not done", due, waiting)
	}
}
