package notifytest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/editwatch/editwatch/internal/slack"
)

// slackBody is a message as Slack's incoming webhooks take it.
type slackBody struct {
	Text        *string      `json:"text"`
	Blocks      []slackBlock `json:"blocks"`
	Parse       string       `json:"parse"`
	LinkNames   bool         `json:"link_names"`
	UnfurlLinks *bool        `json:"unfurl_links"`
	UnfurlMedia *bool        `json:"unfurl_media"`
}

// slackBlock is any block or element: they nest, and differ by their type.
type slackBlock struct {
	Type     string          `json:"type"`
	BlockID  string          `json:"block_id"`
	Text     json.RawMessage `json:"text"` // a string in elements, an object in sections
	URL      string          `json:"url"`
	Elements []slackBlock    `json:"elements"`
	Style    json.RawMessage `json:"style"`
}

// slackNests says which types may stand within which
// (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block).
var slackNests = map[string][]string{
	"":                  {"rich_text", "section", "header", "divider", "context", "actions"},
	"rich_text":         {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"},
	"rich_text_section": {"text", "link"}, // users, groups, broadcasts and emoji are never ours
	"rich_text_quote":   {"text", "link"},
	"rich_text_list":    {"rich_text_section"},
	"context":           {"mrkdwn", "plain_text"},
	"actions":           {"button"},
}

// CheckSlack holds the body of a message against Slack's documented limits
// (https://docs.slack.dev/reference/block-kit), and against ours: nothing may
// mention anyone, and no link unfurls.
func CheckSlack(body []byte) error {
	var m slackBody
	if err := json.Unmarshal(body, &m); err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	var errs []error
	say := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if m.Text == nil || strings.TrimSpace(*m.Text) == "" {
		say("there is no text for notifications")
	} else {
		if n := utf8.RuneCountInString(*m.Text); n > slack.MaxText {
			say("text has %d characters, at most %d are advised", n, slack.MaxText)
		}
		errs = append(errs, checkMrkdwn(*m.Text))
	}
	if len(m.Blocks) > slack.MaxBlocks {
		say("%d blocks, at most %d are allowed", len(m.Blocks), slack.MaxBlocks)
	}
	if n := utf8.RuneCount(body); n > slack.MaxMessage {
		say("the message has %d characters, %d are known to be safe", n, slack.MaxMessage)
	}
	if m.UnfurlLinks == nil || *m.UnfurlLinks || m.UnfurlMedia == nil || *m.UnfurlMedia {
		say("links may unfurl")
	}
	if m.LinkNames || m.Parse != "" && m.Parse != "none" {
		say("names may become mentions")
	}
	for _, b := range m.Blocks {
		errs = append(errs, checkSlackBlock("", b))
	}
	return errors.Join(errs...)
}

func checkSlackBlock(parent string, b slackBlock) error {
	var errs []error
	say := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	known := false
	for _, t := range slackNests[parent] {
		known = known || t == b.Type
	}
	if !known {
		say("a %s may not stand in %q", b.Type, parent)
	}
	if utf8.RuneCountInString(b.BlockID) > slack.MaxBlockID {
		say("block_id is too long")
	}
	var text string
	isText := json.Unmarshal(b.Text, &text) == nil && b.Text != nil
	switch b.Type {
	case "text":
		if !isText || text == "" {
			say("a text element is empty")
		}
	case "link":
		if u, err := url.Parse(b.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(b.URL) > slack.MaxURL {
			say("a link has no address: %q", b.URL)
		}
	case "section":
		var object struct{ Type, Text string }
		if json.Unmarshal(b.Text, &object) != nil || object.Text == "" || utf8.RuneCountInString(object.Text) > slack.MaxSection {
			say("a section's text is missing or too long")
		}
		if object.Type == "mrkdwn" {
			errs = append(errs, checkMrkdwn(object.Text))
		}
	case "context", "rich_text", "rich_text_section", "rich_text_list", "rich_text_quote":
		if len(b.Elements) == 0 {
			say("a %s is empty", b.Type)
		}
		if b.Type == "context" && len(b.Elements) > slack.MaxContext {
			say("%d elements in a context", len(b.Elements))
		}
	}
	for _, e := range b.Elements {
		errs = append(errs, checkSlackBlock(b.Type, e))
	}
	return errors.Join(errs...)
}

// checkMrkdwn refuses control sequences that mention someone or look like a
// link: "<" has no other use in mrkdwn, so text from pages never has one. Ours
// are only links to http and https addresses.
func checkMrkdwn(s string) error {
	for rest := s; ; {
		_, after, ok := strings.Cut(rest, "<")
		if !ok {
			return nil
		}
		if !strings.HasPrefix(after, "https://") && !strings.HasPrefix(after, "http://") {
			return fmt.Errorf("mrkdwn has a control sequence: <%.20s", after)
		}
		rest = after
	}
}
