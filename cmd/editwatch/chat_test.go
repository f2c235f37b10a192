package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/bot/cli"
	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

// An office is a whole running editwatch with a Discord, a Slack, and a site of
// one article.
type office struct {
	t       *testing.T
	discord *chattest.Discord
	slack   *chattest.Slack
	site    *httptest.Server
	text    atomic.Value // the article's headline
	conf    config
	app     *app
	stop    func()
}

func newOffice(t *testing.T, change func(*config)) *office {
	o := &office{t: t, discord: chattest.NewDiscord(t, chattest.Loopback), slack: chattest.NewSlack(t, chattest.Loopback)}
	o.text.Store("Council delays bridge repair, citing cost")
	o.site = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, page, o.text.Load(), o.text.Load())
	}))
	t.Cleanup(o.site.Close)
	o.conf = defaults()
	o.conf.Store = filepath.Join(t.TempDir(), "office.db")
	o.conf.Poll.Gap, o.conf.Poll.Look = 0, 0
	o.conf.Poll.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	o.conf.Announce.Coalesce = 0
	o.conf.PublicURL = "https://edits.example.org"
	o.conf.Discord = discordConfig{Token: o.discord.Token, APIURL: o.discord.APIURL}
	o.conf.Slack = slackConfig{Token: o.slack.Token, AppToken: o.slack.AppToken, APIURL: o.slack.APIURL}
	if change != nil {
		change(&o.conf)
	}
	return o
}

const page = `<!DOCTYPE html><html lang="en"><head><title>%s</title><meta property="og:type" content="article"></head><body><article><h1>%s</h1>
<p>The bridge over the harbour carries some eleven thousand vehicles on a working day, and most of them have no other way.</p>
<p>“We were not asked,” the harbour master said on Tuesday, after a meeting that went on until the early hours of the morning.</p>
<p>The council will come back to the matter in the spring, when the engineers have read what the divers wrote about the piers.</p>
<p>Those who live on the far side have collected four thousand names against any closing of the bridge before a ferry runs.</p>
</article></body></html>`

// start runs the program until the test, or stop, ends it.
func (o *office) start() {
	o.t.Helper()
	ctx, cancel := context.WithCancel(o.t.Context())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		o.t.Fatal(err)
	}
	o.conf.Listen = l.Addr().String()
	e := &env{ctx: ctx, stdout: io.Discard, stderr: o.t.Output(), global: &grammar{}}
	if o.app, err = newApp(e, o.conf); err != nil {
		o.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- o.app.run(e, l, nil, false) }()
	ended := false
	o.stop = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		if err := <-done; err != nil {
			o.t.Errorf("run: %v", err)
		}
		if err := o.app.close(); err != nil {
			o.t.Error(err)
		}
	}
	o.t.Cleanup(o.stop)
}

// edit changes the article and has it visited, as often as it takes to be
// believed.
func (o *office) edit(headline string) {
	o.t.Helper()
	o.text.Store(headline)
	before := o.events()
	for range 20 {
		if err := o.app.store.Hasten(o.t.Context(), time.Now()); err != nil {
			o.t.Fatal(err)
		}
		for range 20 {
			if o.events() > before {
				return
			}
			time.Sleep(25 * time.Millisecond)
		}
	}
	o.t.Fatal("the edit was not noticed")
}

// watching waits until so many watches are placed and have read what they watch.
func (o *office) watching(n int) []news.Watch {
	o.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		all, err := o.app.store.Watches(o.t.Context(), store.WatchQuery{})
		if err != nil {
			o.t.Fatal(err)
		}
		unread := slices.ContainsFunc(all, func(w news.Watch) bool { return w.Feed == "" && w.Article == "" })
		if len(all) == n && !unread {
			return all
		}
		if time.Now().After(deadline) {
			o.t.Fatalf("watches %+v, want %d that were read", all, n)
		}
	}
}

// command is what the terminal says to a command, asked as its owner.
func (o *office) command(verb bot.Verb, target ...string) string {
	c := bot.Command{Verb: verb, Everywhere: true}
	if len(target) > 0 {
		c.Target = target[0]
	}
	return strings.Join(o.app.do(o.t.Context(), cli.Request{Command: &c}, cli.Out{File: io.Discard}).Lines, "\n")
}

func (o *office) events() int {
	n, err := o.app.store.Counts(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return n.Events
}

// answers asks until an answer has something in it: the search index follows the
// store within seconds.
func (o *office) answers(want string, ask func() string) {
	o.t.Helper()
	var got string
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if got = ask(); strings.Contains(got, want) {
			return
		}
	}
	o.t.Errorf("%q is not in the answer %q", want, got)
}

