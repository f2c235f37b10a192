// Package notify tells channels about events.
//
// Announcing is split into two steps so that a crash at any moment loses
// nothing and repeats as little as possible:
//
//	            ┌────────────── one transaction ──────────────┐
//	unplanned event ──Plan──> a delivery for each channel whose watch wants it
//	                                      │
//	          LeaseDelivery: attempt counted, events frozen, channel in one pair of hands
//	                                      │
//	     report.Of ──> brief.Of ──> Sender.Send ──> the platform
//	                                      │
//	          Settle: sent with the platform's message ID, rejected, or due again later
//
// Plan decides who is told what and when, and only [news.Watch.Wants] decides
// whether. A channel gets one delivery of an event however many of its watches
// want it. The first edit of an article is posted at once; edits that follow
// within the coalescing window of the newest post become one post, which
// compares the text before the first with the text after the last. Planning an
// event twice adds nothing.
//
// Deliver takes one delivery of a channel at a time, so that order is kept,
// and many channels at once, so that one that is down delays no other. A
// [Sender] makes a single attempt; when to try again stands in the store and
// not in a loop, so it survives the process. A failure is one of three:
// rejected for good, wait at least this long, or try again with [backoff].
//
// What a channel that could not be reached for long is owed is summed up: edits
// of one article join one post (version 3 → 9), and beyond a number of posts
// everything joins a single notice that names what was edited. Channels that
// are read by machines get every report instead.
//
// # What channels wish
//
// A channel's settings ([news.Settings]) decide how it is told, never whether:
// what happens in quiet hours, under a digest or beyond the cap of posts an
// hour is gathered into one delivery that is due when the time has come, and
// that says what happened to each article. Whether its time has come is looked
// at again when it is attempted, so that settings which changed meanwhile
// count. Only a muted article and a watch's words keep an event from a channel,
// beside what Wants says.
//
// # When a platform says no
//
// A right that we lack in a channel is tried a few times over an hour; then
// delivery there pauses, whoever placed its watches is told once, and it is
// looked at once a day, or when somebody asks for a test. A channel that is gone
// ends its watches. A token that is not accepted stops its whole platform until
// the program is started anew. A message that somebody deleted is forgotten and
// never posted again. Nothing that is owed is lost by any of these but the
// second. See standing.go.
//
// Posts in a channel with followers are published to them under a budget, the
// most important first, and what it leaves out in one post; see publish.go and
// leftout.go.
//
// # What is promised
//
// Never fewer than once, whatever fails: an event is planned until Plan has
// returned nil and a delivery is pending until Settle has. More than once only
// when the answer to a post was lost (a timeout, a crash between the post and
// Settle), and then:
//
//   - webhook: at least once; the webhook-id is the delivery's ID, the same for
//     every attempt, so that the receiver can tell.
//   - discord: once while Discord remembers the delivery's ID, which is the
//     nonce; from then on the sender looks for the post before it repeats it.
//   - slack: the sender looks for the post before it repeats it, where it may
//     read the channel; else at least once.
//   - discord-webhook, slack-webhook, console: at least once. The platforms
//     take no key that would let them tell.
//
// A process that could post but not settle remembers the outcome and settles
// later without posting again. Updates of earlier messages (that the article was
// edited since, where an archive keeps it; see linking.go) are decoration: they are
// given up early and never hold an announcement back.
package notify

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

// Store is the part of the store that announcing uses, with the contract that
// package store states. The Notifier relies on these points of it: Plan of a
// planned event changes nothing, what LeaseDelivery returned is durably counted
// as an attempt, and a channel whose delivery was settled as pending is not
// leased again before that delivery is due.
type Store interface {
	store.Outbox
	report.Store
	Event(ctx context.Context, seq news.Seq) (news.Event, error)
	Events(ctx context.Context, q store.EventQuery) ([]news.Event, error)
	Watching(ctx context.Context, article news.Article) ([]news.Watch, error)
	Watches(ctx context.Context, q store.WatchQuery) ([]news.Watch, error)
	store.Channels
	RemoveWatch(ctx context.Context, id news.WatchID) error
	Signal() (changed <-chan struct{}, stop func())
}

// A Channel is where announcements go and how they are put there.
type Channel struct {
	Sender Sender
	// Location is the time zone in which times are told; nil means UTC.
	Location *time.Location
	// Links leads people to the pages. Its base is empty where nobody could
	// open them: a chat is never sent to a local address.
	Links report.Links
	// Machine says that programs read this channel. They get every report
	// and are never given a summary instead; the channel's settings, which are
	// people's wishes, are nothing to them.
	Machine bool
	// Cap is how many posts an hour the channel gets unless its settings say
	// otherwise; 0 is no cap.
	Cap int
	// Platform names what the channel's token is for: all channels of a
	// platform stop when it does not accept the token. Empty: only this one.
	Platform string
}

