package bolt

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// A record is a sequence of fields, each a tag and a value. The tag is a
// uvarint, field number times two, plus one if the value is bytes with a
// length before them, else the value is a uvarint. Zero values are left out,
// fields that repeat stand for lists, and unknown fields are passed over, so
// that fields can be added. It is as small as we can make it by hand: one
// byte of overhead for a number, two for a text.

// epoch is what times in records count from, so that today's take six bytes.
var epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// millis returns t in milliseconds since 1970, and 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	if ms := t.UnixMilli(); ms != 0 {
		return ms
	}
	return 1
}

// fromMillis is the inverse of millis, to the millisecond.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func zigzag(v int64) uint64   { return uint64(v)<<1 ^ uint64(v>>63) }
func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

// encoder builds a record.
type encoder struct{ b []byte }

func (e *encoder) uint(field int, v uint64) {
	if v != 0 {
		e.b = binary.AppendUvarint(e.b, uint64(field)<<1)
		e.b = binary.AppendUvarint(e.b, v)
	}
}

// always writes v even if it is zero, for lists of numbers.
func (e *encoder) always(field int, v uint64) {
	e.b = binary.AppendUvarint(e.b, uint64(field)<<1)
	e.b = binary.AppendUvarint(e.b, v)
}

func (e *encoder) int(field, v int) { e.uint(field, zigzag(int64(v))) }

func (e *encoder) bool(field int, v bool) {
	if v {
		e.uint(field, 1)
	}
}

func (e *encoder) bytes(field int, v []byte) {
	if len(v) > 0 {
		e.b = binary.AppendUvarint(e.b, uint64(field)<<1|1)
		e.b = binary.AppendUvarint(e.b, uint64(len(v)))
		e.b = append(e.b, v...)
	}
}

func (e *encoder) text(field int, v string) {
	if v != "" {
		e.listed(field, v)
	}
}

// listed writes v even if it is empty, for lists of texts.
func (e *encoder) listed(field int, v string) {
	e.b = binary.AppendUvarint(e.b, uint64(field)<<1|1)
	e.b = binary.AppendUvarint(e.b, uint64(len(v)))
	e.b = append(e.b, v...)
}

func (e *encoder) time(field int, t time.Time) { e.millis(field, millis(t)) }

func (e *encoder) millis(field int, ms int64) {
	if ms != 0 {
		e.uint(field, zigzag(ms-epoch)+1)
	}
}

// since writes t as its distance from another time that the record holds.
func (e *encoder) since(field int, t, from time.Time) {
	if !t.IsZero() {
		e.uint(field, zigzag(millis(t)-millis(from))+1)
	}
}

// packed writes a text that is likely hexadecimal, a decimal number or an HTTP
// date (validators, hashes, message IDs) in half its size or less.
func (e *encoder) packed(field int, v string) {
	if v == "" {
		return
	}
	// Most validators are none of these, and errors cost more than a look.
	if '0' <= v[0] && v[0] <= '9' && len(v) <= 20 {
		if n, err := strconv.ParseUint(v, 10, 64); err == nil && strconv.FormatUint(n, 10) == v {
			e.always(field, n)
			return
		}
	}
	e.b = binary.AppendUvarint(e.b, uint64(field)<<1|1)
	switch {
	case isHex(v):
		e.b = binary.AppendUvarint(e.b, uint64(len(v)/2+1))
		e.b = append(e.b, 1)
		e.b, _ = hex.AppendDecode(e.b, []byte(v)) // it was looked at
		return
	case len(v) == len(http.TimeFormat):
		if t, err := http.ParseTime(v); err == nil && t.UTC().Format(http.TimeFormat) == v && t.Unix() > 0 {
			body := binary.AppendUvarint(nil, uint64(t.Unix()))
			e.b = binary.AppendUvarint(e.b, uint64(len(body)+1))
			e.b = append(append(e.b, 2), body...)
			return
		}
	}
	e.b = binary.AppendUvarint(e.b, uint64(len(v)+1))
	e.b = append(append(e.b, 0), v...)
}

// isHex reports whether v is bytes as hex.EncodeToString writes them.
func isHex(v string) bool {
	for i := range len(v) {
		if c := v[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(v)%2 == 0
}

var errRecord = errors.New("the record cannot be read")

// decoder walks through the fields of a record.
type decoder struct {
	rest  []byte
	field int
	num   uint64 // the value, when it is a number
	raw   []byte // the value, when it is bytes; nil when it is a number
	err   error
}

// next moves to the next field and reports whether there is one.
func (d *decoder) next() bool {
	if len(d.rest) == 0 || d.err != nil {
		return false
	}
	tag, n := binary.Uvarint(d.rest)
	if n <= 0 || tag>>1 > 1<<20 {
		d.err = errRecord
		return false
	}
	d.rest = d.rest[n:]
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.err = errRecord
		return false
	}
	d.rest = d.rest[n:]
	d.field, d.num, d.raw = int(tag>>1), v, nil
	if tag&1 == 1 {
		if v > uint64(len(d.rest)) {
			d.err = errRecord
			return false
		}
		d.raw, d.rest = d.rest[:v:v], d.rest[v:]
	}
	return true
}

func (d *decoder) int() int     { return int(unzigzag(d.num)) }
func (d *decoder) bool() bool   { return d.num != 0 }
func (d *decoder) text() string { return string(d.raw) }

func (d *decoder) millis() int64 {
	if d.num == 0 {
		return 0
	}
	return unzigzag(d.num-1) + epoch
}

func (d *decoder) time() time.Time { return fromMillis(d.millis()) }

func (d *decoder) since(from time.Time) time.Time {
	if d.num == 0 {
		return time.Time{}
	}
	return fromMillis(unzigzag(d.num-1) + millis(from))
}

func (d *decoder) packed() string {
	if d.raw == nil {
		return strconv.FormatUint(d.num, 10)
	}
	if len(d.raw) == 0 {
		d.err = errRecord
		return ""
	}
	body := d.raw[1:]
	switch d.raw[0] {
	case 0:
		return string(body)
	case 1:
		return hex.EncodeToString(body)
	case 2:
		if sec, n := binary.Uvarint(body); n > 0 {
			return time.Unix(int64(sec), 0).UTC().Format(http.TimeFormat)
		}
	}
	d.err = errRecord
	return ""
}
