package slack

import (
	"testing"
	"testing/synctest"

	"github.com/editwatch/editwatch/internal/chattest"
)

func TestIsAdmin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := chattest.NewSlack(t, chattest.Memory)
		c, err := NewClient(Options{Token: s.Token, APIURL: s.APIURL, HTTP: s.Client()})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			for user, want := range map[string]bool{chattest.SlackAdmin: true, chattest.SlackMember: false} {
				if got, err := c.IsAdmin(t.Context(), user); err != nil || got != want {
					t.Errorf("%s: got %t, %v", user, got, err)
				}
			}
		}
		if n := len(s.Calls("users.info")); n != 2 {
			t.Errorf("asked %d times", n)
		}
		if _, err := c.IsAdmin(t.Context(), "U0NOBODY"); err == nil {
			t.Error("nobody is somebody")
		}
	})
}

// TestIsMember looks for people in a channel whose members come in pages.
func TestIsMember(t *testing.T) {
	s := chattest.NewSlack(t, chattest.Memory)
	c, err := NewClient(Options{Token: s.Token, APIURL: s.APIURL, HTTP: s.Client()})
	if err != nil {
		t.Fatal(err)
	}
	for user, want := range map[string]bool{
		chattest.SlackAdmin: true, chattest.SlackMember: true, chattest.SlackBot: true, chattest.SlackVisitor: false, "U0NOBODY": false,
	} {
		if got, err := c.IsMember(t.Context(), chattest.SlackDesk, user); err != nil || got != want {
			t.Errorf("%s: got %t, %v", user, got, err)
		}
	}
	if _, err := c.IsMember(t.Context(), chattest.SlackPrivate, chattest.SlackMember); !IsCode(err, "channel_not_found") {
		t.Errorf("got %v", err)
	}
	s.Grant("chat:write")
	if _, err := c.IsMember(t.Context(), chattest.SlackDesk, chattest.SlackMember); !IsCode(err, "missing_scope") {
		t.Errorf("got %v", err)
	}
}
