package chattest

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// An Answer is how a server treats one request that it was told to treat
// specially.
type Answer struct {
	// Done says that the server does what it is asked, so that a repetition of
	// the request is a duplicate.
	Done bool
	// Wait is how long the answer tells its reader to stay away: what comes
	// earlier is marked [Call.Early].
	Wait time.Duration
	// Global says that Wait is for every route.
	Global bool
	// write answers in the place of the server; nil lets the server answer.
	write func(w http.ResponseWriter, r *http.Request)
}

// Write answers the request. It must not be called on an answer that the server
// itself gives.
func (a Answer) Write(w http.ResponseWriter, r *http.Request) {
	a.write(w, r)
}

// Answered is an answer made by a function.
func Answered(done bool, write func(w http.ResponseWriter, r *http.Request)) Answer {
	return Answer{Done: done, write: write}
}

// Normal lets the server answer as it would have. It keeps a place in a row of
// answers: Next(route, Normal(), Lost()) loses the second answer.
func Normal() Answer { return Answer{Done: true} }

// Text answers with a status and plain text.
func Text(status int, text string, done bool) Answer {
	return body(status, "text/plain; charset=utf-8", text, done)
}

// JSON answers with a status and a body that is said to be JSON.
func JSON(status int, text string, done bool) Answer {
	return body(status, "application/json", text, done)
}

// HTML answers as the servers in front of a platform do.
func HTML(status int, text string) Answer {
	return body(status, "text/html; charset=UTF-8", text, false)
}

func body(status int, kind, text string, done bool) Answer {
	return Answer{Done: done, write: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		io.WriteString(w, text)
	}}
}

// Unavailable answers 503 with a page, and does nothing.
func Unavailable() Answer {
	return HTML(http.StatusServiceUnavailable, "<html><body><h1>503 Service Unavailable</h1></body></html>")
}

// BadGateway answers 502 and does nothing.
func BadGateway() Answer {
	return HTML(http.StatusBadGateway, "<html><body><h1>502 Bad Gateway</h1></body></html>")
}

// DoneButBadGateway does what is asked and answers 502.
func DoneButBadGateway() Answer {
	a := BadGateway()
	a.Done = true
	return a
}

// LimitedHTML answers 429 as the servers in front of a platform do. retryAfter
// is the header, in seconds; empty leaves it out.
func LimitedHTML(retryAfter string) Answer {
	a := Answer{write: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(http.StatusTooManyRequests)
		io.WriteString(w, "<!doctype html><title>Access denied | error 1015</title>")
	}}
	if d, err := time.ParseDuration(retryAfter + "s"); err == nil {
		a.Wait = d
	}
	return a
}

// Lost does what is asked and closes the connection without an answer.
func Lost() Answer {
	return Answer{Done: true, write: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }}
}

// Cut closes the connection without an answer, and does nothing.
func Cut() Answer {
	return Answer{write: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }}
}

// Broken does what is asked, says so, and breaks off within the body.
func Broken() Answer {
	return Answer{Done: true, write: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "5000")
		w.WriteHeader(http.StatusOK)
		io.WriteString(w, `{"id":"12345`)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}}
}

// Hang does what is asked and answers nothing until the client gives up.
func Hang() Answer {
	return Answer{Done: true, write: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }}
}

// Redirect answers with another address, which must not be asked.
func Redirect(to string) Answer {
	return Answer{write: func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
	}}
}

// Times repeats an answer.
func Times(n int, a Answer) []Answer {
	all := make([]Answer, n)
	for i := range all {
		all[i] = a
	}
	return all
}

// DiscordError answers with one of Discord's errors:
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json.
func DiscordError(status, code int, message string) Answer {
	return JSON(status, fmt.Sprintf(`{"message":%q,"code":%d}`, message, code), false)
}

// DiscordLimited answers 429 with times to wait in the header and in the body.
// They may disagree: https://github.com/discord/discord-api-docs/issues/6109.
func DiscordLimited(header, inBody time.Duration, global bool) Answer {
	return discordLimited(header, inBody, global, "user", 0)
}

// DiscordWriteLimited answers 429 as the cap on publishing does: the header
// names a second, the body the truth.
func DiscordWriteLimited(inBody time.Duration) Answer {
	return discordLimited(time.Second, inBody, false, "shared", 20028)
}

func discordLimited(header, inBody time.Duration, global bool, scope string, code int) Answer {
	if global {
		scope = "global"
	}
	return Answer{Wait: max(header, inBody), Global: global, write: func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Retry-After", fmt.Sprint(int(header.Seconds()+0.999)))
		h.Set("X-RateLimit-Scope", scope)
		if global {
			h.Set("X-RateLimit-Global", "true")
		}
		w.WriteHeader(http.StatusTooManyRequests)
		text := "You are being rate limited."
		if code != 0 {
			text = "The write action you are performing on the channel has hit the write rate limit."
		}
		fmt.Fprintf(w, `{"message":%q,"retry_after":%.3f,"global":%t`, text, inBody.Seconds(), global)
		if code != 0 {
			fmt.Fprintf(w, `,"code":%d`, code)
		}
		io.WriteString(w, "}")
	}}
}

// SlackError answers 200 with ok:false, as Slack does. It does nothing.
func SlackError(code string) Answer {
	return JSON(http.StatusOK, fmt.Sprintf(`{"ok":false,"error":%q}`, code), false)
}

// SlackDoneBut does what is asked and says that it failed, as Slack may with
// internal_error and fatal_error: https://docs.slack.dev/reference/methods/chat.postMessage#errors.
func SlackDoneBut(code string) Answer {
	return JSON(http.StatusOK, fmt.Sprintf(`{"ok":false,"error":%q}`, code), true)
}

// SlackLimited answers 429 with Retry-After in whole seconds.
func SlackLimited(wait time.Duration) Answer {
	return Answer{Wait: wait, write: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Retry-After", fmt.Sprint(int(wait.Seconds()+0.999)))
		w.WriteHeader(http.StatusTooManyRequests)
		io.WriteString(w, `{"ok":false,"error":"ratelimited"}`)
	}}
}
