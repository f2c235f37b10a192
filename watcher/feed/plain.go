package feed

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/editwatch/editwatch/internal/news"
)

// maxText is the most of one text that is kept, in bytes: full articles fit
// many times over.
const maxText = 256 << 10

// escaped matches an entity, complete with its semicolon.
var escaped = regexp.MustCompile(`&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});`)

// plain returns what a reader sees of a text that may be HTML, canonical.
// Entities that were escaped twice are decoded twice.
func plain(s string) string {
	if strings.IndexByte(s, '<') >= 0 || strings.IndexByte(s, '&') >= 0 {
		var tags bool
		s, tags = strip(s)
		if escaped.MatchString(s) {
			s = escaped.ReplaceAllStringFunc(s, html.UnescapeString)
		}
		// Markup that was escaped twice shows once the text is unescaped. Only
		// a closing tag is taken for it: a text may speak of "<b>".
		if !tags && strings.Contains(s, "</") {
			s, _ = strip(s)
		}
	}
	return cut(news.Canonical(s))
}

// cut shortens a text to maxText bytes, between characters.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	return news.Canonical(strings.ToValidUTF8(s[:maxText], ""))
}

// strip removes markup and decodes entities, and reports whether there was any
// markup. Tags that end a line or a block leave a space behind.
func strip(s string) (text string, tags bool) {
	z := html.NewTokenizer(strings.NewReader(s))
	z.SetMaxBuf(len(s) + 1024)
	var b strings.Builder
	hidden := 0 // inside script or style
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String(), tags
		case html.TextToken:
			if hidden == 0 {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			tags = true
			name, _ := z.TagName()
			switch a := atom.Lookup(name); {
			case a == atom.Script || a == atom.Style || a == atom.Iframe || a == atom.Noscript:
				hidden++
			case !inline[a]:
				b.WriteByte(' ')
			}
		case html.EndTagToken:
			tags = true
			name, _ := z.TagName()
			switch a := atom.Lookup(name); {
			case a == atom.Script || a == atom.Style || a == atom.Iframe || a == atom.Noscript:
				hidden = max(hidden-1, 0)
			case !inline[a]:
				b.WriteByte(' ')
			}
		case html.CommentToken, html.DoctypeToken:
			tags = true
		}
	}
}

// inline are the tags that can stand inside a word.
var inline = map[atom.Atom]bool{
	atom.A: true, atom.Abbr: true, atom.B: true, atom.Bdi: true, atom.Bdo: true, atom.Big: true, atom.Cite: true, atom.Code: true,
	atom.Data: true, atom.Del: true, atom.Dfn: true, atom.Em: true, atom.Font: true, atom.I: true, atom.Ins: true, atom.Kbd: true,
	atom.Mark: true, atom.Q: true, atom.S: true, atom.Samp: true, atom.Small: true, atom.Span: true, atom.Strike: true,
	atom.Strong: true, atom.Sub: true, atom.Sup: true, atom.Time: true, atom.Tt: true, atom.U: true, atom.Var: true, atom.Wbr: true,
}
