package bolt

import (
	"context"
	"slices"
	"sync"
)

// sourceList holds the names of all sources in their order, which every home page
// offers to choose from.
type sourceList struct {
	mu    sync.Mutex // guards all below
	names []string   // nil when they must be read
	age   int        // how often sources were added
}

// get returns the names, and what to give put with those that were read after
// it.
func (l *sourceList) get() (names []string, age int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.names, l.age
}

// put keeps what was read, unless a source was added meanwhile.
func (l *sourceList) put(names []string, age int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.age == age {
		l.names = names
	}
}

// forget has the names read again: a source was added.
func (l *sourceList) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.names = nil
	l.age++
}

// noteSource makes a source known.
func (t *tx) noteSource(source uint32) error {
	if source == 0 || t.get(sources, n4(source)) != nil {
		return nil
	}
	t.after = append(t.after, t.s.sources.forget)
	return t.put(sources, n4(source), nil)
}

// Sources implements [store.Reader].
func (s *Store) Sources(ctx context.Context, after string, max int) ([]string, error) {
	list, age := s.sources.get()
	err := s.view(ctx, func(t *tx) error {
		if list != nil {
			return nil
		}
		err := t.bucket(sources).ForEach(func(k, _ []byte) error {
			name, err := t.text(num4(k))
			list = append(list, name)
			return err
		})
		slices.Sort(list)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.sources.put(list, age)
	i, found := slices.BinarySearch(list, after)
	if found {
		i++
	}
	list = list[i:]
	return slices.Clone(list[:min(len(list), limit(max))]), nil
}
