package watcher

import (
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
)

var story = news.Text{
	Headline: "Council delays bridge repair",
	Paragraphs: []string{
		"The bridge carries 8,000 vehicles a day, most of them on their way to the ferry.",
		"Engineers found cracks in two of its piers in March.",
		"The work will take three months, the council said on Tuesday.",
		"Traders on the quay fear for their summer.",
	},
}

// reading returns a finding of the story with a change made to it.
func reading(change func(t *news.Text)) finding {
	t := story
	t.Paragraphs = append([]string(nil), story.Paragraphs...)
	change(&t)
	return finding{text: t, at: noon, edit: edit.Compare(story, t)}
}

func TestJudgeAtFirstSight(t *testing.T) {
	tests := []struct {
		name string
		f    finding
		kind news.Reading
		want verdict
		why  news.HoldReason
	}{
		{"nothing", reading(func(t *news.Text) {}), news.PageReading, same, ""},
		{"a_paragraph", reading(func(t *news.Text) { t.Paragraphs[0] = strings.Replace(t.Paragraphs[0], "8,000", "11,000", 1) }), news.PageReading, believe, ""},
		{"headline_only", reading(func(t *news.Text) { t.Headline = "Council votes to close bridge" }), news.PageReading, hold, news.HoldHeadline},
		{"headline_of_a_feed", reading(func(t *news.Text) { t.Headline = "Council votes to close bridge" }), news.FeedReading, believe, ""},
		{"headline_and_more", reading(func(t *news.Text) { t.Headline = "Council votes"; t.Paragraphs[1] = "No cracks were found in March." }), news.PageReading, believe, ""},
		{"a_large_loss", reading(func(t *news.Text) { t.Paragraphs = t.Paragraphs[:1] }), news.PageReading, hold, news.HoldLoss},
		{"a_small_loss", reading(func(t *news.Text) { t.Paragraphs = t.Paragraphs[:3] }), news.PageReading, believe, ""},
	}
	for _, tt := range tests {
		a := news.Article{Reading: tt.kind}
		got, h := judge(a, story, tt.f, false, DefaultSchedule())
		var why news.HoldReason
		if h != nil {
			why = h.Reason
		}
		if got != tt.want || why != tt.why {
			t.Errorf("%s: judge = %v, %q; want %v, %q", tt.name, got, why, tt.want, tt.why)
		}
	}
	earlier := reading(func(t *news.Text) { t.Paragraphs[1] = "Engineers found nothing in March." })
	earlier.earlier = 1
	if _, h := judge(news.Article{Reading: news.PageReading}, story, earlier, false, DefaultSchedule()); h == nil || h.Reason != news.HoldEarlier {
		t.Errorf("an earlier text is held as %+v", h)
	}
	elsewhere := reading(func(t *news.Text) { t.Paragraphs[1] = "Engineers found nothing in March." })
	elsewhere.moved = true
	if _, h := judge(news.Article{Reading: news.PageReading}, story, elsewhere, false, DefaultSchedule()); h == nil || h.Reason != news.HoldPlace {
		t.Errorf("a text found elsewhere is held as %+v", h)
	}
}

func TestJudgeSecondLook(t *testing.T) {
	s := DefaultSchedule()
	f := reading(func(t *news.Text) { t.Paragraphs = t.Paragraphs[:1] })
	a := news.Article{Reading: news.PageReading, Polling: news.Polling{LastOK: noon.Add(-5 * time.Minute)}}
	_, a.Hold = judge(a, story, f, false, s)
	if a.Hold.Looks != 1 || !a.Hold.Since.Equal(noon) || !a.Hold.After.Equal(noon.Add(-5*time.Minute)) {
		t.Fatalf("held as %+v", a.Hold)
	}
	f.at = noon.Add(10 * time.Second)
	if v, h := judge(a, story, f, false, s); v != hold || h.Looks != 2 {
		t.Errorf("too soon: %v, %+v", v, h)
	}
	if v, _ := judge(a, story, f, true, s); v != believe {
		t.Errorf("settling: %v", v)
	}
	f.at = noon.Add(90 * time.Second)
	if v, _ := judge(a, story, f, false, s); v != believe {
		t.Errorf("in time: %v", v)
	}
	third := reading(func(t *news.Text) { t.Paragraphs = t.Paragraphs[1:2] })
	if v, h := judge(a, story, third, false, s); v != hold || h.Looks != 1 {
		t.Errorf("something third: %v, %+v", v, h)
	}
	a.Flips = 1
	if v, _ := judge(a, story, f, false, s); v != hold {
		t.Errorf("what flipped before has to be found more often: %v", v)
	}
	a.Flips = 100
	a.Hold.Looks = maxLooks - 1
	if v, _ := judge(a, story, f, false, s); v != believe {
		t.Errorf("it is believed in the end: %v", v)
	}
}

