package web

import "sync"

const (
	// maxKept is how many bytes of made pages are kept in memory: the newest
	// edits, their feeds and whatever is passed around just now.
	maxKept = 4 << 20
	// maxKeptBody keeps one long article from pushing out all others.
	maxKeptBody = 256 << 10
)

// kept holds bodies that were made, by their entity tag. A tag is made from all
// that decides a body, so what is found here is never stale; what nobody can ask
// for any more is pushed out in the order it came.
type kept struct {
	mu     sync.Mutex // guards all below
	bodies map[string][]byte
	order  []string // tags, oldest first
	size   int      // of all bodies, in bytes
}

func (k *kept) get(tag string) ([]byte, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	body, ok := k.bodies[tag]
	return body, ok
}

// put keeps body, which must not be changed afterwards.
func (k *kept) put(tag string, body []byte) {
	if len(body) > maxKeptBody {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.bodies[tag]; ok {
		return
	}
	if k.bodies == nil {
		k.bodies = make(map[string][]byte)
	}
	for k.size+len(body) > maxKept {
		k.size -= len(k.bodies[k.order[0]])
		delete(k.bodies, k.order[0])
		k.order = k.order[1:]
	}
	k.bodies[tag] = body
	k.order = append(k.order, tag)
	k.size += len(body)
}
