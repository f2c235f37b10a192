package discord

import (
	"fmt"
	"strings"
	"testing"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
)

func TestHistoryDiffExplain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	reader := chattest.Reader(chattest.DiscordText)
	a := w.article(bridge, "Council delays bridge repair, citing cost", "The bridge carries 8,000 vehicles a day.")
	a = w.version(a, "Council votes to close bridge for two years", "The bridge carries 11,000 vehicles a day.")
	says(t, w.Slash(reader, "edits history", about(bridge)).Answer(), "2 versions", "https://edits.example.org/")
	says(t, w.Slash(reader, "edits diff", about(bridge), chattest.Option{Name: "from", Value: 1}, chattest.Option{Name: "to", Value: 2}).Answer(),
		"~~8,000~~ **11,000**")
	says(t, w.Slash(reader, "edits explain", about(bridge)).Answer(), "")
	says(t, w.Slash(reader, "edits history", about("https://harbour.example/unknown")).Answer(), "I do not know that article")
	says(t, w.Slash(reader, "edits status").Answer(), "#desk")
	says(t, w.Slash(reader, "edits help", chattest.Option{Name: "topic", Value: "pause"}).Answer(), "pause")
	_ = a
}

// TestSearch holds the exact answers to searches, by command and by button.
func TestSearch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	reader, admin := chattest.Reader(chattest.DiscordText), chattest.Admin(chattest.DiscordText)
	var got strings.Builder
	var last chattest.InteractionAnswer
	show := func(what string, a chattest.InteractionAnswer) {
		got.WriteString(heading("%s", what) + ages.ReplaceAllString(a.Message.Text(), " <time>") + "\n")
		says(t, a, "")
		last = a
	}
	search := func(words string, more ...chattest.Option) {
		what := "search " + words
		for _, o := range more {
			what += fmt.Sprintf(" %s:%v", o.Name, o.Value)
		}
		show(what, w.Slash(reader, "edits search", append([]chattest.Option{{Name: "words", Value: words}}, more...)...).Answer())
	}
	press := func(label string) { show("press "+label, w.Press(reader, last.Message, label).Answer()) }
	search("bridge")
	for _, name := range []string{"ferry", "market", "quay", "lights"} {
		w.Slash(admin, "editwatch add", at("https://harbour.example/"+name)).Answer()
	}
	w.Slash(admin, "editwatch add", at(bridge)).Answer()
	a := w.article(bridge, "")
	w.version(a, "Council votes to close bridge for two years", "The __bridge__ carries 11,000 vehicles a day, @everyone.")
	search("bridge carries")
	press("History 1")
	search("close", chattest.Option{Name: "changed", Value: true}, chattest.Option{Name: "source", Value: "harbour"}, chattest.Option{Name: "since", Value: "7d"})
	search("zeppelin @everyone <!channel> [x](javascript:alert(1))", chattest.Option{Name: "changed", Value: true})
	search(strings.Repeat("bridge ", 200))
	search(bridge)
	search("council", chattest.Option{Name: "since", Value: "a while ago"})
	search("council")
	press("More")
	show("history", w.Slash(reader, "edits history", about("council bridge")).Answer())
	show("help search", w.Slash(reader, "edits help", chattest.Option{Name: "topic", Value: "search"}).Answer())
	elsewhere := chattest.Reader(chattest.DiscordNews)
	show("search elsewhere", w.Slash(elsewhere, "edits search", chattest.Option{Name: "words", Value: "bridge"}).Answer())
	golden(t, "search.txt", got.String())

	choices := w.Complete(reader, "edits search", chattest.Option{Name: "source", Value: "HARB", Focused: true}).Answer().Choices
	if len(choices) != 1 || choices[0].Value != "The Harbour Post" {
		t.Errorf("sources: %v", choices)
	}
}

