package discord

import (
	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
)

// Limits of buttons: https://discord.com/developers/docs/components/reference#button.
const (
	MaxRows     = 5
	MaxButtons  = 5 // in a row
	MaxLabel    = 80
	MaxCustomID = 100
	MaxLink     = 512
)

// A Row is a row of buttons.
type Row struct {
	Type    int      `json:"type"` // 1
	Buttons []Button `json:"components"`
}

// A Button is pressed or followed.
type Button struct {
	Type     int    `json:"type"`  // 2
	Style    int    `json:"style"` // one of the Style constants
	Label    string `json:"label"`
	CustomID string `json:"custom_id,omitempty"`
	URL      string `json:"url,omitempty"`
	Disabled bool   `json:"disabled,omitempty"`
}

// Styles of buttons. None is coloured: what they do can be taken back.
const (
	StyleSecondary = 2
	StyleLink      = 5
)

// Buttons lays out what stands under an announcement or an answer. Those beyond
// what a message holds, and those without a label or with nothing to do, are
// left out.
func Buttons(all []news.Button) []Row {
	rows := []Row{}
	seen := make(map[string]bool)
	for _, a := range all {
		b := Button{Type: 2, Style: StyleSecondary, Label: a.Label, CustomID: a.Token}
		if b.URL = Address(a.URL); b.URL != "" {
			b.Style, b.CustomID = StyleLink, ""
		}
		switch {
		case b.Label == "" || brief.Len(b.Label) > MaxLabel || b.CustomID == "" && b.URL == "",
			brief.Len(b.CustomID) > MaxCustomID, brief.Len(b.URL) > MaxLink, b.CustomID != "" && seen[b.CustomID]:
			continue
		}
		seen[b.CustomID] = true
		if len(rows) == 0 || len(rows[len(rows)-1].Buttons) == MaxButtons {
			if len(rows) == MaxRows {
				break
			}
			rows = append(rows, Row{Type: 1})
		}
		last := &rows[len(rows)-1]
		last.Buttons = append(last.Buttons, b)
	}
	return rows
}
