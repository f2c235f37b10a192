package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// Backup implements [store.Store]. Writes go on meanwhile; the file cannot
// reuse space until the backup ends, so a slow reader makes it grow.
func (s *Store) Backup(ctx context.Context, w io.Writer) error {
	err := s.view(ctx, func(t *tx) error {
		_, err := t.WriteTo(&contextWriter{ctx, w})
		return err
	})
	if err != nil {
		return fmt.Errorf("back up the store: %w", err)
	}
	return nil
}

// contextWriter stops a long copy when its context ends.
type contextWriter struct {
	ctx context.Context
	w   io.Writer
}

func (w *contextWriter) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(p)
}

// compactAtOnce bounds a transaction of Compact, in bytes.
const compactAtOnce = 1 << 20

// Compact writes the store in the file src to the file dst, which must not
// exist, without the space that src no longer uses. Nobody may have src open
// for writing; an older src is as old in dst. What was written of dst is removed if Compact fails.
func Compact(src, dst string) (err error) {
	from, err := Open(src, Options{ReadOnly: true, anySchema: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	f, err := os.OpenFile(dst, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("compact the store: %w", err)
	}
	f.Close()
	err = guard(func() error { return compact(dst, from.db) })
	if err != nil {
		return errors.Join(fmt.Errorf("compact the store: %w", explain(err)), os.Remove(dst))
	}
	return nil
}

func compact(dst string, from *bbolt.DB) error {
	o := boltOptions(Options{noSync: true})
	o.InitialMmapSize = 0
	to, err := bbolt.Open(dst, 0o600, o)
	if err != nil {
		return err
	}
	to.AllocSize = growBy
	if err := bbolt.Compact(to, from, compactAtOnce); err != nil {
		return errors.Join(err, to.Close())
	}
	if err := errors.Join(to.Sync(), to.Close()); err != nil {
		return err
	}
	return syncDir(filepath.Dir(dst))
}
