package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"
)

// Flags of messages: https://discord.com/developers/docs/resources/message#message-object-message-flags.
const (
	FlagPublished      = 1 << 0 // it was published to the channels that follow
	FlagSuppressEmbeds = 1 << 2 // links get no previews
	FlagEphemeral      = 1 << 6 // only the one who asked sees it
)

// A Message is what is posted, put in a message's place, or given in answer to
// an interaction. The slices are never nil, so that an edit takes away what the
// new form does not have.
type Message struct {
	Content         string                    `json:"content"`
	Embeds          []*discordgo.MessageEmbed `json:"embeds"`
	Components      []Row                     `json:"components"`
	AllowedMentions Mentions                  `json:"allowed_mentions"`
	Flags           int                       `json:"flags,omitempty"`
	// Nonce tells a repetition from a second message: Discord returns the first
	// one to whoever posts the same nonce within a few minutes. At most
	// [MaxNonce] characters; empty posts anew each time.
	Nonce        string     `json:"nonce,omitempty"`
	EnforceNonce bool       `json:"enforce_nonce,omitempty"`
	Reference    *Reference `json:"message_reference,omitempty"`
	File         *File      `json:"-"`
}

// A File is attached to a message.
type File struct {
	Name string
	Type string // its media type
	Data []byte
}

// body returns m as it travels: JSON, or with a file in parts:
// https://discord.com/developers/docs/reference#uploading-files.
func (m Message) body() (kind string, body []byte, err error) {
	if m.File == nil {
		body, err = json.Marshal(m)
		return "application/json", body, err
	}
	described := struct {
		Message
		Attachments []map[string]any `json:"attachments"`
	}{m, []map[string]any{{"id": "0", "filename": m.File.Name}}}
	text, err := json.Marshal(described)
	if err != nil {
		return "", nil, err
	}
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", `form-data; name="payload_json"`)
	head.Set("Content-Type", "application/json")
	w, err := parts.CreatePart(head)
	if err == nil {
		_, err = w.Write(text)
	}
	if err != nil {
		return "", nil, err
	}
	head = textproto.MIMEHeader{}
	head.Set("Content-Disposition", mime.FormatMediaType("form-data", map[string]string{"name": "files[0]", "filename": m.File.Name}))
	head.Set("Content-Type", m.File.Type)
	if w, err = parts.CreatePart(head); err == nil {
		_, err = w.Write(m.File.Data)
	}
	err = errors.Join(err, parts.Close())
	return parts.FormDataContentType(), b.Bytes(), err
}

// Mentions says who is pinged. The zero value, once marshalled, pings nobody,
// whatever the message's text holds.
type Mentions struct {
	Parse []string `json:"parse"`
	Roles []string `json:"roles,omitempty"`
	Users []string `json:"users,omitempty"`
}

// A Reference makes a message a reply.
type Reference struct {
	Message string `json:"message_id"`
	// Required refuses the message if the one it replies to is gone.
	Required bool `json:"fail_if_not_exists"`
}

// clean returns m as it can be sent.
func (m Message) clean() Message {
	if m.Embeds == nil {
		m.Embeds = []*discordgo.MessageEmbed{}
	}
	if m.Components == nil {
		m.Components = []Row{}
	}
	if m.AllowedMentions.Parse == nil {
		m.AllowedMentions.Parse = []string{}
	}
	return m
}

// A Posted is a message as the API tells of it.
type Posted struct {
	ID      string    `json:"id"`
	Channel string    `json:"channel_id"`
	Content string    `json:"content"`
	Nonce   anyString `json:"nonce"`
	Author  struct {
		ID string `json:"id"`
	} `json:"author"`
	Embeds []PostedEmbed `json:"embeds"`
	Flags  int           `json:"flags"`
	Thread *struct {
		ID string `json:"id"`
	} `json:"thread"`
}

