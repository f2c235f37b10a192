package chattest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Asker is who uses the bot, and where.
type Asker struct {
	User, Guild, Channel string
	Permissions          int64 // the asker's in the channel
}

// Admin is [DiscordAdmin] in a channel of [DiscordGuild].
func Admin(channel string) Asker { return Asker{DiscordAdmin, DiscordGuild, channel, PermAll} }

// Reader is [DiscordMember] in a channel of [DiscordGuild].
func Reader(channel string) Asker { return Asker{DiscordMember, DiscordGuild, channel, PermReader} }

// An Option is one given with a slash command. Value is what its type takes: a
// string (also the ID of a user, role or channel), a number or a bool. The one
// being typed is Focused, in [Discord.Complete].
type Option struct {
	Name    string
	Value   any
	Focused bool
}

// An Interaction is one that a [Discord] sent to the bot.
type Interaction struct {
	ID, Token string
	Type      int // 2 command, 3 component, 4 autocomplete
	Asker     Asker
	At        time.Time

	d        *Discord
	answered time.Time // the first answer
	kind     int       // of the first answer
	choices  []Choice
	pressed  *Message
	original *Message
	edited   bool // original says something
	follow   []*Message
	status   int // of the HTTP answer, if it went to an endpoint
}

// A Choice is one suggested by autocomplete.
type Choice struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

// An InteractionAnswer is how the bot answered an interaction.
type InteractionAnswer struct {
	Kind     int           // of the first answer: 4 message, 5 deferred, 6 deferred update, 7 update, 8 choices, 9 modal
	After    time.Duration // from the interaction to the first answer
	Message  Message       // what the asker reads
	Choices  []Choice
	Followup []Message
}

// Slash uses a slash command, such as "edits history", as a person would: it
// must be registered, and is held against its registration.
func (d *Discord) Slash(a Asker, path string, options ...Option) *Interaction {
	d.t.Helper()
	return d.command(a, 2, path, options)
}

// Complete asks for suggestions while a slash command is being typed.
func (d *Discord) Complete(a Asker, path string, options ...Option) *Interaction {
	d.t.Helper()
	return d.command(a, 4, path, options)
}

// MayUse reports whether Discord offers a root command to the asker, by the
// default permissions it was registered with.
func (d *Discord) MayUse(a Asker, root string) bool {
	d.t.Helper()
	c, ok := d.lookup(a.Guild, root, 1)
	return ok && offered(c, a)
}

func offered(c command, a Asker) bool {
	if c.Permissions == nil || a.Permissions&PermAdministrator != 0 {
		return true
	}
	need, err := strconv.ParseInt(string(*c.Permissions), 10, 64)
	return err == nil && need != 0 && a.Permissions&need == need
}

func (d *Discord) command(a Asker, kind int, path string, options []Option) *Interaction {
	d.t.Helper()
	words := strings.Fields(path)
	root, ok := d.lookup(a.Guild, words[0], 1)
	if !ok {
		d.t.FailNow()
	}
	if !offered(root, a) {
		d.t.Errorf("chattest: Discord does not offer /%s to %s, see MayUse", words[0], a.User)
	}
	resolved := make(map[string]map[string]any)
	at := root
	for _, w := range words[1:] {
		next, ok := at.option(w)
		if !ok || next.Type != optionSub && next.Type != optionGroup {
			d.t.Fatalf("chattest: /%s has no subcommand %q", at.Name, w)
		}
		at = next
	}
	given := []any{}
	for _, o := range options {
		def, ok := at.option(o.Name)
		if !ok {
			d.t.Fatalf("chattest: /%s has no option %q", path, o.Name)
		}
		if kind == 2 {
			if err := def.accepts(o.Value); err != nil {
				d.t.Fatalf("chattest: /%s %s: %v", path, o.Name, err)
			}
		} else if o.Focused && !def.Complete {
			d.t.Fatalf("chattest: /%s: %s has no autocomplete", path, o.Name)
		}
		v := map[string]any{"name": o.Name, "type": def.Type, "value": o.Value}
		if o.Focused {
			v["focused"] = true
		}
		given = append(given, v)
		d.resolve(resolved, def.Type, fmt.Sprint(o.Value), a)
	}
	for _, def := range at.Options {
		if def.Required && kind == 2 && !has(options, def.Name) {
			d.t.Fatalf("chattest: /%s needs the option %q", path, def.Name)
		}
	}
	for i := len(words) - 1; i > 0; i-- {
		t := optionSub
		if i < len(words)-1 {
			t = optionGroup
		}
		given = []any{map[string]any{"name": words[i], "type": t, "options": given}}
	}
	data := map[string]any{"id": root.ID, "name": root.Name, "type": 1, "options": given}
	if len(resolved) > 0 {
		data["resolved"] = resolved
	}
	return d.ask(a, kind, data, nil)
}

