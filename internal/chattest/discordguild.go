package chattest

import (
	"encoding/json"
	"net/http"
	"sort"
	"strconv"
	"time"
)

// reach returns a channel that the bot may see, or why it may not.
func (d *Discord) reach(id string) (*Channel, reply, bool) {
	c := d.channels[id]
	if c == nil {
		return nil, refuse(404, 10003), false
	}
	g := d.guilds[c.Guild]
	switch {
	case g != nil && g.out:
		return nil, answer(503, map[string]any{"message": "guild unavailable", "code": 0}), false
	case g == nil || g.gone || d.may(c)&PermView == 0:
		return nil, refuse(403, 50001), false
	}
	return c, reply{}, true
}

// may returns what the bot may do in a channel; a thread's rights are those of
// its channel.
func (d *Discord) may(c *Channel) int64 {
	p := c.Permissions
	if parent := d.channels[c.Parent]; parent != nil {
		p = parent.Permissions
	}
	if p&PermAdministrator != 0 {
		return -1
	}
	return p
}

func (c *Channel) thread() bool {
	return c.Type == ChannelPublicThread || c.Type == ChannelAnnouncementThread
}

func (d *Discord) getChannel(r *http.Request, _ *Call) reply {
	c, re, ok := d.reach(r.PathValue("channel_id"))
	if !ok {
		return re
	}
	return answer(200, d.channelJSON(c))
}

func (d *Discord) patchChannel(r *http.Request, call *Call) reply {
	c, re, ok := d.reach(r.PathValue("channel_id"))
	if !ok {
		return re
	}
	var b struct {
		Name             *string
		Archived, Locked *bool
	}
	json.Unmarshal(call.Body, &b)
	if !c.thread() || b.Locked != nil && d.may(c)&PermManageThreads == 0 {
		return refuse(403, 50013)
	}
	if b.Name != nil {
		c.Name = *b.Name
	}
	if b.Archived != nil {
		c.Archived = *b.Archived
	}
	if b.Locked != nil {
		c.Locked = *b.Locked
	}
	d.dispatch("THREAD_UPDATE", d.channelJSON(c))
	return answer(200, d.channelJSON(c))
}

func (d *Discord) getGuild(r *http.Request, _ *Call) reply {
	g := d.guilds[r.PathValue("guild_id")]
	if g == nil || g.gone {
		return refuse(404, 10004)
	}
	return answer(200, d.guildJSON(g, false))
}

func (d *Discord) getRoles(r *http.Request, _ *Call) reply {
	g := d.guilds[r.PathValue("guild_id")]
	if g == nil || g.gone {
		return refuse(404, 10004)
	}
	return answer(200, roles(g.id))
}

func (d *Discord) getGuildChannels(r *http.Request, _ *Call) reply {
	g := d.guilds[r.PathValue("guild_id")]
	if g == nil || g.gone {
		return refuse(404, 10004)
	}
	return answer(200, d.channelsOf(g.id, false))
}

func (d *Discord) getGuildMember(r *http.Request, _ *Call) reply {
	g := d.guilds[r.PathValue("guild_id")]
	if g == nil || g.gone {
		return refuse(404, 10004)
	}
	id := r.PathValue("user_id")
	if id == "@me" {
		id = DiscordBot
	}
	switch id {
	case DiscordBot, DiscordAdmin, DiscordMember:
		m := memberJSON(id, 0)
		delete(m, "permissions") // only in interactions
		return answer(200, m)
	}
	return refuse(404, 10007)
}

func (d *Discord) getMyGuilds(*http.Request, *Call) reply {
	out := []any{}
	for _, g := range d.guilds {
		if !g.gone {
			out = append(out, map[string]any{"id": g.id, "name": g.name, "icon": nil, "banner": nil, "owner": false, "permissions": "0", "features": []string{}})
		}
	}
	return answer(200, out)
}

func (d *Discord) leaveGuild(r *http.Request, _ *Call) reply {
	g := d.guilds[r.PathValue("guild_id")]
	if g == nil || g.gone {
		return refuse(404, 10004)
	}
	g.gone = true
	d.dispatch("GUILD_DELETE", map[string]any{"id": g.id})
	return reply{status: 204}
}

func (d *Discord) getApplication(*http.Request, *Call) reply {
	return answer(200, map[string]any{
		"id": DiscordApp, "name": "editwatch", "icon": nil, "description": "", "summary": "", "type": nil, "is_monetized": false, "hook": true,
		"bot_public": true, "bot_require_code_grant": false, "verify_key": d.PublicKey, "flags": 0,
		"interactions_endpoint_url": nil, "interactions_version": 1, "redirect_uris": []string{}, "integration_types_config": map[string]any{"0": map[string]any{}},
		"owner": userJSON(DiscordAdmin), "team": nil, "bot": userJSON(DiscordBot), "approximate_guild_count": len(d.guilds), "storefront_available": false,
		"internal_guild_restriction": 1, "event_webhooks_status": 1, "explicit_content_filter": 0, "is_verified": false, "is_discoverable": false,
		"flags_new": "0", "role_connections_verification_url": nil, "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
		"eligible_oauth2_scopes": []string{},
	})
}

