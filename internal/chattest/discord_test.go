package chattest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
)

// redirect sends discordgo's requests to a server.
type redirect struct {
	base *url.URL
	next http.RoundTripper
}

func (r redirect) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host, req.Host = r.base.Scheme, r.base.Host, ""
	return r.next.RoundTrip(req)
}

func dial(t testing.TB, d *Discord) *discordgo.Session {
	t.Helper()
	d.verify = true
	s, err := discordgo.New("Bot " + d.Token)
	if err != nil {
		t.Fatal(err)
	}
	base, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.Client = &http.Client{Transport: redirect{base, d.Transport()}}
	s.Dialer = d.Dialer()
	s.ShouldRetryOnRateLimit, s.MaxRestRetries = false, 0
	s.Identify.Intents = discordgo.IntentGuilds
	s.LogLevel = discordgo.LogError - 1
	return s
}

// message is a body with what discordgo's own lacks.
func message(content, nonce string) map[string]any {
	m := map[string]any{"content": content, "allowed_mentions": map[string]any{"parse": []string{}}}
	if nonce != "" {
		m["nonce"], m["enforce_nonce"] = nonce, true
	}
	return m
}

func post(s *discordgo.Session, channel string, body any) (*discordgo.Message, error) {
	raw, err := s.RequestWithBucketID("POST", discordgo.EndpointChannelMessages(channel), body, discordgo.EndpointChannelMessages(channel))
	if err != nil {
		return nil, err
	}
	var m discordgo.Message
	return &m, json.Unmarshal(raw, &m)
}

func code(err error) int {
	if e, ok := errors.AsType[*discordgo.RESTError](err); ok && e.Message != nil {
		return e.Message.Code
	}
	return 0
}

