package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"go.etcd.io/bbolt"
)

// maxFindings bounds what Check reports; the first few tell the story.
const maxFindings = 20

// checker collects what is broken.
type checker struct {
	*tx
	ctx      context.Context
	findings []error
}

func (c *checker) found(format string, args ...any) {
	if len(c.findings) < maxFindings {
		c.findings = append(c.findings, fmt.Errorf(format, args...))
	}
}

// expect reports err, if it is one.
func (c *checker) expect(err error) {
	if err != nil {
		c.found("%w", err)
	}
}

// Check implements [store.Store]. It reads one consistent state while writes
// go on, and only for a look at the free pages keeps them waiting. Its error
// wraps [store.ErrDamaged] and lists what is broken.
func (s *Store) Check(ctx context.Context) error {
	err := s.view(ctx, func(t *tx) error {
		c := &checker{tx: t, ctx: ctx}
		c.part(c.trees)
		if len(c.findings) > 0 {
			return c.verdict() // what follows would stumble over it
		}
		for _, part := range []func(){
			c.names, c.articles, c.feeds, c.schedule, c.keys, c.versions, c.events, c.marks,
			c.deliveries, c.outbox, c.watches, c.wishes, c.standings, c.templates, c.captures, c.kept, c.copies,
		} {
			c.part(part)
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		return c.verdict()
	})
	if err != nil {
		return err
	}
	return s.checkPages()
}

// checkPages is bbolt's own check of pages and free space. It does not survive
// every damage, so what was read above had to be sound; and it takes for
// damage what a writer beside it does, so writers wait meanwhile.
func (s *Store) checkPages() error {
	return explain(guard(func() error {
		btx, err := s.db.Begin(!s.db.IsReadOnly())
		if err != nil {
			return err
		}
		defer btx.Rollback()
		c := &checker{}
		for err := range btx.Check(bbolt.WithKVStringer(quietKeys{})) {
			c.found("%w", err)
		}
		return c.verdict()
	}))
}

// quietKeys keeps bbolt from printing keys, which may be of any length where a
// page is damaged.
type quietKeys struct{}

func (quietKeys) KeyToString([]byte) string   { return "(key)" }
func (quietKeys) ValueToString([]byte) string { return "(value)" }

// part runs one part of the check; stumbling over damage is a finding.
func (c *checker) part(fn func()) {
	c.expect(guard(func() error { fn(); return nil }))
}

// trees reads every key and value, and finds every key again from the root.
func (c *checker) trees() {
	for b := range buckets {
		if c.bucket(b) == nil {
			c.found("bucket %s is missing", bucketNames[b])
			continue
		}
		var last []byte
		sum := crc32.NewIEEE()
		c.each(b, func(k, v []byte) {
			if last != nil && bytes.Compare(last, k) >= 0 {
				c.found("bucket %s is out of order", bucketNames[b])
			}
			last = k
			sum.Write(v)
			if got := c.get(b, k); v != nil && (got == nil || len(v) > 0 && &got[0] != &v[0]) {
				c.found("bucket %s has an entry that cannot be found", bucketNames[b])
			}
		})
	}
}

func (c *checker) verdict() error {
	if len(c.findings) == 0 {
		return nil
	}
	return fmt.Errorf("%w:\n%w", store.ErrDamaged, errors.Join(c.findings...))
}

// each calls fn for every pair in a bucket until the context ends.
func (c *checker) each(b bucket, fn func(k, v []byte)) {
	cursor := c.bucket(b).Cursor()
	for k, v := cursor.First(); k != nil && c.ctx.Err() == nil; k, v = cursor.Next() {
		fn(k, v)
	}
}

func (c *checker) names() {
	c.each(names, func(k, v []byte) {
		if !bytes.Equal(c.get(texts, v), k) {
			c.found("name %d does not lead back to %q", num4(v), k)
		}
	})
	c.each(texts, func(k, v []byte) {
		if !bytes.Equal(c.get(names, v), k) {
			c.found("text %q does not lead back to name %d", v, num4(k))
		}
	})
}

// articles proves every article with all its versions, and that the order, the
// holds and the pages are those of articles.
func (c *checker) articles() {
	total, held, reread := 0, 0, 0
	c.each(articles, func(k, _ []byte) {
		total++
		a, err := c.article(num4(k))
		if err != nil {
			c.expect(err)
			return
		}
		if a.held {
			held++
		}
		if a.reread {
			reread++
		}
		if c.get(recent, recentKey(a)) == nil {
			c.found("article %s is missing from the order of articles", a.ID)
		}
		if source := c.findName(a.Source); source != 0 && c.get(sources, n4(source)) == nil {
			c.found("source %q of article %s is missing", a.Source, a.ID)
		}
		if _, err := c.keysOf(a); err != nil {
			c.expect(err)
		}
		for _, f := range a.Feeds {
			if c.get(feeds, n4(feedNum(f))) == nil {
				c.found("article %s names feed %s, which does not exist", a.ID, f)
			}
		}
		c.inSchedule(a.Polling, kindArticle, a.num)
		c.texts(a)
		if b := c.get(pages, k); b != nil {
			if _, err := unpackPage(b); err != nil {
				c.found("article %s page: %w", a.ID, err)
			}
		}
	})
	for b, want := range map[bucket]int{recent: total, holds: held, rereadings: reread} {
		if got := c.count(b); got != want {
			c.found("%s has %d entries for %d articles", bucketNames[b], got, want)
		}
	}
	c.each(pages, func(k, _ []byte) {
		if c.get(articles, k) == nil {
			c.found("a page is kept of article %s, which does not exist", articleID(num4(k)))
		}
	})
}

// texts rebuilds every version of an article.
func (c *checker) texts(a *articleRecord) {
	n := a.Pruned
	err := c.readVersions(c.ctx, a, 1, a.Versions, func(v *versionRecord, flat []byte, _ news.Hash) error {
		n++
		if _, err := unflatten(flat); err != nil || v.number != n {
			return damaged("article %s version %d cannot be read", a.ID, n)
		}
		if v.basis != nil {
			if _, err := unpackText(v.basis); err != nil {
				return damaged("article %s version %d basis: %v", a.ID, n, err)
			}
		}
		return nil
	})
	if err == nil && n != a.Versions {
		err = damaged("article %s has %d versions, not %d", a.ID, n, a.Versions)
	}
	c.expect(err)
}

func (c *checker) templates() {
	c.each(templates, func(k, v []byte) {
		t, err := unpackTemplate(v)
		if err != nil || c.findName(t.Host) != num4(k) {
			c.found("template %d of host %q: %w", num4(k), t.Host, errors.Join(err))
		}
	})
}

func (c *checker) feeds() {
	c.each(feeds, func(k, v []byte) {
		f, err := c.decodeFeed(num4(k), v)
		if err != nil {
			c.expect(err)
			return
		}
		if c.findFeed(f.URL) == 0 {
			c.found("feed %s cannot be found by its address", f.ID)
		}
		c.inSchedule(f.Polling, kindFeed, num4(k))
	})
}

func (c *checker) inSchedule(p news.Polling, kind byte, n uint32) {
	if p.Next.IsZero() {
		return
	}
	if host := c.findName(p.Host); c.get(schedule, scheduleKey(host, millis(p.Next), kind, n)) == nil {
		c.found("%c%d is due at %v, and the schedule does not say so", kind, n, p.Next)
	}
}

// schedule proves that every entry is a record's; that every record has its
// entry was proved with the records.
func (c *checker) schedule() {
	c.each(schedule, func(k, _ []byte) {
		var p news.Polling
		n := num4(tail(k, 11, 4))
		if tail(k, 10, 1)[0] == kindFeed {
			f, err := c.feed(n)
			c.expect(err)
			p = f.Polling
		} else if a, err := c.bareArticle(n); err == nil {
			p = a.Polling
		} else {
			c.expect(err)
		}
		if millis(p.Next) != ms6(tail(k, 4, 6)) || c.findName(p.Host) != num4(k) {
			c.found("the schedule has %c%d at %v, its record at %v", k[10], n, fromMillis(ms6(tail(k, 4, 6))), p.Next)
		}
	})
}

func (c *checker) keys() {
	kept := 0
	c.each(articles, func(k, v []byte) {
		if a, err := c.decodeArticle(num4(k), v); err == nil {
			kept += len(a.keys) / keyKept
		}
	})
	ofFeeds := map[string]bool{}
	c.each(feeds, func(k, v []byte) {
		if f, err := c.decodeFeed(num4(k), v); err == nil {
			ofFeeds[string(feedKey(f.URL))] = true
		}
	})
	stray := 0
	c.each(keys, func(k, v []byte) {
		if len(k) != keyLen || len(v) != 4 {
			c.found("key %x is not one", k)
			return
		}
		if c.get(articles, v) == nil && c.get(feeds, v) == nil {
			c.found("key %x is of number %d, which does not exist", k, num4(v))
		}
		if !ofFeeds[string(k)] {
			stray++
		}
	})
	// Earlier addresses of feeds are keys that nothing else remembers.
	if stray < kept {
		c.found("articles remember %d keys, and there are %d", kept, stray)
	}
}

func (c *checker) versions() {
	total := 0
	c.each(articles, func(k, v []byte) {
		if a, err := c.decodeArticle(num4(k), v); err == nil {
			total += a.Versions - a.Pruned
		}
	})
	records, pieces, expected := 0, 0, 0
	c.each(versions, func(k, _ []byte) {
		if len(k) > 8 {
			pieces++
			return
		}
		records++
		v, err := c.version(num8(k))
		if err != nil {
			c.expect(err)
			return
		}
		expected += v.pieces
	})
	if records != total || records != c.made(versions) || pieces != expected {
		c.found("there are %d version records with %d pieces for %d versions with %d", records, pieces, total, expected)
	}
}

// events proves the sequence and the chains of articles through it.
func (c *checker) events() {
	next, gone := uint64(1), 0
	ofArticle := map[news.ArticleID]uint64{}
	c.each(events, func(k, v []byte) {
		r, err := c.decodeEvent(num8(k), v)
		if err != nil {
			c.expect(err)
			return
		}
		seq := uint64(r.Seq)
		if seq != next {
			c.found("event %d follows event %d", seq, next-1)
		}
		next = seq + 1
		if r.gone {
			gone++
		}
		if r.Article != "" {
			if last := ofArticle[r.Article]; last != back(seq, r.back) {
				c.found("event %d does not follow event %d of article %s", seq, last, r.Article)
			}
			ofArticle[r.Article] = seq
		}
	})
	if c.bucket(events).Sequence() != next-1 {
		c.found("%d events were numbered, and %d are there", c.bucket(events).Sequence(), next-1)
	}
	if gone != c.gone(events) {
		c.found("%d events are said to be gone, and %d are", c.gone(events), gone)
	}
	for id, seq := range ofArticle {
		if a, err := c.find(id); err != nil {
			c.found("event %d: %w", seq, err)
		} else if a.lastEvent != seq {
			c.found("article %s has lost event %d", id, seq)
		}
	}
	c.each(articles, func(k, v []byte) {
		if a, err := c.decodeArticle(num4(k), v); err == nil && a.lastEvent != ofArticle[a.ID] {
			c.found("article %s names event %d, which is not its newest", a.ID, a.lastEvent)
		}
	})
	c.each(unplanned, func(k, _ []byte) {
		r, err := c.event(num8(k))
		c.expect(err)
		if err == nil && r.gone {
			c.found("event %d is gone, and waits to be planned", num8(k))
		}
	})
}

// back returns the number that stands d before n, or 0 if d is 0.
func back(n, d uint64) uint64 {
	if d == 0 {
		return 0
	}
	return n - d
}

// deliveries proves the outbox and both chains through it.
func (c *checker) deliveries() {
	ofThread := map[[2]uint32]uint64{}
	ofChannel := map[uint32]uint64{}
	c.each(deliveries, func(k, v []byte) {
		r, err := c.decodeDelivery(num8(k), v)
		if err != nil {
			c.expect(err)
			return
		}
		channel, article := c.findName(string(r.Channel)), articleNum(r.Article)
		if article != 0 && c.get(articles, n4(article)) == nil {
			c.found("delivery %s is about article %s, which does not exist", r.ID, r.Article)
		}
		thread := [2]uint32{article, channel}
		if !r.gone && ofThread[thread] != back(r.num, r.back) || ofChannel[channel] != back(r.num, r.channelBack) {
			c.found("delivery %s does not follow the one before it", r.ID)
		}
		ofChannel[channel] = r.num
		if !r.gone {
			ofThread[thread] = r.num
		}
		for _, seq := range r.Events {
			if c.get(events, n8(uint64(seq))) == nil {
				c.found("delivery %s tells event %d, which does not exist", r.ID, seq)
			}
		}
		pending := c.get(queue, queueKey(channel, r.num)) != nil && c.get(due, dueKey(channel, r.Due, r.num)) != nil
		if pending != (r.State == news.Pending) {
			c.found("delivery %s is %s, and the queue says otherwise", r.ID, r.State)
		}
	})
	c.each(threads, func(k, v []byte) {
		th, err := decodeThread(v)
		c.expect(err)
		key := [2]uint32{num4(k), num4(tail(k, 4, 4))}
		if th.newest != ofThread[key] {
			c.found("thread %v does not end at its newest delivery", key)
		}
		delete(ofThread, key)
	})
	if len(ofThread) > 0 {
		c.found("%d threads are missing", len(ofThread))
	}
	for channel, newest := range ofChannel {
		if st, err := c.standing(channels, channel); err != nil || st.newest != newest {
			c.found("channel %d has lost delivery %d", channel, newest)
		}
	}
}

// outbox proves that every entry of the queue is a pending delivery's.
func (c *checker) outbox() {
	check := func(channel uint32, n uint64, at int64) {
		r, err := c.delivery(n)
		if err != nil {
			c.expect(err)
		} else if r.State != news.Pending || dueMS(r.Due) != at || c.findName(string(r.Channel)) != channel {
			c.found("the queue has delivery %s, which is %s and due %v", r.ID, r.State, r.Due)
		}
	}
	c.each(queue, func(k, v []byte) { check(num4(k), num8(tail(k, 4, 8)), ms6(v)) })
	c.each(due, func(k, _ []byte) { check(num4(k), num8(tail(k, 10, 8)), ms6(tail(k, 4, 6))) })
}

func (c *checker) watches() {
	total := 0
	c.each(watches, func(k, v []byte) {
		w, err := c.decodeWatch(num8(k), v)
		if err != nil {
			c.expect(err)
			return
		}
		c.expect(c.checkWatched(w))
		list, err := c.watchingKeys(w)
		c.expect(err)
		for _, k := range list {
			total++
			if c.bucket(watching).Get(k) == nil {
				c.found("watch %s cannot be found by %c", w.ID, k[0])
			}
		}
	})
	if n := c.count(watching); n != total {
		c.found("watches are found in %d ways, not %d", n, total)
	}
}

// wishes proves that removed watches, settings and standings can be read.
func (c *checker) wishes() {
	c.each(removed, func(k, v []byte) {
		_, err := c.decodeWatch(num8(k[6:]), v)
		c.expect(err)
	})
	c.each(settings, func(k, v []byte) {
		_, err := decodeSettings(v)
		c.expect(err)
	})
	c.each(manners, func(k, v []byte) {
		_, err := c.decodeManners(num4(k), v)
		c.expect(err)
	})
}

// standings proves that hosts and channels know their earliest work.
func (c *checker) standings() {
	for _, x := range []struct{ b, times bucket }{{hosts, schedule}, {channels, due}} {
		earliest := map[uint32]int64{}
		c.each(x.times, func(k, _ []byte) {
			if _, seen := earliest[num4(k)]; !seen {
				earliest[num4(k)] = ms6(tail(k, 4, 6))
			}
		})
		c.each(x.b, func(k, v []byte) {
			r, err := decodeStanding(v)
			if err != nil || r.due != earliest[num4(k)] {
				c.found("%s %d: earliest work is at %v, not %v", bucketNames[x.b], num4(k),
					fromMillis(earliest[num4(k)]).Format(time.RFC3339), fromMillis(r.due).Format(time.RFC3339))
			}
			delete(earliest, num4(k))
		})
		if len(earliest) > 0 {
			c.found("%d %s are missing", len(earliest), bucketNames[x.b])
		}
	}
}