// Options say how a [Notifier] works. Zero fields take the default.
type Options struct {
	// Channels are all the places that can be written to. What is owed to any
	// other stays pending.
	Channels map[news.ChannelName]Channel
	// Open returns a channel that Channels does not name: one that was met in
	// chat. Nil: there are none.
	Open func(news.ChannelName) (Channel, bool)
	// Coalesce is how long after a post on an article its next edits are
	// gathered into one. The default is 10 minutes; a negative one posts every
	// edit at once.
	Coalesce time.Duration
	Retry    Retry
	Flood    Flood
	// SendTimeout ends an attempt that got no answer. The default is 30 s.
	SendTimeout time.Duration
	// Parallel is how many channels are written to at once. The default is 64.
	Parallel int
	Logger   *slog.Logger // nil: silent
}

// Retry says when a delivery that failed is tried again, where the platform
// does not. Zero fields take the default.
type Retry struct {
	First time.Duration // after the first failure, then doubling; default 10 s
	// Max is the longest wait on the delivery's first day, and Late the one
	// from then on. The defaults are 15 minutes and 6 hours: soon after an
	// outage ends it is over here too, and a dead address costs four requests
	// a day.
	Max, Late time.Duration
}

// Flood says when what a channel is owed is summed up. Zero fields take the
// default.
type Flood struct {
	// A channel that owes Posts announcements, the oldest of them late by
	// After, gets what happens next in one notice. The defaults are 20 and
	// 30 minutes.
	Posts int
	After time.Duration
	// Old is the age from which an event that was not planned yet goes into a
	// notice rather than into a post of its own. The default is 24 hours.
	Old time.Duration
}

const (
	defaultCoalesce    = 10 * time.Minute
	defaultSendTimeout = 30 * time.Second
	defaultParallel    = 64

	// leaseMargin is how much longer than a whole attempt a channel is leased.
	leaseMargin = 90 * time.Second
	// grace is how long posts under way may go on after Run was told to stop:
	// cut off, they might be repeated.
	grace = 5 * time.Second
	// settleTime is how long one call of Settle may take while stopping.
	settleTime = 5 * time.Second
	// waveMax is how many leases are asked for at once.
	waveMax = 32
	// storeWait is the wait after the store failed, doubling to storeWaitMax.
	storeWait    = time.Second
	storeWaitMax = 30 * time.Second
	// passWait is how long Pass waits for first retries.
	passWait = 15 * time.Second
	// passPause is the wait of Pass between two tries to plan an event.
	passPause = 100 * time.Millisecond
	// unknownWait is how often a channel that is not configured is looked at.
	unknownWait = 10 * time.Minute
)

func (o Options) withDefaults() Options {
	set(&o.Coalesce, defaultCoalesce)
	o.Coalesce = max(o.Coalesce, 0)
	set(&o.SendTimeout, defaultSendTimeout)
	set(&o.Parallel, defaultParallel)
	set(&o.Retry.First, 10*time.Second)
	set(&o.Retry.Max, 15*time.Minute)
	set(&o.Retry.Late, 6*time.Hour)
	set(&o.Flood.Posts, 20)
	set(&o.Flood.After, 30*time.Minute)
	set(&o.Flood.Old, 24*time.Hour)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// A Notifier plans and delivers. Only one of its methods Run and Pass may be
// under way at a time.
type Notifier struct {
	store Store
	opts  Options
	log   *slog.Logger

	reports memo[news.Report] // by the events and the base of the links
	wants   memo[[]wanter]    // who wants an event now
	// unplanned counts the failures in a row to plan an event. The goroutine
	// of Run or Pass owns it.
	unplanned map[news.Seq]int

	mu sync.Mutex // guards the maps below
	// underway are the deliveries being attempted. A lease that ran out while
	// its attempt goes on does not start a second one.
	underway map[news.DeliveryID]bool
	// outcomes are those that the store did not take yet.
	outcomes map[news.DeliveryID]news.Delivery
	// unknown are the channels that were said not to be configured.
	unknown map[news.ChannelName]bool
	// opened are the channels that Options.Open made.
	opened map[news.ChannelName]Channel
	// stopped are the platforms, or channels without one, that do not accept
	// their token.
	stopped map[string]bool

	standings sync.Mutex // held while a standing is read and written
	publisher publisher
}

// New returns a Notifier for what s keeps. It does nothing until Run or Pass.
func New(s Store, o Options) *Notifier {
	o = o.withDefaults()
	return &Notifier{
		store:     s,
		opts:      o,
		log:       o.Logger,
		unplanned: make(map[news.Seq]int),
		underway:  make(map[news.DeliveryID]bool),
		outcomes:  make(map[news.DeliveryID]news.Delivery),
		unknown:   make(map[news.ChannelName]bool),
		opened:    make(map[news.ChannelName]Channel),
		stopped:   make(map[string]bool),
	}
}

// channel returns a channel that can be written to.
func (n *Notifier) channel(name news.ChannelName) (Channel, bool) {
	if c, ok := n.opts.Channels[name]; ok {
		return c, true
	}
	if n.opts.Open == nil {
		return Channel{}, false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if c, ok := n.opened[name]; ok {
		return c, true
	}
	c, ok := n.opts.Open(name)
	if ok {
		n.opened[name] = c
	}
	return c, ok
}
