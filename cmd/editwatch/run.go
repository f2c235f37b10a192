package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"

	"golang.org/x/sync/errgroup"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/bot/cli"
	"github.com/editwatch/editwatch/bot/web"
	"github.com/editwatch/editwatch/notify"
	"github.com/editwatch/editwatch/notify/console"
)

type runCmd struct {
	URLs   []string `arg:"" optional:"" name:"url" help:"Feeds, articles, or pages that name a feed; announced on the console."`
	DryRun bool     `help:"Print what would be posted, and post nothing."`
}

func (c *runCmd) Run(e *env) error {
	conf, err := e.config()
	if err != nil {
		return err
	}
	if _, err := cli.Ask(e.ctx, cli.SocketPath(conf.Store), cli.Request{Health: true}); !errors.Is(err, cli.ErrNobody) {
		return inUse(conf.Store)
	}
	l, err := conf.listener()
	if err != nil {
		return err
	}
	a, err := newApp(e, conf)
	if err != nil {
		l.Close()
		return err
	}
	defer a.close()
	return a.run(e, l, c.URLs, c.DryRun)
}

// listener opens the address of the pages. The default port, which nobody
// chose, gives way to a free one; config then holds the address in use.
func (c *config) listener() (net.Listener, error) {
	l, err := net.Listen("tcp", c.Listen)
	if err != nil && c.listenDefault && errors.Is(err, syscall.EADDRINUSE) {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("the address %s (listen in %s) is in use by another program; choose another port", c.Listen, c.path)
	}
	if err != nil {
		return nil, fmt.Errorf("open the address %s for the pages: %w", c.Listen, err)
	}
	c.Listen = l.Addr().String()
	return l, nil
}

// run watches, announces and answers until the context ends. Parts stop in
// reverse: what is under way is brought to an end or left to the next start.
func (a *app) run(e *env, l net.Listener, urls []string, dry bool) error {
	a.dry = dry
	if err := a.syncWatches(e.ctx); err != nil {
		l.Close()
		return err
	}
	group, ctx := errgroup.WithContext(e.ctx)
	a.log.Info("editwatch", "version", version(), "store", a.config.Store, "pages", a.config.localURL())
	if isTerminal(e.stderr) && !a.config.demo {
		fmt.Fprintf(e.stdout, "The record: %s\nCtrl-C ends it.\n\n", a.config.localURL())
	}
	if a.config.Contact == "" && a.config.path != "" && !a.config.demo {
		a.log.Warn("no contact in the configuration: sites cannot tell whom to complain to")
	}
	group.Go(func() error { return a.serve(ctx, l) })
	group.Go(func() error { return cli.Serve(ctx, cli.SocketPath(a.config.Store), a.do, a.log) })
	group.Go(func() error { return a.watcher.Run(ctx) })
	group.Go(func() error { return a.sweepLoop(ctx) })
	if a.index != nil {
		group.Go(func() error { return a.index.run(ctx) })
	}
	if dry {
		out := console.New(e.stdout, e.style())
		group.Go(func() error {
			return a.notifier.Rehearse(ctx, func(an notify.Announcement) error {
				fmt.Fprintf(e.stdout, "would post to %s:\n", a.config.aliases().Called(an.Delivery.Channel))
				_, err := out.Send(ctx, an)
				return err
			})
		})
	} else {
		group.Go(func() error { return a.notifier.Run(ctx) })
	}
	if !dry {
		a.chat.run(ctx, group.Go)
	}
	if a.archiver != nil && !dry {
		group.Go(func() error { return a.archiver.Run(ctx) })
	}
	group.Go(func() error { return a.addAll(ctx, e, urls) })
	err := group.Wait()
	if e.ctx.Err() != nil {
		a.log.Info("stopped")
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// addAll watches the URLs of the command line for the console. One that cannot
// be watched is said; if none can and nothing else is watched, that is all.
func (a *app) addAll(ctx context.Context, e *env, urls []string) error {
	refused := 0
	for _, u := range urls {
		answer, err := a.bot.Do(ctx, bot.Command{Verb: bot.Add, Target: u, Channel: consoleName, Everywhere: true, Dialect: &cli.Dialect})
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		out := e.stdout
		if answer.Refused {
			refused++
			out = e.stderr
			fmt.Fprintf(out, "%s: ", u)
		}
		if err := cli.Print(out, answer, nil); err != nil {
			return err
		}
	}
	list, err := a.bot.Do(ctx, bot.Command{Verb: bot.List, Everywhere: true, Dialect: &cli.Dialect})
	if ctx.Err() != nil || err != nil {
		return err
	}
	switch {
	case len(list.Facts) > 0 && len(urls) == 0 && isTerminal(e.stderr) && !a.config.demo:
		return e.printList(list) // what is watched, and when it is looked at next
	case len(list.Facts) > 0:
	case refused > 0:
		return errFailed
	default:
		fmt.Fprintln(e.stdout, "Nothing is watched yet. In another terminal: editwatch add https://example.org/news")
	}
	return nil
}

// serve answers browsers until the context ends.
func (a *app) serve(ctx context.Context, l net.Listener) error {
	access, err := a.config.Web.access()
	if err != nil {
		l.Close()
		return err
	}
	handler := web.New(web.Options{Access: access, Excerpt: a.config.Excerpt, Store: a.store, PublicURL: a.config.PublicURL, Version: version(), Search: a.searcher(), Closing: ctx.Done(), Logger: a.log})
	pages := handler
	if !a.dry { // a dry run takes no commands
		pages = a.chat.beside(handler)
	}
	server := web.Server(l.Addr().String(), pages, a.log)
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		if server.Shutdown(grace) != nil {
			server.Close()
		}
	})
	err = server.Serve(l)
	if errors.Is(err, http.ErrServerClosed) {
		<-ended
		return nil
	}
	stop()
	return fmt.Errorf("serve the pages: %w", err)
}
