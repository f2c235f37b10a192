package discord

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/notify"
	"github.com/editwatch/editwatch/notify/notifytest"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// TestEveryMessageIsWithinTheLimits renders what no page should hold. The
// server holds each body against the limits and, where its place is known,
// against Discord's own description.
func TestEveryMessageIsWithinTheLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := notifytest.Announce(notifytest.NastyReport().Draw(t, "report"))
		if rapid.Bool().Draw(t, "unlimited") {
			a.Brief = brief.Of(a.Report, brief.Options{Budget: -1, Lines: -1, Context: -1})
		}
		for _, m := range []message{render(a), short(a)} {
			texts := []string{m.content}
			for _, e := range m.embeds {
				texts = append(texts, e.Title, e.Description)
			}
			for _, s := range texts {
				if err := chattest.CheckMarkdown(s); err != nil {
					t.Error(err)
				}
			}
			body, err := json.Marshal(m.params())
			if err != nil {
				t.Fatal(err)
			}
			if err := chattest.CheckDiscord(chattest.CreateFollowup, body); err != nil {
				t.Errorf("%v\n%s", err, body)
			}
			body, err = json.Marshal(m.edit())
			if err != nil {
				t.Fatal(err)
			}
			if err := chattest.CheckDiscord(chattest.CreateFollowup, body); err != nil {
				t.Errorf("edit: %v\n%s", err, body)
			}
		}
	})
}

func TestBodyIsWhatDiscordDescribes(t *testing.T) {
	if !chattest.HasOpenAPI() {
		t.Skipf("%s does not name Discord's OpenAPI description", chattest.OpenAPIVariable)
	}
	if err := chattest.CheckDiscord(chattest.CreateFollowup, []byte(`{"content":"x","embeds":"none","allowed_mentions":{"parse":[]}}`)); err == nil {
		t.Error("a wrong body passes")
	}
}

