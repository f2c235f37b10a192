package bot

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/internal/news"
)

func TestParse(t *testing.T) {
	tests := []struct {
		in   string
		want Command
	}{
		{"", Command{Verb: Help}},
		{"  ?  ", Command{Verb: Help}},
		{"help add", Command{Verb: Help, Target: "add"}},
		{"LIST", Command{Verb: List}},
		{"ls failing", Command{Verb: List, State: "failing"}},
		{"subscriptions state=paused", Command{Verb: List, State: "paused"}},
		{"add example.org/news", Command{Verb: Add, Target: "example.org/news"}},
		{"follow <https://example.org/news>", Command{Verb: Add, Target: "https://example.org/news"}},
		{"add https://example.org/?a=b&c=d", Command{Verb: Add, Target: "https://example.org/?a=b&c=d"}},
		{"add <https://example.org/?q=a b|x> major", Command{Verb: Add, Target: "https://example.org/?q=a b", Options: o("min", "major")}},
		{"add https://x.org headline min=any label=“Two words”", Command{Verb: Add, Target: "https://x.org", Options: o("scope", "headline", "min", "any", "label", "Two words")}},
		{`add https://x.org label="a=b \ c" include="red, blue"`, Command{Verb: Add, Target: "https://x.org", Options: o("label", `a=b \ c`, "include", "red, blue")}},
		{"add https://x.org label=\"unclosed words", Command{Verb: Add, Target: "https://x.org", Options: o("label", "unclosed words")}},
		{"add https://x.org mention=<!subteam^S0123ABC|@desk>", Command{Verb: Add, Target: "https://x.org", Options: o("mention", "<!subteam^S0123ABC|@desk>")}},
		{"add https://x.org \u200bmajor", Command{Verb: Add, Target: "https://x.org", Options: o("min", "major")}},
		{"rm w7", Command{Verb: Remove, Target: "w7"}},
		{"unsubscribe <https://x.org/feed|x.org/feed>", Command{Verb: Remove, Target: "https://x.org/feed"}},
		{"mute w7 8h", Command{Verb: Pause, Target: "w7", For: 8 * time.Hour}},
		{"pause w7 for 2d", Command{Verb: Pause, Target: "w7", For: 48 * time.Hour}},
		{"pause all", Command{Verb: Pause, Target: "all"}},
		{"unmute w7", Command{Verb: Resume, Target: "w7"}},
		{"set w7 all any", Command{Verb: Edit, Target: "w7", Options: o("scope", "all", "min", "any")}},
		{"test", Command{Verb: Test}},
		{"force w7", Command{Verb: Test, Target: "w7"}},
		{"history https://x.org/a 5", Command{Verb: History, Target: "https://x.org/a", Max: 5}},
		{"https://x.org/a", Command{Verb: History, Target: "https://x.org/a"}},
		{"compare https://x.org/a 2 v4", Command{Verb: Diff, Target: "https://x.org/a", From: 2, To: 4}},
		{"diff a2f", Command{Verb: Diff, Target: "a2f"}},
		{"status", Command{Verb: Status}},
		{"status w7", Command{Verb: Explain, Target: "w7"}},
		{"debug w7", Command{Verb: Explain, Target: "w7"}},
		{"settings", Command{Verb: Settings}},
		{"settings quiet=22:00-07:00 digest=daily 09:00", Command{Verb: Settings, Options: o("quiet", "22:00-07:00", "digest", "daily 09:00")}},
		{"config quiet 22:00 - 07:00 admins-only: on", Command{Verb: Settings, Options: o("quiet", "22:00 - 07:00", "admins-only", "on")}},
		{"settings timezone=UTC", Command{Verb: Settings, Options: o("tz", "UTC")}},
		{"import https://x.org sure=yes", Command{Verb: Import, Text: "https://x.org", Options: o("sure", "yes")}},
		{"import\nhttps://x.org\nhttps://y.org", Command{Verb: Import, Text: "https://x.org\nhttps://y.org", Options: o("sure", "")}},
		{"/export", Command{Verb: Export}},
		{"undo w3", Command{Verb: Undo, Target: "w3"}},
	}
	for _, tt := range tests {
		got, err := Parse(tt.in, nil)
		if err != nil {
			t.Errorf("Parse(%q): %v", tt.in, err)
			continue
		}
		if len(got.Options) == 0 {
			got.Options = nil
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("Parse(%q), want (-) and got (+):\n%s", tt.in, d)
		}
		// What a reply says to type means what it says.
		if got.Verb == Import {
			continue
		}
		again, err := Parse(plain(got), nil)
		if len(again.Options) == 0 {
			again.Options = nil
		}
		if d := cmp.Diff(got, again); err != nil || d != "" {
			t.Errorf("Parse(%q): %v; want (-) and got (+):\n%s", plain(got), err, d)
		}
	}
}

func o(kv ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(kv); i += 2 {
		m[kv[i]] = kv[i+1]
	}
	return m
}

// FuzzParse: whatever is typed is a command or a refusal in two short
// sentences.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"add https://x.org label=\"a\" <https://y|y>", "settings quiet 22:00-07:00", "pause w1 8h", "import <opml>", "“", "=", "a==b", "<", "\u202e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, err := Parse(s, nil)
		if err == nil {
			return
		}
		r, ok := errors.AsType[*news.Refusal](err)
		if !ok || r.What == "" {
			t.Fatalf("Parse(%q): %v", s, err)
		}
		if len([]rune(r.What)) > 200 || len([]rune(r.Do)) > 200 {
			t.Errorf("Parse(%q) is refused at length: %v", s, r)
		}
	})
}

func FuzzImport(f *testing.F) {
	f.Add("https://x.org\n# y\nhttps://z.org, https://w.org")
	f.Add(`<opml version="2.0"><body><outline xmlUrl="https://x.org"/></body></opml>`)
	f.Add("<opml><outline><outline>")
	f.Fuzz(func(t *testing.T, s string) {
		items, err := Command{Text: s}.parseImport()
		if !refused(err) && err != nil {
			t.Fatal(err)
		}
		if len(items) > maxImported {
			t.Errorf("%d watches", len(items))
		}
	})
}

// TestActionVerbs: the buttons of announcements ask for what the bot knows.
func TestActionVerbs(t *testing.T) {
	for verb, want := range map[string]Verb{news.ActionHistory: History, news.ActionDiff: Diff, news.ActionMute: Mute} {
		c, err := Pressed(news.Action{Verb: verb, Target: "a1"}.Token())
		if err != nil || c.Verb != want || c.Target != "a1" {
			t.Errorf("%s: %+v, %v", verb, c, err)
		}
	}
	for _, verb := range []Verb{Remove, Settings, Add, Import, Edit} {
		if _, err := Pressed(news.Action{Verb: string(verb), Target: "w1"}.Token()); err == nil {
			t.Errorf("a button can ask for %s", verb)
		}
	}
}

func TestHelpKnowsEveryVerb(t *testing.T) {
	known := map[Verb]bool{}
	for _, v := range Topics() {
		known[v] = true
	}
	for alias, v := range aliases {
		if !known[v] {
			t.Errorf("help says nothing of %s (%s)", v, alias)
		}
	}
}
