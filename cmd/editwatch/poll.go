package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/bot/cli"
	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

type pollCmd struct {
	facts
	URLs []string `arg:"" optional:"" name:"url" help:"Watch these as well, announced on the console."`
}

func (c *pollCmd) Run(e *env) error {
	e.least = slog.LevelWarn
	conf, err := e.config()
	if err != nil {
		return err
	}
	_, err = cli.Ask(e.ctx, cli.SocketPath(conf.Store), cli.Request{})
	switch {
	case err == nil:
		return c.hasten(e)
	case !errors.Is(err, cli.ErrNobody):
		return err
	}
	a, err := newApp(e, conf)
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.syncWatches(e.ctx); err != nil {
		return err
	}
	refused := 0
	for _, u := range c.URLs {
		answer, err := a.bot.Do(e.ctx, bot.Command{Verb: bot.Add, Target: u, Channel: consoleName, Everywhere: true, Dialect: &cli.Dialect})
		if err != nil {
			return err
		}
		if answer.Refused {
			refused++
			fmt.Fprintf(e.stderr, "%s: %s\n", u, strings.Join(answer.Lines, " "))
		}
	}
	return a.poll(e, c.JSON, refused > 0 && refused == len(c.URLs))
}

// hastened is what is said of a poll while editwatch runs. It does not wait: a
// pass takes as long as the slowest host wants to be left alone.
var hastened = bot.Tell(map[string]bool{"hastened": true},
	"editwatch is running. It visits everything now, but for hosts that asked to wait, and announces what it finds as always.",
	"When each was checked: editwatch list")

// hasten has the running editwatch, which holds the store, do the visiting.
func (c *pollCmd) hasten(e *env) error {
	refused := 0
	for _, u := range c.URLs {
		a, err := e.request(cli.Request{Command: &bot.Command{Verb: bot.Add, Target: u, Channel: consoleName, Everywhere: true}}, false)
		if err != nil {
			return err
		}
		if a.Refused {
			refused++
			fmt.Fprintf(e.stderr, "%s: %s\n", u, strings.Join(a.Lines, " "))
		}
	}
	a, err := e.request(cli.Request{Hasten: true}, false)
	if err != nil {
		return err
	}
	if err := e.answer(c.facts, a); err != nil {
		return err
	}
	if refused > 0 && refused == len(c.URLs) {
		return errFailed
	}
	return nil
}

// hasten makes everything due now, and what could not be read yet as well.
func (a *app) hasten(ctx context.Context) error {
	now := time.Now().UTC()
	unread, err := a.store.Watches(ctx, store.WatchQuery{Unread: true})
	if err != nil {
		return err
	}
	for _, w := range unread {
		_, err := a.store.ChangeWatch(ctx, w.ID, func(w *news.Watch) error {
			w.NextTry = now
			return nil
		})
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return a.store.Hasten(ctx, now)
}

// A pollFact is what a pass did, as --json.
type pollFact struct {
	Feeds    int      `json:"feeds"`
	Articles int      `json:"articles"`
	Looks    int      `json:"looks"` // further looks at doubtful readings
	Events   int      `json:"events"`
	Held     int      `json:"held"`
	Pending  int      `json:"pending"`
	Failed   []string `json:"failed"`
	Seconds  float64  `json:"seconds"`

	unread, unreached int // how many of Failed are pages and feeds, and how many channels
}

// poll makes one pass: visits everything, settles what is held, delivers.
func (a *app) poll(e *env, asJSON, refused bool) error {
	began := time.Now()
	before, err := a.store.Counts(e.ctx)
	if err != nil {
		return err
	}
	stop := a.progress(e, asJSON)
	passed, err := a.watcher.Pass(e.ctx)
	stop()
	if err != nil {
		return err
	}
	if err := a.notifier.Pass(e.ctx); err != nil {
		return err
	}
	owed, err := a.owed(e.ctx)
	if err != nil {
		return err
	}
	after, err := a.store.Counts(e.ctx)
	if err != nil {
		return err
	}
	f := pollFact{
		Feeds: passed.Feeds, Articles: passed.Articles, Looks: passed.Looks, Events: after.Events - before.Events, Held: passed.Held,
		Pending: after.Pending, Failed: append(append([]string{}, passed.Failed...), owed...), Seconds: time.Since(began).Seconds(),
		unread: len(passed.Failed), unreached: len(owed),
	}
	if err := f.print(e, asJSON); err != nil {
		return err
	}
	if refused {
		return errFailed // none of the URLs that were given can be watched
	}
	return nil
}

// print says what a pass did.
func (f pollFact) print(e *env, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(e.stdout).Encode(f)
	}
	for _, s := range f.Failed {
		fmt.Fprintln(e.stderr, s)
	}
	line := fmt.Sprintf("Polled %s and %s in %.1f s: %s.",
		brief.Count(f.Feeds, "feed"), brief.Count(f.Articles, "article"), f.Seconds, brief.Count(f.Events, "event"))
	if f.Looks > 0 {
		line += fmt.Sprintf(" What was doubtful was looked at again, %s.", brief.Count(f.Looks, "time"))
	}
	if f.unread > 0 {
		line += fmt.Sprintf(" %d could not be read, as said above.", f.unread)
	}
	if f.unreached > 0 {
		line += fmt.Sprintf(" %s could not be reached, as said above.", brief.Count(f.unreached, "channel"))
	}
	if f.Held > 0 {
		line += fmt.Sprintf(" %s held for another look.", brief.Count(f.Held, "reading"))
	}
	if f.Pending > 0 {
		line += fmt.Sprintf(" %s for the next time.", brief.Count(f.Pending, "post"))
	}
	_, err := fmt.Fprintln(e.stderr, line)
	return err
}

// owed names the channels that could not be reached, with the reason.
func (a *app) owed(ctx context.Context) ([]string, error) {
	pending, err := a.store.Deliveries(ctx, store.DeliveryQuery{State: news.Pending, Max: 10_000})
	if err != nil {
		return nil, err
	}
	trouble := make(map[news.ChannelName]string)
	for _, d := range pending {
		if _, known := a.channels[d.Channel]; !known && !a.chat.met(d.Channel) {
			trouble[d.Channel] = "it is not in the configuration"
		} else if d.Trouble != "" {
			trouble[d.Channel] = d.Trouble
		}
	}
	var owed []string
	for _, name := range slices.Sorted(maps.Keys(trouble)) {
		owed = append(owed, fmt.Sprintf("channel %s: %s", a.config.aliases().Called(name), trouble[name]))
	}
	return owed, nil
}

// progress tells on a terminal how far the pass is, until stop is called.
func (a *app) progress(e *env, quiet bool) (stop func()) {
	if quiet || !isTerminal(e.stderr) {
		return func() {}
	}
	began := time.Now()
	ended := make(chan struct{})
	var shown sync.WaitGroup
	shown.Go(func() {
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				fmt.Fprint(e.stderr, "\r\x1b[K")
				return
			case <-tick.C:
				feeds, articles := a.watcher.Polled()
				fmt.Fprintf(e.stderr, "\r\x1b[K%s, %s, %d s", brief.Count(feeds, "feed"), brief.Count(articles, "article"), int(time.Since(began).Seconds()))
			}
		}
	})
	return func() { close(ended); shown.Wait() }
}
