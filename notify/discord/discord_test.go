package discord

import (
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/notify"
	"github.com/editwatch/editwatch/notify/notifytest"
)

var update = flag.Bool("update", false, "rewrite the goldens")

func newSender(address string, client *http.Client, log *slog.Logger) (notify.Sender, error) {
	return New(Options{URL: address, HTTP: client, Logger: log})
}

func TestFailures(t *testing.T) {
	notifytest.Run(t, notifytest.NewDiscord, newSender,
		notifytest.Case{Name: "limited", Answer: notifytest.DiscordLimited("1", 1163.5), Want: notifytest.Later, Wait: 1163500 * time.Millisecond},
		notifytest.Case{Name: "limited_by_header", Answer: notifytest.DiscordLimited("30", 0.3), Want: notifytest.Later, Wait: 30 * time.Second},
		notifytest.Case{Name: "deleted", Answer: notifytest.DiscordError(404, 10015), Want: notifytest.Rejected},
		notifytest.Case{Name: "not_found_html", Answer: chattest.Text(404, "<html>", false), Want: notifytest.Rejected},
		notifytest.Case{Name: "token_wrong", Answer: notifytest.DiscordError(401, 50027), Want: notifytest.Rejected},
		notifytest.Case{Name: "forbidden_at_the_edge", Answer: chattest.Text(403, "<html>Cloudflare", false), Want: notifytest.Again},
		notifytest.Case{Name: "refused_then_short", Answer: notifytest.DiscordError(400, 50035), Want: notifytest.OK, Posts: 2},
		notifytest.Case{Name: "no_body", Answer: chattest.Text(204, "", true), Want: notifytest.OK},
		notifytest.Case{Name: "strange_body", Answer: chattest.JSON(200, `{"id":{},"embeds":7}`, true), Want: notifytest.OK},
	)
}

