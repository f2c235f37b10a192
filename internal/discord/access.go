package discord

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/safehttp"
)

// IsID reports whether s looks like one of Discord's IDs.
func IsID(s string) bool {
	_, ok := snowflake(s)
	return ok
}

func snowflake(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil && s[0] != '0' && s[0] != '+'
}

// An anyString is a JSON string, a number, or nothing.
type anyString string

func (a *anyString) UnmarshalJSON(b []byte) error {
	s := string(b)
	if s == "null" {
		return nil
	}
	if strings.HasPrefix(s, `"`) {
		return json.Unmarshal(b, (*string)(a))
	}
	*a = anyString(s)
	return nil
}

// Permissions are what somebody may do in a place:
// https://discord.com/developers/docs/topics/permissions.
type Permissions uint64

// Permissions that decisions depend on.
const (
	Administrator         Permissions = 1 << 3
	ManageChannels        Permissions = 1 << 4
	ManageServer          Permissions = 1 << 5
	ViewChannel           Permissions = 1 << 10
	SendMessages          Permissions = 1 << 11
	ManageMessages        Permissions = 1 << 13
	EmbedLinks            Permissions = 1 << 14
	ReadMessageHistory    Permissions = 1 << 16
	MentionEveryone       Permissions = 1 << 17
	CreatePublicThreads   Permissions = 1 << 35
	SendMessagesInThreads Permissions = 1 << 38
)

// all is what an administrator and a server's owner may do.
const all = ^Permissions(0)

var permissionNames = []struct {
	bit  Permissions
	name string
}{
	{ViewChannel, "View Channel"},
	{SendMessages, "Send Messages"},
	{EmbedLinks, "Embed Links"},
	{ReadMessageHistory, "Read Message History"},
	{CreatePublicThreads, "Create Public Threads"},
	{SendMessagesInThreads, "Send Messages in Threads"},
	{ManageChannels, "Manage Channels"},
	{ManageServer, "Manage Server"},
	{ManageMessages, "Manage Messages"},
	{MentionEveryone, "Mention @everyone, @here and All Roles"},
}

// Has reports whether p holds all of want. An administrator has everything.
func (p Permissions) Has(want Permissions) bool {
	return p&Administrator != 0 || p&want == want
}

// Missing names the permissions of want that p lacks, as Discord's settings name
// them.
func (p Permissions) Missing(want Permissions) []string {
	var names []string
	for _, n := range permissionNames {
		if want&n.bit != 0 && !p.Has(n.bit) {
			names = append(names, n.name)
		}
	}
	return names
}

// Name returns what Discord's settings call a single permission.
func (p Permissions) Name() string { return brief.List(Permissions(0).Missing(p)) }

// UnmarshalJSON reads permissions written as a string, which is how the API
// writes them, or as a number.
func (p *Permissions) UnmarshalJSON(b []byte) error {
	var s anyString
	if err := s.UnmarshalJSON(b); err != nil {
		return err
	}
	n, err := strconv.ParseUint(string(s), 10, 64)
	if err != nil {
		n = 0 // absent, or beyond what is known here: nothing is granted
	}
	*p = Permissions(n)
	return nil
}

// Postable reports whether messages can be posted into channels of a kind: text,
// voice, announcement and stage channels, and threads. Forums and the like hold
// only threads.
func Postable(kind int) bool {
	switch kind {
	case KindText, 2, KindAnnouncement, KindAnnouncementThread, KindPublicThread, KindPrivateThread, 13:
		return true
	}
	return false
}

// Kinds of channels: https://discord.com/developers/docs/resources/channel#channel-object-channel-types.
const (
	KindText               = 0
	KindAnnouncement       = 5
	KindAnnouncementThread = 10
	KindPublicThread       = 11
	KindPrivateThread      = 12
)

// A Channel is a place in a server.
type Channel struct {
	ID         string      `json:"id"`
	Kind       int         `json:"type"`
	Guild      string      `json:"guild_id"`
	Name       string      `json:"name"`
	Parent     string      `json:"parent_id"`
	Overwrites []Overwrite `json:"permission_overwrites"`
}

// Thread reports whether the channel is a thread.
func (c Channel) Thread() bool {
	return c.Kind == KindAnnouncementThread || c.Kind == KindPublicThread || c.Kind == KindPrivateThread
}

// An Overwrite changes what a role or a member may do in a channel.
type Overwrite struct {
	ID    string      `json:"id"`
	Kind  int         `json:"type"` // 0: role, 1: member
	Allow Permissions `json:"allow"`
	Deny  Permissions `json:"deny"`
}

// A Bot is who the session speaks for.
type Bot struct {
	Application string // its ID; commands belong to it
	User        string // its ID; messages are from it
	Name        string
}

