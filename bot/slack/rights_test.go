package slack

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/news"
)

// TestPressRights presses buttons that everybody can see, by whoever may and by
// whoever may not.
func TestPressRights(t *testing.T) {
	tests := []struct {
		name, user, verb string
		adminsOnly       bool
		without          []string // scopes
		want             string
	}{
		{"member", chattest.SlackMember, "mute", false, nil, "hears nothing of"},
		{"visitor", chattest.SlackVisitor, "mute", false, nil, "You may not change what #desk watches."},
		{"visitor_undoes", chattest.SlackVisitor, "undo", false, nil, "You may not change what #desk watches."},
		{"visitor_reads", chattest.SlackVisitor, "history", false, nil, "1 version, 0 edits"},
		{"admins_only", chattest.SlackMember, "mute", true, nil, "Only workspace admins and owners may"},
		{"admin", chattest.SlackAdmin, "mute", true, nil, "hears nothing of"},
		{"nobody_can_tell", chattest.SlackMember, "mute", false, []string{"channels:read"}, "channels:read"},
		{"reading_needs_no_scope", chattest.SlackMember, "history", true, []string{"channels:read", "users:read"}, "1 version, 0 edits"},
		{"admins_unknown", chattest.SlackAdmin, "mute", true, []string{"users:read"}, "users:read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, chattest.Memory, true)
				post := w.ask(chattest.SlackMember, chattest.SlackDesk, "add "+article)
				if tt.adminsOnly {
					w.ask(chattest.SlackAdmin, chattest.SlackDesk, "settings admins-only=on")
				}
				w.Grant(slices.DeleteFunc(slices.Clone(w.Scopes), func(s string) bool { return slices.Contains(tt.without, s) })...)
				a, err := w.store.FindArticle(t.Context(), news.AddressKey(news.PageReading, article))
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(10 * time.Minute) // what was known of people is forgotten
				b := chattest.SlackButton{Label: tt.verb, ActionID: "x", Value: news.Action{Verb: tt.verb, Target: string(a.ID)}.Token()}
				if got := w.PressButton(tt.user, post, b).Answer(); !strings.Contains(got.Visible(), tt.want) {
					t.Errorf("got %q, want %q", got.Visible(), tt.want)
				}
			})
		})
	}
}

// TestAdminsUnknown loses the scope by which administrators are known after
// changes were left to them: nobody passes, everybody is told why, and who only
// reads is not kept from it.
func TestAdminsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, chattest.Memory, true)
		w.ask(chattest.SlackMember, chattest.SlackDesk, "add "+article)
		w.ask(chattest.SlackAdmin, chattest.SlackDesk, "settings admins-only=on")
		w.Grant(leastScopes...)
		for _, user := range []string{chattest.SlackMember, "U0OTHER"} {
			for _, text := range []string{"remove w1", "pause all", "settings admins-only=off", "add " + article + "2"} {
				if got := w.ask(user, chattest.SlackDesk, text).Text; !strings.Contains(got, "users:read") {
					t.Errorf("%s: got %q", text, got)
				}
			}
		}
		if got := w.ask(chattest.SlackMember, chattest.SlackDesk, "list").Text; !strings.Contains(got, "w1") {
			t.Errorf("got %q", got)
		}
		if n := len(w.watches(t, chattest.SlackDesk)); n != 1 {
			t.Errorf("%d watches stand", n)
		}
	})
}
