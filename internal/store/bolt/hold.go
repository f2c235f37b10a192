package bolt

import (
	"bytes"

	"github.com/editwatch/editwatch/internal/news"
)

// hold reads the held reading of an article. It has a bucket of its own
// because it holds a text, which every poll would write again.
func (t *tx) hold(n uint32) (*news.Hold, error) {
	b := t.get(holds, n4(n))
	if b == nil {
		return nil, damaged("article %s has lost its hold", articleID(n))
	}
	h := &news.Hold{}
	d := unnamer{decoder: decoder{rest: b}, t: t}
	for d.next() {
		switch d.field {
		case 1:
			h.Reason = news.HoldReason(d.name())
		case 2:
			flat, err := unsqueeze(&bytes.Buffer{}, d.raw)
			if err == nil {
				h.Text, err = unflatten(flat)
			}
			if err != nil {
				d.err = err
			}
		case 3:
			h.After = d.time()
		case 4:
			h.Since = d.time()
		case 5:
			h.Looks = d.int()
		case 6:
			h.Extractor = d.name()
		case 7:
			h.Place = d.text()
		case 8:
			h.Detail = d.text()
		case 9:
			h.Modified = d.time()
		}
	}
	if d.err != nil {
		return nil, damaged("article %s hold: %v", articleID(n), d.err)
	}
	return h, nil
}

// putHold writes or removes the held reading, and notes in a whether there is
// one.
func (t *tx) putHold(old, a *articleRecord) error {
	a.held = a.Hold != nil
	if !a.held {
		if !old.held {
			return nil
		}
		return t.del(holds, n4(a.num))
	}
	h := a.Hold
	e := namer{t: t}
	e.name(1, string(h.Reason))
	if !h.Text.Empty() {
		flat, err := flatten(h.Text)
		if err != nil {
			return err
		}
		e.bytes(2, squeeze(flat, &quick))
	}
	e.time(3, h.After)
	e.time(4, h.Since)
	e.int(5, h.Looks)
	e.name(6, h.Extractor)
	e.text(7, h.Place)
	e.text(8, h.Detail)
	e.time(9, h.Modified)
	if e.err != nil {
		return e.err
	}
	if bytes.Equal(e.b, t.get(holds, n4(a.num))) {
		return nil
	}
	return t.put(holds, n4(a.num), e.b)
}
