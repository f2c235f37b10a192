package discord

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/search/searchtest"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// A world is a Discord, and editwatch in it, over a store of its own.
type world struct {
	*chattest.Discord
	t       *testing.T
	store   store.Store
	session *discord.Session
	front   *FrontEnd
	slow    time.Duration // how long placing takes
	tested  error
	stop    func()
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, Discord: chattest.NewDiscord(t, chattest.Loopback)}
	s, err := bolt.Open(filepath.Join(t.TempDir(), "test.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Check(context.Background()); err != nil {
			t.Errorf("check the store: %v", err)
		}
		s.Close()
	})
	w.store = s
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	w.session, err = discord.NewSession(discord.Options{
		Token: w.Token, APIURL: w.APIURL, HTTP: w.Client(), Dial: w.Dialer().NetDialContext, Logger: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	b := bot.New(s, w, w, bot.Options{
		Channels: []news.ChannelName{"wall"},
		Met:      func(n news.ChannelName) bool { _, ok := discord.ChannelID(n); return ok },
		Links:    report.Links{Base: "https://edits.example.org"},
		Limits:   bot.Limits{Channel: 40},
		Search:   searchtest.New(t, s),
	})
	w.front, err = New(Options{Session: w.session, Bot: b, Store: s, PublicKey: w.PublicKey, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// run keeps the front end running until the test ends.
func (w *world) run() {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.front.Run(ctx) }()
	over := false
	w.stop = func() {
		if over {
			return
		}
		over = true
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("Run = %v", err)
		}
	}
	w.t.Cleanup(func() { w.stop() })
	w.WaitGateway(1)
	w.registered()
}

// registered waits for the commands.
func (w *world) registered() {
	w.t.Helper()
	for range 500 {
		if len(w.Commands("")) == 3 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatalf("commands: %v", w.Commands(""))
}

// Place finds a feed at /feed, nothing at /nothing, and articles elsewhere.
func (w *world) Place(ctx context.Context, watch news.Watch) (news.Placement, error) {
	select {
	case <-time.After(w.slow):
	case <-ctx.Done():
		return news.Placement{}, ctx.Err()
	}
	now := time.Now().UTC()
	p := news.Placement{Next: now.Add(15 * time.Minute)}
	switch {
	case !strings.HasPrefix(watch.URL, "https://harbour.example/"):
		return p, &news.Refusal{What: "That is not the address of a site that can be reached.", Do: "Check it in a browser."}
	case strings.HasSuffix(watch.URL, "/panic"):
		panic("a bug")
	case strings.HasSuffix(watch.URL, "/error"):
		return p, errors.New("dial tcp 10.0.0.1:443: secret")
	case strings.HasSuffix(watch.URL, "/feed"):
		f := &news.Feed{URL: watch.URL, Title: "The Harbour Post", FirstSeen: now}
		if _, err := w.store.Sight(ctx, f, nil); err != nil {
			return p, err
		}
		watch.Feed, p.Title, p.Articles = f.ID, f.Title, 42
	default:
		a := w.article(watch.URL, "Council delays bridge repair, citing cost", "The bridge carries 8,000 vehicles a day.")
		watch.Article, p.Title, p.Version, p.Paragraphs = a.ID, a.Headline, a.Versions, 1
	}
	if watch.Label == "" {
		watch.Label = p.Title
	}
	watch.Placed = now
	var err error
	p.Watch, err = w.store.AddWatch(ctx, watch)
	p.Existed = errors.Is(err, store.ErrExists)
	if p.Existed {
		err = nil
	}
	return p, err
}

func (w *world) Test(context.Context, news.ChannelName) error { return w.tested }

// article returns the article at an address, with a first version if it is new.
func (w *world) article(url, headline string, paragraphs ...string) news.Article {
	w.t.Helper()
	seen, err := w.store.Sight(context.Background(), nil, []store.Sighting{{
		Keys:    []news.Key{news.AddressKey(news.PageReading, url)},
		Article: news.Article{Reading: news.PageReading, URL: url, Source: "The Harbour Post", Headline: headline, FirstSeen: time.Now()},
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	a := seen[0].Article
	if seen[0].New {
		a = w.version(a, headline, paragraphs...)
	}
	return a
}

// version records the next version of an article.
func (w *world) version(a news.Article, headline string, paragraphs ...string) news.Article {
	w.t.Helper()
	ctx, now := context.Background(), time.Now().UTC()
	text := news.Text{Headline: headline, Paragraphs: paragraphs}
	v := news.Version{Article: a.ID, Number: a.Versions + 1, Seen: now, Hash: text.Hash(), Text: text, Extractor: "page/1"}
	var events []news.Event
	if a.Versions > 0 {
		old, err := w.store.Version(ctx, a.ID, a.Versions)
		if err != nil {
			w.t.Fatal(err)
		}
		e := edit.Compare(old.Text, text)
		events = []news.Event{{Kind: news.Edited, Article: a.ID, At: now, From: a.Versions, To: v.Number, ChangedAfter: now, ChangedBefore: now, Significance: e.Significance, Classes: e.Classes}}
		a.Edits, a.LastEdited = a.Edits+1, now
	}
	a.Versions, a.Headline, a.Hash = v.Number, headline, text.Hash()
	if _, err := w.store.Record(ctx, store.Record{Article: a, Version: &v, Events: events}); err != nil {
		w.t.Fatal(err)
	}
	return a
}

// watches returns the IDs of a channel's watches.
func (w *world) watches(channel string) (ids []string) {
	w.t.Helper()
	all, err := w.store.Watches(context.Background(), store.WatchQuery{Channel: discord.ChannelName(channel)})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, x := range all {
		ids = append(ids, string(x.ID))
	}
	return ids
}

func at(s string) chattest.Option       { return chattest.Option{Name: "url", Value: s} }
func theWatch(s string) chattest.Option { return chattest.Option{Name: "watch", Value: s} }
func about(s string) chattest.Option    { return chattest.Option{Name: "article", Value: s} }

// says fails the test unless an answer, which only the asker sees, has the
// pieces of text.
func says(t *testing.T, a chattest.InteractionAnswer, pieces ...string) {
	t.Helper()
	text := a.Message.Text()
	if !a.Message.Ephemeral() {
		t.Errorf("everybody sees: %s", text)
	}
	for _, p := range pieces {
		if !strings.Contains(text, p) {
			t.Errorf("%q is not in: %s", p, text)
		}
	}
}

// golden holds a text against a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s: -want +got\n%s", name, d)
	}
}

// endpoint serves the front end's endpoint.
func (w *world) endpoint() string {
	s := httptest.NewServer(w.front)
	w.t.Cleanup(s.Close)
	return s.URL
}

func heading(format string, args ...any) string { return fmt.Sprintf("\n== "+format+"\n", args...) }