func TestMessageAction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	reader := chattest.Reader(chattest.DiscordText)
	w.article(bridge, "Council delays bridge repair, citing cost", "Text.")
	for content, want := range map[string]string{
		"look: <" + bridge + ">": "Council delays bridge repair",
		"https://elsewhere.example/x and [here](" + bridge + "), see?": "Council delays bridge repair",
		"no link at all":            "There is no link in that message.",
		"https://elsewhere.example": "I do not know that article",
	} {
		id := w.Post(chattest.DiscordText, chattest.DiscordMember, content)
		says(t, w.MessageAction(reader, messageAction, id).Answer(), want)
	}
	if _, err := w.session.Post(t.Context(), chattest.DiscordText, message(bot.Answer{Lines: []string{"An announcement"}})); err != nil {
		t.Fatal(err)
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	admin := chattest.Admin(chattest.DiscordText)
	for _, n := range strings.Split("abcdefghijklmnopqrstuvwxyz0123", "") {
		w.Slash(admin, "editwatch add", at("https://harbour.example/article-"+n)).Answer()
	}
	choices := func(path, name, typed string) []chattest.Choice {
		return w.Complete(admin, path, chattest.Option{Name: name, Value: typed, Focused: true}).Answer().Choices
	}
	if got := choices("editwatch remove", "watch", ""); len(got) != 25 {
		t.Errorf("%d watches", len(got))
	}
	if got := choices("editwatch remove", "watch", "article-z"); len(got) != 1 || got[0].Value != "w26" {
		t.Errorf("watches: %v", got)
	}
	if got := choices("editwatch pause", "watch", ""); len(got) != 25 || got[0].Value != "all" {
		t.Errorf("watches: %v", got)
	}
	if got := choices("edits history", "article", "council"); len(got) != 25 {
		t.Errorf("%d articles", len(got))
	}
	if got := choices("edits help", "topic", "dif"); len(got) != 1 || got[0].Value != "diff" {
		t.Errorf("topics: %v", got)
	}
	if got := choices("edits history", "article", strings.Repeat("\u202e@everyone ```", 50)); len(got) != 0 {
		t.Errorf("articles: %v", got)
	}
}

// TestButtons presses those of an announcement, and those that are stale or
// somebody else's.
func TestButtons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	a := w.article(bridge, "Council delays bridge repair, citing cost", "Text.")
	token := func(verb string) string { return news.Action{Verb: verb, Target: string(a.ID)}.Token() }
	m := discord.Message{Content: "Council delays", Components: discord.Buttons([]news.Button{
		{Label: "History", Token: token("history")}, {Label: "Mute article", Token: token("mute")},
	})}
	if _, err := w.session.Post(t.Context(), chattest.DiscordText, m); err != nil {
		t.Fatal(err)
	}
	posted := w.WaitMessages(chattest.DiscordText, 1)[0]
	reader, admin := chattest.Reader(chattest.DiscordText), chattest.Admin(chattest.DiscordText)
	says(t, w.Press(reader, posted, "History").Answer(), "Council delays bridge repair")
	says(t, w.Press(reader, posted, "Mute article").Answer(), "You may not change what #desk watches.")
	muted := w.Press(admin, posted, "Mute article").Answer()
	says(t, muted, "")
	thread, err := w.store.Thread(t.Context(), discord.ChannelName(chattest.DiscordText), a.ID)
	if err != nil || thread.Muted.IsZero() {
		t.Errorf("not muted: %+v, %v", thread, err)
	}
	if w.Messages(chattest.DiscordText)[0].Content != "Council delays" {
		t.Error("pressing a button changed the announcement")
	}
	for _, stale := range []string{"x", "e1", "e1:mute:nobody", "e9:history:a1", "e1:remove:w1", "e1:undo:w99", "e1:list::::zz", strings.Repeat("e1:", 33), "\u202e", "e1:history:" + strings.Repeat("a", 80)} {
		says(t, w.PressID(admin, posted.ID, stale).Answer(), "")
	}
}

// TestPaging leafs through a list in place.
func TestPaging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	admin := chattest.Admin(chattest.DiscordText)
	for _, n := range strings.Split("abcdefghijklmnopqrstuvwxyz", "") {
		w.Slash(admin, "editwatch add", at("https://harbour.example/"+n)).Answer()
	}
	first := w.Slash(admin, "edits list").Answer()
	says(t, first, "w1 ")
	var forward string
	for _, b := range first.Message.Buttons() {
		if b.CustomID != "" {
			forward = b.Label
		}
	}
	if forward == "" {
		t.Fatalf("no second page under: %s", first.Message.Text())
	}
	second := w.Press(admin, first.Message, forward).Answer()
	says(t, second, "w")
	if second.Message.ID != first.Message.ID || strings.Contains(second.Message.Text(), "w1 ") || len(second.Followup) != 0 {
		t.Errorf("the second page: %s", second.Message.Text())
	}
}
