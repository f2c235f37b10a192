package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
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
			for _, c := range []bot.Command{{Verb: bot.List}, {Verb: bot.Help}, {Verb: bot.Help, Target: "add"}} {
				m := message(c, a)
				if err := chattest.CheckSlack("webhook", marshal(t, m.Webhook())); err != nil {
					t.Error(err)
				}
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
		// An announcement stays as it is, whoever presses.
		ts := w.Messages(chattest.SlackDesk)
		if len(ts) != 0 {
			t.Errorf("the channel has %d messages", len(ts))
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

// TestSocket holds the connection against what becomes of it.
func TestSocket(t *testing.T) {
	t.Run("refreshed", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, chattest.Memory, true)
			for i, reason := range []string{"warning", "refresh_requested"} {
				w.Disconnect(reason)
				w.WaitSocket(i + 2)
			}
			if got := w.ask(chattest.SlackMember, chattest.SlackDesk, "help add"); !strings.Contains(got.Text, "add") {
				t.Errorf("got %q", got.Text)
			}
			if c := w.front.Connection(); c.Count != 3 || c.Since.IsZero() {
				t.Errorf("got %+v", c)
			}
		})
	})
	t.Run("dropped", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, chattest.Memory, true)
			w.DropSockets()
			w.WaitSocket(2)
			w.ask(chattest.SlackMember, chattest.SlackDesk, "help")
		})
	})
	t.Run("silent", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, chattest.Memory, true)
			w.SetDeaf(true)
			time.Sleep(100 * time.Second)
			w.SetDeaf(false)
			w.WaitSocket(2)
			w.ask(chattest.SlackMember, chattest.SlackDesk, "help")
		})
	})
	t.Run("outage", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, chattest.Memory, true)
			end := w.Always("apps.connections.open", chattest.Unavailable())
			w.DropSockets()
			time.Sleep(time.Hour)
			end()
			time.Sleep(6 * time.Minute)
			w.ask(chattest.SlackMember, chattest.SlackDesk, "help")
		})
	})
	t.Run("switched_off", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, chattest.Memory, true)
			opened := len(w.Calls("apps.connections.open"))
			w.Disconnect("link_disabled")
			time.Sleep(time.Minute)
			// The endpoint goes on, so Run does not end; but nothing is opened anew.
			if n := len(w.Calls("apps.connections.open")); n != opened {
				t.Errorf("connected %d times more", n-opened)
			}
		})
	})
	t.Run("token_revoked", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, chattest.Memory, true)
			w.Always("apps.connections.open", chattest.SlackError("token_revoked"))
			w.DropSockets()
			time.Sleep(time.Hour)
			if n := len(w.Calls("apps.connections.open")); n != 2 {
				t.Errorf("asked %d times", n)
			}
		})
	})
}

// TestListenerEnds says why there is no sense in connecting again.
func TestListenerEnds(t *testing.T) {
	tests := map[string]struct {
		do   func(s *chattest.Slack)
		want error
	}{
		"off":     {func(s *chattest.Slack) { s.Disconnect("link_disabled") }, slack.ErrSocketOff},
		"revoked": {func(s *chattest.Slack) { s.RevokeToken(); s.DropSockets() }, slack.ErrUnauthorized},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := chattest.NewSlack(t, chattest.Memory)
				c, err := slack.NewClient(slack.Options{Token: s.Token, AppToken: s.AppToken, APIURL: s.APIURL, HTTP: s.Client(), Dial: s.Dialer().NetDialContext})
				if err != nil {
					t.Fatal(err)
				}
				f, err := New(Options{Client: c, Socket: true})
				if err != nil {
					t.Fatal(err)
				}
				ended := make(chan error, 1)
				go func() { ended <- f.Run(t.Context()) }()
				s.WaitSocket(1)
				tt.do(s)
				if err := <-ended; !errors.Is(err, tt.want) || strings.Contains(err.Error(), "xapp") {
					t.Errorf("got %v", err)
				}
			})
		})
	}
	c, err := slack.NewClient(slack.Options{Token: "xoxb-1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := slack.NewListener(c, slack.NewInbox(nil), 0).Run(context.Background()); !errors.Is(err, slack.ErrNoAppToken) {
		t.Errorf("got %v", err)
	}
}

