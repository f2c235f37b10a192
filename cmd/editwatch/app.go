package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"golang.org/x/term"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/bot/cli"
	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/safehttp"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
	"github.com/editwatch/editwatch/notify"
	"github.com/editwatch/editwatch/notify/console"
	"github.com/editwatch/editwatch/watcher"
	"github.com/editwatch/editwatch/watcher/archive"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// An app is everything that runs, wired together over one store.
type app struct {
	config   config
	log      *slog.Logger
	store    store.Store
	watcher  *watcher.Watcher
	notifier *notify.Notifier
	bot      *bot.Bot
	chat     *chat
	index    *index            // nil: search is switched off
	archiver *archive.Archiver // nil: archiving is switched off
	channels map[news.ChannelName]notify.Channel
	dry      bool // tell what would be posted, and post nothing
}

// newApp opens the store and wires the parts. Nothing runs yet.
func newApp(e *env, c config) (*app, error) {
	a := &app{config: c, log: e.logger()}
	var names []news.ChannelName
	var err error
	if a.chat, err = c.chat(a.log); err != nil {
		return nil, err
	}
	if a.channels, names, err = c.senders(e, a.chat); err != nil {
		return nil, err
	}
	client, err := c.archiveClient()
	if err != nil {
		return nil, err
	}
	if a.store, err = openStore(c.Store); err != nil {
		return nil, err
	}
	if err := a.keepUnderIDs(e.ctx); err != nil {
		return nil, errors.Join(err, a.store.Close())
	}
	a.watcher = watcher.New(a.store, c.fetcher(), watcher.Options{
		Schedule: c.Poll.schedule(), Hosts: c.Poll.Hosts, Keep: watcher.Keep(c.KeepPages), Logger: a.log,
		MaxPage: int64(c.Poll.PageMax), MaxFeed: int64(c.Poll.FeedMax), Articles: c.Limits.Articles,
	})
	a.notifier = notify.New(a.store, notify.Options{
		Channels: a.channels,
		Open:     a.chat.open,
		Coalesce: coalesce(c.Announce.Coalesce),
		Retry:    notify.Retry{First: time.Duration(c.Announce.Retry)},
		Flood:    notify.Flood{Old: time.Duration(c.Announce.Stale)},
		Logger:   a.log,
	})
	a.archiver = c.archiver(client, a.store, a.log)
	if c.Search {
		a.index = newIndex(c.Store, a.store, a.log)
	}
	a.bot = bot.New(a.store, a.watcher, a.notifier, bot.Options{
		Channels: names, Aliases: c.aliases(), Met: a.chat.met, Links: report.Links{Base: c.PublicURL}, Version: version(),
		Search: a.searcher(),
		Limits: bot.Limits{Server: c.Limits.Server, Channel: c.Limits.Channel, Articles: c.Limits.Articles},
	})
	if err := a.chat.answer(a.bot, a.store); err != nil {
		return nil, errors.Join(err, a.store.Close())
	}
	return a, nil
}

// coalesce returns the window as package notify takes it, where zero means
// the default.
func coalesce(d duration) time.Duration {
	if d == 0 {
		return -1
	}
	return time.Duration(d)
}

func (a *app) close() error {
	var err error
	if a.index != nil {
		err = a.index.close()
	}
	return errors.Join(err, a.store.Close())
}

// openStore opens the store, with a word on what to do when it cannot.
func openStore(path string) (store.Store, error) {
	s, err := bolt.Open(path, bolt.Options{})
	switch {
	case errors.Is(err, store.ErrInUse):
		return nil, inUse(path)
	case errors.Is(err, store.ErrNewer):
		return nil, fmt.Errorf("the store %s was written by a newer editwatch; use that one, or restore a backup", path)
	case errors.Is(err, store.ErrDamaged):
		return nil, fmt.Errorf("%w; restore a backup, or name another store with --store", err)
	case err != nil:
		return nil, err
	}
	return s, nil
}