func TestMessages(t *testing.T) {
	d := NewDiscord(t, Loopback)
	s := dial(t, d)
	m, err := post(s, DiscordText, message("one", "n1"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := post(s, DiscordText, message("one", "n1"))
	if err != nil || again.ID != m.ID {
		t.Errorf("the same nonce: %v, %v; want message %s", again, err, m.ID)
	}
	quiet := &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}
	content := "two"
	if _, err := s.ChannelMessageEditComplex(&discordgo.MessageEdit{Channel: DiscordText, ID: m.ID, Content: &content, AllowedMentions: quiet}); err != nil {
		t.Error(err)
	}
	got := d.Messages(DiscordText)
	if len(got) != 1 || got[0].Content != "two" || len(got[0].Edits) != 1 || got[0].Nonce != "n1" {
		t.Errorf("got %+v", got)
	}
	list, err := s.ChannelMessages(DiscordText, 10, "", DiscordMessage, "")
	if err != nil || len(list) != 1 || list[0].ID != m.ID {
		t.Errorf("list: %v, %v", list, err)
	}

	for what, ask := range map[string]func() error{
		"channel":     func() error { _, err := s.Channel(DiscordText); return err },
		"guild":       func() error { _, err := s.Guild(DiscordGuild); return err },
		"roles":       func() error { _, err := s.GuildRoles(DiscordGuild); return err },
		"channels":    func() error { _, err := s.GuildChannels(DiscordGuild); return err },
		"member":      func() error { _, err := s.GuildMember(DiscordGuild, DiscordBot); return err },
		"guilds":      func() error { _, err := s.UserGuilds(10, "", "", false); return err },
		"me":          func() error { _, err := s.User("@me"); return err },
		"application": func() error { _, err := s.Application("@me"); return err },
		"gateway":     func() error { _, err := s.GatewayBot(); return err },
	} {
		if err := ask(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}

	th, err := s.MessageThreadStart(DiscordText, m.ID, "a thread", 1440)
	if err != nil || th.ID != m.ID {
		t.Fatalf("thread: %v, %v", th, err)
	}
	if _, err := s.MessageThreadStart(DiscordText, m.ID, "a thread", 1440); code(err) != 160004 {
		t.Errorf("a second thread: %v", err)
	}
	if _, err := post(s, th.ID, message("in the thread", "")); err != nil {
		t.Error(err)
	}
	d.SetThread(th.ID, true, true)
	if _, err := post(s, th.ID, message("x", "")); code(err) != 50083 {
		t.Errorf("into an archived and locked thread: %v", err)
	}

	if _, err := s.ChannelMessageCrosspost(DiscordText, m.ID); code(err) != 50024 {
		t.Errorf("crosspost in a text channel: %v", err)
	}
	d.RemoveMessage(m.ID)
	if _, err := s.ChannelMessage(DiscordText, m.ID); code(err) != 10008 {
		t.Errorf("a deleted message: %v", err)
	}
	if _, err := post(s, DiscordText, message("one", "n1")); code(err) != 10008 {
		t.Errorf("the nonce of a deleted message: %v", err)
	}
	d.SetPermissions(DiscordText, PermView)
	if _, err := post(s, DiscordText, message("x", "")); code(err) != 50013 {
		t.Errorf("without the right to send: %v", err)
	}
	d.SetPermissions(DiscordText, 1)
	if _, err := post(s, DiscordText, message("x", "")); code(err) != 50001 {
		t.Errorf("without the right to see: %v", err)
	}
	d.DeleteChannel(DiscordText)
	if _, err := post(s, DiscordText, message("x", "")); code(err) != 10003 {
		t.Errorf("into a deleted channel: %v", err)
	}
	d.RevokeToken()
	if _, err := s.User("@me"); err == nil || d.Calls(GetMe)[1].Status != 401 {
		t.Errorf("with a token that was reset: %v", err)
	}
}

func TestPublishing(t *testing.T) {
	d := NewDiscord(t, Loopback)
	s := dial(t, d)
	var last error
	for range 11 {
		m, err := post(s, DiscordNews, message("x", ""))
		if err != nil {
			t.Fatal(err)
		}
		_, last = s.ChannelMessageCrosspost(DiscordNews, m.ID)
	}
	limited, ok := errors.AsType[*discordgo.RateLimitError](last)
	if !ok || limited.RetryAfter < 59*time.Minute {
		t.Fatalf("the eleventh: %v", last)
	}
	calls := d.Calls(Crosspost)
	if c := calls[10]; c.Status != 429 || c.Done || c.Early {
		t.Errorf("recorded %+v", c)
	}
	if _, err := s.ChannelMessageCrosspost(DiscordNews, d.Messages(DiscordNews)[10].ID); err == nil || !d.Calls(Crosspost)[11].Early {
		t.Errorf("one that came too early: %v", err)
	}
	published := 0
	for _, m := range d.Messages(DiscordNews) {
		if m.Published() {
			published++
		}
	}
	if published != 10 {
		t.Errorf("%d published", published)
	}
}

func TestFaults(t *testing.T) {
	d := NewDiscord(t, Loopback)
	s := dial(t, d)
	d.Next(CreateMessage, append(Times(2, Unavailable()), Lost(), DiscordLimited(time.Second, 3*time.Second, true), LimitedHTML("7"), Cut(), Normal())...)
	var got []string
	for range 7 {
		_, err := post(s, DiscordText, message("x", "n"))
		c := d.Calls(CreateMessage)
		last := c[len(c)-1]
		got = append(got, strings.TrimSpace(http.StatusText(last.Status)+" "+map[bool]string{true: "done"}[last.Done]))
		if (err == nil) != (last.Status == 200) {
			t.Errorf("%v after %d", err, last.Status)
		}
	}
	want := "Service Unavailable, Service Unavailable, done, Too Many Requests, Too Many Requests, , OK done"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
	if n := len(d.Messages(DiscordText)); n != 1 {
		t.Errorf("%d messages, want the lost one only", n)
	}
	if d.Invalid() != 2 || d.Ordered() != 0 {
		t.Errorf("%d invalid, %d orders left", d.Invalid(), d.Ordered())
	}
	d.Limit(CreateMessage, 1, time.Minute)
	end := d.Always(GetMe, Unavailable())
	if _, err := s.User("@me"); err == nil {
		t.Error("no outage")
	}
	end()
	if _, err := s.User("@me"); err != nil {
		t.Error(err)
	}
}

// commands of a bot like ours.
var someCommands = []*discordgo.ApplicationCommand{
	{Name: "edits", Description: "Ask about edits", Options: []*discordgo.ApplicationCommandOption{{
		Name: "history", Description: "The versions of an article", Type: discordgo.ApplicationCommandOptionSubCommand,
		Options: []*discordgo.ApplicationCommandOption{
			{Name: "article", Description: "Its address", Type: discordgo.ApplicationCommandOptionString, Required: true, Autocomplete: true},
			{Name: "max", Description: "How many", Type: discordgo.ApplicationCommandOptionInteger},
		},
	}}},
	{Name: "Show edit history", Type: discordgo.MessageApplicationCommand},
}

// serve answers interactions as a small bot does.
func serve(t *testing.T, s *discordgo.Session, deferred bool) {
	quiet := &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}
	row := []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.Button{Label: "Next", Style: discordgo.SecondaryButton, CustomID: "page:2"}}}}
	s.AddHandler(func(s *discordgo.Session, e *discordgo.InteractionCreate) {
		var err error
		switch e.Type {
		case discordgo.InteractionApplicationCommandAutocomplete:
			err = s.InteractionRespond(e.Interaction, &discordgo.InteractionResponse{Type: 8, Data: &discordgo.InteractionResponseData{Choices: []*discordgo.ApplicationCommandOptionChoice{{Name: "Bridge", Value: "a1"}}}})
		case discordgo.InteractionMessageComponent:
			err = s.InteractionRespond(e.Interaction, &discordgo.InteractionResponse{Type: 7, Data: &discordgo.InteractionResponseData{Content: e.MessageComponentData().CustomID, AllowedMentions: quiet}})
		default:
			if !deferred {
				err = s.InteractionRespond(e.Interaction, &discordgo.InteractionResponse{Type: 4, Data: &discordgo.InteractionResponseData{Content: "at once", Flags: discordgo.MessageFlagsEphemeral, AllowedMentions: quiet, Components: row}})
				break
			}
			if err = s.InteractionRespond(e.Interaction, &discordgo.InteractionResponse{Type: 5, Data: &discordgo.InteractionResponseData{Flags: discordgo.MessageFlagsEphemeral}}); err == nil {
				content := "later"
				_, err = s.InteractionResponseEdit(e.Interaction, &discordgo.WebhookEdit{Content: &content, Components: &row, AllowedMentions: quiet})
			}
		}
		if err != nil {
			t.Error(err)
		}
	})
}

