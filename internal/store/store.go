// Package store says what editwatch keeps and what it may rely on: the
// interface [Store], its errors, and nothing else. Package bolt keeps it in one
// file; package storetest holds any implementation against this contract.
//
// The parts of editwatch meet here and nowhere else:
//
//	watcher: LeaseHost → poll → Sight, Record          (what is, and what happened)
//	notify:  Unplanned → Plan, LeaseDelivery → Settle   (who is told)
//	bot:     AddWatch, Articles, Events, Versions …     (who asks)
//	archive: Followed → Want, NextCopy → RecordCopy     (what others keep as well)
//
// One fact is one transaction: a version, its event and the article's next
// poll are recorded together or not at all, and so are an event's planning and
// its deliveries. When a method returns nil, what it wrote survives a crash.
//
// All methods are safe for concurrent use. A method returns promptly with
// ctx's error when ctx ends; what it was writing is then written or not, as a
// whole. Slices and strings returned belong to the caller. No method does
// network I/O other than to the store itself. Times are kept in UTC to the
// millisecond, rounded down. After Close every method returns ErrClosed.
package store

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

var (
	// ErrNotFound means there is no such record.
	ErrNotFound = errors.New("not found")
	// ErrNothing means that nothing is due.
	ErrNothing = errors.New("nothing is due")
	// ErrConflict means the record changed since it was read; read it again.
	ErrConflict = errors.New("changed meanwhile")
	// ErrExists means the channel already has such a watch.
	ErrExists = errors.New("already there")
	// ErrDeleted means that what was read is an article that was deleted for good.
	ErrDeleted = errors.New("deleted for good")
	// ErrClosed means the store was closed.
	ErrClosed = errors.New("the store is closed")
	// ErrInUse means another process has the store open.
	ErrInUse = errors.New("the store is in use by another process")
	// ErrNewer means a newer editwatch wrote the store.
	ErrNewer = errors.New("the store was written by a newer editwatch")
	// ErrDamaged means the store cannot be read as one.
	ErrDamaged = errors.New("the store is damaged")
)

// A Store keeps feeds, articles, versions, events, watches and deliveries.
// Each consumer declares the part of it that it uses.
type Store interface {
	Schedule
	Recorder
	Outbox
	Watches
	Channels
	Reader
	Keeper
	Archive

	// Signal returns a channel that receives a value after writes; values may
	// stand for several writes. The caller calls stop when done.
	Signal() (changed <-chan struct{}, stop func())
	// Backup writes a consistent copy of the store, while it is in use, in a
	// form that Open accepts.
	Backup(ctx context.Context, w io.Writer) error
	// Check reads everything and returns what is broken, or nil.
	Check(ctx context.Context) error
	Close() error
}

// Schedule tells what to poll. Work is leased by host, so that politeness
// towards a host is in one pair of hands.
type Schedule interface {
	// LeaseHost returns up to max polls that are due at now on the host whose
	// work is most overdue, most overdue first, and keeps that host from
	// others until it is released, until passes, or the process dies. Hosts
	// that are held back (see ReleaseHost) are passed over.
	// It returns ErrNothing if there is no such host.
	LeaseHost(ctx context.Context, now, until time.Time, max int) (Lease, error)
	// ReleaseHost ends a lease. The host is not leased again before notBefore,
	// which survives a restart; a zero notBefore lifts an earlier one.
	ReleaseHost(ctx context.Context, host string, notBefore time.Time) error
	// NextDue returns when LeaseHost may next find something: the earliest due
	// poll, where a host that is held back or leased counts from the end of
	// that. It may be in the past. It returns ErrNothing if nothing is
	// scheduled.
	NextDue(ctx context.Context) (time.Time, error)
	// Hasten makes every scheduled poll that is due later due at now. Hosts
	// that are held back stay so.
	Hasten(ctx context.Context, now time.Time) error
}

// A Lease is the right to poll one host. Polls holds feeds and articles as
// they are stored, most overdue first.
type Lease struct {
	Host  string
	Polls []Poll
}