func TestLooks(t *testing.T) {
	headline := reading(func(t *news.Text) { t.Headline = "Council votes to close bridge" })
	headline.at, headline.modified = noon.Add(10*time.Minute), noon
	loss := reading(func(t *news.Text) { t.Paragraphs = t.Paragraphs[:1] })
	back := loss
	back.earlier = 1
	held := func(m time.Time) *news.Hold { return &news.Hold{Modified: m} }
	tests := []struct {
		name string
		a    news.Article
		f    finding
		want int
	}{
		{"a_headline", news.Article{Hold: held(time.Time{})}, headline, headlineLooks},
		{"modified_since", news.Article{Modified: noon.Add(-day), Hold: held(noon)}, headline, 2},
		{"not_modified_since", news.Article{Modified: noon, Hold: held(noon)}, headline, headlineLooks},
		{"modified_at_each_look", news.Article{Modified: noon.Add(-day), Hold: held(noon.Add(-time.Minute))}, headline, headlineLooks},
		{"modified_just_now", news.Article{Modified: noon.Add(-day), Hold: held(headline.at)}, func() finding { f := headline; f.modified = f.at; return f }(), headlineLooks},
		{"under_test", news.Article{Tested: []string{"Council votes to close bridge"}, Hold: held(noon), Modified: noon.Add(-day)}, headline, testLooks},
		{"a_loss", news.Article{Hold: held(time.Time{})}, loss, looksNeeded},
		{"a_loss_after_a_flip", news.Article{Flips: 1, Hold: held(time.Time{})}, loss, looksNeeded + 1},
		{"an_earlier_text", news.Article{Hold: held(time.Time{})}, back, earlierLooks},
	}
	for _, tt := range tests {
		if got := looks(tt.a, tt.f); got != tt.want {
			t.Errorf("%s: looks = %d, want %d", tt.name, got, tt.want)
		}
	}
	a := news.Article{Tested: []string{story.Headline, headline.text.Headline}}
	s := DefaultSchedule()
	_, a.Hold = judge(a, story, headline, true, s)
	headline.at = headline.at.Add(3 * time.Hour)
	a.Hold.Looks = testLooks - 2
	if v, _ := judge(a, story, headline, true, s); v != hold {
		t.Errorf("a headline under test wins only by many looks: %v", v)
	}
	a.Hold.Looks = testLooks - 1
	if v, _ := judge(a, story, headline, true, s); v != believe {
		t.Errorf("the test is over: %v", v)
	}
}

func TestJudgeGone(t *testing.T) {
	s := DefaultSchedule()
	tests := []struct {
		detail string
		after  []time.Duration // of the looks after the first
		want   bool
	}{
		{gone410, []time.Duration{10 * time.Second}, false},
		{gone410, []time.Duration{90 * time.Second}, true},
		{"404", []time.Duration{8 * time.Hour, 16 * time.Hour}, false},
		{"404", []time.Duration{8 * time.Hour, 16 * time.Hour, 24 * time.Hour}, true},
		{"404", []time.Duration{time.Minute, 2 * time.Minute, 3 * time.Minute, 4 * time.Minute}, false},
	}
	for _, tt := range tests {
		a := news.Article{}
		var believed bool
		_, a.Hold = judgeGone(a, tt.detail, noon, s)
		for _, d := range tt.after {
			believed, a.Hold = judgeGone(a, tt.detail, noon.Add(d), s)
		}
		if believed != tt.want {
			t.Errorf("%s after %v: believed = %v, want %v", tt.detail, tt.after, believed, tt.want)
		}
	}
	// The looks that are planned suffice.
	a, at := news.Article{}, noon
	for looks := 1; ; looks++ {
		believed, h := judgeGone(a, "404", at, s)
		if believed {
			break
		}
		if looks > goneLooks {
			t.Fatal("a page missing for a day is not believed to be")
		}
		a.Hold = h
		at = at.Add(nextLook(a, *h, s, 0))
	}
}

func TestLeadsElsewhere(t *testing.T) {
	tests := []struct {
		asked, got string
		want       bool
	}{
		{"https://a.example/news/bridge", "https://a.example/news/bridge/", false},
		{"https://a.example/news/bridge", "https://www.a.example/news/bridge", false},
		{"https://a.example/news/bridge", "https://a.example/", true},
		{"https://a.example/news/bridge", "https://b.example/", true},
		{"https://a.example/news/bridge", "https://a.example/news", true},
		{"https://a.example/news/bridge", "https://a.example/news/bridge-closed", false},
		{"https://a.example/", "https://www.a.example/", false},
	}
	for _, tt := range tests {
		if got := leadsElsewhere(tt.asked, tt.got); got != tt.want {
			t.Errorf("leadsElsewhere(%q, %q) = %v", tt.asked, tt.got, got)
		}
	}
}