func (c command) option(name string) (command, bool) {
	for _, o := range c.Options {
		if o.Name == name {
			return o, true
		}
	}
	return command{}, false
}

func has(options []Option, name string) bool {
	for _, o := range options {
		if o.Name == name {
			return true
		}
	}
	return false
}

// accepts reports why Discord's client would not let a value be sent.
func (c command) accepts(v any) error {
	ok := false
	switch c.Type {
	case optionString, optionUser, optionChannel, optionRole, optionAttachment:
		_, ok = v.(string)
	case optionInteger:
		_, ok = v.(int)
	case optionNumber:
		_, ok = v.(float64)
	case optionBoolean:
		_, ok = v.(bool)
	}
	if !ok {
		return fmt.Errorf("%v is not of type %d", v, c.Type)
	}
	if len(c.Choices) == 0 {
		return nil
	}
	for _, x := range c.Choices {
		if fmt.Sprint(x.Value) == fmt.Sprint(v) {
			return nil
		}
	}
	return fmt.Errorf("%v is none of its choices", v)
}

// resolve adds what an option's value names.
func (d *Discord) resolve(into map[string]map[string]any, kind int, id string, a Asker) {
	add := func(what string, v any) {
		if into[what] == nil {
			into[what] = make(map[string]any)
		}
		into[what][id] = v
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch kind {
	case optionUser:
		add("users", userJSON(id))
	case optionRole:
		add("roles", map[string]any{"id": id, "name": "role" + id, "color": 0, "hoist": false, "position": 1, "permissions": "0", "managed": false, "mentionable": !slices.Contains(d.guarded, id), "flags": 0})
	case optionAttachment:
		f := d.files[id]
		add("attachments", map[string]any{"id": id, "filename": f.Name, "size": len(f.Data), "url": d.URL + "/attachments/" + id, "proxy_url": d.URL + "/attachments/" + id})
	case optionChannel:
		if c := d.channels[id]; c != nil {
			add("channels", map[string]any{"id": id, "name": c.Name, "type": c.Type, "permissions": fmt.Sprint(a.Permissions), "app_permissions": fmt.Sprint(d.may(c)), "parent_id": nil})
		}
	}
}

// MessageAction uses a message command on a message, by its ID.
func (d *Discord) MessageAction(a Asker, name, message string) *Interaction {
	d.t.Helper()
	c, ok := d.lookup(a.Guild, name, 3)
	if !ok {
		d.t.FailNow()
	}
	d.mu.Lock()
	m := d.message("", message)
	if m == nil {
		d.mu.Unlock()
		d.t.Fatalf("chattest: there is no message %s", message)
	}
	target := d.messageJSON(m)
	d.mu.Unlock()
	return d.ask(a, 2, map[string]any{
		"id": c.ID, "name": c.Name, "type": 3, "target_id": message, "resolved": map[string]any{"messages": map[string]any{message: target}},
	}, nil)
}

// Press presses the button with a label on a message, as it stands now.
func (d *Discord) Press(a Asker, m Message, label string) *Interaction {
	d.t.Helper()
	for _, b := range m.Buttons() {
		if b.Label == label && b.URL == "" {
			if b.Disabled {
				d.t.Fatalf("chattest: the button %q is disabled", label)
			}
			return d.PressID(a, m.ID, b.CustomID)
		}
	}
	d.t.Fatalf("chattest: no button %q on: %s", label, m.Text())
	return nil
}

// PressID presses a button by its custom_id, whether the message still has it or
// not: old messages linger on screens.
func (d *Discord) PressID(a Asker, message, customID string) *Interaction {
	d.t.Helper()
	d.mu.Lock()
	m := d.message("", message)
	if m == nil {
		d.mu.Unlock()
		d.t.Fatalf("chattest: there is no message %s", message)
	}
	on := d.messageJSON(m)
	d.mu.Unlock()
	i := d.ask(a, 3, map[string]any{"custom_id": customID, "component_type": componentButton, "id": 1}, on)
	return i
}

// ask sends an interaction.
func (d *Discord) ask(a Asker, kind int, data any, on map[string]any) *Interaction {
	d.t.Helper()
	d.mu.Lock()
	toEndpoint := d.endpoint.url != ""
	d.mu.Unlock()
	if !toEndpoint && !d.wait("a session of the gateway", func() bool { return len(d.gateway.sessions) > 0 }) {
		d.t.FailNow()
	}
	d.mu.Lock()
	i := &Interaction{ID: d.id(), Type: kind, Asker: a, At: time.Now(), d: d}
	i.Token = "aW50ZXJhY3Rpb246" + i.ID
	d.asked[i.Token] = i
	v := map[string]any{
		"id": i.ID, "application_id": DiscordApp, "type": kind, "token": i.Token, "version": 1, "data": data, "context": 0,
		"channel_id": a.Channel, "guild_id": a.Guild, "guild": map[string]any{"id": a.Guild, "locale": "en-US", "features": []string{}},
		"member": memberJSON(a.User, a.Permissions), "locale": "en-GB", "guild_locale": "en-US", "entitlements": []any{}, "attachment_size_limit": 10485760,
		"authorizing_integration_owners": map[string]any{"0": a.Guild},
	}
	if c := d.channels[a.Channel]; c != nil {
		v["app_permissions"] = fmt.Sprint(d.may(c))
		v["channel"] = map[string]any{"id": c.ID, "name": c.Name, "type": c.Type, "guild_id": c.Guild, "permissions": fmt.Sprint(a.Permissions), "flags": 0}
	}
	if on != nil {
		v["message"] = on
		i.pressed = d.message("", on["id"].(string))
	}
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own values always marshal
	}
	if !toEndpoint {
		d.dispatch("INTERACTION_CREATE", json.RawMessage(body))
	}
	d.mu.Unlock()
	if toEndpoint {
		d.gateway.running.Go(func() { d.deliver(i, body) })
	}
	return i
}

// Answer waits for the bot's answer, which must come within 3 seconds (a
// deferred one is filled in later), and fails the test if it does not.
func (i *Interaction) Answer() InteractionAnswer {
	i.d.t.Helper()
	ok := i.d.wait(fmt.Sprintf("the answer to interaction %s", i.ID), func() bool {
		switch i.kind {
		case 0:
			return false
		case 5:
			return i.edited
		case 6:
			return i.edited || len(i.follow) > 0
		}
		return true
	})
	i.d.mu.Lock()
	defer i.d.mu.Unlock()
	a := InteractionAnswer{Kind: i.kind, Choices: i.choices, After: i.answered.Sub(i.At)}
	if i.original != nil {
		a.Message = *i.original
	}
	for _, m := range i.follow {
		a.Followup = append(a.Followup, *m)
	}
	if i.kind == 6 && !i.edited && ok {
		a.Message = a.Followup[0]
	}
	return a
}

// Unanswered reports whether the bot said nothing yet.
func (i *Interaction) Unanswered() bool {
	i.d.mu.Lock()
	defer i.d.mu.Unlock()
	return i.kind == 0
}
