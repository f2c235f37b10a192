// Package cli is the bot's front end on the terminal. While editwatch runs it
// owns the store, so commands typed elsewhere reach it through a Unix socket
// beside the store; otherwise they are carried out in place:
//
//	editwatch list ──> Ask ──socket──> Serve ──> bot.Do
//	               └─ nobody there: bot.Do on the store itself
//
// The socket is the owner's only: who may open the store's file may use it, and
// nobody else. It is not a listener that a browser or a network can reach.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/editwatch/editwatch/bot"
)

// ErrNobody means that no editwatch is running on the store.
var ErrNobody = errors.New("editwatch is not running")

// A Request is what goes over the socket: a command for the bot, or another
// wish of the store's owner.
type Request struct {
	Command *bot.Command `json:",omitempty"`
	Backup  string       `json:",omitempty"` // write a copy of the store to this file
	Hasten  bool         `json:",omitempty"` // visit everything now, due or not
	Export  *Export      `json:",omitempty"` // a part of the record as a file
	Import  string       `json:",omitempty"` // take in the history in this file
	Tell    bool         `json:",omitempty"` // of an Export or Import, say meanwhile how far it is
	Health  bool         `json:",omitempty"` // say how you are; also what an empty request asks
}

// A Do carries out a request.
type Do func(ctx context.Context, r Request, out Out) bot.Answer

// askTimeout bounds one exchange: placing a watch may need several polite
// requests to a slow host, and a backup takes as long as the disk does.
const askTimeout = 10 * time.Minute

// endTime is how long a long request that is broken off may take to end.
const endTime = 10 * time.Second

// acceptPause is the wait after a connection could not be taken.
const acceptPause = time.Second

// SocketPath returns where the socket of a store lies.
func SocketPath(store string) string { return store + ".sock" }

// Serve answers requests on the socket until ctx ends. It replaces a socket
// left behind by a process that was killed; the caller holds the store, so
// nobody else can be behind it.
func Serve(ctx context.Context, path string, do Do, log *slog.Logger) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("replace the old socket: %w", err)
	}
	l, err := listen(path)
	if err != nil {
		return fmt.Errorf("listen for commands: %w", err)
	}
	defer os.Remove(path)
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	var conns sync.WaitGroup
	defer conns.Wait()
	for {
		c, err := l.Accept()
		if ctx.Err() != nil {
			if err == nil {
				c.Close()
			}
			return nil
		}
		if errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("listen for commands: %w", err)
		}
		if err != nil {
			// Out of files, for example. That passes, and watching goes on meanwhile.
			log.Error("a command could not be taken", "err", err)
			select {
			case <-ctx.Done():
			case <-time.After(acceptPause):
			}
			continue
		}
		conns.Go(func() {
			defer c.Close()
			if err := exchange(ctx, c, do); err != nil {
				log.Debug("command broke off", "err", err)
			}
		})
	}
}

// listen opens the socket so that it is never open to others, not even for a
// moment.
func listen(path string) (net.Listener, error) {
	old := syscall.Umask(0o177)
	defer syscall.Umask(old)
	return net.Listen("unix", short(path))
}

// short returns a path that fits into a socket address, which holds about 100
// bytes on any system (unix(7)): the relative one, where that is shorter.
func short(path string) string {
	if len(path) < 100 {
		return path
	}
	if dir, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(dir, path); err == nil && len(rel) < len(path) {
			return rel
		}
	}
	return path
}

// exchange answers one connection. It ends when either side goes away.
func exchange(ctx context.Context, c net.Conn, do Do) error {
	stop := context.AfterFunc(ctx, func() { c.SetDeadline(time.Now()) })
	defer stop()
	var r Request
	if err := json.NewDecoder(c).Decode(&r); err != nil {
		return err
	}
	if r.long() {
		return writeLong(ctx, c, r, do)
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	return json.NewEncoder(c).Encode(do(ctx, r, Out{File: io.Discard}))
}

// Ask sends a request to the editwatch that runs on the store, or returns
// ErrNobody. For an Export or Import, see [AskLong].
func Ask(ctx context.Context, path string, r Request) (bot.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	return AskLong(ctx, path, r, Out{File: io.Discard})
}

// AskLong is Ask for as long as it takes. When ctx ends, so does what was asked
// for, and its answer says how far it came.
func AskLong(ctx context.Context, path string, r Request, out Out) (bot.Answer, error) {
	r.Tell = out.Tell != nil
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", short(path))
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return bot.Answer{}, ErrNobody
	case err != nil:
		return bot.Answer{}, fmt.Errorf("reach the running editwatch: %w", err)
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() {
		if half, ok := c.(*net.UnixConn); ok && r.long() && half.CloseWrite() == nil {
			c.SetDeadline(time.Now().Add(endTime))
			return
		}
		c.SetDeadline(time.Now())
	})
	defer stop()
	if err := json.NewEncoder(c).Encode(r); err != nil {
		return bot.Answer{}, fmt.Errorf("ask the running editwatch: %w", err)
	}
	if r.long() {
		return readLong(c, out)
	}
	var a bot.Answer
	if err := json.NewDecoder(c).Decode(&a); err != nil {
		return bot.Answer{}, fmt.Errorf("hear from the running editwatch: %w", err)
	}
	return a, nil
}
