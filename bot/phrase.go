package bot

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
)

// first returns the first of the strings that is not empty.
func first(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

// quote marks a title as somebody's words.
func quote(s string) string { return "“" + s + "”" }

// sentence makes a sentence of an error's text.
func sentence(err error) string {
	return brief.Upper(err.Error()) + "."
}

// soon says when something is due: "in about 2 hours", "now".
func soon(t, now time.Time) string {
	if !t.After(now.Add(time.Second)) {
		return "now"
	}
	return "in " + brief.About(t.Sub(now))
}

// due says when something is due as what completes "the next is …": "in about
// 2 hours", "due now".
func due(t, now time.Time) string {
	if s := soon(t, now); s != "now" {
		return s
	}
	return "due now"
}

// nextCheck says when something is checked again: "next in about 2 hours",
// "next check is due now".
func nextCheck(t, now time.Time) string {
	if s := soon(t, now); s != "now" {
		return "next " + s
	}
	return "next check is due now"
}

// entries counts the entries of a feed.
func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return strconv.Itoa(n) + " entries"
}

// facts is what one thing is told as.
func facts(v any) []json.RawMessage { return []json.RawMessage{fact(v)} }

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return brief.Count(n, "time")
}
