package slack

import (
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/slack"
	"github.com/editwatch/editwatch/notify"
	"github.com/editwatch/editwatch/notify/notifytest"
)

var update = flag.Bool("update", false, "rewrite the goldens")

func newSender(address string, client *http.Client, log *slog.Logger) (notify.Sender, error) {
	return New(Options{URL: address, HTTP: client, Logger: log})
}

func TestFailures(t *testing.T) {
	word := func(status int, s string) notifytest.Answer { return chattest.Text(status, s, false) }
	notifytest.Run(t, notifytest.NewSlack, newSender,
		notifytest.Case{Name: "no_service", Answer: word(404, "no_service"), Want: notifytest.Rejected},
		notifytest.Case{Name: "invalid_token", Answer: word(403, "invalid_token"), Want: notifytest.Rejected},
		notifytest.Case{Name: "channel_not_found", Answer: word(404, "channel_not_found\n"), Want: notifytest.Rejected},
		notifytest.Case{Name: "channel_is_archived", Answer: word(410, "channel_is_archived"), Want: notifytest.Rejected},
		notifytest.Case{Name: "action_prohibited", Answer: word(403, "action_prohibited"), Want: notifytest.Rejected},
		notifytest.Case{Name: "not_found_html", Answer: word(404, "<html>"), Want: notifytest.Rejected},
		notifytest.Case{Name: "forbidden_at_the_edge", Answer: word(403, "<html>"), Want: notifytest.Again},
		notifytest.Case{Name: "rollup_error", Answer: word(500, "rollup_error"), Want: notifytest.Again},
		notifytest.Case{Name: "invalid_blocks_then_short", Answer: word(400, "invalid_blocks"), Want: notifytest.OK, Posts: 2},
		notifytest.Case{Name: "too_long_then_short", Answer: word(400, "msg_blocks_too_long"), Want: notifytest.OK, Posts: 2},
		notifytest.Case{Name: "denied_with_200", Answer: chattest.JSON(200, `{"ok":false,"error":"no_text"}`, false), Want: notifytest.OK, Posts: 2},
		notifytest.Case{Name: "json_success", Answer: chattest.JSON(200, `{"ok":true}`, true), Want: notifytest.OK},
		notifytest.Case{Name: "no_body", Answer: chattest.Text(204, "", true), Want: notifytest.OK},
	)
}

func TestRateLimitIsTimed(t *testing.T) {
	server := notifytest.NewSlack(t)
	server.Then(chattest.LimitedHTML("90"))
	s, err := newSender(server.Address(), server.Client(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Send(t.Context(), notifytest.Announcement())
	if v, wait := notifytest.VerdictOf(err); v != notifytest.Later || wait != 90*time.Second {
		t.Errorf("got %s %v, want to wait 90s", v, wait)
	}
}

func TestRefusedTwiceIsRejected(t *testing.T) {
	server := notifytest.NewSlack(t)
	server.Then(chattest.Text(400, "invalid_blocks", false), chattest.Text(400, "no_text", false))
	s, err := newSender(server.Address(), server.Client(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Send(t.Context(), notifytest.Announcement())
	if v, _ := notifytest.VerdictOf(err); v != notifytest.Rejected {
		t.Errorf("got %s (%v), want %s", v, err, notifytest.Rejected)
	}
}

// TestEveryMessageIsWithinTheLimits renders what no page should hold.
func TestEveryMessageIsWithinTheLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := notifytest.Announce(notifytest.NastyReport().Draw(t, "report"))
		if rapid.Bool().Draw(t, "unlimited") {
			a.Brief = brief.Of(a.Report, brief.Options{Budget: -1, Lines: -1, Context: -1})
		}
		whole, err := json.Marshal(slack.Of(a.Brief).Webhook())
		if err != nil {
			t.Fatal(err)
		}
		few, err := json.Marshal(slack.ShortOf(a.Brief).Webhook())
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range [][]byte{whole, few} {
			if err := chattest.CheckSlack("webhook", body); err != nil {
				t.Errorf("%v\n%s", err, body)
			}
		}
	})
}

func TestRenderGolden(t *testing.T) {
	removed := notifytest.Announce(news.Report{
		Kind: news.Removed, Detail: "410 Gone",
		Article: news.ReportArticle{ID: "a1", URL: "https://harbour.example/x", Headline: "Mayor's brother wins contract", Source: "The Harbour Post"},
		From:    &news.ReportEnd{Version: 4},
	})
	hostile := notifytest.Announcement()
	hostile.Report.Article.Source = "@channel <!channel>"
	hostile.Report.Edit.Parts[0] = notifytest.Part(news.WhereHeadline, -1, -1, news.ClassHeadline, "*bold* ", "<@U1>", "<https://evil.example|bank>", " & more")
	tests := map[string]notify.Announcement{
		"edited":  notifytest.Announcement(),
		"removed": removed,
		"hostile": notifytest.Announce(hostile.Report),
	}
	for name, a := range tests {
		t.Run(name, func(t *testing.T) {
			golden(t, name+".json", slack.Of(a.Brief).Webhook())
		})
	}
}

// golden holds v against a file, or writes it there with -update.
func golden(t *testing.T, name string, v any) {
	t.Helper()
	var got strings.Builder
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got.String()); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}
