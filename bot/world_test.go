package bot

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/search/searchtest"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// TestReplies has every script in testdata/replies carried out. A script is what
// people type (after "> ") and press (after "! "), what happens meanwhile (after
// "$ "), and the exact replies.
func TestReplies(t *testing.T) {
	files, err := filepath.Glob("testdata/replies/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got string
			synctest.Test(t, func(t *testing.T) { got = newWorld(t).play(string(text)) })
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(text) {
				t.Errorf("replies differ; -update rewrites them. Got:\n%s", got)
			}
		})
	}
}

// bareCommand is a command that a reply names outside of the asker's dialect.
var bareCommand = regexp.MustCompile(`(?i)(: |\b(try|ask|see|after|with) )(add|list|remove|pause|resume|edit|test|settings|export|import|history|diff|explain|search|status|help|undo)([. ]|$)|\b[a-z]+ (https?://|w[0-9])[^ ]*$|[a-z-]=[a-z0-9]`)

// TestRepliesInDialect has every script carried out by people who type commands
// in a way of their own, and finds no command in a reply that is not.
func TestRepliesInDialect(t *testing.T) {
	files, err := filepath.Glob("testdata/replies/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	typed := regexp.MustCompile(`⟦[^⟧]*⟧`)
	loud := Plain
	loud.Silent = true
	loud.Write = func(c Command) string { return "⟦" + plain(c) + "⟧" }
	loud.Option = func(_ Verb, name, value string) string { return "⟦" + plainOption(name, value) + "⟧" }
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.who.Dialect = &loud
			got = w.play(string(text))
		})
		for line := range strings.Lines(got) {
			if strings.HasPrefix(line, "  ") && bareCommand.MatchString(typed.ReplaceAllString(line, "…")) {
				t.Errorf("%s: %s", filepath.Base(file), line)
			}
		}
	}
}

// A world is a store, a bot, and somebody who asks.
type world struct {
	t        *testing.T
	store    store.Store
	bot      *Bot
	who      Command // what the front end adds
	buttons  []news.Button
	articles map[string]*news.Article
	feeds    map[string]*news.Feed
	tested   error
	// meanwhile happens while an address is looked at, if set.
	meanwhile func()
}

func newWorld(t *testing.T) *world {
	s, err := bolt.Open(filepath.Join(t.TempDir(), "test.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, store: s, articles: map[string]*news.Article{}, feeds: map[string]*news.Feed{}}
	t.Cleanup(func() {
		if err := s.Check(context.Background()); err != nil {
			t.Errorf("check the store: %v", err)
		}
		s.Close()
	})
	w.bot = New(s, w, w, Options{
		Channels: []news.ChannelName{"desk"},
		Met:      func(n news.ChannelName) bool { return strings.HasPrefix(string(n), "discord:") },
		Links:    report.Links{Base: "https://edits.example.org"},
		Limits:   Limits{Server: 13, Channel: 12, Articles: 100},
		Search:   searchtest.New(t, s),
	})
	w.who = Command{Channel: "discord:100", Title: "#edits", Server: "s1", Asker: "u1", CanChange: true, Admin: true}
	return w
}

// Place finds feeds below /feed and articles elsewhere.
func (w *world) Place(ctx context.Context, watch news.Watch) (news.Placement, error) {
	if !strings.Contains(watch.URL, "harbour.example") {
		return news.Placement{}, &news.Refusal{What: "That page names no feed.", Do: "Paste the feed's address if you know it."}
	}
	if w.meanwhile != nil {
		w.meanwhile()
	}
	now := time.Now().UTC()
	p := news.Placement{Next: now.Add(15 * time.Minute)}
	name := watch.URL[strings.LastIndex(watch.URL, "/")+1:]
	if strings.HasPrefix(name, "feed") {
		p.Title, p.Articles = "The Harbour Post", 42
		if strings.HasSuffix(name, "large") {
			p.Articles = 4000
			if !watch.Owned() { // as the watcher does
				return news.Placement{}, &news.Refusal{What: "“The Harbour Post” lists 4000 articles, and a feed may list 100 here.", Do: "Look for a feed of one of its sections."}
			}
		}
		watch.Feed = w.feed(watch.URL).ID
	} else {
		a := w.article(name)
		p.Title, p.Paragraphs, p.Version = a.Headline, 1, a.Versions
		watch.Article = a.ID
	}
	if watch.Label == "" {
		watch.Label = p.Title
	}
	watch.Placed = now
	var err error
	if watch.ID != "" {
		p.Watch, err = w.store.ChangeWatch(ctx, watch.ID, func(w *news.Watch) error {
			w.URL, w.Feed, w.Article, w.Label, w.After = watch.URL, watch.Feed, watch.Article, watch.Label, watch.After
			return nil
		})
		return p, err
	}
	p.Watch, err = w.store.AddWatch(ctx, watch)
	p.Existed = err != nil
	return p, nil
}

func (w *world) Test(context.Context, news.ChannelName) error { return w.tested }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) feed(url string) *news.Feed {
	if f := w.feeds[url]; f != nil {
		return f
	}
	now := time.Now()
	f := &news.Feed{URL: url, Title: "The Harbour Post", FirstSeen: now, Every: 15 * time.Minute, Entries: 42,
		Polling: news.Polling{Host: "harbour.example", Last: now, Next: now.Add(15 * time.Minute), Outcome: news.OutcomeListed}}
	_, err := w.store.Sight(context.Background(), f, nil)
	w.must(err)
	w.feeds[url] = f
	return f
}

func (w *world) article(name string) *news.Article {
	if a := w.articles[name]; a != nil {
		return a
	}
	now, url := time.Now(), "https://harbour.example/"+name
	seen, err := w.store.Sight(context.Background(), nil, []store.Sighting{{
		Keys: []news.Key{news.AddressKey(news.PageReading, url)},
		Article: news.Article{Reading: news.PageReading, URL: url, Source: "The Harbour Post", Headline: name, FirstSeen: now,
			Polling: news.Polling{Host: "harbour.example", Last: now, Next: now.Add(5 * time.Minute), Outcome: news.OutcomeBaseline}},
	}})
	w.must(err)
	a := seen[0].Article
	w.articles[name] = &a
	w.version(&a, "Council delays "+name)
	return &a
}

// version records the next version of an article, with an edit unless it is the
// first.
func (w *world) version(a *news.Article, headline string) {
	now := time.Now()
	text := news.Text{Headline: headline, Paragraphs: []string{"The bridge stays open."}}
	var events []news.Event
	if a.Versions > 0 {
		events = []news.Event{{
			Kind: news.Edited, Article: a.ID, At: now, From: a.Versions, To: a.Versions + 1,
			ChangedAfter: now.Add(-5 * time.Minute), ChangedBefore: now, Significance: news.Major, Classes: []news.Class{news.ClassHeadline},
		}}
		a.Edits++
	}
	a.Versions++
	a.Headline, a.Hash = headline, text.Hash()
	_, err := w.store.Record(context.Background(), store.Record{
		Article: *a, Events: events,
		Version: &news.Version{Article: a.ID, Number: a.Versions, Seen: now, Hash: text.Hash(), Extractor: "page/1", Text: text},
	})
	w.must(err)
}

// play carries out a script and returns it with the replies that there were.
func (w *world) play(script string) string {
	var out strings.Builder
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		mark, rest, ok := strings.Cut(line, " ")
		switch {
		case strings.HasPrefix(line, "#"):
			fmt.Fprintln(&out, line)
		case ok && mark == "$":
			fmt.Fprintln(&out, line)
			w.happen(strings.Fields(rest))
		case ok && mark == ">":
			fmt.Fprintln(&out, line)
			w.reply(&out, w.ask(rest))
		case ok && mark == "!":
			fmt.Fprintln(&out, line)
			w.reply(&out, w.press(rest))
		}
	}
	return out.String()
}

