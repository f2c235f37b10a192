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
	Thread   news.Thread // what the channel was told of the article before
}

// A Sender puts announcements into channels of one kind. It is safe for
// concurrent use.
type Sender interface {
	// Send posts the announcement and returns the platform's message ID, or an
	// empty ID where the platform gives none. It makes one attempt; trying
	// again is the caller's business. The delivery's Attempts tells whether an
	// earlier attempt may have happened.
	// An error wraps [ErrRejected] if no later attempt can succeed, or
	// a [Later] if the platform said when to try again. No
	// error contains a secret, an address of the channel or a response body.
	Send(ctx context.Context, a Announcement) (message string, err error)
}

// An Updater is a Sender that can change what it posted.
type Updater interface {
	Sender
	// Update renders the announcement anew into the message whose ID is the
	// delivery's Message. The errors are those of Send. A message that is no
	// longer there is not an error: it is nobody's loss.
	Update(ctx context.Context, a Announcement) error
}

// ErrRejected means the platform will never accept this delivery.
var ErrRejected = errors.New("rejected")

// A Later is a failure after which the platform named the time to wait.
type Later struct {
	Wait time.Duration
	Err  error
}

func (l *Later) Error() string { return fmt.Sprintf("%v (again in %v)", l.Err, l.Wait) }
func (l *Later) Unwrap() error { return l.Err }
