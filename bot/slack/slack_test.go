package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/slack"
)

const article = "https://harbourpost.example/bridge"

// TestAcknowledgesAtOnce holds that Slack hears within its three seconds whatever
// the site takes, and the asker when it answered.
func TestAcknowledgesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, chattest.Memory, true)
		w.web.slow = 4 * time.Minute
		k := w.Command(chattest.SlackMember, chattest.SlackDesk, "/editwatch", "add "+article)
		if took := k.Acked(); took > time.Second {
			t.Errorf("acknowledged after %v", took)
		}
		if !k.Unanswered() {
			t.Error("answered before the site did")
		}
		time.Sleep(5 * time.Minute)
		if a := k.Answer(); !strings.Contains(a.Visible(), "as w1") || a.For != chattest.SlackMember {
			t.Errorf("got %q for %q", a.Visible(), a.For)
		}
	})
}

// TestAnswerOutlivesItsURL holds that what takes longer than a response URL lasts
// still reaches the asker, and so does what Slack fails to take.
func TestAnswerOutlivesItsURL(t *testing.T) {
	tests := map[string][]chattest.Answer{
		"used_up":     {chattest.JSON(404, `{"ok":false,"error":"used_url"}`, false)},
		"unavailable": {chattest.Unavailable(), chattest.Unavailable()},
		"limited":     {chattest.SlackLimited(30 * time.Second)},
		"lost":        {chattest.Cut()},
		"refused":     {chattest.JSON(400, `{"ok":false,"error":"invalid_blocks"}`, false)},
	}
	for name, faults := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, chattest.Memory, true)
				w.Next(chattest.ResponseURL, faults...)
				k := w.Command(chattest.SlackMember, chattest.SlackDesk, "/editwatch", "help")
				time.Sleep(2 * time.Minute)
				if got := k.Answer().Text; !strings.HasPrefix(got, "I watch articles") {
					t.Errorf("got %q", got)
				}
				if got := len(k.Answers(1)); got != 1 {
					t.Errorf("answered %d times", got)
				}
			})
		})
	}
}

// TestExport holds that a file reaches the asker, as text.
func TestExport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, chattest.Memory, true)
		w.ask(chattest.SlackMember, chattest.SlackDesk, "add "+article)
		got := w.Command(chattest.SlackMember, chattest.SlackDesk, "/editwatch", "export").Answers(2)
		if text := got[1].Visible(); !strings.Contains(text, article) || !strings.Contains(text, "<opml") {
			t.Errorf("got %s", text)
		}
	})
}

func TestPieces(t *testing.T) {
	line := strings.Repeat("<&\"", 20) + "\n"
	whole := strings.Repeat(line, 40)
	var got strings.Builder
	for _, m := range pieces(&bot.File{Name: "x.opml", Data: []byte(whole)}) {
		body, err := json.Marshal(m.Webhook())
		if err != nil {
			t.Fatal(err)
		}
		if err := chattest.CheckSlack("webhook", body); err != nil {
			t.Error(err)
		}
		got.WriteString(chattest.Saying{Blocks: marshal(t, m.Blocks)}.Visible() + "\n")
	}
	if got.String() != whole {
		t.Error("the pieces are not the file")
	}
	for _, long := range []string{strings.Repeat(line, 1000), strings.Repeat("x", 9000)} {
		if p := pieces(&bot.File{Name: "x", Data: []byte(long)}); p != nil {
			t.Errorf("%d bytes made %d messages", len(long), len(p))
		}
	}
}

