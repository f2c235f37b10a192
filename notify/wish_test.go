package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

// settings gives a channel settings, as people type them.
func (w *world) settings(channel news.ChannelName, kv ...string) {
	w.t.Helper()
	s, err := w.store.Settings(w.t.Context(), channel)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i < len(kv); i += 2 {
		if err := s.Set(kv[i], kv[i+1]); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := w.store.SetSettings(w.t.Context(), channel, s); err != nil {
		w.t.Fatal(err)
	}
	if err := w.store.ReleaseChannel(w.t.Context(), channel, time.Now()); err != nil {
		w.t.Fatal(err)
	}
}

// clock tells when the posts were made, in hours and minutes of a bubble's
// first day and beyond, and what each said.
func (p *platform) clock() (s []string) {
	for _, a := range p.all() {
		d := a.at.Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
		s = append(s, fmt.Sprintf("%02d:%02d %s", int(d.Hours()), int(d.Minutes())%60, a.Brief.What))
	}
	return s
}

func sleepUntil(hours float64) {
	at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(hours * float64(time.Hour)))
	time.Sleep(time.Until(at))
}

func (w *world) want(got, want []string) {
	w.t.Helper()
	synctest.Wait()
	if d := cmp.Diff(want, got); d != "" {
		w.t.Errorf("want (-) and got (+):\n%s", d)
	}
}

func TestQuietHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		b := new(board)
		one, two := w.article("one"), w.article("two")
		w.watch("desk", b, one)
		w.watch("desk", b, two)
		w.settings("desk", "tz", "Europe/London", "quiet", "22:00-07:00")
		defer w.start()()

		sleepUntil(12)
		w.edit(&one, "One at noon")
		sleepUntil(23)
		w.edit(&one, "One at night")
		sleepUntil(25)
		w.edit(&two, "Two at night")
		w.edit(&one, "One later at night")
		sleepUntil(30.9)
		w.want(b.clock(), []string{"12:00 headline"})
		sleepUntil(33)
		w.want(b.clock(), []string{"12:00 headline", "31:00 3 edits of 2 articles"})
		if got := b.all()[1].Brief.Lines; len(got) != 2 {
			t.Errorf("the gathered post has %d lines, want one an article: %v", len(got), got)
		}
		sleepUntil(47)
		w.edit(&two, "Two again")
		w.edit(&two, "Two and again")
		sleepUntil(56)
		// What is gathered of one article is told as any edit of it.
		w.want(b.clock()[2:], []string{"55:00 headline"})
		w.want(b.spans()[2:], []string{"edited 2→4"})
	})
}

// TestQuietHoursEndEarly: what waits is looked at anew when settings change.
func TestQuietHoursEndEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		p := new(platform)
		a := w.article("one")
		w.watch("desk", p, a)
		w.settings("desk", "quiet", "00:00-12:00")
		defer w.start()()
		sleepUntil(1)
		w.edit(&a, "One at night")
		sleepUntil(2)
		w.want(p.clock(), nil)
		w.settings("desk", "quiet", "off")
		sleepUntil(2.5)
		w.want(p.clock(), []string{"02:00 headline"})
	})
}

func TestDigest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		p := new(platform)
		down := true
		p.answer = func(int) (bool, error) {
			if down {
				return false, errors.New("no answer")
			}
			return true, nil
		}
		one, two := w.article("one"), w.article("two")
		w.watch("desk", p, one)
		w.watch("desk", p, two)
		w.settings("desk", "digest", "daily 09:00")
		defer w.start()()
		sleepUntil(1)
		w.edit(&one, "One")
		w.edit(&two, "Two")
		sleepUntil(9.5)
		w.edit(&one, "One, after the digest was tried") // goes into the next one
		p.change(func() { down = false })
		sleepUntil(12)
		if got := p.all(); len(got) != 1 || len(got[0].Delivery.Events) != 2 {
			t.Fatalf("posts %v, want the digest with its two members", p.clock())
		}
		if got := p.all()[0].Brief.What; got != "2 edits of 2 articles" {
			t.Errorf("the digest says %q", got)
		}
		sleepUntil(34)
		w.want(p.clock()[1:], []string{"33:00 headline"})
		w.settings("desk", "digest", "hourly")
		w.edit(&two, "Two, later")
		sleepUntil(36)
		w.want(p.clock()[2:], []string{"35:00 headline"})
	})
}

