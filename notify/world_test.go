package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

// A world is a real store that tests record edits in, a switch that breaks its
// writes, and the senders of its channels.
type world struct {
	t        testing.TB
	path     string
	store    *faulty
	channels map[news.ChannelName]Channel
	options  Options
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, path: filepath.Join(t.TempDir(), "test.db"), channels: make(map[news.ChannelName]Channel)}
	w.open()
	t.Cleanup(func() {
		// Whatever was done to it, the store is whole.
		if err := w.store.Check(context.Background()); err != nil {
			t.Errorf("check the store: %v", err)
		}
		w.store.Close()
	})
	return w
}

func (w *world) open() {
	w.t.Helper()
	s, err := bolt.Open(w.path, bolt.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.store = &faulty{Store: s}
}

// reopen stands for a crash and a new start.
func (w *world) reopen() {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open()
}

func (w *world) notifier() *Notifier {
	o := w.options
	o.Channels = w.channels
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(w.t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return New(w.store, o)
}

// run runs a notifier for a time; in a bubble, for as long as it pleases.
func (w *world) run(d time.Duration) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), d)
	defer cancel()
	if err := w.notifier().Run(ctx); err != nil {
		w.t.Errorf("Run: %v", err)
	}
}

// start runs a notifier until the function it returns is called.
func (w *world) start() (stop func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan struct{})
	n := w.notifier()
	go func() {
		defer close(done)
		if err := n.Run(ctx); err != nil {
			w.t.Errorf("Run: %v", err)
		}
	}()
	return func() { cancel(); <-done }
}

