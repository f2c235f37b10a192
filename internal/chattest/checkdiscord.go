package chattest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of messages: https://discord.com/developers/docs/resources/message.
// They stand here a second time on purpose: a check that shared the code it
// checks would share its mistakes.
const (
	maxContent     = 2000
	maxEmbeds      = 10
	maxTitle       = 256
	maxDescription = 4096
	maxFields      = 25
	maxFieldName   = 256
	maxFieldValue  = 1024
	maxFooter      = 2048
	maxAuthor      = 256
	maxEmbedText   = 6000
	maxURL         = 2048
	maxNonce       = 25
)

// Limits of components: https://discord.com/developers/docs/components/reference.
const (
	maxRows       = 5
	maxRowButtons = 5
	maxLabel      = 80
	maxCustomID   = 100
	maxButtonURL  = 512
	maxComponents = 40   // of a message with FlagComponentsV2
	maxDisplayed  = 4000 // characters of its text displays together
)

// Types of components.
const (
	componentRow     = 1
	componentButton  = 2
	componentDisplay = 10
)

// faults collects what is wrong with a body.
type faults []error

func (f *faults) say(format string, args ...any) { *f = append(*f, fmt.Errorf(format, args...)) }

// within says if a text is too long, or no text, and returns its length.
func (f *faults) within(what, s string, most int) int {
	n := utf8.RuneCountInString(strings.TrimSpace(s))
	if n > most {
		f.say("%s has %d characters, at most %d are allowed", what, n, most)
	}
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		f.say("%s is not text", what)
	}
	return n
}

func (f *faults) address(what, s string, most int) {
	if u, err := url.Parse(s); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(s) > most {
		f.say("%s is no address: %q", what, s)
	}
}

// CheckDiscord holds the body of a request to a route against Discord's
// documented limits, against Discord's own description where it is at hand
// ([OpenAPIVariable]), and against our rules: nothing may mention anyone but the
// roles and users named.
func CheckDiscord(route string, body []byte, mentions ...string) error {
	var f faults
	switch route {
	case CreateMessage, CreateFollowup, EditMessage, EditOriginal, EditFollowup:
		f.message(body, strings.HasPrefix(route, "PATCH"), mentions)
		if route == CreateMessage {
			f.nonce(body)
		}
	case CreateCallback:
		f.callback(body, mentions)
	case CreateThread, createOwnThread:
		var b struct{ Name string }
		json.Unmarshal(body, &b)
		if n := f.within("thread name", b.Name, 100); n == 0 {
			f.say("a thread needs a name")
		}
	case PutCommands, putGuildCommands:
		f.commands(body)
	default:
		return nil
	}
	if len(f) == 0 || json.Valid(body) {
		f = append(f, checkSchema(route, "", body))
	}
	return errors.Join(f...)
}

// discordBody is a message as Discord takes it.
type discordBody struct {
	Content         *string           `json:"content"`
	Embeds          []discordEmbed    `json:"embeds"`
	Components      []json.RawMessage `json:"components"`
	AllowedMentions *allowedMentions  `json:"allowed_mentions"`
	Flags           int               `json:"flags"`
	Poll            json.RawMessage   `json:"poll"`
}

type allowedMentions struct {
	Parse []string `json:"parse"`
	Users []string `json:"users"`
	Roles []string `json:"roles"`
}

type discordEmbed struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	Timestamp   string `json:"timestamp"`
	Color       int    `json:"color"`
	Footer      struct {
		Text string `json:"text"`
	} `json:"footer"`
	Author struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	} `json:"author"`
	Fields []struct{ Name, Value string } `json:"fields"`
}

func (f *faults) message(body []byte, edit bool, mentions []string) {
	var m discordBody
	if err := json.Unmarshal(body, &m); err != nil {
		f.say("read body: %w", err)
		return
	}
	content := ""
	if m.Content != nil {
		content = *m.Content
	}
	n := f.within("content", content, maxContent)
	v2 := m.Flags&FlagComponentsV2 != 0
	switch {
	case n == 0 && len(m.Embeds) == 0 && len(m.Components) == 0 && !edit:
		f.say("the message is empty")
	case n == 0 && m.Content != nil && m.Embeds != nil && len(m.Embeds) == 0 && m.Components != nil && len(m.Components) == 0 && edit:
		f.say("the message becomes empty")
	case v2 && (n > 0 || len(m.Embeds) > 0):
		f.say("content or embeds in a message of components")
	}
	f.embeds(m.Embeds)
	f.components(m.Components, v2)
	if !edit || m.Content != nil || v2 {
		f.quiet(m.AllowedMentions, content+texts(m.Components), mentions)
	}
}

