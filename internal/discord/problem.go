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
	CodeUnknownChannel     = 10003
	CodeUnknownGuild       = 10004
	CodeUnknownMessage     = 10008
	CodeUnknownWebhook     = 10015
	CodeUnknownInteraction = 10062
	CodeAlreadyPublished   = 40033
	CodeAnswered           = 40060 // the interaction was answered before
	CodeNoAccess           = 50001
	CodeNoPermission       = 50013
	CodeInvalidToken       = 50027 // of a webhook, or of an interaction
	CodeThreadArchived     = 50083
	CodeThreadExists       = 160004
	CodeThreadLocked       = 160005
)

// codes says what error codes mean. The API's own messages are not repeated: an
// answer's body has no place in an error.
var codes = map[int]string{
	CodeUnknownChannel:     "unknown channel",
	CodeUnknownGuild:       "unknown server",
	CodeUnknownMessage:     "unknown message",
	CodeUnknownWebhook:     "the webhook was deleted",
	CodeUnknownInteraction: "the interaction is over",
	20022:                  "too many edits of announcements",
	CodeAlreadyPublished:   "published already",
	CodeAnswered:           "the interaction was answered before",
	CodeNoAccess:           "no access",
	CodeNoPermission:       "a permission is missing",
	CodeThreadArchived:     "the thread is archived",
	CodeThreadExists:       "the message has a thread",
	CodeThreadLocked:       "the thread is locked",
	20028:                  "too many writes to the channel",
	20029:                  "too many writes to the server",
	30046:                  "too many edits of old messages",
	50006:                  "empty message",
	CodeInvalidToken:       "the webhook's token is not valid",
	50035:                  "the message is not valid",
}

// A Problem is a request that did not succeed, in words that hold no address,
// no token and nothing of the answer's body.
type Problem struct {
	Status int           // of the answer; zero if none came
	Code   int           // Discord's own error code; zero if none came
	Wait   time.Duration // how long Discord asks to be left alone; zero if it does not
	Done   bool          // it succeeded, but its answer cannot be read
	reason string
	cause  error // only context errors and ErrUnauthorized
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

// Unwrap returns the context's error if the caller gave up, and
// [ErrUnauthorized] if the bot's token is not accepted.
func (p *Problem) Unwrap() error { return p.cause }

// Ambiguous reports whether the request may have been carried out although no
// answer says so.
func (p *Problem) Ambiguous() bool {
	return p.Done || p.Status == 0 && p.Wait == 0 || p.Status/100 == 5
}

// Forbidden reports whether the bot may not do this, as things stand. Answers
// 403 without a code come from the servers in front of the API and pass.
func (p *Problem) Forbidden() bool {
	return p.Status == http.StatusForbidden && p.Code != 0
}

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
	if p.reason == "" {
		p.reason = "the request could not be made"
	}
	for _, c := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, c) {
			p.cause = c
		}
	}
	return p
}
