package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

// errMoot means that a delivery turned out to have nothing to say.
var errMoot = errors.New("nothing is left to say")

// sentMax bounds how far back a post on an article is looked for.
const sentMax = 1000

// compose turns a delivery into what its channel's Sender is given. It returns
// errMoot, wrapped with the reason, if there is nothing to say.
func (n *Notifier) compose(ctx context.Context, d news.Delivery) (Announcement, error) {
	channel, _ := n.channel(d.Channel)
	a := Announcement{Delivery: d}
	told := d // what the message tells
	var err error
	if d.Kind == news.Update {
		if told, err = n.posted(ctx, d); err != nil {
			return a, err
		}
	}
	if a.events, a.Mention, err = n.wanted(ctx, told); err != nil {
		return a, err
	}
	settings, err := n.store.Settings(ctx, d.Channel)
	if err != nil {
		return a, fmt.Errorf("read settings: %w", err)
	}
	if !channel.Machine {
		channel.Location = settings.Location(channel.Location)
	}
	if d.Article != "" {
		if a.Thread, err = n.store.Thread(ctx, d.Channel, d.Article); err != nil {
			return a, fmt.Errorf("read thread: %w", err)
		}
	}
	if d.Kind == news.Update {
		return n.composeUpdate(ctx, a, told, channel)
	}
	a.publish = n.publishes(settings, channel, a.events)
	if settings.Threads == news.ThreadsOff || a.publish {
		a.Thread.Root = "" // followers are sent nothing of what is in threads
	}
	if sumsUp(d, a.events) {
		a.Mention, a.Buttons = nil, nil
		a.Brief, err = n.summary(ctx, d, a.events, channel)
		return a, err
	}
	if a.Report, err = n.report(ctx, a.events, channel.Links); err != nil {
		return a, err
	}
	if len(a.events) > 1 && a.Report.Edit != nil && a.Report.Old.Hash() == a.Report.New.Hash() {
		return a, fmt.Errorf("%w: %d edits cancel each other out, from version %d to %d",
			errMoot, len(a.events), a.Report.From.Version, a.Report.To.Version)
	}
	a.Brief, a.Buttons = n.phrase(a.Report, channel), buttons(a.Report)
	return a, nil
}

// buttons returns what stands under an announcement about an article.
func buttons(r news.Report) []news.Button {
	if r.Article.ID == "" || r.Kind.Notice() {
		return nil
	}
	id := string(r.Article.ID)
	out := []news.Button{{Label: "History", Token: news.Action{Verb: news.ActionHistory, Target: id}.Token()}}
	switch {
	case r.Links.Diff != "":
		out = append(out, news.Button{Label: "Side by side", URL: r.Links.Diff})
	case r.From != nil && r.To != nil:
		token := news.Action{Verb: news.ActionDiff, Target: id, From: r.From.Version, To: r.To.Version}.Token()
		out = append(out, news.Button{Label: "In full", Token: token})
	}
	return append(out, news.Button{Label: "Mute article", Token: news.Action{Verb: news.ActionMute, Target: id}.Token()})
}

// wanted reads the events of d and leaves out those that the channel does not
// want to hear of any more. It also returns whom to name.
func (n *Notifier) wanted(ctx context.Context, d news.Delivery) ([]news.Event, []string, error) {
	events, err := n.events(ctx, d)
	if err != nil {
		return nil, nil, err
	}
	now := time.Now()
	kept := events[:0]
	var mentions []string
	for _, e := range events {
		wanters, err := n.wants.do(e.ID(), now, func() ([]wanter, error) { return n.wanting(ctx, e, now) })
		if err != nil {
			return nil, nil, fmt.Errorf("read watches: %w", err)
		}
		i := slices.IndexFunc(wanters, func(w wanter) bool { return w.channel == d.Channel })
		if i < 0 {
			continue
		}
		kept = append(kept, e)
		for _, id := range wanters[i].mentions {
			if !e.Kind.Notice() && !slices.Contains(mentions, id) {
				mentions = append(mentions, id)
			}
		}
	}
	if len(kept) == 0 {
		return nil, nil, fmt.Errorf("%w: the watch was removed, paused or changed meanwhile", errMoot)
	}
	return kept, mentions, nil
}

