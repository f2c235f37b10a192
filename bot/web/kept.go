package web

import (
	"container/list"
	"sync"
)

const (
	// maxKept is how many bytes of what was made are kept in memory: the newest
	// edits, their feeds and whatever is passed around just now.
	maxKept = 8 << 20
	// maxKeptOne keeps one long article from pushing out all others.
	maxKeptOne = 256 << 10
	// keptCost is about what keeping anything costs beside it.
	keptCost = 512
)

// kept remembers what was made: the bodies of answers by their entity tags, and
// what lists show of an event. Each has a key that is made from all that decides
// it, so what is found is never stale, and nothing is ever taken back: what
// nobody asked for the longest is pushed out.
type kept struct {
	mu     sync.Mutex // guards all below
	places map[any]*list.Element
	order  list.List // of keepings, the one asked for last first
	size   int       // of all, in bytes
}

// A keeping is one thing that is kept.
type keeping struct {
	key   any
	value sized
	size  int
}

// sized is what can be kept. It must not be changed afterwards.
type sized interface{ size() int }

// recall returns what is kept under the key, or has it made and keeps that.
// Errors are not kept.
func recall[V sized](k *kept, key any, make func() (V, error)) (V, error) {
	if v, ok := k.get(key).(V); ok {
		return v, nil
	}
	v, err := make() // without a lock: it takes long, and two may do it
	if err == nil {
		k.put(key, v)
	}
	return v, err
}

// get returns nil where nothing is kept.
func (k *kept) get(key any) sized {
	k.mu.Lock()
	defer k.mu.Unlock()
	at, ok := k.places[key]
	if !ok {
		return nil
	}
	k.order.MoveToFront(at)
	return at.Value.(keeping).value
}

func (k *kept) put(key any, value sized) {
	size := value.size() + keptCost
	if size > maxKeptOne {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.places[key]; ok {
		return
	}
	if k.places == nil {
		k.places = make(map[any]*list.Element)
	}
	for k.size+size > maxKept {
		last := k.order.Remove(k.order.Back()).(keeping)
		delete(k.places, last.key)
		k.size -= last.size
	}
	k.places[key] = k.order.PushFront(keeping{key, value, size})
	k.size += size
}
