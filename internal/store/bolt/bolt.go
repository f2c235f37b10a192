package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/store"
	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Schema is the number of the layout in the package comment.
const Schema = 4

// lockWait is how long Open waits for another process to let go of the file:
// enough for one that is just ending.
const lockWait = time.Second

// growBy is how far the file grows beyond what a commit needs, so that a
// growing store does not change its file's size at every commit and a small
// one stays small.
const growBy = 32 << 10

var errReadOnly = errors.New("the store is open for reading only")

// Options say how to open a store. The zero value is for common use.
type Options struct {
	// ReadOnly opens an existing store for reading. Several processes may do
	// so at once, but none beside one that writes.
	ReadOnly bool
	// Logger hears of the rare: a migration, a failed commit. Nil is silence.
	Logger *slog.Logger

	maxSize int  // bytes the file may grow to, for tests of full disks
	noSync  bool // for tests and benchmarks that build large stores

	anySchema bool // only to be copied page by page
}

// A Store is a [store.Store] in one file.
type Store struct {
	db      *bbolt.DB
	path    string
	log     *slog.Logger
	names   nameCache
	sources sourceList

	closing sync.RWMutex // held for reading while a write is handed over
	closed  bool         // guarded by closing
	writes  chan *write
	stopped chan struct{} // closed when the writer has ended

	hostQueue    turns // who is due on which host
	channelQueue turns // who is due in which channel
	signals      signals
}

var _ store.Store = (*Store)(nil)

// Open opens the store in the file, making one if there is none; its
// directory must exist. Only its owner may read the file. The error wraps
// [store.ErrInUse], [store.ErrNewer], [store.ErrDamaged] or an [fs.PathError].
func Open(path string, opts Options) (*Store, error) {
	log := opts.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	created, err := precheck(path, opts)
	if err != nil {
		return nil, err
	}
	s := &Store{
		path:         path,
		log:          log,
		names:        nameCache{numbers: map[string]uint32{}, texts: map[uint32]string{}},
		writes:       make(chan *write, maxGroup),
		stopped:      make(chan struct{}),
		hostQueue:    newTurns(),
		channelQueue: newTurns(),
	}
	err = guard(func() (err error) {
		s.db, err = bbolt.Open(path, 0o600, boltOptions(opts))
		return err
	})
	if err != nil {
		return nil, openError(path, err)
	}
	s.db.AllocSize = growBy
	if err := guard(func() error { return s.start(opts) }); err != nil {
		return nil, errors.Join(openError(path, err), s.db.Close())
	}
	if created {
		if err := syncDir(filepath.Dir(path)); err != nil {
			return nil, errors.Join(err, s.db.Close())
		}
	}
	go s.writer()
	return s, nil
}

func boltOptions(opts Options) *bbolt.Options {
	o := &bbolt.Options{
		Timeout:      lockWait,
		ReadOnly:     opts.ReadOnly,
		FreelistType: bbolt.FreelistMapType,
		NoStatistics: true,
		MaxSize:      opts.maxSize,
		NoSync:       opts.noSync,
		NoGrowSync:   opts.noSync,
	}
	// A map larger than the file costs only addresses, and spares writers from
	// waiting for a long read, such as a backup, whenever the file outgrows its
	// map. (On Windows bbolt would grow the file with it.)
	if strconv.IntSize == 64 && runtime.GOOS != "windows" {
		o.InitialMmapSize = 1 << 30
	}
	return o
}

// precheck finds what bbolt would not say clearly, or would crash at.
func precheck(path string, opts Options) (created bool, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && opts.ReadOnly:
		return false, fmt.Errorf("there is no store yet: %w", err)
	case errors.Is(err, fs.ErrNotExist):
		dir := filepath.Dir(path)
		if _, derr := os.Stat(dir); errors.Is(derr, fs.ErrNotExist) {
			return false, fmt.Errorf("open store %s: create its directory first, or name another file: %w", path, derr)
		}
		return true, nil
	case err != nil:
		return false, fmt.Errorf("open store: %w", err)
	case info.IsDir():
		return false, fmt.Errorf("open store: %s is a directory; name a file in it", path)
	}
	return false, nil
}

