package chattest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

func client(s *Slack) *slack.Client {
	return slack.New(s.Token, slack.OptionAPIURL(s.APIURL), slack.OptionHTTPClient(s.Client()), slack.OptionAppLevelToken(s.AppToken))
}

func code2(err error) string {
	if e, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return e.Err
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

var quietly = []slack.MsgOption{slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl()}

func say(text string, more ...slack.MsgOption) []slack.MsgOption {
	return append(append([]slack.MsgOption{slack.MsgOptionText(text, false)}, quietly...), more...)
}

func TestSlackMessages(t *testing.T) {
	s := NewSlack(t, Loopback)
	c := client(s)
	if a, err := c.AuthTest(); err != nil || a.BotID != SlackBotID {
		t.Fatalf("%v, %v", a, err)
	}
	meta := slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "editwatch", EventPayload: map[string]any{"id": "d7"}})
	_, ts, err := c.PostMessage(SlackDesk, say("one", meta)...)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.PostMessage(SlackDesk, say("two", slack.MsgOptionTS(ts))...); err != nil {
		t.Fatal(err)
	}
	h, err := c.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: SlackDesk, IncludeAllMetadata: true})
	if err != nil || len(h.Messages) != 1 || h.Messages[0].Metadata.EventPayload["id"] != "d7" || h.Messages[0].ReplyCount != 1 {
		t.Errorf("history: %+v, %v", h, err)
	}
	if _, _, _, err := c.UpdateMessage(SlackDesk, ts, slack.MsgOptionText("three", false)); err != nil {
		t.Error(err)
	}
	m := s.Messages(SlackDesk)
	if len(m) != 2 || m[0].Text != "three" || len(m[0].Edits) != 1 || m[1].Thread != ts {
		t.Errorf("got %+v", m)
	}
	s.RemoveMessage(SlackDesk, ts)
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"deleted", third(c.UpdateMessage(SlackDesk, ts, slack.MsgOptionText("x", false))), "message_not_found"},
		{"outside", second(c.PostMessage(SlackOutside, say("x")...)), "not_in_channel"},
		{"private", second(c.PostMessage(SlackPrivate, say("x")...)), "channel_not_found"},
		{"unknown", second(c.PostMessage("C0NONE", say("x")...)), "channel_not_found"},
	} {
		if got := code2(tt.err); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	info, err := c.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: SlackOutside})
	if err != nil || info.IsMember {
		t.Errorf("info: %+v, %v", info, err)
	}
	s.Scopes = []string{"chat:write"}
	if _, err := c.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: SlackDesk}); code2(err) != "missing_scope" {
		t.Errorf("without the scope: %v", err)
	}
	s.RevokeToken()
	if _, err := c.AuthTest(); code2(err) != "token_revoked" {
		t.Errorf("revoked: %v", err)
	}
	if calls := s.Calls("auth.test"); calls[0].Done != true || calls[1].Done || calls[1].Status != 200 {
		t.Errorf("recorded %+v", calls)
	}
}

func second(_, _ string, err error) error   { return err }
func third(_, _, _ string, err error) error { return err }

func TestSlackFaults(t *testing.T) {
	s := NewSlack(t, Loopback)
	c := client(s)
	s.Next("chat.postMessage", SlackLimited(7*time.Second), Unavailable(), SlackDoneBut("internal_error"), Lost(), SlackError("is_archived"))
	_, _, err := c.PostMessage(SlackDesk, say("x")...)
	if e, ok := errors.AsType[*slack.RateLimitedError](err); !ok || e.RetryAfter != 7*time.Second {
		t.Errorf("limited: %v", err)
	}
	_, _, err = c.PostMessage(SlackDesk, say("x")...)
	if e, ok := errors.AsType[slack.StatusCodeError](err); !ok || e.Code != 503 {
		t.Errorf("unavailable: %v", err)
	}
	for _, want := range []string{"internal_error", "EOF", "is_archived"} {
		if _, _, err := c.PostMessage(SlackDesk, say("x")...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if n := len(s.Messages(SlackDesk)); n != 2 {
		t.Errorf("%d messages, want those of internal_error and of the lost answer", n)
	}
	if calls := s.Calls("chat.postMessage"); !calls[1].Early {
		t.Error("one that came within Retry-After is not marked")
	}
}

// runSocket answers as a small bot does, until the test ends.
func runSocket(t *testing.T, s *Slack) *slack.Client {
	c := client(s)
	sm := socketmode.New(c, socketmode.OptionDialer(s.Dialer()), socketmode.OptionPingInterval(5*time.Second))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{}, 2)
	t.Cleanup(func() {
		cancel()
		<-done
		<-done
	})
	go func() {
		sm.RunContext(ctx)
		done <- struct{}{}
	}()
	go func() {
		defer func() { done <- struct{}{} }()
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-sm.Events:
				answerEvent(t, c, sm, e)
			}
		}
	}()
	return c
}

