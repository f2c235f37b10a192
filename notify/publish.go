package notify

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// Posts in a Discord announcement channel can be published: sent on to the
// channels that follow it. The platform allows few of that, about ten an hour,
// and does not say how many; so every channel has a budget in its standing,
// which is learnt from what the platform answers.
//
//	posted ──queue──> waiting: one an article, the most important first ──> published
//	                     └─ too old: dropped and counted
//
// What is waiting survives the process. Publishing twice does no harm, so a
// lost answer is simply asked for again.

const (
	// publishMax is the most that a budget grows to.
	publishMax = 10
	// publishReserve of an hour's budget are kept for what is most important.
	publishReserve = 2
	// publishOld is the age at which a publication is no news any more.
	publishOld = 6 * time.Hour
	// publishRetry is the wait after an error that says nothing.
	publishRetry = time.Minute
	// publishLearn is the wait from which a platform speaks of its budget
	// rather than of haste.
	publishLearn = time.Minute
)

// Ranks of publications.
const (
	rankOther = iota
	rankMajor
	rankFirst // headlines, corrections, and what happened to an article as a whole
)

// A publisher knows which channels have something waiting.
type publisher struct {
	mu      sync.Mutex // guards what is below
	loaded  bool
	waiting map[news.ChannelName]time.Time // when to look next
	busy    map[news.ChannelName]bool
}

// rank says how important it is that followers hear of the events.
func rank(events []news.Event) int {
	r := rankOther
	for _, e := range events {
		switch {
		case e.Kind != news.Edited && e.Kind != news.Reverted,
			slices.Contains(e.Classes, news.ClassHeadline), slices.Contains(e.Classes, news.ClassCorrection):
			return rankFirst
		case e.Significance >= news.Major:
			r = rankMajor
		}
	}
	return r
}

// publishes reports whether a post about the events is to be published.
func (n *Notifier) publishes(s news.Settings, channel Channel, events []news.Event) bool {
	_, can := channel.Sender.(Publisher)
	return can && slices.ContainsFunc(events, s.Publish.Wants)
}

// queue notes that a message was posted and is to be published. It is done
// before the delivery is settled: after a crash in between, the same message
// is noted again.
func (n *Notifier) queue(ctx context.Context, d news.Delivery, message string, events []news.Event, now time.Time) error {
	p := news.Publication{Message: message, Article: d.Article, Event: events[len(events)-1].Seq, Rank: rank(events), Since: now}
	err := n.stand(ctx, d.Channel, func(s *news.Standing) bool { return line(&s.Publishing, p) })
	if err == nil {
		n.publisher.wake(d.Channel, now)
	}
	return err
}

// line puts a publication into the line. Of one article only the most
// important waits, and of equal ones the newest.
func line(account *news.Publishing, p news.Publication) bool {
	for i, w := range account.Waiting {
		if w.Message == p.Message {
			return false
		}
		if p.Article == "" || w.Article != p.Article {
			continue
		}
		if w.Rank > p.Rank {
			return false
		}
		account.Waiting = slices.Delete(account.Waiting, i, i+1)
		break
	}
	account.Waiting = append(account.Waiting, p)
	slices.SortStableFunc(account.Waiting, func(a, b news.Publication) int {
		return cmp.Or(cmp.Compare(b.Rank, a.Rank), a.Since.Compare(b.Since))
	})
	return true
}

// next returns the publication that may go now, or how long to wait for one. It
// drops what is too old.
func next(account *news.Publishing, now time.Time) (p news.Publication, ok bool, wait time.Duration) {
	account.Done = slices.DeleteFunc(account.Done, func(at time.Time) bool { return now.Sub(at) >= time.Hour })
	before := len(account.Waiting)
	account.Waiting = slices.DeleteFunc(account.Waiting, func(w news.Publication) bool { return now.Sub(w.Since) >= publishOld })
	account.Dropped += before - len(account.Waiting)
	if len(account.Waiting) == 0 {
		return p, false, -1
	}
	if now.Before(account.Until) {
		return p, false, account.Until.Sub(now)
	}
	p = account.Waiting[0]
	left := account.Left(now)
	if p.Rank < rankFirst && account.Allowed() > publishReserve {
		left -= publishReserve
	}
	if left > 0 {
		return p, true, 0
	}
	if len(account.Done) == 0 {
		return p, false, publishRetry
	}
	return p, false, account.Done[0].Add(time.Hour).Sub(now)
}

