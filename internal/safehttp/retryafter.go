package safehttp

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RetryAfter returns how long the server asks to be left alone: the value of
// the Retry-After header, in seconds, fractions of a second (as chat platforms
// send them) or as a date. It is zero where there is none, it makes no sense,
// or the time has passed.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if s, err := strconv.ParseFloat(v, 64); err == nil {
		return Seconds(s)
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// Seconds returns a number of seconds from a server as a duration: zero if it
// is negative or no number, and at most a year.
func Seconds(s float64) time.Duration {
	const most = 365 * 24 * time.Hour
	switch {
	case math.IsNaN(s) || s <= 0:
		return 0
	case s >= most.Seconds():
		return most
	}
	return time.Duration(s * float64(time.Second))
}
