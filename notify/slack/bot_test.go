package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/slack"
	"github.com/editwatch/editwatch/notify"
	"github.com/editwatch/editwatch/notify/notifytest"
)

// botTest runs a test of a bot in a channel, within a bubble.
func botTest(t *testing.T, channel string, f func(t *testing.T, s *chattest.Slack, b *Bot)) {
	synctest.Test(t, func(t *testing.T) {
		s := chattest.NewSlack(t, chattest.Memory)
		f(t, s, newBot(t, s, channel, slog.New(slog.NewTextHandler(t.Output(), nil))))
	})
}

func newBot(t *testing.T, s *chattest.Slack, channel string, log *slog.Logger) *Bot {
	t.Helper()
	c, err := slack.NewClient(slack.Options{Token: s.Token, APIURL: s.APIURL, HTTP: s.Client(), Dial: s.Dialer().NetDialContext, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewBot(BotOptions{Client: c, Channel: channel, Logger: log})
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

// deliver attempts a delivery until it is settled, as notify does.
func deliver(t *testing.T, b *Bot, a notify.Announcement) (string, error) {
	t.Helper()
	for ; ; a.Delivery.Attempts++ {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		id, err := b.Send(ctx, a)
		cancel()
		switch later, ok := errors.AsType[*notify.Later](err); {
		case err == nil, a.Delivery.Attempts > 20:
			return id, err
		case ok:
			time.Sleep(later.Wait)
		case errors.Is(err, notify.ErrRejected), errors.Is(err, notify.ErrGone), errors.Is(err, notify.ErrForbidden),
			errors.Is(err, notify.ErrUnauthorized), errors.Is(err, notify.ErrMessageGone):
			return id, err
		default:
			time.Sleep(10 * time.Second)
		}
	}
}

func TestBotPosts(t *testing.T) {
	botTest(t, chattest.SlackDesk, func(t *testing.T, s *chattest.Slack, b *Bot) {
		s.AllowMentions("S0HARBOUR")
		a := next(1)
		a.Mention = []string{"S0HARBOUR", "channel", "!here", "U0EDITOR"}
		a.Buttons = []news.Button{
			{Label: "History", Token: news.Action{Verb: "history", Target: "a1"}.Token()},
			{Label: "Side by side", URL: "https://edits.example/a1"},
		}
		ts, err := b.Send(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		m := s.Messages(chattest.SlackDesk)
		if len(m) != 1 || m[0].TS != ts || !strings.HasPrefix(m[0].Text, "<!subteam^S0HARBOUR> ") || strings.Contains(string(m[0].Blocks), "U0EDITOR") {
			t.Fatalf("got %+v", m)
		}
		if got := m[0].Buttons(); len(got) != 2 || got[0].Value != "e1:history:a1" || got[1].URL == "" {
			t.Errorf("got %+v", got)
		}
		// The article's next edit goes into its thread, and names whom it names.
		reply := next(2)
		reply.Thread = news.Thread{Root: ts, Posts: 1}
		if _, err := b.Send(t.Context(), reply); err != nil {
			t.Fatal(err)
		}
		if m := s.Messages(chattest.SlackDesk); m[1].Thread != ts {
			t.Errorf("posted to %q", m[1].Thread)
		}
		// The first is rendered anew, and has its blocks still.
		a.Delivery.Kind, a.Delivery.Message = news.Update, ts
		a.Brief.Remarks = []string{"edited again"}
		if err := b.Update(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if m := s.Messages(chattest.SlackDesk); !strings.Contains(m[0].Visible(), "edited again") || len(m[0].Edits) != 1 {
			t.Errorf("got %s", m[0].Visible())
		}
	})
}

// TestBotPostsOnce loses answers, and holds that nobody reads anything twice.
func TestBotPostsOnce(t *testing.T) {
	tests := map[string]struct {
		faults []chattest.Answer
		looks  int // at the channel
	}{
		"lost":                {[]chattest.Answer{chattest.Lost()}, 1},
		"lost_often":          {[]chattest.Answer{chattest.Cut(), chattest.Lost()}, 2},
		"broke_off":           {[]chattest.Answer{chattest.Broken()}, 1},
		"hung":                {[]chattest.Answer{chattest.Hang()}, 1},
		"done_but_502":        {[]chattest.Answer{chattest.DoneButBadGateway()}, 1},
		"internal_error":      {[]chattest.Answer{chattest.SlackDoneBut("internal_error")}, 1},
		"fatal_error":         {[]chattest.Answer{chattest.SlackDoneBut("fatal_error")}, 1},
		"unreadable":          {[]chattest.Answer{chattest.Text(200, "<html>", true)}, 1},
		"not_done":            {[]chattest.Answer{chattest.Cut(), chattest.Unavailable()}, 2},
		"limited":             {[]chattest.Answer{chattest.SlackLimited(40 * time.Second), chattest.LimitedHTML("7"), chattest.Text(429, "", false)}, 0},
		"limited_after_loss":  {[]chattest.Answer{chattest.Cut(), chattest.SlackLimited(time.Second)}, 2},
		"said_in_the_body":    {[]chattest.Answer{chattest.SlackError("ratelimited")}, 0},
		"some_unknown_reason": {[]chattest.Answer{chattest.SlackError("the_dog_ate_it")}, 0},
		"refused":             {[]chattest.Answer{chattest.JSON(200, `{"ok":false,"error":"invalid_blocks","errors":["unsupported type [json-pointer:/blocks/0]"]}`, false)}, 0},
	}
	for _, thread := range []bool{false, true} {
		for name, tt := range tests {
			t.Run(fmt.Sprintf("%s_thread_%t", name, thread), func(t *testing.T) {
				botTest(t, chattest.SlackDesk, func(t *testing.T, s *chattest.Slack, b *Bot) {
					a := next(1)
					root := s.Post(chattest.SlackMember, chattest.SlackDesk, "first", "")
					route := "conversations.history"
					if thread {
						a.Thread.Root = root
						route = "conversations.replies"
					}
					s.Next("chat.postMessage", tt.faults...)
					ts, err := deliver(t, b, a)
					if err != nil {
						t.Fatal(err)
					}
					m := s.Messages(chattest.SlackDesk)
					if len(m) != 1 || m[0].TS != ts {
						t.Errorf("%d messages, the last %s", len(m), ts)
					}
					if n := len(s.Calls(route)); n != tt.looks {
						t.Errorf("looked %d times, want %d", n, tt.looks)
					}
					for _, c := range s.Calls("") {
						if c.Early {
							t.Errorf("%s was asked before its time", c.Route)
						}
					}
				})
			})
		}
	}
}

// TestBotPostsOnceAfterRestart holds that a new process, which knows of the
// attempt and not of its outcome, looks too.
func TestBotPostsOnceAfterRestart(t *testing.T) {
	botTest(t, chattest.SlackDesk, func(t *testing.T, s *chattest.Slack, b *Bot) {
		a := next(1)
		if _, err := b.Send(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		time.Sleep(12 * time.Hour)
		for range 250 {
			s.Post(chattest.SlackMember, chattest.SlackDesk, "talk", "")
		}
		a.Delivery.Attempts = 2
		again := newBot(t, s, chattest.SlackDesk, slog.New(slog.DiscardHandler))
		if ts, err := again.Send(t.Context(), a); err != nil || ts != s.Messages(chattest.SlackDesk)[0].TS {
			t.Errorf("got %q, %v", ts, err)
		}
		// Another delivery that says the same is another one.
		a.Delivery.ID, a.Delivery.Queued = "d2", time.Now()
		if _, err := again.Send(t.Context(), a); err != nil || len(s.Messages(chattest.SlackDesk)) != 2 {
			t.Errorf("%d messages, %v", len(s.Messages(chattest.SlackDesk)), err)
		}
	})
}

// TestBotMayNotLook holds that nothing is lost where the history is closed.
func TestBotMayNotLook(t *testing.T) {
	botTest(t, chattest.SlackDesk, func(t *testing.T, s *chattest.Slack, b *Bot) {
		s.Scopes = []string{"chat:write"}
		s.Next("chat.postMessage", chattest.Cut(), chattest.Lost())
		if ts, err := deliver(t, b, next(1)); err != nil || ts == "" {
			t.Fatal(ts, err)
		}
		if n := len(s.Messages(chattest.SlackDesk)); n != 2 {
			t.Errorf("%d messages: at least once, and twice only where an answer was lost", n)
		}
	})
	for name, fault := range map[string]chattest.Answer{
		"limited": chattest.SlackLimited(time.Minute), "unavailable": chattest.Unavailable(), "lost": chattest.Cut(),
	} {
		t.Run(name, func(t *testing.T) {
			botTest(t, chattest.SlackDesk, func(t *testing.T, s *chattest.Slack, b *Bot) {
				s.Next("chat.postMessage", chattest.Lost())
				s.Next("conversations.history", fault)
				if ts, err := deliver(t, b, next(1)); err != nil || ts == "" {
					t.Fatal(ts, err)
				}
				if n := len(s.Messages(chattest.SlackDesk)); n != 1 {
					t.Errorf("%d messages", n)
				}
			})
		})
	}
	t.Run("never", func(t *testing.T) {
		botTest(t, chattest.SlackDesk, func(t *testing.T, s *chattest.Slack, b *Bot) {
			s.Next("chat.postMessage", chattest.Cut())
			s.Always("conversations.history", chattest.Unavailable())
			if ts, err := deliver(t, b, next(1)); err != nil || ts == "" {
				t.Errorf("got %q, %v: an announcement is lost", ts, err)
			}
		})
	})
}

// TestBotFailures holds what each failure means.
func TestBotFailures(t *testing.T) {
	tests := map[string]error{
		"is_archived": notify.ErrGone, "channel_not_found": notify.ErrForbidden,
		"posting_to_general_channel_denied": notify.ErrForbidden, "action_prohibited": notify.ErrForbidden,
		"not_in_channel": notify.ErrForbidden, "missing_scope": notify.ErrForbidden,
		"restricted_action": notify.ErrForbidden, "restricted_action_read_only_channel": notify.ErrForbidden,
		"restricted_action_thread_locked": notify.ErrMessageGone, "thread_not_found": notify.ErrMessageGone,
		"invalid_auth": notify.ErrUnauthorized, "token_revoked": notify.ErrUnauthorized, "account_inactive": notify.ErrUnauthorized,
	}
	for code, want := range tests {
		t.Run(code, func(t *testing.T) {
			botTest(t, chattest.SlackDesk, func(t *testing.T, s *chattest.Slack, b *Bot) {
				s.Next("chat.postMessage", chattest.SlackError(code))
				_, err := deliver(t, b, next(1))
				if !errors.Is(err, want) || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "slack.test") {
					t.Errorf("got %v, want %v", err, want)
				}
				if n := len(s.Calls("chat.postMessage")); n != 1 {
					t.Errorf("asked %d times", n)
				}
				// With a token that is not taken nothing more is asked.
				b.Send(t.Context(), next(2))
				if n := len(s.Calls("chat.postMessage")); (n == 1) != errors.Is(want, notify.ErrUnauthorized) {
					t.Errorf("asked %d times in all", n)
				}
			})
		})
	}
	t.Run("refused_twice", func(t *testing.T) {
		botTest(t, chattest.SlackDesk, func(t *testing.T, s *chattest.Slack, b *Bot) {
			s.Next("chat.postMessage", chattest.Times(2, chattest.SlackError("invalid_blocks"))...)
			if _, err := deliver(t, b, next(1)); !errors.Is(err, notify.ErrRejected) {
				t.Errorf("got %v", err)
			}
		})
	})
	t.Run("outside", func(t *testing.T) {
		botTest(t, chattest.SlackOutside, func(t *testing.T, s *chattest.Slack, b *Bot) {
			if _, err := deliver(t, b, next(1)); !errors.Is(err, notify.ErrForbidden) {
				t.Errorf("got %v", err)
			}
		})
	})
}

// TestBotUpdatesWhatIsThere holds that nothing is posted in the place of a message
// that somebody deleted.
func TestBotUpdatesWhatIsThere(t *testing.T) {
	botTest(t, chattest.SlackDesk, func(t *testing.T, s *chattest.Slack, b *Bot) {
		a := next(1)
		ts, err := b.Send(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		s.RemoveMessage(chattest.SlackDesk, ts)
		a.Delivery.Kind, a.Delivery.Message = news.Update, ts
		if err := b.Update(t.Context(), a); !errors.Is(err, notify.ErrMessageGone) {
			t.Errorf("got %v", err)
		}
		for code, want := range map[string]error{"cant_update_message": notify.ErrRejected, "edit_window_closed": notify.ErrRejected} {
			s.Next("chat.update", chattest.SlackError(code))
			if err := b.Update(t.Context(), a); !errors.Is(err, want) {
				t.Errorf("%s: got %v", code, err)
			}
		}
		a.Delivery.Message = ""
		if err := b.Update(t.Context(), a); err != nil {
			t.Errorf("a message that nobody knows: %v", err)
		}
		if n := len(s.Messages(chattest.SlackDesk)); n != 0 {
			t.Errorf("%d messages", n)
		}
	})
}

// TestBotTellsOnePerson sends direct messages, whose failure says nothing of the
// channel.
func TestBotTellsOnePerson(t *testing.T) {
	botTest(t, chattest.SlackDesk, func(t *testing.T, s *chattest.Slack, b *Bot) {
		s.Next("chat.postMessage", chattest.Normal(), chattest.SlackError("channel_not_found"))
		s.SetConversation(chattest.Conversation{ID: chattest.SlackMember, Name: "direct", Member: true})
		if err := b.Tell(t.Context(), chattest.SlackMember, "I may not post in <!channel>."); err != nil {
			t.Error(err)
		}
		for _, who := range []string{chattest.SlackMember, "C0DESK", "", "u1", "U1>"} {
			if err := b.Tell(t.Context(), who, "x"); !errors.Is(err, notify.ErrRejected) {
				t.Errorf("%q: got %v", who, err)
			}
		}
	})
}

// TestBotKeepsItsPace holds that one channel gets a post a second and that
// another need not wait for it.
func TestBotKeepsItsPace(t *testing.T) {
	botTest(t, chattest.SlackDesk, func(t *testing.T, s *chattest.Slack, b *Bot) {
		s.Limit("chat.postMessage", 1, time.Second)
		for n := range 5 {
			if _, err := b.Send(t.Context(), next(n)); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := b.Send(ctx, next(9)); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if n := len(s.Messages(chattest.SlackDesk)); n != 5 {
			t.Errorf("%d messages", n)
		}
	})
}

// TestBotSaysNoSecret holds that no error or log line has a token, or an address.
func TestBotSaysNoSecret(t *testing.T) {
	var log bytes.Buffer
	s := chattest.NewSlack(t, chattest.Loopback)
	b := newBot(t, s, chattest.SlackDesk, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	s.Next("chat.postMessage",
		chattest.Text(500, "s3cret in the body", false), chattest.Cut(), chattest.Redirect("https://elsewhere.example/"+s.Token),
		chattest.JSON(200, `{"ok":false,"error":"s3cret `+s.Token+`"}`, false), chattest.SlackError("invalid_auth"))
	for n := range 5 {
		_, err := b.Send(t.Context(), next(n))
		if err == nil {
			t.Fatalf("attempt %d did not fail", n)
		}
		fmt.Fprintln(&log, err)
	}
	for _, secret := range []string{"s3cret", "127.0.0.1", "elsewhere"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%s is in: %s", secret, log.String())
		}
	}
}

func TestNewBotWantsAnID(t *testing.T) {
	for _, id := range []string{"", "#desk", "desk", "U0EDITOR", "C", "C0DESK/../x", "c0desk"} {
		if _, err := NewBot(BotOptions{Channel: id}); err == nil {
			t.Errorf("%q is taken for an ID", id)
		}
	}
}

// TestRefusedIsLoggedOnce holds that what Slack says of a message it refuses is
// said once, with the place it names.
func TestRefusedIsLoggedOnce(t *testing.T) {
	var log bytes.Buffer
	s := chattest.NewSlack(t, chattest.Loopback)
	b := newBot(t, s, chattest.SlackDesk, slog.New(slog.NewTextHandler(&log, nil)))
	refusal := chattest.JSON(200, `{"ok":false,"error":"invalid_blocks","errors":["unsupported type [json-pointer:/blocks/0]"]}`, false)
	a := next(1)
	s.Next("chat.postMessage", refusal)
	ts, err := b.Send(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	s.Next("chat.update", refusal)
	a.Delivery.Kind, a.Delivery.Message = news.Update, ts
	if err := b.Update(t.Context(), a); !errors.Is(err, notify.ErrRejected) {
		t.Errorf("got %v", err)
	}
	if lines := strings.Count(log.String(), "\n"); lines != 2 || strings.Count(log.String(), "json-pointer") != 2 {
		t.Errorf("got %s", log.String())
	}
}
