// Package discord is the bot's front end in Discord.
//
//	gateway ──┐                                         ┌─> deferred answer, within 3 s
//	          ├─> interaction ──> bot.Command ──> bot.Do ──> bot.Answer ──> its message
//	endpoint ─┘                                         └─> choices, while somebody types
//
// The commands (commands.go) are registered when they differ from those that
// are. Interactions come over the gateway, or, where the operator set an
// interactions endpoint, as signed requests; both go the same way from there.
// Whatever the command, it is acknowledged at once and answered when the answer
// is there: placing a watch visits a site, politely, and may take a while.
//
// Discord keeps people from a command by their role. What is about another
// channel, and what is done by a button, is looked at here: a button outlives
// the rights of whoever made it appear. A watch is accepted for a channel only
// if the bot can post there; otherwise the answer names what is missing. No server
// and no person takes all the room there is (crowd.go).
//
// The gateway also tells when a channel or the bot's place in a server is gone:
// the watches there end. A server that is merely unavailable keeps them.
//
// New needs a session of internal/discord, a *bot.Bot, and the store's watches;
// FrontEnd.Run keeps it going, and FrontEnd is the handler of the
// endpoint where a public key is configured.
package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// A Bot carries out commands; *bot.Bot is one.
type Bot interface {
	Do(ctx context.Context, c bot.Command) (bot.Answer, error)
	SuggestWatches(ctx context.Context, c bot.Command, typed string) ([]bot.Choice, error)
	SuggestArticles(ctx context.Context, c bot.Command, typed string) ([]bot.Choice, error)
	SuggestSources(ctx context.Context, c bot.Command, typed string) ([]bot.Choice, error)
	ChannelGone(ctx context.Context, channel news.ChannelName) (int, error)
	ServerGone(ctx context.Context, server string) (int, error)
}

// Store is the part of the store that the front end uses; see package store.
type Store interface {
	Watches(ctx context.Context, q store.WatchQuery) ([]news.Watch, error)
}

// Options of a [FrontEnd].
type Options struct {
	Session *discord.Session
	Bot     Bot
	Store   Store
	// PublicKey is the application's, in hexadecimal, from its page. Without
	// one the endpoint answers nothing.
	PublicKey string
	Logger    *slog.Logger // nil logs nothing
}

// A FrontEnd answers people in Discord. It is safe for concurrent use.
type FrontEnd struct {
	session *discord.Session
	bot     Bot
	store   Store
	key     ed25519.PublicKey
	log     *slog.Logger

	mu       sync.Mutex      // guards stopping
	stopping <-chan struct{} // closed when Run is to end; nil before it ran

	crowd   crowd          // interactions being answered
	running sync.WaitGroup // the same, to wait for
	seen    seen
	parents parents
}

const (
	// firstTime is how much of the three seconds that Discord gives for a first
	// answer is used.
	// https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-callback
	firstTime = 2500 * time.Millisecond
	// answerTime is how much of the fifteen minutes in which an answer can be
	// filled in a command may take.
	answerTime = 13 * time.Minute
	// lastTime is how long an answer may take once the program is to stop.
	lastTime = 3 * time.Second
)

// New returns a front end. It does nothing before Run or its first request.
func New(o Options) (*FrontEnd, error) {
	f := &FrontEnd{
		session: o.Session, bot: o.Bot, store: o.Store, log: o.Logger,
	}
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	if o.PublicKey != "" {
		key, err := hex.DecodeString(o.PublicKey)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return nil, errors.New("this is not the public key of a Discord application: copy it from the application's page, General Information")
		}
		f.key = key
	}
	return f, nil
}

// Run registers the commands and keeps the gateway connected until ctx ends.
// What is being answered is brought to its end, but for ctx. It returns an error
// if Discord refuses the bot for good; that is no reason to stop anything else.
// Where the endpoint is served, the refusal is logged and Run goes on: what comes
// through the endpoint is answered without a gateway.
func (f *FrontEnd) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	f.mu.Lock()
	f.stopping = ctx.Done()
	f.mu.Unlock()
	var registering sync.WaitGroup
	registering.Go(func() { f.register(ctx) })
	err := f.session.Listen(ctx, func(e discord.Event) { f.event(ctx, e) })
	if err != nil && f.key != nil {
		f.log.Error("the gateway is given up; the endpoint goes on answering", "err", err)
		<-ctx.Done()
		err = nil
	}
	cancel()
	registering.Wait()
	f.running.Wait()
	if err != nil {
		return fmt.Errorf("listen to discord: %w", err)
	}
	return nil
}

// register sees to it that the commands are registered, however long Discord
// takes.
func (f *FrontEnd) register(ctx context.Context) {
	for wait := 5 * time.Second; ctx.Err() == nil; wait = min(2*wait, 10*time.Minute) {
		changed, err := f.Register(ctx)
		switch {
		case err == nil && changed:
			f.log.Info("discord commands are registered")
			return
		case err == nil || ctx.Err() != nil || errors.Is(err, discord.ErrUnauthorized):
			return
		}
		f.log.Warn("discord commands are not registered yet", "err", err)
		pause := wait
		if p, ok := errors.AsType[*discord.Problem](err); ok {
			pause = max(pause, p.Wait)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}
