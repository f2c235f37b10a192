package bolt

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"

	"github.com/editwatch/editwatch/internal/store"
	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// maxGroup bounds how many writes go into one transaction, and so how long
// the first of them waits for the others.
const maxGroup = 512

// A write is one function waiting for its turn.
type write struct {
	ctx   context.Context
	fn    func(*tx) error
	taken atomic.Bool // by the writer, or by a caller who gave up
	err   error       // read after done
	done  chan struct{}
}

// update runs fn in the writer and returns when it is committed. fn checks
// before it writes: when it fails having written nothing, its neighbours in
// the transaction need not be run again. It may be run twice.
func (s *Store) update(ctx context.Context, fn func(*tx) error) error {
	w := &write{ctx: ctx, fn: fn, done: make(chan struct{})}
	if err := s.submit(w); err != nil {
		return err
	}
	select {
	case <-w.done:
		return w.err
	case <-ctx.Done():
	}
	if w.taken.CompareAndSwap(false, true) {
		return ctx.Err()
	}
	<-w.done // being committed: it ends shortly, and the caller learns what became of it
	return w.err
}

func (s *Store) submit(w *write) error {
	if s.db.IsReadOnly() {
		return errReadOnly
	}
	if err := w.ctx.Err(); err != nil {
		return err
	}
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return store.ErrClosed
	}
	select {
	case s.writes <- w:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

// writer runs writes until the channel is closed.
func (s *Store) writer() {
	defer close(s.stopped)
	for w := range s.writes {
		group := s.gather(w)
		s.run(group)
	}
}

// gather takes what has arrived already, without waiting for more.
func (s *Store) gather(first *write) []*write {
	group := []*write{first}
	for len(group) < maxGroup {
		select {
		case w, ok := <-s.writes:
			if !ok {
				return group
			}
			group = append(group, w)
		default:
			return group
		}
	}
	return group
}

// errRerun means that a write failed after it had written something.
var errRerun = errors.New("run one by one")

// errUnchanged means that nothing was written, so that nothing need be synced.
var errUnchanged = errors.New("nothing to write")

// run commits a group together or, if one of them spoils the transaction,
// each alone.
func (s *Store) run(group []*write) {
	live := group[:0]
	for _, w := range group {
		if !w.taken.CompareAndSwap(false, true) {
			continue // the caller gave up
		}
		if w.err = w.ctx.Err(); w.err != nil {
			close(w.done)
			continue
		}
		live = append(live, w)
	}
	if len(live) == 0 {
		return
	}
	err := s.commit(live)
	if err != nil && len(live) > 1 {
		for i := range live {
			live[i].err = s.commit(live[i : i+1])
		}
	} else if err != nil {
		live[0].err = err
	}
	for _, w := range live {
		close(w.done)
	}
	s.signals.notify()
}

// commit runs writes in one transaction. It returns an error if nothing was
// written; a write that failed harmlessly has its own error in err.
func (s *Store) commit(group []*write) error {
	var t *tx
	err := guard(func() error {
		return s.db.Update(func(btx *bbolt.Tx) error {
			t = &tx{Tx: btx, s: s}
			for _, w := range group {
				before := t.puts
				w.err = w.fn(t)
				if w.err == nil {
					continue
				}
				if len(group) == 1 {
					return w.err
				}
				if t.puts != before {
					return errRerun
				}
			}
			if t.puts == 0 {
				return errUnchanged
			}
			return t.finish()
		})
	})
	if err == errUnchanged {
		return nil
	}
	if err != nil {
		return explain(err)
	}
	for _, f := range t.after {
		f()
	}
	return nil
}

// finish brings the records of hosts and channels in line with their
// schedules before a commit.
func (t *tx) finish() error {
	for h := range t.hosts {
		if err := t.finishHost(h); err != nil {
			return err
		}
	}
	for c := range t.chans {
		if err := t.finishChannel(c); err != nil {
			return err
		}
	}
	return nil
}

// explain puts an error of the disk or of bbolt into words.
func explain(err error) error {
	switch {
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return store.ErrClosed
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("the disk is full; nothing was written: %w", err)
	case errors.Is(err, syscall.EFBIG), errors.Is(err, berrors.ErrMaxSizeReached):
		return fmt.Errorf("the store's file may not grow any more; nothing was written: %w", err)
	}
	return err
}
