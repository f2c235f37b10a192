package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// Run plans and delivers until ctx ends, and then returns nil. Posts under way
// get a few seconds to finish. Trouble with the store is logged and tried
// again.
func (n *Notifier) Run(ctx context.Context) error {
	changed, stop := n.store.Signal()
	defer stop()
	h, done := n.start(ctx)
	defer done()
	trouble := storeWait
	for {
		wait, err := n.step(ctx, h, n.opts.Coalesce)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			n.log.Error("announcing has to wait for the store", "err", err, "wait", trouble)
			wait, trouble = trouble, min(2*trouble, storeWaitMax)
		} else {
			trouble = storeWait
		}
		if !sleep(ctx, wait, changed, h.freed) {
			return nil
		}
	}
}

// Pass plans everything and delivers what is due or waits only to be coalesced.
// It waits a few seconds for first retries, leaves what has to wait longer for
// the next time, names the channels concerned in the log, and returns. An error
// means trouble with the store; a platform's is none. An event that cannot be
// planned is tried until those behind it may pass it: the next Pass may run in
// another process, which would count its failures from none.
func (n *Notifier) Pass(ctx context.Context) error {
	h, done := n.start(ctx)
	defer done()
	if err := n.store.HastenDeliveries(ctx, time.Now()); err != nil {
		return fmt.Errorf("hasten deliveries: %w", err)
	}
	for end := time.Now().Add(passWait); ; {
		planErr := n.plan(ctx, 0)
		// Asked before the store is: a hand that is freed in between may leave
		// work that the store's answer does not know of.
		idle := h.idle()
		wait, err := n.serve(ctx, h)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case planErr != nil && n.holdsUp() && time.Now().Before(end):
			wait = passPause
		case !h.idle():
			wait = -1 // the hands tell
		case err != nil:
			return errors.Join(planErr, err)
		case !idle:
			wait = 0 // they told meanwhile
		case wait < 0 || time.Now().Add(wait).After(end):
			return errors.Join(planErr, n.nameLeft(ctx))
		}
		sleep(ctx, wait, nil, h.freed)
	}
}

// nameLeft logs the channels that are still owed something.
func (n *Notifier) nameLeft(ctx context.Context) error {
	left, err := n.store.Deliveries(ctx, store.DeliveryQuery{State: news.Pending, Max: pendingMax})
	if err != nil {
		return fmt.Errorf("read pending deliveries: %w", err)
	}
	owed := make(map[news.ChannelName]int)
	for _, d := range left {
		owed[d.Channel]++
	}
	for i := len(left) - 1; i >= 0; i-- { // the oldest of a channel holds it back
		d := left[i]
		if owed[d.Channel] == 0 {
			continue
		}
		n.log.Warn("channel is left for the next time", "channel", d.Channel,
			"deliveries", owed[d.Channel], "until", d.Due, "trouble", d.Trouble)
		owed[d.Channel] = 0
	}
	return nil
}

// Hands are the goroutines that deliver, each busy with one channel.
type hands struct {
	sending context.Context // ends a little after the caller's
	freed   chan struct{}   // receives after a hand was freed; values stand for several
	wg      sync.WaitGroup

	mu   sync.Mutex // guards busy
	busy int
}

// start returns hands for one Run or Pass; done waits until all are free.
func (n *Notifier) start(ctx context.Context) (h *hands, done func()) {
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	h = &hands{sending: sending, freed: make(chan struct{}, 1)}
	unhook := context.AfterFunc(ctx, func() {
		select {
		case <-sending.Done():
		case <-time.After(grace):
			cancel()
		}
	})
	return h, func() {
		h.wg.Wait()
		unhook()
		cancel()
	}
}

func (h *hands) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.busy
}

func (h *hands) idle() bool { return h.count() == 0 }

// do runs f in a hand.
func (h *hands) do(f func(ctx context.Context)) {
	h.mu.Lock()
	h.busy++
	h.mu.Unlock()
	h.wg.Go(func() {
		f(h.sending)
		h.mu.Lock()
		h.busy--
		h.mu.Unlock()
		select {
		case h.freed <- struct{}{}:
		default:
		}
	})
}

// step plans what is unplanned and serves what is due. What cannot be planned
// does not keep what is planned from being delivered.
func (n *Notifier) step(ctx context.Context, h *hands, window time.Duration) (wait time.Duration, err error) {
	planErr := n.plan(ctx, window)
	wait, err = n.serve(ctx, h)
	return wait, errors.Join(planErr, err)
}

// serve puts a hand to each channel for which something is due. It returns how
// long nothing more will be due, or a negative wait if that is not known.
func (n *Notifier) serve(ctx context.Context, h *hands) (wait time.Duration, err error) {
	full, err := n.hand(ctx, h)
	if err != nil || full {
		return -1, err
	}
	wait, err = n.publish(ctx, h)
	if err != nil {
		return -1, fmt.Errorf("read what waits to be published: %w", err)
	}
	next, err := n.store.NextDelivery(ctx)
	switch {
	case errors.Is(err, store.ErrNothing):
		return wait, nil
	case err != nil:
		return -1, fmt.Errorf("find the next delivery: %w", err)
	}
	due := max(time.Until(next), 0)
	if wait >= 0 {
		due = min(due, wait)
	}
	return due, nil
}

// hand leases what is due and puts a hand to each. It leases in growing waves,
// because writes that reach the store together cost it one. It returns true if
// every hand is busy and more may be due.
func (n *Notifier) hand(ctx context.Context, h *hands) (full bool, err error) {
	for wave := 1; ctx.Err() == nil; wave *= 2 {
		wave = min(wave, waveMax, n.opts.Parallel-h.count())
		if wave <= 0 {
			return true, nil
		}
		got := make([]news.Delivery, wave)
		errs := make([]error, wave)
		var wg sync.WaitGroup
		for i := range wave {
			wg.Go(func() {
				now := time.Now()
				got[i], errs[i] = n.store.LeaseDelivery(ctx, now, now.Add(n.opts.SendTimeout+leaseMargin))
			})
		}
		wg.Wait()
		done := false
		for i, d := range got {
			switch {
			case errs[i] != nil:
				done = true
				if !errors.Is(errs[i], store.ErrNothing) {
					err = fmt.Errorf("lease delivery: %w", errs[i])
				}
			case n.claim(d.ID):
				h.do(func(ctx context.Context) {
					defer n.unclaim(d.ID)
					n.deliver(ctx, d)
				})
			}
		}
		if done {
			return false, err
		}
	}
	return false, nil
}

// sleep waits until wait has passed, which a negative one never has, or one of
// the channels receives. It returns false if ctx ended.
func sleep(ctx context.Context, wait time.Duration, changed, freed <-chan struct{}) bool {
	var timer <-chan time.Time
	if wait >= 0 {
		// LeaseDelivery just said that nothing is due: asking again at once
		// could only spin.
		timer = time.After(max(wait, 10*time.Millisecond))
	}
	select {
	case <-ctx.Done():
		return false
	case <-timer:
	case <-changed:
	case <-freed:
	}
	return true
}
