package discord

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"github.com/editwatch/editwatch/internal/brief"
)

// apart is put between an @ and what would make a mention of it. A backslash
// there is for the eye only: mentions are looked for in the raw text.
const apart = "\u200b"

// Escape returns Markdown that shows exactly s, in one line: no mark, mention,
// link, emoji code or invite in it has an effect, wherever in a message it
// stands. Line breaks become spaces; control characters, and marks that would
// turn the direction of what follows, are left out.
//
// The marks are those of https://support.discord.com/hc/en-us/articles/210298617.
// A backslash before any character that is not a letter, digit or space shows
// that character.
func Escape(s string) string { return escape(s, unlimited) }

// Within is Escape of at most most characters of Markdown. What does not fit is
// cut between characters as readers see them, never inside an escape, and "…"
// stands for it.
func Within(s string, most int) string {
	if whole := Escape(s); brief.Len(whole) <= most {
		return whole
	}
	if most < 1 {
		return ""
	}
	return strings.TrimRight(escape(s, most-1), " ") + "…"
}

// Struck returns Markdown that shows s struck through. It is empty for nothing
// but space, which cannot be marked.
func Struck(s string) string { return marked("~~", s) }

// Bold returns Markdown that shows s bold. It is empty for nothing but space.
func Bold(s string) string { return marked("**", s) }

// Underlined returns Markdown that shows s underlined. It is empty for nothing
// but space.
func Underlined(s string) string { return marked("__", s) }

func marked(mark, s string) string {
	s = Escape(s)
	if s == "" {
		return ""
	}
	return mark + s + mark
}

// Link returns Markdown that links label to an http or https address, or the
// label alone if the address is not one.
func Link(label, address string) string {
	a := Address(address)
	if a == "" {
		return Escape(label)
	}
	return "[" + Escape(label) + "](" + a + ")"
}

// Address returns an http or https address in a form that can stand in a link
// or as an embed's url, or nothing if it is not one or is longer than Discord
// takes.
func Address(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	out := closers.Replace(u.String())
	if brief.Len(out) > MaxURL || strings.ContainsFunc(out, func(r rune) bool { return r <= ' ' || r >= utf8.RuneSelf }) {
		return ""
	}
	return out
}

// closers are what would end a link before its address does.
var closers = strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", `\`, "%5C", `"`, "%22",
	"`", "%60", "*", "%2A", "~", "%7E", "|", "%7C")

const unlimited = 1 << 28

// escape is Escape that stops before the cluster with which it would have more
// than most characters.
func escape(s string, most int) string {
	s = strings.TrimSpace(brief.Clean(s))
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	size, begun := 0, false
	for g := graphemes.FromString(s); g.Next(); {
		var c strings.Builder
		for i, r := range g.Value() {
			at := g.Start() + i
			escapeRune(&c, r, s[:at], s[at+utf8.RuneLen(r):], !begun)
			begun = begun || r != ' '
		}
		if size += brief.Len(c.String()); size > most {
			break
		}
		b.WriteString(c.String())
	}
	return b.String()
}

// escapeRune writes r, which stands between before and after. At the start of a
// line, more characters are marks.
func escapeRune(b *strings.Builder, r rune, before, after string, start bool) {
	switch r {
	case '\\', '*', '_', '~', '|', '`', '[', ']', '<', '>':
		b.WriteByte('\\')
	case '#', '-', '+', '=':
		if start {
			b.WriteByte('\\')
		}
	case '.', ')':
		if numbered(before, after) || r == '.' && invites(before) {
			b.WriteByte('\\')
		}
	case ':':
		if strings.HasPrefix(after, "//") || emojiCode(after) {
			b.WriteByte('\\')
		}
	case '@':
		if mentions(after) {
			b.WriteString("@" + apart)
			return
		}
	}
	b.WriteRune(r)
}

// numbered reports whether a full stop between before and after makes an item
// of a list: nothing but digits before it, and a space after it, or whatever is
// set after the text.
func numbered(before, after string) bool {
	if after != "" && after[0] != ' ' {
		return false
	}
	before = strings.TrimLeft(before, " ")
	return before != "" && strings.Trim(before, "0123456789") == ""
}

// invites reports whether before ends like the host of an invite, which becomes
// a card even without a scheme.
func invites(before string) bool {
	low := strings.ToLower(before[max(0, len(before)-len("discordapp")):])
	for _, host := range []string{"discord", "discordapp", "dis"} {
		if strings.HasSuffix(low, host) {
			return true
		}
	}
	return false
}

// emojiCode reports whether after is the rest of an emoji's code, as in
// ":smile:". Those without a letter are few; the others are times of day.
func emojiCode(after string) bool {
	name, _, ok := strings.Cut(after, ":")
	switch {
	case !ok || name == "":
		return false
	case name == "100", name == "1234", name == "+1", name == "-1":
		return true
	}
	letter := false
	for _, r := range name {
		switch {
		case r == '_' || r == '+' || r == '-' || '0' <= r && r <= '9':
		case 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z':
			letter = true
		default:
			return false
		}
	}
	return letter
}

// mentions reports whether after makes a mention of an @ before it: of
// everyone, or of a user or role by number.
func mentions(after string) bool {
	low := strings.ToLower(after[:min(len(after), len("everyone"))])
	if strings.HasPrefix(low, "everyone") || strings.HasPrefix(low, "here") {
		return true
	}
	after = strings.TrimLeft(after, "!&")
	return after != "" && '0' <= after[0] && after[0] <= '9'
}
