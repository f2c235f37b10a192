package chattest

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of messages: https://docs.slack.dev/reference/methods/chat.postMessage
// and https://docs.slack.dev/reference/block-kit. They stand here a second time
// on purpose, as Discord's do.
const (
	maxSlackText    = 4000 // of a message; advised, truncated past 40,000
	maxBlocks       = 50
	maxViewBlocks   = 100
	maxBlockID      = 255
	maxActionID     = 255
	maxSection      = 3000
	maxSectionField = 2000
	maxContext      = 10
	maxHeader       = 150
	maxActions      = 25
	maxButtonText   = 75
	maxButtonValue  = 2000
	maxSlackURL     = 3000
	maxViewTitle    = 24
	maxPrivate      = 3000
	// maxSlackMessage is how large a message may be, in characters of JSON. Slack
	// refuses messages near 12,000 characters in all blocks, and once did at
	// 11,341, which it does not document: https://github.com/slackapi/bolt-js/issues/2509.
	maxSlackMessage = 8000
)

// slackBody is a message as Slack takes it.
type slackBody struct {
	Text        *string         `json:"text"`
	Blocks      []slackBlock    `json:"blocks"`
	Attachments json.RawMessage `json:"attachments"`
	Parse       string          `json:"parse"`
	LinkNames   bool            `json:"link_names"`
	UnfurlLinks *bool           `json:"unfurl_links"`
	UnfurlMedia *bool           `json:"unfurl_media"`
	Delete      bool            `json:"delete_original"`
	Type        string          `json:"response_type"`
	Metadata    *struct {
		Type    string         `json:"event_type"`
		Payload map[string]any `json:"event_payload"`
	} `json:"metadata"`
}

// slackBlock is any block or element: they nest, and differ by their type.
type slackBlock struct {
	Type      string          `json:"type"`
	BlockID   string          `json:"block_id"`
	ActionID  string          `json:"action_id"`
	Text      json.RawMessage `json:"text"` // a string in elements, an object in blocks
	URL       string          `json:"url"`
	Value     string          `json:"value"`
	Style     json.RawMessage `json:"style"`
	Fields    []slackText     `json:"fields"`
	Elements  []slackBlock    `json:"elements"`
	Accessory *slackBlock     `json:"accessory"`
	UserID    string          `json:"user_id"`
	GroupID   string          `json:"usergroup_id"`
	Name      string          `json:"name"` // of an emoji
}

