package archive

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// Every write between an edit and its copies fails once, before or after it took
// effect, and then the process goes on or starts anew. No copy may be lost, none
// told twice, and the archive takes only one of the page.
func TestFaultMatrix(t *testing.T) {
	for _, op := range []string{"want", "record", "hold"} {
		for _, happened := range []bool{false, true} {
			for _, restart := range []bool{false, true} {
				for call := range 4 {
					t.Run(fmt.Sprintf("%s_%d/happened_%v/restart_%v", op, call, happened, restart), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) { testFault(t, op, call, happened, restart) })
					})
				}
			}
		}
	}
}

func testFault(t *testing.T, op string, call int, happened, restart bool) {
	w := newWorld(t, 5*time.Second)
	a := w.article("a")
	_, err := w.bolt.Followed(t.Context())
	w.ok(err)
	w.polls(a.ID, first, 10*time.Minute)
	w.archive.Put(a.URL, time.Now().Add(-time.Minute), first)
	w.archive.Fault(answer(429, "", "Retry-After", "60")) // so that there is something to hold
	w.read(a.ID, second)

	b := &breaking{Store: w.store, op: op, left: call, happened: happened, hit: make(chan struct{})}
	w.store = b
	w.start()
	for range 60 {
		time.Sleep(time.Minute)
		w.read(a.ID, second)
		select {
		case <-b.hit:
			if restart {
				restart = false
				w.restart()
			}
		default:
		}
	}
	w.wants(a.ID, "1 kept; 2 kept")
	if got := w.told(a.ID); got[1] != 1 || got[2] != 1 {
		t.Errorf("told %v, want each once", got)
	}
	if n := len(w.archive.Copies()); n != 2 {
		t.Errorf("the archive took %d copies, want one beside the one it had", n)
	}
}

// breaking is a store of which one write fails.
type breaking struct {
	Store
	op       string
	happened bool // it fails after it took effect
	hit      chan struct{}

	mu   sync.Mutex // guards left
	left int        // how many of them succeed before it; negative: it has failed
}

func (b *breaking) do(op string, write func() error) error {
	if op == b.op && b.breaks() {
		if b.happened {
			if err := write(); err != nil {
				return err
			}
		}
		close(b.hit)
		return errBroken
	}
	return write()
}

func (b *breaking) breaks() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left--
	return b.left == -1
}

func (b *breaking) Want(ctx context.Context, seq news.Seq, copies []news.Copy) error {
	return b.do("want", func() error { return b.Store.Want(ctx, seq, copies) })
}

func (b *breaking) RecordCopy(ctx context.Context, c news.Copy) error {
	return b.do("record", func() error { return b.Store.RecordCopy(ctx, c) })
}

func (b *breaking) HoldArchive(ctx context.Context, until time.Time) error {
	return b.do("hold", func() error { return b.Store.HoldArchive(ctx, until) })
}
