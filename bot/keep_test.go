package bot

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/editwatch/editwatch/internal/news"
)

// TestWithheld hides an article from chats, and not from the operator.
func TestWithheld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.article("bridge")
		w.version(a, "Council votes to close bridge")
		ask := func(operator bool, c Command) Answer {
			t.Helper()
			c.Channel = w.who.Channel
			c.CanChange, c.Admin, c.Everywhere = true, true, operator
			ans, err := w.bot.Do(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			return ans
		}
		expect := func(ans Answer, refused bool, want string) {
			t.Helper()
			if text := strings.Join(ans.Lines, "\n"); ans.Refused != refused || !strings.Contains(text, want) {
				t.Errorf("answered %v %q, want %v with %q", ans.Refused, text, refused, want)
			}
		}
		for _, v := range []Verb{Withhold, Reinstate, Delete} {
			expect(ask(false, Command{Verb: v, Target: a.URL, Text: "No.", Options: map[string]string{"sure": "yes"}}), true, "Only whoever runs editwatch may do that.")
		}
		expect(ask(true, Command{Verb: Withhold, Target: a.URL}), true, "Why is it withheld?")
		expect(ask(true, Command{Verb: Withhold, Target: a.URL, Text: strings.Repeat("x", 501)}), true, "more than 500 bytes")
		expect(ask(true, Command{Verb: Withhold, Target: a.URL, Text: "A court\nasked for it."}), false, "“A court asked for it.”")
		for _, v := range []Verb{History, Diff, Explain} {
			expect(ask(false, Command{Verb: v, Target: a.URL}), true, "That article is withheld: A court asked for it.")
			expect(ask(false, Command{Verb: v, Target: string(a.ID), FromButton: true}), true, "withheld")
			if ans := ask(true, Command{Verb: v, Target: a.URL}); ans.Refused {
				t.Errorf("%s is refused to the operator: %q", v, ans.Lines)
			}
		}
		expect(ask(true, Command{Verb: Explain, Target: a.URL}), false, "It is withheld since")
		expect(ask(true, Command{Verb: History, Target: a.URL}), false, "2 versions, 1 edit")
		expect(ask(true, Command{Verb: Reinstate, Target: a.URL}), false, "is shown again")
		expect(ask(true, Command{Verb: Reinstate, Target: a.URL}), false, "is not withheld")
		expect(ask(false, Command{Verb: History, Target: a.URL}), false, "2 versions, 1 edit")

		if _, err := w.store.AddWatch(context.Background(), news.Watch{Channel: "desk", URL: a.URL, Article: a.ID, Pages: true, FromFile: true}); err != nil {
			t.Fatal(err)
		}
		expect(ask(true, Command{Verb: Delete, Target: a.URL, Options: map[string]string{"sure": "yes"}}), true, "The configuration watches that article.")
		b := w.article("museum")
		expect(ask(true, Command{Verb: Delete, Target: b.URL}), true, "would be deleted for good, with 1 version")
		expect(ask(true, Command{Verb: Delete, Target: b.URL, Options: map[string]string{"sure": "yes"}}), false, "was deleted: 1 version, 0 events.")
		expect(ask(true, Command{Verb: Explain, Target: b.URL}), true, "I do not know that article")
	})
}
