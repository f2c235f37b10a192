// Package bot answers when asked. A front end turns what somebody typed or
// clicked into a [Command], and shows the [Answer]:
//
//	cli, discord, slack ──Command──> Bot.Do ──Answer──> cli, discord, slack
//
// The words are the same everywhere. A front end knows who asks and in which
// channel, and says so in the command, with the [Dialect] in which commands are
// typed there; the bot decides. An answer has one line
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
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/search"
	"github.com/editwatch/editwatch/internal/store"
)

// Verb is what a command asks for.
type Verb string

const (
	Add      Verb = "add"      // watch a feed or an article
	List     Verb = "list"     // the channel's watches
	Remove   Verb = "remove"   // end a watch
	Pause    Verb = "pause"    // hear of nothing for a while: of a watch, of all, or of one article
	Resume   Verb = "resume"   // hear again
	Edit     Verb = "edit"     // change what a watch wishes for
	Test     Verb = "test"     // post a sample announcement
	Settings Verb = "settings" // show or change what holds for the whole channel
	Export   Verb = "export"   // the channel's watches as a file
	Import   Verb = "import"   // watches from such a file, OPML, or a list of addresses
	History  Verb = "history"  // the versions of an article
	Diff     Verb = "diff"     // any two of them
	Explain  Verb = "explain"  // why nothing was said
	Search   Verb = "search"   // find versions by their words
	Status   Verb = "status"   // how editwatch is doing here
	Help     Verb = "help"     // what can be asked

	// Only the operator asks for these, and no front end in chat knows them.
	Withhold  Verb = "withhold"  // show and tell nothing of an article
	Reinstate Verb = "reinstate" // take that back
	Delete    Verb = "delete"    // remove an article for good

	// Only buttons ask for these.
	Mute   Verb = "mute"   // hear nothing more of one article
	Unmute Verb = "unmute" // take that back
	Undo   Verb = "undo"   // take back a removal
)

// A Command is one request to the bot. Fields that a verb does not use are
// ignored. [Parse] makes one of a line of text and [Pressed] of a button; a
// front end adds where it was asked, and by whom.
type Command struct {
	Verb Verb

	Channel news.ChannelName // where it was asked, or the channel it is about
	// Title is what people call the channel: "#edits". Empty is its name.
	Title string
	// Server is the platform's own ID of the server or workspace, and Asker of
	// the person. They are empty on the command line.
	Server, Asker string
	// CanChange says that the platform lets the asker change what the channel
	// watches; Admin that the asker runs the server, and may do so even where
	// the channel's settings leave it to such.
	CanChange, Admin bool
	// CanMention says that the platform lets the asker mention any role or user
	// group, so that a watch which they bring back may go on doing so.
	CanMention bool
	// Everywhere asks for all channels' watches (List) and lets a watch of any
	// channel be named and changed; for a front end whose asker owns the whole
	// bot.
	Everywhere bool

	// Target is the address of a feed or an article in any of its forms, a
	// watch's ID, or an article's ID; "all" for Pause and Resume; of Search, the
	// words; of Help, the topic.
	Target   string
	From, To int           // Diff: versions; 0: the newest two
	Max      int           // History, List: how many on a page; 0: 10
	For      time.Duration // Pause: how long; 0: until resumed
	State    string        // List: all, failing, paused; empty is all
	// Before and After lead through pages, as the buttons of an answer say.
	Before, After int

	// Options are wishes as they were typed or chosen, by name. Add and Edit
	// know those of [WatchOptions], Settings those of news.SettingKeys, Search
	// those of [SearchOptions], and Import and Delete "sure", without which they only say what they would do.
	Options map[string]string
	// Text is what Import reads; of Withhold, the sentence shown in its place.
	Text string

	// Find is what Search looks for in the whole record; a chat gives Target and
	// Options.
	Find search.Query

	// FromButton says that a button of ours asks, which names what we showed.
	FromButton bool
	// Dialect is how the asker writes commands; nil: [Plain].
	Dialect *Dialect `json:"-"`
	// Aliases are the bot's. It sets them itself.
	Aliases Aliases `json:"-"`
}

// WatchOptions are the names of what can be wished for a watch:
//
//	scope     headline, paragraphs or all
//	min       any, minor or major
//	label     what to call it
//	mention   a role or user group, by the platform's ID; "none" for nobody
//	include   words, separated by commas; only edits that have one are told
//	exclude   words, separated by commas; edits that have one are not told
//	pages     on or off
//	url       of Edit: another address
var WatchOptions = []string{"scope", "min", "label", "mention", "include", "exclude", "pages", "url"}

// An Answer is what a front end shows, to the asker alone unless it was asked
// otherwise.
type Answer struct {
	// Refused says that nothing was done; Lines say why and what to do.
	Refused bool
	Lines   []string
	// Briefs are edits to show under the lines, as announcements are shown.
	Briefs []brief.Brief
	// Buttons stand under it all: at most five, each with a URL or a token to
	// be given to [Pressed] when it is pressed. The answer to that takes the
	// place of this one if Replaces is set in it.
	Buttons []news.Button `json:",omitempty"`
	// Replaces says that this is another page of the answer it was asked from,
	// or settles what its button asked.
	Replaces bool `json:",omitempty"`
	// File is for the asker to keep.
	File *File `json:",omitempty"`
	// Facts are the same as JSON, for programs: one object each.
	Facts []json.RawMessage
}

