package fetch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// accepted are the encodings asked for, which [unpack] knows.
const accepted = "gzip, br, zstd"

// maxWindow is the largest zstd window a browser must accept
// (RFC 9659); a larger one is an attack on memory.
const maxWindow = 8 << 20

var errEncoding = errors.New("packed in an unknown way")

// buffers hold bodies while they are read and unpacked. What a Response holds
// is a copy of just its size.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooled is the largest buffer kept for reuse, in bytes: one huge body must
// not stay in memory.
const maxPooled = 1 << 20

func putBuffer(b *bytes.Buffer) {
	if b.Cap() <= maxPooled {
		b.Reset()
		buffers.Put(b)
	}
}

// readBody reads a body as it was sent into buf. One of more than max bytes is
// an error at once when its length is announced and its start is not wanted
// either; else it is one after max bytes, which buf then holds.
func readBody(buf *bytes.Buffer, resp *http.Response, max int64, partial bool) error {
	if resp.ContentLength > max && !partial {
		return safehttp.ErrTooLarge
	}
	if n := min(resp.ContentLength, max); n > 0 {
		// One read finds the end; without the room to spare it would grow.
		buf.Grow(int(n) + bytes.MinRead)
	}
	n, err := buf.ReadFrom(io.LimitReader(resp.Body, max+1))
	if err != nil {
		return err
	}
	if n > max {
		buf.Truncate(int(max))
		return safehttp.ErrTooLarge
	}
	return nil
}

// hash is the hash of a body as it was sent, in hexadecimal.
func hash(sent []byte) string {
	sum := sha256.Sum256(sent)
	return hex.EncodeToString(sum[:])
}

// unpack returns a copy of a body, unpacked to at most max bytes, and what
// came out before an error. Its errors wrap errEncoding, io.ErrUnexpectedEOF
// or [safehttp.ErrTooLarge].
func unpack(sent []byte, encoding string, max int64) ([]byte, error) {
	encoding = strings.ToLower(strings.TrimSpace(encoding))
	if encoding == "" || encoding == "identity" || len(sent) == 0 {
		if int64(len(sent)) > max {
			return bytes.Clone(sent[:max]), safehttp.ErrTooLarge
		}
		return bytes.Clone(sent), nil
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer putBuffer(buf)
	var err error
	switch encoding {
	case "gzip", "x-gzip":
		err = gunzip(buf, sent, max)
	case "br":
		r := brotlis.Get().(*brotli.Reader)
		if err = r.Reset(bytes.NewReader(sent)); err == nil {
			err = drain(buf, r, max)
		}
		brotlis.Put(r)
	case "zstd":
		err = unzstd(buf, sent, max)
	default:
		return nil, fmt.Errorf("%w: %.20q", errEncoding, encoding)
	}
	body := bytes.Clone(buf.Bytes())
	if err == nil || errors.Is(err, safehttp.ErrTooLarge) || errors.Is(err, io.ErrUnexpectedEOF) {
		return body, err
	}
	return body, fmt.Errorf("%w: %w", errEncoding, err)
}

// drain reads r to its end into buf.
func drain(buf *bytes.Buffer, r io.Reader, max int64) error {
	if _, err := buf.ReadFrom(io.LimitReader(r, max-int64(buf.Len())+1)); err != nil {
		return err
	}
	if int64(buf.Len()) > max {
		buf.Truncate(int(max))
		return safehttp.ErrTooLarge
	}
	return nil
}

var (
	gzips   = sync.Pool{New: func() any { return new(gzip.Reader) }}
	brotlis = sync.Pool{New: func() any { return new(brotli.Reader) }}
	zstds   = sync.Pool{New: func() any {
		// Synchronous, so that no goroutine is left behind when the pool is emptied.
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			panic(err) // the options are constant
		}
		return d
	}}
)

// gunzip unpacks one member after another and, as browsers do, passes over
// anything behind them that is none.
func gunzip(buf *bytes.Buffer, sent []byte, max int64) error {
	z := gzips.Get().(*gzip.Reader)
	defer gzips.Put(z)
	r := bytes.NewReader(sent)
	for first := true; ; first = false {
		rest := sent[len(sent)-r.Len():]
		if !first && (len(rest) < 2 || rest[0] != 0x1f || rest[1] != 0x8b) {
			return nil
		}
		if err := z.Reset(r); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		z.Multistream(false)
		if err := drain(buf, z, max); err != nil {
			return err
		}
	}
}

func unzstd(buf *bytes.Buffer, sent []byte, max int64) error {
	d := zstds.Get().(*zstd.Decoder)
	defer zstds.Put(d)
	if err := d.Reset(bytes.NewReader(sent)); err != nil {
		return err
	}
	err := drain(buf, d, max)
	d.Reset(nil) // lets go of the body
	return err
}
