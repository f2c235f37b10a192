package notifytest

import (
	"strings"

	"pgregory.net/rapid"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/notify"
)

// Announce returns the announcement of a report, as package notify makes it.
func Announce(r news.Report) notify.Announcement {
	return notify.Announcement{
		Delivery: news.Delivery{ID: "d7", Kind: news.Post, Channel: "desk", Article: r.Article.ID, Events: []news.Seq{r.Seq}, Attempts: 1},
		Report:   r,
		Brief:    brief.Of(r, brief.Options{}),
	}
}

// Part returns a part of an edit in which del became ins between two texts that
// stay. A negative number stands for none.
func Part(where news.Where, from, to int, class news.Class, before, del, ins, after string) news.Part {
	p := news.Part{
		Part: where, Op: news.OpEdit, Classes: []news.Class{class},
		Before: before + del + after, After: before + ins + after,
	}
	if from >= 0 {
		p.From = &from
	}
	if to >= 0 {
		p.To = &to
	}
	switch {
	case where == news.WhereParagraph && from < 0:
		p.Op = news.OpAdd
	case where == news.WhereParagraph && to < 0:
		p.Op = news.OpRemove
	}
	for _, w := range []news.Word{{Op: news.Same, Text: before}, {Op: news.Del, Text: del}, {Op: news.Ins, Text: ins}, {Op: news.Same, Text: after}} {
		if w.Text != "" {
			p.Words = append(p.Words, w)
		}
	}
	return p
}

// Nasty are texts a page may hold to ping, to phish, to break a message or to
// outgrow it.
var Nasty = []string{
	"@everyone", "@here", "@channel", "<@1234567890123456789>", "<@&1234567890123456789>", "<@!1>", "<#123>",
	"<!channel>", "<!here>", "<!subteam^S123>", "<@U123ABC>", "<#C123ABC|general>",
	"[x](javascript:alert(1))", "[click](https://evil.example)", "<https://evil.example|bank>", "https://evil.example/login",
	"discord.gg/abcdef", "DISCORD.GG/x", "discord.com/invite/x", "steam://run", ":smile:", "<:a:1>", "<t:1700000000>", "</cmd:1>",
	"```", "``", "`x`", "**", "~~", "__", "_x_", "||x||", "\\", "\\\\", "\\*", "*x*", "# h", "-# h", "- x", "+ x", "> x", ">>> x", "1. x", "12) x",
	"~~**", "**~~", "\n", "\r\n# x", "\u2028", "\x00", "\x1b[31m", "\u202e", "\u2066", "\u2069", "\u200b", "\u200d", "\ufeff", "\xff",
	"&lt;!channel&gt;", "&amp;", "{{x}}", "%s", "東京", "مرحبا", "e\u0301", "👩‍👩‍👧‍👦", "…", " ", "  ",
	strings.Repeat("a", 700), strings.Repeat("*", 3000), strings.Repeat("👩‍👩‍👧‍👦", 300), strings.Repeat("<", 500), strings.Repeat("文", 4000),
}

// NastyText draws texts made of [Nasty] ones and of words.
func NastyText() *rapid.Generator[string] {
	piece := rapid.SampledFrom(append([]string{"the ", "bridge ", "8,000 ", "a", ". "}, Nasty...))
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")
	})
}

// NastyReport draws reports whose every text is nasty.
func NastyReport() *rapid.Generator[news.Report] {
	return rapid.Custom(func(t *rapid.T) news.Report {
		s := func() string { return NastyText().Draw(t, "text") }
		link := rapid.SampledFrom([]string{"", "https://edits.example/a1", "https://e.example/" + strings.Repeat("x", 1500), "javascript:alert(1)", "https://e.example/a b)(<>|*_", "::"})
		r := news.Report{
			ID: "e1", Seq: 1,
			Kind: rapid.SampledFrom([]news.EventKind{
				news.Edited, news.Edited, news.Edited, news.Removed, news.Returned, news.Reverted, news.Testing,
				news.Redirected, news.Retired, news.Live, news.Failing, news.Recovered, news.Archived,
			}).Draw(t, "kind"),
			Article:      news.ReportArticle{ID: "a1", URL: link.Draw(t, "url"), Headline: s(), Source: s()},
			RedirectedTo: s(), Detail: s(),
			Links: news.ReportLinks{History: link.Draw(t, "history"), Diff: link.Draw(t, "diff"), Archive: link.Draw(t, "archive")},
			From:  &news.ReportEnd{Version: 1, Archive: link.Draw(t, "archived before")},
			To:    &news.ReportEnd{Version: 2},
			Edit:  &news.Edit{Significance: news.Major},
		}
		r.Edit.Parts = append(r.Edit.Parts, Part(news.WhereHeadline, -1, -1, news.ClassHeadline, s(), s(), s(), s()))
		for i := range rapid.IntRange(0, 12).Draw(t, "paragraphs") {
			from, to := i, i
			switch rapid.IntRange(0, 3).Draw(t, "op") {
			case 0:
				from = -1
			case 1:
				to = -1
			}
			r.Edit.Parts = append(r.Edit.Parts, Part(news.WhereParagraph, from, to, news.ClassFact, s(), s(), s(), s()))
		}
		return r
	})
}
