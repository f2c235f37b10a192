package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack/socketmode"
)

// A counter counts commands, and takes so long for each; or as long as it may.
type counter struct {
	quiet
	slow        time.Duration
	done, stops int // by one worker each: the tests give it one command at a time
}

func (c *counter) Command(ctx context.Context, _ Command) {
	select {
	case <-time.After(c.slow):
		c.done++
	case <-ctx.Done():
		c.stops++
	}
}

// TestInboxStops holds what becomes of what was taken up when the inbox stops.
func TestInboxStops(t *testing.T) {
	tests := []struct {
		name        string
		slow, took  time.Duration
		done, stops int
	}{
		{"at_once", 0, 0, 1, 0},
		{"in_time", GraceTime - time.Second, GraceTime - time.Second, 1, 0},
		{"too_late", time.Hour, GraceTime, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in := NewInbox(nil)
				c := &counter{slow: tt.slow}
				if !in.command(Command{}) {
					t.Fatal("a command is refused")
				}
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				began := time.Now()
				in.Run(ctx, c)
				if took := time.Since(began); took != tt.took || c.done != tt.done || c.stops != tt.stops {
					t.Errorf("took %v, %d done, %d stopped", took, c.done, c.stops)
				}
				if in.command(Command{}) {
					t.Error("a command is taken up when nobody answers")
				}
			})
		})
	}
}

// TestNothingIsAcknowledged holds that Slack does not hear that a thing arrived
// which nobody took up: without a connection, that would panic.
func TestNothingIsAcknowledged(t *testing.T) {
	r := socketmode.Request{EnvelopeID: "e1", Type: socketmode.RequestTypeSlashCommands, Payload: []byte(`{"command":"/editwatch"}`)}
	in := NewInbox(nil)
	l := NewListener(nil, in, 0)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	l.take(ended, nil, r)
	if len(in.work) != 0 {
		t.Error("something was taken up")
	}
	in.close()
	l.take(t.Context(), nil, r)
	if !in.once("e1") {
		t.Error("what was not taken up counts as seen")
	}
}

// quiet takes everything.
type quiet struct{}

func (quiet) Command(context.Context, Command)   {}
func (quiet) Press(context.Context, Press)       {}
func (quiet) Shortcut(context.Context, Shortcut) {}
func (quiet) Event(context.Context, Event)       {}

// FuzzInbox hands over any bytes as what Slack sends.
func FuzzInbox(f *testing.F) {
	for _, s := range []string{
		`{"type":"block_actions","actions":[{"value":"x"}],"message":{"blocks":[[[]]]}}`,
		`{"type":"message_action","message":{"text":"<https://x.example|y>","blocks":[{"text":{"text":{"text":"<"}}}]}}`,
		`{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention","channel":{"id":"C1"},"user":null}}`,
		`{"command":"/editwatch","text":"\u0000"}`, `[]`, `{"event":7}`, "{",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in := NewInbox(nil)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { in.Run(ctx, quiet{}); close(ended) }()
		in.interaction(data)
		if c, err := commandOf(data); err == nil {
			in.command(c)
		}
		var p eventPayload
		if json.Unmarshal(data, &p) == nil {
			in.event(p, data)
		}
		cancel()
		<-ended
	})
}

// TestInboxIsBounded holds that what nobody takes up is refused in the end, and
// told again later.
func TestInboxIsBounded(t *testing.T) {
	in := NewInbox(nil)
	event := func(n int) (eventPayload, []byte) {
		raw := fmt.Appendf(nil, `{"type":"event_callback","event_id":"Ev%d","event":{"type":"app_mention"}}`, n)
		var p eventPayload
		if err := json.Unmarshal(raw, &p); err != nil {
			t.Fatal(err)
		}
		return p, raw
	}
	for n := range inboxMost {
		if p, raw := event(n); !in.event(p, raw) {
			t.Fatalf("event %d is refused", n)
		}
	}
	p, raw := event(inboxMost)
	if in.event(p, raw) {
		t.Error("there is always room")
	}
	<-in.work
	if !in.event(p, raw) {
		t.Error("what was refused is taken for told")
	}
	for n := range 2 * seenMost {
		in.once(fmt.Sprint("key ", n))
	}
	if len(in.seen) > seenMost {
		t.Errorf("%d keys are remembered", len(in.seen))
	}
}