func TestRenderGolden(t *testing.T) {
	removed := notifytest.Announce(news.Report{
		Kind: news.Removed, Detail: "410 Gone",
		Article: news.ReportArticle{ID: "a1", URL: "https://harbour.example/x", Headline: "Mayor's brother wins contract", Source: "The Harbour Post"},
		From:    &news.ReportEnd{Version: 4},
	})
	hostile := notifytest.Announcement()
	hostile.Report.Article.Source = "@everyone <!channel>"
	hostile.Report.Edit.Parts[0] = notifytest.Part(news.WhereHeadline, -1, -1, news.ClassHeadline, "# ", "```js", "[x](https://evil.example)", " ~~ discord.gg/abc")
	bot := notifytest.Announcement()
	bot.Mention = []string{"900000000000000777", "@everyone"}
	bot.Buttons = []news.Button{
		{Label: "History", Token: news.Action{Verb: news.ActionHistory, Target: "a1"}.Token()},
		{Label: "Side by side", URL: "https://edits.example/a1/3/4"},
		{Label: "Mute article", Token: news.Action{Verb: news.ActionMute, Target: "a1"}.Token()},
	}
	returned := notifytest.Announcement()
	returned.Report.Kind = news.Returned
	reverted := notifytest.Announcement()
	reverted.Report.Kind, reverted.Report.RevertedTo = news.Reverted, 2
	corrected := notifytest.Announcement()
	corrected.Report.Edit = &news.Edit{
		Significance: news.Major, Noted: true, Classes: []news.Class{news.ClassCorrection, news.ClassRewrite, news.ClassRemoval},
		Parts: []news.Part{
			notifytest.Part(news.WhereParagraph, -1, 5, news.ClassCorrection, "", "", "This article was amended on 3 May to correct the number of vehicles.", ""),
			notifytest.Part(news.WhereParagraph, 0, 0, news.ClassRewrite, "", "The council has put off the repair of the bridge.", "The bridge will close in June, the council decided last night.", ""),
			notifytest.Part(news.WhereParagraph, 6, -1, news.ClassRemoval, "", "The mayor had promised in March that no jobs would go.", "", ""),
		},
	}
	underTest := notifytest.Announce(news.Report{
		Kind: news.Testing, Detail: "“Mayor's brother wins contract” and “Contract goes to mayor's brother”", Article: removed.Report.Article, From: &news.ReportEnd{Version: 4}, To: &news.ReportEnd{Version: 5},
	})
	digest := notify.Announcement{
		Delivery: news.Delivery{ID: "d9", Kind: news.Gather, Channel: "desk"},
		Brief: brief.Digest("editwatch", "2 edits of 2 articles", "https://edits.example/",
			brief.Item{Name: "The Harbour Post · Council votes to close bridge", Said: "headline and 3 paragraphs", Link: "https://edits.example/articles/a1"},
			brief.Item{Name: "The Valley Echo · Paper mill to close [sic]", Said: "1 paragraph", Link: "javascript:alert(1)"},
			brief.Item{Name: "The Fen Gazette", Said: "feed cannot be read"}),
	}
	edited := func(class news.Class, parts ...news.Part) notify.Announcement {
		r := notifytest.Announcement().Report
		r.Edit = &news.Edit{Significance: news.Major, Classes: []news.Class{class}, Parts: parts}
		return notifytest.Announce(r)
	}
	happened := func(kind news.EventKind, change func(*news.Report)) notify.Announcement {
		r := removed.Report
		r.Kind, r.Detail = kind, ""
		change(&r)
		return notifytest.Announce(r)
	}
	tests := map[string]notify.Announcement{
		"headline":   edited(news.ClassHeadline, notifytest.Part(news.WhereHeadline, -1, -1, news.ClassHeadline, "Council ", "delays", "votes on", " bridge repair")),
		"fact":       edited(news.ClassFact, notifytest.Part(news.WhereParagraph, 1, 1, news.ClassFact, "The bridge carries ", "8,000", "11,000", " vehicles a day.")),
		"addition":   edited(news.ClassAddition, notifytest.Part(news.WhereParagraph, -1, 4, news.ClassAddition, "", "", "“We were not asked,” the harbour master said on Tuesday.", "")),
		"removal":    edited(news.ClassRemoval, notifytest.Part(news.WhereParagraph, 6, -1, news.ClassRemoval, "", "The mayor had promised in March that no jobs would go.", "", "")),
		"rewrite":    edited(news.ClassRewrite, notifytest.Part(news.WhereParagraph, 0, 0, news.ClassRewrite, "", "The council has put off the repair of the bridge.", "The bridge will close in June, the council decided last night.", "")),
		"redirected": happened(news.Redirected, func(r *news.Report) { r.RedirectedTo = "https://harbour.example/y" }),
		"retired":    happened(news.Retired, func(*news.Report) {}),
		"live":       happened(news.Live, func(r *news.Report) { r.Edits = 12 }),
		"failing":    happened(news.Failing, func(r *news.Report) { r.Detail = "the site does not answer" }),
		"recovered":  happened(news.Recovered, func(*news.Report) {}),
		"feed_failing": happened(news.Failing, func(r *news.Report) {
			r.Article = news.ReportArticle{URL: "https://harbour.example/feed", Source: "The Harbour Post"}
			r.From = nil
		}),
		"returned":  notifytest.Announce(returned.Report),
		"reverted":  notifytest.Announce(reverted.Report),
		"corrected": notifytest.Announce(corrected.Report),
		"testing":   underTest,
		"digest":    digest,
		"bot":       bot,
		"edited":    notifytest.Announcement(),
		"removed":   removed,
		"hostile":   notifytest.Announce(hostile.Report),
	}
	for name, a := range tests {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			enc := json.NewEncoder(&got)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			var body any = render(a).params()
			if len(a.Buttons) > 0 {
				body = full(a)
			}
			if err := enc.Encode(body); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+".json")
			if *update {
				if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), got.String()); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}