func (w *world) ask(text string) Answer {
	c, err := Parse(strings.ReplaceAll(text, `\n`, "\n"), w.who.Dialect)
	if err != nil {
		return Refuse(err.(*news.Refusal))
	}
	return w.do(c)
}

func (w *world) press(label string) Answer {
	token := label
	for _, b := range w.buttons {
		if b.Label == label {
			token = b.Token
		}
	}
	c, err := Pressed(token)
	if err != nil {
		return Refuse(err.(*news.Refusal))
	}
	return w.do(c)
}

func (w *world) do(c Command) Answer {
	c.Channel, c.Title, c.Server, c.Asker = w.who.Channel, w.who.Title, w.who.Server, w.who.Asker
	c.CanChange, c.Admin, c.Everywhere, c.Dialect = w.who.CanChange, w.who.Admin, w.who.Everywhere, w.who.Dialect
	if c.Everywhere { // on the command line nobody has an ID
		c.Server, c.Asker = "", ""
	}
	a, err := w.bot.Do(w.t.Context(), c)
	w.must(err)
	return a
}

func (w *world) reply(out *strings.Builder, a Answer) {
	if a.Refused {
		out.WriteString("(refused)\n")
	}
	if a.Replaces {
		out.WriteString("(in its place)\n")
	}
	for _, line := range a.Lines {
		if strings.ContainsAny(line, "\n\r") {
			w.t.Errorf("a line has a line break: %q", line)
		}
		fmt.Fprintf(out, "  %s\n", line)
	}
	for _, b := range a.Briefs {
		for line := range strings.Lines(b.Plain()) {
			fmt.Fprintf(out, "  | %s\n", strings.TrimRight(line, "\n"))
		}
	}
	if a.File != nil {
		for line := range strings.Lines(string(a.File.Data)) {
			fmt.Fprintf(out, "  %s: %s\n", a.File.Name, strings.TrimRight(line, "\n"))
		}
	}
	if len(a.Buttons) > 0 {
		var labels []string
		for _, b := range a.Buttons {
			if b.Token == "" == (b.URL == "") || len(b.Token) > news.MaxToken || len([]rune(b.Label)) > 30 {
				w.t.Errorf("button %+v", b)
			}
			labels = append(labels, "["+b.Label+"]")
		}
		if len(a.Buttons) > 5 {
			w.t.Errorf("%d buttons", len(a.Buttons))
		}
		fmt.Fprintf(out, "  %s\n", strings.Join(labels, " "))
	}
	if a.Buttons != nil {
		w.buttons = a.Buttons
	}
}