// A Poll is a feed or an article that is due; one of the two is set.
type Poll struct {
	Feed    *news.Feed
	Article *news.Article
}

// Recorder takes down what polls found.
type Recorder interface {
	// Sight records a reading of a feed together with the articles it lists,
	// or, with a nil feed, just the articles. A feed without an ID is found by
	// its URL or else given an ID, which Sight writes to feed.ID. Each
	// sighting is attached to the article that holds one of its keys, or else
	// becomes a new article with a new ID. Sight adds keys that nobody holds
	// and the feed to the article's feeds; of an article already known it
	// changes nothing else, except that one which is not scheduled, not
	// retired and not removed takes the sighting's Polling.Next, as does one that
	// was polled before Sighting.Changed and is due later than that.
	// A feed or an import does not bring back an article that was deleted;
	// otherwise a person asks for it, and it becomes a new one.
	// The answer has one element a sighting, in order.
	Sight(ctx context.Context, feed *news.Feed, sightings []Sighting) ([]Sighted, error)
	// Record takes down the outcome of one poll of an article, or any change
	// of its record, in one transaction. See [Record]. A first version with a key
	// of an article that was deleted is ErrDeleted: nothing is written.
	Record(ctx context.Context, r Record) (Recorded, error)
	// RecordQuiet takes down polls that found nothing new, all in one
	// transaction: each article replaces its stored record, as that of a
	// [Record] does. One that is no more, or has another number of versions by
	// now, is passed over.
	RecordQuiet(ctx context.Context, articles []news.Article) error
	// RecordImported appends events of articles that another record told of, all
	// in one transaction. They are marked as imported and never planned. Those
	// that changed a text count among the article's edits.
	RecordImported(ctx context.Context, events []news.Event) error
	// RecordFeed writes the feed's record, which exists, and appends event if
	// it is not nil.
	RecordFeed(ctx context.Context, feed news.Feed, event *news.Event) error
	// Merge makes the article dup, which has no versions (else ErrConflict), a
	// part of the article into: keys, feeds, watches, events and deliveries go
	// over, and dup is no more. Where a channel then watches the same twice,
	// the older watch stays.
	Merge(ctx context.Context, dup, into news.ArticleID) error
	// Template returns what was learnt of how a host dresses its articles, or
	// a Template with nothing but the host.
	Template(ctx context.Context, host string) (news.Template, error)
	// PutTemplate replaces what was learnt of a host.
	PutTemplate(ctx context.Context, t news.Template) error
}

// A Sighting is an entry seen in a feed, or an address given by a person.
type Sighting struct {
	Keys    []news.Key   // at least one; the first are the strongest
	Article news.Article // what a new article starts as; its ID is ignored
	// Changed is when the feed says that the entry was changed: an article that
	// was not polled since is looked at sooner. It may be zero.
	Changed time.Time
	// Imported means that another record tells of the article, and not a person.
	Imported bool
}

// A Sighted is what became of a [Sighting].
type Sighted struct {
	Article news.Article // zero if Deleted
	New     bool
	// Deleted means that the feed or import has an article that was deleted for
	// good; it did not come back.
	Deleted bool
}

// A Record is everything one poll of an article changes.
type Record struct {
	// Article replaces the stored record; a feed that listed the article since
	// it was read is kept among its Feeds. Its ID exists. If Version is set,
	// Article.Versions is Version.Number; otherwise it is as stored. The store
	// refuses anything else with ErrConflict and writes nothing. What a [Keeper]
	// decides (Withheld, WithheldWhy, Pruned) stays as stored, whatever it says;
	// but where the first version is recorded, Pruned says how many there were
	// before it, which are not kept.
	Article news.Article
	// Version is the next version, or nil. The first one has the number that
	// follows Article.Pruned.
	Version *news.Version
	// Events are appended to the sequence, unplanned, in order.
	Events []news.Event
	// Keys are added to the article; those another article holds are not.
	Keys []news.Key
	// Page is the page that the newest version was read from, kept compressed
	// in place of an earlier one. Nil keeps that one; DropPage removes it.
	Page     []byte
	DropPage bool
	// Capture is what Version was read from as it came over the wire, kept
	// beside those of earlier versions. Its Article and Version are the record's.
	// Nil keeps none.
	Capture *news.Capture
}

