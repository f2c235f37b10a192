package notifytest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/notify"
)

// A Maker returns a sender that posts to an address.
type Maker func(address string, client *http.Client, log *slog.Logger) (notify.Sender, error)

// Verdict is what a sender's error tells its caller to do.
type Verdict string

const (
	OK       Verdict = "sent"
	Rejected Verdict = "rejected for good"
	Later    Verdict = "wait"
	Again    Verdict = "try again"
)

// VerdictOf returns what an error of a sender says.
func VerdictOf(err error) (Verdict, time.Duration) {
	later, ok := errors.AsType[*notify.Later](err)
	switch {
	case err == nil:
		return OK, 0
	case errors.Is(err, notify.ErrRejected):
		return Rejected, 0
	case ok:
		return Later, later.Wait
	}
	return Again, 0
}

// A Case is how a sender takes one answer.
type Case struct {
	Name   string
	Answer Answer
	Want   Verdict
	Wait   time.Duration // with Later
	Posts  int           // requests made; 0 means 1
}

// common are the failures that mean the same on every platform.
var common = []Case{
	{Name: "unavailable", Answer: chattest.Text(503, "<html>"+Secret, false), Want: Again},
	{Name: "bad_gateway", Answer: chattest.Text(502, "upstream "+Secret, false), Want: Again},
	{Name: "internal_error", Answer: chattest.Text(500, "", false), Want: Again},
	{Name: "limited_html", Answer: chattest.LimitedHTML("7"), Want: Later, Wait: 7 * time.Second},
	{Name: "limited_without_a_time", Answer: chattest.Text(429, "", false), Want: Again},
	{Name: "answer_lost", Answer: chattest.Lost(), Want: Again},
	{Name: "answer_broke_off", Answer: chattest.Broken(), Want: OK},
	{Name: "too_slow", Answer: chattest.Hang(), Want: Again},
	{Name: "moved", Answer: chattest.Redirect("/elsewhere/" + Secret), Want: Again},
	{Name: "gone", Answer: chattest.Text(410, "", false), Want: Rejected},
}

// Run runs a sender through the common failures and those of its platform. It
// checks what each means, that a request is made once, and that no error or log
// line holds the secret or the server's address.
func Run(t *testing.T, newServer func(testing.TB) *Server, newSender Maker, cases ...Case) {
	for _, c := range append(common, cases...) {
		t.Run(c.Name, func(t *testing.T) {
			server := newServer(t)
			server.Then(c.Answer)
			client := server.Client()
			client.Timeout = 5 * time.Second
			if c.Name == "too_slow" {
				client.Timeout = 50 * time.Millisecond
			}
			var err error
			AssertLeaksNoSecret(t, []string{Secret, server.Listener.Addr().String()}, func(log *slog.Logger) error {
				var s notify.Sender
				if s, err = newSender(server.Address(), client, log); err == nil {
					_, err = s.Send(t.Context(), Announcement())
				}
				return err
			})
			if got, wait := VerdictOf(err); got != c.Want || wait != c.Wait {
				t.Errorf("got %s %v, want %s %v (%v)", got, wait, c.Want, c.Wait, err)
			}
			if n := len(server.Posts()); n != max(c.Posts, 1) {
				t.Errorf("%d requests, want %d", n, max(c.Posts, 1))
			}
		})
	}
	t.Run("nobody_there", func(t *testing.T) {
		server := newServer(t)
		server.Close()
		AssertLeaksNoSecret(t, []string{Secret, server.Listener.Addr().String()}, func(log *slog.Logger) error {
			s, err := newSender(server.Address(), &http.Client{}, log)
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Send(t.Context(), Announcement())
			if got, _ := VerdictOf(err); got != Again {
				t.Errorf("got %s, want %s (%v)", got, Again, err)
			}
			return err
		})
	})
	t.Run("stopped", func(t *testing.T) {
		server := newServer(t)
		s, err := newSender(server.Address(), server.Client(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Send(ctx, Announcement()); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want an error that is context.Canceled", err)
		}
	})
	t.Run("no_address", func(t *testing.T) {
		for _, address := range []string{"", Secret, "ftp://x/" + Secret, "https://", "http://[::1/" + Secret, "://" + Secret} {
			AssertLeaksNoSecret(t, []string{Secret}, func(log *slog.Logger) error {
				_, err := newSender(address, nil, log)
				if err == nil {
					t.Errorf("%q was taken as an address", address)
				}
				return err
			})
		}
	})
}

// AssertLeaksNoSecret fails the test if the error that try returns, any error it
// wraps, or anything it logs contains one of the secrets.
func AssertLeaksNoSecret(t testing.TB, secrets []string, try func(*slog.Logger) error) {
	t.Helper()
	var logged bytes.Buffer
	err := try(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	said := logged.String()
	var walk func(error)
	walk = func(err error) {
		if err == nil {
			return
		}
		said += fmt.Sprintf("%v %+v", err, err)
		switch e := err.(type) {
		case interface{ Unwrap() error }:
			walk(e.Unwrap())
		case interface{ Unwrap() []error }:
			for _, err := range e.Unwrap() {
				walk(err)
			}
		}
	}
	walk(err)
	for _, secret := range secrets {
		if strings.Contains(said, secret) {
			t.Errorf("%q leaked: %s", secret, said)
		}
	}
}

// Announcement returns an announcement of a headline written anew, a fact and an
// addition.
func Announcement() notify.Announcement {
	return Announce(news.Report{
		ID: "e7", Seq: 7, Kind: news.Edited,
		Article: news.ReportArticle{
			ID: "a1", URL: "https://harbour.example/bridge?a=1&b=2",
			Headline: "Council votes to close bridge for two years", Source: "The Harbour Post",
		},
		From:           &news.ReportEnd{Version: 3, Seen: time.Date(2026, 5, 3, 8, 2, 0, 0, time.UTC), Hash: "h3"},
		To:             &news.ReportEnd{Version: 4, Seen: time.Date(2026, 5, 3, 10, 12, 0, 0, time.UTC), Hash: "h4"},
		ChangedBetween: &[2]time.Time{time.Date(2026, 5, 3, 10, 2, 0, 0, time.UTC), time.Date(2026, 5, 3, 10, 12, 0, 0, time.UTC)},
		Edits:          1,
		Edit: &news.Edit{
			Significance: news.Major,
			Classes:      []news.Class{news.ClassHeadline, news.ClassFact, news.ClassAddition},
			Parts: []news.Part{
				Part(news.WhereHeadline, -1, -1, news.ClassHeadline, "", "Council delays bridge repair, citing cost", "Council votes to close bridge for two years", ""),
				Part(news.WhereParagraph, 1, 1, news.ClassFact, "The bridge carries ", "8,000", "11,000", " vehicles a day."),
				Part(news.WhereParagraph, -1, 4, news.ClassAddition, "", "", `"We were not asked," the harbour master said on Tuesday.`, ""),
			},
		},
		Links: news.ReportLinks{History: "https://edits.example/a1", Diff: "https://edits.example/a1/3/4"},
		Old:   news.Text{Paragraphs: make([]string, 7)},
	})
}
