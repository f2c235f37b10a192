package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
)

// A first gives the first answer to an interaction.
type first func(ctx context.Context, a discord.FirstAnswer) error

// take answers an interaction, in a goroutine of its own. It returns false if too
// many are being answered; the asker is then told [busy], if anything.
func (f *FrontEnd) take(ctx context.Context, i *interaction, answer first) bool {
	leave, ok := f.crowd.enter(i.shares()...)
	if !ok {
		f.log.Warn("too many interactions at once; one is refused", "interaction", i.ID, "server", i.Guild)
		return false
	}
	f.start(i, leave, func() {
		ctx, cancel := f.untilStop(ctx)
		defer cancel()
		f.answer(ctx, i, answer)
	})
	return true
}

// start does something about an interaction in a goroutine.
func (f *FrontEnd) start(i *interaction, leave func(), do func()) {
	f.running.Go(func() {
		defer leave()
		defer func() {
			if v := recover(); v != nil {
				f.log.Error("answering in discord panicked", "interaction", i.ID, "panic", v, "stack", string(debug.Stack()))
			}
		}()
		do()
	})
}

// busy is what somebody is told for whose interaction there is no room.
func busy(i *interaction) discord.FirstAnswer {
	if i.Kind == kindComplete {
		return choices([]choice{})
	}
	m := message(bot.Answer{Refused: true, Lines: []string{"I have too much to do at the moment.", "Try again in a minute."}})
	m.Flags = discord.FlagEphemeral
	return discord.AnswerWith(m)
}

func choices(all []choice) discord.FirstAnswer {
	return discord.FirstAnswer{Kind: discord.AnswerChoices, Data: map[string]any{"choices": all}}
}

// untilStop returns a context that also ends when Run does.
func (f *FrontEnd) untilStop(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	f.mu.Lock()
	stopping := f.stopping
	f.mu.Unlock()
	go func() {
		select {
		case <-stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// lastWords returns a context in which an answer can still be given for a moment
// after ctx has ended.
func lastWords(ctx context.Context, deadline time.Time) (context.Context, context.CancelFunc) {
	out, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline)
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(lastTime):
			cancel()
		case <-out.Done():
		}
	})
	return out, func() { stop(); cancel() }
}

// answer carries an interaction through: the first answer at once, then what was
// asked, then its answer.
func (f *FrontEnd) answer(ctx context.Context, i *interaction, answer first) {
	began := time.Now()
	log := f.log.With("interaction", i.ID, "server", i.Guild)
	prompt, cancel := context.WithDeadline(ctx, began.Add(firstTime))
	defer cancel()
	if i.Kind == kindComplete {
		if err := answer(prompt, choices(f.suggest(prompt, i))); err != nil {
			log.Debug("suggestions came too late", "err", err)
		}
		return
	}
	// Pages of an answer that only the asker sees change in place; all else gets
	// an answer of its own that only the asker sees, be it a follow-up.
	later := discord.FirstAnswer{Kind: discord.AnswerLater, Data: map[string]int{"flags": discord.FlagEphemeral}}
	inPlace := i.Kind == kindPress && i.private()
	if inPlace {
		later = discord.FirstAnswer{Kind: discord.AnswerUpdateLater}
	}
	if err := f.acknowledge(prompt, later, answer); err != nil {
		// The asker was told that there is no answer, and may ask again: doing
		// it now would do it twice.
		log.Warn("discord did not take the first answer", "err", err)
		return
	}
	ctx, cancel = context.WithDeadline(ctx, began.Add(answerTime))
	defer cancel()
	if i.Application == "" { // compatible servers may not say it
		if who, err := f.session.Who(ctx); err == nil {
			i.Application = who.Application
		}
	}
	a := f.do(ctx, i)
	m := message(a)
	m.File = file(a)
	ctx, cancel = lastWords(ctx, began.Add(answerTime+time.Minute))
	defer cancel()
	// After [discord.AnswerUpdateLater] the original is the message with the
	// button: what does not take its place must never go there.
	put := func(m discord.Message) error { return f.session.EditAnswer(ctx, i.Application, i.Token, m) }
	if inPlace && !a.Replaces {
		put = func(m discord.Message) error {
			m.Flags = discord.FlagEphemeral
			_, err := f.session.FollowUp(ctx, i.Application, i.Token, m)
			return err
		}
	}
	err := f.insist(ctx, func() error { return put(m) })
	if p, ok := errors.AsType[*discord.Problem](err); ok && p.Refused() {
		log.Error("discord refused an answer; trying a short one", "err", err)
		err = put(message(bot.Answer{Refused: true, Lines: a.Lines[:min(1, len(a.Lines))]}))
	}
	if err != nil {
		log.Warn("an answer did not arrive", "err", err)
	}
}

