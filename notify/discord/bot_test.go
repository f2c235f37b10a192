package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/notify"
	"github.com/editwatch/editwatch/notify/notifytest"
)

// botTest runs a test of a bot in a channel, within a bubble.
func botTest(t *testing.T, channel string, f func(t *testing.T, d *chattest.Discord, b *Bot)) {
	synctest.Test(t, func(t *testing.T) {
		d := chattest.NewDiscord(t, chattest.Memory)
		f(t, d, newBot(t, d, channel))
	})
}

func newBot(t *testing.T, d *chattest.Discord, channel string) *Bot {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	s, err := discord.NewSession(discord.Options{Token: d.Token, APIURL: d.APIURL, HTTP: d.Client(), Dial: d.Dialer().NetDialContext, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewBot(BotOptions{Session: s, Channel: channel, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// next is the n-th announcement to a channel, at its first attempt.
func next(n int) notify.Announcement {
	a := notifytest.Announcement()
	a.Delivery = news.Delivery{
		ID: news.DeliveryID(fmt.Sprintf("d%d", n)), Kind: news.Post, Channel: "desk", Article: "a1",
		Events: []news.Seq{news.Seq(n)}, Attempts: 1, Queued: time.Now(),
	}
	a.Report.To.Version += n
	a.Brief.When[0] = fmt.Sprintf("Version %d", a.Report.To.Version)
	return a
}

func TestBotPosts(t *testing.T) {
	botTest(t, chattest.DiscordText, func(t *testing.T, d *chattest.Discord, b *Bot) {
		d.AllowMentions("900000000000000777")
		a := next(1)
		a.Mention = []string{"900000000000000777", "everyone", "@here"}
		a.Buttons = []news.Button{
			{Label: "History", Token: news.Action{Verb: "history", Target: "a1"}.Token()},
			{Label: "Side by side", URL: "https://edits.example/a1/3/4"},
			{Label: "Mute article", Token: news.Action{Verb: "mute", Target: "a1"}.Token()},
		}
		id, err := b.Send(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		m := d.Messages(chattest.DiscordText)[0]
		if m.ID != id || m.Nonce != "d1" || !strings.HasSuffix(m.Content, " <@&900000000000000777>") || len(m.Buttons()) != 3 {
			t.Errorf("posted %+v", m)
		}
		a.Delivery.Kind, a.Delivery.Message = news.Update, id
		a.Brief.Remarks = append(a.Brief.Remarks, "edited once since")
		if err := b.Update(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if m := d.Messages(chattest.DiscordText)[0]; len(m.Edits) != 1 || !strings.Contains(m.Text(), "edited once since") {
			t.Errorf("updated to %s", m.Text())
		}
		d.RemoveMessage(id)
		if err := b.Update(t.Context(), a); !errors.Is(err, notify.ErrMessageGone) {
			t.Errorf("the update of a deleted message: %v", err)
		}
		a.Delivery.Message = ""
		if err := b.Update(t.Context(), a); err != nil {
			t.Errorf("the update of an unknown message: %v", err)
		}
	})
}

// attempt tries until it is done, as package notify would, waiting in between.
func attempt(t *testing.T, b *Bot, a notify.Announcement, wait time.Duration) string {
	t.Helper()
	for range 10 {
		id, err := b.Send(t.Context(), a)
		if err == nil {
			return id
		}
		if later, ok := errors.AsType[*notify.Later](err); ok {
			wait = later.Wait
		}
		t.Logf("attempt %d: %v", a.Delivery.Attempts, err)
		time.Sleep(wait)
		a.Delivery.Attempts++
	}
	t.Fatal("not posted in ten attempts")
	return ""
}

// TestBotPostsOnce fails the post in every way, soon and long after which it is
// tried again.
func TestBotPostsOnce(t *testing.T) {
	for name, answer := range map[string]chattest.Answer{
		"lost": chattest.Lost(), "done_but_502": chattest.DoneButBadGateway(), "broken": chattest.Broken(),
		"cut": chattest.Cut(), "502": chattest.BadGateway(), "503": chattest.Unavailable(),
		"limited": chattest.DiscordLimited(time.Second, 20*time.Minute, false), "limited_html": chattest.LimitedHTML("30"),
		"global": chattest.DiscordLimited(5*time.Second, 5*time.Second, true),
	} {
		for _, wait := range []time.Duration{10 * time.Second, time.Hour} {
			for _, other := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%v/%v", name, wait, other), func(t *testing.T) {
					botTest(t, chattest.DiscordText, func(t *testing.T, d *chattest.Discord, b *Bot) {
						before := next(1) // the same words, another version
						if _, err := b.Send(t.Context(), before); err != nil {
							t.Fatal(err)
						}
						time.Sleep(time.Second)
						d.Next(chattest.CreateMessage, answer)
						a := next(2)
						if other {
							d.Next(chattest.CreateMessage, answer)
						}
						id := attempt(t, b, a, wait)
						if name == "broken" && id == "" {
							id = d.Messages(chattest.DiscordText)[1].ID // its ID was in what broke off
						}
						got := d.Messages(chattest.DiscordText)
						if len(got) != 2 || got[1].ID != id {
							t.Errorf("%d messages, want the one from before and %s", len(got), id)
						}
						for _, c := range d.Calls("") {
							if c.Early {
								t.Errorf("%s was asked sooner than the answer before it wanted", c.Route)
							}
						}
					})
				})
			}
		}
	}
}

func TestBotMayNotReadHistory(t *testing.T) {
	botTest(t, chattest.DiscordText, func(t *testing.T, d *chattest.Discord, b *Bot) {
		d.SetPermissions(chattest.DiscordText, chattest.PermView|chattest.PermSend|chattest.PermEmbed)
		d.Next(chattest.CreateMessage, chattest.Lost())
		attempt(t, b, next(1), 10*time.Second)
		if n := len(d.Messages(chattest.DiscordText)); n != 1 {
			t.Errorf("%d messages: the nonce should have kept it to one", n)
		}
	})
}

func TestBotThreads(t *testing.T) {
	botTest(t, chattest.DiscordText, func(t *testing.T, d *chattest.Discord, b *Bot) {
		send := func(n int, root string) string {
			a := next(n)
			a.Thread = news.Thread{Root: root, Posts: n - 1}
			id, err := b.Send(t.Context(), a)
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		root := send(1, "")
		id := send(2, root)
		thread, message, ok := strings.Cut(id, "/")
		if c := d.Channel(thread); !ok || c.Parent != chattest.DiscordText || c.Name != "Council votes to close bridge for two years" {
			t.Fatalf("the second was posted as %s into %+v", id, c)
		}
		if got := d.Messages(thread); len(got) != 1 || got[0].ID != message {
			t.Errorf("the thread holds %d messages", len(got))
		}
		send(3, root)
		again := newBot(t, d, chattest.DiscordText) // after a restart
		b = again
		send(4, root)
		d.SetThread(thread, true, false)
		send(5, root) // archived: it comes back
		if n := len(d.Messages(thread)); n != 4 {
			t.Errorf("the thread holds %d messages, want 4", n)
		}
		a := next(2)
		a.Delivery.Kind, a.Delivery.Message = news.Update, id
		if err := b.Update(t.Context(), a); err != nil {
			t.Errorf("the update of a message in a thread: %v", err)
		}
		d.SetThread(thread, false, true)
		id = send(6, root) // locked: it is a reply
		if strings.Contains(id, "/") {
			t.Errorf("posted as %s although the thread is locked", id)
		}
		d.DeleteChannel(thread)
		send(7, root)
		if n := len(d.Messages(chattest.DiscordText)); n != 3 {
			t.Errorf("%d messages in the channel, want the first and two replies", n)
		}
		if err := b.Publish(t.Context(), thread+"/1"); !errors.Is(err, notify.ErrRejected) {
			t.Errorf("publishing what is in a thread: %v", err)
		}
	})
}

func TestBotThreadOfDeletedMessage(t *testing.T) {
	botTest(t, chattest.DiscordText, func(t *testing.T, d *chattest.Discord, b *Bot) {
		root, err := b.Send(t.Context(), next(1))
		if err != nil {
			t.Fatal(err)
		}
		d.RemoveMessage(root)
		a := next(2)
		a.Thread = news.Thread{Root: root, Posts: 1}
		if _, err := b.Send(t.Context(), a); !errors.Is(err, notify.ErrMessageGone) {
			t.Fatalf("Send = %v", err)
		}
		if n := len(d.Messages(chattest.DiscordText)); n != 0 {
			t.Errorf("%d messages", n)
		}
	})
}

// TestBotWithoutThreads takes away the rights to make threads and to read.
func TestBotWithoutThreads(t *testing.T) {
	for name, may := range map[string]int64{
		"no_threads": chattest.PermView | chattest.PermSend | chattest.PermEmbed | chattest.PermHistory,
		"no_history": chattest.PermView | chattest.PermSend | chattest.PermEmbed,
	} {
		t.Run(name, func(t *testing.T) {
			botTest(t, chattest.DiscordText, func(t *testing.T, d *chattest.Discord, b *Bot) {
				d.SetPermissions(chattest.DiscordText, may)
				root, err := b.Send(t.Context(), next(1))
				if err != nil {
					t.Fatal(err)
				}
				a := next(2)
				a.Thread = news.Thread{Root: root, Posts: 1}
				if id, err := b.Send(t.Context(), a); err != nil || strings.Contains(id, "/") {
					t.Errorf("Send = %q, %v", id, err)
				}
			})
		})
	}
}

func TestBotHearsWhatDiscordSays(t *testing.T) {
	tests := map[string]struct {
		do   func(d *chattest.Discord)
		want error
		say  string
	}{
		"no_send": {func(d *chattest.Discord) {
			d.SetPermissions(chattest.DiscordText, chattest.PermView|chattest.PermEmbed)
		}, notify.ErrForbidden, "I lack Send Messages"},
		"no_view": {func(d *chattest.Discord) { d.SetPermissions(chattest.DiscordText, chattest.PermSend) }, notify.ErrForbidden, "I lack View Channel"},
		"deleted": {func(d *chattest.Discord) { d.DeleteChannel(chattest.DiscordText) }, notify.ErrGone, "unknown channel"},
		"revoked": {func(d *chattest.Discord) { d.RevokeToken() }, notify.ErrUnauthorized, "token"},
		"refused": {func(d *chattest.Discord) {
			d.Next(chattest.CreateMessage, chattest.Times(2, chattest.DiscordError(400, 50035, "Invalid Form Body"))...)
		}, notify.ErrRejected, "not valid"},
		"html_403":   {func(d *chattest.Discord) { d.Next(chattest.CreateMessage, chattest.HTML(403, "<h1>Forbidden</h1>")) }, nil, "403"},
		"html_404":   {func(d *chattest.Discord) { d.Next(chattest.CreateMessage, chattest.HTML(404, "<h1>Not Found</h1>")) }, nil, "404"},
		"html_401":   {func(d *chattest.Discord) { d.Next(chattest.CreateMessage, chattest.HTML(401, "<h1>?</h1>")) }, nil, "401"},
		"redirected": {func(d *chattest.Discord) { d.Next(chattest.CreateMessage, chattest.Redirect("/elsewhere")) }, nil, "307"},
	}
	all := []error{notify.ErrForbidden, notify.ErrGone, notify.ErrUnauthorized, notify.ErrRejected, notify.ErrMessageGone}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			botTest(t, chattest.DiscordText, func(t *testing.T, d *chattest.Discord, b *Bot) {
				tt.do(d)
				_, err := b.Send(t.Context(), next(1))
				for _, is := range all {
					if errors.Is(err, is) != (is == tt.want) {
						t.Errorf("got %v, want %v", err, tt.want)
					}
				}
				if err == nil || !strings.Contains(err.Error(), tt.say) || strings.Contains(err.Error(), d.Token) {
					t.Errorf("it says %q, want %q in it", err, tt.say)
				}
			})
		})
	}
}

// TestBotStopsAsking takes the token away: one answer is enough.
func TestBotStopsAsking(t *testing.T) {
	botTest(t, chattest.DiscordText, func(t *testing.T, d *chattest.Discord, b *Bot) {
		d.RevokeToken()
		for range 50 {
			if _, err := b.Send(t.Context(), next(1)); !errors.Is(err, notify.ErrUnauthorized) {
				t.Fatal(err)
			}
		}
		if n := d.Invalid(); n != 1 {
			t.Errorf("%d answers of 401", n)
		}
	})
}

// TestBotBrakes lets Discord refuse everything. At a thousand refusals in ten
// minutes the bot stops asking, long before its address is blocked.
func TestBotBrakes(t *testing.T) {
	botTest(t, chattest.DiscordText, func(t *testing.T, d *chattest.Discord, b *Bot) {
		defer d.Always("", chattest.HTML(403, "no"))()
		for range 5000 {
			if _, err := b.Send(t.Context(), next(1)); err == nil {
				t.Fatal("sent")
			}
		}
		if n := d.Invalid(); n != 1000 {
			t.Errorf("%d refusals", n)
		}
		_, err := b.Send(t.Context(), next(1))
		if later, ok := errors.AsType[*notify.Later](err); !ok || later.Wait < 9*time.Minute {
			t.Errorf("Send = %v", err)
		}
		time.Sleep(11 * time.Minute)
		if _, err = b.Send(t.Context(), next(1)); err == nil {
			t.Fatal("sent")
		}
		if n := len(d.Calls("")); n != 1001 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestBotPublishes(t *testing.T) {
	botTest(t, chattest.DiscordNews, func(t *testing.T, d *chattest.Discord, b *Bot) {
		var wait time.Duration
		for n := 1; n <= 11; n++ {
			id, err := b.Send(t.Context(), next(n))
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Second)
			err = b.Publish(t.Context(), id)
			if later, ok := errors.AsType[*notify.Later](err); ok && n == 11 {
				wait = later.Wait
			} else if err != nil {
				t.Fatal(err)
			}
		}
		// The header says a second, the body the truth.
		if wait < 50*time.Minute {
			t.Errorf("the eleventh is to wait %v", wait)
		}
		first := d.Messages(chattest.DiscordNews)[0]
		if !first.Published() {
			t.Error("the first is not published")
		}
		time.Sleep(time.Hour)
		if err := b.Publish(t.Context(), first.ID); err != nil {
			t.Errorf("published twice: %v", err)
		}
		d.RemoveMessage(first.ID)
		if err := b.Publish(t.Context(), first.ID); !errors.Is(err, notify.ErrMessageGone) {
			t.Errorf("publishing a deleted message: %v", err)
		}
	})
}

func TestBotTellsAPerson(t *testing.T) {
	botTest(t, chattest.DiscordText, func(t *testing.T, d *chattest.Discord, b *Bot) {
		if err := b.Tell(t.Context(), chattest.DiscordAdmin, "I could not post."); !errors.Is(err, notify.ErrForbidden) {
			t.Errorf("Tell = %v, of a person who takes no messages", err)
		}
	})
}

func TestBotGivesUpWithItsContext(t *testing.T) {
	botTest(t, chattest.DiscordText, func(t *testing.T, d *chattest.Discord, b *Bot) {
		d.Next(chattest.CreateMessage, chattest.Hang())
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		if _, err := b.Send(ctx, next(1)); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 5*time.Second {
			t.Errorf("Send = %v after %v", err, time.Since(began))
		}
	})
}

func TestChannelID(t *testing.T) {
	for _, id := range []string{"", "desk", "#desk", "https://discord.com/channels/1/2", "-1", "12.5", "<#123>", "00000000000000000000000000000001"} {
		if _, err := NewBot(BotOptions{Channel: id}); err == nil {
			t.Errorf("%q was taken as a channel's ID", id)
		}
	}
}
