package slack

import (
	"context"
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
