package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// What the budget leaves no room for is told to followers all the same, together:
//
//	waiting ──too long, or overtaken──> left out ──room again──> one combined post ──> published
//
// The combined post is made in the channel like a digest. It is no delivery, for
// the channel was told of all it says; its account stands in the channel's
// standing, with each attempt counted before it is made, so that a crash does not
// post it twice where the platform can tell.

const (
	// patience is how long a publication waits for room of its own, and
	// patienceFirst how long one of the highest rank does.
	patience      = 15 * time.Minute
	patienceFirst = 2 * time.Hour
	// overdue is the age from which what was left out goes before what waits.
	overdue = 3 * time.Hour
	// leftOutMost bounds what is told together, and combineTries how often it is
	// tried.
	leftOutMost  = 100
	combineTries = 5
	// moreIDs begin the IDs of combined posts, which no delivery has.
	moreIDs = "more-"
)

// leaveOut moves a publication to those that are told together.
func leaveOut(account *news.Publishing, p news.Publication) {
	if len(account.LeftOut) == leftOutMost {
		account.LeftOut = slices.Delete(account.LeftOut, 0, 1)
		account.Dropped++
	}
	account.LeftOut = append(account.LeftOut, p)
	slices.SortStableFunc(account.LeftOut, func(a, b news.Publication) int { return a.Since.Compare(b.Since) })
}

// settleLine leaves out what has waited too long, and drops what is no news any more.
func settleLine(account *news.Publishing, now time.Time) {
	account.Done = slices.DeleteFunc(account.Done, func(at time.Time) bool { return now.Sub(at) >= time.Hour })
	account.Waiting = slices.DeleteFunc(account.Waiting, func(w news.Publication) bool {
		most := patience
		if w.Rank >= rankFirst {
			most = patienceFirst
		}
		tired := now.Sub(w.Since) >= most
		if tired {
			leaveOut(account, w)
		}
		return tired
	})
	before := len(account.LeftOut)
	account.LeftOut = slices.DeleteFunc(account.LeftOut, func(p news.Publication) bool { return now.Sub(p.Since) >= publishOld })
	account.Dropped += before - len(account.LeftOut)
}

// combine posts what was left out as one, and puts it first in line.
func (n *Notifier) combine(ctx context.Context, name news.ChannelName, channel Channel) error {
	settings, err := n.store.Settings(ctx, name)
	if err != nil {
		return err
	}
	now := time.Now()
	if end := settings.Quiet.Ends(now, settings.Location(channel.Location)); !end.IsZero() {
		return n.stand(ctx, name, func(s *news.Standing) bool { s.Publishing.Until = end; return true })
	}
	d, err := n.beginCombined(ctx, name, settings, now)
	if err != nil || len(d.Events) == 0 {
		return err
	}
	message, err := n.sendCombined(ctx, d, channel)
	if ctx.Err() != nil && err != nil {
		return nil // stopping; it stands in the store
	}
	if err != nil {
		n.log.Warn("what was not published is not told together yet", "channel", name, "delivery", d.ID, "attempt", d.Attempts, "err", err)
	}
	return n.stand(context.WithoutCancel(ctx), name, func(s *news.Standing) bool {
		combined(&s.Publishing, d, message, err, time.Now())
		return true
	})
}

