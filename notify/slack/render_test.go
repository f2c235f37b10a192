package slack

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/notify/notifytest"
)

// TestEveryPostIsWithinTheLimits renders what no page should hold.
func TestEveryPostIsWithinTheLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := notifytest.Announce(notifytest.NastyReport().Draw(t, "report"))
		if rapid.Bool().Draw(t, "unlimited") {
			a.Brief = brief.Of(a.Report, brief.Options{Budget: -1, Lines: -1, Context: -1})
		}
		a.Delivery.ID = "0123456789012345678901234"
		a.Mention = []string{"S0HARBOUR", "S0DESK"}
		for range 5 {
			a.Buttons = append(a.Buttons, news.Button{Label: strings.Repeat("字", 30), Token: "e1:" + strings.Repeat("x", news.MaxToken-3)})
		}
		m := render(a)
		body, err := json.Marshal(m.Webhook())
		if err != nil {
			t.Fatal(err)
		}
		if err := chattest.CheckSlack("webhook", body, a.Mention...); err != nil {
			t.Errorf("%v", err)
		}
	})
}

// TestBotRenderGolden shows a post as a bot makes it.
func TestBotRenderGolden(t *testing.T) {
	a := notifytest.Announcement()
	a.Delivery = news.Delivery{ID: "d7", Kind: news.Post, Channel: "desk", Article: "a1"}
	a.Mention = []string{"S0HARBOUR"}
	a.Buttons = []news.Button{
		{Label: "History", Token: news.Action{Verb: "history", Target: "a1"}.Token()},
		{Label: "Mute article", Token: news.Action{Verb: "mute", Target: "a1"}.Token()},
	}
	golden(t, "bot.json", render(a))
}