func inUse(path string) error {
	return fmt.Errorf("the store %s is in use by another editwatch; stop that one, or name another store with --store", path)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// fetcher returns the one way to the pages and feeds of the web.
func (c config) fetcher() *fetch.Client {
	return fetch.New(fetch.Options{
		UserAgent: c.userAgent(),
		HTTP:      safehttp.New(safehttp.Options{Allow: c.Poll.Allow, Total: time.Duration(c.Poll.Timeout)}),
		Gap:       time.Duration(c.Poll.Gap),
	})
}

// userAgent names us, and whom to complain to.
func (c config) userAgent() string {
	if c.Contact == "" {
		return "editwatch/" + version()
	}
	return "editwatch/" + version() + " (+" + c.Contact + ")"
}

// localURL is where people on this machine find the pages.
func (c config) localURL() string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	return "http://" + reachable(c.Listen)
}

// reachable is an address to which people on this machine can go, for one that is
// listened on. 0.0.0.0 and [::] mean every address, and lead nowhere.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if ip, ipErr := netip.ParseAddr(host); err == nil && (host == "" || ipErr == nil && ip.IsUnspecified()) {
		return net.JoinHostPort("localhost", port)
	}
	return listen
}

// do carries out a request to the program, for the socket and in place.
func (a *app) do(ctx context.Context, r cli.Request, out cli.Out) bot.Answer {
	switch {
	case r.Command != nil:
		c := *r.Command
		c.Dialect = &cli.Dialect
		answer, err := a.bot.Do(ctx, c)
		if err != nil {
			a.log.Error("command", "verb", r.Command.Verb, "err", err)
			return bot.Sorry()
		}
		return answer
	case r.Export != nil:
		return a.exportTo(ctx, *r.Export, out)
	case r.Backup != "":
		if refusal := a.backup(ctx, r.Backup); refusal != nil {
			return bot.Refuse(refusal)
		}
		return bot.Answer{Lines: []string{"The store was copied to " + r.Backup + "."}}
	case r.Import != "":
		return a.importRecord(ctx, r.Import, out.Tell)
	case r.Hasten:
		if err := a.hasten(ctx); err != nil {
			a.log.Error("visit everything now", "err", err)
			return bot.Sorry()
		}
		return hastened
	}
	h, err := a.health(ctx)
	if err != nil {
		a.log.Error("count the store", "err", err)
		return bot.Sorry()
	}
	return bot.Tell(h, h.line())
}

// backup writes a copy of the store beside the file and then in its place, so
// that a file of that name is a whole backup.
func (a *app) backup(ctx context.Context, to string) *news.Refusal {
	if there, err := os.Stat(to); err == nil {
		if own, err := os.Stat(a.config.Store); err == nil && os.SameFile(there, own) {
			return &news.Refusal{What: "That is the store itself.", Do: "Name another file for the copy."}
		}
	}
	f, err := createWhole(to)
	if err != nil {
		return &news.Refusal{What: fmt.Sprintf("The copy cannot be written to %s: %v.", to, err), Do: "Name a file in a directory where the running editwatch may write."}
	}
	defer f.drop()
	if err := a.store.Backup(ctx, f); err != nil {
		return &news.Refusal{What: fmt.Sprintf("The copy broke off: %v.", cause(err)), Do: "See whether there is room on the disk, and try again."}
	}
	if err := f.end(); err != nil {
		return &news.Refusal{What: fmt.Sprintf("The copy cannot be written to %s: %v.", to, err), Do: "See whether there is room on the disk, or name another file."}
	}
	return nil
}

// logger writes to stderr: JSON for programs that keep logs; on a terminal,
// where announcements say what happened, coloured lines for what is unusual.
func (e *env) logger() *slog.Logger {
	level := e.least
	switch {
	case e.global.Debug:
		level = slog.LevelDebug
	case isTerminal(e.stderr):
		level = max(level, slog.LevelWarn)
	}
	if isTerminal(e.stderr) {
		return slog.New(tint.NewTextHandler(e.stderr, &tint.Options{Level: level, TimeFormat: time.TimeOnly, NoColor: os.Getenv("NO_COLOR") != ""}))
	}
	return slog.New(slog.NewJSONHandler(e.stderr, &slog.HandlerOptions{Level: level}))
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// style returns how edits are written to stdout.
func (e *env) style() console.Style {
	if f, ok := e.stdout.(*os.File); ok {
		return console.StyleOf(f)
	}
	return console.Style{}
}

// format returns what writes a brief to stdout.
func (e *env) format() func(brief.Brief) string {
	style := e.style()
	return func(b brief.Brief) string { return console.Format(b, style) }
}
