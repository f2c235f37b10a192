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
//	                     └─ no room: left out ──> told together in one post (leftout.go)
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
// important waits, and of equal ones the newest; the other is left out. It
// returns false if it is known already.
func line(account *news.Publishing, p news.Publication) bool {
	known := func(w news.Publication) bool { return w.Message == p.Message }
	if slices.ContainsFunc(account.Waiting, known) || slices.ContainsFunc(account.LeftOut, known) {
		return false
	}
	for i, w := range account.Waiting {
		if p.Article == "" || w.Article != p.Article {
			continue
		}
		if w.Rank > p.Rank {
			leaveOut(account, p)
			return true
		}
		account.Waiting = slices.Delete(account.Waiting, i, i+1)
		leaveOut(account, w)
		break
	}
	account.Waiting = append(account.Waiting, p)
	slices.SortStableFunc(account.Waiting, func(a, b news.Publication) int {
		return cmp.Or(cmp.Compare(b.Rank, a.Rank), a.Since.Compare(b.Since))
	})
	return true
}

// A step is what can be done about publishing now.
type step int

const (
	stepNone    step = iota // nothing waits
	stepWait                // there is no room yet
	stepPublish             // a publication may go
	stepCombine             // what was left out may be posted as one
)

// next returns what can be done now: the publication that may go, or how long to
// wait.
func next(account *news.Publishing, now time.Time) (p news.Publication, do step, wait time.Duration) {
	settleLine(account, now)
	if len(account.Waiting)+len(account.LeftOut) == 0 && account.Combined.ID == "" {
		return p, stepNone, 0
	}
	if now.Before(account.Until) {
		return p, stepWait, account.Until.Sub(now)
	}
	p, do = turn(account, now)
	room := account.Left(now)
	if p.Rank < rankFirst && account.Allowed() > publishReserve {
		room -= publishReserve
	}
	switch {
	case room > 0:
		return p, do, 0
	case len(account.Done) == 0:
		return p, stepWait, publishRetry
	}
	return p, stepWait, account.Done[0].Add(time.Hour).Sub(now)
}

// turn returns whose turn it is when there is room: what waits goes before what
// was left out, unless that is overdue. A single post that was left out can be
// published itself.
func turn(account *news.Publishing, now time.Time) (news.Publication, step) {
	left := account.LeftOut
	late := len(left) > 0 && now.Sub(left[0].Since) >= overdue
	switch {
	case len(account.Waiting) > 0 && !late:
		return account.Waiting[0], stepPublish
	case len(left) == 1 && account.Combined.ID == "":
		return left[0], stepPublish
	}
	return news.Publication{}, stepCombine
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
	same := func(w news.Publication) bool { return w.Message == p.Message }
	account.Waiting = slices.DeleteFunc(account.Waiting, same)
	account.LeftOut = slices.DeleteFunc(account.LeftOut, same)
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
		if account := st.Publishing; len(account.Waiting)+len(account.LeftOut) > 0 || account.Combined.ID != "" {
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
	var do step
	var wait time.Duration
	err := n.stand(ctx, name, func(s *news.Standing) bool {
		waiting, dropped := len(s.Publishing.Waiting), s.Publishing.Dropped
		p, do, wait = next(&s.Publishing, time.Now())
		return len(s.Publishing.Waiting) != waiting || s.Publishing.Dropped != dropped
	})
	if err == nil && do == stepCombine {
		err = n.combine(ctx, name, channel)
	}
	switch {
	case err != nil:
		n.log.Error("what waits to be published is not known", "channel", name, "err", err)
		return time.Now().Add(storeWaitMax)
	case do == stepNone:
		return time.Time{}
	case do == stepWait:
		return time.Now().Add(wait)
	case do == stepCombine:
		return time.Now()
	}
	sending, cancel := context.WithTimeout(ctx, n.opts.SendTimeout)
	err = guard(func() error { return sender.Publish(sending, p.Message) })
	cancel()
	if ctx.Err() != nil && err != nil {
		return time.Now() // stopping; it waits in the store
	}
	if errors.Is(err, ErrUnauthorized) {
		n.stop(channel.token(name))
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

// stop keeps everything from being sent with a token that is not accepted.
func (n *Notifier) stop(token string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stopped[token] = true
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
