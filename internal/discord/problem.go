package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// Codes of the API's errors that decisions depend on:
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json.
const (
	CodeUnknownChannel = 10003
	CodeUnknownMessage = 10008
	CodeUnknownWebhook = 10015
	CodeInvalidToken   = 50027 // of a webhook
)

// codes says what error codes mean. The API's own messages are not repeated: an
// answer's body has no place in an error.
var codes = map[int]string{
	CodeUnknownChannel: "unknown channel",
	CodeUnknownMessage: "unknown message",
	CodeUnknownWebhook: "the webhook was deleted",
	20028:              "too many writes to the channel",
	20029:              "too many writes to the server",
	30046:              "too many edits of old messages",
	50001:              "no access",
	50006:              "empty message",
	50013:              "a permission is missing",
	CodeInvalidToken:   "the webhook's token is not valid",
	50035:              "the message is not valid",
}

// A Problem is a request that did not succeed, in words that hold no address,
// no token and nothing of the answer's body.
type Problem struct {
	Status int           // of the answer; zero if none came
	Code   int           // Discord's own error code; zero if none came
	Wait   time.Duration // how long Discord asks to be left alone; zero if it does not
	reason string
	cause  error // only context errors
}

func (p *Problem) Error() string {
	if p.Status == 0 {
		return "discord: " + p.reason
	}
	s := fmt.Sprintf("discord answered %d", p.Status)
	if text := strings.ToLower(http.StatusText(p.Status)); text != "" {
		s += " (" + text + ")"
	}
	switch meaning := codes[p.Code]; {
	case meaning != "":
		s += ": " + meaning
	case p.Code != 0:
		s += fmt.Sprintf(": error %d", p.Code)
	}
	return s
}

// Unwrap returns the context's error if the caller gave up.
func (p *Problem) Unwrap() error { return p.cause }

// Gone reports whether what the request addressed does not exist any more.
func (p *Problem) Gone() bool {
	switch p.Code {
	case CodeUnknownWebhook, CodeUnknownChannel, CodeInvalidToken:
		return true
	}
	return p.Status == http.StatusNotFound || p.Status == http.StatusGone
}

// Refused reports whether Discord refused the message itself, so that the same
// one cannot succeed later.
func (p *Problem) Refused() bool {
	switch p.Status {
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge,
		http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// problem returns err as a [*Problem]. nil stays nil.
func problem(err error) error {
	if err == nil {
		return nil
	}
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	p := &Problem{reason: string(safehttp.Explain(err))}
	for _, c := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, c) {
			p.cause = c
		}
	}
	return p
}
