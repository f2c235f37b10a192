package webhook

import (
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/notify"
	"github.com/editwatch/editwatch/notify/notifytest"
)

var (
	oldSecret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("an old secret of 30 characters"))
	newSecret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("a new secret of 30 characters!"))
)

func newSender(address string, client *http.Client, _ *slog.Logger) (notify.Sender, error) {
	return New(Options{URL: address, Secrets: []string{newSecret, oldSecret}, HTTP: client})
}

func TestFailures(t *testing.T) {
	limited := chattest.LimitedHTML("120")
	notifytest.Run(t, notifytest.NewWebhook, newSender,
		notifytest.Case{Name: "limited", Answer: limited, Want: notifytest.Later, Wait: 2 * time.Minute},
		notifytest.Case{Name: "created", Answer: chattest.Text(201, "", true), Want: notifytest.OK},
		notifytest.Case{Name: "too_large", Answer: chattest.Text(413, "", false), Want: notifytest.Rejected},
		notifytest.Case{Name: "not_deployed_yet", Answer: chattest.Text(404, "", false), Want: notifytest.Again},
		notifytest.Case{Name: "not_let_in", Answer: chattest.Text(401, "", false), Want: notifytest.Again},
	)
}

// TestSignature uses the example of the Standard Webhooks reference libraries'
// documentation.
func TestSignature(t *testing.T) {
	key, err := Key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := Signature([][]byte{key}, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPost(t *testing.T) {
	server := notifytest.NewWebhook(t)
	server.Then(chattest.Lost())
	s, err := newSender(server.Address(), server.Client(), nil)
	if err != nil {
		t.Fatal(err)
	}
	a := notifytest.Announcement()
	if _, err := s.Send(t.Context(), a); err == nil {
		t.Fatal("an answer that got lost is no error")
	}
	if _, err := s.Send(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	posts := server.Posts()
	for _, p := range posts {
		if got := p.Header.Get("Webhook-Id"); got != "d7" {
			t.Errorf("webhook-id %q, want the delivery's at each attempt", got)
		}
		seconds, err := strconv.ParseInt(p.Header.Get("Webhook-Timestamp"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		var keys [][]byte
		for _, secret := range []string{newSecret, oldSecret} {
			key, err := Key(secret)
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, key)
		}
		want := Signature(keys, "d7", time.Unix(seconds, 0), p.Body)
		if got := p.Header.Get("Webhook-Signature"); got != want || strings.Count(got, "v1,") != 2 {
			t.Errorf("signature %q, want %q", got, want)
		}
	}

	var got news.Report
	if err := json.Unmarshal(posts[1].Body, &got); err != nil {
		t.Fatal(err)
	}
	want := a.Report
	want.Old, want.New, want.Edits = news.Text{}, news.Text{}, 0 // for rendering only
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the body is not the report (-want +got)\n%s", d)
	}
}

func TestNoticeWithoutAReport(t *testing.T) {
	a := notify.Announcement{
		Delivery: news.Delivery{ID: "d9", Kind: news.Notice},
		Brief:    brief.Notice("editwatch", "9 edits during the outage", "", "One article: 4 edits", "Another: 5 edits"),
	}
	got := report(a)
	if got.ID != "d9" || got.Kind != "notice" || got.Detail != "9 edits during the outage; One article: 4 edits; Another: 5 edits" {
		t.Errorf("got %+v", got)
	}
}

func TestSecrets(t *testing.T) {
	for _, secret := range []string{"", "whsec_", "whsec_!!", "pass word"} {
		notifytest.AssertLeaksNoSecret(t, []string{"pass word", "whsec_!!"}, func(*slog.Logger) error {
			_, err := New(Options{URL: "https://example.org", Secrets: []string{secret}})
			if err == nil {
				t.Errorf("%q was taken as a secret", secret)
			}
			return err
		})
	}
	if _, err := Key("whsec_c2VjcmV0IHdpdGhvdXQgcGFkZGluZyE"); err != nil {
		t.Errorf("a secret without padding: %v", err)
	}
}