// beginCombined counts the attempt and returns what is to be posted: what an
// attempt before it tried, or all that is left out. There are no events if there
// is nothing to tell.
func (n *Notifier) beginCombined(ctx context.Context, name news.ChannelName, settings news.Settings, now time.Time) (news.Delivery, error) {
	st, err := n.store.Standing(ctx, name)
	if err != nil {
		return news.Delivery{}, err
	}
	events := st.Publishing.Combined.Events
	if st.Publishing.Combined.ID == "" {
		if events, err = n.toldBy(ctx, name, st.Publishing.LeftOut); err != nil {
			return news.Delivery{}, err
		}
	}
	if settings.Publish == news.PublishOff {
		events = nil
	}
	d := news.Delivery{Kind: news.Gather, State: news.Pending, Channel: name, Events: events, Due: now}
	told := st.Publishing.LeftOut
	err = n.stand(ctx, name, func(s *news.Standing) bool {
		c := &s.Publishing.Combined
		if c.ID == "" {
			*c = news.Combined{ID: news.DeliveryID(moreIDs + strconv.FormatInt(now.UnixMilli(), 36)), Events: events}
			// What was left out meanwhile waits for the next one.
			s.Publishing.LeftOut = slices.DeleteFunc(s.Publishing.LeftOut, func(p news.Publication) bool {
				return slices.ContainsFunc(told, func(t news.Publication) bool { return t.Message == p.Message })
			})
		}
		c.Tries++
		d.ID, d.Attempts = c.ID, c.Tries
		if len(events) == 0 {
			*c = news.Combined{}
		}
		return true
	})
	d.Queued = begun(d.ID, now)
	return d, err
}

// begun returns when a combined post was first tried, which its ID tells.
func begun(id news.DeliveryID, now time.Time) time.Time {
	ms, err := strconv.ParseInt(strings.TrimPrefix(string(id), moreIDs), 36, 64)
	if err != nil {
		return now
	}
	return time.UnixMilli(ms).UTC()
}

// toldBy returns the events that posts told of, oldest first.
func (n *Notifier) toldBy(ctx context.Context, name news.ChannelName, posts []news.Publication) ([]news.Seq, error) {
	var events []news.Seq
	for _, p := range posts {
		told, err := n.store.Deliveries(ctx, store.DeliveryQuery{Channel: name, Event: p.Event, State: news.Sent})
		if err != nil {
			return nil, fmt.Errorf("read deliveries: %w", err)
		}
		events = append(events, p.Event)
		for _, d := range told {
			if d.Message == p.Message && d.Kind != news.Update {
				events = append(events, d.Events...)
			}
		}
	}
	slices.Sort(events)
	return slices.Compact(events), nil
}

// sendCombined makes one attempt at the post.
func (n *Notifier) sendCombined(ctx context.Context, d news.Delivery, channel Channel) (message string, err error) {
	a := Announcement{Delivery: d}
	err = guard(func() (err error) {
		if a.events, _, err = n.wanted(ctx, d); err != nil {
			return err
		}
		settings, err := n.store.Settings(ctx, d.Channel)
		if err != nil {
			return err
		}
		channel.Location = settings.Location(channel.Location)
		a.Brief, err = n.summary(ctx, d, a.events, channel)
		a.Brief.What = "also " + a.Brief.What
		return err
	})
	if err != nil {
		return "", err
	}
	sending, cancel := context.WithTimeout(ctx, n.opts.SendTimeout)
	defer cancel()
	err = guard(func() (err error) { message, err = channel.Sender.Send(sending, a); return })
	if errors.Is(err, ErrUnauthorized) {
		n.stop(channel.token(d.Channel))
	}
	return message, err
}

// combined writes what came of an attempt into the account.
func combined(account *news.Publishing, d news.Delivery, message string, err error, now time.Time) {
	later, wait := errors.AsType[*Later](err)
	switch {
	case err == nil && message != "":
		p := news.Publication{Message: message, Event: d.Events[len(d.Events)-1], Rank: rankFirst, Since: now}
		account.Combined = news.Combined{}
		line(account, p)
	case wait:
		account.Until = now.Add(min(max(later.Wait, time.Second), laterMax))
	case err == nil, errors.Is(err, errMoot), errors.Is(err, ErrRejected), errors.Is(err, ErrGone), d.Attempts >= combineTries:
		account.Combined = news.Combined{}
		account.Dropped++
	default:
		account.Until = now.Add(publishRetry << min(d.Attempts, 6))
	}
}