func TestInteractions(t *testing.T) {
	d := NewDiscord(t, Loopback)
	s := dial(t, d)
	serve(t, s, true)
	if err := s.Open(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.ApplicationCommandBulkOverwrite(DiscordApp, "", someCommands); err != nil {
		t.Fatal(err)
	}
	if list, err := s.ApplicationCommands(DiscordApp, ""); err != nil || len(list) != 2 || d.CommandCreates() != 2 {
		t.Fatalf("%v, %v", list, err)
	}
	a := d.Slash(Reader(DiscordText), "edits history", Option{Name: "article", Value: "https://x.example"}).Answer()
	if a.Kind != 5 || a.Message.Content != "later" || !a.Message.Ephemeral() || a.After > promptly {
		t.Errorf("got %+v", a)
	}
	p := d.Press(Reader(DiscordText), a.Message, "Next").Answer()
	if p.Kind != 7 || p.Message.Content != "page:2" {
		t.Errorf("pressed: %+v", p)
	}
	c := d.Complete(Reader(DiscordText), "edits history", Option{Name: "article", Value: "bri", Focused: true}).Answer()
	if len(c.Choices) != 1 || c.Choices[0].Value != "a1" {
		t.Errorf("choices: %+v", c)
	}
	if m := d.MessageAction(Reader(DiscordText), "Show edit history", DiscordMessage).Answer(); m.Message.Content != "later" {
		t.Errorf("action: %+v", m)
	}
	if len(d.Messages(DiscordText)) != 0 {
		t.Error("an ephemeral answer stands in the channel")
	}
}

func TestInteractionErrors(t *testing.T) {
	d := NewDiscord(t, Loopback)
	s := dial(t, d)
	if err := s.Open(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got := make(chan *discordgo.Interaction, 1)
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.InteractionCreate) { got <- e.Interaction })
	if _, err := s.ApplicationCommandBulkOverwrite(DiscordApp, "", someCommands); err != nil {
		t.Fatal(err)
	}
	d.MessageAction(Admin(DiscordText), "Show edit history", DiscordMessage)
	i := <-got
	content := "x"
	edit := &discordgo.WebhookEdit{Content: &content, AllowedMentions: &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}}
	if _, err := s.InteractionResponseEdit(i, edit); code(err) != 10015 {
		t.Errorf("an edit before the answer: %v", err)
	}
	later := &discordgo.InteractionResponse{Type: 5}
	if err := s.InteractionRespond(i, later); err != nil {
		t.Error(err)
	}
	if err := s.InteractionRespond(i, later); code(err) != 40060 {
		t.Errorf("a second answer: %v", err)
	}
	if err := s.InteractionRespond(&discordgo.Interaction{ID: "1", Token: "x"}, later); code(err) != 10062 {
		t.Errorf("an answer to nothing: %v", err)
	}
}

