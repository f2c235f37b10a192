package bolt

import (
	"bytes"

	"github.com/editwatch/editwatch/internal/news"
)

// packText compresses a text that is kept beside the versions.
func packText(t news.Text) ([]byte, error) {
	flat, err := flatten(t)
	if err != nil {
		return nil, err
	}
	return squeezeDelta(flat), nil // quickly: it is rare and does not stay
}

// unpackText is the inverse of packText.
func unpackText(b []byte) (news.Text, error) {
	flat, err := unsqueeze(&bytes.Buffer{}, b)
	if err != nil {
		return news.Text{}, err
	}
	return unflatten(flat)
}

// rereading reads what the article's next reading is compared with. It has a
// bucket of its own for the reason that holds have.
func (t *tx) rereading(n uint32) (*news.Rereading, error) {
	b := t.get(rereadings, n4(n))
	if b == nil {
		return nil, damaged("article %s has lost its rereading", articleID(n))
	}
	r := &news.Rereading{}
	d := unnamer{decoder: decoder{rest: b}, t: t}
	for d.next() {
		switch d.field {
		case 1:
			r.Why = news.RereadingReason(d.name())
		case 2:
			text, err := unpackText(d.raw)
			if err != nil {
				d.err = err
			}
			r.Text = text
		case 3:
			r.Extractor = d.name()
		case 4:
			r.At = d.time()
		}
	}
	if d.err != nil {
		return nil, damaged("article %s rereading: %v", articleID(n), d.err)
	}
	return r, nil
}

// putRereading writes or removes the rereading, and notes in a whether there
// is one.
func (t *tx) putRereading(old, a *articleRecord) error {
	a.reread = a.Rereading != nil
	if !a.reread {
		if !old.reread {
			return nil
		}
		return t.del(rereadings, n4(a.num))
	}
	if old.Rereading != nil && old.Rereading.Why == a.Rereading.Why && old.Rereading.Extractor == a.Rereading.Extractor &&
		millis(old.Rereading.At) == millis(a.Rereading.At) {
		return nil // it never changes, it is only replaced
	}
	r := a.Rereading
	e := namer{t: t}
	e.name(1, string(r.Why))
	packed, err := packText(r.Text)
	if err != nil {
		return err
	}
	e.bytes(2, packed)
	e.name(3, r.Extractor)
	e.time(4, r.At)
	if e.err != nil {
		return e.err
	}
	return t.put(rereadings, n4(a.num), e.b)
}