// start prepares an opened file: makes, checks or migrates the schema and
// reads what leasing needs.
func (s *Store) start(opts Options) error {
	var found uint64
	empty := true
	err := s.db.View(func(btx *bbolt.Tx) error {
		if info, err := os.Stat(s.path); err != nil {
			return err
		} else if info.Size() < btx.Size() {
			return damaged("the file ends at %d of %d bytes; it was copied or restored in part", info.Size(), btx.Size())
		}
		if k, _ := btx.Cursor().First(); k != nil {
			empty = false
		}
		if m := btx.Bucket(bucketNames[meta]); m != nil {
			found, _ = binary.Uvarint(m.Get([]byte("schema")))
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case found > Schema:
		return fmt.Errorf("%w (schema %d, this one knows %d); use that version", store.ErrNewer, found, Schema)
	case found == 0 && !empty:
		return damaged("it is a database of another program")
	case found == 0 && opts.ReadOnly:
		return damaged("it is empty")
	case found == 0:
		err = s.db.Update(create)
	case found < Schema && opts.anySchema:
		return nil
	case found < Schema:
		err = s.migrate(found, opts)
	}
	if err != nil {
		return explain(err)
	}
	return s.db.View(func(btx *bbolt.Tx) error { return (&tx{Tx: btx, s: s}).loadTurns() })
}

// create lays out an empty store.
func create(btx *bbolt.Tx) error {
	for _, name := range bucketNames {
		if _, err := btx.CreateBucket(name); err != nil {
			return err
		}
	}
	return putSchema(btx, Schema)
}

func putSchema(btx *bbolt.Tx, n uint64) error {
	return btx.Bucket(bucketNames[meta]).Put([]byte("schema"), binary.AppendUvarint(nil, n))
}

// migrations lead from a schema number to the next one: migrations[0] from 1
// to 2, and so on.
var migrations = []func(*tx) error{
	add(rereadings, templates),                                             // 1 to 2
	add(removed, settings, manners),                                        // 2 to 3
	both(add(marks, captures, archives, withheld, deleted), (*tx).markAll), // 3 to 4
}

func both(first, second func(*tx) error) func(*tx) error {
	return func(t *tx) error {
		if err := first(t); err != nil {
			return err
		}
		return second(t)
	}
}

// add returns a migration that adds buckets.
func add(bs ...bucket) func(*tx) error {
	return func(t *tx) error {
		for _, b := range bs {
			if _, err := t.CreateBucketIfNotExists(bucketNames[b]); err != nil {
				return err
			}
		}
		return nil
	}
}

func (s *Store) migrate(from uint64, opts Options) error {
	if opts.ReadOnly {
		return fmt.Errorf("the store was written by an older editwatch; open it for writing once")
	}
	s.log.Info("migrating the store", "from", from, "to", Schema)
	return s.db.Update(func(btx *bbolt.Tx) error {
		for n := from; n < Schema; n++ {
			if err := migrations[n-1](&tx{Tx: btx, s: s}); err != nil {
				return fmt.Errorf("migrate the store from schema %d: %w", n, err)
			}
		}
		return putSchema(btx, Schema)
	})
}

// openError says what is wrong with a file and what to do about it.
func openError(path string, err error) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("open store %s: %w; stop the other one or name another file", path, store.ErrInUse)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrChecksum):
		return fmt.Errorf("open store %s: %w: this is no editwatch store, or a broken one; name another file or restore a backup (%v)", path, store.ErrDamaged, err)
	}
	return fmt.Errorf("open store %s: %w", path, err)
}

func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // directories cannot be synced there
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open the store's directory: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync the store's directory: %w", err)
	}
	return nil
}

// broken is what our own code panics with when it meets a record that cannot be
// right, deep in something that returns no error.
type broken string

// guard turns what bbolt does when it meets a page that cannot be right (it
// panics, or reads beyond the page or the file) into store.ErrDamaged. Our own
// bugs still panic.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch p := recover().(type) {
		case nil:
		case broken:
			err = damaged("%s", string(p))
		case interface{ Addr() uintptr }: // only the file is mapped
			err = damaged("a page leads outside the file")
		default:
			if !inBolt() {
				panic(p)
			}
			err = damaged("%v", p)
		}
	}()
	return fn()
}

// inBolt reports, for a deferred function, whether the panic that it recovered
// from began in bbolt.
func inBolt() bool {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		switch {
		case strings.HasPrefix(f.Function, "go.etcd.io/bbolt"):
			return true
		case strings.Contains(f.Function, "/store/bolt.") && !strings.Contains(f.Function, "bolt.guard") || !more:
			return false
		}
	}
}

// view runs fn in a read transaction.
func (s *Store) view(ctx context.Context, fn func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return explain(guard(func() error {
		return s.db.View(func(btx *bbolt.Tx) error { return fn(&tx{Tx: btx, s: s}) })
	}))
}

// Close waits for the writes and reads that have begun, then lets go of the
// file. Further calls of any method return [store.ErrClosed].
func (s *Store) Close() error {
	s.closing.Lock()
	already := s.closed
	s.closed = true
	if !already {
		close(s.writes)
	}
	s.closing.Unlock()
	<-s.stopped
	if already {
		return store.ErrClosed
	}
	s.signals.close()
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}