func TestGateway(t *testing.T) {
	d := NewDiscord(t, Loopback)
	d.Heartbeat = 50 * time.Millisecond
	s := dial(t, d)
	deleted := make(chan string, 8)
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.ChannelDelete) { deleted <- e.ID })
	if err := s.Open(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	d.WaitGateway(1)
	d.DropGateway()
	d.wait("the cut", func() bool { return d.gateway.conns[0].Closed })
	d.DeleteChannel(DiscordText) // while the client is away: it is told when it resumes
	d.WaitGateway(2)
	if id := <-deleted; id != DiscordText {
		t.Errorf("deleted %s", id)
	}
	d.AskReconnect()
	d.WaitGateway(3)
	conns := d.Gateway()
	if !conns[0].Identified || conns[0].Intents != IntentGuilds || !conns[1].Resumed || d.Identifies() < 1 {
		t.Errorf("got %+v", conns)
	}
	d.wait("heartbeats", func() bool { return len(d.gateway.conns[len(d.gateway.conns)-1].Heartbeats) > 1 })
}

func TestGatewayRefuses(t *testing.T) {
	d := NewDiscord(t, Loopback)
	s := dial(t, d)
	s.ShouldReconnectOnError = false
	s.Identify.Intents |= discordgo.IntentMessageContent
	err := s.Open()
	if err == nil || !strings.Contains(err.Error(), "4014") {
		t.Errorf("with an intent that was not granted: %v", err)
	}
	d.RevokeToken()
	s.Identify.Intents = discordgo.IntentGuilds
	if err = s.Open(); err == nil {
		t.Error("opened with a token that was reset")
	}
}

func TestInteractionsEndpoint(t *testing.T) {
	d := NewDiscord(t, Loopback)
	s := dial(t, d)
	if _, err := s.ApplicationCommandBulkOverwrite(DiscordApp, "", someCommands); err != nil {
		t.Fatal(err)
	}
	key := mustKey(t, d.PublicKey)
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !discordgo.VerifyInteraction(r, key) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var i discordgo.Interaction
		json.NewDecoder(r.Body).Decode(&i)
		w.Header().Set("Content-Type", "application/json")
		if i.Type == discordgo.InteractionPing {
			io.WriteString(w, `{"type":1}`)
			return
		}
		io.WriteString(w, `{"type":4,"data":{"content":"signed","allowed_mentions":{"parse":[]}}}`)
	}))
	defer bot.Close()
	d.UseEndpoint(bot.URL, bot.Client())
	if a := d.Slash(Reader(DiscordText), "edits history", Option{Name: "article", Value: "x"}).Answer(); a.Message.Content != "signed" {
		t.Errorf("got %+v", a)
	}
}
