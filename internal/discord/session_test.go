package discord

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/news"
)

func TestRoutes(t *testing.T) {
	tests := []struct {
		method, path, name, major string
		interaction               bool
	}{
		{"POST", "channels/123/messages", "POST channels/:major/messages", "123", false},
		{"PATCH", "channels/123/messages/456", "PATCH channels/:major/messages/:id", "123", false},
		{"GET", "guilds/9/members/8", "GET guilds/:major/members/:id", "9", false},
		{"GET", "users/@me", "GET users/@me", "", false},
		{"PATCH", "webhooks/1/aW50/messages/@original", "PATCH webhooks/:major/:major/messages/@original", "/1/aW50", true},
		{"POST", "interactions/1/aW50/callback", "POST interactions/:major/:major/callback", "/1/aW50", true},
		{"GET", "", "GET ", "", false},
	}
	for _, tt := range tests {
		if got, want := routeOf(tt.method, tt.path), (route{tt.name, tt.major, tt.interaction}); got != want {
			t.Errorf("%s %s: %+v, want %+v", tt.method, tt.path, got, want)
		}
	}
}

// TestLimitsAreKept posts faster than two channels' buckets allow. Short waits
// pass, and nothing is asked too early.
func TestLimitsAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := chattest.NewDiscord(t, chattest.Memory)
		d.Limit(chattest.CreateMessage, 5, 2*time.Second)
		s := connect(t, d)
		for n := range 40 {
			for _, channel := range []string{chattest.DiscordText, chattest.DiscordNews} {
				if _, err := s.Post(t.Context(), channel, Message{Content: fmt.Sprint(n)}); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, c := range d.Calls("") {
			if c.Status == http.StatusTooManyRequests || c.Early {
				t.Fatal("a limit was passed")
			}
		}
	})
}

// TestLimitersMemory answers very many interactions. What is remembered of them
// is bounded.
func TestLimitersMemory(t *testing.T) {
	l := newLimiter()
	h := http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset-After": {"0.000001"}, "X-Ratelimit-Bucket": {"b"}}
	for n := range 100_000 {
		l.learn(routeOf("PATCH", fmt.Sprintf("webhooks/1/token%d/messages/@original", n)), h, nil, false)
		l.learn(routeOf("GET", fmt.Sprintf("strange/path%d", n)), h, nil, false)
	}
	if len(l.free) > 2*bucketsMost || len(l.bucket) > routesMost {
		t.Errorf("it remembers %d limits and %d routes", len(l.free), len(l.bucket))
	}
}

func TestSharedLimitsDoNotCount(t *testing.T) {
	l := newLimiter()
	p := &Problem{Status: http.StatusTooManyRequests}
	for range 2 * invalidMost {
		l.learn(routeOf("POST", "channels/1/messages"), http.Header{"X-Ratelimit-Scope": {"shared"}}, p, false)
	}
	if wait := l.braked(time.Now()); wait != 0 {
		t.Errorf("braked for %v", wait)
	}
}

func TestWho(t *testing.T) {
	d := chattest.NewDiscord(t, chattest.Loopback)
	s := connect(t, d)
	for range 3 {
		who, err := s.Who(t.Context())
		if err != nil || who.Application != chattest.DiscordApp || who.User != chattest.DiscordBot {
			t.Fatalf("Who = %+v, %v", who, err)
		}
	}
	if n := len(d.Calls("")); n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestAllowed(t *testing.T) {
	d := chattest.NewDiscord(t, chattest.Loopback)
	d.SetPermissions(chattest.DiscordText, chattest.PermView|chattest.PermSend)
	s := connect(t, d)
	c, err := s.Channel(t.Context(), chattest.DiscordText)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Allowed(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.Missing(ViewChannel|SendMessages|EmbedLinks|CreatePublicThreads), []string{"Embed Links", "Create Public Threads"}; !slices.Equal(got, want) {
		t.Errorf("missing %v, want %v", got, want)
	}
}

func TestOverwrites(t *testing.T) {
	c := Channel{Guild: "1", Overwrites: []Overwrite{
		{ID: "9", Kind: 1, Allow: EmbedLinks},
		{ID: "2", Deny: EmbedLinks | SendMessages},
		{ID: "3", Allow: SendMessages},
		{ID: "4", Allow: ManageServer},
		{ID: "1", Allow: ViewChannel, Deny: SendMessages},
	}}
	mine := map[string]bool{"1": true, "2": true, "3": true}
	if got, want := overwritten(SendMessages, c, mine, "9"), ViewChannel|SendMessages|EmbedLinks; got != want {
		t.Errorf("%b, want %b", got, want)
	}
	if got := overwritten(Administrator, c, mine, "9"); !got.Has(ManageMessages) {
		t.Error("an administrator may not do everything")
	}
	c.Overwrites[4] = Overwrite{ID: "1", Deny: ViewChannel}
	if got := overwritten(SendMessages, c, mine, "9"); got != 0 {
		t.Errorf("%b in a channel that cannot be seen", got)
	}
}

func TestTokens(t *testing.T) {
	for _, token := range []string{"", " ", "Bot ", "a b", "a\nb", "tökén"} {
		if _, err := NewSession(Options{Token: token}); err == nil || token != "" && strings.TrimSpace(token) != "" && strings.Contains(err.Error(), token) {
			t.Errorf("%q: %v", token, err)
		}
	}
	for _, api := range []string{"x", "ftp://x", "://", "https://"} {
		if _, err := NewSession(Options{Token: "x", APIURL: api}); err == nil {
			t.Errorf("%q was taken as an address", api)
		}
	}
}

// TestStrangeRefusals keeps one odd answer from stopping everything.
func TestStrangeRefusals(t *testing.T) {
	d := chattest.NewDiscord(t, chattest.Loopback)
	s := connect(t, d)
	for n := range oddMost {
		if s.Dead() != nil {
			t.Fatalf("dead after %d odd answers", n)
		}
		d.Next(chattest.GetChannel, chattest.HTML(401, "login"))
		_, err := s.Channel(t.Context(), chattest.DiscordText)
		if p, ok := errors.AsType[*Problem](err); !ok || p.Status != 401 {
			t.Fatal(err)
		}
	}
	if !errors.Is(s.Dead(), ErrUnauthorized) {
		t.Errorf("not dead after %d odd answers in a row", oddMost)
	}
}

func TestButtons(t *testing.T) {
	var many []news.Button
	for n := range 40 {
		many = append(many, news.Button{Label: fmt.Sprint(n), Token: fmt.Sprint("b", n)})
	}
	rows := Buttons(many)
	if len(rows) != MaxRows || len(rows[4].Buttons) != MaxButtons {
		t.Errorf("%d rows", len(rows))
	}
	if got := Buttons([]news.Button{{}, {Label: "x"}, {Label: strings.Repeat("x", 81), Token: "a"}, {Label: "x", Token: strings.Repeat("x", 101)}, {Label: "a", Token: "a"}, {Label: "b", Token: "a"}}); len(got) != 1 || len(got[0].Buttons) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestMade(t *testing.T) {
	// https://discord.com/developers/docs/reference#convert-snowflake-to-datetime
	if got := Made("175928847299117063"); got.Format(time.RFC3339Nano) != "2016-04-30T11:18:25.796Z" {
		t.Error(got)
	}
	for _, id := range []string{"", "x", "-1", "0", "99999999999999999999999"} {
		if !Made(id).IsZero() {
			t.Errorf("%q was made at %v", id, Made(id))
		}
	}
}