// Recorded is what the store added to a [Record].
type Recorded struct {
	Events []news.Event // with their sequence numbers
}

// Outbox keeps what must be said to whom.
type Outbox interface {
	// Unplanned returns up to max events that were not planned yet, oldest first.
	Unplanned(ctx context.Context, max int) ([]news.Event, error)
	// Plan marks the event as planned and adds a delivery for each duty, in
	// one transaction. An event that was planned before is left alone: planning
	// twice adds nothing.
	Plan(ctx context.Context, event news.Seq, duties []Duty) error
	// LeaseDelivery returns the delivery to attempt at now: among the channels
	// that are neither leased nor held back, the oldest of those due in the
	// channel that has waited longest. It counts the attempt and freezes the
	// delivery's events before it returns, durably. The channel is leased
	// until Settle, until passes, or the process dies.
	// It returns ErrNothing if nothing is due.
	LeaseDelivery(ctx context.Context, now, until time.Time) (news.Delivery, error)
	// Settle ends the lease and records the outcome of the attempt: State Sent
	// with the platform's Message and Settled, State Rejected or Moot with Settled, or
	// State Pending with the Due of the next attempt, which holds back the
	// whole channel until then so that order is kept. Attempts is stored as
	// given: an attempt that never began is taken back. A sent Post updates the
	// channel's thread on the article. A delivery that is not pending any more
	// is left as it is, and that is not an error: settling again after an
	// answer was lost changes nothing.
	Settle(ctx context.Context, d news.Delivery) error
	// NextDelivery returns when LeaseDelivery may next find something; a channel
	// that is held back or leased counts from the end of that. It returns
	// ErrNothing if nothing is pending.
	NextDelivery(ctx context.Context) (time.Time, error)
	// HastenDeliveries makes every pending delivery that was not attempted yet
	// and is due later due at now. Channels that are held back stay so.
	HastenDeliveries(ctx context.Context, now time.Time) error
	// ReleaseChannel makes everything pending in the channel due at now and lifts
	// its hold-back, so that it is looked at anew.
	ReleaseChannel(ctx context.Context, channel news.ChannelName, now time.Time) error
	// Thread returns what the channel was told of the article, or a zero
	// Thread.
	Thread(ctx context.Context, channel news.ChannelName, article news.ArticleID) (news.Thread, error)
	// Deliveries returns deliveries, newest first.
	Deliveries(ctx context.Context, q DeliveryQuery) ([]news.Delivery, error)
}

// A Duty is a delivery to plan. If Join is set and the channel's newest pending
// delivery of the same Kind and Article was not attempted yet, the event joins
// it and its Due stands; otherwise a new delivery is made. (A Notice without an
// article that events join sums up what a channel could not be told in time.)
// An Update is made only if no pending Update of the same message exists that
// was not attempted yet.
type Duty struct {
	Channel news.ChannelName
	Kind    news.DeliveryKind
	Article news.ArticleID
	Due     time.Time
	Join    bool
	Message string // for an Update
}

// A DeliveryQuery selects deliveries. Zero fields select all.
type DeliveryQuery struct {
	Channel news.ChannelName
	Article news.ArticleID
	Event   news.Seq
	State   news.DeliveryState
	Max     int // 0: 100
}

