package discord

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestPace holds any sequence of sessions, however long each lasts, against the
// thousand that Discord allows in a day and the gap between two.
func TestPace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p pace
		var begun []time.Time
		lasts := rapid.SampledFrom([]time.Duration{0, time.Second, 61 * time.Second, 2 * time.Minute, time.Hour}).Draw(t, "lasts")
		now := time.Unix(0, 0)
		for end := now.Add(48 * time.Hour); now.Before(end); {
			now = now.Add(max(p.wait(now), 0))
			p.begin(now)
			begun = append(begun, now)
			now = now.Add(lasts)
			if rapid.IntRange(0, 50).Draw(t, "steady") == 0 {
				now = now.Add(5 * time.Hour)
			}
		}
		first := 0
		for i, at := range begun {
			if i > 0 && at.Sub(begun[i-1]) < identifyGap {
				t.Fatalf("two sessions within %v", at.Sub(begun[i-1]))
			}
			for at.Sub(begun[first]) > 24*time.Hour {
				first++
			}
			if n := i - first + 1; n > 930 {
				t.Fatalf("%d sessions within 24 hours", n)
			}
		}
	})
}

func TestPaceAtFirst(t *testing.T) {
	var p pace
	now := time.Unix(0, 0)
	for range sessionsAtOnce {
		if wait := p.wait(now); wait > identifyGap {
			t.Fatalf("waits %v", wait)
		}
		p.begin(now)
	}
	if wait := p.wait(now); wait <= identifyGap {
		t.Errorf("waits %v after all sessions at once", wait)
	}
}
