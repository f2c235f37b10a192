package slack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/slack"
)

// An asker is who waits for an answer, and how it reaches them.
type asker struct {
	f      *FrontEnd
	place  slack.Place
	thread string // in which it was asked; empty: in the channel
	lead   string // with which commands begin there: the slash command, or a mention
	// own says that it was asked by a button under an answer that only the asker
	// sees.
	own   bool
	since time.Time // when it was asked
	uses  int       // of the response URL
}

// tell answers. What is another page of the answer it was asked from takes its
// place; everything else comes beside it.
func (to *asker) tell(ctx context.Context, a bot.Answer) error {
	how := slack.ToAsker
	if a.Replaces && to.own {
		how = slack.Replaces
	}
	parts := []slack.Message(nil)
	if a.File != nil {
		parts = pieces(a.File)
		if parts == nil {
			a.Lines = append(a.Lines, fmt.Sprintf("%s is too long to show here. Where I run: editwatch export --channel %s", a.File.Name, slack.ChannelName(to.place.Channel)))
		}
	}
	m := message(a, to.lead)
	err := to.send(ctx, m, how)
	if p, ok := errors.AsType[*slack.Problem](err); ok && p.Refused() {
		to.f.log.Error("slack refused an answer; trying a short one", "err", err, "detail", detail(err))
		err = to.send(ctx, slack.Message{Text: spoken(bot.Answer{Lines: a.Lines[:min(1, len(a.Lines))]})}, how)
	}
	for _, part := range parts {
		if err == nil {
			err = to.send(ctx, part, slack.ToAsker)
		}
	}
	return err
}

// detail is what Slack says of a message it refused, for the log.
func detail(err error) []string {
	if p, ok := errors.AsType[*slack.Problem](err); ok {
		return p.Detail
	}
	return nil
}

// send uses the response URL while it lasts, and after it an ephemeral message.
func (to *asker) send(ctx context.Context, m slack.Message, how slack.How) error {
	var err error
	wait := time.Second
	// What was asked in a thread is answered there: without it, the answer would
	// stand in the channel.
	m.Thread = to.thread
	for to.place.ResponseURL != "" && to.uses < slack.MaxResponses && time.Since(to.since) < slack.ResponseTime {
		to.uses++
		err = to.f.client.Respond(ctx, to.place.ResponseURL, m, how)
		p, ok := errors.AsType[*slack.Problem](err)
		if err == nil || ok && p.Refused() {
			return err
		}
		if !ok || !p.Ambiguous() && p.Wait == 0 && p.Status/100 != 5 {
			break // it is used up, or too old
		}
		if !pause(ctx, max(wait, p.Wait)) {
			return err
		}
		wait *= 2
	}
	if to.place.Channel == "" || to.place.User == "" {
		return err
	}
	return to.ephemeral(ctx, m)
}

// ephemeral shows a message to the asker alone, in the channel or thread where
// they asked. It may be shown twice where the answer to it got lost.
func (to *asker) ephemeral(ctx context.Context, m slack.Message) error {
	var err error
	for try, wait := 0, time.Second; try < 4; try, wait = try+1, wait*2 {
		err = to.f.client.Ephemeral(ctx, to.place.Channel, to.place.User, m)
		p, ok := errors.AsType[*slack.Problem](err)
		if err == nil || !ok || !p.Ambiguous() && p.Wait == 0 && p.Status != 0 {
			return err
		}
		if !pause(ctx, max(wait, p.Wait)) {
			return err
		}
	}
	return err
}

// pauseMost is the longest time an answer waits for Slack.
const pauseMost = 2 * time.Minute

// pause waits, and reports whether there is any sense in going on.
func pause(ctx context.Context, d time.Duration) bool {
	if d > pauseMost {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