// Watches keeps who wants to hear of what.
type Watches interface {
	// AddWatch stores the watch and returns it with its ID, and with After set
	// to the newest event's number unless it is set already. It returns the
	// existing watch and ErrExists if the channel has one with the same Pages
	// on the same feed or article, or, while unread, on the same URL.
	AddWatch(ctx context.Context, w news.Watch) (news.Watch, error)
	// ChangeWatch has change change the watch as it stands, and returns what
	// became of it. Nobody else changes the watch meanwhile: what change was
	// decided upon earlier it must look at again. If change returns an error,
	// nothing is changed, and ChangeWatch returns that error. The feed or article
	// that the watch then names must exist; another watch like it is not looked
	// for. The ID stays. change may be called more than once, and must not use
	// the store.
	ChangeWatch(ctx context.Context, id news.WatchID, change func(w *news.Watch) error) (news.Watch, error)
	// RemoveWatch ends a watch. The record of the article stays, and the watch
	// is kept aside for RestoreWatch.
	RemoveWatch(ctx context.Context, id news.WatchID) error
	// RestoreWatch takes back what RemoveWatch did within the last UndoTime:
	// the watch stands again as it was, with its ID. It returns ErrNotFound if
	// it was not removed, is too long gone, or what it watched is no more; and
	// the existing watch and ErrExists if the channel has another like it by
	// now. A watch that stands is returned as it is. A watch of another channel
	// is not found, unless channel is empty.
	RestoreWatch(ctx context.Context, id news.WatchID, channel news.ChannelName) (news.Watch, error)
	// Watch returns one watch.
	Watch(ctx context.Context, id news.WatchID) (news.Watch, error)
	// Watches returns the watches that match, in the order they were placed.
	Watches(ctx context.Context, q WatchQuery) ([]news.Watch, error)
	// Watching returns the watches that concern the article: of itself, or
	// with Pages matching its reading, of one of the feeds that list it.
	Watching(ctx context.Context, article news.Article) ([]news.Watch, error)
}

// UndoTime is how long a removed watch can be restored.
const UndoTime = 24 * time.Hour

// A WatchQuery selects watches. Zero fields select all.
type WatchQuery struct {
	Channel news.ChannelName
	Server  string // the platform's ID of a server or workspace
	Feed    news.FeedID
	Article news.ArticleID
	Unread  bool // only those whose URL was not read yet
}

// Channels keeps what channels wish and how editwatch stands with them. A
// channel that nothing was ever written about has the zero value of each.
type Channels interface {
	Settings(ctx context.Context, channel news.ChannelName) (news.Settings, error)
	// SetSettings replaces the channel's settings.
	SetSettings(ctx context.Context, channel news.ChannelName, s news.Settings) error
	Standing(ctx context.Context, channel news.ChannelName) (news.Standing, error)
	// Standings returns those that are not zero, in no particular order.
	Standings(ctx context.Context) ([]news.Standing, error)
	// SetStanding replaces the standing of s.Channel.
	SetStanding(ctx context.Context, s news.Standing) error

	// Mute has the channel hear nothing of the article until a time, which the
	// Thread then tells; the zero time lifts it.
	Mute(ctx context.Context, channel news.ChannelName, article news.ArticleID, until time.Time) error
	// ForgetRoot takes the message out of the channel's thread on the article,
	// so that the next post begins it anew. If it is not the root, nothing
	// happens.
	ForgetRoot(ctx context.Context, channel news.ChannelName, article news.ArticleID, root string) error

	// MoveChannel has everything that is kept of a channel be kept under another
	// name, in one transaction: watches, those that were removed, settings,
	// standing, threads and deliveries. If the other name is of a channel, too,
	// the two become one: its settings and standing stay, where both watch the
	// same the older watch does, and what waits under one name and was told, or
	// waits, under the other is Moot. A name of which nothing is kept is left
	// alone. Neither may be leased.
	MoveChannel(ctx context.Context, from, to news.ChannelName) error
}

