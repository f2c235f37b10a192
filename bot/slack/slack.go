// Package slack is the bot's front end in Slack.
//
//	Socket Mode ──┐                                                        ┌─> response URL
//	              ├─> inbox ──> bot.Command ──> bot.Do ──> bot.Answer ─────┼─> ephemeral message
//	signed HTTP ──┘   (acknowledged)                                       └─> home tab
//
// A slash command, a mention of the bot with a command after it (in threads too,
// where slash commands cannot be typed), the shortcut in a message's menu and the
// buttons all become a bot.Command; the words are bot.Parse's. Slack is told at
// once that a thing arrived, and the answer follows when it is there, seen by the
// asker alone: placing a watch visits a site, politely, and may take a while.
//
// Watches belong to the channel, and any member may change them, unless the
// channel's settings leave it to the workspace's admins and owners. Who types is a
// member; who presses a button need not be, for anybody can look into a public
// channel, and is looked up. Where Slack does not let the bot see who somebody is,
// nobody may, and the answer names the scope. A watch is accepted only where the
// bot is in the channel; otherwise the answer says how to invite it. A channel
// that is archived or deleted, and a workspace that uninstalls the app, end their
// watches; a channel that the bot was sent away from has them paused.
//
// When the program stops nothing more is taken up. What was has a moment to come
// to its end, and whoever asked for what does not is told to ask again.
//
// New needs a client of internal/slack, a *bot.Bot and the store's settings, and
// the app's signing secret where Slack is to send requests. FrontEnd.Run listens
// and answers until its context ends; FrontEnd is the handler of the request URLs,
// which may be one. With neither Socket Mode nor a signing secret nobody can ask
// anything, and announcements are posted all the same.
// slack-manifest.yaml at the top of the repository is the app this speaks for.
package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/slack"
)

// A Bot carries out commands; *bot.Bot is one.
type Bot interface {
	Do(ctx context.Context, c bot.Command) (bot.Answer, error)
	ChannelGone(ctx context.Context, channel news.ChannelName) (int, error)
	ServerGone(ctx context.Context, server string) (int, error)
}

// Store is the part of the store that the front end uses; see package store.
type Store interface {
	Settings(ctx context.Context, channel news.ChannelName) (news.Settings, error)
}

// Options of a [FrontEnd].
type Options struct {
	Client *slack.Client
	Bot    Bot
	Store  Store
	// SigningSecret is the app's, from its page. Without one the endpoint
	// answers nothing.
	SigningSecret string
	// Socket says to listen through Socket Mode.
	Socket bool
	Logger *slog.Logger // nil logs nothing
}

// A FrontEnd answers people in Slack. It is safe for concurrent use.
type FrontEnd struct {
	client   *slack.Client
	bot      Bot
	store    Store
	log      *slog.Logger
	inbox    *slack.Inbox
	listener *slack.Listener // nil: not through Socket Mode
	endpoint *slack.Endpoint // nil: not through requests
	names    names
}

// New returns a front end. It does nothing before Run.
func New(o Options) (*FrontEnd, error) {
	f := &FrontEnd{client: o.Client, bot: o.Bot, store: o.Store, log: o.Logger}
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	f.inbox = slack.NewInbox(f.log)
	if o.SigningSecret != "" {
		var err error
		if f.endpoint, err = slack.NewEndpoint(o.SigningSecret, f.inbox); err != nil {
			return nil, err
		}
	}
	if o.Socket {
		f.listener = slack.NewListener(f.client, f.inbox, 0)
	}
	return f, nil
}

// ServeHTTP takes what Slack sends to the request URLs, signed.
func (f *FrontEnd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.endpoint == nil {
		http.NotFound(w, r)
		return
	}
	f.endpoint.ServeHTTP(w, r)
}

// Connection returns how Socket Mode is doing.
func (f *FrontEnd) Connection() slack.Connection {
	if f.listener == nil {
		return slack.Connection{}
	}
	return f.listener.Connection()
}

