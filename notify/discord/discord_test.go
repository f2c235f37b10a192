package discord

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/notify"
	"github.com/editwatch/editwatch/notify/notifytest"
)

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