// slackText is a text object.
type slackText struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// slackNests says which types may stand within which
// (https://docs.slack.dev/reference/block-kit/blocks). What is not here is
// nothing that we send.
var slackNests = map[string][]string{
	"":                       {"rich_text", "section", "header", "divider", "context", "actions"},
	"rich_text":              {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"},
	"rich_text_section":      {"text", "link", "user", "usergroup", "emoji"}, // broadcasts never
	"rich_text_quote":        {"text", "link"},
	"rich_text_list":         {"rich_text_section"},
	"rich_text_preformatted": {"text", "link"},
	"context":                {"mrkdwn", "plain_text"},
	"actions":                {"button"},
	"section":                {"button"},
}

// CheckSlack holds the body of a message, or of a view, against Slack's
// documented limits, and against our rules: nothing may mention anyone but the
// users and user groups named, no link unfurls, and there is a text for screen
// readers. method says how it is sent: a method of the Web API, [ResponseURL],
// or "webhook".
func CheckSlack(method string, body []byte, mentions ...string) error {
	var f faults
	if strings.HasPrefix(method, "views.") {
		f.view(body, mentions)
		return errors.Join(f...)
	}
	var m slackBody
	if err := json.Unmarshal(body, &m); err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	if method == ResponseURL && m.Delete {
		return nil
	}
	if m.Text == nil || strings.TrimSpace(*m.Text) == "" {
		f.say("there is no text for notifications")
	} else {
		f.within("text", *m.Text, maxSlackText)
		f.mrkdwn(*m.Text, mentions)
	}
	if n := utf8.RuneCount(body); n > maxSlackMessage {
		f.say("the message has %d characters, %d are known to be safe", n, maxSlackMessage)
	}
	if method == "chat.postMessage" || method == "webhook" {
		if m.UnfurlLinks == nil || *m.UnfurlLinks || m.UnfurlMedia == nil || *m.UnfurlMedia {
			f.say("links may unfurl")
		}
	}
	if m.LinkNames || m.Parse != "" && m.Parse != "none" {
		f.say("names may become mentions")
	}
	if m.Type != "" && m.Type != "ephemeral" && m.Type != "in_channel" {
		f.say("response_type %q", m.Type)
	}
	if m.Metadata != nil && (m.Metadata.Type == "" || m.Metadata.Payload == nil) {
		f.say("metadata needs event_type and event_payload")
	}
	f.blocks(m.Blocks, maxBlocks, mentions)
	return errors.Join(f...)
}

// view checks a Home tab or a modal: https://docs.slack.dev/reference/views.
func (f *faults) view(body []byte, mentions []string) {
	var v struct {
		Type    string       `json:"type"`
		Title   *slackText   `json:"title"`
		Blocks  []slackBlock `json:"blocks"`
		Private string       `json:"private_metadata"`
		ID      string       `json:"callback_id"`
	}
	if err := json.Unmarshal(body, &v); err != nil {
		f.say("read view: %w", err)
		return
	}
	switch {
	case v.Type == "modal" && (v.Title == nil || v.Title.Type != "plain_text" || v.Title.Text == ""):
		f.say("a modal needs a title")
	case v.Type == "modal":
		f.within("title", v.Title.Text, maxViewTitle)
	case v.Type != "home":
		f.say("a view of type %q", v.Type)
	}
	f.within("private_metadata", v.Private, maxPrivate)
	f.within("callback_id", v.ID, 255)
	if len(v.Blocks) == 0 {
		f.say("the view is empty")
	}
	f.blocks(v.Blocks, maxViewBlocks, mentions)
}

func (f *faults) blocks(blocks []slackBlock, most int, mentions []string) {
	if len(blocks) > most {
		f.say("%d blocks, at most %d are allowed", len(blocks), most)
	}
	ids := make(map[string]bool)
	for _, b := range blocks {
		if b.BlockID != "" && ids[b.BlockID] {
			f.say("two blocks with block_id %q", b.BlockID)
		}
		ids[b.BlockID] = true
		f.block("", b, mentions)
	}
}

func (f *faults) block(parent string, b slackBlock, mentions []string) {
	if !slices.Contains(slackNests[parent], b.Type) {
		f.say("a %s may not stand in %q", b.Type, parent)
	}
	f.within("block_id", b.BlockID, maxBlockID)
	f.within("action_id", b.ActionID, maxActionID)
	switch b.Type {
	case "text":
		var s string
		if json.Unmarshal(b.Text, &s) != nil || s == "" {
			f.say("a text element is empty")
		}
		f.within("text element", s, maxSlackMessage)
	case "link":
		f.address("a link", b.URL, maxSlackURL)
	case "user", "usergroup":
		if id := b.UserID + b.GroupID; !slices.Contains(mentions, id) {
			f.say("%s may be mentioned", id)
		}
	case "emoji":
		if b.Name == "" {
			f.say("an emoji without a name")
		}
	case "button":
		f.slackButton(b)
	default:
		f.layout(b, mentions)
	}
	for _, e := range b.Elements {
		f.block(b.Type, e, mentions)
	}
	if b.Accessory != nil {
		f.block(b.Type, *b.Accessory, mentions)
	}
}

// layout checks what holds texts and other blocks.
func (f *faults) layout(b slackBlock, mentions []string) {
	switch b.Type {
	case "section":
		if len(b.Fields) > 10 || len(b.Fields) == 0 && b.Text == nil {
			f.say("a section with %d fields and %d bytes of text", len(b.Fields), len(b.Text))
		}
		if b.Text != nil {
			f.object("section", b.Text, maxSection, "", mentions)
		}
		for _, t := range b.Fields {
			f.object("field", marshal(t), maxSectionField, "", mentions)
		}
	case "header":
		f.object("header", b.Text, maxHeader, "plain_text", mentions)
	case "mrkdwn", "plain_text":
		var s string
		json.Unmarshal(b.Text, &s)
		f.object("context", marshal(slackText{b.Type, s}), maxSection, "", mentions)
	case "context", "actions", "rich_text", "rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted":
		most := map[string]int{"context": maxContext, "actions": maxActions}[b.Type]
		if n := len(b.Elements); n == 0 || most > 0 && n > most {
			f.say("a %s with %d elements", b.Type, n)
		}
		if b.Type == "actions" {
			ids := make(map[string]bool)
			for _, e := range b.Elements {
				if e.ActionID != "" && ids[e.ActionID] {
					f.say("two buttons with action_id %q", e.ActionID)
				}
				ids[e.ActionID] = true
			}
		}
	}
}

// object checks a text object. An empty kind is any.
func (f *faults) object(what string, raw []byte, most int, kind string, mentions []string) {
	var t slackText
	if json.Unmarshal(raw, &t) != nil || strings.TrimSpace(t.Text) == "" {
		f.say("a %s has no text", what)
	}
	if t.Type != "plain_text" && t.Type != "mrkdwn" || kind != "" && t.Type != kind {
		f.say("a %s of type %q", what, t.Type)
	}
	f.within(what, t.Text, most)
	if t.Type == "mrkdwn" {
		f.mrkdwn(t.Text, mentions)
	}
}

func (f *faults) slackButton(b slackBlock) {
	f.object("button", b.Text, maxButtonText, "plain_text", nil)
	f.within("value", b.Value, maxButtonValue)
	if b.URL != "" {
		f.address("button", b.URL, maxSlackURL)
	}
	if s := string(b.Style); s != "" && s != `""` && s != `"primary"` && s != `"danger"` {
		f.say("a button of style %s", s)
	}
}

// mentionable is what mrkdwn mentions people with.
var mentionable = regexp.MustCompile(`^(?:@|!subteam\^)([A-Z0-9]+)(?:\|[^<>]*)?>`)

// mrkdwn refuses control sequences that mention someone who is not named, or
// look like a link: "<" has no other use in mrkdwn, so text from pages never has
// one. Ours are only links to http and https addresses.
func (f *faults) mrkdwn(s string, mentions []string) {
	for rest := s; ; {
		_, after, ok := strings.Cut(rest, "<")
		if !ok {
			return
		}
		m := mentionable.FindStringSubmatch(after)
		if !strings.HasPrefix(after, "https://") && !strings.HasPrefix(after, "http://") && (m == nil || !slices.Contains(mentions, m[1])) {
			f.say("mrkdwn has a control sequence: <%.20s", after)
		}
		rest = after
	}
}
