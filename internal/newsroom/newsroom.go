package newsroom

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Options open a Newsroom. The zero value is a lively newsroom.
type Options struct {
	Seed uint64 // chooses variants of stories, noise, and the director's programme

	// Empty opens it without articles: for tests that publish their own.
	Empty bool
	// Quiet opens it without noise: pages change only when articles do.
	Quiet bool
	// Slow is how long the fault Slow keeps a reader waiting; 30 s when zero.
	Slow time.Duration
	// RetryAfter is what the faults Unavailable and TooMany ask readers to
	// wait; two minutes when zero.
	RetryAfter time.Duration
	// Logger hears, at debug, of everything done. Nothing is logged when nil.
	Logger *slog.Logger
}

// A Newsroom is a number of outlets and the log of what they did.
type Newsroom struct {
	opts    Options
	log     *slog.Logger
	stories []story
	outlets []*Outlet // fixed by New

	mu     sync.Mutex // guards what follows, and all articles and outlets
	truth  []Change
	served map[Fault]int
	serial int // the number of the last article published

	servers []*http.Server
	serving sync.WaitGroup
}

// New opens a newsroom. Each outlet has published all its stories but the last,
// some time before now, unless o says otherwise.
func New(o Options) *Newsroom {
	if o.Slow == 0 {
		o.Slow = 30 * time.Second
	}
	if o.RetryAfter == 0 {
		o.RetryAfter = 2 * time.Minute
	}
	stories, err := loadStories(storyFiles)
	if err != nil {
		panic(err) // the files are ours and embedded
	}
	n := &Newsroom{opts: o, log: o.Logger, stories: stories, served: make(map[Fault]int)}
	if n.log == nil {
		n.log = slog.New(slog.DiscardHandler)
	}
	for _, m := range mastheads {
		out := &Outlet{Masthead: m, room: n, host: m.Slug + ".example", validators: true, compress: true, layout: m.layout}
		out.base = "http://" + out.host
		if !o.Quiet {
			out.noise = m.noise
		}
		for i, s := range stories {
			if s.outlet == m.Slug {
				out.stories = append(out.stories, &stories[i])
			}
		}
		n.outlets = append(n.outlets, out)
	}
	if !o.Empty {
		for _, out := range n.outlets {
			for range len(out.stories) - 1 {
				out.publishStory(true)
			}
		}
	}
	return n
}

// Outlets returns all outlets, always in the same order.
func (n *Newsroom) Outlets() []*Outlet { return slices.Clone(n.outlets) }

// Outlet returns the outlet with the slug, such as "harbour-post", or nil.
func (n *Newsroom) Outlet(slug string) *Outlet {
	for _, o := range n.outlets {
		if o.Slug == slug {
			return o
		}
	}
	return nil
}

// ServeHTTP serves the outlet whose Host the request names.
func (n *Newsroom) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, o := range n.outlets {
		if r.Host == o.Host() {
			o.ServeHTTP(w, r)
			return
		}
	}
	http.Error(w, "no such outlet", http.StatusMisdirectedRequest)
}

// Start serves every outlet on a free loopback port of its own until Close and
// makes that its address, also in Truth from here on.
func (n *Newsroom) Start() error {
	for _, o := range n.outlets {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return errors.Join(err, n.Close())
		}
		o.SetBase("http://" + l.Addr().String())
		srv := &http.Server{Handler: o, ErrorLog: slog.NewLogLogger(n.log.Handler(), slog.LevelDebug), ReadHeaderTimeout: time.Minute}
		n.mu.Lock()
		n.servers = append(n.servers, srv)
		n.mu.Unlock()
		n.serving.Go(func() {
			if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				n.log.Debug("newsroom", "outlet", o.Slug, "err", err)
			}
		})
	}
	return nil
}

// Close ends what Start began, readers kept waiting included. It may be called
// more than once.
func (n *Newsroom) Close() error {
	n.mu.Lock()
	servers := n.servers
	n.servers = nil
	n.mu.Unlock()
	var errs []error
	for _, srv := range servers {
		// Closing the connection ends the request's context and so the wait
		// of a slow answer.
		errs = append(errs, srv.Close())
	}
	for _, srv := range servers {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		errs = append(errs, srv.Shutdown(ctx))
		cancel()
	}
	n.serving.Wait()
	return errors.Join(errs...)
}

// Served returns how often each fault was served so far.
func (n *Newsroom) Served() map[Fault]int {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := make(map[Fault]int, len(n.served))
	for f, c := range n.served {
		m[f] = c
	}
	return m
}
