package bolt

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
)

// A delta says how to make one text from another: runs copied from the old
// one, unchanged paragraphs for the most part, and new words between them.
//
//	uvarint  length of the instructions in bytes
//	…        instructions: uvarint new bytes, uvarint copied bytes,
//	         zigzag distance of the copy from where the last one ended
//	…        the new bytes
//
// The last instruction copies nothing if the text ends with new bytes.

const (
	minCopy   = 8  // shorter runs cost as much as they save
	hashWidth = 8  // bytes looked up at a time
	maxSlots  = 16 // log2 of the largest table
)

func deltaHash(b []byte, shift uint) uint32 {
	return uint32(binary.LittleEndian.Uint64(b) * 0x9E3779B185EBCA87 >> shift)
}

// appendDelta appends the delta that makes new from old.
func appendDelta(dst, old, new []byte) []byte {
	logSlots := min(max(bits.Len(uint(len(old))), 6), maxSlots)
	shift := uint(64 - logSlots)
	slots := make([]int32, 1<<logSlots) // place in old plus one
	for i := len(old) - hashWidth; i >= 0; i-- {
		slots[deltaHash(old[i:], shift)] = int32(i + 1)
	}
	var ops, added []byte
	pending, expect := 0, 0 // where the new bytes begin; where a copy is expected
	emit := func(at, from, n int) {
		ops = binary.AppendUvarint(ops, uint64(at-pending))
		ops = binary.AppendUvarint(ops, uint64(n))
		if n > 0 {
			ops = binary.AppendUvarint(ops, zigzag(int64(from-expect)))
		}
		added = append(added, new[pending:at]...)
		pending, expect = at+n, from+n
	}
	// match returns the longest run around new[at] and old[from].
	match := func(at, from int) (start, source, n int) {
		for n = 0; at+n < len(new) && from+n < len(old) && new[at+n] == old[from+n]; n++ {
		}
		for at > pending && from > 0 && new[at-1] == old[from-1] {
			at, from, n = at-1, from-1, n+1
		}
		return at, from, n
	}
	for at := 0; at < len(new); {
		// What stands as far behind the last copy in both texts is the likeliest:
		// one word replaced by another of the same length.
		start, source, n := 0, 0, 0
		if from := expect + at - pending; from < len(old) {
			start, source, n = match(at, from)
		}
		if at+hashWidth <= len(new) {
			if i := slots[deltaHash(new[at:], shift)]; i > 0 {
				if s2, f2, n2 := match(at, int(i-1)); n2 > n {
					start, source, n = s2, f2, n2
				}
			}
		}
		if n < minCopy {
			at++
			continue
		}
		emit(start, source, n)
		at = pending
	}
	if pending < len(new) {
		emit(len(new), 0, 0)
	}
	dst = binary.AppendUvarint(dst, uint64(len(ops)))
	dst = append(dst, ops...)
	return append(dst, added...)
}

var errDelta = errors.New("the difference to the previous version cannot be read")

// maxText bounds a text rebuilt from the file, so that a damaged record cannot
// ask for all memory.
const maxText = 256 << 20

// applyDelta makes the new text from the old one, in the memory of dst if that
// is enough. dst and old do not overlap.
func applyDelta(dst, old, delta []byte) ([]byte, error) {
	size, n := binary.Uvarint(delta)
	if n <= 0 || size > uint64(len(delta)-n) {
		return nil, errDelta
	}
	ops, added := delta[n:n+int(size)], delta[n+int(size):]
	out := slices.Grow(dst[:0], len(old)+len(added))
	expect := int64(0)
	number := func() (uint64, bool) {
		v, n := binary.Uvarint(ops)
		if n <= 0 {
			return 0, false
		}
		ops = ops[n:]
		return v, true
	}
	for len(ops) > 0 {
		insert, ok1 := number()
		copied, ok2 := number()
		if !ok1 || !ok2 || insert > uint64(len(added)) {
			return nil, errDelta
		}
		out = append(out, added[:insert]...)
		added = added[insert:]
		if copied == 0 {
			continue
		}
		off, ok := number()
		from := expect + unzigzag(off)
		if !ok || from < 0 || from > int64(len(old)) || copied > uint64(int64(len(old))-from) || len(out)+int(copied) > maxText {
			return nil, errDelta
		}
		out = append(out, old[from:from+int64(copied)]...)
		expect = from + int64(copied)
	}
	if len(added) > 0 {
		return nil, errDelta
	}
	return out, nil
}
