package exchange

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// How files begin.
const (
	sqliteMark = "SQLite format 3\x00"
	gzipMark   = "\x1f\x8b"
	zstdMark   = "\x28\xb5\x2f\xfd"
)

// IsRecord reports whether a file that begins so is one for [ImportFile], rather
// than a list of watches. 64 bytes of it are enough.
func IsRecord(head []byte) bool {
	for _, mark := range []string{sqliteMark, gzipMark, zstdMark} {
		if bytes.HasPrefix(head, []byte(mark)) {
			return true
		}
	}
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	return bytes.HasPrefix(head, []byte("{"))
}

// ImportFile imports a file, whose form its content tells: JSON Lines as for
// [Import], or a database as for [FromSQLite], either of them packed by gzip or
// zstd, too.
func ImportFile(ctx context.Context, t Target, path string, progress Progress) (Totals, error) {
	f, err := os.Open(path)
	if err != nil {
		return Totals{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Totals{}, err
	}
	read := &counter{r: f}
	file, done, err := unpack(bufio.NewReader(read))
	if err != nil {
		return Totals{}, err
	}
	defer done()
	switch head, err := file.Peek(len(sqliteMark)); {
	case string(head) == sqliteMark && file.packed:
		return fromPacked(ctx, t, file, progress)
	case string(head) == sqliteMark:
		return FromSQLite(ctx, t, path, progress)
	case err != nil && !errors.Is(err, io.EOF):
		return Totals{}, inWords(err)
	}
	in := newImporter(t, progress)
	in.share = func() float64 { return float64(read.n) / float64(max(1, info.Size())) }
	err = in.all(ctx, func() error { return in.lines(ctx, file) })
	return in.totals, err
}

// A counter counts what was read, in bytes.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// unpacked is a file without its packing.
type unpacked struct {
	*bufio.Reader
	packed bool
}

// maxWindow is how much memory a file may ask for to be unpacked in: what
// "zstd --ultra -22" does.
const maxWindow = 128 << 20

// unpack returns a file without its packing, if it has any. done frees what that
// takes.
func unpack(r *bufio.Reader) (_ unpacked, done func(), err error) {
	head, _ := r.Peek(len(zstdMark)) // a file that cannot be read says so later
	switch {
	case strings.HasPrefix(string(head), gzipMark):
		z, err := gzip.NewReader(r)
		if err != nil {
			return unpacked{}, nil, inWords(err)
		}
		return unpacked{bufio.NewReader(z), true}, func() {}, nil
	case string(head) == zstdMark:
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return unpacked{}, nil, inWords(err)
		}
		return unpacked{bufio.NewReader(z), true}, z.Close, nil
	}
	return unpacked{r, false}, func() {}, nil
}

// Pack returns a writer that packs a file as the ending of its name asks: ".gz",
// ".zst", or any other for not at all. Its Close does not close w.
func Pack(w io.Writer, ending string) (io.WriteCloser, error) {
	switch strings.ToLower(ending) {
	case ".gz":
		return gzip.NewWriter(w), nil
	case ".zst":
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	}
	return plain{w}, nil
}

// plain is a file that is not packed.
type plain struct{ io.Writer }

func (plain) Close() error { return nil }

// maxUnpacked is the largest database that is unpacked, in bytes: the largest of
// the NewsEdits corpus have some gigabytes.
const maxUnpacked = 32 << 30

// fromPacked imports a packed database, for which it must lie unpacked on the
// disk.
func fromPacked(ctx context.Context, t Target, r io.Reader, progress Progress) (Totals, error) {
	f, err := os.CreateTemp("", "editwatch-import-*.db")
	if err != nil {
		return Totals{}, fmt.Errorf("unpack the database: %w", err)
	}
	defer os.Remove(f.Name())
	n, err := io.Copy(f, io.LimitReader(&stoppable{ctx, r}, maxUnpacked+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return Totals{}, fmt.Errorf("unpack the database: %w", inWords(err))
	}
	if n > maxUnpacked {
		return Totals{}, fmt.Errorf("the database is larger than %d GB", maxUnpacked>>30)
	}
	return FromSQLite(ctx, t, f.Name(), progress)
}

// A stoppable reader ends with ctx.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// inWords puts what is wrong with a packed file into words.
func inWords(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the packed file breaks off here")
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, zstd.ErrMagicMismatch), errors.Is(err, zstd.ErrCRCMismatch):
		return errors.New("the packed file is damaged")
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return fmt.Errorf("the file is packed so that it takes more than %d MB of memory to unpack; pack it again", maxWindow>>20)
	}
	return err
}
