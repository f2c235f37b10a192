package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/slack"
)

// adminsOnly is the setting that leaves changes to administrators.
const adminsOnly = "admins-only"

// rights finds out what the asker may, where it matters. Where Slack does not let
// the bot find out, nobody may.
func (f *FrontEnd) rights(ctx context.Context, p slack.Place, c *bot.Command) (err error) {
	if !c.Changes() {
		return nil
	}
	if c.CanChange, err = f.member(ctx, p, c.FromButton); err != nil {
		return err
	}
	channel, err := f.store.Settings(ctx, c.Channel)
	if err != nil {
		return err
	}
	if channel.AdminsOnly || c.Verb == bot.Settings && wantsOn(c.Options[adminsOnly]) {
		c.Admin, err = f.admin(ctx, p.User)
	}
	return err
}

// member reports whether somebody is in the channel. Who is not cannot type
// there, but can look into a public one and press what they see.
func (f *FrontEnd) member(ctx context.Context, p slack.Place, pressed bool) (bool, error) {
	if !pressed || strings.HasPrefix(p.Channel, "D") {
		return true, nil
	}
	in, err := f.client.IsMember(ctx, p.Channel, p.User)
	problem, ok := errors.AsType[*slack.Problem](err)
	switch {
	case err == nil:
		return in, nil
	case slack.IsCode(err, "unknown_method"):
		return true, nil // a compatible server that cannot tell; Slack can
	case ok && problem.Gone():
		return false, f.invite(ctx, "this channel")
	case ok && problem.Forbidden():
		return false, blind("whether you are in this channel", "channels:read and groups:read")
	}
	return false, fmt.Errorf("look at the members: %w", err)
}

// admin reports whether somebody is an admin or owner of the workspace.
func (f *FrontEnd) admin(ctx context.Context, user string) (bool, error) {
	admin, err := f.client.IsAdmin(ctx, user)
	problem, ok := errors.AsType[*slack.Problem](err)
	switch {
	case err == nil:
		return admin, nil
	case slack.IsCode(err, "user_not_found", "user_not_visible"):
		return false, nil // somebody of another workspace
	case ok && problem.Forbidden():
		return false, blind("who is a workspace admin or owner, and nobody else may do that here", "users:read")
	}
	return false, fmt.Errorf("look at the asker: %w", err)
}

// blind refuses what depends on something that the bot has no scope to see.
func blind(what, scopes string) error {
	return &news.Refusal{
		What: "I cannot tell " + what + ".",
		Do:   "My app needs " + scopes + " (OAuth & Permissions, Scopes); install it again after adding that.",
	}
}

// invite says how to let the bot into a channel.
func (f *FrontEnd) invite(ctx context.Context, where string) error {
	return &news.Refusal{What: fmt.Sprintf("I'm not in %s.", where), Do: fmt.Sprintf("Type /invite @%s there, then try again.", f.self(ctx))}
}

// wantsOn reports whether a value turns admins-only on.
func wantsOn(value string) bool {
	var s news.Settings
	return s.Set(adminsOnly, value) == nil && s.AdminsOnly
}