// happen does what a line that begins with a dollar sign says.
func (w *world) happen(f []string) {
	switch f[0] {
	case "as":
		w.who.CanChange, w.who.Admin, w.who.Everywhere = f[1] == "member" || f[1] == "admin", f[1] == "admin", f[1] == "owner"
	case "in":
		w.who.Channel, w.who.Title = news.ChannelName(f[1]), f[2]
		if len(f) > 3 {
			w.who.Server = f[3]
		}
		if f[1] == "none" {
			w.who.Channel, w.who.Title = "", ""
		}
	case "wait":
		d, err := time.ParseDuration(f[1])
		w.must(err)
		time.Sleep(d)
	case "edit":
		w.version(w.article(f[1]), strings.Join(f[2:], " "))
	case "listed": // in a feed
		feed, a := w.feed("https://harbour.example/"+f[1]), w.article(f[2])
		_, err := w.store.Sight(w.t.Context(), feed, []store.Sighting{{
			Keys: []news.Key{news.AddressKey(news.PageReading, a.URL)}, Article: news.Article{Reading: a.Reading, URL: a.URL, FirstSeen: time.Now()},
		}})
		w.must(err)
		*a, err = w.store.Article(w.t.Context(), a.ID)
		w.must(err)
	case "from": // a publication
		a := w.article(f[1])
		a.Source = strings.Join(f[2:], " ")
		_, err := w.store.Record(w.t.Context(), store.Record{Article: *a})
		w.must(err)
	case "withhold":
		w.must(w.store.Withhold(w.t.Context(), w.article(f[1]).ID, time.Now(), "A court asked for it."))
	case "prune": // what is older than now
		a := w.article(f[1])
		a.Polling.Next = time.Time{}
		_, err := w.store.Record(w.t.Context(), store.Record{Article: *a})
		w.must(err)
		_, err = w.store.Prune(w.t.Context(), store.Pruning{Versions: time.Now()})
		w.must(err)
		*a, err = w.store.Article(w.t.Context(), a.ID)
		w.must(err)
	case "unsearched":
		w.bot.o.Search = nil
	case "fail":
		feed := w.feed("https://harbour.example/" + f[1])
		feed.Polling.Failures, feed.Polling.FailingSince, feed.Polling.Detail = 7, time.Now(), "answered 403, bot protection"
		w.must(w.store.RecordFeed(w.t.Context(), *feed, nil))
	case "unknown":
		a := *w.article(f[1])
		a.Polling.Outcome = ""
		_, err := w.store.Record(w.t.Context(), store.Record{Article: a})
		w.must(err)
	case "grow":
		feed := w.feed("https://harbour.example/" + f[1])
		feed.Entries = 240
		w.must(w.store.RecordFeed(w.t.Context(), *feed, nil))
	case "feeds":
		n, err := strconv.Atoi(f[1])
		w.must(err)
		for i := range n {
			w.ask(fmt.Sprintf("add https://harbour.example/feed%d label=%d", i, i))
		}
	case "untestable":
		w.tested = &news.Refusal{What: "I may not post there: missing Embed Links.", Do: "Give me that right in the channel, then test again."}
	case "standing":
		w.must(w.store.SetStanding(w.t.Context(), news.Standing{
			Channel: w.who.Channel, Forbidden: 3, Since: time.Now(), Paused: time.Now(), Told: time.Now(), Trouble: "missing Embed Links",
			Publishing: news.Publishing{Done: []time.Time{time.Now(), time.Now()}, Waiting: []news.Publication{{Message: "1"}}},
		}))
	case "gone":
		n, err := w.bot.ChannelGone(w.t.Context(), w.who.Channel)
		w.must(err)
		w.t.Logf("%d watches ended", n)
	case "gathered":
		d, err := time.ParseDuration(f[1])
		w.must(err)
		e, err := w.store.Unplanned(w.t.Context(), 1)
		w.must(err)
		w.must(w.store.Plan(w.t.Context(), e[0].Seq, []store.Duty{{Channel: w.who.Channel, Kind: news.Gather, Due: time.Now().Add(d), Join: true}}))
	case "told":
		e, err := w.store.Unplanned(w.t.Context(), 1)
		w.must(err)
		w.must(w.store.Plan(w.t.Context(), e[0].Seq, []store.Duty{{Channel: w.who.Channel, Kind: news.Post, Article: e[0].Article, Due: time.Now()}}))
		d, err := w.store.LeaseDelivery(w.t.Context(), time.Now(), time.Now().Add(time.Minute))
		w.must(err)
		d.State, d.Settled, d.Message = news.Sent, time.Now(), "900"
		w.must(w.store.Settle(w.t.Context(), d))
	default:
		w.t.Fatalf("no such happening: %v", f)
	}
}