// TestRequests speaks to the endpoint as Slack does, and as others do.
func TestRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, chattest.Memory, false)
		const address = "https://edits.example/slack"
		urls := chattest.RequestURLs{Commands: address, Interactivity: address, Events: address, Client: w.server()}
		w.UseURLs(urls)
		added := w.ask(chattest.SlackMember, chattest.SlackDesk, "add "+article)
		if !strings.Contains(added.Text, "as w1") {
			t.Errorf("got %q", added.Text)
		}
		if m := w.Mention(chattest.SlackMember, chattest.SlackDesk, "list", "").Answer(); !strings.Contains(m.Text, "w1") {
			t.Errorf("got %q", m.Text)
		}
		gone := w.ask(chattest.SlackMember, chattest.SlackDesk, "remove w1")
		if m := w.Press(chattest.SlackMember, gone, "Undo").Answer(); !strings.Contains(m.Text, "is back") {
			t.Errorf("got %q", m.Text)
		}
		forged(t, w, address)
	})
}

// forged sends what must not be believed, or not twice.
func forged(t *testing.T, w *world, address string) {
	form := "application/x-www-form-urlencoded"
	remove := []byte(url.Values{"command": {"/editwatch"}, "text": {"remove w1"}, "channel_id": {chattest.SlackDesk}, "user_id": {"U1"}, "team_id": {chattest.SlackTeam}}.Encode())
	wrong := w.Sign(time.Now(), form, []byte("something else"))
	half := w.Sign(time.Now(), form, remove)
	half.Set("X-Slack-Signature", half.Get("X-Slack-Signature")[:20])
	none := http.Header{"Content-Type": {form}}
	future := w.Sign(time.Now().Add(time.Hour), form, remove)
	tests := []struct {
		name   string
		header http.Header
		body   []byte
		want   int
	}{
		{"another_body", wrong, remove, 401},
		{"cut", half, remove, 401},
		{"unsigned", none, remove, 401},
		{"old", w.Sign(time.Now().Add(-6*time.Minute), form, remove), remove, 401},
		{"from_the_future", future, remove, 401},
		{"too_large", w.Sign(time.Now(), form, remove), []byte(strings.Repeat("x", 2<<20)), 413},
		{"not_a_form", w.Sign(time.Now(), form, []byte("%zz")), []byte("%zz"), 400},
		{"empty", w.Sign(time.Now(), form, nil), nil, 400},
		{"not_json", w.Sign(time.Now(), "application/json", []byte("{")), []byte("{"), 400},
		{"some_type", w.Sign(time.Now(), "text/html", nil), nil, 415},
		{"bad_payload", w.Sign(time.Now(), form, []byte("payload=7")), []byte("payload=7"), 200},
		{"unknown_payload", w.Sign(time.Now(), form, []byte(`payload={"type":"view_closed"}`)), []byte(`payload={"type":"view_closed"}`), 200},
		{"certificate_check", w.Sign(time.Now(), form, []byte("ssl_check=1&token=x")), []byte("ssl_check=1&token=x"), 200},
	}
	for _, tt := range tests {
		if got, _ := w.Deliver(address, w.server(), tt.header, tt.body); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
	if n := len(w.watches(t, chattest.SlackDesk)); n != 1 {
		t.Errorf("%d watches are left, want 1", n)
	}
	// Slack tells an event again when it did not hear that it arrived.
	before := len(w.Ephemeral(chattest.SlackMember))
	for _, body := range []string{
		`{"type":"event_callback","event_id":"Ev7","team_id":"T0HARBOUR","event":{"type":"app_mention","user":"U0READER","channel":"C0DESK","text":"help","ts":"1.1"}}`,
		`{"type":"event_callback","team_id":"T0HARBOUR","event":{"type":"app_mention","user":"U0READER","channel":"C0DESK","text":"list","ts":"1.1"}}`,
	} {
		for n := range 3 {
			h := w.Sign(time.Now(), "application/json", []byte(body))
			if n > 0 {
				h.Set("X-Slack-Retry-Num", string(rune('0'+n)))
			}
			if got, _ := w.Deliver(address, w.server(), h, []byte(body)); got != 200 {
				t.Errorf("got %d", got)
			}
		}
	}
	time.Sleep(time.Second)
	if n := len(w.Ephemeral(chattest.SlackMember)) - before; n != 2 {
		t.Errorf("answered %d times, want twice", n)
	}
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