// A File is handed out with an answer.
type File struct {
	Name string // "editwatch.opml"
	Type string // its media type
	Data []byte
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
	store.Channels
	store.Keeper
	Thread(ctx context.Context, channel news.ChannelName, article news.ArticleID) (news.Thread, error)
	ReleaseChannel(ctx context.Context, channel news.ChannelName, now time.Time) error
	Deliveries(ctx context.Context, q store.DeliveryQuery) ([]news.Delivery, error)
	Copies(ctx context.Context, article news.ArticleID, from, to int) ([]news.Copy, error)
}

// Options configure a [Bot].
type Options struct {
	Channels []news.ChannelName // of the configuration, that can be announced to, by their kept names
	// Aliases are what the configuration calls those among them that are kept
	// under another name.
	Aliases Aliases
	// Met reports whether a channel that the configuration does not name can be
	// announced to: one that was met in chat. Nil: none.
	Met    func(news.ChannelName) bool
	Links  report.Links // where people read more
	Limits Limits
	Search Searcher // nil where that is switched off
	// Version is what status says editwatch is; empty: nothing.
	Version string
}

// A Bot answers commands. It is safe for concurrent use.
type Bot struct {
	store  Store
	finder Finder
	tester Tester
	o      Options

	booking booking
}

// New returns a Bot.
func New(s Store, f Finder, t Tester, o Options) *Bot {
	return &Bot{store: s, finder: f, tester: t, o: o, booking: booking{booked: make(map[string]int)}}
}

// Do carries out a command. The error is for the log; people are shown what
// [Sorry] makes of it. What can be explained to the asker is an Answer with
// Refused set.
func (b *Bot) Do(ctx context.Context, c Command) (Answer, error) {
	a, err := b.do(ctx, c, time.Now().UTC())
	if r, ok := errors.AsType[*news.Refusal](err); ok {
		return Refuse(r), nil
	}
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", c.Verb, err)
	}
	return a, nil
}

func (b *Bot) do(ctx context.Context, c Command, now time.Time) (Answer, error) {
	c.Aliases, c.Channel = b.o.Aliases, b.o.Aliases.Kept(c.Channel)
	if err := b.allowed(ctx, c); err != nil {
		return Answer{}, err
	}
	switch c.Verb {
	case Add:
		return b.add(ctx, c, now)
	case List:
		return b.list(ctx, c, now)
	case Remove:
		return b.remove(ctx, c, now)
	case Pause:
		return b.pause(ctx, c, now)
	case Resume:
		return b.resume(ctx, c, now)
	case Edit:
		return b.edit(ctx, c, now)
	case Test:
		return b.test(ctx, c)
	case Settings:
		return b.settings(ctx, c, now)
	case Export:
		return b.export(ctx, c)
	case Import:
		return b.imports(ctx, c, now)
	case History:
		return b.history(ctx, c, now)
	case Diff:
		return b.diff(ctx, c)
	case Explain:
		return b.explain(ctx, c, now)
	case Status:
		return b.status(ctx, c, now)
	case Help:
		return help(c)
	case Mute:
		return b.mute(ctx, c, news.Forever, now)
	case Unmute:
		return b.mute(ctx, c, time.Time{}, now)
	case Undo:
		return b.undo(ctx, c, now)
	case Withhold, Reinstate:
		return b.withhold(ctx, c, now)
	case Delete:
		return b.delete(ctx, c)
	case Search:
		return b.search(ctx, c, now)
	}
	return Answer{}, &news.Refusal{What: fmt.Sprintf("There is no command %q.", short(string(c.Verb))), Do: "Try " + c.typed(Help, "") + "."}
}

// Tell is an answer of lines, and of the same as a program reads it.
func Tell(v any, lines ...string) Answer {
	return Answer{Lines: lines, Facts: []json.RawMessage{fact(v)}}
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

// channels names what can be announced to.
func (b *Bot) channels() string {
	var names []string
	for _, c := range b.o.Channels {
		names = append(names, string(b.o.Aliases.Called(c)))
	}
	return strings.Join(names, ", ")
}

// channel returns the channel a command is about.
func (b *Bot) channel(c Command) (news.ChannelName, error) {
	switch {
	case c.Channel != "" && (len(b.o.Channels) == 0 || slices.Contains(b.o.Channels, c.Channel) || b.o.Met != nil && b.o.Met(c.Channel)):
		return c.Channel, nil
	case c.Channel != "":
		return "", &news.Refusal{What: fmt.Sprintf("There is no channel %q.", c.Channel), Do: "The configuration names these: " + b.channels() + "."}
	case len(b.o.Channels) == 1:
		return b.o.Channels[0], nil
	}
	return "", &news.Refusal{What: "Which channel is it for?", Do: "Name one of these: " + b.channels() + "."}
}
