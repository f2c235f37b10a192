package slack

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/slack"
)

const manifest = "../../slack-manifest.yaml"

// leastScopes are what the app asks for.
var leastScopes = func() (names []string) {
	for _, s := range slack.Scopes {
		if s.Asked {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return names
}()

// listIn returns a list of the manifest: the items below a key.
func listIn(t *testing.T, key string) []string {
	t.Helper()
	data, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	inside := false
	for line := range strings.Lines(string(data)) {
		trimmed := strings.TrimSpace(line)
		switch item, isItem := strings.CutPrefix(trimmed, "- "); {
		case trimmed == key+":":
			inside = true
		case inside && isItem:
			out = append(out, item)
		default:
			inside = false
		}
	}
	return out
}

// TestManifestEvents holds that the app hears of the events that Event knows.
func TestManifestEvents(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "events.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Name.Name != "Event" {
			continue
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			if c, ok := n.(*ast.CaseClause); ok {
				for _, e := range c.List {
					if lit, ok := e.(*ast.BasicLit); ok {
						s, _ := strconv.Unquote(lit.Value)
						known = append(known, s)
					}
				}
			}
			return true
		})
	}
	slices.Sort(known)
	if d := cmp.Diff(listIn(t, "bot_events"), known); d != "" {
		t.Errorf("-manifest +Event\n%s", d)
	}
}

// TestManifestScopes does everything with the scopes that the app asks for, and
// holds that Slack misses none, but for those that are left to the operator.
func TestManifestScopes(t *testing.T) {
	got := listIn(t, "bot")
	if d := cmp.Diff(leastScopes, got); d != "" {
		t.Errorf("-want +manifest\n%s", d)
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, chattest.Memory, true)
		w.Scopes = got
		add := w.ask(chattest.SlackMember, chattest.SlackDesk, "add "+article)
		if !strings.Contains(add.Text, "as w1") {
			t.Errorf("got %q", add.Text)
		}
		w.ask(chattest.SlackMember, chattest.SlackPrivate, "add "+article)
		w.Press(chattest.SlackMember, w.ask(chattest.SlackMember, chattest.SlackDesk, "remove w1"), "Undo").Answer()
		w.Mention(chattest.SlackMember, chattest.SlackDesk, "list", "").Answer()
		ts := w.Post(chattest.SlackMember, chattest.SlackDesk, "<"+article+">", "")
		w.Shortcut(chattest.SlackMember, "show_edit_history", chattest.SlackDesk, ts).Answer()
		w.OpenHome(chattest.SlackMember)
		w.WaitHome(chattest.SlackMember)
		for _, c := range w.Calls("") {
			if !c.Done && c.Route != "conversations.info" { // which does not find the private channel
				t.Errorf("%s was not done", c.Route)
			}
		}
		// Nobody is locked out where the bot cannot tell who is an administrator.
		for _, text := range []string{"settings admins-only=on", "settings admins-only on"} {
			if got := w.ask(chattest.SlackAdmin, chattest.SlackDesk, text).Text; !strings.Contains(got, "users:read") {
				t.Errorf("got %q", got)
			}
		}
		time.Sleep(time.Second)
	})
}

// TestScopesAreDocumented holds that the guide names every scope there is use for.
func TestScopesAreDocumented(t *testing.T) {
	guide, err := os.ReadFile("../../docs/slack.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range slack.Scopes {
		if !strings.Contains(string(guide), "`"+s.Name+"`") {
			t.Errorf("%s is not explained", s.Name)
		}
	}
}

// TestManifestNames holds what people type and click.
func TestManifestNames(t *testing.T) {
	data, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"command: /editwatch\n", "should_escape: true\n", "name: Show edit history\n", "socket_mode_enabled: true\n", "is_enabled: true\n"} {
		if !strings.Contains(string(data), want) {
			t.Errorf("%q is missing", want)
		}
	}
}
