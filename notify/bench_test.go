package notify

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// prompt tells when something was posted.
type prompt chan time.Time

func (p prompt) Send(ctx context.Context, a Announcement) (string, error) {
	p <- time.Now()
	return "m", nil
}

// BenchmarkRecordedToSent measures the time from the return of Record to the
// call of Send, and the time that the commit of Record took beside it: what the
// disk needs for one write. Announcing needs two, to plan and to lease.
func BenchmarkRecordedToSent(b *testing.B) {
	w := newWorld(b)
	w.options.Logger = slog.New(slog.DiscardHandler)
	w.options.Coalesce = -1
	sent := make(prompt, 1)
	a := w.article("a")
	w.watch("desk", sent, a)
	stop := w.start()
	defer stop()
	var waits, commits []time.Duration
	text := news.Text{Headline: "Council votes to close bridge", Paragraphs: make([]string, 20)}
	for i := range text.Paragraphs {
		text.Paragraphs[i] = "The bridge, which was opened in 1931, carries 8,000 vehicles a day, most of them on their way to the harbour."
	}
	for b.Loop() {
		text.Paragraphs[3] = "Lorries were counted " + time.Now().String() + "."
		began := time.Now()
		w.version(&a, text, edited(a))
		recorded := time.Now()
		commits = append(commits, recorded.Sub(began))
		waits = append(waits, (<-sent).Sub(recorded))
	}
	b.ReportMetric(ms(percentile(waits, 50)), "p50-ms")
	b.ReportMetric(ms(percentile(waits, 99)), "p99-ms")
	b.ReportMetric(ms(percentile(commits, 50)), "p50-commit-ms")
}

func percentile(d []time.Duration, p int) time.Duration {
	slices.Sort(d)
	return d[min(len(d)*p/100, len(d)-1)]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// BenchmarkManyChannels measures the time from the return of Record to the last
// call of Send when many channels watch the article.
func BenchmarkManyChannels(b *testing.B) {
	for _, channels := range []int{10, 300} {
		b.Run(strconv.Itoa(channels), func(b *testing.B) {
			w := newWorld(b)
			w.options.Logger = slog.New(slog.DiscardHandler)
			w.options.Coalesce = -1
			sent := make(prompt, channels)
			a := w.article("a")
			for i := range channels {
				w.watch(news.ChannelName(strconv.Itoa(i)), sent, a)
			}
			stop := w.start()
			defer stop()
			var waits []time.Duration
			for i := 0; b.Loop(); i++ {
				w.edit(&a, "headline "+strconv.Itoa(i))
				recorded := time.Now()
				var last time.Time
				for range channels {
					last = <-sent
				}
				waits = append(waits, last.Sub(recorded))
			}
			b.ReportMetric(ms(percentile(waits, 50)), "p50-ms")
			b.ReportMetric(ms(percentile(waits, 99)), "p99-ms")
		})
	}
}