// Reader answers questions.
type Reader interface {
	Feed(ctx context.Context, id news.FeedID) (news.Feed, error)
	// Feeds returns feeds in the order they were first read.
	Feeds(ctx context.Context, q FeedQuery) ([]news.Feed, error)
	// FindFeed returns the feed with the address, in any of its forms.
	FindFeed(ctx context.Context, address string) (news.Feed, error)

	Article(ctx context.Context, id news.ArticleID) (news.Article, error)
	// FindArticle returns the article that holds the first of the keys that
	// anyone holds.
	FindArticle(ctx context.Context, keys ...news.Key) (news.Article, error)
	// Articles returns articles in the order of their newest event, of which
	// Archived is none, else of their first sighting, newest first.
	Articles(ctx context.Context, q ArticleQuery) ([]news.Article, error)

	// Sources returns the names of up to max sources of articles that come after
	// the given one in byte order, in that order; articles without a source
	// have none.
	Sources(ctx context.Context, after string, max int) ([]string, error)

	Version(ctx context.Context, article news.ArticleID, number int) (news.Version, error)
	// Versions returns the versions from..to, both included, oldest first; a
	// to of 0 means the newest. Those that do not exist are left out.
	Versions(ctx context.Context, article news.ArticleID, from, to int) ([]news.Version, error)
	// FindVersion returns the newest version of the article with the hash.
	FindVersion(ctx context.Context, article news.ArticleID, hash news.Hash) (number int, err error)
	// Recorded returns up to max versions of all articles that were recorded
	// after the given place, in that order.
	Recorded(ctx context.Context, after uint64, max int) ([]VersionAt, error)
	// Page returns the kept page of the article's newest version.
	Page(ctx context.Context, article news.ArticleID) ([]byte, error)

	// Events returns events, newest first unless q.Oldest.
	Events(ctx context.Context, q EventQuery) ([]news.Event, error)
	Event(ctx context.Context, seq news.Seq) (news.Event, error)
	// Counts returns how much there is.
	Counts(ctx context.Context) (Counts, error)
}

// An ArticleQuery selects articles. Zero fields select all.
type ArticleQuery struct {
	Feed   news.FeedID
	Source string
	Held   bool // only those with a held reading
	// Withheld has those that are withheld among the others.
	Withheld bool
	// Known lists them in the order in which they became known, oldest first,
	// which never changes. Feed, Source and Held do not go with it.
	Known bool
	Max   int // 0: 100
	// After continues a list after the article it ended with.
	After news.ArticleID
}

// An EventQuery selects events. Zero fields select all. However its fields are
// combined, and however many events there are, it is answered from an index:
// the next page costs no more than the first. (Within one article, its own
// history is read.)
type EventQuery struct {
	Article news.ArticleID
	Source  string
	After   news.Seq // only later ones
	Before  news.Seq // only earlier ones; 0: no bound
	Oldest  bool     // oldest first
	Max     int      // 0: 100
	// Withheld has those of articles that are withheld among the others.
	Withheld bool

	Kinds   []news.EventKind  // only those of one of these kinds
	Told    bool              // only those for lists of edits; see [news.Event.Told]
	Classes []news.Class      // only edits with one of these classes at least
	Least   news.Significance // only those of this [news.Event.Rank] at least
	Since   time.Time         // only those recorded then or later
	Until   time.Time         // only those recorded before then; zero: no bound
}

// A FeedQuery selects feeds, in the order they were first read.
type FeedQuery struct {
	After news.FeedID // continues a list after the feed it ended with
	Max   int         // 0: 100
}

// AllFeeds returns every feed.
func AllFeeds(ctx context.Context, r interface {
	Feeds(ctx context.Context, q FeedQuery) ([]news.Feed, error)
}) (all []news.Feed, err error) {
	for q := (FeedQuery{Max: 1000}); ; q.After = all[len(all)-1].ID {
		page, err := r.Feeds(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < q.Max {
			return all, nil
		}
	}
}

// A VersionAt is where a version stands in the order in which all versions
// were recorded.
type VersionAt struct {
	Place   uint64 // from 1; later versions have higher places
	Article news.ArticleID
	Number  int
}

// Counts says how much a store holds.
type Counts struct {
	Feeds, Articles, Versions, Events, Watches int
	Captures                                   int
	Pending                                    int // deliveries still to make
	Wanted                                     int // copies at an archive that are not done
}
