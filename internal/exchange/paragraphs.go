package exchange

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/editwatch/editwatch/internal/news"
)

// maxParagraphs is the most paragraphs that a text of another program may have:
// more than any article, and few enough to compare.
const maxParagraphs = 5000

// blocks are the elements that begin a paragraph, and end one.
var blocks = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Br: true, atom.Li: true, atom.Ul: true, atom.Ol: true, atom.Blockquote: true, atom.Pre: true,
	atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Hr: true,
	atom.Section: true, atom.Article: true, atom.Figure: true, atom.Figcaption: true, atom.Table: true, atom.Tr: true, atom.Td: true, atom.Th: true,
}

// paragraphs returns the paragraphs of a piece of HTML as canonical text. One
// that is no HTML has a paragraph a line.
func paragraphs(piece string) []string {
	var out []string
	var text strings.Builder
	end := func() {
		if p := news.Canonical(text.String()); p != "" && len(out) <= maxParagraphs {
			out = append(out, p)
		}
		text.Reset()
	}
	marked := false
	z := html.NewTokenizer(strings.NewReader(piece))
	for skip := atom.Atom(0); ; {
		switch z.Next() {
		case html.ErrorToken: // the end
			if !marked {
				return lines(text.String())
			}
			end()
			return out
		case html.TextToken:
			if skip == 0 {
				text.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			if tag == atom.Script || tag == atom.Style {
				skip = tag
			}
			if blocks[tag] {
				marked = true
				end()
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			if tag == skip {
				skip = 0
			}
			if blocks[tag] {
				marked = true
				end()
			}
		}
	}
}

// lines returns the lines of a text that have something in them.
func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if p := news.Canonical(line); p != "" && len(out) <= maxParagraphs {
			out = append(out, p)
		}
	}
	return out
}
