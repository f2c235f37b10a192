package safehttp

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 5, 3, 10, 0, 0, 0, time.UTC)
	tests := []struct {
		header string
		want   time.Duration
	}{
		{"", 0},
		{"30", 30 * time.Second},
		{" 0.25 ", 250 * time.Millisecond},
		{"Sun, 03 May 2026 10:02:00 GMT", 2 * time.Minute},
		{"Sun, 03 May 2026 09:00:00 GMT", 0},
		{"-5", 0},
		{"NaN", 0},
		{"soon", 0},
		{"1e300", 365 * 24 * time.Hour}, // must not overflow
	}
	for _, tt := range tests {
		if got := RetryAfter(http.Header{"Retry-After": {tt.header}}, now); got != tt.want {
			t.Errorf("RetryAfter(%q) = %v, want %v", tt.header, got, tt.want)
		}
	}
}
