package watcher

import (
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/watcher/fetch"
)

func TestSameWords(t *testing.T) {
	a := news.Text{Headline: "“Closed”", Standfirst: "It’s shut.", Paragraphs: []string{"One – two.", "Three."}}
	tests := []struct {
		name string
		b    news.Text
		want bool
	}{
		{"itself", a, true},
		{"as_typed", news.Text{Headline: `"Closed"`, Standfirst: "It's shut.", Paragraphs: []string{"One - two.", "Three."}}, true},
		{"a_word", news.Text{Headline: "“Closed”", Standfirst: "It’s shut.", Paragraphs: []string{"One – two.", "Four."}}, false},
		{"a_headline", news.Text{Headline: "“Open”", Standfirst: "It’s shut.", Paragraphs: a.Paragraphs}, false},
		{"a_paragraph_more", news.Text{Headline: "“Closed”", Standfirst: "It’s shut.", Paragraphs: append(a.Paragraphs[:2:2], "More.")}, false},
	}
	for _, tt := range tests {
		if got := sameWords(a, tt.b); got != tt.want {
			t.Errorf("%s: %t, want %t", tt.name, got, tt.want)
		}
	}
}

// TestTypographyInTurns: a site whose quotes come and go from reading to reading
// is told as any other.
func TestTypographyInTurns(t *testing.T) {
	typed := strings.NewReplacer("“", `"`, "”", `"`, "’", "'", "–", "-")
	bubble(t, func(r *rig) {
		show := func(p page) {
			// Three readings of one kind, then two of the other.
			r.web.set(bridge, func(n int) (*fetch.Response, error) {
				if n%5 < 2 {
					return ok(typed.Replace(p.String())), nil
				}
				return ok(p.String()), nil
			})
		}
		p := pageOf(1)
		p.paragraphs[2] = "“We were not asked,” the harbour master said – and he wasn’t."
		first := p
		show(p)
		r.watch(bridge)
		r.run(2 * time.Hour)
		told := func(kind news.EventKind) news.Event {
			t.Helper()
			var all []news.Event
			for _, e := range r.events() {
				if e.Significance > news.Typography {
					all = append(all, e)
				}
			}
			if len(all) != 1 || all[0].Kind != kind {
				t.Fatalf("told %+v, want one %s", all, kind)
			}
			return all[0]
		}
		p = p.with(func(p *page) { p.headline = "Council votes to close its bridge" })
		show(p)
		r.run(6 * time.Hour)
		told(news.Edited)
		p = p.with(func(p *page) { p.paragraphs = p.paragraphs[:3] })
		show(p)
		r.run(6 * time.Hour)
		told(news.Edited)
		show(first)
		r.run(12 * time.Hour)
		if e := told(news.Reverted); e.RevertedTo == 0 {
			t.Error("it does not say to what")
		}
	})
}
