// Package discord announces in Discord: through webhooks (the channel kind
// "discord-webhook") and as a bot (the kind "discord").
//
//	Announcement ──render──> content for notifications + one embed ──> internal/discord.Webhook
//	                            └──full──> + roles and buttons ──> internal/discord.Session
//
// A webhook posts at least once: it takes no nonce, so a message whose answer got
// lost is posted again. A bot posts once. The nonce, which is the delivery's ID,
// keeps Discord from posting it twice within some minutes; before every attempt
// but the first the bot also looks whether the channel has the message already,
// where it may read the history.
//
// A bot puts later edits of an article into a thread of the first announcement.
// Where no thread can be had (somebody locked or deleted it, or the bot lacks
// the right), they are replies to it.
//
// Of what is posted nothing pings but the roles that a watch names, and every
// message is within Discord's limits whatever the page held. Should Discord
// refuse one all the same, a short one without an embed is tried once.
package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/bwmarrin/discordgo"

	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/notify"
)

// Options of a sender.
type Options struct {
	// URL is the webhook's address, a secret. One of Discord's own is reached at
	// APIURL, if that is set; any other is used as it is.
	URL string
	// APIURL is the base address of a compatible server's API, such as
	// "https://chat.example/api/v10". Empty is Discord.
	APIURL string
	// HTTP makes the requests. Its redirects are not followed. nil is a client
	// that reaches public addresses only.
	HTTP   *http.Client
	Logger *slog.Logger // nil logs nothing
}

// A Sender posts into the channel of one webhook. It is safe for concurrent
// use.
type Sender struct {
	webhook *discord.Webhook
	log     *slog.Logger
}

var _ notify.Updater = (*Sender)(nil)

// New returns a sender. The error does not contain the address.
func New(o Options) (*Sender, error) {
	w, err := discord.NewWebhook(o.URL, o.APIURL, o.HTTP)
	if err != nil {
		return nil, err
	}
	log := o.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Sender{webhook: w, log: log}, nil
}

// Send posts the announcement and returns the message's ID.
func (s *Sender) Send(ctx context.Context, a notify.Announcement) (string, error) {
	m := render(a)
	id, err := s.webhook.Execute(ctx, m.params())
	if refused(err) {
		s.log.Warn("discord refused a message; trying a short one",
			"channel", a.Delivery.Channel, "article", a.Delivery.Article, "err", err)
		id, err = s.webhook.Execute(ctx, short(a).params())
	}
	return id, classify(err)
}

// Update renders the announcement anew into its message.
func (s *Sender) Update(ctx context.Context, a notify.Announcement) error {
	if a.Delivery.Message == "" {
		return nil // its answer got lost: nobody knows which message it is
	}
	m := render(a)
	err := s.webhook.Edit(ctx, a.Delivery.Message, m.edit())
	if p, ok := errors.AsType[*discord.Problem](err); ok && p.Gone() && p.Code != discord.CodeUnknownWebhook && p.Code != discord.CodeInvalidToken {
		return nil
	}
	return classify(err)
}

func refused(err error) bool {
	p, ok := errors.AsType[*discord.Problem](err)
	return ok && p.Refused()
}

// classify says what a failure means for the delivery. A 401 or 403 without the
// code of a dead webhook comes from the servers in front of the API as well, and
// passes.
func classify(err error) error {
	p, ok := errors.AsType[*discord.Problem](err)
	switch {
	case !ok:
		return err
	case p.Gone(), p.Refused():
		return fmt.Errorf("%w: %w", notify.ErrRejected, p)
	case p.Wait > 0:
		return &notify.Later{Wait: p.Wait, Err: p}
	}
	return p
}

// quiet lets nothing in a message mention anyone.
var quiet = &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}

func (m message) params() *discordgo.WebhookParams {
	return &discordgo.WebhookParams{
		Content:         m.content,
		Embeds:          m.embeds,
		Components:      []discordgo.MessageComponent{},
		AllowedMentions: quiet,
	}
}

func (m message) edit() *discordgo.WebhookEdit {
	return &discordgo.WebhookEdit{Content: &m.content, Embeds: &m.embeds, AllowedMentions: quiet}
}
