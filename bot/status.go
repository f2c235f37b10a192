package bot

import (
	"context"
	"fmt"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// A statusFact is what Status tells, as --json.
type statusFact struct {
	Version  string           `json:"version,omitempty"`
	Channel  news.ChannelName `json:"channel,omitempty"`
	Watches  int              `json:"watches"`
	Failing  int              `json:"failing"`
	Paused   int              `json:"paused"`
	Pending  int              `json:"pending"`
	Articles int              `json:"articles,omitempty"` // of the whole bot
	Feeds    int              `json:"feeds,omitempty"`
	Wanted   int              `json:"wanted,omitempty"` // versions at a public archive
	Blocked  string           `json:"blocked,omitempty"`
	Publish  *publishFact     `json:"publish,omitempty"`
	Limits   map[string]int   `json:"limits,omitempty"`
}

type publishFact struct {
	Left    int        `json:"left"`
	PerHour int        `json:"per_hour"`
	Waiting int        `json:"waiting"`
	Dropped int        `json:"dropped"`
	Until   *time.Time `json:"until,omitempty"`
}

// maxOwed bounds how many pending deliveries are counted.
const maxOwed = 1000

// status says how editwatch is doing in a channel, or, to its owner, as a
// whole.
func (b *Bot) status(ctx context.Context, c Command, now time.Time) (Answer, error) {
	zone := b.zoneOf(ctx, c)
	f := statusFact{Version: b.o.Version, Channel: c.Aliases.Called(c.Channel)}
	watches, err := b.store.Watches(ctx, store.WatchQuery{Channel: c.Channel})
	if err != nil {
		return Answer{}, err
	}
	f.Watches = len(watches)
	var failing []string
	for _, w := range watches {
		wf, err := b.watchFact(ctx, w, now, zone)
		if err != nil {
			return Answer{}, err
		}
		switch {
		case wf.State == "paused":
			f.Paused++
		case wf.State == "failing" || wf.State == "not read yet" && wf.Detail != "":
			f.Failing++
			if len(failing) < 5 {
				failing = append(failing, fmt.Sprintf("%s  %s: %s", wf.ID, wf.Title, wf.line(now)))
			}
		}
	}
	owed, err := b.store.Deliveries(ctx, store.DeliveryQuery{Channel: c.Channel, State: news.Pending, Max: maxOwed})
	if err != nil {
		return Answer{}, err
	}
	var late news.Delivery
	for _, d := range owed { // newest first
		f.Pending++
		if d.Attempts > 0 && d.Trouble != "" {
			late = d
		}
	}
	a := Answer{Lines: []string{b.headline(c, f)}}
	a.Lines = append(a.Lines, failing...)
	switch {
	case f.Pending == 0:
		a.Lines = append(a.Lines, "Nothing waits to be posted.")
	case late.Trouble != "":
		a.Lines = append(a.Lines, fmt.Sprintf("%s to be posted, the oldest since %s (%s); tried again %s.",
			waits(f.Pending), brief.Clock(late.Queued, now, zone), late.Trouble, soon(late.Due, now)))
	default:
		a.Lines = append(a.Lines, fmt.Sprintf("%s to be posted, the next %s.", waits(f.Pending), due(owed[len(owed)-1].Due, now)))
	}
	if c.Channel != "" {
		if err := b.channelStatus(ctx, c, &f, &a, now, zone); err != nil {
			return Answer{}, err
		}
	}
	if c.Everywhere {
		n, err := b.store.Counts(ctx)
		if err != nil {
			return Answer{}, err
		}
		f.Articles, f.Feeds = n.Articles, n.Feeds
		a.Lines = append(a.Lines, fmt.Sprintf("In all: %s, %s, %s.", brief.Count(n.Feeds, "feed"), brief.Count(n.Articles, "article"), brief.Count(n.Versions, "version")))
		if f.Wanted = n.Wanted; n.Wanted > 0 {
			a.Lines = append(a.Lines, fmt.Sprintf("Still wanted at the archive: %s.", brief.Count(n.Wanted, "version")))
		}
	}
	a.Facts = facts(f)
	return a, nil
}

func (b *Bot) headline(c Command, f statusFact) string {
	where := "Everywhere"
	if c.Channel != "" {
		where = c.place(c.Channel)
	}
	s := fmt.Sprintf("%s: %s", where, watchCount(f.Watches))
	if f.Failing > 0 {
		s += fmt.Sprintf(", %d failing", f.Failing)
	}
	if f.Paused > 0 {
		s += fmt.Sprintf(", %d paused", f.Paused)
	}
	return s + "."
}

func waits(n int) string {
	if n == 1 {
		return "1 announcement waits"
	}
	return fmt.Sprintf("%d announcements wait", n)
}

// channelStatus adds what the platform lets us do in the channel, and how much
// room there is.
func (b *Bot) channelStatus(ctx context.Context, c Command, f *statusFact, a *Answer, now time.Time, zone *time.Location) error {
	s, err := b.store.Settings(ctx, c.Channel)
	if err != nil {
		return err
	}
	st, err := b.store.Standing(ctx, c.Channel)
	if err != nil {
		return err
	}
	if !st.Paused.IsZero() {
		f.Blocked = st.Trouble
		a.Lines = append(a.Lines, fmt.Sprintf("I may not post here since %s (%s). I try again once a day, and at once after %s.", brief.Clock(st.Since, now, zone), st.Trouble, c.typed(Test, "")))
	}
	if p := st.Publishing; s.Publish != news.PublishOff {
		f.Publish = &publishFact{Left: p.Left(now), PerHour: p.Allowed(), Waiting: len(p.Waiting), Dropped: p.Dropped, Until: news.Known(p.Until)}
		line := fmt.Sprintf("Published to followers: %s; %d of %d left this hour", s.Publish, p.Left(now), p.Allowed())
		if now.Before(p.Until) {
			line += ", none before " + brief.Clock(p.Until, now, zone)
		}
		if len(p.Waiting) > 0 {
			line += fmt.Sprintf(", %d waiting", len(p.Waiting))
		}
		if n := len(p.LeftOut) + len(p.Combined.Events); n > 0 {
			line += fmt.Sprintf(", %d to be told together", n)
		}
		a.Lines = append(a.Lines, line+".")
	}
	if quiet := s.Quiet.Ends(now, zone); !quiet.IsZero() {
		a.Lines = append(a.Lines, "It is quiet here until "+brief.Clock(quiet, now, zone)+".")
	}
	if most := b.o.Limits.Channel; most > 0 && !c.Everywhere {
		f.Limits = map[string]int{"channel": most}
		a.Lines = append(a.Lines, fmt.Sprintf("Room for %d more.", max(most-f.Watches, 0)))
	}
	return nil
}

// watchCount counts watches, whose plural is not the common one.
func watchCount(n int) string {
	if n == 1 {
		return "1 watch"
	}
	return fmt.Sprintf("%d watches", n)
}
