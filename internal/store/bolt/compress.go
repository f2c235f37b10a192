package bolt

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
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
	// wholeLevel costs 0.7 ms a kilobyte, well spent on a text that is kept whole
	// once in fullEvery versions, but not on the rare very long one.
	wholeLevel = 10
	longText   = 24 << 10
	// quickLevel costs a tenth and loses a few per cent.
	quickLevel = 5
)

var (
	thorough      = sync.Pool{New: func() any { return newBrotli(wholeLevel) }}
	quick         = sync.Pool{New: func() any { return newBrotli(quickLevel) }}
	brotliReaders = sync.Pool{New: func() any { return brotli.NewReader(nil) }}
)

func newBrotli(level int) *brotli.Writer {
	return brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: level, LGWin: 16})
}

// squeezeWhole compresses a whole text.
func squeezeWhole(b []byte) []byte {
	if len(b) > longText {
		return squeeze(b, &quick)
	}
	return squeeze(b, &thorough)
}

// squeezeDelta compresses the difference of two texts.
func squeezeDelta(b []byte) []byte { return squeeze(b, &quick) }

// squeezing has no more texts compressed at once than can be at once: each takes
// megabytes while it lasts.
var squeezing = make(chan struct{}, runtime.GOMAXPROCS(0))

// squeeze returns b, with a 1 before it if it is compressed, else a 0.
func squeeze(b []byte, writers *sync.Pool) []byte {
	if len(b) >= 24 {
		squeezing <- struct{}{}
		defer func() { <-squeezing }()
		w := writers.Get().(*brotli.Writer)
		defer writers.Put(w)
		out := bytes.NewBuffer(make([]byte, 0, 64+len(b)/2))
		out.WriteByte(1)
		w.Reset(out)
		w.Write(b) // a bytes.Buffer does not fail
		w.Close()
		if out.Len() <= len(b) {
			return out.Bytes()
		}
	}
	return append([]byte{0}, b...)
}

// unsqueeze is the inverse of squeeze. Its result shares memory with b or out.
func unsqueeze(out *bytes.Buffer, b []byte) ([]byte, error) {
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
	out.Reset()
	out.Grow(4*len(b) + bytes.MinRead)
	if _, err := out.ReadFrom(io.LimitReader(r, maxText)); err != nil {
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