func marshal(t *testing.T, v any) json.RawMessage {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestAnswersFit lays out answers that are too long for any message.
func TestAnswersFit(t *testing.T) {
	nasty := strings.Repeat("<!channel> \\\"&*_~`@everyone \u202e字🏴󠁧󠁢󠁳󠁣󠁴󠁿 ", 60)
	long := brief.Brief{What: nasty, URL: "https://harbourpost.example/" + strings.Repeat("a", 2900), Headline: nasty, Remarks: []string{nasty}, When: []string{nasty}}
	for range 40 {
		long.Lines = append(long.Lines, brief.Line{Label: "¶1", Runs: []brief.Run{{Mark: brief.Del, Text: nasty}, {Mark: brief.Ins, Text: nasty}}})
	}
	var many []string
	for range 500 {
		many = append(many, nasty)
	}
	row := []news.Button{{Label: nasty, Token: "e1:help"}, {Label: "Page", URL: "javascript:alert(1)"}, {Label: "Web", URL: "https://x.example/"}}
	tests := map[string]bot.Answer{
		"nothing":    {},
		"lines":      {Lines: many, Buttons: row},
		"short":      {Lines: many[:1], Buttons: row},
		"brief":      {Lines: many[:2], Briefs: []brief.Brief{long}, Buttons: row},
		"briefs":     {Briefs: []brief.Brief{long, long, long, long, long, long, long, long, long, long, long, long}},
		"everything": {Lines: many, Briefs: []brief.Brief{long, long}, Buttons: row},
	}
	for name, a := range tests {
		t.Run(name, func(t *testing.T) {
			if err := chattest.CheckSlack("webhook", marshal(t, message(a, slash).Webhook())); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestButtons presses what should not be pressed any more.
func TestButtons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, chattest.Memory, true)
		a := w.ask(chattest.SlackMember, chattest.SlackDesk, "add "+article)
		gone := w.ask(chattest.SlackMember, chattest.SlackDesk, "remove w1")
		undo := gone.Buttons()[0]
		w.Press(chattest.SlackMember, gone, "Undo").Answer()
		tests := []struct {
			name, value, want string
		}{
			{"twice", undo.Value, "w1"},
			{"forged", "e1:remove:w1", "That button is of another editwatch."},
			{"not_ours", "approve", "That button is not one of mine."},
			{"long", strings.Repeat("x", 1990), "That button is not one of mine."},
			{"article_unknown", news.Action{Verb: "history", Target: "none"}.Token(), "I do not know that article"},
			{"watch_unknown", news.Action{Verb: "undo", Target: "w77"}.Token(), "That can no longer be undone."},
		}
		for _, tt := range tests {
			got := w.PressButton(chattest.SlackMember, a, chattest.SlackButton{Label: tt.name, ActionID: "x", Value: tt.value}).Answer()
			if text := got.Visible(); !strings.Contains(text, tt.want) || strings.Contains(text, "rror") {
				t.Errorf("%s: got %q, want %q", tt.name, text, tt.want)
			}
		}
	})
}

// TestAnnouncementStays presses a button of a post that all can see: the post
// stays as it is, and the answer stands beside it, for one person alone.
func TestAnnouncementStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, chattest.Memory, true)
		w.ask(chattest.SlackMember, chattest.SlackDesk, "add "+article)
		a, err := w.store.FindArticle(t.Context(), news.AddressKey(news.PageReading, article))
		if err != nil {
			t.Fatal(err)
		}
		root := w.Post(chattest.SlackMember, chattest.SlackDesk, "first", "")
		for _, thread := range []string{"", root} {
			m := slack.Of(brief.Notice("The Harbour Post", "headline", article, "It changed."),
				news.Button{Label: "History", Token: news.Action{Verb: "history", Target: string(a.ID)}.Token()},
				news.Button{Label: "Mute article", Token: news.Action{Verb: "mute", Target: string(a.ID)}.Token()},
			)
			m.Thread = thread
			if _, err := w.front.client.Post(t.Context(), chattest.SlackDesk, m); err != nil {
				t.Fatal(err)
			}
			posts := w.Messages(chattest.SlackDesk)
			post := posts[len(posts)-1]
			for _, label := range []string{"History", "Mute article"} {
				got := w.Press(chattest.SlackMember, post, label).Answer()
				if got.For != chattest.SlackMember || got.TS == post.TS || got.Thread != thread {
					t.Errorf("%s: answered to %q in %q: %s", label, got.For, got.Thread, got.Visible())
				}
			}
			if now := w.Messages(chattest.SlackDesk)[len(posts)-1]; len(now.Edits) != 0 || now.Visible() != post.Visible() {
				t.Errorf("the post is now %s", now.Visible())
			}
		}
	})
}

// TestPages turns the pages of a list in place.
func TestPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, chattest.Memory, true)
		for _, x := range "abcdefghijkl" {
			w.ask(chattest.SlackMember, chattest.SlackDesk, "add "+article+string(x))
		}
		first := w.ask(chattest.SlackMember, chattest.SlackDesk, "list")
		second := w.Press(chattest.SlackMember, first, "Next").Answer()
		if second.TS != first.TS || !strings.Contains(second.Visible(), "w12") || strings.Contains(second.Visible(), "w2 ") {
			t.Errorf("got %s", second.Visible())
		}
		if back := w.Press(chattest.SlackMember, second, "Previous").Answer(); !strings.Contains(back.Visible(), "w10 ") {
			t.Errorf("got %s", back.Visible())
		}
	})
}

