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

// An Export asks for a part of the record as a file.
type Export struct {
	Form   string    // "warc" and others that package main knows
	Source string    `json:",omitempty"` // only this publication's
	Since  time.Time `json:",omitzero"`  // only from then on
	Until  time.Time `json:",omitzero"`  // only before
}

// An Out takes what a long request gives before its answer.
type Out struct {
	File io.Writer // what an Export asks for
	// Tell hears now and then, in a line, how far it is; nil if nobody wants to.
	Tell func(line string)
}

// long reports whether a request takes as long as what it is about is large.
func (r Request) long() bool { return r.Export != nil || r.Import != "" }

// What a long request gives goes through the connection as it is made, in frames
// before the answer. A frame is its length in four bytes and so much of the file
// or, if the highest bit is set, a line that says how far it is; one of length 0
// is the end.
const (
	maxFrame  = 64 << 10 // in bytes
	tellFrame = 1 << 31
)

// frames writes frames.
type frames struct {
	w    *bufio.Writer
	kind uint32
}

func (f frames) Write(p []byte) (n int, err error) {
	for len(p) > 0 && err == nil {
		part := p[:min(len(p), maxFrame)]
		if _, err = f.w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))|f.kind)); err == nil {
			_, err = f.w.Write(part)
		}
		n, p = n+len(part), p[len(part):]
	}
	return n, err
}

// writeLong carries out a long request, and gives up when who asked has gone.
func writeLong(ctx context.Context, c net.Conn, r Request, do Do) error {
	ctx, gone := context.WithCancel(ctx)
	defer gone()
	go func() { // ends with the connection
		io.Copy(io.Discard, c) // nothing more is asked
		gone()
	}()
	b := bufio.NewWriterSize(c, maxFrame)
	out := Out{File: frames{w: b}}
	if r.Tell {
		out.Tell = func(line string) {
			io.WriteString(frames{b, tellFrame}, line) // its error is that of the next write
			b.Flush()
		}
	}
	a := do(ctx, r, out)
	b.Write([]byte{0, 0, 0, 0}) // its error is that of Flush
	if err := json.NewEncoder(b).Encode(a); err != nil {
		return err
	}
	return b.Flush()
}

// readLong takes the frames, and reads the answer behind them.
func readLong(c net.Conn, out Out) (a bot.Answer, err error) {
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
		length := int64(n &^ tellFrame)
		if length > maxFrame || n != uint32(length) && out.Tell == nil {
			return a, errors.New("the running editwatch is of another version; restart it")
		}
		if n == uint32(length) {
			_, err = io.CopyN(out.File, r, length)
		} else {
			line := make([]byte, length)
			if _, err = io.ReadFull(r, line); err == nil {
				out.Tell(string(line))
			}
		}
		if err != nil {
			return a, err
		}
	}
	if err := json.NewDecoder(r).Decode(&a); err != nil {
		return a, fmt.Errorf("hear from the running editwatch: %w", err)
	}
	return a, nil
}
