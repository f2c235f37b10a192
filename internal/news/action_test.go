package news

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestActionToken(t *testing.T) {
	tests := []struct {
		name  string
		a     Action
		token string
	}{
		{"article", Action{Verb: "history", Target: "a1"}, "e1:history:a1"},
		{"versions", Action{Verb: "diff", Target: "a1", From: 1, To: 36}, "e1:diff:a1:1:10"},
		{"page", Action{Verb: "list", After: 35, State: "failing"}, "e1:list:::::z:failing"},
		{"words", Action{Verb: "search", After: 1, Text: "bridge"}, "e1:search:::::1::uJGF7urb"},
	}
	for _, tt := range tests {
		if got := tt.a.Token(); got != tt.token {
			t.Errorf("%s: token %q, want %q", tt.name, got, tt.token)
		}
		if got, err := ParseAction(tt.token); err != nil || got != tt.a {
			t.Errorf("%s: read as %+v, %v", tt.name, got, err)
		}
	}
	for _, token := range []string{
		"", "e1", "e1:", "e2:history:a1", "e1:history:a1:", "e1:history:a 1", "e1:diff:a1:0", "e1:diff:a1:-1", "e1:diff:a1:x:y:z:1:s:t:u", "e1:search:::::::!", "e1:search:::::::0V",
		"e1:history:" + strings.Repeat("a", MaxToken),
	} {
		if a, err := ParseAction(token); err == nil {
			t.Errorf("%q is read as %+v", token, a)
		}
	}
}

// TestActionText: what a person typed comes back to the byte, and sixty bytes of
// it have room.
func TestActionText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Action{Verb: "search", After: rapid.IntRange(0, 1<<31).Draw(t, "after"), Text: rapid.StringN(0, -1, 56).Draw(t, "text")}
		if strings.HasPrefix(a.Text, "\x00") {
			return
		}
		token := a.Token()
		if len(token) > MaxToken {
			t.Fatalf("%d characters for %d bytes", len(token), len(a.Text))
		}
		if got, err := ParseAction(token); err != nil || got != a {
			t.Fatalf("%+v is read as %+v, %v", a, got, err)
		}
	})
}

func TestActionTokens(t *testing.T) {
	id := rapid.StringMatching(`[a-z0-9-]{1,20}`)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.Just(0), rapid.IntRange(1, 1<<40))
		a := Action{
			Verb: id.Draw(t, "verb"), Target: rapid.OneOf(rapid.Just(""), id).Draw(t, "target"),
			From: n.Draw(t, "from"), To: n.Draw(t, "to"), Before: n.Draw(t, "before"), After: n.Draw(t, "after"),
			State: rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[a-z]{1,10}`)).Draw(t, "state"),
		}
		token := a.Token()
		if len(token) > MaxToken {
			t.Fatalf("token %s has %d characters", token, len(token))
		}
		if got, err := ParseAction(token); err != nil || got != a {
			t.Fatalf("%+v travels as %s and comes back as %+v, %v", a, token, got, err)
		}
	})
}

func FuzzParseAction(f *testing.F) {
	f.Add("e1:history:a2f:::1z")
	f.Add("e1")
	f.Add("e1:x:y:-1")
	f.Add("e1:search:::::1::uJGF7urb")
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := ParseAction(s); err == nil && a.Token() != s {
			t.Errorf("%q reads as %+v, which is %q", s, a, a.Token())
		}
	})
}