// Tell sends a person a message of their own. People may refuse those. Errors
// are [*Problem].
func (s *Session) Tell(ctx context.Context, person string, m Message) error {
	var dm Channel
	err := s.do(ctx, "POST", "/users/@me/channels", map[string]string{"recipient_id": person}, &dm)
	if err != nil {
		return err
	}
	_, err = s.Post(ctx, dm.ID, m)
	return err
}

// Channel returns a channel. Errors are [*Problem].
func (s *Session) Channel(ctx context.Context, id string) (Channel, error) {
	var c Channel
	err := s.do(ctx, "GET", at("channels", id), nil, &c)
	return c, err
}

// Guild looks whether the bot is in a server. Errors are [*Problem].
func (s *Session) Guild(ctx context.Context, id string) error {
	return s.do(ctx, "GET", at("guilds", id), nil, nil)
}

// Attachment returns a file that came with an interaction, of at most most
// bytes. Its address is Discord's word; no token goes there. Errors are
// [*Problem].
func (s *Session) Attachment(ctx context.Context, address string, most int64) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, &Problem{reason: "the file's address is not one"}
	}
	req.Header.Set("User-Agent", userAgent)
	resp, err := s.web.Do(req)
	if err != nil {
		return nil, problem(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, &Problem{Status: resp.StatusCode}
	}
	data, err := safehttp.ReadAll(resp.Body, most)
	return data, problem(err)
}

// Who returns whom the session speaks for, and so checks the token. It asks
// once. Errors are [*Problem].
func (s *Session) Who(ctx context.Context) (Bot, error) {
	s.mu.Lock()
	bot, dead := s.bot, s.dead
	s.mu.Unlock()
	if dead != nil {
		return Bot{}, &Problem{Status: http.StatusUnauthorized, cause: dead}
	}
	if bot.Application != "" && bot.User != "" {
		return bot, nil
	}
	var user struct{ ID, Username string }
	if err := s.do(ctx, "GET", "/users/@me", nil, &user); err != nil {
		return Bot{}, err
	}
	bot = Bot{User: user.ID, Name: user.Username}
	// What stands where has changed over the years, and compatible servers know
	// one or the other.
	for _, path := range []string{"/applications/@me", "/oauth2/applications/@me"} {
		var app struct{ ID string }
		err := s.do(ctx, "GET", path, nil, &app)
		if err == nil && app.ID != "" {
			bot.Application = app.ID
			break
		}
		if p, ok := err.(*Problem); ok && p.Status != 404 && p.Status != 405 {
			return Bot{}, err
		}
	}
	if bot.Application == "" {
		bot.Application = bot.User // they are the same for all bots made since 2016
	}
	s.setBot(bot)
	return bot, nil
}

func (s *Session) setBot(b Bot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bot = b
}

// Allowed returns what the bot may do in a channel, by
// https://discord.com/developers/docs/topics/permissions#permission-overwrites.
// Of a thread it tells what holds in the channel it is in. Errors are
// [*Problem].
func (s *Session) Allowed(ctx context.Context, c Channel) (Permissions, error) {
	bot, err := s.Who(ctx)
	if err != nil {
		return 0, err
	}
	if c.Thread() && c.Parent != "" {
		if c, err = s.Channel(ctx, c.Parent); err != nil {
			return 0, err
		}
	}
	var guild struct {
		Owner string `json:"owner_id"`
		Roles []struct {
			ID          string      `json:"id"`
			Permissions Permissions `json:"permissions"`
		} `json:"roles"`
	}
	if err := s.do(ctx, "GET", at("guilds", c.Guild), nil, &guild); err != nil {
		return 0, err
	}
	if guild.Owner == bot.User {
		return all, nil
	}
	var member struct {
		Roles []string `json:"roles"`
	}
	if err := s.do(ctx, "GET", at("guilds", c.Guild, "members", bot.User), nil, &member); err != nil {
		return 0, err
	}
	mine := map[string]bool{c.Guild: true} // the role of everyone has the server's ID
	for _, r := range member.Roles {
		mine[r] = true
	}
	var base Permissions
	for _, r := range guild.Roles {
		if mine[r.ID] {
			base |= r.Permissions
		}
	}
	return overwritten(base, c, mine, bot.User), nil
}

// overwritten applies a channel's overwrites: everyone's, then those of the
// roles together, then the member's.
func overwritten(p Permissions, c Channel, roles map[string]bool, member string) Permissions {
	if p&Administrator != 0 {
		return all
	}
	var allow, deny, memberAllow, memberDeny Permissions
	for _, o := range c.Overwrites {
		switch {
		case o.ID == c.Guild:
			p = p&^o.Deny | o.Allow
		case o.ID == member:
			memberAllow, memberDeny = o.Allow, o.Deny
		case roles[o.ID]:
			allow, deny = allow|o.Allow, deny|o.Deny
		}
	}
	p = p&^deny | allow
	p = p&^memberDeny | memberAllow
	if p&ViewChannel == 0 {
		return 0 // without it nothing else counts
	}
	return p
}
