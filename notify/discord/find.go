package discord

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/notify"
)

const (
	// recentMost is how many of the channel's newest messages are looked through
	// for one whose answer got lost.
	recentMost = 50
	// skew is how far Discord's clock and ours may be apart.
	skew = time.Minute
)

// find returns the ID of the message that an earlier attempt at the delivery
// posted, or nothing. The nonce keeps a repetition from being posted for some
// minutes only, and only where the server knows of nonces. A bot that may not
// read the channel posts again.
func (s *Bot) find(ctx context.Context, channel string, a notify.Announcement, m discord.Message) (string, error) {
	recent, err := s.session.Recent(ctx, channel, recentMost)
	if forbidden(err) || code(err) == discord.CodeUnknownChannel {
		return "", nil // posting will tell the same, if it is about posting too
	}
	if err != nil {
		return "", err
	}
	bot, err := s.session.Who(ctx)
	if err != nil {
		return "", err
	}
	want := []string{fingerprint(m), fingerprint(short(a).message())}
	for _, p := range recent {
		if p.Author.ID != "" && p.Author.ID != bot.User {
			continue
		}
		if p.Nonce != "" && string(p.Nonce) == m.Nonce {
			return p.ID, nil
		}
		made := discord.Made(p.ID)
		if !made.IsZero() && made.Before(a.Delivery.Queued.Add(-skew)) {
			continue
		}
		if slices.Contains(want, print(p.Content, p.Embeds...)) {
			s.log.Info("an announcement had arrived although no answer said so",
				"channel", a.Delivery.Channel, "delivery", a.Delivery.ID, "message", p.ID)
			return p.ID, nil
		}
	}
	return "", nil
}

// fingerprint tells messages apart by their letters and digits. Discord may
// leave out other characters of what it is given.
func fingerprint(m discord.Message) string {
	embeds := make([]discord.PostedEmbed, len(m.Embeds))
	for i, e := range m.Embeds {
		embeds[i] = discord.PostedEmbed{Title: e.Title, Description: e.Description}
		if e.Footer != nil {
			embeds[i].Footer.Text = e.Footer.Text
		}
	}
	return print(m.Content, embeds...)
}

func print(content string, embeds ...discord.PostedEmbed) string {
	var b strings.Builder
	add := func(s string) {
		for _, r := range s {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				b.WriteRune(r)
			}
		}
		b.WriteByte('\n')
	}
	add(content)
	for _, e := range embeds {
		// Of the footer only which version it is: the times after it are told
		// with their date or without, depending on the day.
		version, _, _ := strings.Cut(e.Footer.Text, " · ")
		add(e.Title)
		add(e.Description)
		add(version)
	}
	return b.String()
}
