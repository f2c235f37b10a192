package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/slack"
)

// stopMost is what a stopping program waits for the front end.
const stopMost = slack.GraceTime + slack.LastTime + time.Second

// TestStop stops in the midst of commands that came over a socket or by request.
// Whoever asked is answered, or told to ask again.
func TestStop(t *testing.T) {
	tests := []struct {
		name string
		slow time.Duration // of the site
		asks int
		want string
	}{
		{"in_time", slack.GraceTime / 2, 1, "Watching one article"},
		{"cut_off", time.Minute, 1, "I am being restarted."},
		{"queued", time.Minute, 100, "I am being restarted."},
	}
	for _, tt := range tests {
		for _, socket := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s_socket_%t", tt.name, socket), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, chattest.Memory, socket)
					if !socket {
						w.UseURLs(chattest.RequestURLs{Commands: "https://edits.example/slack", Client: w.server()})
					}
					w.web.slow = tt.slow
					var asks []*chattest.Ask
					for n := range tt.asks {
						k := w.Command(chattest.SlackMember, chattest.SlackDesk, "/editwatch", fmt.Sprint("add ", article, n))
						k.Acked()
						asks = append(asks, k)
					}
					began := time.Now()
					w.stop()
					if err := <-w.ended; err != nil || time.Since(began) > stopMost {
						t.Errorf("ended after %v: %v", time.Since(began), err)
					}
					for _, k := range asks {
						if got := k.Answer(); !strings.HasPrefix(got.Visible(), tt.want) || got.For != chattest.SlackMember {
							t.Fatalf("got %q", got.Visible())
						}
					}
				})
			})
		}
	}
}

// TestStopTakesNothingMore holds that Slack is not told of a thing that it
// arrived when nobody will answer.
func TestStopTakesNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, chattest.Memory, false)
		w.stop()
		<-w.ended
		body := []byte("command=/editwatch&text=help&channel_id=C0DESK&user_id=U1&team_id=T1")
		status, _ := w.Deliver("https://edits.example/slack", w.server(), w.Sign(time.Now(), "application/x-www-form-urlencoded", body), body)
		if status/100 == 2 {
			t.Errorf("answered %d", status)
		}
	})
}

// TestStopWithoutSlack holds that an answer which Slack does not take keeps
// nobody from stopping.
func TestStopWithoutSlack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, chattest.Memory, true)
		w.Always(chattest.ResponseURL, chattest.Unavailable())
		w.Always("chat.postEphemeral", chattest.Unavailable())
		for range 100 {
			w.Command(chattest.SlackMember, chattest.SlackDesk, "/editwatch", "help").Acked()
		}
		began := time.Now()
		w.stop()
		<-w.ended
		if took := time.Since(began); took > stopMost {
			t.Errorf("ended after %v", took)
		}
	})
}

// A stuck bot takes all the time there is.
type stuck struct{ Bot }

func (stuck) Do(ctx context.Context, _ bot.Command) (bot.Answer, error) {
	<-ctx.Done()
	return bot.Answer{}, errors.New("something of the store's")
}

// TestTooLong holds that who waits for what never ends is told so.
func TestTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, chattest.Memory, true)
		w.front.bot = stuck{}
		k := w.Command(chattest.SlackMember, chattest.SlackDesk, "/editwatch", "list")
		k.Acked()
		time.Sleep(15 * time.Minute)
		if got := k.Answer().Visible(); !strings.HasPrefix(got, "That took too long") {
			t.Errorf("got %q", got)
		}
	})
}
