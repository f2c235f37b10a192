package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
)

// An Announcement is what a delivery says, ready to be rendered for a
// platform.
type Announcement struct {
	Delivery news.Delivery
	Report   news.Report // zero for a notice that sums up several articles
	Brief    brief.Brief // what people read
	// Thread is what the channel was told of the article before. Its Root is
	// empty where the announcement does not belong into a thread.
	Thread news.Thread
	// Mention is whom to name: roles or user groups, by the platform's own IDs.
	Mention []string
	// Buttons stand under it where the platform has buttons and somebody
	// answers them; the senders of webhooks show those with a URL at most.
	Buttons []news.Button

	events  []news.Event // what it tells
	publish bool         // the post is to be sent on to followers
}

// A Sender puts announcements into channels of one kind. It is safe for
// concurrent use.
type Sender interface {
	// Send posts the announcement and returns the platform's message ID, or an
	// empty ID where the platform gives none. It makes one attempt; trying
	// again is the caller's business. The delivery's Attempts tells whether an
	// earlier attempt may have happened.
	// An error wraps [ErrRejected] if no later attempt can succeed, a [Later] if
	// the platform said when to try again, or one of [ErrForbidden], [ErrGone],
	// [ErrUnauthorized] and [ErrMessageGone]. No error contains a secret, an address of the channel or a response body.
	Send(ctx context.Context, a Announcement) (message string, err error)
}

// An Updater is a Sender that can change what it posted.
type Updater interface {
	Sender
	// Update renders the announcement anew into the message whose ID is the
	// delivery's Message. The errors are those of Send. A message that is no
	// longer there is nobody's loss: no error, or [ErrMessageGone], by which it
	// is forgotten.
	Update(ctx context.Context, a Announcement) error
}

// A Publisher is a Sender that can send a post on to the followers of its
// channel.
type Publisher interface {
	Sender
	// Publish publishes the message that Send returned. It makes one attempt.
	// The platform's own limit is a [Later], whose wait is what the platform
	// asked for, the longest of what it said. A message that was published
	// before is not an error; one that can never be wraps [ErrRejected].
	Publish(ctx context.Context, message string) error
}

// A Teller is a Sender that can also tell one person something, apart from the
// channel.
type Teller interface {
	Sender
	// Tell sends a few sentences to the person, by the platform's own ID.
	Tell(ctx context.Context, person string, text string) error
}

var (
	// ErrRejected means the platform will never accept this delivery.
	ErrRejected = errors.New("rejected")
	// ErrForbidden means that we lack a right in the channel. The delivery stays
	// pending; after a few of these the channel is paused, the one who placed
	// its watches is told, and it is looked at once a day.
	ErrForbidden = errors.New("not allowed")
	// ErrGone means that the channel does not exist any more, or that we were
	// removed from its server. Its watches end.
	ErrGone = errors.New("the channel is gone")
	// ErrUnauthorized means that the platform does not know us any more: the
	// token was reset or revoked. Nothing more is sent to any channel of the
	// platform until the program is started anew, and everything stays pending.
	ErrUnauthorized = errors.New("the platform does not accept the token")
	// ErrMessageGone means that the message which was to be changed, or answered
	// in its thread, was deleted by somebody. It is forgotten. An Update is then
	// over; a post is tried again without it.
	ErrMessageGone = errors.New("the message was deleted")
)

// A Later is a failure after which the platform named the time to wait.
type Later struct {
	Wait time.Duration
	Err  error
}

func (l *Later) Error() string { return fmt.Sprintf("%v (again in %v)", l.Err, l.Wait) }
func (l *Later) Unwrap() error { return l.Err }
