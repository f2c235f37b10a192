package notify

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

func TestBackoff(t *testing.T) {
	r := Options{}.withDefaults().Retry
	tests := []struct {
		attempts int
		age      time.Duration
		want     time.Duration
	}{
		{0, 0, 10 * time.Second}, // an attempt taken back
		{1, 0, 10 * time.Second},
		{2, time.Minute, 20 * time.Second},
		{7, time.Hour, 640 * time.Second},
		{8, time.Hour, 15 * time.Minute},
		{1 << 40, time.Hour, 15 * time.Minute}, // must not overflow
		{100, 24 * time.Hour, 15 * time.Minute},
		{100, 24*time.Hour + 1, 6 * time.Hour},
		{3, 48 * time.Hour, 40 * time.Second}, // old, but newly first in line
	}
	for _, tt := range tests {
		if got := r.backoff(tt.attempts, tt.age); got != tt.want {
			t.Errorf("backoff(%d, %v) = %v, want %v", tt.attempts, tt.age, got, tt.want)
		}
	}
}

func TestFailed(t *testing.T) {
	now := time.Date(2026, 5, 3, 10, 0, 0, 0, time.UTC)
	r := Options{}.withDefaults().Retry
	again := errors.New("answered 500")
	tests := []struct {
		name     string
		kind     news.DeliveryKind
		attempts int
		err      error
		state    news.DeliveryState
		wait     time.Duration // within a tenth
	}{
		{"first_failure", news.Post, 1, again, news.Pending, 10 * time.Second},
		{"third_failure", news.Post, 3, again, news.Pending, 40 * time.Second},
		{"rejected", news.Post, 1, fmt.Errorf("unknown webhook: %w", ErrRejected), news.Rejected, 0},
		{"rejected_beats_later", news.Post, 1, &Later{Wait: time.Hour, Err: ErrRejected}, news.Rejected, 0},
		{"platform_names_the_wait", news.Post, 5, fmt.Errorf("post: %w", &Later{Wait: 1163 * time.Second, Err: again}), news.Pending, 1163 * time.Second},
		{"wait_of_nothing", news.Post, 1, &Later{Err: again}, news.Pending, time.Second},
		{"wait_of_a_year", news.Notice, 1, &Later{Wait: 8760 * time.Hour, Err: again}, news.Pending, 24 * time.Hour},
		{"update_tried_again", news.Update, 2, again, news.Pending, 20 * time.Second},
		{"update_given_up", news.Update, 3, again, news.Rejected, 0},
		{"update_never_holds_back_for_long", news.Update, 1, &Later{Wait: 2 * time.Minute, Err: again}, news.Rejected, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := news.Delivery{Kind: tt.kind, Attempts: tt.attempts, Queued: now.Add(-time.Minute), State: news.Pending}
			got := r.failed(d, tt.err, now)
			if got.State != tt.state {
				t.Fatalf("state = %s, want %s", got.State, tt.state)
			}
			if got.Trouble != tt.err.Error() {
				t.Errorf("trouble = %q, want %q", got.Trouble, tt.err)
			}
			if tt.state == news.Rejected {
				if !got.Settled.Equal(now) {
					t.Errorf("settled %v, want %v", got.Settled, now)
				}
				return
			}
			if off := (got.Due.Sub(now) - tt.wait).Abs(); off > tt.wait/10 {
				t.Errorf("due in %v, want about %v", got.Due.Sub(now), tt.wait)
			}
		})
	}
}