// published writes what came of an attempt into the account.
func published(account *news.Publishing, p news.Publication, err error, now time.Time) {
	later, wait := errors.AsType[*Later](err)
	switch {
	case err == nil:
		account.Done = append(account.Done, now)
		if n := len(account.Done); n >= account.Allowed() && n < publishMax {
			account.PerHour = n + 1 // more than we thought is allowed, perhaps
		}
	case wait:
		account.Until = now.Add(min(max(later.Wait, time.Second), laterMax))
		if later.Wait >= publishLearn {
			account.PerHour = max(len(account.Done), 1)
		}
		return
	case errors.Is(err, ErrRejected), errors.Is(err, ErrForbidden), errors.Is(err, ErrGone), errors.Is(err, ErrMessageGone):
		// It can never be published.
	default:
		account.Until = now.Add(publishRetry)
		return
	}
	account.Waiting = slices.DeleteFunc(account.Waiting, func(w news.Publication) bool { return w.Message == p.Message })
}

// publish puts a hand to each channel that may publish something now, and
// returns how long none will, or a negative wait if none is waiting.
func (n *Notifier) publish(ctx context.Context, h *hands) (wait time.Duration, err error) {
	if err := n.loadPublisher(ctx); err != nil {
		return -1, err
	}
	now := time.Now()
	names, wait := n.publisher.due(now)
	for _, name := range names {
		h.do(func(ctx context.Context) { n.publisher.done(name, n.publishOne(ctx, name)) })
	}
	return wait, nil
}

func (n *Notifier) loadPublisher(ctx context.Context) error {
	p := &n.publisher
	p.mu.Lock()
	loaded := p.loaded
	p.mu.Unlock()
	if loaded {
		return nil
	}
	all, err := n.store.Standings(ctx)
	if err != nil {
		return err
	}
	for _, st := range all {
		if len(st.Publishing.Waiting) > 0 {
			p.wake(st.Channel, time.Now())
		}
	}
	p.mu.Lock()
	p.loaded = true
	p.mu.Unlock()
	return nil
}

// publishOne publishes what is first in line and returns when to look again, or
// the zero time if nothing waits.
func (n *Notifier) publishOne(ctx context.Context, name news.ChannelName) (again time.Time) {
	channel, _ := n.channel(name)
	sender, ok := channel.Sender.(Publisher)
	if !ok {
		return time.Time{}
	}
	if h, err := n.barred(ctx, news.Delivery{Channel: name}, channel, time.Now()); err != nil || !h.until.IsZero() {
		return time.Now().Add(stoppedWait)
	}
	var p news.Publication
	var may bool
	var wait time.Duration
	err := n.stand(ctx, name, func(s *news.Standing) bool {
		before := len(s.Publishing.Waiting)
		p, may, wait = next(&s.Publishing, time.Now())
		return len(s.Publishing.Waiting) != before
	})
	switch {
	case err != nil:
		n.log.Error("read what waits to be published", "channel", name, "err", err)
		return time.Now().Add(storeWaitMax)
	case !may && wait < 0:
		return time.Time{}
	case !may:
		return time.Now().Add(wait)
	}
	sending, cancel := context.WithTimeout(ctx, n.opts.SendTimeout)
	err = guard(func() error { return sender.Publish(sending, p.Message) })
	cancel()
	if ctx.Err() != nil && err != nil {
		return time.Now() // stopping; it waits in the store
	}
	if errors.Is(err, ErrUnauthorized) {
		n.mu.Lock()
		n.stopped[channel.token(name)] = true
		n.mu.Unlock()
	}
	if err != nil {
		n.log.Warn("a post is not published", "channel", name, "message", p.Message, "err", err)
	} else {
		n.log.Info("published to followers", "channel", name, "message", p.Message, "article", p.Article)
	}
	serr := n.stand(context.WithoutCancel(ctx), name, func(s *news.Standing) bool {
		published(&s.Publishing, p, err, time.Now())
		return true
	})
	if serr != nil {
		n.log.Error("what was published is not recorded", "channel", name, "err", serr)
		return time.Now().Add(storeWaitMax)
	}
	return time.Now()
}

func (p *publisher) wake(name news.ChannelName, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting == nil {
		p.waiting, p.busy = make(map[news.ChannelName]time.Time), make(map[news.ChannelName]bool)
	}
	p.waiting[name] = at
}

// due returns the channels to look at now, which are busy from then on, and how
// long it is until the next one, or a negative wait.
func (p *publisher) due(now time.Time) (names []news.ChannelName, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	wait = -1
	for name, at := range p.waiting {
		switch d := at.Sub(now); {
		case p.busy[name]:
		case d <= 0:
			names = append(names, name)
			p.busy[name] = true
			delete(p.waiting, name)
		case wait < 0 || d < wait:
			wait = d
		}
	}
	return names, wait
}

// done says when to look at a channel again, unless it was woken meanwhile.
func (p *publisher) done(name news.ChannelName, again time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.busy, name)
	if old, woken := p.waiting[name]; !again.IsZero() && (!woken || again.Before(old)) {
		p.waiting[name] = again
	}
}
