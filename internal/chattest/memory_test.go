package chattest

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
)

// TestMemory has a day pass on both servers without a socket of the system.
func TestMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := NewDiscord(t, Memory)
		s := dial(t, d)
		if err := s.Open(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ApplicationCommandBulkOverwrite(DiscordApp, "", someCommands); err != nil {
			t.Fatal(err)
		}
		serve(t, s, true)
		first, err := post(s, DiscordText, message("x", "n"))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(nonceWindow + time.Second)
		if second, err := post(s, DiscordText, message("x", "n")); err != nil || second.ID == first.ID {
			t.Errorf("the nonce is remembered for good: %v, %v", second, err)
		}
		if a := d.Slash(Reader(DiscordText), "edits history", Option{Name: "article", Value: "x"}).Answer(); a.Message.Content != "later" {
			t.Errorf("got %+v", a)
		}
		time.Sleep(24 * time.Hour)
		if c := d.Gateway(); len(c) != 1 || len(c[0].Heartbeats) < 2000 {
			t.Errorf("%d connections", len(c))
		}
		s.Close()
	})
	synctest.Test(t, func(t *testing.T) {
		s := NewSlack(t, Memory)
		c := client(s)
		s.Next("chat.postMessage", SlackLimited(time.Hour))
		if _, _, err := c.PostMessage(SlackDesk, say("x")...); err == nil {
			t.Error("not limited")
		}
		time.Sleep(time.Hour)
		if _, _, err := c.PostMessage(SlackDesk, say("x")...); err != nil || s.Calls("chat.postMessage")[1].Early {
			t.Errorf("after an hour: %v", err)
		}
		s.Client().CloseIdleConnections()
	})
}

// TestTokenLife has an interaction's token run out.
func TestTokenLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := NewDiscord(t, Memory)
		s := dial(t, d)
		if err := s.Open(); err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		serve(t, s, true)
		if _, err := s.ApplicationCommandBulkOverwrite(DiscordApp, "", someCommands); err != nil {
			t.Fatal(err)
		}
		i := d.MessageAction(Admin(DiscordText), "Show edit history", DiscordMessage)
		i.Answer()
		time.Sleep(tokenLife + time.Second)
		content := "x"
		edit := &discordgo.WebhookEdit{Content: &content, AllowedMentions: &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}}
		if _, err := s.InteractionResponseEdit(&discordgo.Interaction{AppID: DiscordApp, Token: i.Token}, edit); code(err) != 50027 {
			t.Errorf("got %v", err)
		}
	})
}
