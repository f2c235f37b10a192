package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/slack"
	"github.com/editwatch/editwatch/notify"
)

// BotOptions of a [Bot].
type BotOptions struct {
	Client *slack.Client
	// Channel is the channel's ID, such as C0123456789.
	Channel string
	Logger  *slog.Logger // nil logs nothing
}

// A Bot posts into one channel in the name of a bot. It is safe for concurrent
// use: deliveries come one at a time, which keeps their order, but a sample may
// come beside one.
type Bot struct {
	client  *slack.Client
	channel string
	log     *slog.Logger

	mu sync.Mutex
	// failed are deliveries of which no attempt can have been posted, with how
	// many attempts that is known of.
	failed map[news.DeliveryID]int
}

var (
	_ notify.Updater = (*Bot)(nil)
	_ notify.Teller  = (*Bot)(nil)
)

// NewBot returns a sender for one channel.
func NewBot(o BotOptions) (*Bot, error) {
	if !slack.IsChannelID(o.Channel) {
		return nil, errors.New("this is not the ID of a Slack channel: open the channel's details, and copy the one at the bottom, like C0123456789")
	}
	log := o.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Bot{client: o.Client, channel: o.Channel, log: log, failed: make(map[news.DeliveryID]int)}, nil
}

const (
	// failedMost is how many deliveries are remembered as not posted. Those
	// forgotten are looked for.
	failedMost = 1000
	// blindAfter is the number of attempts after which a post is made although
	// nobody can tell whether it was before: the history stays out of reach, and
	// an announcement is never lost.
	blindAfter = 10
)

// Send posts the announcement into the channel, or into the thread of the
// article's first announcement. One that an earlier attempt may have posted is
// looked for first.
func (s *Bot) Send(ctx context.Context, a notify.Announcement) (string, error) {
	m := render(a)
	if s.unsure(a.Delivery) {
		ts, err := s.find(ctx, a, m)
		if err != nil {
			return "", s.classify(err)
		}
		if ts != "" {
			s.log.Info("an announcement had arrived although no answer said so",
				"channel", a.Delivery.Channel, "delivery", a.Delivery.ID, "message", ts)
			return ts, nil
		}
	}
	ts, err := s.client.Post(ctx, s.channel, m)
	if refused(s.log, a.Delivery, err) {
		ts, err = s.client.Post(ctx, s.channel, short(a))
	}
	s.remember(a.Delivery, err)
	return ts, s.classify(err)
}

// unsure reports whether an earlier attempt may have been posted.
func (s *Bot) unsure(d news.Delivery) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return d.Attempts > 1 && s.failed[d.ID] != d.Attempts-1
}

// remember takes down whether nothing of a delivery can have been posted so far.
func (s *Bot) remember(d news.Delivery, err error) {
	p, ok := errors.AsType[*slack.Problem](err)
	s.mu.Lock()
	defer s.mu.Unlock()
	none := d.Attempts <= 1 || s.failed[d.ID] == d.Attempts-1
	delete(s.failed, d.ID)
	if !none || !ok || p.Ambiguous() {
		return
	}
	if len(s.failed) >= failedMost {
		clear(s.failed)
	}
	s.failed[d.ID] = d.Attempts
}

// find returns the timestamp of the message that an earlier attempt posted, or
// nothing where there is none or the bot may not look.
func (s *Bot) find(ctx context.Context, a notify.Announcement, m slack.Message) (string, error) {
	ts, err := s.client.Find(ctx, slack.Look{
		Channel: s.channel, Thread: m.Thread, ID: m.ID, Texts: []string{m.Text, short(a).Text}, Since: a.Delivery.Queued,
	})
	p, ok := errors.AsType[*slack.Problem](err)
	switch {
	case !ok:
		return ts, err
	case p.Unauthorized():
		return "", err
	case a.Delivery.Attempts > blindAfter:
	case p.Wait > 0, p.Ambiguous(), p.Status == 0:
		return "", err // it will be seen the next time
	}
	s.log.Debug("the channel's history cannot be read; posting without a look",
		"channel", a.Delivery.Channel, "delivery", a.Delivery.ID, "err", err)
	return "", nil
}

// Update renders the announcement anew into its message.
func (s *Bot) Update(ctx context.Context, a notify.Announcement) error {
	if a.Delivery.Message == "" {
		return nil // its answer got lost: nobody knows which message it is
	}
	err := s.client.Update(ctx, s.channel, a.Delivery.Message, render(a))
	refused(s.log, a.Delivery, err)
	if slack.IsCode(err, "cant_update_message", "edit_window_closed", "is_inactive") {
		return fmt.Errorf("%w: %w", notify.ErrRejected, err)
	}
	return s.classify(err)
}

// Tell sends a few sentences to one person, as a direct message of the app's.
func (s *Bot) Tell(ctx context.Context, person, text string) error {
	if !personID.MatchString(person) {
		return fmt.Errorf("%w: not the ID of a person", notify.ErrRejected)
	}
	_, err := s.client.Post(ctx, person, slack.Message{Text: slack.Spoken(text)})
	if p, ok := errors.AsType[*slack.Problem](err); ok && (p.Gone() || p.Forbidden()) {
		// It is about the person, and says nothing of the channel.
		return fmt.Errorf("%w: %w", notify.ErrRejected, p)
	}
	return s.classify(err)
}

// personID is the ID of a user: https://docs.slack.dev/reference/objects/user-object.
var personID = regexp.MustCompile(`^[UW][A-Z0-9]{2,}$`)

// isTimestamp reports whether s names a message, and not one that was posted
// through another kind of channel.
func isTimestamp(s string) bool {
	seconds, serial, ok := strings.Cut(s, ".")
	return ok && seconds != "" && serial != "" && !strings.ContainsFunc(seconds+serial, func(r rune) bool { return r < '0' || r > '9' })
}

// noThread are the errors of a reply to a message that is no more, or that
// cannot be replied to.
var noThread = []string{
	"thread_not_found", "message_not_found", "cannot_reply_to_message", "invalid_thread_ts", "thread_locked",
	"restricted_action_thread_locked", "restricted_action_non_threadable_channel",
}

// shutOut are the errors of a channel that is there, or may be: a private one
// that the bot was removed from is not found, and an administrator closes others
// for a time. That a channel is deleted or archived, Slack tells by events.
var shutOut = []string{"channel_not_found", "posting_to_general_channel_denied", "action_prohibited"}

// classify says what a failure means for the delivery.
func (s *Bot) classify(err error) error {
	p, ok := errors.AsType[*slack.Problem](err)
	switch {
	case !ok:
		return err
	case p.Unauthorized():
		return fmt.Errorf("%w: %w", notify.ErrUnauthorized, p)
	case p.Wait > 0:
		return &notify.Later{Wait: p.Wait, Err: p}
	case slack.IsCode(p, noThread...):
		return fmt.Errorf("%w: %w", notify.ErrMessageGone, p)
	case p.Forbidden(), slack.IsCode(p, shutOut...):
		return fmt.Errorf("%w: %w", notify.ErrForbidden, p)
	case p.Gone():
		return fmt.Errorf("%w: %w", notify.ErrGone, p)
	case p.Refused():
		return fmt.Errorf("%w: %w", notify.ErrRejected, p)
	}
	return p
}
