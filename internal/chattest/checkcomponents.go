package chattest

import (
	"encoding/json"
	"strings"
)

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
