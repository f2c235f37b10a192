package slack

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/news"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// edited is how the article reads after its edit.
var edited = news.Text{Headline: "Council votes to close bridge for two years", Paragraphs: []string{
	"The bridge carries 11,000 vehicles a day.", "“We were not asked,” the harbour master said on Tuesday.",
}}

// TestReplies plays the conversations in testdata. A line that begins with ">" is
// something that a person does; what stands below it is what they see.
//
//	> admin: text          a slash command by an administrator, in the desk's channel
//	> member: text         … by anybody else
//	> outside: text        … in a public channel that the bot is not in
//	> private: text        … in a private one
//	> direct: text         … in a direct message
//	> mention: text        a message that mentions the bot; in-thread: in a thread
//	> press: label         a button of the last answer
//	> shortcut: text       the shortcut on a message with the text
//	> edit: address        the article is edited
//	> wait: 5m
func TestReplies(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no conversations", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got string
			synctest.Test(t, func(t *testing.T) { got = play(t, string(want)) })
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(string(want), got); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

// play does what the script says and returns the script with what was seen.
func play(t *testing.T, script string) string {
	w := newWorld(t, chattest.Memory, true)
	var out strings.Builder
	var last chattest.Saying
	for lines := bufio.NewScanner(strings.NewReader(script)); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "# ") {
			fmt.Fprintln(&out, line)
		}
		step, ok := strings.CutPrefix(line, "> ")
		if !ok {
			continue
		}
		fmt.Fprintf(&out, "\n> %s\n", step)
		who, text, _ := strings.Cut(step, ":")
		text = unquote(strings.TrimPrefix(text, " "))
		var k *chattest.Ask
		switch who {
		case "admin":
			k = w.Command(chattest.SlackAdmin, chattest.SlackDesk, "/editwatch", text)
		case "member":
			k = w.Command(chattest.SlackMember, chattest.SlackDesk, "/editwatch", text)
		case "outside":
			k = w.Command(chattest.SlackMember, chattest.SlackOutside, "/editwatch", text)
		case "private":
			k = w.Command(chattest.SlackMember, chattest.SlackPrivate, "/editwatch", text)
		case "direct":
			k = w.Command(chattest.SlackMember, "D0READER", "/editwatch", text)
		case "mention":
			k = w.Mention(chattest.SlackMember, chattest.SlackDesk, text, "")
		case "in-thread":
			root := w.Post(chattest.SlackMember, chattest.SlackDesk, "what do we know?", "")
			k = w.Mention(chattest.SlackMember, chattest.SlackDesk, text, root)
		case "press":
			k = w.Press(chattest.SlackMember, last, text)
		case "shortcut":
			ts := w.Post(chattest.SlackMember, chattest.SlackDesk, text, "")
			k = w.Shortcut(chattest.SlackMember, "show_edit_history", chattest.SlackDesk, ts)
		case "edit":
			w.web.edit(t, text, edited)
			continue
		case "wait":
			d, err := time.ParseDuration(text)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(d)
			continue
		default:
			t.Fatalf("nobody is %q", who)
		}
		before := last
		last = k.Answer()
		if last.TS == before.TS {
			fmt.Fprintln(&out, "(in the place of the answer before)")
		}
		if last.For != chattest.SlackMember && last.For != chattest.SlackAdmin {
			fmt.Fprintln(&out, "(seen by all)")
		}
		if last.Thread != "" {
			fmt.Fprintln(&out, "(in the thread)")
		}
		fmt.Fprintln(&out, last.Visible())
	}
	return strings.TrimLeft(out.String(), "\n")
}

// unquote lets a script say what cannot be seen, and what is too long to write.
func unquote(s string) string {
	s = repeated.ReplaceAllStringFunc(s, func(m string) string {
		n, _ := strconv.Atoi(repeated.FindStringSubmatch(m)[1])
		return strings.Repeat("x", n)
	})
	return strings.NewReplacer(`\u202e`, "\u202e", `\u200d`, "\u200d", `\n`, "\n").Replace(s)
}

var repeated = regexp.MustCompile(`(\d+)×x`)