func (f *faults) embeds(embeds []discordEmbed) {
	if len(embeds) > maxEmbeds {
		f.say("%d embeds", len(embeds))
	}
	total := 0
	for _, e := range embeds {
		size := f.within("title", e.Title, maxTitle) +
			f.within("description", e.Description, maxDescription) +
			f.within("footer", e.Footer.Text, maxFooter) +
			f.within("author", e.Author.Name, maxAuthor)
		for _, x := range e.Fields {
			size += f.within("field name", x.Name, maxFieldName) + f.within("field value", x.Value, maxFieldValue)
			if strings.TrimSpace(x.Name) == "" || strings.TrimSpace(x.Value) == "" {
				f.say("a field is empty")
			}
		}
		if size == 0 {
			f.say("an embed is empty")
		}
		total += size
		if len(e.Fields) > maxFields {
			f.say("%d fields", len(e.Fields))
		}
		if e.Color < 0 || e.Color > 0xFFFFFF {
			f.say("colour %d", e.Color)
		}
		if _, err := time.Parse(time.RFC3339, e.Timestamp); e.Timestamp != "" && err != nil {
			f.say("timestamp %q", e.Timestamp)
		}
		for what, s := range map[string]string{"url": e.URL, "author's url": e.Author.URL} {
			if s != "" {
				f.address(what, s, maxURL)
			}
		}
	}
	if total > maxEmbedText {
		f.say("the embeds have %d characters together, at most %d are allowed", total, maxEmbedText)
	}
}

var mentionMark = regexp.MustCompile(`<@[&!]?(\d+)>`)

// quiet says if a message may mention somebody whom it should not.
func (f *faults) quiet(a *allowedMentions, text string, mentions []string) {
	if a == nil || a.Parse == nil {
		f.say("somebody may be mentioned: allowed_mentions needs an empty parse")
		return
	}
	if len(a.Parse) > 0 {
		f.say("%v may be mentioned", a.Parse)
	}
	named := slices.Concat(a.Users, a.Roles)
	for _, id := range named {
		if !slices.Contains(mentions, id) {
			f.say("%s may be mentioned", id)
		}
	}
	if len(a.Users) > 100 || len(a.Roles) > 100 {
		f.say("too many mentions")
	}
	// A mention that is not allowed notifies nobody, but still looks like one.
	for _, m := range mentionMark.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(named, m[1]) {
			f.say("%s looks like a mention", m[0])
		}
	}
}

func (f *faults) nonce(body []byte) {
	var b struct {
		Nonce   json.RawMessage `json:"nonce"`
		Enforce bool            `json:"enforce_nonce"`
	}
	json.Unmarshal(body, &b)
	var s string
	if json.Unmarshal(b.Nonce, &s) != nil {
		s = string(b.Nonce) // a number will do
	}
	if utf8.RuneCountInString(s) > maxNonce {
		f.say("the nonce has more than %d characters", maxNonce)
	}
	if b.Enforce && s == "" {
		f.say("enforce_nonce without a nonce")
	}
}

// component is any component: they nest, and differ by their type.
type component struct {
	Type       int               `json:"type"`
	Style      int               `json:"style"`
	Label      string            `json:"label"`
	CustomID   string            `json:"custom_id"`
	URL        string            `json:"url"`
	Content    string            `json:"content"`
	Disabled   bool              `json:"disabled"`
	Emoji      json.RawMessage   `json:"emoji"`
	Options    []json.RawMessage `json:"options"`
	Components []json.RawMessage `json:"components"`
	Accessory  json.RawMessage   `json:"accessory"`
}

// flatten returns components and what is within them.
func flatten(raw []json.RawMessage) []component {
	var out []component
	for _, r := range raw {
		var c component
		if json.Unmarshal(r, &c) != nil {
			continue
		}
		out = append(out, c)
		out = append(out, flatten(c.Components)...)
		if len(c.Accessory) > 0 {
			out = append(out, flatten([]json.RawMessage{c.Accessory})...)
		}
	}
	return out
}

func texts(raw []json.RawMessage) string {
	var b strings.Builder
	for _, c := range flatten(raw) {
		b.WriteString("\n" + c.Content)
	}
	return b.String()
}

func (f *faults) components(raw []json.RawMessage, v2 bool) {
	all := flatten(raw)
	if v2 && len(all) > maxComponents {
		f.say("%d components, at most %d are allowed", len(all), maxComponents)
	}
	if !v2 && len(raw) > maxRows {
		f.say("%d rows, at most %d are allowed", len(raw), maxRows)
	}
	for _, r := range raw {
		var c component
		if json.Unmarshal(r, &c) != nil || !v2 && c.Type != componentRow {
			f.say("a component of type %d outside of a row", c.Type)
		}
	}
	ids := make(map[string]bool)
	shown := 0
	for _, c := range all {
		switch c.Type {
		case componentRow:
			if len(c.Components) == 0 || len(c.Components) > maxRowButtons {
				f.say("%d components in a row", len(c.Components))
			}
		case componentButton:
			f.button(c)
		case componentDisplay:
			if n := f.within("text display", c.Content, maxDisplayed); n == 0 {
				f.say("a text display is empty")
			} else {
				shown += n
			}
		}
		if len(c.Options) > 25 {
			f.say("%d options in a select", len(c.Options))
		}
		if c.CustomID != "" {
			if ids[c.CustomID] {
				f.say("two components with custom_id %q", c.CustomID)
			}
			ids[c.CustomID] = true
			f.within("custom_id", c.CustomID, maxCustomID)
		}
	}
	if shown > maxDisplayed {
		f.say("text displays have %d characters together, at most %d are allowed", shown, maxDisplayed)
	}
}

