package discord

import (
	"context"
	"errors"

	"github.com/editwatch/editwatch/internal/brief"
)

// What a bot must be allowed in a channel to announce there. Publishing its own
// posts to the followers of an announcement channel needs no more:
// https://discord.com/developers/docs/resources/message#crosspost-message.
const (
	needed         = ViewChannel | SendMessages | EmbedLinks
	neededInThread = ViewChannel | SendMessagesInThreads | EmbedLinks // of a channel that is a thread
)

// Without these announcements lack something: later edits of an article have no
// thread, or the bot cannot look whether a post arrived whose answer got lost.
const (
	wantedForThreads = CreatePublicThreads | SendMessagesInThreads
	wantedForLooking = ReadMessageHistory
)

// Rights are what a bot lacks in a channel to announce there: all of it at once,
// by the names that Discord's settings have.
type Rights struct {
	Channel Channel
	Needed  []string // without these nothing can be announced
	Wanted  []string // without these announcements lack what Without says
	Without string   // the rest of a sentence: "later edits of an article are replies rather than a thread"
}

// RightsIn returns what is lacking in a channel where the bot has some
// permissions.
func RightsIn(c Channel, has Permissions) Rights {
	need, want := needed, wantedForLooking
	threads := c.Kind == KindText || c.Kind == KindAnnouncement // the kinds that have threads
	if threads {
		want |= wantedForThreads
	}
	if c.Thread() {
		need = neededInThread
	}
	threads = threads && !has.Has(wantedForThreads)
	r := Rights{Channel: c, Needed: has.Missing(need), Wanted: has.Missing(want)}
	switch looks := has.Has(wantedForLooking); {
	case threads && looks:
		r.Without = "later edits of an article are replies rather than a thread"
	case threads:
		r.Without = "later edits of an article stand by themselves, and a post may be repeated when Discord has trouble"
	case !looks:
		r.Without = "a post may be repeated when Discord has trouble"
	}
	return r
}

// Rights asks Discord what the bot lacks in a channel. That it cannot see the
// channel is no error but a right it lacks, and then nothing more is known. A
// channel that does not exist, or whose server the bot is not in, is a
// [*Problem].
func (s *Session) Rights(ctx context.Context, channel string) (Rights, error) {
	c, err := s.Channel(ctx, channel)
	if p, ok := errors.AsType[*Problem](err); ok && p.Forbidden() {
		return RightsIn(Channel{ID: channel}, all&^Administrator&^ViewChannel), nil
	}
	if err != nil {
		return Rights{}, err
	}
	has, err := s.Allowed(ctx, c)
	if err != nil {
		return Rights{}, err
	}
	return RightsIn(c, has), nil
}

// Lacks says all that is lacking, to follow "I" or "the bot lacks": "View Channel
// and Send Messages; also wanted: Create Public Threads". It is empty if nothing
// is.
func (r Rights) Lacks() string {
	needed, wanted := brief.List(r.Needed), brief.List(r.Wanted)
	switch {
	case needed == "":
		return wanted
	case wanted == "":
		return needed
	}
	return needed + "; also wanted: " + wanted
}
