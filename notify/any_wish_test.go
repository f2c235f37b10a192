package notify

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// TestAnyWishesLoseNothing: however settings change and channels come and go,
// every event is told once, and those of one article in their order.
func TestAnyWishesLoseNothing(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { anyWishes(t, rand.New(rand.NewPCG(seed, 3))) })
		})
	}
}

func anyWishes(t *testing.T, r *rand.Rand) {
	w := newWorld(t)
	b := new(board)
	down := false
	b.answer = func(int) (bool, error) {
		if down {
			return false, fmt.Errorf("no answer")
		}
		return true, nil
	}
	w.channels["desk"] = Channel{Sender: b, Cap: 4}
	var articles []news.Article
	for i := range 4 {
		a := w.article(fmt.Sprint("a", i))
		w.watch("desk", b, a)
		articles = append(articles, a)
	}
	values := map[string][]string{
		"quiet": {"off", "22:00-07:00", "03:00-04:00", "00:00-23:59"}, "digest": {"off", "hourly", "daily 09:00", "daily 23:30"},
		"cap": {"default", "off", "1", "3"}, "threads": {"on", "off"}, "tz": {"default", "Asia/Kolkata", "Europe/London"},
	}
	stop := w.start()
	events := 0
	for range 60 {
		switch r.IntN(8) {
		case 0:
			key := news.SettingKeys[r.IntN(len(news.SettingKeys))]
			if v := values[key]; v != nil {
				w.settings("desk", key, v[r.IntN(len(v))])
			}
		case 1:
			b.change(func() { down = !down })
		case 2:
			stop()
			w.reopen()
			stop = w.start()
		default:
			events++
			w.edit(&articles[r.IntN(len(articles))], fmt.Sprintf("Headline number %d of them all", events))
		}
		time.Sleep(time.Duration(r.IntN(100)*r.IntN(100)) * time.Minute / 20)
	}
	b.change(func() { down = false })
	w.settings("desk", "quiet", "off", "digest", "off", "cap", "off")
	time.Sleep(4 * 24 * time.Hour)
	synctest.Wait()
	stop()

	told := make(map[news.Seq]int)
	newest := make(map[news.ArticleID]news.Seq)
	for _, p := range b.all() {
		for _, seq := range p.Delivery.Events {
			told[seq]++
			e, err := w.store.Event(t.Context(), seq)
			if err != nil {
				t.Fatal(err)
			}
			if seq < newest[e.Article] {
				t.Errorf("event %d of %s is told after event %d", seq, e.Article, newest[e.Article])
			}
			newest[e.Article] = max(newest[e.Article], seq)
		}
	}
	for seq := news.Seq(1); int(seq) <= events; seq++ {
		if told[seq] != 1 {
			t.Errorf("event %d of %d was told %d times", seq, events, told[seq])
		}
	}
	if n := len(w.deliveries(news.Pending)); n != 0 {
		t.Errorf("%d deliveries are still pending", n)
	}
}
