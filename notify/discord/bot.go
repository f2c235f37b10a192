package discord

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

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
// use, though its caller makes one attempt at a time in a channel, for nothing
// else orders posts.
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

const (
	// recentMost is how many of the channel's newest messages are looked through
	// for one whose answer got lost.
	recentMost = 50
	// threadsMost is how many threads are remembered. Those forgotten are asked
	// for again.
	threadsMost = 4096
	// skew is how far Discord's clock and ours may be apart.
	skew = time.Minute
)

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

// threaded reports whether the announcement belongs into the article's thread.
func threaded(a notify.Announcement) bool {
	return a.Thread.Root != "" && a.Delivery.Kind == news.Post
}

// reply is what ties an announcement to the first one where there is no thread.
func reply(a notify.Announcement) *discord.Reference {
	if !threaded(a) || !discord.IsID(a.Thread.Root) {
		return nil
	}
	return &discord.Reference{Message: a.Thread.Root}
}

// errNoThread means that there is no thread and none can be made.
var errNoThread = errors.New("there is no thread to post into")

// sendToThread posts into the thread of the first announcement and returns the
// message's ID behind the thread's. A thread that somebody locked is left alone.
func (s *Bot) sendToThread(ctx context.Context, a notify.Announcement) (string, error) {
	root := a.Thread.Root
	thread, err := s.thread(ctx, a)
	if err != nil {
		return "", err
	}
	id, err := s.post(ctx, thread, a, nil)
	if code(err) == discord.CodeThreadArchived {
		if err = s.session.Reopen(ctx, thread); err == nil {
			id, err = s.post(ctx, thread, a, nil)
		}
	}
	switch code(err) {
	case 0:
	case discord.CodeUnknownChannel, discord.CodeThreadArchived, discord.CodeThreadLocked,
		discord.CodeNoAccess, discord.CodeNoPermission:
		s.forget(root)
		return "", errNoThread
	}
	if err != nil {
		return "", err
	}
	return join(thread, id), nil
}

// thread returns the thread of the first announcement, which it makes if there
// is none.
func (s *Bot) thread(ctx context.Context, a notify.Announcement) (string, error) {
	root := a.Thread.Root
	s.mu.Lock()
	thread := s.threads[root]
	s.mu.Unlock()
	if thread != "" {
		return thread, nil
	}
	if !discord.IsID(root) {
		return "", errNoThread // posted through another kind of channel
	}
	thread, err := s.session.StartThread(ctx, s.channel, root, threadName(a))
	switch code(err) {
	case 0:
		if err != nil {
			return "", err
		}
	case discord.CodeThreadExists:
		if thread, err = s.existing(ctx, root); err != nil {
			return "", err
		}
	case discord.CodeUnknownMessage:
		return "", fmt.Errorf("%w: %w", notify.ErrMessageGone, err)
	case discord.CodeUnknownChannel, discord.CodeThreadLocked, discord.CodeNoAccess, discord.CodeNoPermission:
		return "", errNoThread
	default:
		p, ok := errors.AsType[*discord.Problem](err)
		if ok && (p.Refused() || p.Forbidden()) {
			return "", errNoThread // this kind of channel has none
		}
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.threads) >= threadsMost {
		clear(s.threads)
	}
	s.threads[root] = thread
	return thread, nil
}

// existing returns the thread that a message has. With Discord it has the
// message's ID, but compatible servers need not keep to that.
func (s *Bot) existing(ctx context.Context, root string) (string, error) {
	m, err := s.session.Message(ctx, s.channel, root)
	switch {
	case code(err) == discord.CodeUnknownMessage:
		return "", fmt.Errorf("%w: %w", notify.ErrMessageGone, err)
	case err != nil && !forbidden(err):
		return "", err
	case m.Thread != nil && m.Thread.ID != "":
		return m.Thread.ID, nil
	}
	return root, nil
}

func (s *Bot) forget(root string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.threads, root)
}

// threadName is the article's headline.
func threadName(a notify.Announcement) string {
	name := oneLine(cmp.Or(a.Brief.Subject, a.Brief.Headline, a.Brief.Title(), "Edits"))
	if r := []rune(name); len(r) > discord.MaxThreadName {
		name = strings.TrimSpace(string(r[:discord.MaxThreadName-1])) + "…"
	}
	return name
}

// oneLine makes a name of a text: names are shown as they are, without Markdown.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
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
	if discord.Len(string(id)) > discord.MaxNonce {
		return ""
	}
	return string(id)
}

// find returns the ID of the message that an earlier attempt at the delivery
// posted, or nothing. The nonce keeps a repetition from being posted for some
// minutes only, and only where the server knows of nonces. A bot that may not
// read the channel posts again.
func (s *Bot) find(ctx context.Context, channel string, a notify.Announcement, m discord.Message) (string, error) {
	recent, err := s.session.Recent(ctx, channel, recentMost)
	if forbidden(err) || code(err) == discord.CodeUnknownChannel {
		return "", nil // posting will tell the same, if it is about posting too
	}
	if err != nil {
		return "", err
	}
	bot, err := s.session.Who(ctx)
	if err != nil {
		return "", err
	}
	want := []string{fingerprint(m), fingerprint(short(a).message())}
	for _, p := range recent {
		if p.Author.ID != "" && p.Author.ID != bot.User {
			continue
		}
		if p.Nonce != "" && string(p.Nonce) == m.Nonce {
			return p.ID, nil
		}
		made := discord.Made(p.ID)
		if !made.IsZero() && made.Before(a.Delivery.Queued.Add(-skew)) {
			continue
		}
		if slices.Contains(want, print(p.Content, p.Embeds...)) {
			s.log.Info("an announcement had arrived although no answer said so",
				"channel", a.Delivery.Channel, "delivery", a.Delivery.ID, "message", p.ID)
			return p.ID, nil
		}
	}
	return "", nil
}

// fingerprint tells messages apart by their letters and digits. Discord may
// leave out other characters of what it is given.
func fingerprint(m discord.Message) string {
	embeds := make([]discord.PostedEmbed, len(m.Embeds))
	for i, e := range m.Embeds {
		embeds[i] = discord.PostedEmbed{Title: e.Title, Description: e.Description}
		if e.Footer != nil {
			embeds[i].Footer.Text = e.Footer.Text
		}
	}
	return print(m.Content, embeds...)
}

func print(content string, embeds ...discord.PostedEmbed) string {
	var b strings.Builder
	add := func(s string) {
		for _, r := range s {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				b.WriteRune(r)
			}
		}
		b.WriteByte('\n')
	}
	add(content)
	for _, e := range embeds {
		// Of the footer only which version it is: the times after it are told
		// with their date or without, depending on the day.
		version, _, _ := strings.Cut(e.Footer.Text, " · ")
		add(e.Title)
		add(e.Description)
		add(version)
	}
	return b.String()
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

// needs is what the bot must be allowed to post.
const needs = discord.ViewChannel | discord.SendMessages | discord.EmbedLinks

// lacks says which right is missing, as Discord's settings name it, if that can
// be found out.
func (s *Bot) lacks(ctx context.Context, p *discord.Problem) string {
	c, err := s.session.Channel(ctx, s.channel)
	if forbidden(err) {
		return "I lack View Channel"
	}
	if err != nil {
		return p.Error()
	}
	mine, err := s.session.Allowed(ctx, c)
	if names := mine.Missing(needs); err == nil && len(names) > 0 {
		return "I lack " + strings.Join(names, ", ")
	}
	return p.Error()
}
