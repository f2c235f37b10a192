package web

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

var serve = flag.String("serve", "", "serve the pages of a record on this address until interrupted, to be looked at")

// TestServe is for the eye: go test ./bot/web -run TestServe -timeout 0 -args -serve 127.0.0.1:8099
func TestServe(t *testing.T) {
	if *serve == "" {
		t.Skip("nobody asked to look at the pages (-args -serve ADDRESS)")
	}
	w := writtenHistory(t)
	h := &history{t, w.st}
	now := time.Now().UTC()
	h.foreign(now)
	h.long(now)
	for i := range 40 {
		a := h.sight(news.Article{URL: fmt.Sprintf("https://courier.example/%d", i), Source: "The Courier", FirstSeen: now})
		for j := range 1 + i%7 {
			h.read(&a, bridge[j%len(bridge)], now.Add(-time.Duration(i*16+7-j)*time.Hour))
		}
	}
	l, err := net.Listen("tcp", *serve)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("bridge: http://%s%s", l.Addr(), articlePath(w.bridge))
	t.Fatal(http.Serve(l, New(Options{Store: w.st, Version: "test", Search: w.filled()})))
}

// foreign records articles in other languages and scripts.
func (h *history) foreign(now time.Time) {
	for i, versions := range [][]news.Text{
		{
			{Headline: "المجلس يؤجل إصلاح الجسر", Paragraphs: []string{"يعبر الجسر 8000 مركبة كل يوم.", "قال العمدة إن العمل سيبدأ في مايو.", "لم يعلق رئيس الميناء."}},
			{Headline: "المجلس يصوت على إغلاق الجسر لمدة عامين", Paragraphs: []string{"يعبر الجسر 11000 مركبة كل يوم.", "قال العمدة إن العمل سيبدأ في يونيو 2026.", "لم يعلق رئيس الميناء.", "وقال: «لم يسألنا أحد» (BBC)."}},
		},
		{
			{Headline: "市議会が橋の修理を延期", Paragraphs: []string{"橋は1日に8000台の車が通る。", "市長は5月に始めると述べた。"}},
			{Headline: "市議会が橋を2年間閉鎖すると決定", Paragraphs: []string{"橋は1日に1万1000台の車が通る。", "市長は6月に始めると述べた。"}},
		},
	} {
		a := h.sight(news.Article{URL: fmt.Sprintf("https://world.example/%d", i), Source: []string{"صحيفة المرفأ", "港新聞"}[i], Language: []string{"ar", "ja"}[i], FirstSeen: now})
		for j, text := range versions {
			h.read(&a, text, now.Add(time.Duration(j-9)*time.Hour))
		}
	}
}

// long records a long article whose paragraphs were edited, moved and replaced,
// with a word that is wider than a phone.
func (h *history) long(now time.Time) {
	var text news.Text
	text.Headline = "A long read about the piers of the harbour bridge, and what became of them in the course of one winter"
	text.Standfirst = "Nine piers, two surveys, one winter."
	for i := range 40 {
		text.Paragraphs = append(text.Paragraphs, fmt.Sprintf("Paragraph %d says that the survey of pier %d found rust, that the rust was %d millimetres deep, "+
			"and that nobody had looked at it since the winter of %d, when the last of the engineers who had built the bridge retired.", i+1, i%9+1, 3+i, 1950+i))
	}
	a := h.sight(news.Article{URL: "https://longread.example/piers", Source: "The Harbour Post", Language: "en-GB", FirstSeen: now})
	h.read(&a, text, now.Add(-50*time.Hour))
	p := append([]string{}, text.Paragraphs...)
	p[3] = "Paragraph 4 says that the survey of pier 4 found no rust, and that nobody had looked at it since the winter of 1953, when the last of the engineers who had built the bridge retired."
	p[20] = "https://longread.example/an/address/that/is/wider/than/a/phone/and/has/no/place/at/which/it/could/be/broken"
	moved := p[30]
	p = append(append(append([]string{}, p[:10]...), moved), append(append([]string{}, p[10:30]...), p[31:]...)...)
	text.Paragraphs = append(p, "This article was amended on 3 May to correct the depth of the rust in pier 4.")
	h.read(&a, text, now.Add(-48*time.Hour))
}
