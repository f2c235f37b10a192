package bolt

import (
	"context"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// An eventRecord is an event with its place in the chain of its article's.
type eventRecord struct {
	news.Event
	source uint32 // the name of the article's source when it was recorded
	back   uint64 // how far before it the article's previous event stands; 0: none
	gone   bool   // its article was deleted for good; only the chains still need it
}

func (r *eventRecord) encode(t *tx) ([]byte, error) {
	e := namer{t: t}
	e.name(1, string(r.Kind))
	e.uint(2, uint64(articleNum(r.Article)))
	e.uint(3, uint64(feedNum(r.Feed)))
	e.time(4, r.At)
	e.int(5, r.From)
	e.int(6, r.To)
	e.since(7, r.ChangedBefore, r.At)
	e.since(8, r.ChangedAfter, r.At)
	e.int(9, int(r.Significance))
	for _, c := range r.Classes {
		e.name(10, string(c))
	}
	e.bool(11, r.Noted)
	e.int(12, r.RevertedTo)
	e.text(13, r.RedirectedTo)
	e.text(14, r.Detail)
	e.uint(15, uint64(r.source))
	e.uint(16, r.back)
	e.bool(18, r.Live)
	e.bool(19, r.gone)
	e.bool(20, r.Imported)
	return e.b, e.err
}

func (t *tx) decodeEvent(seq uint64, b []byte) (*eventRecord, error) {
	r := &eventRecord{}
	r.Seq = news.Seq(seq)
	d := unnamer{decoder: decoder{rest: b}, t: t}
	for d.next() {
		switch d.field {
		case 1:
			r.Kind = news.EventKind(d.name())
		case 2:
			r.Article = articleID(uint32(d.num))
		case 3:
			r.Feed = feedID(uint32(d.num))
		case 4:
			r.At = d.time()
		case 5:
			r.From = d.int()
		case 6:
			r.To = d.int()
		case 7:
			r.ChangedBefore = d.since(r.At)
		case 8:
			r.ChangedAfter = d.since(r.At)
		case 9:
			r.Significance = news.Significance(d.int())
		case 10:
			r.Classes = append(r.Classes, news.Class(d.name()))
		case 11:
			r.Noted = d.bool()
		case 12:
			r.RevertedTo = d.int()
		case 13:
			r.RedirectedTo = d.text()
		case 14:
			r.Detail = d.text()
		case 15:
			r.source = uint32(d.num)
		case 16:
			r.back = d.num
		case 18:
			r.Live = d.bool()
		case 19:
			r.gone = d.bool()
		case 20:
			r.Imported = d.bool()
		}
	}
	if d.err == nil && r.back > seq {
		d.err = errRecord
	}
	if d.err != nil {
		return nil, damaged("event %d: %v", seq, d.err)
	}
	return r, nil
}

func (t *tx) event(seq uint64) (*eventRecord, error) {
	b := t.get(events, n8(seq))
	if b == nil {
		return nil, missing("event", news.Event{Seq: news.Seq(seq)}.ID())
	}
	return t.decodeEvent(seq, b)
}

func (t *tx) putEvent(r *eventRecord) error {
	b, err := r.encode(t)
	if err != nil {
		return err
	}
	return t.put(events, n8(uint64(r.Seq)), b)
}

// appendEvent gives the event its number and, unless it was imported, notes that
// it is not planned yet.
// a is its article, or nil for a feed's; the caller writes a.
func (t *tx) appendEvent(e news.Event, a *articleRecord) (news.Event, error) {
	seq, err := t.nextNumber(events)
	if err != nil {
		return e, err
	}
	e.Seq = news.Seq(seq)
	if e.At.IsZero() {
		e.At = time.Now().UTC()
	}
	r := &eventRecord{Event: e}
	if a != nil {
		r.Article, e.Article = a.ID, a.ID
		if a.lastEvent != 0 {
			r.back = seq - a.lastEvent
		}
		a.lastEvent = seq
		if e.Kind != news.Archived { // which no list of articles shows as its newest
			a.order = millis(e.At)
		}
		if r.source, err = t.name(a.Source); err != nil {
			return e, err
		}
	}
	if err := t.putEvent(r); err != nil {
		return e, err
	}
	if err := t.mark(r); err != nil {
		return e, err
	}
	if e.Imported {
		return e, nil // nobody is to be told
	}
	return e, t.put(unplanned, n8(seq), nil)
}

// Event implements [store.Reader].
func (s *Store) Event(ctx context.Context, seq news.Seq) (e news.Event, err error) {
	err = s.view(ctx, func(t *tx) error {
		r, err := t.event(uint64(seq))
		if err == nil && r.gone {
			err = missing("event", r.ID())
		}
		if err == nil {
			e = r.Event
		}
		return err
	})
	return e, err
}

// Events implements [store.Reader].
func (s *Store) Events(ctx context.Context, q store.EventQuery) (list []news.Event, err error) {
	err = s.view(ctx, func(t *tx) error {
		list, err = t.eventsOf(ctx, q)
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// page returns an empty list with room for what q wants, unless that is much.
func page(q store.EventQuery) []news.Event { return make([]news.Event, 0, min(limit(q.Max), 256)) }

func (t *tx) eventsOf(ctx context.Context, q store.EventQuery) ([]news.Event, error) {
	if q.Article != "" {
		return t.eventsOfArticle(ctx, q)
	}
	if sets := t.sets(q); len(sets) > 0 {
		return t.markedEvents(ctx, q, sets)
	}
	return t.scanEvents(q)
}

// eventsOfArticle walks the chain of an article's events from its newest, or
// from q.Before if that event is one of them, so that the next page of a list
// costs no more than the first.
func (t *tx) eventsOfArticle(ctx context.Context, q store.EventQuery) ([]news.Event, error) {
	a, err := t.find(q.Article)
	if err != nil || !q.Withheld && t.hides(a.num) {
		return nil, err
	}
	source := t.findName(q.Source)
	if q.Source != "" && source == 0 {
		return nil, nil
	}
	n := a.lastEvent
	if q.Before != 0 && uint64(q.Before) <= n {
		if r, err := t.event(uint64(q.Before)); err == nil && r.Article == q.Article {
			n = uint64(r.Seq)
		}
	}
	var list []news.Event
	for steps := 0; n > uint64(q.After); steps++ {
		if steps%1024 == 1023 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r, err := t.event(n)
		if err != nil {
			return nil, damaged("%v", err)
		}
		if (q.Before == 0 || r.Seq < q.Before) && (source == 0 || r.source == source) && q.Passes(r.Event) && t.shows(r, q) {
			list = append(list, r.Event)
			if !q.Oldest && len(list) == limit(q.Max) {
				return list, nil
			}
		}
		if r.back == 0 {
			break
		}
		n -= r.back
	}
	if q.Oldest {
		slices.Reverse(list)
		list = list[:min(len(list), limit(q.Max))]
	}
	return list, nil
}

// scanEvents reads the sequence of all events.
func (t *tx) scanEvents(q store.EventQuery) ([]news.Event, error) {
	list := page(q)
	c := t.bucket(events).Cursor()
	var k, v []byte
	step := c.Next
	if q.Oldest {
		k, v = c.Seek(n8(uint64(q.After) + 1))
	} else {
		step = c.Prev
		k, v = c.Last()
		if q.Before != 0 {
			if k, _ = c.Seek(n8(uint64(q.Before))); k != nil {
				k, v = c.Prev()
			} else {
				k, v = c.Last()
			}
		}
	}
	for ; k != nil && len(list) < limit(q.Max); k, v = step() {
		seq := num8(k)
		if seq <= uint64(q.After) || q.Before != 0 && seq >= uint64(q.Before) {
			break
		}
		r, err := t.decodeEvent(seq, v)
		if err != nil {
			return nil, err
		}
		if !t.shows(r, q) {
			continue
		}
		list = append(list, r.Event)
	}
	return list, nil
}
