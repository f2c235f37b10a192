package news

import "time"

// A Standing is how editwatch stands with a channel: what the platform lets it
// do there. Only announcing writes it.
type Standing struct {
	Channel ChannelName

	// Forbidden counts refusals in a row for want of rights, the first of them
	// at Since. When there are enough, delivery is Paused, and Told is when
	// whoever placed the watches was told.
	Forbidden int
	Since     time.Time
	Paused    time.Time // zero: delivering
	Told      time.Time
	Trouble   string // why, in words safe for people

	Publishing Publishing
}

// Publishing is a channel's account of what is sent on to its followers.
type Publishing struct {
	PerHour int           // learnt from the platform; 0: nothing learnt yet
	Done    []time.Time   // within the last hour, oldest first
	Until   time.Time     // the platform asked to wait so long
	Waiting []Publication // the most important first
	// LeftOut are those that there was no room for, oldest first. One post tells
	// of them together when there is room again; Combined is it, while it is
	// being made.
	LeftOut  []Publication
	Combined Combined
	Dropped  int // that nothing came of, ever
}

// A Combined post tells of several events of which followers were sent nothing.
// The zero value is none.
type Combined struct {
	ID     DeliveryID // the same for every attempt
	Events []Seq
	Tries  int
}

// A Publication is a post that waits to be published.
type Publication struct {
	Message string // the platform's ID of the post
	Article ArticleID
	Event   Seq       // the newest event it tells of
	Rank    int       // higher goes first
	Since   time.Time // when it was posted
}

// PublishPerHour is how many posts an hour are published before the platform
// has said more: a little under the ten that people report
// (https://github.com/discord/discord-api-docs/issues/2258).
const PublishPerHour = 8

// Allowed returns how many posts an hour may be published.
func (p Publishing) Allowed() int {
	if p.PerHour > 0 {
		return p.PerHour
	}
	return PublishPerHour
}

// Left returns how many posts may be published now.
func (p Publishing) Left(now time.Time) int {
	if now.Before(p.Until) {
		return 0
	}
	recent := 0
	for _, at := range p.Done {
		if now.Sub(at) < time.Hour {
			recent++
		}
	}
	return max(p.Allowed()-recent, 0)
}
