package cli

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/editwatch/editwatch/bot"
)

// An Export asks for a part of the record as a file, which may be large: it is
// written as it is made, in frames before the answer. A frame is its length in
// four bytes and so much of the file; one of length 0 is the end.
type Export struct {
	Form   string    // "warc" and others that package main knows
	Source string    `json:",omitempty"` // only this publication's
	Since  time.Time `json:",omitzero"`  // only from then on
	Until  time.Time `json:",omitzero"`  // only before
}

// maxFrame bounds a frame, in bytes.
const maxFrame = 64 << 10

// frames writes frames.
type frames struct{ w io.Writer }

func (f frames) Write(p []byte) (n int, err error) {
	for len(p) > 0 && err == nil {
		part := p[:min(len(p), maxFrame)]
		if _, err = f.w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part)))); err == nil {
			_, err = f.w.Write(part)
		}
		n, p = n+len(part), p[len(part):]
	}
	return n, err
}

// writeExport has a file written into the connection, and then the answer.
func writeExport(ctx context.Context, c net.Conn, r Request, do Do) error {
	b := bufio.NewWriterSize(c, maxFrame)
	a := do(ctx, r, frames{b})
	b.Write([]byte{0, 0, 0, 0}) // its error is that of Flush
	if err := json.NewEncoder(b).Encode(a); err != nil {
		return err
	}
	return b.Flush()
}

// readExport copies the frames to out, and reads the answer behind them.
func readExport(c net.Conn, out io.Writer) (a bot.Answer, err error) {
	r := bufio.NewReaderSize(c, maxFrame)
	for {
		var head [4]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return a, fmt.Errorf("the running editwatch broke off: %w", err)
		}
		n := binary.BigEndian.Uint32(head[:])
		if n == 0 {
			break
		}
		if n > maxFrame {
			return a, errors.New("the running editwatch is of another version; restart it")
		}
		if _, err := io.CopyN(out, r, int64(n)); err != nil {
			return a, err
		}
	}
	if err := json.NewDecoder(r).Decode(&a); err != nil {
		return a, fmt.Errorf("hear from the running editwatch: %w", err)
	}
	return a, nil
}
