package bot

import (
	"context"
	"fmt"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
)

// Changes reports whether the command changes something in its channel or puts
// something into it.
func (c Command) Changes() bool {
	switch c.Verb {
	case Add, Remove, Pause, Resume, Edit, Test, Import, Mute, Unmute, Undo, Withhold, Reinstate, Delete:
		return true
	case Settings:
		return len(c.Options) > 0
	}
	return false
}

// allowed refuses what the asker has no right to.
func (b *Bot) allowed(ctx context.Context, c Command) error {
	if c.Everywhere || !c.Changes() {
		return nil
	}
	if !c.CanChange && !c.Admin {
		return &news.Refusal{
			What: fmt.Sprintf("You may not change what %s watches.", c.place(c.Channel)),
			Do:   brief.Upper(c.dialect().Managers) + " may; ask one of them.",
		}
	}
	s, err := b.store.Settings(ctx, c.Channel)
	if err != nil {
		return err
	}
	if s.AdminsOnly && !c.Admin {
		return &news.Refusal{
			What: fmt.Sprintf("Only %s may change what %s watches.", c.dialect().Admins, c.place(c.Channel)),
			Do:   "Ask one of them, who can also turn that off: " + c.typed(Settings, "", "admins-only", "off"),
		}
	}
	return nil
}
