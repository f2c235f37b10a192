package discord

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/chattest"
)

func logger(t *testing.T) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }

func connect(t *testing.T, d *chattest.Discord) *Session {
	t.Helper()
	s, err := NewSession(Options{
		Token: d.Token, APIURL: d.APIURL, HTTP: d.Client(), Dial: d.Dialer().NetDialContext, Logger: logger(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A hearer listens to a gateway and remembers what it tells.
type hearer struct {
	mu     sync.Mutex
	events []Event
	ended  chan error
	stop   context.CancelFunc
}

func listen(t *testing.T, s *Session) *hearer {
	ctx, cancel := context.WithCancel(t.Context())
	h := &hearer{ended: make(chan error, 1), stop: cancel}
	go func() {
		h.ended <- s.Listen(ctx, func(e Event) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.events = append(h.events, e)
		})
	}()
	return h
}

func (h *hearer) kinds(prefix string) (out []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.events {
		if strings.HasPrefix(e.Kind, prefix) {
			var d struct{ ID string }
			_ = json.Unmarshal(e.Data, &d)
			out = append(out, e.Kind+" "+d.ID)
		}
	}
	return out
}

// end stops listening, once nothing is under way: discordgo sleeps under a lock
// while it closes, and a heartbeat that waits for the lock would keep the
// bubble's time from passing.
func (h *hearer) end(t *testing.T) {
	t.Helper()
	synctest.Wait()
	h.stop()
	if err := <-h.ended; err != nil {
		t.Errorf("Listen = %v", err)
	}
}

// gatewayTest runs a test against a gateway within a bubble.
func gatewayTest(t *testing.T, f func(t *testing.T, d *chattest.Discord, s *Session)) {
	synctest.Test(t, func(t *testing.T) {
		d := chattest.NewDiscord(t, chattest.Memory)
		f(t, d, connect(t, d))
	})
}

func TestGatewayConnects(t *testing.T) {
	gatewayTest(t, func(t *testing.T, d *chattest.Discord, s *Session) {
		if !s.Connected().IsZero() {
			t.Error("connected before Listen")
		}
		h := listen(t, s)
		d.WaitGateway(1)
		time.Sleep(5 * time.Minute)
		c := d.Gateway()[0]
		if c.Intents != chattest.IntentGuilds {
			t.Errorf("intents %b, want GUILDS alone", c.Intents)
		}
		if n := len(c.Heartbeats); n < 7 || n > 9 {
			t.Errorf("%d heartbeats in five minutes", n)
		}
		if n := len(d.Gateway()); n != 1 {
			t.Errorf("%d connections", n)
		}
		if since := time.Since(s.Connected()); since < 4*time.Minute || since > 6*time.Minute {
			t.Errorf("connected for %v", since)
		}
		if got := h.kinds("GUILD_CREATE"); !slices.Equal(got, []string{"GUILD_CREATE " + chattest.DiscordGuild}) {
			t.Errorf("guilds: %v", got)
		}
		d.RemoveFromGuild(chattest.DiscordGuild)
		synctest.Wait()
		if got := h.kinds("GUILD_DELETE"); len(got) != 1 {
			t.Errorf("deleted guilds: %v", got)
		}
		h.end(t)
		d.WaitClosed()
		if !s.Connected().IsZero() {
			t.Error("connected after the end")
		}
		if code := d.Gateway()[0].CloseCode; code != 1000 {
			t.Errorf("it left with code %d, so that the bot seems to be there still", code)
		}
	})
}

// TestGatewayResumes breaks the connection in every way that leaves the session
// alive. What happened meanwhile is heard, once.
func TestGatewayResumes(t *testing.T) {
	for name, breakIt := range map[string]func(d *chattest.Discord){
		"cut":       func(d *chattest.Discord) { d.DropGateway() },
		"reconnect": func(d *chattest.Discord) { d.AskReconnect() },
		"closed":    func(d *chattest.Discord) { d.CloseGateway(4000) },
		"limited":   func(d *chattest.Discord) { d.CloseGateway(4008) },
		"resumable": func(d *chattest.Discord) { d.InvalidateSession(true) },
		"went_away": func(d *chattest.Discord) { d.CloseGateway(1001) },
	} {
		t.Run(name, func(t *testing.T) {
			gatewayTest(t, func(t *testing.T, d *chattest.Discord, s *Session) {
				h := listen(t, s)
				d.WaitGateway(1)
				time.Sleep(time.Minute + time.Second)
				breakIt(d)
				d.WaitClosed()
				d.AddGuild("900000000000000099", "while away")
				began := time.Now()
				d.WaitGateway(2)
				synctest.Wait()
				if took := time.Since(began); took > 5*time.Second {
					t.Errorf("back after %v", took)
				}
				if n := d.Identifies(); n != 1 {
					t.Errorf("%d sessions, want the one resumed", n)
				}
				if c := d.Gateway()[1]; !c.Resumed || !c.AtResume {
					t.Errorf("resumed %v, at the address for resuming %v", c.Resumed, c.AtResume)
				}
				if got := h.kinds("GUILD_CREATE"); len(got) != 2 {
					t.Errorf("heard %v", got)
				}
				h.end(t)
			})
		})
	}
}

// TestDeadGatewayIsNoticed lets the gateway fall silent. It is dead within two
// heartbeats.
func TestDeadGatewayIsNoticed(t *testing.T) {
	gatewayTest(t, func(t *testing.T, d *chattest.Discord, s *Session) {
		h := listen(t, s)
		d.WaitGateway(1)
		time.Sleep(3 * d.Heartbeat)
		d.SetDeaf(true)
		began := time.Now()
		for len(d.Gateway()) == 1 && time.Since(began) < time.Hour {
			time.Sleep(time.Second)
		}
		if took := time.Since(began); took > 2*d.Heartbeat {
			t.Errorf("noticed after %v, which is over two heartbeats of %v", took, d.Heartbeat)
		}
		d.SetDeaf(false)
		time.Sleep(2 * d.Heartbeat) // the second one may have fallen silent too
		d.WaitGateway(2)
		if n := d.Identifies(); n != 1 {
			t.Errorf("%d sessions, want the one resumed", n)
		}
		h.end(t)
	})
}

func TestGatewayBeginsAnew(t *testing.T) {
	for name, breakIt := range map[string]func(d *chattest.Discord){
		"invalid":        func(d *chattest.Discord) { d.InvalidateSession(false) },
		"refused_resume": func(d *chattest.Discord) { d.RefuseResumes(1); d.DropGateway() },
		"timed_out":      func(d *chattest.Discord) { d.CloseGateway(4009) },
	} {
		t.Run(name, func(t *testing.T) {
			gatewayTest(t, func(t *testing.T, d *chattest.Discord, s *Session) {
				h := listen(t, s)
				d.WaitGateway(1)
				time.Sleep(time.Second)
				breakIt(d)
				d.WaitGateway(2)
				if n := d.Identifies(); n != 2 {
					t.Errorf("%d sessions, want a second one", n)
				}
				var identified []time.Time
				for _, c := range d.Gateway() {
					if c.Identified {
						identified = append(identified, c.At)
					}
				}
				if gap := identified[1].Sub(identified[0]); gap < identifyGap {
					t.Errorf("two sessions within %v", gap)
				}
				h.end(t)
			})
		})
	}
}

// TestGatewayGivesUp runs outside of a bubble: discordgo sleeps under a lock
// while it closes, and what waits for a lock keeps a bubble's time from passing.
func TestGatewayGivesUp(t *testing.T) {
	for code := range fatalCloses {
		t.Run(strconv.Itoa(code), func(t *testing.T) {
			t.Parallel()
			d := chattest.NewDiscord(t, chattest.Loopback)
			s := connect(t, d)
			d.CloseNextIdentify(code)
			h := listen(t, s)
			err := <-h.ended
			if err == nil || len(d.Gateway()) != 1 {
				t.Fatalf("Listen = %v after %d connections", err, len(d.Gateway()))
			}
			if got := errors.Is(err, ErrUnauthorized); got != (code == 4004) {
				t.Errorf("Listen = %v", err)
			}
			if strings.Contains(err.Error(), d.Token) {
				t.Errorf("the token is in %q", err)
			}
			if _, err := s.Who(t.Context()); code == 4004 && !errors.Is(err, ErrUnauthorized) {
				t.Errorf("a request after the token was refused: %v", err)
			}
			h.stop()
		})
	}
}

func TestReconnectWaits(t *testing.T) {
	for n := range 100 {
		if wait := reconnectWait(n, true); wait < time.Second || wait > reconnectMost {
			t.Fatalf("wait %d is %v", n, wait)
		}
	}
	if wait := reconnectWait(0, false); wait > time.Second {
		t.Errorf("the first wait before resuming is %v", wait)
	}
	if wait := reconnectWait(1_000_000, false); wait <= 0 || wait > reconnectMost {
		t.Errorf("a late wait is %v", wait)
	}
}

// TestGatewayAddressFails takes the API away while the gateway is to be found.
func TestGatewayAddressFails(t *testing.T) {
	gatewayTest(t, func(t *testing.T, d *chattest.Discord, s *Session) {
		d.Next(chattest.GetGatewayBot, chattest.Unavailable(), chattest.Lost(), chattest.JSON(200, `{"url":"http://x"}`, false), chattest.Text(200, "?", false))
		h := listen(t, s)
		d.WaitGateway(1)
		h.end(t)
	})
}

// TestStopWhileConnecting ends a Listen that never got anywhere.
func TestStopWhileConnecting(t *testing.T) {
	gatewayTest(t, func(t *testing.T, d *chattest.Discord, s *Session) {
		d.SetDeaf(true)
		for _, after := range []time.Duration{0, time.Millisecond, 100 * time.Millisecond, 3 * time.Second, 40 * time.Second} {
			h := listen(t, s)
			time.Sleep(after)
			began := time.Now()
			h.end(t)
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("stopped after %v", took)
			}
		}
	})
}

// TestNoSessionsLeft has Discord say that nearly all new sessions of the day are
// used up.
func TestNoSessionsLeft(t *testing.T) {
	gatewayTest(t, func(t *testing.T, d *chattest.Discord, s *Session) {
		d.Next(chattest.GetGatewayBot, chattest.JSON(200,
			`{"url":"wss://gateway.example","shards":1,"session_start_limit":{"total":1000,"remaining":3,"reset_after":7200000,"max_concurrency":1}}`, false))
		began := time.Now()
		h := listen(t, s)
		time.Sleep(time.Hour)
		if n := len(d.Gateway()); n != 0 {
			t.Errorf("%d connections", n)
		}
		time.Sleep(time.Hour)
		d.WaitGateway(1)
		if waited := d.Gateway()[0].At.Sub(began); waited < 2*time.Hour || waited > 2*time.Hour+time.Minute {
			t.Errorf("connected after %v, want two hours", waited)
		}
		h.end(t)
	})
}

// TestGatewayWithoutBotRoute connects to a server that has the older route only.
func TestGatewayWithoutBotRoute(t *testing.T) {
	gatewayTest(t, func(t *testing.T, d *chattest.Discord, s *Session) {
		d.Next(chattest.GetGatewayBot, chattest.Text(404, "404 page not found", false))
		h := listen(t, s)
		d.WaitGateway(1)
		if n := len(d.Calls(chattest.GetGateway)); n != 1 {
			t.Errorf("asked %d times", n)
		}
		h.end(t)
	})
}

// TestNeverReadyBeginsAnew closes a session before it was up: there is nothing
// to resume, and the next one keeps the time between new sessions. It runs
// outside of a bubble for the same reason as TestGatewayGivesUp.
func TestNeverReadyBeginsAnew(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for the time between two sessions")
	}
	t.Parallel()
	d := chattest.NewDiscord(t, chattest.Loopback)
	s := connect(t, d)
	d.CloseNextIdentify(4000)
	h := listen(t, s)
	d.WaitGateway(1)
	all := d.Gateway()
	if len(all) != 2 || !all[1].Identified || all[1].Resumed {
		t.Fatalf("connections: %+v", all)
	}
	if gap := all[1].At.Sub(all[0].At); gap < identifyGap {
		t.Errorf("two sessions within %v", gap)
	}
	time.Sleep(2 * time.Second) // discordgo sleeps under a lock while it closes
	h.stop()
	if err := <-h.ended; err != nil {
		t.Errorf("Listen = %v", err)
	}
}
