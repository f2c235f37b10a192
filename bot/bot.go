// Package bot answers when asked. A front end turns what somebody typed or
// clicked into a [Command], and shows the [Answer]:
//
//	cli, discord, slack ──Command──> Bot.Do ──Answer──> cli, discord, slack
//
// The words are the same everywhere. A front end knows who asks and in which
// channel, and says so in the command; the bot decides. An answer has one line
// for what and one line for what to do, and never contains a raw error, an IP
// address or a piece of a page's markup.
//
// The bot reads and writes the store and asks the watcher, through [Finder],
// to look at an address. It never speaks to a chat platform.
package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

// Verb is what a command asks for.
type Verb string

const (
	Add     Verb = "add"     // watch a feed or an article
	List    Verb = "list"    // the channel's watches
	Remove  Verb = "remove"  // end a watch
	Pause   Verb = "pause"   // hear of nothing for a while
	Resume  Verb = "resume"  // hear again
	Test    Verb = "test"    // post a sample announcement
	History Verb = "history" // the versions of an article
	Diff    Verb = "diff"    // any two of them
	Explain Verb = "explain" // why nothing was said
)

// A Command is one request to the bot. Fields that a verb does not use are
// ignored.
type Command struct {
	Verb    Verb
	Channel news.ChannelName // where it was asked, or the channel it is about
	// Everywhere asks for all channels' watches (List) and lets a watch of any
	// channel be named; for a front end whose asker owns the whole bot.
	Everywhere bool

	// Target is the address of a feed or an article in any of its forms, a
	// watch's ID, or an article's ID.
	Target   string
	From, To int           // Diff: versions; 0: the newest two
	Max      int           // History: how many versions; 0: 10
	For      time.Duration // Pause: how long; 0: until resumed

	// Add:
	Scope, Min, Label string
	Pages             bool
}

// An Answer is what a front end shows.
type Answer struct {
	// Refused says that nothing was done; Lines say why and what to do.
	Refused bool
	Lines   []string
	// Briefs are edits to show under the lines, as announcements are shown.
	Briefs []brief.Brief
	// Facts are the same as JSON, for programs: one object each.
	Facts []json.RawMessage
}

// Finder looks at addresses.
type Finder interface {
	// Place reads what the watch's URL leads to and places the watch, storing
	// what stands there as the baseline. A URL that cannot be watched is a
	// *news.Refusal.
	Place(ctx context.Context, w news.Watch) (news.Placement, error)
}

// Tester posts samples.
type Tester interface {
	// Test posts a sample announcement to the channel, now. A failure that a
	// person can mend is a *news.Refusal.
	Test(ctx context.Context, channel news.ChannelName) error
}

// Store is the part of the store that answering uses; see package store.
type Store interface {
	store.Reader
	store.Watches
	Deliveries(ctx context.Context, q store.DeliveryQuery) ([]news.Delivery, error)
}

// Options configure a [Bot].
type Options struct {
	Channels []news.ChannelName // that can be announced to
	Links    report.Links       // where people read more
}

// A Bot answers commands. It is safe for concurrent use.
type Bot struct {
	store  Store
	finder Finder
	tester Tester
	o      Options
}

// New returns a Bot.
func New(s Store, f Finder, t Tester, o Options) *Bot {
	return &Bot{store: s, finder: f, tester: t, o: o}
}

// Do carries out a command. The error is for the log; people are shown what
// [Sorry] makes of it. What can be explained to the asker is an Answer with
// Refused set.
func (b *Bot) Do(ctx context.Context, c Command) (Answer, error) {
	now := time.Now().UTC()
	var a Answer
	var err error
	switch c.Verb {
	case Add:
		a, err = b.add(ctx, c, now)
	case List:
		a, err = b.list(ctx, c, now)
	case Remove:
		a, err = b.remove(ctx, c)
	case Pause:
		a, err = b.pause(ctx, c, now)
	case Resume:
		a, err = b.resume(ctx, c)
	case Test:
		a, err = b.test(ctx, c)
	case History:
		a, err = b.history(ctx, c, now)
	case Diff:
		a, err = b.diff(ctx, c)
	case Explain:
		a, err = b.explain(ctx, c, now)
	default:
		err = &news.Refusal{What: fmt.Sprintf("There is no command %q.", c.Verb), Do: "Try help."}
	}
	var r *news.Refusal
	if errors.As(err, &r) {
		return Refuse(r), nil
	}
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", c.Verb, err)
	}
	return a, nil
}

// Refuse is the answer to a command that cannot be carried out.
func Refuse(r *news.Refusal) Answer {
	a := Answer{Refused: true, Lines: []string{r.What}}
	if r.Do != "" {
		a.Lines = append(a.Lines, r.Do)
	}
	return a
}

// Sorry is the answer to a command that failed for reasons of our own.
func Sorry() Answer {
	return Answer{Refused: true, Lines: []string{"Something went wrong on my side, and it is in the log.", "Try again in a moment."}}
}

func fact(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own types always marshal
	}
	return b
}

// channel returns the channel a command is about.
func (b *Bot) channel(c Command) (news.ChannelName, error) {
	switch {
	case c.Channel != "" && (len(b.o.Channels) == 0 || slices.Contains(b.o.Channels, c.Channel)):
		return c.Channel, nil
	case c.Channel != "":
		return "", &news.Refusal{What: fmt.Sprintf("There is no channel %q.", c.Channel), Do: "The configuration names these: " + join(b.o.Channels) + "."}
	case len(b.o.Channels) == 1:
		return b.o.Channels[0], nil
	}
	return "", &news.Refusal{What: "Which channel is it for?", Do: "Name one of these: " + join(b.o.Channels) + "."}
}