// article records an article with its baseline.
func (w *world) article(name string) news.Article {
	w.t.Helper()
	url := "https://harbour.example/" + name
	seen, err := w.store.Sight(w.t.Context(), nil, []store.Sighting{{
		Keys: []news.Key{news.AddressKey(news.PageReading, url)},
		Article: news.Article{
			Reading: news.PageReading, URL: url, Source: "The Harbour Post", Headline: name,
			FirstSeen: time.Now(), Polling: news.Polling{Host: news.Host(url)},
		},
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	a := seen[0].Article
	w.version(&a, news.Text{Headline: name, Paragraphs: []string{"The bridge stays open."}})
	return a
}

// version records the next version of the article with events.
func (w *world) version(a *news.Article, text news.Text, events ...news.Event) []news.Event {
	w.t.Helper()
	next, r := record(*a, text, events...)
	for range 3 {
		got, err := w.store.Record(w.t.Context(), r)
		if errors.Is(err, errFault) { // as the watcher does: it is due again
			continue
		}
		if errors.Is(err, store.ErrConflict) { // it happened although it failed
			break
		}
		if err != nil {
			w.t.Fatal(err)
		}
		*a = next
		return got.Events
	}
	*a = next
	return nil
}

func record(a news.Article, text news.Text, events ...news.Event) (news.Article, store.Record) {
	a.Versions++
	a.Headline, a.Hash = text.Headline, text.Hash()
	if len(events) > 0 {
		a.Edits++
		a.LastEdited = time.Now()
	}
	return a, store.Record{
		Article: a,
		Version: &news.Version{Article: a.ID, Number: a.Versions, Seen: time.Now(), Hash: text.Hash(), Extractor: "page/1", Text: text},
		Events:  events,
	}
}

// edit gives the article a new headline.
func (w *world) edit(a *news.Article, headline string) {
	w.t.Helper()
	w.version(a, news.Text{Headline: headline, Paragraphs: []string{"The bridge stays open."}}, edited(*a))
}

func edited(a news.Article) news.Event {
	now := time.Now()
	return news.Event{
		Kind: news.Edited, Article: a.ID, At: now, From: a.Versions, To: a.Versions + 1,
		ChangedAfter: now.Add(-10 * time.Minute), ChangedBefore: now,
		Significance: news.Major, Classes: []news.Class{news.ClassHeadline},
	}
}

// event records an event that comes with no version.
func (w *world) event(e news.Event) {
	w.t.Helper()
	e.At = time.Now()
	for {
		a, err := w.store.Article(w.t.Context(), e.Article)
		if err == nil {
			_, err = w.store.Record(w.t.Context(), store.Record{Article: a, Events: []news.Event{e}})
		}
		if err == nil {
			return
		}
		if !errors.Is(err, errFault) {
			w.t.Fatal(err)
		}
		if w.store.happened {
			return // the watcher finds the article removed already
		}
	}
}

// watch makes a channel with a sender watch an article.
func (w *world) watch(channel news.ChannelName, s Sender, a news.Article) {
	w.t.Helper()
	if _, ok := w.channels[channel]; !ok {
		w.channels[channel] = Channel{Sender: s, Links: report.Links{Base: "https://edits.example.org"}}
	}
	_, err := w.store.AddWatch(w.t.Context(), news.Watch{
		Channel: channel, URL: a.URL, Article: a.ID, Pages: true, Placed: time.Now(),
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// change changes a watch.
func (w *world) change(id news.WatchID, change func(*news.Watch)) {
	w.t.Helper()
	_, err := w.store.ChangeWatch(w.t.Context(), id, func(watch *news.Watch) error {
		change(watch)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// deliveries returns all deliveries in a state, oldest first.
func (w *world) deliveries(state news.DeliveryState) []news.Delivery {
	w.t.Helper()
	d, err := w.store.Deliveries(w.t.Context(), store.DeliveryQuery{State: state, Max: 10_000})
	if err != nil {
		w.t.Fatal(err)
	}
	for i, j := 0, len(d)-1; i < j; i, j = i+1, j-1 {
		d[i], d[j] = d[j], d[i]
	}
	return d
}

// A platform is a fake one. Answer, if set, decides what comes of the n-th
// post, counted from 1; unless it says that it got lost before, the post
// happens.
type platform struct {
	answer func(n int) (happens bool, err error)

	mu    sync.Mutex
	tries int
	posts []posted
}

type posted struct {
	Announcement
	at time.Time
}

func (p *platform) Send(ctx context.Context, a Announcement) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries++
	happens, err := true, error(nil)
	if p.answer != nil {
		happens, err = p.answer(p.tries)
	}
	if happens {
		p.posts = append(p.posts, posted{a, time.Now()})
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("m%d", len(p.posts)), nil
}

func (p *platform) all() []posted {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]posted(nil), p.posts...)
}

// spans returns the versions each post leads between: "1→2".
func (p *platform) spans() (s []string) {
	for _, a := range p.all() {
		switch r := a.Report; {
		case r.From != nil && r.To != nil:
			s = append(s, fmt.Sprintf("%s %d→%d", r.Kind, r.From.Version, r.To.Version))
		case r.Kind != "":
			s = append(s, string(r.Kind))
		default:
			s = append(s, a.Brief.What)
		}
	}
	return s
}

// A board is a platform whose messages can be changed.
type board struct {
	platform
	updates []Announcement
}

func (b *board) Update(ctx context.Context, a Announcement) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.updates = append(b.updates, a)
	return nil
}

var errFault = errors.New("input/output error")

// Writes of the store that a fault can be put into.
const (
	opRecord = "Record"
	opPlan   = "Plan"
	opLease  = "LeaseDelivery"
	opSettle = "Settle"
)

// faulty is a store one of whose writes fails once: before it happened, or
// after.
type faulty struct {
	store.Store

	// unreadable holds what reading an article answers with.
	unreadable map[news.ArticleID]error

	mu       sync.Mutex
	op       string
	skip     int // calls that still succeed
	happened bool
	hit      chan struct{} // closed when the fault struck
}

// breakOnce lets the call after skip calls of op fail.
func (f *faulty) breakOnce(op string, skip int, happened bool) (hit chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.op, f.skip, f.happened, f.hit = op, skip, happened, make(chan struct{})
	return f.hit
}

func (f *faulty) fault(op string, do func() error) error {
	f.mu.Lock()
	strikes := f.op == op && f.skip == 0
	if f.op == op {
		f.skip--
	}
	if strikes {
		f.op = ""
	}
	happened, hit := f.happened, f.hit
	f.mu.Unlock()
	if !strikes {
		return do()
	}
	defer close(hit)
	if happened {
		if err := do(); err != nil {
			return err
		}
	}
	return errFault
}

// Article fails for the articles in unreadable.
func (f *faulty) Article(ctx context.Context, id news.ArticleID) (news.Article, error) {
	if err := f.unreadable[id]; err != nil {
		return news.Article{}, err
	}
	return f.Store.Article(ctx, id)
}

func (f *faulty) Record(ctx context.Context, r store.Record) (out store.Recorded, err error) {
	err = f.fault(opRecord, func() (err error) { out, err = f.Store.Record(ctx, r); return })
	return out, err
}

func (f *faulty) Plan(ctx context.Context, event news.Seq, duties []store.Duty) error {
	return f.fault(opPlan, func() error { return f.Store.Plan(ctx, event, duties) })
}

func (f *faulty) LeaseDelivery(ctx context.Context, now, until time.Time) (d news.Delivery, err error) {
	nothing := false
	err = f.fault(opLease, func() (err error) {
		d, err = f.Store.LeaseDelivery(ctx, now, until)
		nothing = errors.Is(err, store.ErrNothing)
		return err
	})
	if nothing {
		return d, store.ErrNothing
	}
	return d, err
}

func (f *faulty) Settle(ctx context.Context, d news.Delivery) error {
	return f.fault(opSettle, func() error { return f.Store.Settle(ctx, d) })
}

// sightingOf is an entry that lists the article.
func sightingOf(a news.Article) []store.Sighting {
	return []store.Sighting{{Keys: []news.Key{news.AddressKey(a.Reading, a.URL)}, Article: a}}
}
