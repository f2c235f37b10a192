package discord

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/editwatch/editwatch/internal/discord"
)

// Kinds of interactions:
// https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-interaction-type.
const (
	kindPing     = 1
	kindCommand  = 2
	kindPress    = 3
	kindComplete = 4
)

// An interaction is somebody's command, press of a button, or typing. Only what
// is needed is read of it, and nothing is taken to be there.
type interaction struct {
	ID          string               `json:"id"`
	Application string               `json:"application_id"`
	Kind        int                  `json:"type"`
	Token       string               `json:"token"`
	Guild       string               `json:"guild_id"`
	ChannelID   string               `json:"channel_id"`
	Channel     place                `json:"channel"`
	Mine        *discord.Permissions `json:"app_permissions"` // the bot's, in the channel
	Member      struct {
		User        person              `json:"user"`
		Permissions discord.Permissions `json:"permissions"`
	} `json:"member"`
	User person `json:"user"`
	Data struct {
		Name     string  `json:"name"`
		Kind     int     `json:"type"`
		Target   string  `json:"target_id"`
		CustomID string  `json:"custom_id"`
		Options  []given `json:"options"`
		Resolved struct {
			Channels    map[string]place           `json:"channels"`
			Roles       map[string]role            `json:"roles"`
			Messages    map[string]json.RawMessage `json:"messages"`
			Attachments map[string]attachment      `json:"attachments"`
		} `json:"resolved"`
	} `json:"data"`
	Message struct {
		Flags    int `json:"flags"`
		Metadata struct {
			User person `json:"user"`
		} `json:"interaction_metadata"`
		Interaction struct {
			Name string `json:"name"`
			User person `json:"user"`
		} `json:"interaction"`
	} `json:"message"`
}

type person struct {
	ID string `json:"id"`
}

// A place is a channel as an interaction tells of it.
type place struct {
	ID     string               `json:"id"`
	Kind   int                  `json:"type"`
	Name   string               `json:"name"`
	Parent string               `json:"parent_id"`
	Theirs discord.Permissions  `json:"permissions"` // the asker's
	Mine   *discord.Permissions `json:"app_permissions"`
}

// A role is one that was chosen in an option.
type role struct {
	Name        string `json:"name"`
	Mentionable bool   `json:"mentionable"` // by everybody
}

type attachment struct {
	Name string `json:"filename"`
	Size int64  `json:"size"`
	URL  string `json:"url"`
}

// A given is an option as somebody filled it in.
type given struct {
	Name    string          `json:"name"`
	Kind    int             `json:"type"`
	Value   json.RawMessage `json:"value"`
	Focused bool            `json:"focused"`
	Options []given         `json:"options"`
}

// text returns the value as text, whatever its type is.
func (g given) text() string {
	var s string
	if json.Unmarshal(g.Value, &s) == nil {
		return s
	}
	return strings.Trim(string(g.Value), `"`)
}

// asker is the ID of whoever did it.
func (i *interaction) asker() string {
	if i.Member.User.ID != "" {
		return i.Member.User.ID
	}
	return i.User.ID
}

// sub returns the subcommand's name, and what was given with it.
func (i *interaction) sub() (string, []given) {
	for _, o := range i.Data.Options {
		if o.Kind == optionSub {
			return o.Name, o.Options
		}
	}
	return "", nil
}

// here is the channel in which it was done.
func (i *interaction) here() place {
	p := i.Channel
	if p.ID == "" {
		p.ID = i.ChannelID
	}
	p.Theirs = i.Member.Permissions
	p.Mine = i.Mine
	return p
}

// private reports whether it is about a message that only the asker sees.
func (i *interaction) private() bool { return i.Message.Flags&discord.FlagEphemeral != 0 }

// seen remembers the newest interactions: the gateway tells of them again when
// it is resumed.
type seen struct {
	mu   sync.Mutex
	ring [256]string
	next int
	ids  map[string]bool
}

// add reports whether the ID is new.
func (s *seen) add(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = make(map[string]bool)
	}
	if s.ids[id] {
		return false
	}
	delete(s.ids, s.ring[s.next])
	s.ring[s.next], s.ids[id] = id, true
	s.next = (s.next + 1) % len(s.ring)
	return true
}
