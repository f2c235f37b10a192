package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

const (
	// planBatch is how many events are read at once.
	planBatch = 100
	// planTries is how often in a row an event's planning may fail before the
	// events after it no longer wait for it.
	planTries = 5
	// pendingMax bounds how much of what a channel is owed planning looks at.
	pendingMax = 1000
)

// plan plans every unplanned event, oldest first. One whose planning fails holds
// up those after it, so that order is kept, but only for planTries times in a
// row: then it is passed over. It stays unplanned and is tried again each time.
func (n *Notifier) plan(ctx context.Context, window time.Duration) error {
	for {
		events, err := n.store.Unplanned(ctx, planBatch)
		if err != nil {
			return fmt.Errorf("read unplanned events: %w", err)
		}
		var errs []error
		later := false
		for _, e := range events {
			err := n.planEvent(ctx, e, window)
			switch {
			case err == nil:
				delete(n.unplanned, e.Seq)
				continue
			case errors.Is(err, errUnderway):
				later = true
				continue
			}
			errs = append(errs, fmt.Errorf("plan event %d: %w", e.Seq, err))
			if n.unplanned[e.Seq]++; n.unplanned[e.Seq] < planTries {
				break
			}
		}
		if len(errs) > 0 || later || len(events) < planBatch {
			return errors.Join(errs...)
		}
	}
}

// holdsUp reports whether an event that could not be planned still holds up
// those after it.
func (n *Notifier) holdsUp() bool {
	for _, tries := range n.unplanned {
		if tries < planTries {
			return true
		}
	}
	return false
}

func (n *Notifier) planEvent(ctx context.Context, e news.Event, window time.Duration) error {
	duties, err := n.duties(ctx, e, window, n.owed)
	if err != nil {
		return err
	}
	if err := n.store.Plan(ctx, e.Seq, duties); err != nil {
		return err
	}
	n.log.Debug("event planned", "event", e.Seq, "kind", e.Kind, "article", e.Article, "duties", len(duties))
	return nil
}

// owed returns what a channel is owed, newest first.
func (n *Notifier) owed(ctx context.Context, name news.ChannelName) ([]news.Delivery, error) {
	d, err := n.store.Deliveries(ctx, store.DeliveryQuery{Channel: name, State: news.Pending, Max: pendingMax})
	if err != nil {
		return nil, fmt.Errorf("read pending deliveries: %w", err)
	}
	return d, nil
}

// duties returns what e adds to what is owed, which is the store's or,
// in a dry run, an imagined one.
func (n *Notifier) duties(ctx context.Context, e news.Event, window time.Duration,
	owed func(context.Context, news.ChannelName) ([]news.Delivery, error),
) ([]store.Duty, error) {
	if e.Kind == news.Archived {
		return n.linking(ctx, e)
	}
	wanters, err := n.wanting(ctx, e, e.At)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	rules := rules{window: window, flood: n.opts.Flood}
	var duties []store.Duty
	for _, w := range wanters {
		p, err := n.place(ctx, w.channel, e.Article, owed)
		if err != nil {
			return nil, err
		}
		duties = append(duties, rules.duties(e, p, now)...)
	}
	return duties, nil
}

// A wanter is a channel that wants to hear of an event, with whom its watches
// would have named.
type wanter struct {
	channel  news.ChannelName
	mentions []string
}

// wanting returns the channels that want to hear of e at a time, each once, in
// the order in which their watches were placed. Planning asks for the time of
// the event, because what happened during a pause is not told after it;
// delivering asks for now, because a watch that was paused or removed since
// falls silent at once.
func (n *Notifier) wanting(ctx context.Context, e news.Event, at time.Time) ([]wanter, error) {
	watches, err := n.watching(ctx, e)
	if err != nil {
		return nil, err
	}
	var all []wanter
	var texts []string // read only if a watch chooses by words
	for _, w := range watches {
		if ok, _ := w.Wants(e, at); !ok {
			continue
		}
		if !e.Kind.Notice() && len(w.Include)+len(w.Exclude) > 0 {
			if texts == nil {
				channel, _ := n.channel(w.Channel)
				r, err := n.report(ctx, []news.Event{e}, channel.Links)
				if err != nil {
					return nil, err
				}
				texts = report.Words(r)
			}
			if ok, _ := w.WantsWords(texts...); !ok {
				continue
			}
		}
		i := slices.IndexFunc(all, func(x wanter) bool { return x.channel == w.Channel })
		if i < 0 {
			i, all = len(all), append(all, wanter{channel: w.Channel})
		}
		if w.Mention != "" && !slices.Contains(all[i].mentions, w.Mention) {
			all[i].mentions = append(all[i].mentions, w.Mention)
		}
	}
	return n.unmuted(ctx, e, all, at)
}

// watching returns the watches that concern the event.
func (n *Notifier) watching(ctx context.Context, e news.Event) ([]news.Watch, error) {
	switch {
	case e.Article != "":
		article, err := n.store.Article(ctx, e.Article)
		if errors.Is(err, store.ErrNotFound) {
			// Merged into another since: it had no version, so nothing to tell.
			n.log.Warn("event of an unknown article", "event", e.Seq, "article", e.Article)
			return nil, nil
		}
		if err != nil || !article.Withheld.IsZero() {
			return nil, err // nothing is told of what is withheld
		}
		return n.store.Watching(ctx, article)
	case e.Feed != "":
		return n.store.Watches(ctx, store.WatchQuery{Feed: e.Feed})
	}
	return nil, nil
}

