package notify

import (
	"errors"
	"sync"
	"time"
)

const (
	// memoKept and memoAge bound what is remembered from one channel for the
	// next: hundreds may want to hear of the same edit within a second.
	memoKept = 16
	memoAge  = time.Second
)

// errUnmade is what others get who waited for a value whose making panicked.
var errUnmade = errors.New("it could not be made")

// A memo makes values once for all who need them about the same time. Its zero
// value is empty. Nobody changes what a value points to.
type memo[T any] struct {
	mu   sync.Mutex // guards made
	made map[string]*made[T]
}

// A made value is made by whoever needs it first.
type made[T any] struct {
	at    time.Time
	once  sync.Once
	value T
	err   error
}

// do returns the value of the key, and fills it in unless that was done a moment
// ago. An error is not remembered.
func (m *memo[T]) do(key string, now time.Time, fill func() (T, error)) (T, error) {
	e := m.entry(key, now)
	e.once.Do(func() {
		e.err = errUnmade // stands if fill panics
		e.value, e.err = fill()
	})
	if e.err != nil {
		m.drop(key, e)
	}
	return e.value, e.err
}

func (m *memo[T]) entry(key string, now time.Time) *made[T] {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.made[key]; e != nil && now.Sub(e.at) < memoAge {
		return e
	}
	if m.made == nil || len(m.made) >= memoKept {
		m.made = make(map[string]*made[T])
	}
	e := &made[T]{at: now}
	m.made[key] = e
	return e
}

func (m *memo[T]) drop(key string, e *made[T]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.made[key] == e {
		delete(m.made, key)
	}
}
