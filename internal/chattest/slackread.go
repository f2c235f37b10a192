package chattest

import (
	"encoding/json"
	"strings"
)

// A SlackButton of a message.
type SlackButton struct {
	Label, ActionID, BlockID, Value, URL string
}

// Buttons returns the buttons of a message.
func (m Saying) Buttons() []SlackButton {
	var out []SlackButton
	m.walk(func(block, b slackBlock) {
		if b.Type == "button" {
			var t slackText
			json.Unmarshal(b.Text, &t)
			out = append(out, SlackButton{t.Text, b.ActionID, block.BlockID, b.Value, b.URL})
		}
	})
	return out
}

// Visible is everything of a message that people read, a line for each block:
// its blocks, or its text where there are none.
func (m Saying) Visible() string {
	if len(m.Blocks) == 0 || string(m.Blocks) == "null" {
		return m.Text
	}
	return visible(m.Blocks)
}

// VisibleView is what people read of a view, such as [Slack.Home] returns.
func VisibleView(view json.RawMessage) string {
	var v struct{ Blocks json.RawMessage }
	json.Unmarshal(view, &v)
	return visible(v.Blocks)
}

func visible(blocks json.RawMessage) string {
	var b strings.Builder
	Saying{Blocks: blocks}.walk(func(block, e slackBlock) {
		switch e.Type {
		case "section", "header", "context", "actions", "divider", "rich_text_section", "rich_text_quote", "rich_text_preformatted":
			if b.Len() > 0 && !strings.HasSuffix(b.String(), "\n") {
				b.WriteByte('\n')
			}
		}
		var s string
		var t slackText
		if json.Unmarshal(e.Text, &s) != nil {
			json.Unmarshal(e.Text, &t)
			s = t.Text
		}
		if e.Type == "button" {
			s = "[" + s + "]"
		}
		b.WriteString(s)
		for _, x := range e.Fields {
			b.WriteString("\n" + x.Text)
		}
	})
	return strings.Trim(b.String(), "\n")
}

// walk visits the blocks and elements of a message, each with the block it is
// in.
func (m Saying) walk(visit func(block, b slackBlock)) {
	var blocks []slackBlock
	json.Unmarshal(m.Blocks, &blocks)
	var down func(block, b slackBlock)
	down = func(block, b slackBlock) {
		visit(block, b)
		for _, e := range b.Elements {
			down(block, e)
		}
		if b.Accessory != nil {
			down(block, *b.Accessory)
		}
	}
	for _, b := range blocks {
		down(b, b)
	}
}
