package discord

import (
	"context"
	"errors"
	"fmt"

	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
)

// canPost refuses a channel that the bot cannot announce to, and names all that is
// missing. Where it can, it returns what is lacking still.
func (f *FrontEnd) canPost(ctx context.Context, p place) (discord.Rights, error) {
	var r discord.Rights
	if p.Mine != nil {
		r = discord.RightsIn(discord.Channel{ID: p.ID, Kind: p.Kind, Name: p.Name}, *p.Mine)
	} else {
		var err error
		r, err = f.session.Rights(ctx, p.ID)
		if problem, ok := errors.AsType[*discord.Problem](err); ok && problem.Gone() {
			return r, &news.Refusal{What: "I do not find that channel.", Do: "Choose another one, or invite me to its server."}
		}
		if err != nil {
			f.log.Warn("what the bot may do in a channel is not known", "channel", discord.ChannelName(p.ID), "err", err)
			return discord.Rights{}, nil // it will show when something is posted
		}
	}
	if !discord.Postable(r.Channel.Kind) {
		return r, &news.Refusal{What: "I can post into text and announcement channels only.", Do: "Choose such a channel."}
	}
	if len(r.Needed) == 0 {
		return r, nil
	}
	them := "those permissions"
	if len(r.Needed)+len(r.Wanted) == 1 {
		them = "that permission"
	}
	return r, &news.Refusal{
		What: fmt.Sprintf("I cannot announce in %s: I lack %s.", p.called(), r.Lacks()),
		Do:   "Give me " + them + " there (Edit Channel, Permissions), and try again.",
	}
}

// called is what people call the channel.
func (p place) called() string {
	if p.Name == "" {
		return "that channel"
	}
	return "#" + p.Name
}

// mayMention refuses to have a role named that the asker may not mention there
// themselves: announcements would ping it in their stead.
// https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags
func mayMention(id string, i *interaction, there place) error {
	if id == "" || id == noMention {
		return nil
	}
	role := i.Data.Resolved.Roles[id]
	name := "that role"
	if role.Name != "" {
		name = "@" + role.Name
	}
	switch {
	case id == i.Guild: // the role of everyone has the server's ID
		return &news.Refusal{What: "I mention roles only, not everyone.", Do: "Choose a role, or leave mention out."}
	case role.Mentionable:
		return nil
	case !there.Theirs.Has(discord.MentionEveryone):
		return &news.Refusal{
			What: fmt.Sprintf("You may not mention %s in %s, and so I do not do it for you.", name, there.called()),
			Do: "Have the role allow anyone to mention it (Server Settings, Roles), or ask somebody with the permission " +
				discord.MentionEveryone.Name() + ".",
		}
	case there.Mine != nil && !there.Mine.Has(discord.MentionEveryone):
		return &news.Refusal{
			What: fmt.Sprintf("I may not mention %s in %s: I lack %s.", name, there.called(), discord.MentionEveryone.Name()),
			Do:   "Give me that permission there, or have the role allow anyone to mention it (Server Settings, Roles).",
		}
	}
	return nil
}
