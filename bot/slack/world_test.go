package slack

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/search/searchtest"
	"github.com/editwatch/editwatch/internal/slack"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

// A world is a workspace with the bot in it, over a real store. Only the web that
// is watched is made up.
type world struct {
	*chattest.Slack
	store *bolt.Store
	web   *web
	front *FrontEnd
	stop  func()     // ends the context of Run
	ended chan error // what Run returned
}

// newWorld starts one. Unless listening is false, the bot listens through Socket
// Mode.
func newWorld(t *testing.T, n chattest.Network, listening bool) *world {
	t.Helper()
	st, err := bolt.Open(filepath.Join(t.TempDir(), "test.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	w := &world{Slack: chattest.NewSlack(t, n), store: st, web: &web{store: st}, ended: make(chan error, 1)}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	client, err := slack.NewClient(slack.Options{
		Token: w.Token, AppToken: w.AppToken, APIURL: w.APIURL, HTTP: w.Client(), Dial: w.Dialer().NetDialContext, Logger: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	b := bot.New(st, w.web, tester{}, bot.Options{Met: func(news.ChannelName) bool { return true }, Search: searchtest.New(t, st)})
	o := Options{Client: client, Bot: b, Store: st, SigningSecret: w.SigningSecret, Socket: listening, Logger: log}
	if w.front, err = New(o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.stop = cancel
	go func() { w.ended <- w.front.Run(ctx); close(w.ended) }()
	t.Cleanup(func() {
		cancel()
		select {
		case <-w.ended:
		case <-time.After(10 * time.Second):
			t.Error("Run does not end")
		}
	})
	if listening {
		w.WaitSocket(1)
	}
	return w
}

// ask types a command in a channel and returns what the asker sees.
func (w *world) ask(user, channel, text string) chattest.Saying {
	return w.Command(user, channel, "/editwatch", text).Answer()
}

type tester struct{}

func (tester) Test(context.Context, news.ChannelName) error { return nil }

// A web is what can be watched: every address is an article, but for those of
// the host "refused.example".
type web struct {
	store *bolt.Store
	mu    sync.Mutex
	slow  time.Duration
}

func (w *web) Place(ctx context.Context, watch news.Watch) (news.Placement, error) {
	w.mu.Lock()
	slow := w.slow
	w.mu.Unlock()
	select {
	case <-time.After(slow):
	case <-ctx.Done():
		return news.Placement{}, ctx.Err()
	}
	if strings.Contains(watch.URL, "refused.example") || !strings.Contains(watch.URL, ".") {
		return news.Placement{}, &news.Refusal{What: "That is not a web address.", Do: "Give one like https://example.org/news."}
	}
	text := news.Text{Headline: "Council delays bridge repair", Paragraphs: []string{"The bridge carries 8,000 vehicles a day."}}
	a, err := w.article(ctx, watch.URL, text)
	if err != nil {
		return news.Placement{}, err
	}
	watch.Article = a.ID
	watch.Placed = time.Now().UTC()
	p := news.Placement{Title: text.Headline, Paragraphs: 1, Version: 1, Next: time.Now().Add(5 * time.Minute)}
	p.Watch, err = w.store.AddWatch(ctx, watch)
	if errors.Is(err, store.ErrExists) {
		p.Existed, err = true, nil
	}
	return p, err
}

// article stores an article with its baseline.
func (w *web) article(ctx context.Context, address string, text news.Text) (news.Article, error) {
	now := time.Now().UTC()
	seen, err := w.store.Sight(ctx, nil, []store.Sighting{{
		Keys: []news.Key{news.AddressKey(news.PageReading, address)},
		Article: news.Article{
			Reading: news.PageReading, URL: address, Source: "The Harbour Post", Headline: text.Headline, FirstSeen: now,
			Polling: news.Polling{Host: "harbourpost.example", Next: now.Add(5 * time.Minute)},
		},
	}})
	if err != nil {
		return news.Article{}, err
	}
	a := seen[0].Article
	if a.Versions > 0 {
		return a, nil
	}
	return w.version(ctx, a, text, nil)
}

func (w *web) version(ctx context.Context, a news.Article, text news.Text, events []news.Event) (news.Article, error) {
	now := time.Now().UTC()
	a.Versions++
	a.Hash, a.Headline = text.Hash(), text.Headline
	a.Polling.Last = now
	_, err := w.store.Record(ctx, store.Record{
		Article: a, Events: events,
		Version: &news.Version{Article: a.ID, Number: a.Versions, Seen: now, Hash: a.Hash, Text: text},
	})
	return a, err
}

// edit stores another version of the article at an address, with its event.
func (w *web) edit(t *testing.T, address string, text news.Text) news.Article {
	t.Helper()
	ctx := t.Context()
	a, err := w.store.FindArticle(ctx, news.AddressKey(news.PageReading, address))
	if err != nil {
		t.Fatal(err)
	}
	old, err := w.store.Version(ctx, a.ID, a.Versions)
	if err != nil {
		t.Fatal(err)
	}
	e := edit.Compare(old.Text, text)
	now := time.Now().UTC()
	a.Edits++
	a.LastEdited = now
	a, err = w.version(ctx, a, text, []news.Event{{
		Kind: news.Edited, Article: a.ID, At: now, From: a.Versions, To: a.Versions + 1, ChangedAfter: old.Seen, ChangedBefore: now,
		Significance: e.Significance, Classes: e.Classes, Noted: e.Noted,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w *world) watches(t *testing.T, channel string) []news.Watch {
	t.Helper()
	all, err := w.store.Watches(context.Background(), store.WatchQuery{Channel: slack.ChannelName(channel)})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// server serves the front end's endpoint without a network.
func (w *world) server() *http.Client { return &http.Client{Transport: chattest.InProcess(w.front)} }
