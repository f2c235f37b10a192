package bot

import (
	"context"
	"fmt"

	"github.com/editwatch/editwatch/internal/news"
)

// changes reports whether the command changes something in its channel or puts
// something into it.
func (c Command) changes() bool {
	switch c.Verb {
	case Add, Remove, Pause, Resume, Edit, Test, Import, Mute, Unmute, Undo:
		return true
	case Settings:
		return len(c.Options) > 0
	}
	return false
}

// allowed refuses what the asker has no right to.
func (b *Bot) allowed(ctx context.Context, c Command) error {
	if c.Everywhere || !c.changes() {
		return nil
	}
	if !c.CanChange && !c.Admin {
		return &news.Refusal{
			What: fmt.Sprintf("You may not change what %s watches.", c.place(c.Channel)),
			Do:   "Ask somebody who manages the channel.",
		}
	}
	s, err := b.store.Settings(ctx, c.Channel)
	if err != nil {
		return err
	}
	if s.AdminsOnly && !c.Admin {
		return &news.Refusal{
			What: fmt.Sprintf("Only administrators may change what %s watches.", c.place(c.Channel)),
			Do:   "Ask one; they can also turn that off with settings admins-only=off.",
		}
	}
	return nil
}
