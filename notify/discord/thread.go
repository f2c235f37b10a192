package discord

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/notify"
)

// threadsMost is how many threads are remembered. Those forgotten are asked for
// again.
const threadsMost = 4096

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
	name := brief.OneLine(cmp.Or(a.Brief.Subject, a.Brief.Headline, a.Brief.Title(), "Edits"))
	if r := []rune(name); len(r) > discord.MaxThreadName {
		name = strings.TrimSpace(string(r[:discord.MaxThreadName-1])) + "…"
	}
	return name
}
