package discord

import (
	"context"
	"encoding/json"
)

// Kinds of first answers to an interaction:
// https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type.
const (
	AnswerPong        = 1
	AnswerMessage     = 4
	AnswerLater       = 5 // a message will follow
	AnswerUpdateLater = 6 // the message with the button will change
	AnswerUpdate      = 7
	AnswerChoices     = 8
)

// A FirstAnswer is what an interaction gets within three seconds.
type FirstAnswer struct {
	Kind int `json:"type"`
	Data any `json:"data,omitempty"`
}

// AnswerWith is the first answer that is a message.
func AnswerWith(m Message) FirstAnswer { return FirstAnswer{Kind: AnswerMessage, Data: m.clean()} }

// Answer gives the first answer to an interaction. Errors are [*Problem]; one
// with the code [CodeAnswered] means that an earlier try arrived.
func (s *Session) Answer(ctx context.Context, interaction, token string, a FirstAnswer) error {
	return done(s.do(ctx, "POST", at("interactions", interaction, token, "callback"), a, nil))
}

// EditAnswer puts m in the place of the first answer, or of the message with the
// button after [AnswerUpdateLater]. The token is good for 15 minutes. Errors are
// [*Problem].
func (s *Session) EditAnswer(ctx context.Context, application, token string, m Message) error {
	m.Flags, m.Nonce, m.EnforceNonce, m.Reference = m.Flags&FlagSuppressEmbeds, "", false, nil
	return done(s.do(ctx, "PATCH", at("webhooks", application, token, "messages", "@original"), m.clean(), nil))
}

// Commands returns the application's commands as they are registered, for all
// servers. Errors are [*Problem].
func (s *Session) Commands(ctx context.Context, application string) (json.RawMessage, error) {
	var out json.RawMessage
	err := s.do(ctx, "GET", at("applications", application, "commands"), nil, &out)
	return out, err
}

// SetCommands registers commands in the place of all there are. Discord counts
// it against 200 a day, so it is done only when they differ. Errors are
// [*Problem].
func (s *Session) SetCommands(ctx context.Context, application string, commands any) error {
	return done(s.do(ctx, "PUT", at("applications", application, "commands"), commands, nil))
}

// FollowUp posts another message in answer to an interaction and returns its
// ID. Errors are [*Problem].
func (s *Session) FollowUp(ctx context.Context, application, token string, m Message) (string, error) {
	m.Nonce, m.EnforceNonce, m.Reference = "", false, nil
	var p Posted
	err := done(s.do(ctx, "POST", at("webhooks", application, token)+"?wait=true", m.clean(), &p))
	return p.ID, err
}
