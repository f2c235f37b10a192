package chattest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// command is a registered application command, or an option of one.
type command struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Type        int         `json:"type"`
	Description string      `json:"description"`
	Permissions *mask       `json:"default_member_permissions"`
	Contexts    *[]int      `json:"contexts"`
	Installs    *[]int      `json:"integration_types"`
	Options     []command   `json:"options"`
	Required    bool        `json:"required"`
	Choices     []choice    `json:"choices"`
	Complete    bool        `json:"autocomplete"`
	Min         json.Number `json:"min_value"`
	Max         json.Number `json:"max_value"`
	MinLength   *int        `json:"min_length"`
	MaxLength   *int        `json:"max_length"`
}

// mask is a set of permissions, which Discord lists as a string. Its
// description wants a number in requests, its documentation a string.
type mask string

func (m *mask) UnmarshalJSON(b []byte) error {
	*m = mask(strings.Trim(string(b), `"`))
	return nil
}

type choice struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

// Types of options: https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-type.
const (
	optionSub        = 1
	optionGroup      = 2
	optionString     = 3
	optionInteger    = 4
	optionBoolean    = 5
	optionUser       = 6
	optionChannel    = 7
	optionRole       = 8
	optionAttachment = 11
	optionNumber     = 10
)

// kind is a command's type, which is 1 where it is not said.
func (c command) kind() int { return max(c.Type, 1) }

// maxCreates is how many commands may be made in a day:
// https://discord.com/developers/docs/interactions/application-commands#registering-a-command.
const maxCreates = 200

func (d *Discord) putCommands(r *http.Request, call *Call) reply {
	if r.PathValue("application_id") != DiscordApp {
		return refuse(403, 50001)
	}
	guild := r.PathValue("guild_id")
	var given []map[string]any
	dec := json.NewDecoder(bytes.NewReader(call.Body))
	dec.UseNumber()
	if err := dec.Decode(&given); err != nil {
		return refuse(400, 50035)
	}
	old := make(map[string]map[string]any)
	for _, raw := range d.commands[guild] {
		var v map[string]any
		json.Unmarshal(raw, &v)
		old[key(v)] = v
	}
	creates := 0
	var kept []json.RawMessage
	for _, v := range given {
		full := map[string]any{
			"application_id": DiscordApp, "type": 1, "description": "", "default_member_permissions": nil, "dm_permission": true, "contexts": nil,
			"integration_types": []int{0}, "nsfw": false, "name_localizations": nil, "description_localizations": nil,
		}
		for k, x := range tidy(v).(map[string]any) {
			full[k] = x
		}
		if n, ok := full["default_member_permissions"].(json.Number); ok {
			full["default_member_permissions"] = n.String()
		}
		if was, ok := old[key(full)]; ok {
			full["id"] = was["id"]
		} else {
			full["id"] = d.id()
			creates++
		}
		full["version"] = d.id()
		if guild != "" {
			full["guild_id"] = guild
		}
		b, err := json.Marshal(full)
		if err != nil {
			panic(err) // it came out of JSON
		}
		kept = append(kept, b)
	}
	if d.creates+creates > maxCreates {
		return refuse(429, 30034)
	}
	d.creates += creates
	d.commands[guild] = kept
	d.touch()
	return d.listCommands(guild)
}

// tidy leaves out of a command what Discord leaves out when it lists commands:
// what says nothing, at any depth. So nothing comes back as it was sent.
func tidy(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any)
		for k, x := range v {
			x = tidy(x)
			list, isList := x.([]any)
			if x == nil || isList && len(list) == 0 || x == false && (k == "required" || k == "autocomplete") {
				continue
			}
			out[k] = x
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = tidy(x)
		}
		return out
	}
	return v
}

func (d *Discord) getCommands(r *http.Request, _ *Call) reply {
	if r.PathValue("application_id") != DiscordApp {
		return refuse(403, 50001)
	}
	return d.listCommands(r.PathValue("guild_id"))
}

func (d *Discord) listCommands(guild string) reply {
	if d.commands[guild] == nil {
		return answer(200, []any{})
	}
	return answer(200, d.commands[guild])
}

// key is what makes a command the same one: its name and type.
func key(v map[string]any) string {
	b, err := json.Marshal([]any{v["name"], v["type"]})
	if err != nil {
		panic(err) // it came out of JSON
	}
	return string(b)
}

// Commands returns the registered commands' names, with guild or global ("").
func (d *Discord) Commands(guild string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for _, c := range d.registered(guild) {
		out = append(out, c.Name)
	}
	return out
}

// CommandCreates returns how many commands were made, of the 200 a day.
func (d *Discord) CommandCreates() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.creates
}

func (d *Discord) registered(guild string) []command {
	var out []command
	for _, raw := range d.commands[guild] {
		var c command
		json.Unmarshal(raw, &c)
		out = append(out, c)
	}
	return out
}

// lookup waits for a command to be registered.
func (d *Discord) lookup(guild, name string, kind int) (found command, ok bool) {
	d.t.Helper()
	ok = d.wait("the command "+name+" to be registered", func() bool {
		for _, g := range []string{guild, ""} {
			for _, c := range d.registered(g) {
				if c.Name == name && c.kind() == kind {
					found = c
					return true
				}
			}
		}
		return false
	})
	return found, ok
}

// tokenLife is how long an interaction's token is good, and promptly how long
// for the first answer:
// https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages.
const (
	tokenLife = 15 * time.Minute
	promptly  = 3 * time.Second
)