// A PostedEmbed is an embed of a [Posted] message.
type PostedEmbed struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	Footer      struct {
		Text string `json:"text"`
	} `json:"footer"`
	Fields []struct {
		Value string `json:"value"`
	} `json:"fields"`
}

// Post posts a message and returns its ID, which is empty if the answer broke
// off after it said that the message was posted. With a nonce that was posted a
// moment ago, nothing is posted and the earlier message's ID is returned; if
// that one was deleted, the error's code is [CodeUnknownMessage]. Errors are
// [*Problem].
func (s *Session) Post(ctx context.Context, channel string, m Message) (id string, err error) {
	m.EnforceNonce = m.Nonce != ""
	var p Posted
	err = s.do(ctx, "POST", at("channels", channel, "messages"), m.clean(), &p)
	if problem, ok := err.(*Problem); ok && problem.Done {
		err = nil
	}
	return p.ID, err
}

// Edit puts m in the place of a message. Errors are [*Problem].
func (s *Session) Edit(ctx context.Context, channel, message string, m Message) error {
	m.Nonce, m.EnforceNonce, m.Reference = "", false, nil
	return done(s.do(ctx, "PATCH", at("channels", channel, "messages", message), m.clean(), nil))
}

// Message returns one message. Errors are [*Problem].
func (s *Session) Message(ctx context.Context, channel, message string) (Posted, error) {
	var p Posted
	err := s.do(ctx, "GET", at("channels", channel, "messages", message), nil, &p)
	return p, err
}

// Recent returns the newest messages of a channel, newest first, at most 100.
// Errors are [*Problem].
func (s *Session) Recent(ctx context.Context, channel string, most int) ([]Posted, error) {
	var ps []Posted
	err := s.do(ctx, "GET", at("channels", channel, "messages")+"?limit="+strconv.Itoa(min(most, 100)), nil, &ps)
	return ps, err
}

// Publish sends a message of an announcement channel to the channels that follow
// it. A message that was published before is no error. Errors are [*Problem].
func (s *Session) Publish(ctx context.Context, channel, message string) error {
	err := s.do(ctx, "POST", at("channels", channel, "messages", message, "crosspost"), nil, nil)
	if p, ok := err.(*Problem); ok && p.Code == CodeAlreadyPublished {
		return nil
	}
	return done(err)
}

// Limits of threads: https://discord.com/developers/docs/resources/channel.
const (
	MaxThreadName = 100
	// threadLife is how many minutes of silence a thread stays in the list of
	// channels: a week, the longest there is.
	threadLife = 10080
)

// StartThread makes a thread of a message and returns its ID. Errors are
// [*Problem].
func (s *Session) StartThread(ctx context.Context, channel, message, name string) (id string, err error) {
	var thread struct {
		ID string `json:"id"`
	}
	body := struct {
		Name string `json:"name"`
		Life int    `json:"auto_archive_duration"`
	}{name, threadLife}
	err = done(s.do(ctx, "POST", at("channels", channel, "messages", message, "threads"), body, &thread))
	if err == nil && thread.ID == "" {
		thread.ID = message // a message's thread has the message's ID
	}
	return thread.ID, err
}

// Reopen takes a thread out of the archive. Errors are [*Problem].
func (s *Session) Reopen(ctx context.Context, thread string) error {
	body := struct {
		Archived bool `json:"archived"`
	}{false}
	return done(s.do(ctx, "PATCH", at("channels", thread), body, nil))
}

// done takes away an error that says no more than that the answer could not be
// read.
func done(err error) error {
	if p, ok := err.(*Problem); ok && p.Done {
		return nil
	}
	return err
}

// epoch is the time from which Discord counts:
// https://discord.com/developers/docs/reference#snowflakes.
const epoch = 1420070400000

// Made returns when the thing with the ID was made, or the zero time if the ID
// is not one of Discord's.
func Made(id string) time.Time {
	n, ok := snowflake(id)
	if !ok {
		return time.Time{}
	}
	return time.UnixMilli(int64(n>>22) + epoch).UTC()
}
