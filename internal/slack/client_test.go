package slack

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/chattest"
)

// serve returns a client of a server that answers as the function says: one that
// nobody here wrote.
func serve(t *testing.T, answer func(method string, form url.Values) string) *Client {
	t.Helper()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer xoxb-s3cret" && !strings.Contains(r.URL.Path, "hook") {
			t.Errorf("%s has the authorization %q", r.URL.Path, r.Header.Get("Authorization"))
		}
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), "s3cret") {
			t.Errorf("%s has the token in its body: %s", r.URL.Path, body)
		}
		form, _ := url.ParseQuery(string(body))
		io.WriteString(w, answer(strings.TrimPrefix(r.URL.Path, "/base/api/"), form))
	})
	c, err := NewClient(Options{Token: " xoxb-s3cret\n", APIURL: "https://chat.example/base/api", HTTP: &http.Client{Transport: chattest.InProcess(h)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNewClient(t *testing.T) {
	tests := map[string]struct {
		o  Options
		ok bool
	}{
		"bot":                {Options{Token: "xoxb-1"}, true},
		"other_form":         {Options{Token: "test-token"}, true}, // of a compatible server
		"none":               {Options{}, false},
		"two_words":          {Options{Token: "Bearer xoxb-1"}, false},
		"bot_for_app":        {Options{Token: "xoxb-1", AppToken: "xoxb-2"}, false},
		"app":                {Options{Token: "xoxb-1", AppToken: "xapp-2"}, true},
		"address":            {Options{Token: "xoxb-1", APIURL: "http://127.0.0.1:3000/api/"}, true},
		"no_address":         {Options{Token: "xoxb-1", APIURL: "slack.com/api"}, false},
		"not_of_the_web":     {Options{Token: "xoxb-1", APIURL: "file:///etc/passwd"}, false},
		"token_for_an_error": {Options{Token: "xoxb-1\x00s3cret"}, false},
	}
	for name, tt := range tests {
		_, err := NewClient(tt.o)
		if (err == nil) != tt.ok || err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestProblems holds what is made of answers.
func TestProblems(t *testing.T) {
	tests := []struct {
		name   string
		answer chattest.Answer
		is     string
		wait   time.Duration
	}{
		{"gone", chattest.SlackError("is_archived"), "gone", 0},
		{"forbidden", chattest.SlackError("not_in_channel"), "forbidden", 0},
		{"restricted", chattest.SlackError("restricted_action_thread_only_channel"), "forbidden", 0},
		{"connect", chattest.SlackError("slack_connect_file_link_sharing_blocked"), "forbidden", 0},
		{"unauthorized", chattest.SlackError("token_expired"), "unauthorized", 0},
		{"with_its_status", chattest.JSON(401, `{"ok":false,"error":"invalid_auth"}`, false), "unauthorized", 0},
		{"refused", chattest.SlackError("msg_blocks_too_long"), "refused", 0},
		{"internal", chattest.SlackError("internal_error"), "ambiguous", 0},
		{"unknown", chattest.SlackError("something_new"), "", 0},
		{"limited", chattest.SlackLimited(7 * time.Second), "", 7 * time.Second},
		{"limited_html", chattest.LimitedHTML("90"), "", 90 * time.Second},
		{"limited_without_a_time", chattest.Text(429, "", false), "", defaultWait},
		{"limited_in_the_body", chattest.SlackError("rate_limited"), "", defaultWait},
		{"unavailable", chattest.Unavailable(), "ambiguous", 0},
		{"cut", chattest.Cut(), "ambiguous", 0},
		{"a_page", chattest.Text(200, "<html>sign in", false), "ambiguous", 0},
		{"empty", chattest.Text(200, "", false), "ambiguous", 0},
		{"not_ok", chattest.Text(200, "{}", false), "ambiguous", 0},
		{"broke_off", chattest.Broken(), "ambiguous", 0},
		// A proxy in between is not Slack: it ends no watches.
		{"not_found", chattest.Text(404, "no such route", false), "", 0},
		{"proxy", chattest.HTML(403, "blocked"), "", 0},
		{"proxy_wants_a_name", chattest.Text(407, "", false), "", 0},
		{"moved", chattest.Redirect("https://elsewhere.example/"), "", 0},
		{"too_large", chattest.Text(413, "", false), "refused", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := chattest.NewSlack(t, chattest.Memory)
				c, err := NewClient(Options{Token: s.Token, APIURL: s.APIURL, HTTP: s.Client()})
				if err != nil {
					t.Fatal(err)
				}
				s.Next("chat.postMessage", tt.answer)
				_, err = c.Post(t.Context(), chattest.SlackDesk, Message{Text: "x"})
				p, ok := errors.AsType[*Problem](err)
				if !ok {
					t.Fatalf("got %v", err)
				}
				var is []string
				for name, yes := range map[string]bool{
					"gone": p.Gone(), "forbidden": p.Forbidden(), "unauthorized": p.Unauthorized(), "refused": p.Refused(), "ambiguous": p.Ambiguous(),
				} {
					if yes {
						is = append(is, name)
					}
				}
				if got := strings.Join(is, " "); got != tt.is || p.Wait != tt.wait {
					t.Errorf("got %q and %v for %v, want %q and %v", got, p.Wait, err, tt.is, tt.wait)
				}
				if errors.Is(err, ErrUnauthorized) != (tt.is == "unauthorized") || c.Dead() != (tt.is == "unauthorized") {
					t.Errorf("dead: %t, %v", c.Dead(), err)
				}
			})
		})
	}
}

// TestNothingWasSent holds that a request without a connection was not made.
func TestNothingWasSent(t *testing.T) {
	c, err := NewClient(Options{Token: "xoxb-1", APIURL: "http://127.0.0.1:1/api/"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Post(t.Context(), "C0DESK", Message{Text: "x"})
	if p, ok := errors.AsType[*Problem](err); !ok || p.Ambiguous() || strings.Contains(err.Error(), "127") {
		t.Errorf("got %v", err)
	}
}

// TestWaitsAreKept holds that a method is not asked again before its time, and
// others are.
func TestWaitsAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := chattest.NewSlack(t, chattest.Memory)
		c, err := NewClient(Options{Token: s.Token, APIURL: s.APIURL, HTTP: s.Client()})
		if err != nil {
			t.Fatal(err)
		}
		s.Next("conversations.info", chattest.SlackLimited(time.Minute))
		for range 3 {
			if _, err := c.Conversation(t.Context(), chattest.SlackDesk); !IsCode(err, "ratelimited") {
				t.Errorf("got %v", err)
			}
		}
		if _, err := c.Who(t.Context()); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		if conv, err := c.Conversation(t.Context(), chattest.SlackDesk); err != nil || !conv.Member {
			t.Errorf("got %+v, %v", conv, err)
		}
		if n := len(s.Calls("conversations.info")); n != 2 {
			t.Errorf("asked %d times", n)
		}
	})
}

// TestOtherServers speaks to servers that do less than Slack, or otherwise.
func TestOtherServers(t *testing.T) {
	texts := map[string]string{"ok": "one", "other": "two"}
	tests := map[string]struct {
		message string
		want    string
	}{
		"metadata":             {`{"ts":"7.1","user":"U1","text":"changed","metadata":{"event_type":"editwatch_delivery","event_payload":{"id":"d1"}}}`, "7.1"},
		"metadata_as_text":     {`{"ts":"7.1","text":"","metadata":"{\"event_type\":\"editwatch_delivery\",\"event_payload\":{\"id\":\"d1\"}}"}`, "7.1"},
		"other_metadata":       {`{"ts":"7.1","user":"UBOT","text":"one &amp; two","metadata":{"event_type":"editwatch_delivery","event_payload":{"id":"d2"}}}`, ""},
		"odd_metadata":         {`{"ts":"7.1","user":"UBOT","text":"one &amp; two","metadata":7}`, "7.1"},
		"no_metadata":          {`{"ts":"7.1","user":"UBOT","text":"one &amp; two"}`, "7.1"},
		"no_metadata_unquoted": {`{"ts":"7.1","bot_id":"BBOT","text":"one & two","blocks":"[]"}`, "7.1"},
		"somebody_else":        {`{"ts":"7.1","user":"U1","text":"one &amp; two"}`, ""},
		"too_old":              {`{"ts":"1.1","user":"UBOT","text":"one &amp; two"}`, ""},
		"other_text":           {`{"ts":"7.1","user":"UBOT","text":"three"}`, ""},
		"unknown_block":        {`{"ts":"7.1","user":"UBOT","text":"one &amp; two","blocks":[{"type":"hologram","elements":"?"}],"reactions":7}`, "7.1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			message := strings.NewReplacer(`"7.1"`, `"1000.000100"`, `"1.1"`, `"100.000100"`).Replace(tt.message)
			want := strings.Replace(tt.want, "7.1", "1000.000100", 1)
			c := serve(t, func(method string, form url.Values) string {
				switch method {
				case "auth.test":
					return `{"ok":true,"user_id":"UBOT","bot_id":"BBOT","team_id":"T1","extra":{"x":[]}}`
				case "conversations.history":
					return `{"ok":true,"messages":[{"type":"message","subtype":"channel_join"},` + message + `]}`
				}
				return `{"ok":false,"error":"unknown_method"}`
			})
			got, err := c.Find(t.Context(), Look{Channel: "C1", ID: "d1", Texts: []string{texts["ok"] + " &amp; two"}, Since: time.Unix(900, 0)})
			if err != nil || got != want {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		})
	}
	t.Run("conversation", func(t *testing.T) {
		for answer, want := range map[string]bool{
			`{"ok":true,"channel":{"id":"C1","name":"x"}}`:                     true, // it does not say
			`{"ok":true,"channel":{"id":"C1","name":"x","is_member":false}}`:   false,
			`{"ok":true,"channel":{"id":"D1","is_im":true}}`:                   true,
			`{"ok":true,"channel":{"id":"C1","is_member":true,"topic":"odd"}}`: true,
		} {
			c := serve(t, func(string, url.Values) string { return answer })
			if got, err := c.Conversation(t.Context(), "C1"); err != nil || got.Member != want {
				t.Errorf("%s: got %+v, %v", answer, got, err)
			}
		}
	})
	t.Run("posted_with_odd_details", func(t *testing.T) {
		c := serve(t, func(string, url.Values) string {
			return `{"ok":true,"channel":"C1","ts":"7.000001","message":{"blocks":"[]","text":7,"metadata":[]}}`
		})
		if ts, err := c.Post(t.Context(), "C1", Message{Text: "x", ID: "d1"}); err != nil || ts != "7.000001" {
			t.Errorf("got %q, %v", ts, err)
		}
	})
}

// TestResponseURLGetsNoToken holds that the token stays with the Web API.
func TestResponseURLGetsNoToken(t *testing.T) {
	var headers http.Header
	var body string
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers = r.Header
		data, _ := io.ReadAll(r.Body)
		body = string(data)
		io.WriteString(w, "ok")
	})
	c, err := NewClient(Options{Token: "xoxb-s3cret", HTTP: &http.Client{Transport: chattest.InProcess(h)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Respond(t.Context(), "https://hooks.slack.example/x", Message{Text: "hi"}, Replaces); err != nil {
		t.Fatal(err)
	}
	if headers.Get("Authorization") != "" || strings.Contains(body, "s3cret") || !strings.Contains(body, `"replace_original":true`) {
		t.Errorf("got %v %s", headers, body)
	}
	for _, address := range []string{"", "file:///etc/passwd", "https://user:pass@x.example/", "javascript:x"} {
		if err := c.Respond(t.Context(), address, Message{Text: "hi"}, ToAsker); err == nil {
			t.Errorf("%q was asked", address)
		}
	}
}

// TestCancelled holds that a caller who gave up sees that in the error.
func TestCancelled(t *testing.T) {
	s := chattest.NewSlack(t, chattest.Loopback)
	c, err := NewClient(Options{Token: s.Token, APIURL: s.APIURL, HTTP: s.Client()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s.Next("chat.postMessage", chattest.Hang())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err = c.Post(ctx, chattest.SlackDesk, Message{Text: "x"})
	if p, ok := errors.AsType[*Problem](err); !errors.Is(err, context.Canceled) || !ok || !p.Ambiguous() {
		t.Errorf("got %v", err)
	}
}

func TestLinks(t *testing.T) {
	tests := map[string][]string{
		`{"text":"see <https://a.example/x|this>, <@U1> and <https://a.example/?a=1&amp;b=2>"}`:                                                                                                         {"https://a.example/x", "https://a.example/?a=1&b=2"},
		`{"text":"<mailto:x@y.example|x> <javascript:alert(1)> <!channel> <unclosed"}`:                                                                                                                  nil,
		`{"text":"<https://b.example/>","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"no"},{"type":"link","url":"https://a.example/"}]}]}]}`: {"https://a.example/", "https://b.example/"},
		`{"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"<https://a.example/>"},"accessory":{"type":"button","url":"https://b.example/"}}]}`:                                               {"https://a.example/", "https://b.example/"},
		`{"attachments":[{"title_link":"https://a.example/","text":"<https://b.example/>"}]}`:                                                                                                           {"https://a.example/", "https://b.example/"},
		`{"blocks":"odd","attachments":{"x":1},"text":"<https://a.example/><https://a.example/>"}`:                                                                                                      {"https://a.example/"},
		`{}`: nil,
	}
	for raw, want := range tests {
		var m message
		if err := json.Unmarshal([]byte(raw), &m); err != nil {
			t.Fatal(err)
		}
		if got := m.links(); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", raw, got, want)
		}
	}
}