func TestCap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		p := new(platform)
		w.channels["desk"] = Channel{Sender: p, Cap: 3}
		var articles []news.Article
		for i := range 7 {
			a := w.article(fmt.Sprint("a", i))
			w.watch("desk", p, a)
			articles = append(articles, a)
		}
		defer w.start()()
		for i := range articles {
			sleepUntil(1 + float64(i)/60)
			w.edit(&articles[i], fmt.Sprint("New ", i))
		}
		sleepUntil(1.9)
		w.want(p.clock(), []string{"01:00 headline", "01:01 headline", "01:02 headline"})
		sleepUntil(3)
		w.want(p.clock()[3:], []string{"02:00 4 edits of 4 articles"})
		w.settings("desk", "cap", "off")
		for i := range articles {
			w.edit(&articles[i], fmt.Sprint("Newer ", i))
		}
		sleepUntil(3.5)
		if n := len(p.all()); n != 4+7 {
			t.Errorf("%d posts without a cap, want 11", n)
		}
	})
}

func TestWordsMentionsAndMutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		p := new(platform)
		a, other := w.article("one"), w.article("two")
		w.watch("desk", p, a)
		w.watch("desk", p, other)
		watches, err := w.store.Watches(t.Context(), store.WatchQuery{Article: a.ID})
		if err != nil {
			t.Fatal(err)
		}
		w.change(watches[0].ID, func(watch *news.Watch) { watch.Include, watch.Mention = []string{"harbour"}, "77" })
		defer w.start()()
		w.edit(&a, "Council votes")
		time.Sleep(time.Hour)
		w.edit(&a, "Harbour closes")
		time.Sleep(time.Hour)
		w.want(p.spans(), []string{"edited 2→3"})
		if got := p.all()[0]; len(got.Mention) != 1 || got.Mention[0] != "77" || len(got.Buttons) != 3 {
			t.Errorf("mentions %v, buttons %v", got.Mention, got.Buttons)
		}
		if err := w.store.Mute(t.Context(), "desk", other.ID, time.Now().Add(24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		w.edit(&other, "Muted")
		time.Sleep(25 * time.Hour)
		w.want(p.spans(), []string{"edited 2→3"})
		w.edit(&other, "Heard again")
		time.Sleep(time.Hour)
		w.want(p.spans(), []string{"edited 2→3", "edited 2→3"})
		if got := p.all()[1]; len(got.Mention) != 0 {
			t.Errorf("mentions %v of a watch that has none", got.Mention)
		}
	})
}

func TestThreadsOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		b := new(board)
		a := w.article("one")
		w.watch("desk", b, a)
		defer w.start()()
		w.edit(&a, "First")
		time.Sleep(time.Hour)
		w.edit(&a, "Second")
		time.Sleep(time.Hour)
		w.settings("desk", "threads", "off")
		w.edit(&a, "Third")
		time.Sleep(time.Hour)
		var roots []string
		for _, p := range b.all() {
			roots = append(roots, p.Thread.Root)
		}
		w.want(roots, []string{"", "m1", ""})
	})
}

// TestOpen: a channel that was met in chat is made when it is needed.
func TestOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		p := new(platform)
		a := w.article("one")
		made := 0
		w.options.Open = func(name news.ChannelName) (Channel, bool) {
			made++
			return Channel{Sender: p, Links: report.Links{}}, name == "discord:1"
		}
		for _, name := range []news.ChannelName{"discord:1", "discord:2"} {
			if _, err := w.store.AddWatch(t.Context(), news.Watch{Channel: name, Article: a.ID, Pages: true}); err != nil {
				t.Fatal(err)
			}
		}
		defer w.start()()
		w.edit(&a, "First")
		time.Sleep(time.Minute)
		w.edit(&a, "Second")
		time.Sleep(15 * time.Minute)
		w.want(p.spans(), []string{"edited 1→2", "edited 2→3"})
		if n := len(w.deliveries(news.Pending)); n == 0 {
			t.Error("what an unknown channel is owed is gone")
		}
	})
}

// A guild is a platform with followers, people and rights.
type guild struct {
	board
	publish   func(message string) error
	published []string
	told      []string
	update    func() error
}

func (g *guild) Publish(_ context.Context, message string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.publish != nil {
		if err := g.publish(message); err != nil {
			return err
		}
	}
	g.published = append(g.published, message)
	return nil
}

func (g *guild) Tell(_ context.Context, person, text string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.told = append(g.told, person)
	return nil
}

func (g *guild) Update(ctx context.Context, a Announcement) error {
	g.mu.Lock()
	var err error
	if g.update != nil {
		err = g.update()
	}
	g.mu.Unlock()
	if err != nil {
		return err
	}
	return g.board.Update(ctx, a)
}

// change alters what a platform's answers depend on.
func (p *platform) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

// attempts returns how many posts were tried.
func (p *platform) attempts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tries
}

// sentOn returns what was published, and who was told something.
func (g *guild) sentOn() (published, told []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.published), slices.Clone(g.told)
}
