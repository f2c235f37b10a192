package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// A Problem is a request that did not succeed, in words that hold no address,
// no token and nothing of the answer's body but an error code of Slack's.
type Problem struct {
	Status int           // of the answer; zero if none came
	Code   string        // Slack's error, such as "no_service"; empty if there is none that we may repeat
	Wait   time.Duration // how long Slack asks to be left alone; zero if it does not
	// Detail is what the Web API says about a refused message, such as the place
	// of a block it does not take. It is for the log of whoever asked: a client
	// logs none of its problems.
	Detail []string
	reason string
	cause  error // only context errors and ErrUnauthorized
	api    bool  // asked of the Web API, whose every answer of its own has a code
	unsure bool  // the request may have been carried out
}

func (p *Problem) Error() string {
	switch {
	case p.Status == 0:
		return "slack: " + p.reason
	case p.Code != "":
		return fmt.Sprintf("slack answered %d: %s", p.Status, p.Code)
	case p.reason != "":
		return fmt.Sprintf("slack answered %d: %s", p.Status, p.reason)
	}
	return strings.TrimSpace(fmt.Sprintf("slack answered %d %s", p.Status, strings.ToLower(http.StatusText(p.Status))))
}

// Unwrap returns the context's error if the caller gave up, or
// [ErrUnauthorized].
func (p *Problem) Unwrap() error { return p.cause }

// Gone reports whether what the request addressed is not there any more, or will
// not be open to us until a person changes that.
func (p *Problem) Gone() bool {
	return verdicts[p.Code] == gone ||
		p.Code == "" && !p.api && (p.Status == http.StatusNotFound || p.Status == http.StatusGone)
}

// Forbidden reports whether the bot lacks a right or a scope for what it asked,
// or is not in the channel.
func (p *Problem) Forbidden() bool {
	return verdicts[p.Code] == forbidden || strings.HasPrefix(p.Code, "restricted_action") || strings.HasPrefix(p.Code, "slack_connect_")
}

// Unauthorized reports whether Slack does not take the token, so that nothing
// asked with it can succeed.
func (p *Problem) Unauthorized() bool { return verdicts[p.Code] == unauthorized }

// Refused reports whether Slack refused the message itself, so that the same one
// cannot succeed later.
func (p *Problem) Refused() bool {
	switch {
	case p.Code != "":
		return verdicts[p.Code] == refused
	case p.api:
		return p.Status == http.StatusRequestEntityTooLarge
	}
	return p.Status == http.StatusBadRequest || p.Status == http.StatusRequestEntityTooLarge
}

// Ambiguous reports whether the request may have been carried out although it
// failed: no answer came, or one by which Slack says that "some aspect of the
// operation may have succeeded"
// (https://docs.slack.dev/reference/methods/chat.postMessage#errors).
func (p *Problem) Ambiguous() bool { return p.unsure || verdicts[p.Code] == unsure }

// IsCode reports whether err is a [*Problem] with one of the codes.
func IsCode(err error, codes ...string) bool {
	p, ok := errors.AsType[*Problem](err)
	if !ok {
		return false
	}
	for _, c := range codes {
		if p.Code == c {
			return true
		}
	}
	return false
}

// ErrUnauthorized means that Slack does not take the bot's token. Everything that
// needs it stops until the program is started with another one.
var ErrUnauthorized = errors.New("slack does not accept the bot's token")

// problemOf returns an error of slack-go's, which is not nil, as a [*Problem]; api
// says that the Web API was asked.
func problemOf(err error, api bool) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	p := unanswered(err)
	p.api = api
	return p
}

// unanswered is the problem of a request without an answer.
func unanswered(err error) *Problem {
	reason := safehttp.Explain(err)
	p := &Problem{reason: string(reason)}
	switch reason {
	case safehttp.NoHost, safehttp.NoLookup, safehttp.Private, safehttp.Port, safehttp.Scheme, safehttp.Userinfo,
		safehttp.Refused, safehttp.Certificate, safehttp.TLS:
		// There was no connection to send anything through.
	default:
		p.unsure = true
	}
	for _, c := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, c) {
			p.cause = c
		}
	}
	return p
}

type verdict int

const (
	passing verdict = iota + 1
	unsure
	gone
	forbidden
	unauthorized
	refused
)

// verdicts say what to make of Slack's errors. Those of incoming webhooks, which
// come in plain text, and those of the Web API do not contradict each other:
// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors,
// https://docs.slack.dev/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks
// and https://docs.slack.dev/reference/methods/chat.postMessage#errors.
// One that is not here is tried again.
var verdicts = map[string]verdict{
	"no_service":                        gone,
	"no_service_id":                     gone,
	"no_team":                           gone,
	"team_disabled":                     gone,
	"user_not_found":                    gone,
	"invalid_token":                     gone,
	"channel_not_found":                 gone,
	"channel_is_archived":               gone,
	"is_archived":                       gone,
	"action_prohibited":                 gone,
	"posting_to_general_channel_denied": gone,

	"not_in_channel":          forbidden,
	"missing_scope":           forbidden,
	"no_permission":           forbidden,
	"access_denied":           forbidden,
	"ekm_access_denied":       forbidden,
	"messages_tab_disabled":   forbidden,
	"team_access_not_granted": forbidden,

	"not_authed":             unauthorized,
	"invalid_auth":           unauthorized,
	"account_inactive":       unauthorized,
	"token_revoked":          unauthorized,
	"token_expired":          unauthorized,
	"not_allowed_token_type": unauthorized,
	"app_uninstalled":        unauthorized,

	"invalid_payload":                         refused,
	"invalid_blocks":                          refused,
	"invalid_blocks_format":                   refused,
	"invalid_attachments":                     refused,
	"invalid_arguments":                       refused,
	"invalid_arg_name":                        refused,
	"invalid_array_arg":                       refused,
	"invalid_charset":                         refused,
	"invalid_form_data":                       refused,
	"invalid_metadata_format":                 refused,
	"invalid_metadata_schema":                 refused,
	"metadata_too_large":                      refused,
	"metadata_must_be_sent_from_app":          refused,
	"markdown_text_conflict":                  refused,
	"msg_too_long":                            refused,
	"msg_blocks_too_long":                     refused,
	"no_text":                                 refused,
	"only_one_table_allowed":                  refused,
	"missing_text_or_fallback_or_attachments": refused,
	"too_many_attachments":                    refused,

	"internal_error":      unsure,
	"fatal_error":         unsure,
	"service_unavailable": unsure,
	"request_timeout":     unsure,

	"rollup_error":       passing,
	"rate_limited":       passing,
	"ratelimited":        passing,
	"org_login_required": passing,
	"team_added_to_org":  passing,
}