// events reads the events of d. One that is no longer kept is left out.
func (n *Notifier) events(ctx context.Context, d news.Delivery) ([]news.Event, error) {
	var events []news.Event
	for _, seq := range d.Events {
		e, err := n.store.Event(ctx, seq)
		if errors.Is(err, store.ErrNotFound) {
			n.log.Warn("event is not kept any more", "event", seq, "delivery", d.ID, "channel", d.Channel)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read event %d: %w", seq, err)
		}
		events = append(events, e)
	}
	if len(events) == 0 {
		return nil, fmt.Errorf("%w: its events are not kept any more", errMoot)
	}
	slices.SortFunc(events, func(a, b news.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	return events, nil
}

// report makes the report of events. What can never be read is left out of it: a
// channel that waited for it would never hear of anything again.
func (n *Notifier) report(ctx context.Context, events []news.Event, links report.Links) (news.Report, error) {
	key := links.Base
	for _, e := range events {
		key += " " + e.ID()
	}
	return n.reports.do(key, time.Now(), func() (news.Report, error) {
		r, err := report.Of(ctx, n.store, events, links)
		if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrDamaged) {
			n.log.Error("announcing without what the store lost", "event", r.Seq, "article", r.Article.ID, "err", err)
			err = nil
		}
		return r, err
	})
}

func (n *Notifier) phrase(r news.Report, channel Channel) brief.Brief {
	b := brief.Of(r, brief.Options{Zone: channel.Location, Now: time.Now()})
	if b.Empty() {
		b = brief.Notice(r.Article.Source, "article edited", r.Article.URL,
			"What changed cannot be shown: its versions cannot be read.")
		b.Headline = r.Article.Headline
	}
	return b
}

// composeUpdate renders a post again, with the copies at an archive that there
// are by now, and the first post on the article also with what has happened to the
// article since.
func (n *Notifier) composeUpdate(ctx context.Context, a Announcement, told news.Delivery, channel Channel) (Announcement, error) {
	d := a.Delivery
	events, err := n.events(ctx, told)
	if err != nil {
		return a, err
	}
	article, err := n.store.Article(ctx, d.Article)
	if err != nil {
		return a, fmt.Errorf("read article %s: %w", d.Article, err)
	}
	if a.Report, err = n.report(ctx, events, channel.Links); err != nil {
		return a, err
	}
	a.Brief, a.Buttons = n.phrase(a.Report, channel), buttons(a.Report)
	if to := a.Report.To; d.Message == a.Thread.Root && to != nil && article.Versions > to.Version {
		a.Brief.Remarks = append(a.Brief.Remarks, since(article.Versions-to.Version, article.Versions))
	}
	return a, nil
}

func since(edits, version int) string {
	times := fmt.Sprintf("%d times", edits)
	if edits == 1 {
		times = "once"
	}
	return fmt.Sprintf("edited %s since, now at version %d", times, version)
}

// posted returns the delivery that posted the message d is to change.
func (n *Notifier) posted(ctx context.Context, d news.Delivery) (news.Delivery, error) {
	q := store.DeliveryQuery{Channel: d.Channel, Article: d.Article, State: news.Sent, Max: sentMax}
	told, err := n.store.Deliveries(ctx, q)
	if err != nil {
		return news.Delivery{}, fmt.Errorf("read deliveries: %w", err)
	}
	for _, t := range slices.Backward(told) {
		if t.Kind == news.Post && t.Message == d.Message {
			return t, nil
		}
	}
	return news.Delivery{}, fmt.Errorf("%w: the message to change is not known any more", errMoot)
}