// buttonLink is the style of a button that opens an address.
const buttonLink = 5

func (f *faults) button(c component) {
	if n := f.within("button label", c.Label, maxLabel); n == 0 && len(c.Emoji) == 0 {
		f.say("a button says nothing")
	}
	switch {
	case c.Style < 1 || c.Style > 6:
		f.say("a button of style %d", c.Style)
	case c.Style == buttonLink:
		f.address("button", c.URL, maxButtonURL)
		if c.CustomID != "" {
			f.say("a link button with a custom_id")
		}
	case c.CustomID == "" || c.URL != "":
		f.say("a button needs a custom_id and no url")
	}
}

// callback holds the first answer to an interaction against the rules:
// https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object.
func (f *faults) callback(body []byte, mentions []string) {
	var b struct {
		Type int
		Data json.RawMessage
	}
	if err := json.Unmarshal(body, &b); err != nil {
		f.say("read body: %w", err)
		return
	}
	switch b.Type {
	case 1, 6, 9:
	case 4, 7:
		f.message(b.Data, b.Type == 7, mentions)
	case 5:
		var d map[string]json.RawMessage
		json.Unmarshal(b.Data, &d)
		delete(d, "flags")
		for name, v := range d {
			if s := string(v); s != "null" && s != `""` && s != "[]" && s != "false" && name != "allowed_mentions" {
				f.say("a deferred answer with %s", name)
			}
		}
	case 8:
		var d struct{ Choices []Choice }
		json.Unmarshal(b.Data, &d)
		if len(d.Choices) > 25 {
			f.say("%d choices, at most 25 are allowed", len(d.Choices))
		}
		for _, c := range d.Choices {
			if n := f.within("choice", c.Name, 100); n == 0 {
				f.say("a choice says nothing")
			}
			if s, ok := c.Value.(string); ok && (f.within("choice's value", s, 100) == 0) {
				f.say("a choice has no value")
			}
		}
	default:
		f.say("an answer of type %d", b.Type)
	}
}

// commandName is https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-naming.
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

func (f *faults) commands(body []byte) {
	var list []command
	if err := json.Unmarshal(body, &list); err != nil {
		f.say("read commands: %w", err)
		return
	}
	names, kinds := make(map[string]bool), make(map[int]int)
	for _, c := range list {
		kinds[c.kind()]++
		if k := fmt.Sprint(c.kind(), c.Name); names[k] {
			f.say("two commands %s", c.Name)
		} else {
			names[k] = true
		}
		size := 0
		if c.kind() == 1 {
			size = f.command(c, 0)
		} else if c.Description != "" || len(c.Options) > 0 || f.within("command name", c.Name, 32) == 0 {
			f.say("the action %q needs a name, and neither description nor options", c.Name)
		}
		if size > 8000 {
			f.say("%s has %d characters in all, at most 8000 are allowed", c.Name, size)
		}
	}
	if kinds[1] > 100 || kinds[2] > 15 || kinds[3] > 15 {
		f.say("too many commands: %v", kinds)
	}
}

// command checks a slash command or an option, and returns its size.
func (f *faults) command(c command, depth int) int {
	if !commandName.MatchString(c.Name) || strings.ToLower(c.Name) != c.Name {
		f.say("no name of a command: %q", c.Name)
	}
	size := utf8.RuneCountInString(c.Name) + f.within("description of "+c.Name, c.Description, 100)
	if strings.TrimSpace(c.Description) == "" {
		f.say("%s has no description", c.Name)
	}
	if len(c.Options) > 25 || len(c.Choices) > 25 {
		f.say("%s has too many options or choices", c.Name)
	}
	if len(c.Choices) > 0 && c.Complete {
		f.say("%s has both choices and autocomplete", c.Name)
	}
	if c.Complete && c.Type != optionString && c.Type != optionInteger && c.Type != optionNumber {
		f.say("%s cannot have autocomplete", c.Name)
	}
	for _, x := range c.Choices {
		size += f.within("choice of "+c.Name, x.Name, 100) + utf8.RuneCountInString(fmt.Sprint(x.Value))
	}
	names, subs, optional := make(map[string]bool), 0, false
	for _, o := range c.Options {
		if names[o.Name] {
			f.say("%s has two options %s", c.Name, o.Name)
		}
		names[o.Name] = true
		if o.Type == optionSub || o.Type == optionGroup {
			subs++
			if depth > 1 || depth == 1 && o.Type == optionGroup {
				f.say("%s nests too deep", o.Name)
			}
		} else if o.Required && optional {
			f.say("%s: required options come first", c.Name)
		} else {
			optional = optional || !o.Required
		}
		size += f.command(o, depth+1)
	}
	if subs > 0 && subs < len(c.Options) {
		f.say("%s has subcommands and options", c.Name)
	}
	return size
}
