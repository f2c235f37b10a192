package brief

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/editwatch/editwatch/internal/news"
)

type errorer interface {
	Helper()
	Errorf(format string, args ...any)
}

// check holds a brief against what the package promises of every one.
func check(t errorer, b Brief, budget int) {
	t.Helper()
	if budget == 0 {
		budget = DefaultBudget
	}
	if budget > 0 && b.Size() > budget {
		t.Errorf("lines have %d characters, want at most %d", b.Size(), budget)
	}
	texts := []string{b.Source, b.What, b.Headline}
	for i, l := range b.Lines {
		if len(l.Runs) == 0 {
			t.Errorf("line %d is empty", i)
		}
		for j, r := range l.Runs {
			texts = append(texts, r.Text)
			if r.Text == "" {
				t.Errorf("line %d run %d is empty", i, j)
			}
			if r.Mark != Del && r.Mark != Ins {
				continue
			}
			if r.Text != strings.TrimSpace(r.Text) {
				t.Errorf("line %d run %d has spaces inside its mark: %q", i, j, r.Text)
			}
			if j > 0 && (l.Runs[j-1].Mark == Del || l.Runs[j-1].Mark == Ins) {
				t.Errorf("line %d: nothing separates runs %d and %d", i, j-1, j)
			}
		}
	}
	for _, s := range texts {
		if !utf8.ValidString(s) {
			t.Errorf("invalid UTF-8: %q", s)
		}
		for _, r := range s {
			if unicode.IsControl(r) || news.Turns(r) || unicode.IsSpace(r) && r != ' ' {
				t.Errorf("%U in %q", r, s)
			}
		}
	}
}

// anyText draws what pages may hold, the nasty parts often.
func anyText() *rapid.Generator[string] {
	word := rapid.SampledFrom([]string{
		"the", "bridge", "8,000", " ", "  ", "…", "\n", "\t", "\x00", "\x1b[31m", "\u202e", "\u2066", "\u200d", "e\u0301",
		"👩‍👩‍👧‍👦", "🇬🇧", "東京都知事", "مجلس المدينة", "न्यूज़", "~~", "**", "@everyone", "<@1>", "\\", "`", "\xff", ",", ". ",
		strings.Repeat("x", 300), strings.Repeat("\u0301", 50), "“", "”",
	})
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(word, 0, 30).Draw(t, "words"), rapid.SampledFrom([]string{"", " "}).Draw(t, "sep"))
	})
}

func anyReport() *rapid.Generator[news.Report] {
	return rapid.Custom(func(t *rapid.T) news.Report {
		text := anyText()
		r := news.Report{
			Kind: rapid.SampledFrom([]news.EventKind{
				news.Edited, news.Removed, news.Returned, news.Reverted, news.Testing, news.Redirected,
				news.Retired, news.Live, news.Failing, news.Recovered, "other",
			}).Draw(t, "kind"),
			Article:      news.ReportArticle{ID: "a1", URL: text.Draw(t, "url"), Headline: text.Draw(t, "headline"), Source: text.Draw(t, "source")},
			RedirectedTo: text.Draw(t, "to"),
			Detail:       text.Draw(t, "detail"),
			Edits:        rapid.IntRange(0, 5).Draw(t, "edits"),
		}
		if rapid.Bool().Draw(t, "ends") {
			r.From, r.To = &news.ReportEnd{Version: 1}, &news.ReportEnd{Version: 3, Seen: time.Unix(1e9, 0)}
			r.ChangedBetween = &[2]time.Time{time.Unix(1e9-600, 0), time.Unix(1e9, 0)}
		}
		if rapid.Bool().Draw(t, "edited") {
			e := &news.Edit{Significance: news.Major, Classes: []news.Class{news.ClassFact}}
			for i := range rapid.IntRange(0, 12).Draw(t, "parts") {
				p := news.Part{
					Part: rapid.SampledFrom([]news.Where{news.WhereHeadline, news.WhereStandfirst, news.WhereParagraph}).Draw(t, "where"),
					Op:   rapid.SampledFrom([]news.Op{news.OpEdit, news.OpAdd, news.OpRemove, news.OpMove}).Draw(t, "op"),
				}
				if p.Part == news.WhereParagraph {
					p.From, p.To = &i, &i
				}
				for range rapid.IntRange(0, 6).Draw(t, "runs") {
					w := news.Word{Op: rapid.SampledFrom([]news.WordOp{news.Same, news.Del, news.Ins}).Draw(t, "mark"), Text: text.Draw(t, "text")}
					p.Words = append(p.Words, w)
					if w.Op != news.Ins {
						p.Before += w.Text
					}
					if w.Op != news.Del {
						p.After += w.Text
					}
				}
				e.Parts = append(e.Parts, p)
			}
			r.Edit = e
		}
		return r
	})
}

func TestEveryBriefKeepsThePromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyReport().Draw(t, "report")
		o := Options{
			Lines:   rapid.IntRange(-1, 5).Draw(t, "lines"),
			Context: rapid.IntRange(-1, 60).Draw(t, "context"),
			Budget:  rapid.SampledFrom([]int{-1, 0, 1, 5, 30, 200, 2000}).Draw(t, "budget"),
		}
		b := Of(r, o)
		check(t, b, o.Budget)
		small := b.Shrink(rapid.IntRange(0, 300).Draw(t, "shrink"))
		check(t, small, -1)
		if b.Shrink(0).Size() != 0 {
			t.Errorf("shrunk to nothing, %d characters are left", b.Shrink(0).Size())
		}
		if got, want := partsIn(small.Lines)+small.More, partsIn(b.Lines)+b.More; got != want {
			t.Errorf("shown and left out are %d parts, want %d", got, want)
		}
		if n := Len(b.Summary(80)); n > 80 {
			t.Errorf("the summary has %d characters", n)
		}
		b.Plain()
	})
}

func TestCutNeverSplitsACluster(t *testing.T) {
	const family = "👩‍👩‍👧‍👦"
	s := strings.Repeat(family, 20)
	for most := 8; most < 60; most++ {
		got := strings.TrimSuffix(Cut(s, most), ellipsis)
		if rest := strings.ReplaceAll(got, family, ""); rest != "" {
			t.Errorf("Cut(…, %d) leaves a part of a family: %q", most, rest)
		}
	}
}

// TestTypographyBesideNews leaves quotes and dashes out of an announcement of
// something that matters, and says so.
func TestTypographyBesideNews(t *testing.T) {
	one, two := 0, 1
	r := news.Report{
		Kind: news.Edited,
		Old:  news.Text{Headline: "H", Paragraphs: []string{"8 ships", "\"so\"", "rest"}},
		Edit: &news.Edit{Significance: news.Major, Parts: []news.Part{
			{Part: news.WhereParagraph, Op: news.OpEdit, From: &one, To: &one, Classes: []news.Class{news.ClassFact}, Before: "8 ships", After: "9 ships",
				Words: []news.Word{{Op: news.Del, Text: "8"}, {Op: news.Ins, Text: "9"}, {Op: news.Same, Text: " ships"}}},
			{Part: news.WhereParagraph, Op: news.OpEdit, From: &two, To: &two, Classes: []news.Class{news.ClassTypography}, Before: "\"so\"", After: "“so”",
				Words: []news.Word{{Op: news.Del, Text: "\"so\""}, {Op: news.Ins, Text: "“so”"}}},
		}},
	}
	b := Of(r, Options{})
	if b.What != "1 paragraph" || len(b.Lines) != 1 {
		t.Errorf("what = %q, %d lines", b.What, len(b.Lines))
	}
	want := []string{"1 paragraph unchanged", "1 paragraph changed in typography only"}
	if len(b.Remarks) != 2 || b.Remarks[0] != want[0] || b.Remarks[1] != want[1] {
		t.Errorf("remarks = %q, want %q", b.Remarks, want)
	}
	r.Edit.Significance, r.Edit.Parts = news.Typography, r.Edit.Parts[1:]
	if b := Of(r, Options{}); len(b.Lines) != 1 {
		t.Errorf("typography alone: %d lines, want 1", len(b.Lines))
	}
}