func answerEvent(t *testing.T, c *slack.Client, sm *socketmode.Client, e socketmode.Event) {
	button := slack.NewActionBlock("b", slack.NewButtonBlockElement("next", "page2", slack.NewTextBlockObject("plain_text", "Next", false, false)))
	var err error
	switch data := e.Data.(type) {
	case slack.SlashCommand:
		sm.Ack(*e.Request)
		if data.Text == "silent" {
			return
		}
		err = slack.PostWebhookCustomHTTP(data.ResponseURL, http.DefaultClient, &slack.WebhookMessage{Text: data.Text, ResponseType: "ephemeral", Blocks: &slack.Blocks{BlockSet: []slack.Block{button}}})
	case slack.InteractionCallback:
		sm.Ack(*e.Request)
		if data.Type == slack.InteractionTypeMessageAction {
			_, err = c.PostEphemeral(data.Channel.ID, data.User.ID, slack.MsgOptionText("history of "+data.Message.Text, false))
			break
		}
		err = slack.PostWebhookCustomHTTP(data.ResponseURL, http.DefaultClient, &slack.WebhookMessage{Text: data.ActionCallback.BlockActions[0].Value, ReplaceOriginal: true})
	case slackevents.EventsAPIEvent:
		sm.Ack(*e.Request)
		switch ev := data.InnerEvent.Data.(type) {
		case *slackevents.AppMentionEvent:
			_, _, err = c.PostMessage(ev.Channel, say("you said "+ev.Text[strings.Index(ev.Text, " ")+1:], slack.MsgOptionTS(ev.TimeStamp))...)
		case *slackevents.AppHomeOpenedEvent:
			_, err = c.PublishView(ev.User, slack.HomeTabViewRequest{Type: "home", Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewHeaderBlock(slack.NewTextBlockObject("plain_text", "Watches", false, false))}}}, "")
		}
	}
	if err != nil {
		t.Error(err)
	}
}

func TestSocketMode(t *testing.T) {
	s := NewSlack(t, Loopback)
	runSocket(t, s)
	k := s.Command(SlackMember, SlackDesk, "/editwatch", "list")
	a := k.Answer()
	if a.Text != "list" || a.For != SlackMember || k.Acked() > promptly {
		t.Errorf("got %+v", a)
	}
	if p := s.Press(SlackMember, a, "Next").Answer(); p.Text != "page2" || p.TS != a.TS {
		t.Errorf("pressed: %+v", p)
	}
	if m := s.Mention(SlackMember, SlackDesk, "history x", "").Answer(); m.Text != "you said history x" || m.Thread == "" {
		t.Errorf("mentioned: %+v", m)
	}
	ts := s.Post(SlackMember, SlackDesk, "look", "")
	if m := s.Shortcut(SlackMember, "history", SlackDesk, ts).Answer(); m.Text != "history of look" {
		t.Errorf("shortcut: %+v", m)
	}
	s.OpenHome(SlackMember)
	if got := VisibleView(s.WaitHome(SlackMember)); got != "Watches" {
		t.Errorf("home: %q", got)
	}
	s.Disconnect("refresh_requested")
	s.WaitSocket(2)
	if a := s.Command(SlackMember, SlackDesk, "/editwatch", "again").Answer(); a.Text != "again" {
		t.Errorf("after a refresh: %+v", a)
	}
	s.DropSockets()
	s.WaitSocket(3)
}

func TestResponseURL(t *testing.T) {
	s := NewSlack(t, Loopback)
	urls := make(chan string, 1)
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		v, err := slack.NewSecretsVerifier(r.Header, s.SigningSecret)
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		v.Write(body)
		if v.Ensure() != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if strings.HasPrefix(string(body), "{") {
			var b struct{ Challenge string }
			json.Unmarshal(body, &b)
			if b.Challenge == "" && r.Header.Get("X-Slack-Retry-Num") == "" {
				w.WriteHeader(http.StatusInternalServerError) // once
				return
			}
			io.WriteString(w, b.Challenge)
			return
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		c, _ := slack.SlashCommandParse(r)
		urls <- c.ResponseURL
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"text":"at once"}`)
	}))
	defer bot.Close()
	s.UseURLs(RequestURLs{Commands: bot.URL, Events: bot.URL, Client: bot.Client()})
	k := s.Command(SlackMember, SlackDesk, "/editwatch", "list")
	if a := k.Answer(); a.Text != "at once" || a.For != SlackMember {
		t.Errorf("got %+v", a)
	}
	u := <-urls
	for i := range 6 {
		resp, err := s.Client().Post(u, "application/json", strings.NewReader(`{"text":"more"}`))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if want := map[bool]int{true: 200, false: 404}[i < 5]; resp.StatusCode != want {
			t.Errorf("use %d: %d, want %d", i+1, resp.StatusCode, want)
		}
	}
	s.Event("", SlackDesk, map[string]any{"type": "channel_archive", "channel": SlackDesk}).Acked() // the second time
	body := []byte("text=list")
	for name, h := range map[string]http.Header{
		"old":    s.Sign(time.Now().Add(-10*time.Minute), "application/x-www-form-urlencoded", body),
		"forged": s.Sign(time.Now(), "application/x-www-form-urlencoded", []byte("text=other")),
	} {
		if status, _ := s.Deliver(bot.URL, bot.Client(), h, body); status != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, status)
		}
	}
}
