package watcher

import (
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

var noon = time.Date(2026, 5, 3, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func TestInterval(t *testing.T) {
	s := DefaultSchedule()
	tests := []struct {
		name string
		a    news.Article
		want time.Duration
	}{
		{"just_seen", news.Article{FirstSeen: noon}, 5 * time.Minute},
		{"an_hour_old", news.Article{FirstSeen: noon.Add(-time.Hour)}, 10 * time.Minute},
		{"old_but_edited", news.Article{FirstSeen: noon.Add(-5 * day), LastEdited: noon.Add(-time.Minute)}, 5 * time.Minute},
		{"published_long_ago", news.Article{FirstSeen: noon, Published: noon.Add(-300 * day)}, day},
		{"published_in_the_future", news.Article{FirstSeen: noon, Published: noon.Add(day)}, 5 * time.Minute},
		{"two_days", news.Article{FirstSeen: noon.Add(-2 * day)}, 2 * time.Hour},
		{"a_week", news.Article{FirstSeen: noon.Add(-7 * day)}, day},
		{"two_failures_are_a_hiccup", news.Article{FirstSeen: noon, Polling: news.Polling{Failures: 2}}, 5 * time.Minute},
		{"four_failures", news.Article{FirstSeen: noon, Polling: news.Polling{Failures: 4}}, 20 * time.Minute},
		{"many_failures", news.Article{FirstSeen: noon, Polling: news.Polling{Failures: 1 << 30}}, 12 * time.Hour},
		{"failures_never_shorten", news.Article{FirstSeen: noon.Add(-30 * day), Polling: news.Polling{Failures: 9}}, day},
	}
	for _, tt := range tests {
		if got := s.interval(tt.a, noon); got != tt.want {
			t.Errorf("%s: interval = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestFeedInterval(t *testing.T) {
	s := DefaultSchedule()
	tests := []struct {
		name    string
		every   time.Duration
		fresh   bool
		atLeast time.Duration
		want    time.Duration
	}{
		{"new", 0, true, 0, 15 * time.Minute},
		{"lively", 15 * time.Minute, true, 0, 10 * time.Minute},
		{"very_lively", 5 * time.Minute, true, 0, 5 * time.Minute},
		{"quiet", 15 * time.Minute, false, 0, 18 * time.Minute},
		{"dead", 6 * time.Hour, false, 0, 6 * time.Hour},
		{"ttl_of_an_hour", 15 * time.Minute, true, time.Hour, time.Hour},
		{"ttl_of_a_year", 15 * time.Minute, true, 365 * day, 6 * time.Hour},
	}
	for _, tt := range tests {
		if got := s.feedInterval(news.Feed{Every: tt.every}, tt.fresh, tt.atLeast); got != tt.want {
			t.Errorf("%s: feedInterval = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestAfterStaysWithinJitter(t *testing.T) {
	s := DefaultSchedule()
	for _, url := range []string{"https://a.example/", "https://b.example/news", ""} {
		for _, draw := range []float64{0, 0.5, 0.999} {
			d := s.after(noon, time.Hour, url, draw).Sub(noon)
			if d < 54*time.Minute || d > 66*time.Minute {
				t.Errorf("after an hour, %q, %v: %v", url, draw, d)
			}
		}
	}
	if s.after(noon, time.Hour, "https://a.example/", 0.5).Equal(s.after(noon, time.Hour, "https://b.example/", 0.5)) {
		t.Error("two addresses have one phase")
	}
}

func TestRetires(t *testing.T) {
	s := DefaultSchedule()
	a := news.Article{FirstSeen: noon, Published: noon.Add(-900 * day)}
	if got := s.retires(a); !got.Equal(noon.Add(40 * day)) {
		t.Errorf("retires %v", got)
	}
	a.LastEdited = noon.Add(10 * day)
	a.Armed = noon.Add(20 * day)
	if got := s.retires(a); !got.Equal(noon.Add(60 * day)) {
		t.Errorf("armed anew, retires %v", got)
	}
}

func TestOutage(t *testing.T) {
	var o outage
	for i, host := range []string{"a", "b", "c", "d"} {
		o.note(host, false, noon.Add(time.Duration(i)*time.Second))
	}
	if o.ours(noon.Add(5 * time.Second)) {
		t.Error("four hosts prove nothing")
	}
	o.note("e", true, noon.Add(6*time.Second))
	if !o.ours(noon.Add(7 * time.Second)) {
		t.Error("four of five failed: that is our own outage")
	}
	o.note("a", true, noon.Add(8*time.Second))
	o.note("b", true, noon.Add(8*time.Second))
	if o.ours(noon.Add(9 * time.Second)) {
		t.Error("two of five failed: that is theirs")
	}
	if o.ours(noon.Add(time.Hour)) {
		t.Error("what was an hour ago does not count")
	}
	for i, host := range []string{"a", "b", "c", "d", "e"} {
		if o.ours(noon.Add(time.Duration(i+2) * time.Hour)) {
			t.Errorf("%d hosts prove nothing", i)
		}
		o.note(host, false, noon.Add(time.Duration(i+2)*time.Hour))
	}
	if !o.ours(noon.Add(7 * time.Hour)) {
		t.Error("five hosts failed and none answered in hours: that is our own outage")
	}
	o.note("f", true, noon.Add(8*time.Hour))
	if o.ours(noon.Add(8 * time.Hour)) {
		t.Error("one answers: we are back")
	}
}
