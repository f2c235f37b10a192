package bolt

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// Texts are compressed with brotli: its built-in dictionary of common words
// serves texts of a few paragraphs, and single sentences, better than zstd
// (169 posts of 4.8 KB: zstd 2.2, zlib 2.3, brotli 5 2.5, brotli 10 2.9).
// Whole pages are compressed with zstd, which is ten times faster and loses
// nothing at their size.

const (
	// Level 10 costs 0.7 ms a kilobyte, well spent on a text that is kept whole once in
	// fullEvery versions, but not on the rare very long one.
	smallLevel, largeLevel = 10, 5
	smallText              = 24 << 10
)

var (
	smallWriters = sync.Pool{New: func() any {
		return brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: smallLevel, LGWin: 16})
	}}
	largeWriters = sync.Pool{New: func() any {
		return brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: largeLevel, LGWin: 18})
	}}
	brotliReaders = sync.Pool{New: func() any { return brotli.NewReader(nil) }}
)

// squeeze appends b to dst, a 1 before it if it is compressed, else a 0.
func squeeze(dst, b []byte) []byte {
	if len(b) >= 24 {
		pool := &smallWriters
		if len(b) > smallText {
			pool = &largeWriters
		}
		w := pool.Get().(*brotli.Writer)
		defer pool.Put(w)
		var out bytes.Buffer
		w.Reset(&out)
		w.Write(b) // a bytes.Buffer does not fail
		w.Close()
		if out.Len() < len(b) {
			return append(append(dst, 1), out.Bytes()...)
		}
	}
	return append(append(dst, 0), b...)
}

// unsqueeze is the inverse of squeeze. Its result may share memory with b.
func unsqueeze(b []byte) ([]byte, error) {
	if len(b) == 0 || b[0] > 1 {
		return nil, errRecord
	}
	if b[0] == 0 {
		return b[1:], nil
	}
	r := brotliReaders.Get().(*brotli.Reader)
	defer brotliReaders.Put(r)
	if err := r.Reset(bytes.NewReader(b[1:])); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.Grow(4 * len(b))
	if _, err := io.Copy(&out, io.LimitReader(r, maxText)); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// maxPage bounds a page read back; what is fetched is capped far below it.
const maxPage = 256 << 20

var (
	pageEncoder = sync.OnceValues(func() (*zstd.Encoder, error) {
		return zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
	})
	pageDecoder = sync.OnceValues(func() (*zstd.Decoder, error) {
		return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxPage))
	})
)

func packPage(b []byte) ([]byte, error) {
	e, err := pageEncoder()
	if err != nil {
		return nil, fmt.Errorf("compress page: %w", err)
	}
	return e.EncodeAll(b, nil), nil
}

func unpackPage(b []byte) ([]byte, error) {
	d, err := pageDecoder()
	if err != nil {
		return nil, fmt.Errorf("unpack page: %w", err)
	}
	return d.DecodeAll(b, nil)
}