func file(a bot.Answer) *discord.File {
	if a.File == nil {
		return nil
	}
	return &discord.File{Name: a.File.Name, Type: a.File.Type, Data: a.File.Data}
}

// acknowledge gives the first answer, and again if nobody knows whether it
// arrived.
func (f *FrontEnd) acknowledge(ctx context.Context, a discord.FirstAnswer, answer first) error {
	var err error
	for try := range 3 {
		err = answer(ctx, a)
		p, ok := errors.AsType[*discord.Problem](err)
		switch {
		case err == nil:
			return nil
		case ok && p.Code == discord.CodeAnswered && try > 0:
			return nil // the first try had arrived
		case !ok || !p.Ambiguous() && p.Wait == 0:
			return err
		}
		select {
		case <-time.After(max(p.Wait, 100*time.Millisecond)):
		case <-ctx.Done():
			return err
		}
	}
	return err
}

// insist tries until it is done, Discord refuses, or the time is over. What it
// tries may happen twice: an edit is the same then, and a follow-up stands twice
// before the eyes of the asker alone.
func (f *FrontEnd) insist(ctx context.Context, try func() error) error {
	early := time.Now().Add(firstTime)
	for wait := 500 * time.Millisecond; ; wait = min(2*wait, 30*time.Second) {
		err := try()
		p, ok := errors.AsType[*discord.Problem](err)
		// A first answer that went through the endpoint may still be on its way.
		unknown := ok && p.Status == http.StatusNotFound && time.Now().Before(early)
		if err == nil || !ok || !p.Ambiguous() && p.Wait == 0 && !unknown {
			return err
		}
		select {
		case <-time.After(max(wait, p.Wait)):
		case <-ctx.Done():
			return err
		}
	}
}

// do carries out what an interaction asks. It always has an answer.
func (f *FrontEnd) do(ctx context.Context, i *interaction) (a bot.Answer) {
	defer func() {
		if v := recover(); v != nil {
			f.log.Error("a command panicked", "interaction", i.ID, "panic", v, "stack", string(debug.Stack()))
			a = bot.Sorry()
		}
	}()
	r, err := f.request(ctx, i)
	if err == nil {
		a, err = f.bot.Do(ctx, r.command)
		for _, link := range r.links[min(1, len(r.links)):] {
			if err != nil || !a.Refused {
				break
			}
			c := r.command
			c.Target = link
			var other bot.Answer
			if other, err = f.bot.Do(ctx, c); err == nil && !other.Refused {
				a = other
			}
		}
	}
	refusal, refused := errors.AsType[*news.Refusal](err)
	switch {
	case refused:
		a = bot.Refuse(refusal)
	case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		a = bot.TooLong()
	case err != nil && ctx.Err() != nil:
		a = bot.Restarting()
	case err != nil:
		f.log.Error("command", "verb", r.command.Verb, "channel", r.command.Channel, "err", err)
		a = bot.Sorry()
	}
	if r.note != "" && !a.Refused {
		a.Lines = append(a.Lines, r.note)
	}
	if r.elsewhere {
		a = r.withoutHere(a)
	}
	return a
}

// refuse tells an asker that there is no room, if there is room for that.
func (f *FrontEnd) refuse(ctx context.Context, i *interaction, answer first) {
	leave, ok := f.crowd.enter(share{"refusals", refusalsAtOnce})
	if !ok {
		return
	}
	f.start(i, leave, func() {
		ctx, cancel := context.WithTimeout(ctx, firstTime)
		defer cancel()
		if err := answer(ctx, busy(i)); err != nil {
			f.log.Debug("a refusal did not arrive", "interaction", i.ID, "err", err)
		}
	})
}

// event takes what the gateway tells.
func (f *FrontEnd) event(ctx context.Context, e discord.Event) {
	switch e.Kind {
	case "INTERACTION_CREATE":
		var i interaction
		if err := json.Unmarshal(e.Data, &i); err != nil || i.ID == "" || i.Token == "" {
			f.log.Warn("an interaction could not be read")
			return
		}
		if !f.seen.add(i.ID) {
			return
		}
		answer := func(ctx context.Context, a discord.FirstAnswer) error {
			return f.session.Answer(ctx, i.ID, i.Token, a)
		}
		if !f.take(ctx, &i, answer) && i.Kind != kindComplete {
			f.refuse(ctx, &i, answer)
		}
	case "CHANNEL_DELETE", "GUILD_DELETE", "READY":
		f.running.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					f.log.Error("ending watches panicked", "event", e.Kind, "panic", v, "stack", string(debug.Stack()))
				}
			}()
			f.lifecycle(ctx, e)
		})
	}
}