func TestDiscordFromNothing(t *testing.T) {
	o := newOffice(t, nil)
	o.start()
	o.discord.WaitGateway(1)
	o.discord.WaitCalls(chattest.PutCommands, 1)
	admin, reader := chattest.Admin(chattest.DiscordText), chattest.Reader(chattest.DiscordText)
	url := chattest.Option{Name: "url", Value: o.site.URL + "/bridge"}
	got := o.discord.Slash(admin, "editwatch add", url).Answer().Message.Text()
	if !strings.Contains(got, "Watching one article") {
		t.Fatalf("add answers %q", got)
	}
	o.edit("Council votes to close bridge for two years")
	m := o.discord.WaitMessages(chattest.DiscordText, 1)[0]
	if !strings.Contains(m.Text(), "two years") || m.Nonce == "" {
		t.Errorf("announced %q with nonce %q", m.Text(), m.Nonce)
	}
	if got := o.discord.Press(reader, m, "History").Answer().Message; !strings.Contains(got.Text(), "2 versions, 1 edit") || !got.Ephemeral() {
		t.Errorf("History answers %q", got.Text())
	}
	o.answers("**Council votes to close bridge for two years**", func() string {
		return o.discord.Slash(reader, "edits search", chattest.Option{Name: "words", Value: "votes"}, chattest.Option{Name: "changed", Value: true}).Answer().Message.Text()
	})
	if got := o.discord.Press(reader, m, "Mute article").Answer().Message.Text(); !strings.Contains(got, "may not change") {
		t.Errorf("a reader who mutes an article is told %q", got)
	}
	o.stop()
	o.start() // buttons and watches outlive the process
	o.discord.WaitGateway(2)
	if got := o.discord.Press(admin, m, "Mute article").Answer().Message.Text(); !strings.Contains(got, "hears nothing") {
		t.Errorf("Mute article answers %q", got)
	}
	o.edit("Council votes to close bridge for three years")
	if got := o.discord.Slash(reader, "edits explain", chattest.Option{Name: "article", Value: o.site.URL + "/bridge"}).Answer().Message.Text(); !strings.Contains(got, "muted here") {
		t.Errorf("explain answers %q", got)
	}
	if n := len(o.discord.Messages(chattest.DiscordText)); n != 1 {
		t.Errorf("%d messages of a muted article, want 1", n)
	}
}

func TestSlackFromNothing(t *testing.T) {
	o := newOffice(t, nil)
	o.start()
	o.slack.WaitSocket(1)
	got := o.slack.Command(chattest.SlackMember, chattest.SlackDesk, "/editwatch", "add <"+o.site.URL+"/bridge>").Answer()
	if !strings.Contains(got.Visible(), "Watching one article") {
		t.Fatalf("add answers %q", got.Visible())
	}
	o.edit("Council votes to close bridge for two years")
	m := o.slack.WaitMessages(chattest.SlackDesk, 1)[0]
	if !strings.Contains(m.Visible(), "two years") {
		t.Errorf("announced %q", m.Visible())
	}
	if got := o.slack.Press(chattest.SlackMember, m, "History").Answer(); !strings.Contains(got.Visible(), "2 versions, 1 edit") {
		t.Errorf("History answers %q", got.Visible())
	}
	o.answers("votes to close bridge for two years", func() string {
		return o.slack.Command(chattest.SlackMember, chattest.SlackDesk, "/editwatch", "search harbour votes").Answer().Visible()
	})
	o.edit("Council votes to close bridge for three years")
	if reply := o.slack.WaitMessages(chattest.SlackDesk, 2)[1]; reply.Thread != m.TS {
		t.Errorf("the second edit is in thread %q, want %q", reply.Thread, m.TS)
	}
}

// TestChannelsOfBothKinds: a file's watch is announced in the channels of the
// file, under their names.
func TestChannelsOfBothKinds(t *testing.T) {
	o := newOffice(t, func(c *config) {
		c.path = "editwatch.toml"
		c.Channels = []channelConfig{{Name: "desk", Kind: "slack", ID: chattest.SlackDesk}, {Name: "edits", Kind: "discord", ID: chattest.DiscordText}}
	})
	for _, ch := range o.conf.Channels {
		o.conf.Watches = append(o.conf.Watches, watchConfig{URL: o.site.URL + "/bridge", Channel: ch.Name})
	}
	o.start()
	o.watching(2)
	o.edit("Council votes to close bridge for two years")
	o.discord.WaitMessages(chattest.DiscordText, 1)
	o.slack.WaitMessages(chattest.SlackDesk, 1)
	o.slack.WaitSocket(1)
	got := o.slack.Command(chattest.SlackMember, chattest.SlackDesk, "/editwatch", "list").Answer()
	if !strings.Contains(got.Visible(), "w1") || strings.Contains(got.Visible(), "w2") {
		t.Errorf("list answers %q, want the channel's own watch", got.Visible())
	}
}