// Run answers until ctx ends. What was taken up until then has a moment to come to
// its end; whoever asked for what does not is told to ask again. Run returns an
// error if Slack does not let the bot listen any more; that is no reason to stop
// anything else, and requests are answered still.
func (f *FrontEnd) Run(ctx context.Context) error {
	if f.listener == nil {
		f.inbox.Run(ctx, f)
		return nil
	}
	var answering sync.WaitGroup
	defer answering.Wait()
	inboxCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	answering.Go(func() { f.inbox.Run(inboxCtx, f) })
	err := f.listener.Run(ctx)
	if err == nil {
		return nil
	}
	if f.endpoint != nil {
		f.log.Error("slack does not let the bot listen; only requests are answered", "err", err)
		<-ctx.Done()
	}
	return fmt.Errorf("listen to slack: %w", err)
}

// Command answers a slash command.
func (f *FrontEnd) Command(ctx context.Context, c slack.Command) {
	to := &asker{f: f, place: c.Place, lead: cmp.Or(c.Name, slash), since: time.Now()}
	cmd, err := parse(c.Text, dialect(to.lead))
	f.answer(ctx, to, cmd, err)
}

// Press answers a button.
func (f *FrontEnd) Press(ctx context.Context, p slack.Press) {
	if p.Value == "" {
		return // a button that leads to an address, which Slack tells of too
	}
	to := &asker{f: f, place: p.Place, thread: p.Thread, lead: slash, own: p.Ephemeral, since: time.Now()}
	cmd, err := bot.Pressed(p.Value)
	if p.Channel == "" {
		f.turnHome(ctx, p, cmd, err)
		return
	}
	f.answer(ctx, to, cmd, err)
}

// Shortcut answers the item in a message's menu.
func (f *FrontEnd) Shortcut(ctx context.Context, s slack.Shortcut) {
	to := &asker{f: f, place: s.Place, lead: slash, since: time.Now()}
	if len(s.Links) == 0 {
		f.answer(ctx, to, bot.Command{}, &news.Refusal{What: "There is no link in that message.", Do: "Choose a message that links to an article."})
		return
	}
	cmd := bot.Command{Verb: bot.History, Target: s.Links[0]}
	f.answer(ctx, to, cmd, nil, s.Links[1:]...)
}

// answer carries a command out and answers it. err is why there is none. Of the
// other targets one is taken if nothing is known of the command's own.
func (f *FrontEnd) answer(ctx context.Context, to *asker, c bot.Command, err error, others ...string) {
	c.Dialect = dialect(to.lead)
	a := f.do(ctx, to.place, c, err)
	for _, other := range others {
		if err != nil || !a.Refused || ctx.Err() != nil {
			break
		}
		c.Target = other
		if b := f.do(ctx, to.place, c, nil); !b.Refused {
			a = b
		}
	}
	words, cancel := f.inbox.LastWords(ctx)
	defer cancel()
	if err := to.tell(words, a); err != nil {
		f.log.Warn("an answer did not arrive", "verb", c.Verb, "slack_channel", to.place.Channel, "slack_team", to.place.Team, "err", err)
	}
}

// do carries out a command that was given somewhere by somebody, unless err says
// that there is none. It always has an answer.
func (f *FrontEnd) do(ctx context.Context, p slack.Place, c bot.Command, err error) (a bot.Answer) {
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		c, err = f.placed(ctx, p, c)
	}
	if err == nil {
		a, err = f.bot.Do(ctx, c)
	}
	refusal, refused := errors.AsType[*news.Refusal](err)
	switch {
	case err == nil:
		return a
	case refused:
		return bot.Refuse(refusal)
	case errors.Is(context.Cause(ctx), slack.ErrStopping):
		return bot.Restarting()
	case ctx.Err() != nil:
		return bot.TooLong()
	}
	f.log.Error("a command failed", "verb", c.Verb, "slack_channel", p.Channel, "slack_team", p.Team, "err", err)
	return bot.Sorry()
}
