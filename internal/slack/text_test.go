package slack

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestEscape(t *testing.T) {
	tests := []struct{ in, want string }{
		{"<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"},
		{"&lt;!here&gt;", "&amp;lt;!here&amp;gt;"},
		{"two\nlines\x00\u202e", "two\nlines"},
		{"\xff", "\uFFFD"},
	}
	for _, tt := range tests {
		if got := Escape(tt.in); got != tt.want {
			t.Errorf("Escape(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func FuzzEscapeMentionsNobody(f *testing.F) {
	for _, s := range []string{"<!channel>", "<@U1>", "<#C1|x>", "<https://x|y>", "&lt;", "a|b>", "\x00<\x00!here>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Escape(s)
		if strings.ContainsAny(got, "<>") {
			t.Fatalf("%q has an angle bracket", got)
		}
		for i := strings.IndexByte(got, '&'); i >= 0 && i < len(got); {
			if rest := got[i:]; !strings.HasPrefix(rest, "&amp;") && !strings.HasPrefix(rest, "&lt;") && !strings.HasPrefix(rest, "&gt;") {
				t.Fatalf("%q has a bare &", got)
			}
			next := strings.IndexByte(got[i+1:], '&')
			if next < 0 {
				break
			}
			i += 1 + next
		}
		link := MrkdwnLink(s, "https://e.example/?a=1&b=2")
		if strings.Count(link, "<") != 1 || strings.Count(link, "|") != 1 || strings.Count(link, ">") != 1 {
			t.Fatalf("%q is not one link", link)
		}
	})
}

func TestAddress(t *testing.T) {
	tests := []struct{ in, want string }{
		{"https://e.example/a|b>c<d", "https://e.example/a%7Cb%3Ec%3Cd"},
		{"https://e.example/?a=1&b=2", "https://e.example/?a=1&b=2"},
		{"javascript:alert(1)", ""},
		{"//e.example", ""},
		{"https://e.example/" + strings.Repeat("a", MaxURL), ""},
	}
	for _, tt := range tests {
		if got := Address(tt.in); got != tt.want {
			t.Errorf("Address(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// TestSectionIsPlainText holds that a section shows what it was given and
// nothing else, with as few elements as will do.
func TestSectionIsPlainText(t *testing.T) {
	s := Section(Text("a "), nil, Text("<!channel>"), Break(), Struck("*x*"), Text(" "), Bold("\x1by\u2028z"), Bold(""), Slanted("found"))
	got, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"rich_text_section","elements":[{"type":"text","text":"a \u003c!channel\u003e\n"},` +
		`{"type":"text","text":"*x*","style":{"strike":true}},{"type":"text","text":" "},{"type":"text","text":"y z","style":{"bold":true}},` +
		`{"type":"text","text":"found","style":{"italic":true}}]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if Section(nil, Text("")) != nil {
		t.Error("a section of nothing is not nil")
	}
	if e := Link("name", "javascript:x", true); e == nil || strings.Contains(mustJSON(t, e), "javascript") {
		t.Errorf("got %s, want the name alone", mustJSON(t, e))
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
