package bolt

import (
	"container/heap"
	"sync"
)

// turns decides whose turn it is: which host to poll, which channel to write
// to. It holds, in memory, when each one's earliest work is due, until when it
// is held back, and until when it is leased. Times are milliseconds since
// 1970, and 0 is none.
//
// One that may not go yet waits in a heap by the time it may; one that may is
// moved to a heap by the time its work was due. Both moves and the choice are
// logarithmic in the number of hosts, whatever the number of articles.
type turns struct {
	mu      sync.Mutex
	all     map[uint32]*turn
	waiting turnHeap
	ready   turnHeap
}

// A turn is the state of one host or channel. It is in one of the heaps when
// it has work.
type turn struct {
	id         uint32
	due        int64 // of its earliest work; 0 when there is none
	notBefore  int64 // the end of its hold-back
	leaseUntil int64 // the end of its lease

	in *turnHeap // the heap it is in, or nil
	at int       // its place there
}

// free returns when the turn may be given out.
func (t *turn) free() int64 { return max(t.due, t.notBefore, t.leaseUntil) }

func newTurns() turns {
	return turns{
		all:     map[uint32]*turn{},
		waiting: turnHeap{key: (*turn).free},
		ready:   turnHeap{key: func(t *turn) int64 { return t.due }},
	}
}

// set records what a commit changed.
func (q *turns) set(id uint32, due, notBefore int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.change(id, func(t *turn) { t.due, t.notBefore = due, notBefore })
}

// change alters one turn and puts it where it belongs. q.mu is held.
func (q *turns) change(id uint32, alter func(*turn)) {
	t := q.all[id]
	if t == nil {
		t = &turn{id: id}
		q.all[id] = t
	}
	if t.in != nil {
		heap.Remove(t.in, t.at)
	}
	alter(t)
	switch {
	case t.due != 0:
		heap.Push(&q.waiting, t)
	case t.notBefore == 0 && t.leaseUntil == 0:
		delete(q.all, id)
	}
}

// take leases the one whose work is most overdue at now, passing over those in
// skip. It returns 0 if there is none.
func (q *turns) take(now, until int64, skip map[uint32]bool) uint32 {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting.list) > 0 && q.waiting.list[0].free() <= now {
		t := heap.Pop(&q.waiting).(*turn)
		heap.Push(&q.ready, t)
	}
	var passed []*turn
	var taken uint32
	for len(q.ready.list) > 0 && taken == 0 {
		t := heap.Pop(&q.ready).(*turn)
		switch {
		case t.free() > now: // an earlier caller's clock was ahead of this one's
			heap.Push(&q.waiting, t)
		case skip[t.id]:
			passed = append(passed, t)
		default:
			t.leaseUntil = until
			heap.Push(&q.waiting, t)
			taken = t.id
		}
	}
	for _, t := range passed {
		heap.Push(&q.ready, t)
	}
	return taken
}

// release ends a lease.
func (q *turns) release(id uint32) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.change(id, func(t *turn) { t.leaseUntil = 0 })
}

// next returns when take may next succeed, or 0 if there is no work.
func (q *turns) next() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	var first int64
	for _, h := range []*turnHeap{&q.ready, &q.waiting} {
		if len(h.list) > 0 {
			if at := h.list[0].free(); first == 0 || at < first {
				first = at
			}
		}
	}
	return first
}

// turnHeap implements [heap.Interface].
type turnHeap struct {
	key  func(*turn) int64
	list []*turn
}

func (h *turnHeap) Len() int { return len(h.list) }

func (h *turnHeap) Less(i, j int) bool {
	a, b := h.key(h.list[i]), h.key(h.list[j])
	return a < b || a == b && h.list[i].id < h.list[j].id
}

func (h *turnHeap) Swap(i, j int) {
	h.list[i], h.list[j] = h.list[j], h.list[i]
	h.list[i].at, h.list[j].at = i, j
}

func (h *turnHeap) Push(x any) {
	t := x.(*turn)
	t.in, t.at = h, len(h.list)
	h.list = append(h.list, t)
}

func (h *turnHeap) Pop() any {
	t := h.list[len(h.list)-1]
	h.list = h.list[:len(h.list)-1]
	t.in = nil
	return t
}
