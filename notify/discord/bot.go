package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/notify"
)

// BotOptions of a [Bot].
type BotOptions struct {
	Session *discord.Session
	// Channel is the platform's ID of the channel.
	Channel string
	Logger  *slog.Logger // nil logs nothing
}

// A Bot posts into one channel in the name of a bot. It is safe for concurrent
// use: deliveries come one at a time, which keeps their order, but a sample may
// come beside one.
type Bot struct {
	session *discord.Session
	channel string
	log     *slog.Logger

	mu      sync.Mutex
	threads map[string]string // by root message, the thread made of it
}

var (
	_ notify.Updater   = (*Bot)(nil)
	_ notify.Publisher = (*Bot)(nil)
	_ notify.Teller    = (*Bot)(nil)
)

// NewBot returns a sender for one channel.
func NewBot(o BotOptions) (*Bot, error) {
	if !discord.IsID(o.Channel) {
		return nil, errors.New("this is not the ID of a Discord channel: switch on Developer Mode in Discord's settings, then right-click the channel and choose Copy Channel ID")
	}
	log := o.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Bot{session: o.Session, channel: o.Channel, log: log, threads: make(map[string]string)}, nil
}

// Send posts the announcement into the channel, or into the thread of the
// article's first announcement. An earlier attempt that may have arrived is
// looked for first.
func (s *Bot) Send(ctx context.Context, a notify.Announcement) (string, error) {
	if threaded(a) {
		id, err := s.sendToThread(ctx, a)
		if err == nil || !errors.Is(err, errNoThread) {
			return id, s.classify(ctx, err)
		}
	}
	id, err := s.post(ctx, s.channel, a, reply(a))
	return id, s.classify(ctx, err)
}

// post posts into a channel or thread, unless an earlier attempt did. Should
// Discord refuse the message, a short one is tried once.
func (s *Bot) post(ctx context.Context, channel string, a notify.Announcement, ref *discord.Reference) (string, error) {
	m := full(a)
	m.Nonce, m.Reference = nonce(a.Delivery.ID), ref
	if a.Delivery.Attempts > 1 {
		id, err := s.find(ctx, channel, a, m)
		if id != "" || err != nil {
			return id, err
		}
	}
	id, err := s.session.Post(ctx, channel, m)
	if code(err) == codeNoHistory && ref != nil {
		m.Reference = nil
		id, err = s.session.Post(ctx, channel, m)
	}
	if messageRefused(err) {
		s.log.Warn("discord refused a message; trying a short one",
			"channel", a.Delivery.Channel, "article", a.Delivery.Article, "err", err)
		less := short(a).message()
		less.Nonce, less.AllowedMentions = m.Nonce, m.AllowedMentions
		id, err = s.session.Post(ctx, channel, less)
	}
	if code(err) == discord.CodeUnknownMessage {
		return "", nil // it was posted a moment ago, and somebody has deleted it
	}
	return id, err
}

// codeNoHistory is the code of a reply by a bot that may not read the history.
const codeNoHistory = 160002

// messageRefused reports whether Discord refused what the message holds.
func messageRefused(err error) bool {
	switch code(err) {
	case discord.CodeThreadArchived, discord.CodeThreadLocked, discord.CodeThreadExists, codeNoHistory:
		return false
	}
	return refused(err)
}

// nonce is the delivery's ID, which is the same for every attempt.
func nonce(id news.DeliveryID) string {
	if brief.Len(string(id)) > discord.MaxNonce {
		return ""
	}
	return string(id)
}

// Update renders the announcement anew into its message.
func (s *Bot) Update(ctx context.Context, a notify.Announcement) error {
	channel, message := s.place(a.Delivery.Message)
	if message == "" {
		return nil // its answer got lost: nobody knows which message it is
	}
	err := s.session.Edit(ctx, channel, message, full(a))
	switch code(err) {
	case discord.CodeThreadArchived, discord.CodeThreadLocked:
		return nil // it is out of sight
	case discord.CodeUnknownMessage:
		return fmt.Errorf("%w: %w", notify.ErrMessageGone, err)
	case discord.CodeUnknownChannel:
		if channel != s.channel { // the thread was deleted
			return fmt.Errorf("%w: %w", notify.ErrMessageGone, err)
		}
	}
	return s.classify(ctx, err)
}

// Publish sends a post on to the channels that follow this one.
func (s *Bot) Publish(ctx context.Context, message string) error {
	channel, id := s.place(message)
	if id == "" || channel != s.channel {
		return fmt.Errorf("%w: what is in a thread cannot be published", notify.ErrRejected)
	}
	err := s.session.Publish(ctx, channel, id)
	if code(err) == discord.CodeUnknownMessage {
		return fmt.Errorf("%w: %w", notify.ErrMessageGone, err)
	}
	return s.classify(ctx, err)
}

// Tell sends a person a message of their own.
func (s *Bot) Tell(ctx context.Context, person, text string) error {
	m := discord.Message{Content: discord.Within(text, discord.MaxContent), Flags: discord.FlagSuppressEmbeds}
	return s.classify(ctx, s.session.Tell(ctx, person, m))
}

// A message in a thread is known by the thread's ID and its own.
const inThread = "/"

func join(thread, message string) string {
	if message == "" {
		return ""
	}
	return thread + inThread + message
}

// place returns where a message is that Send posted.
func (s *Bot) place(message string) (channel, id string) {
	if thread, id, ok := strings.Cut(message, inThread); ok {
		return thread, id
	}
	return s.channel, message
}

func code(err error) int {
	if p, ok := errors.AsType[*discord.Problem](err); ok {
		return p.Code
	}
	return 0
}

func forbidden(err error) bool {
	p, ok := errors.AsType[*discord.Problem](err)
	return ok && p.Forbidden()
}

// classify says what a failure means for the delivery and the channel. What the
// servers in front of the API answer, which have no codes, passes.
func (s *Bot) classify(ctx context.Context, err error) error {
	p, ok := errors.AsType[*discord.Problem](err)
	switch {
	case !ok, errors.Is(err, notify.ErrMessageGone):
		return err
	case errors.Is(err, discord.ErrUnauthorized):
		return fmt.Errorf("%w: %w", notify.ErrUnauthorized, p)
	case p.Wait > 0:
		return &notify.Later{Wait: p.Wait, Err: p}
	case p.Code == discord.CodeUnknownChannel, p.Code == discord.CodeUnknownGuild:
		return fmt.Errorf("%w: %w", notify.ErrGone, p)
	case p.Forbidden():
		return fmt.Errorf("%w: %s", notify.ErrForbidden, s.lacks(ctx, p))
	case p.Refused():
		return fmt.Errorf("%w: %w", notify.ErrRejected, p)
	}
	return p
}

// lacks says which rights are missing, as Discord's settings name them, if that
// can be found out.
func (s *Bot) lacks(ctx context.Context, p *discord.Problem) string {
	r, err := s.session.Rights(ctx, s.channel)
	if err != nil || len(r.Needed) == 0 {
		return p.Error()
	}
	return "I lack " + r.Lacks()
}
