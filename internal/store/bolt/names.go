package bolt

import "sync"

// nameCache holds the texts of names that are committed. Names are never
// changed or given out twice, so what is in it stays right.
type nameCache struct {
	mu      sync.RWMutex
	numbers map[string]uint32
	texts   map[uint32]string
}

func (c *nameCache) number(text string) (uint32, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	n, ok := c.numbers[text]
	return n, ok
}

func (c *nameCache) text(n uint32) (string, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s, ok := c.texts[n]
	return s, ok
}

// maxCachedNames bounds the cache's memory; names beyond it are read from the
// file.
const maxCachedNames = 1 << 16

func (c *nameCache) add(text string, n uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.texts) < maxCachedNames {
		c.numbers[text], c.texts[n] = n, text
	}
}

// findName returns the number of a text, or 0 if it has none. The empty text
// has the number 0.
func (t *tx) findName(text string) uint32 {
	if text == "" {
		return 0
	}
	if n, ok := t.s.names.number(text); ok {
		return n
	}
	v := t.get(names, []byte(text))
	if v == nil {
		return 0
	}
	n := num4(v)
	if !t.Writable() { // a number of this transaction may yet be rolled back
		t.s.names.add(text, n)
	}
	return n
}

// name returns the number of a text, giving it one if it has none.
func (t *tx) name(text string) (uint32, error) {
	if n := t.findName(text); n != 0 || text == "" {
		return n, nil
	}
	n, err := t.number4(names)
	if err != nil {
		return 0, err
	}
	if err := t.put(names, []byte(text), n4(n)); err != nil {
		return 0, err
	}
	if err := t.put(texts, n4(n), []byte(text)); err != nil {
		return 0, err
	}
	t.after = append(t.after, func() { t.s.names.add(text, n) })
	return n, nil
}

// text returns the text of a name.
func (t *tx) text(n uint32) (string, error) {
	if n == 0 {
		return "", nil
	}
	if s, ok := t.s.names.text(n); ok {
		return s, nil
	}
	v := t.get(texts, n4(n))
	if v == nil {
		return "", damaged("name %d is missing", n)
	}
	if !t.Writable() {
		t.s.names.add(string(v), n)
	}
	return string(v), nil
}

// namer couples an encoder with the names of a transaction.
type namer struct {
	encoder
	t   *tx
	err error
}

func (e *namer) name(field int, text string) {
	if text == "" || e.err != nil {
		return
	}
	n, err := e.t.name(text)
	if err != nil {
		e.err = err
		return
	}
	e.uint(field, uint64(n))
}

// unnamer is the reading side.
type unnamer struct {
	decoder
	t *tx
}

func (d *unnamer) name() string {
	s, err := d.t.text(uint32(d.num))
	if err != nil && d.err == nil {
		d.err = err
	}
	return s
}