// TestNamedInTheConfiguration: a channel that was met in chat, is then named in
// the configuration, and is not any more, stays one channel: nothing is posted
// twice, and the thread goes on.
func TestNamedInTheConfiguration(t *testing.T) {
	o := newOffice(t, func(c *config) { c.path = "editwatch.toml" })
	o.start()
	o.slack.WaitSocket(1)
	ask := func(text string) string {
		return o.slack.Command(chattest.SlackMember, chattest.SlackDesk, "/editwatch", text).Answer().Visible()
	}
	ask("add <" + o.site.URL + "/bridge>")
	ask("settings cap=7")
	o.edit("Council votes to close bridge for two years")
	root := o.slack.WaitMessages(chattest.SlackDesk, 1)[0]

	check := func(times int, years string) {
		t.Helper()
		if got := ask("list"); !strings.Contains(got, "w1") || strings.Contains(got, "w2") {
			t.Errorf("list answers %q, want the one watch", got)
		}
		if got := ask("settings"); !strings.Contains(got, "cap: 7") {
			t.Errorf("settings answers %q, want the cap of 7", got)
		}
		o.edit("Council votes to close bridge for " + years + " years")
		posts := o.slack.WaitMessages(chattest.SlackDesk, times)
		if reply := posts[times-1]; reply.Thread != root.TS {
			t.Errorf("the announcement is in thread %q, want %q", reply.Thread, root.TS)
		}
		if got := o.command("explain", o.site.URL+"/bridge"); strings.Contains(got, "console") || strings.Count(got, "w1 in ") != 1 {
			t.Errorf("explain answers %q, want one channel", got)
		}
	}
	o.stop()
	o.conf.Channels = []channelConfig{{Name: "desk", Kind: "slack", ID: chattest.SlackDesk}}
	o.conf.Watches = []watchConfig{{URL: o.site.URL + "/bridge", Channel: "desk", Min: "major"}}
	o.start()
	o.slack.WaitSocket(2)
	if w := o.watching(1)[0]; !w.FromFile || w.Min != news.MinMajor {
		t.Errorf("the watch is %+v, want it as in the file", w)
	}
	check(2, "three")
	if got := o.command("list"); !strings.Contains(got, "w1  desk  ") {
		t.Errorf("list in the terminal answers %q, want the channel as desk", got)
	}
	o.stop()
	o.conf.Channels[0].Name = "news" // another name changes nothing
	o.conf.Watches[0].Channel = "news"
	o.start()
	o.slack.WaitSocket(3)
	check(3, "four")
	if n := len(o.slack.Messages(chattest.SlackDesk)); n != 3 {
		t.Errorf("%d messages of 3 edits", n)
	}
	o.stop()
	o.conf.Channels, o.conf.Watches = nil, nil // its watch ends, and its settings stay
	o.start()
	o.slack.WaitSocket(4)
	if got := ask("list"); !strings.Contains(got, "Nothing is watched here") {
		t.Errorf("list answers %q when the watch is gone from the configuration", got)
	}
	if got := ask("settings"); !strings.Contains(got, "cap: 7") {
		t.Errorf("settings answers %q, want the cap of 7", got)
	}
}

// TestConfiguredNamesOfEarlierVersions: what an earlier version kept under the
// configured name is the channel's own from now on.
func TestConfiguredNamesOfEarlierVersions(t *testing.T) {
	o := newOffice(t, func(c *config) {
		c.path = "editwatch.toml"
		c.Channels = []channelConfig{{Name: "edits", Kind: "discord", ID: chattest.DiscordText}}
		c.Watches = []watchConfig{{URL: "https://harbour.example/feed", Channel: "edits"}}
	})
	old, err := bolt.Open(o.conf.Store, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := o.conf.Watches[0].watch()
	if w, err = old.AddWatch(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(old.SetSettings(t.Context(), "edits", news.Settings{Cap: 7}), old.Close()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		a, err := newApp(&env{ctx: t.Context(), stdout: io.Discard, stderr: t.Output(), global: &grammar{}}, o.conf)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.syncWatches(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.Channel = onDiscord.name(chattest.DiscordText)
		got, err := a.store.Watches(t.Context(), store.WatchQuery{})
		if err != nil || len(got) != 1 || got[0].ID != w.ID || got[0].Channel != w.Channel {
			t.Errorf("watches %+v, %v; want %+v", got, err, w)
		}
		if s, err := a.store.Settings(t.Context(), w.Channel); err != nil || s.Cap != 7 {
			t.Errorf("settings %+v, %v; want a cap of 7", s, err)
		}
		if err := a.close(); err != nil {
			t.Fatal(err)
		}
	}
}