// unmuted leaves out the channels that muted the event's article.
func (n *Notifier) unmuted(ctx context.Context, e news.Event, all []wanter, at time.Time) ([]wanter, error) {
	if e.Article == "" {
		return all, nil
	}
	kept := all[:0]
	for _, w := range all {
		th, err := n.store.Thread(ctx, w.channel, e.Article)
		if err != nil {
			return nil, fmt.Errorf("read thread: %w", err)
		}
		if !at.Before(th.Muted) {
			kept = append(kept, w)
		}
	}
	return kept, nil
}

// A place is what planning needs to know about a channel and one article.
type place struct {
	name    news.ChannelName
	thread  news.Thread     // on the article
	pending []news.Delivery // everything the channel is owed, newest first
	// edits says that the newest pending post on the article tells of edits
	// only, so that another edit may join it.
	edits   bool
	updates bool // its messages can be changed
	machine bool
	// hold says when what happens now may be told: at once, or gathered with
	// more, later.
	hold hold
}

func (n *Notifier) place(ctx context.Context, name news.ChannelName, article news.ArticleID,
	owed func(context.Context, news.ChannelName) ([]news.Delivery, error),
) (place, error) {
	channel, _ := n.channel(name)
	p := place{name: name, machine: channel.Machine}
	_, p.updates = channel.Sender.(Updater)
	var err error
	if article != "" {
		if p.thread, err = n.store.Thread(ctx, name, article); err != nil {
			return p, fmt.Errorf("read thread: %w", err)
		}
	}
	if p.pending, err = owed(ctx, name); err != nil {
		return p, err
	}
	if own := p.post(article); own != nil {
		first, err := n.store.Event(ctx, own.Events[0])
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return p, fmt.Errorf("read event %d: %w", own.Events[0], err)
		}
		p.edits = joins(first.Kind)
	}
	if !p.machine {
		p.hold, err = n.holds(ctx, channel, p, article)
	}
	return p, err
}

// post returns the newest pending post on the article, or nil.
func (p place) post(article news.ArticleID) *news.Delivery {
	for i := range p.pending {
		d := &p.pending[i]
		if d.Kind == news.Post && d.Article == article && len(d.Events) > 0 {
			return d
		}
	}
	return nil
}

// joins reports whether events of this kind may share a post with others. The
// rest is news of its own, and its order against edits matters.
func joins(k news.EventKind) bool { return k == news.Edited || k == news.Reverted }

// rules are the numbers that planning goes by.
type rules struct {
	window time.Duration
	flood  Flood
}

// duties returns what the event adds to what the channel is owed.
func (r rules) duties(e news.Event, p place, now time.Time) []store.Duty {
	own := p.post(e.Article)
	open := own != nil && own.Attempts == 0 && p.edits && joins(e.Kind)
	if !p.machine && !open && (r.flooded(p, now) || now.Sub(e.At) > r.flood.Old) {
		return []store.Duty{{Channel: p.name, Kind: news.Notice, Due: now, Join: true}}
	}
	if e.Kind.Notice() {
		return []store.Duty{{Channel: p.name, Kind: news.Notice, Article: e.Article, Due: now}}
	}
	if !p.hold.until.IsZero() && !open {
		gather := []store.Duty{{Channel: p.name, Kind: news.Gather, Due: p.hold.until, Join: true}}
		return append(gather, r.update(e, p, p.hold.until)...)
	}

	due := now
	switch {
	case open:
		due = own.Due
	case own != nil:
		// Nothing overtakes an earlier post on the same article, and edits that
		// follow one that is just being posted are gathered as after it.
		due = news.Later(now, own.Due)
		if joins(e.Kind) {
			due = news.Later(due, now.Add(r.window))
		}
	case joins(e.Kind) && p.thread.Posts > 0:
		due = news.Later(now, p.thread.Posted.Add(r.window))
	}
	duties := []store.Duty{{
		Channel: p.name, Kind: news.Post, Article: e.Article, Due: due,
		Join: joins(e.Kind) && (own == nil || open),
	}}
	return append(duties, r.update(e, p, due)...)
}

// update returns the duty to bring the first post on the article up to date
// with the event, where that can be done.
func (rules) update(e news.Event, p place, due time.Time) []store.Duty {
	if !p.updates || p.thread.Root == "" || e.From == e.To {
		return nil
	}
	return []store.Duty{{Channel: p.name, Kind: news.Update, Article: e.Article, Due: due, Message: p.thread.Root}}
}

// flooded reports whether the channel is owed so much, and for so long, that
// what happens next is summed up.
func (r rules) flooded(p place, now time.Time) bool {
	owed, late := 0, false
	for _, d := range p.pending {
		if d.Kind == news.Update || d.Attempts == 0 && d.Due.After(now) {
			continue
		}
		owed++
		// The Due of a delivery that failed is that of its next attempt.
		if d.Attempts == 0 && now.Sub(d.Due) >= r.flood.After {
			late = true
		}
	}
	return late && owed >= r.flood.Posts
}