func TestRefusedTwiceIsRejected(t *testing.T) {
	server := notifytest.NewDiscord(t)
	server.Then(notifytest.DiscordError(400, 50035), notifytest.DiscordError(400, 50035))
	s, err := newSender(server.Address(), server.Client(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send(t.Context(), notifytest.Announcement()); err == nil {
		t.Fatal("no error")
	} else if v, _ := notifytest.VerdictOf(err); v != notifytest.Rejected {
		t.Errorf("got %s (%v), want %s", v, err, notifytest.Rejected)
	}
	if n := len(server.Posts()); n != 2 {
		t.Errorf("%d posts, want the whole and a short one", n)
	}
}

func TestSendAndUpdate(t *testing.T) {
	server := notifytest.NewDiscord(t)
	s, err := New(Options{URL: server.Address() + "?thread_id=99", HTTP: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	a := notifytest.Announcement()
	id, err := s.Send(t.Context(), a)
	if err != nil || id != "1234567890123456789" {
		t.Fatalf("Send = %q, %v", id, err)
	}
	p := server.Last()
	if p.Method != "POST" || p.Path != "/api/webhooks/1234567890/"+notifytest.Secret || p.Query != "thread_id=99&wait=true" {
		t.Errorf("posted to %s %s?%s", p.Method, p.Path, p.Query)
	}

	a.Delivery.Message = id
	if err := s.Update(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	p = server.Last()
	if p.Method != "PATCH" || !strings.HasSuffix(p.Path, "/messages/"+id) || p.Query != "thread_id=99" {
		t.Errorf("updated at %s %s?%s", p.Method, p.Path, p.Query)
	}

	server.Then(notifytest.DiscordError(404, 10008))
	if err := s.Update(t.Context(), a); err != nil {
		t.Errorf("the update of a deleted message: %v", err)
	}
	server.Then(notifytest.DiscordError(404, 10015))
	if v, _ := notifytest.VerdictOf(s.Update(t.Context(), a)); v != notifytest.Rejected {
		t.Errorf("the update through a deleted webhook: %s, want %s", v, notifytest.Rejected)
	}
}

func TestAPIAddress(t *testing.T) {
	server := notifytest.NewDiscord(t)
	s, err := New(Options{URL: "https://discord.com/api/webhooks/7/" + notifytest.Secret, APIURL: server.URL + "/base/", HTTP: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send(t.Context(), notifytest.Announcement()); err != nil {
		t.Fatal(err)
	}
	if got, want := server.Last().Path, "/base/webhooks/7/"+notifytest.Secret; got != want {
		t.Errorf("posted to %s, want %s", got, want)
	}
	for _, address := range []string{"https://discord.com/channels/1/2", "https://discord.com/api/webhooks/7", "https://canary.discord.com/api/webhooks/7/x/github"} {
		if _, err := New(Options{URL: address}); err == nil {
			t.Errorf("%s was taken as a webhook", address)
		}
	}
}

// limit answers that a rate limit is used up for some seconds.
type limit struct {
	next  http.RoundTripper
	after string
}

func (l *limit) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(r)
	if err == nil && l.after != "" {
		resp.Header.Set("X-RateLimit-Remaining", "0")
		resp.Header.Set("X-RateLimit-Reset-After", l.after)
		l.after = ""
	}
	return resp, err
}

func TestWaitsForALimitItKnowsOf(t *testing.T) {
	server := notifytest.NewDiscord(t)
	synctest.Test(t, func(t *testing.T) {
		l := &limit{server.Transport(), "1.5"}
		s, err := newSender(server.Address(), &http.Client{Transport: l}, nil)
		if err != nil {
			t.Fatal(err)
		}
		send := func() (notifytest.Verdict, time.Duration, time.Duration) {
			began := time.Now()
			_, err := s.Send(t.Context(), notifytest.Announcement())
			v, wait := notifytest.VerdictOf(err)
			return v, wait, time.Since(began)
		}
		if v, _, _ := send(); v != notifytest.OK {
			t.Fatalf("first: %s", v)
		}
		l.after = "60"
		if v, _, took := send(); v != notifytest.OK || took != 1500*time.Millisecond {
			t.Errorf("a short limit: %s after %v, want sent after 1.5s", v, took)
		}
		if v, wait, took := send(); v != notifytest.Later || wait != time.Minute || took != 0 {
			t.Errorf("a long limit: %s %v after %v, want to wait 1m, said at once", v, wait, took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		time.Sleep(59 * time.Second)
		if _, err := s.Send(ctx, notifytest.Announcement()); err == nil || ctx.Err() == nil {
			t.Errorf("sent within a limit: %v", err)
		}
	})
}

// TestEveryMessageIsWithinTheLimits renders what no page should hold. The
// server holds each body against the limits and, where its place is known,
// against Discord's own description.
func TestEveryMessageIsWithinTheLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := notifytest.Announce(notifytest.NastyReport().Draw(t, "report"))
		if rapid.Bool().Draw(t, "unlimited") {
			a.Brief = brief.Of(a.Report, brief.Options{Budget: -1, Lines: -1, Context: -1})
		}
		for _, m := range []message{render(a), short(a)} {
			texts := []string{m.content}
			for _, e := range m.embeds {
				texts = append(texts, e.Title, e.Description)
			}
			for _, s := range texts {
				if err := chattest.CheckMarkdown(s); err != nil {
					t.Error(err)
				}
			}
			body, err := json.Marshal(m.params())
			if err != nil {
				t.Fatal(err)
			}
			if err := chattest.CheckDiscord(chattest.CreateFollowup, body); err != nil {
				t.Errorf("%v\n%s", err, body)
			}
			body, err = json.Marshal(m.edit())
			if err != nil {
				t.Fatal(err)
			}
			if err := chattest.CheckDiscord(chattest.CreateFollowup, body); err != nil {
				t.Errorf("edit: %v\n%s", err, body)
			}
		}
	})
}

func TestBodyIsWhatDiscordDescribes(t *testing.T) {
	if !chattest.HasOpenAPI() {
		t.Skipf("%s does not name Discord's OpenAPI description", chattest.OpenAPIVariable)
	}
	if err := chattest.CheckDiscord(chattest.CreateFollowup, []byte(`{"content":"x","embeds":"none","allowed_mentions":{"parse":[]}}`)); err == nil {
		t.Error("a wrong body passes")
	}
}

func TestRenderGolden(t *testing.T) {
	removed := notifytest.Announce(news.Report{
		Kind: news.Removed, Detail: "410 Gone",
		Article: news.ReportArticle{ID: "a1", URL: "https://harbour.example/x", Headline: "Mayor's brother wins contract", Source: "The Harbour Post"},
		From:    &news.ReportEnd{Version: 4},
	})
	hostile := notifytest.Announcement()
	hostile.Report.Article.Source = "@everyone <!channel>"
	hostile.Report.Edit.Parts[0] = notifytest.Part(news.WhereHeadline, -1, -1, news.ClassHeadline, "# ", "```js", "[x](https://evil.example)", " ~~ discord.gg/abc")
	bot := notifytest.Announcement()
	bot.Mention = []string{"900000000000000777", "@everyone"}
	bot.Buttons = []news.Button{
		{Label: "History", Token: news.Action{Verb: news.ActionHistory, Target: "a1"}.Token()},
		{Label: "Side by side", URL: "https://edits.example/a1/3/4"},
		{Label: "Mute article", Token: news.Action{Verb: news.ActionMute, Target: "a1"}.Token()},
	}
	returned := notifytest.Announcement()
	returned.Report.Kind = news.Returned
	reverted := notifytest.Announcement()
	reverted.Report.Kind, reverted.Report.RevertedTo = news.Reverted, 2
	corrected := notifytest.Announcement()
	corrected.Report.Edit = &news.Edit{
		Significance: news.Major, Noted: true, Classes: []news.Class{news.ClassCorrection, news.ClassRewrite, news.ClassRemoval},
		Parts: []news.Part{
			notifytest.Part(news.WhereParagraph, -1, 5, news.ClassCorrection, "", "", "This article was amended on 3 May to correct the number of vehicles.", ""),
			notifytest.Part(news.WhereParagraph, 0, 0, news.ClassRewrite, "", "The council has put off the repair of the bridge.", "The bridge will close in June, the council decided last night.", ""),
			notifytest.Part(news.WhereParagraph, 6, -1, news.ClassRemoval, "", "The mayor had promised in March that no jobs would go.", "", ""),
		},
	}
	underTest := notifytest.Announce(news.Report{
		Kind: news.Testing, Detail: "two headlines alternate", Article: removed.Report.Article, From: &news.ReportEnd{Version: 4}, To: &news.ReportEnd{Version: 5},
	})
	digest := notify.Announcement{
		Delivery: news.Delivery{ID: "d9", Kind: news.Gather, Channel: "desk"},
		Brief: brief.Notice("", "3 edits since 09:00", "https://edits.example/",
			"The Harbour Post: Council votes to close bridge (headline and 3 paragraphs)", "The Valley Echo: Paper mill to close (fact)"),
	}
	tests := map[string]notify.Announcement{
		"returned":  notifytest.Announce(returned.Report),
		"reverted":  notifytest.Announce(reverted.Report),
		"corrected": notifytest.Announce(corrected.Report),
		"testing":   underTest,
		"digest":    digest,
		"bot":       bot,
		"edited":    notifytest.Announcement(),
		"removed":   removed,
		"hostile":   notifytest.Announce(hostile.Report),
	}
	for name, a := range tests {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			enc := json.NewEncoder(&got)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			var body any = render(a).params()
			if len(a.Buttons) > 0 {
				body = full(a)
			}
			if err := enc.Encode(body); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+".json")
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
		})
	}
}
