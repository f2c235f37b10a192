package bolt

import (
	"encoding/base32"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// A deliveryRecord is a delivery with its place in two chains.
type deliveryRecord struct {
	news.Delivery
	num         uint64
	chance      []byte // chanceLen random bytes of its ID
	back        uint64 // how far before it the previous delivery of its thread stands; 0: none
	channelBack uint64 // likewise its channel's
	gone        bool   // its article was deleted for good; only the channel's chain still needs it
}

func (r *deliveryRecord) threadBack() uint64 { return r.back }

// chanceLen is how many random bytes an ID has: after an older backup was
// restored, two deliveries with the same number still differ.
const chanceLen = 5

var chanceLetters = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

func deliveryID(n uint64, chance []byte) news.DeliveryID {
	return news.DeliveryID("d" + strconv.FormatUint(n, 36) + "-" + chanceLetters.EncodeToString(chance))
}

// deliveryNum returns the number in an ID, or 0.
func deliveryNum(id news.DeliveryID) uint64 {
	head, _, _ := strings.Cut(string(id), "-")
	return number(head, "d", 36, 64)
}

func (r *deliveryRecord) encode(t *tx) ([]byte, error) {
	e := namer{t: t}
	e.name(1, string(r.Kind))
	e.name(2, string(r.Channel))
	e.uint(3, uint64(articleNum(r.Article)))
	last := news.Seq(0)
	for _, seq := range r.Events {
		e.always(4, zigzag(int64(seq)-int64(last)))
		last = seq
	}
	e.time(5, r.Queued)
	e.since(6, r.Due, r.Queued)
	e.int(7, r.Attempts)
	e.name(8, string(r.State))
	e.since(9, r.Settled, r.Due)
	e.packed(10, r.Message)
	e.text(11, r.Trouble)
	e.bytes(12, r.chance)
	e.uint(13, r.back)
	e.uint(14, r.channelBack)
	e.bool(15, r.gone)
	return e.b, e.err
}

func (t *tx) decodeDelivery(n uint64, b []byte) (*deliveryRecord, error) {
	r := &deliveryRecord{num: n}
	last := news.Seq(0)
	d := unnamer{decoder: decoder{rest: b}, t: t}
	for d.next() {
		switch d.field {
		case 1:
			r.Kind = news.DeliveryKind(d.name())
		case 2:
			r.Channel = news.ChannelName(d.name())
		case 3:
			r.Article = articleID(uint32(d.num))
		case 4:
			last = news.Seq(int64(last) + unzigzag(d.num))
			r.Events = append(r.Events, last)
		case 5:
			r.Queued = d.time()
		case 6:
			r.Due = d.since(r.Queued)
		case 7:
			r.Attempts = d.int()
		case 8:
			r.State = news.DeliveryState(d.name())
		case 9:
			r.Settled = d.since(r.Due)
		case 10:
			r.Message = d.packed()
		case 11:
			r.Trouble = d.text()
		case 12:
			r.chance = append([]byte(nil), d.raw...)
		case 13:
			r.back = d.num
		case 14:
			r.channelBack = d.num
		case 15:
			r.gone = d.bool()
		}
	}
	r.ID = deliveryID(n, r.chance)
	if d.err == nil && (r.back > n || r.channelBack > n) {
		d.err = errRecord
	}
	if d.err != nil {
		return nil, damaged("delivery %s: %v", r.ID, d.err)
	}
	return r, nil
}

func (t *tx) delivery(n uint64) (*deliveryRecord, error) {
	b := t.get(deliveries, n8(n))
	if b == nil {
		return nil, damaged("delivery %d is missing", n)
	}
	return t.decodeDelivery(n, b)
}

// findDelivery reads a delivery by its ID.
func (t *tx) findDelivery(id news.DeliveryID) (*deliveryRecord, error) {
	b := t.get(deliveries, n8(deliveryNum(id)))
	if b == nil {
		return nil, missing("delivery", id)
	}
	r, err := t.decodeDelivery(deliveryNum(id), b)
	if err == nil && r.ID != id {
		err = missing("delivery", id)
	}
	return r, err
}

// putDelivery writes a delivery in place of old, which is nil for a new one,
// and keeps the queue in step.
func (t *tx) putDelivery(old, r *deliveryRecord) error {
	b, err := r.encode(t)
	if err != nil {
		return err
	}
	if err := t.put(deliveries, n8(r.num), b); err != nil {
		return err
	}
	channel, err := t.name(string(r.Channel))
	if err != nil {
		return err
	}
	was := old != nil && old.State == news.Pending
	is := r.State == news.Pending
	if was && is && millis(old.Due) == millis(r.Due) {
		return nil
	}
	t.touchChannel(channel)
	if was {
		if err := t.del(due, dueKey(channel, old.Due, r.num)); err != nil {
			return err
		}
	}
	switch at := appendMS(nil, dueMS(r.Due)); {
	case is:
		if err := t.put(queue, queueKey(channel, r.num), at); err != nil {
			return err
		}
		return t.put(due, dueKey(channel, r.Due, r.num), nil)
	case was:
		return t.del(queue, queueKey(channel, r.num))
	}
	return nil
}

// unqueue takes a pending delivery out of a channel's queue.
func (t *tx) unqueue(channel uint32, r *deliveryRecord) error {
	t.touchChannel(channel)
	if err := t.del(due, dueKey(channel, r.Due, r.num)); err != nil {
		return err
	}
	return t.del(queue, queueKey(channel, r.num))
}

// dueMS is a delivery's due in milliseconds; without one it is due from the
// beginning of time, which is not 0, for that is none.
func dueMS(at time.Time) int64 { return max(millis(at), 1) }

func queueKey(channel uint32, n uint64) []byte { return append(n4(channel), n8(n)...) }

func dueKey(channel uint32, at time.Time, n uint64) []byte {
	return append(appendMS(n4(channel), dueMS(at)), n8(n)...)
}

func (t *tx) touchChannel(id uint32) {
	if t.chans == nil {
		t.chans = map[uint32]struct{}{}
	}
	t.chans[id] = struct{}{}
}

// finishChannel brings a channel's earliest due in line with its queue.
func (t *tx) finishChannel(id uint32) error {
	old, err := t.standing(channels, id)
	if err != nil {
		return damaged("channel %d: %v", id, err)
	}
	r := old
	r.due = 0
	if k, _ := t.bucket(due).Cursor().Seek(n4(id)); k != nil && num4(k) == id {
		r.due = ms6(tail(k, 4, 6))
	}
	return t.putStanding(channels, &t.s.channelQueue, id, old, r)
}

// A threadRecord is what a channel was told of an article, and the newest of
// the deliveries about it.
type threadRecord struct {
	news.Thread
	newest uint64
}

func threadKey(article, channel uint32) []byte { return append(n4(article), n4(channel)...) }

func (t *tx) thread(article, channel uint32) (r threadRecord, err error) {
	return decodeThread(t.get(threads, threadKey(article, channel)))
}

func decodeThread(b []byte) (r threadRecord, err error) {
	d := decoder{rest: b}
	for d.next() {
		switch d.field {
		case 1:
			r.Root = d.packed()
		case 2:
			r.Posted = d.time()
		case 3:
			r.Posts = d.int()
		case 4:
			r.newest = d.num
		case 5:
			r.Muted = d.time()
		}
	}
	if d.err != nil {
		err = damaged("thread: %v", d.err)
	}
	return r, err
}

func (t *tx) putThread(article, channel uint32, r threadRecord) error {
	e := encoder{}
	e.packed(1, r.Root)
	e.time(2, r.Posted)
	e.int(3, r.Posts)
	e.uint(4, r.newest)
	e.time(5, r.Muted)
	return t.put(threads, threadKey(article, channel), e.b)
}
