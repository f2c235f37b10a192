package notifytest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/editwatch/editwatch/internal/discord"
)

// discordBody is a message as Discord's webhooks take it.
type discordBody struct {
	Content         *string           `json:"content"`
	Embeds          []discordEmbed    `json:"embeds"`
	Components      []json.RawMessage `json:"components"`
	AllowedMentions *struct {
		Parse []string `json:"parse"`
		Users []string `json:"users"`
		Roles []string `json:"roles"`
	} `json:"allowed_mentions"`
	Flags int `json:"flags"`
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

// CheckDiscord holds the body of a message against Discord's documented limits
// (https://discord.com/developers/docs/resources/message), and against ours:
// nothing may mention anyone.
func CheckDiscord(body []byte) error {
	var m discordBody
	if err := json.Unmarshal(body, &m); err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	var errs []error
	say := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	within := func(what, s string, most int) int {
		n := utf8.RuneCountInString(strings.TrimSpace(s))
		if n > most {
			say("%s has %d characters, at most %d are allowed", what, n, most)
		}
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			say("%s is not text", what)
		}
		return n
	}
	address := func(what, s string) {
		if s == "" {
			return
		}
		if u, err := url.Parse(s); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(s) > discord.MaxURL {
			say("%s is no address: %q", what, s)
		}
	}

	content := ""
	if m.Content != nil {
		content = *m.Content
	}
	n := within("content", content, discord.MaxContent)
	if n == 0 && len(m.Embeds) == 0 && len(m.Components) == 0 {
		say("the message is empty")
	}
	if len(m.Embeds) > discord.MaxEmbeds {
		say("%d embeds", len(m.Embeds))
	}
	total := 0
	for _, e := range m.Embeds {
		size := within("title", e.Title, discord.MaxTitle) +
			within("description", e.Description, discord.MaxDescription) +
			within("footer", e.Footer.Text, discord.MaxFooter) +
			within("author", e.Author.Name, discord.MaxAuthor)
		for _, f := range e.Fields {
			size += within("field name", f.Name, discord.MaxFieldName) + within("field value", f.Value, discord.MaxFieldValue)
			if strings.TrimSpace(f.Name) == "" || strings.TrimSpace(f.Value) == "" {
				say("a field is empty")
			}
		}
		if size == 0 {
			say("an embed is empty")
		}
		total += size
		if len(e.Fields) > discord.MaxFields {
			say("%d fields", len(e.Fields))
		}
		if e.Color < 0 || e.Color > 0xFFFFFF {
			say("colour %d", e.Color)
		}
		if _, err := time.Parse(time.RFC3339, e.Timestamp); e.Timestamp != "" && err != nil {
			say("timestamp %q", e.Timestamp)
		}
		address("url", e.URL)
		address("author's url", e.Author.URL)
	}
	if total > discord.MaxEmbedText {
		say("the embeds have %d characters together, at most %d are allowed", total, discord.MaxEmbedText)
	}
	if a := m.AllowedMentions; a == nil || a.Parse == nil || len(a.Parse)+len(a.Users)+len(a.Roles) > 0 {
		say("somebody may be mentioned")
	}
	return errors.Join(append(errs, checkDiscordSchema(body))...)
}