// TestHome shows a person's watches, and turns their pages.
func TestHome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, chattest.Memory, true)
		w.OpenHome(chattest.SlackMember).Acked()
		if got := seen(t, w.WaitHome(chattest.SlackMember)); !strings.Contains(got, "Nothing is watched here yet.") {
			t.Errorf("got %s", got)
		}
		for _, x := range "abcdefghijkl" {
			w.ask(chattest.SlackMember, chattest.SlackDesk, "add "+article+string(x))
		}
		w.ask(chattest.SlackAdmin, chattest.SlackDesk, "add "+article+"z")
		w.OpenHome(chattest.SlackMember).Acked()
		synctest.Wait()
		time.Sleep(time.Second)
		got := seen(t, w.Home(chattest.SlackMember))
		if !strings.Contains(got, "w1  #desk") || strings.Contains(got, "w13") {
			t.Errorf("got %s", got)
		}
		w.PressHome(chattest.SlackMember, "Next").Acked()
		time.Sleep(time.Second)
		if got := seen(t, w.Home(chattest.SlackMember)); !strings.Contains(got, "w12  #desk") {
			t.Errorf("got %s", got)
		}
	})
}

func seen(t *testing.T, view json.RawMessage) string {
	t.Helper()
	var v struct{ Blocks json.RawMessage }
	if err := json.Unmarshal(view, &v); err != nil {
		t.Fatal(err)
	}
	return chattest.Saying{Blocks: v.Blocks}.Visible()
}

// TestLifecycle ends and pauses watches with their channels.
func TestLifecycle(t *testing.T) {
	tests := []struct {
		name   string
		event  map[string]any
		left   int // watches that stand
		paused bool
	}{
		{"archived", map[string]any{"type": "channel_archive", "channel": chattest.SlackDesk, "user": "U1"}, 0, false},
		{"deleted", map[string]any{"type": "channel_deleted", "channel": chattest.SlackDesk}, 0, false},
		{"private_deleted", map[string]any{"type": "group_deleted", "channel": chattest.SlackDesk}, 0, false},
		{"sent_away", map[string]any{"type": "channel_left", "channel": chattest.SlackDesk, "actor_id": "U1"}, 1, true},
		{"sent_away_private", map[string]any{"type": "group_left", "channel": chattest.SlackDesk}, 1, true},
		{"somebody_left", map[string]any{"type": "channel_left", "channel": chattest.SlackDesk, "user": "U1"}, 1, false},
		{"another_channel", map[string]any{"type": "channel_deleted", "channel": "C0OTHER"}, 1, false},
		{"uninstalled", map[string]any{"type": "app_uninstalled"}, 0, false},
		{"somebody's_tokens", map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []string{"U1"}}}, 1, false},
		{"renamed", map[string]any{"type": "channel_rename", "channel": map[string]any{"id": chattest.SlackDesk, "name": "desks"}}, 1, false},
		{"unknown", map[string]any{"type": "some_new_event", "channel": 7, "user": []string{}}, 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, chattest.Memory, true)
				w.ask(chattest.SlackMember, chattest.SlackDesk, "add "+article)
				w.Event("", chattest.SlackDesk, tt.event).Acked()
				time.Sleep(time.Second)
				got := w.watches(t, chattest.SlackDesk)
				if len(got) != tt.left || tt.left == 1 && got[0].Paused(time.Now()) != tt.paused {
					t.Errorf("got %+v", got)
				}
			})
		})
	}
}

// TestOwnMentions holds that the bot answers no bot, itself least of all.
func TestOwnMentions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, chattest.Memory, true)
		e := map[string]any{"type": "app_mention", "text": "<@U0EDITWATCH> help", "channel": chattest.SlackDesk, "ts": "1.1"}
		for _, who := range []map[string]any{{"user": chattest.SlackBot}, {"user": "U1", "bot_id": "B1"}, {}} {
			for k, v := range who {
				e[k] = v
			}
			k := w.Event("", chattest.SlackDesk, e)
			k.Acked()
			time.Sleep(time.Second)
			if !k.Unanswered() {
				t.Errorf("%v is answered", who)
			}
		}
	})
}

func TestNew(t *testing.T) {
	if _, err := New(Options{SigningSecret: "two words"}); err == nil {
		t.Error("any secret is taken")
	}
	// One that nobody can reach announces all the same.
	f, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Run(ctx); err != nil {
		t.Error(err)
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/slack/", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("got %d", w.Code)
	}
}
