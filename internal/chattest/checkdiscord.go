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
