package fetch

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// MaxWait is the longest a host's wish to be left alone is respected: some
// send dates years ahead by mistake.
const MaxWait = 24 * time.Hour

// maxValidator bounds what is kept and sent back of a server's validators, in bytes.
const maxValidator = 1024

// retryAfter returns how long the host wants to be left alone, at most [MaxWait].
func retryAfter(h http.Header, now time.Time) time.Duration {
	return min(safehttp.RetryAfter(h, now), MaxWait)
}

// fresh returns how much longer the server lets caches reuse the answer: what
// is left of Cache-Control's max-age, else the time to Expires. Zero when it
// does not say, or says not at all; at most [MaxWait].
func fresh(h http.Header, now time.Time) time.Duration {
	age := time.Duration(-1)
	for _, line := range h["Cache-Control"] {
		for d := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(d), "=")
			switch strings.ToLower(name) {
			case "no-cache", "no-store":
				return 0
			case "max-age":
				if s, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31); err == nil {
					age = time.Duration(s) * time.Second
				}
			}
		}
	}
	switch {
	case age >= 0:
		if s, err := strconv.ParseUint(h.Get("Age"), 10, 31); err == nil {
			age -= time.Duration(s) * time.Second
		}
	case h.Get("Expires") != "":
		t, err := http.ParseTime(h.Get("Expires"))
		if err != nil {
			return 0 // "0" and other nonsense means expired
		}
		if date, err := http.ParseTime(h.Get("Date")); err == nil {
			now = date // its clock, not ours
		}
		age = t.Sub(now)
	}
	return min(max(age, 0), MaxWait)
}

// validator returns a header's value if it is fit to be kept and sent back.
func validator(h http.Header, name string) string {
	v := h.Get(name)
	if len(v) > maxValidator {
		return ""
	}
	return v
}