func userJSON(id string) map[string]any {
	names := map[string]string{DiscordBot: "editwatch", DiscordAdmin: "editor", DiscordMember: "reader"}
	name := names[id]
	if name == "" {
		name = "user" + id
	}
	u := map[string]any{
		"id": id, "username": name, "global_name": name, "discriminator": "0", "avatar": nil, "banner": nil, "accent_color": nil,
		"avatar_decoration_data": nil, "collectibles": nil, "display_name_styles": nil, "clan": nil, "primary_guild": nil, "public_flags": 0, "flags": 0,
	}
	if id == DiscordBot {
		u["bot"], u["discriminator"], u["mfa_enabled"], u["locale"], u["verified"], u["email"] = true, "1234", true, "en-US", true, nil
	}
	return u
}

func memberJSON(user string, permissions int64) map[string]any {
	roles := []string{}
	if user == DiscordBot {
		roles = []string{botRole}
	}
	return map[string]any{
		"user": userJSON(user), "nick": nil, "avatar": nil, "banner": nil, "roles": roles, "joined_at": stamp(time.Unix(1700000000, 0)), "premium_since": nil,
		"deaf": false, "mute": false, "pending": false, "flags": 0, "communication_disabled_until": nil, "permissions": strconv.FormatInt(permissions, 10),
	}
}

// botRole is the role that came with the bot.
const botRole = "900000000000000401"

func roles(guild string) []any {
	role := func(id, name string, p int64, position int, managed bool) map[string]any {
		return map[string]any{
			"id": id, "name": name, "description": nil, "color": 0, "colors": map[string]any{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil},
			"hoist": false, "icon": nil, "unicode_emoji": nil, "position": position,
			"permissions": strconv.FormatInt(p, 10), "managed": managed, "mentionable": false, "flags": 0,
		}
	}
	return []any{role(guild, "@everyone", PermReader, 0, false), role(botRole, "editwatch", PermBot, 1, true)}
}

func (d *Discord) channelsOf(guild string, threads bool) []any {
	var ids []string
	for id, c := range d.channels {
		if c.Guild == guild && c.thread() == threads {
			ids = append(ids, id)
		}
	}
	sort.Strings(ids)
	out := []any{}
	for _, id := range ids {
		out = append(out, d.channelJSON(d.channels[id]))
	}
	return out
}

func (d *Discord) guildJSON(g *guild, created bool) map[string]any {
	v := map[string]any{
		"id": g.id, "name": g.name, "icon": nil, "owner_id": DiscordAdmin, "roles": roles(g.id), "emojis": []any{}, "stickers": []any{}, "features": []string{"NEWS", "COMMUNITY"},
		"afk_timeout": 300, "verification_level": 1, "preferred_locale": "en-US", "premium_tier": 0, "nsfw_level": 0, "mfa_level": 0,
	}
	for _, k := range []string{
		"description", "home_header", "splash", "discovery_splash", "banner", "application_id", "afk_channel_id", "system_channel_id", "widget_channel_id",
		"vanity_url_code", "rules_channel_id", "safety_alerts_channel_id", "public_updates_channel_id", "incidents_data", "max_presences",
	} {
		v[k] = nil
	}
	for k, n := range map[string]int{
		"system_channel_flags": 0, "default_message_notifications": 1, "explicit_content_filter": 2, "max_members": 25000000,
		"max_stage_video_channel_users": 50, "max_video_channel_users": 25, "premium_subscription_count": 0,
	} {
		v[k] = n
	}
	v["region"], v["widget_enabled"], v["premium_progress_bar_enabled"], v["nsfw"] = "deprecated", false, false, false
	if created {
		v["unavailable"], v["joined_at"], v["large"], v["member_count"] = g.out, stamp(time.Unix(1700000000, 0)), false, 3
		v["channels"], v["threads"] = d.channelsOf(g.id, false), d.channelsOf(g.id, true)
		v["members"] = []any{memberJSON(DiscordBot, 0)}
		for _, k := range []string{"presences", "voice_states", "stage_instances", "guild_scheduled_events", "soundboard_sounds"} {
			v[k] = []any{}
		}
	}
	return v
}

// channelJSON renders a channel. What the bot may do there stands in an
// overwrite for it, so that the documented computation finds it.
func (d *Discord) channelJSON(c *Channel) map[string]any {
	v := map[string]any{"id": c.ID, "type": c.Type, "guild_id": c.Guild, "name": c.Name, "last_message_id": nil, "flags": 0, "rate_limit_per_user": 0, "parent_id": nil}
	if c.thread() {
		v["parent_id"], v["owner_id"], v["message_count"], v["member_count"], v["total_message_sent"] = c.Parent, DiscordBot, 0, 1, 0
		v["thread_metadata"] = map[string]any{
			"archived": c.Archived, "locked": c.Locked, "auto_archive_duration": 1440, "archive_timestamp": stamp(time.Now()), "create_timestamp": stamp(time.Now()),
		}
		return v
	}
	v["position"], v["topic"], v["nsfw"] = 0, nil, false
	v["permission_overwrites"] = []any{map[string]any{
		"id": DiscordBot, "type": 1, "allow": strconv.FormatInt(c.Permissions, 10), "deny": strconv.FormatInt((PermAll|PermBot)&^c.Permissions, 10),
	}}
	return v
}

// stamp is a time as Discord writes it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000+00:00") }
