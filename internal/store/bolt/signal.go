package bolt

import "sync"

// signals tells listeners that something was written.
type signals struct {
	mu        sync.Mutex
	listeners map[chan struct{}]struct{}
}

func (s *signals) notify() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.listeners {
		select {
		case c <- struct{}{}:
		default: // one is waiting already
		}
	}
}

func (s *signals) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = nil
}

// Signal implements [store.Store].
func (s *Store) Signal() (changed <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	s.signals.mu.Lock()
	defer s.signals.mu.Unlock()
	if s.signals.listeners == nil {
		s.signals.listeners = map[chan struct{}]struct{}{}
	}
	s.signals.listeners[c] = struct{}{}
	return c, func() {
		s.signals.mu.Lock()
		defer s.signals.mu.Unlock()
		delete(s.signals.listeners, c)
	}
}
