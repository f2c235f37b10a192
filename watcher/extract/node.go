package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// attr returns an attribute's value, empty when it has none.
func attr(n *html.Node, key string) string {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return n.Attr[i].Val
		}
	}
	return ""
}

// within reports whether n is top or stands in it.
func within(n, top *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == top {
			return true
		}
	}
	return false
}

// silent elements have no text a reader reads.
func silent(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg,
		atom.Iframe, atom.Object, atom.Embed, atom.Video, atom.Audio, atom.Canvas, atom.Map,
		atom.Head, atom.Select, atom.Textarea, atom.Datalist, atom.Progress, atom.Meter, atom.Dialog:
		return true
	}
	return false
}

// block elements begin and end a paragraph.
func block(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Section, atom.Article, atom.Main, atom.Header, atom.Footer,
		atom.Aside, atom.Nav, atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd,
		atom.Blockquote, atom.Figure, atom.Figcaption, atom.Pre, atom.Address, atom.Hr,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Hgroup, atom.Body,
		atom.Table, atom.Caption, atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr,
		atom.Form, atom.Fieldset, atom.Legend, atom.Details, atom.Summary, atom.Center, atom.Menu:
		return true
	}
	return false
}

// heading returns 1 to 6 for h1 to h6, else 0.
func heading(a atom.Atom) int {
	switch a {
	case atom.H1:
		return 1
	case atom.H2:
		return 2
	case atom.H3:
		return 3
	case atom.H4:
		return 4
	case atom.H5:
		return 5
	case atom.H6:
		return 6
	}
	return 0
}

// content returns the text of n as a reader sees it, not canonical yet.
func content(n *html.Node) string {
	var b strings.Builder
	addContent(&b, n, 0)
	return b.String()
}

// contentLimit bounds the text of a heading or a standfirst: unclosed markup
// must not make a page of it.
const contentLimit = 4096

func addContent(b *strings.Builder, n *html.Node, depth int) {
	for c := n.FirstChild; c != nil && b.Len() < contentLimit; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			b.WriteString(c.Data)
		case html.ElementNode:
			if silent(c.DataAtom) || c.DataAtom == atom.Button || unseen(c) {
				continue
			}
			if block(c.DataAtom) || c.DataAtom == atom.Br {
				b.WriteByte(' ')
			}
			addContent(b, c, depth+1)
			if block(c.DataAtom) {
				b.WriteByte(' ')
			}
		}
	}
}

// unseen reports whether an element is there for machines or screen readers
// only, by what it says itself.
func unseen(n *html.Node) bool {
	for i := range n.Attr {
		switch a := &n.Attr[i]; a.Key {
		case "hidden":
			return true
		case "aria-hidden":
			// Decorative text, such as the slash between breadcrumbs. Blocks that
			// scripts reveal are hidden this way too, so only inline ones count.
			if a.Val == "true" && !block(n.DataAtom) {
				return true
			}
		case "style":
			if strings.Contains(a.Val, "display") && hidesByStyle(a.Val) {
				return true
			}
		case "class":
			if strings.Contains(a.Val, "sr-only") || strings.Contains(a.Val, "visually-hidden") ||
				strings.Contains(a.Val, "visuallyhidden") || strings.Contains(a.Val, "screen-reader") ||
				strings.Contains(a.Val, "screenreader") {
				return !strings.Contains(a.Val, "not-sr-only")
			}
		}
	}
	return false
}

func hidesByStyle(style string) bool {
	for decl := range strings.SplitSeq(style, ";") {
		name, value, _ := strings.Cut(decl, ":")
		if strings.EqualFold(strings.TrimSpace(name), "display") {
			value = strings.ToLower(strings.TrimSpace(value))
			return strings.HasPrefix(value, "none")
		}
	}
	return false
}

// names calls yield for each word of n's class and id: parts between
// hyphens, underscores, spaces and changes from lower to upper case, in lower
// case. It stops when yield returns false.
func names(n *html.Node, yield func(word, previous string) bool) {
	for i := range n.Attr {
		switch n.Attr[i].Key {
		case "class", "id", "data-component", "data-testid", "role", "data-type", "data-module":
		default:
			continue
		}
		v, start, prev := n.Attr[i].Val, 0, ""
		for j := 0; j <= len(v); j++ {
			edge := j == len(v) || !letterOrDigit(v[j])
			hump := !edge && j > start && 'A' <= v[j] && v[j] <= 'Z' && 'a' <= v[j-1] && v[j-1] <= 'z'
			if !edge && !hump {
				continue
			}
			if j > start {
				word := strings.ToLower(v[start:j])
				if !yield(word, prev) {
					return
				}
				prev = word
			}
			switch {
			case hump:
				start = j
			default:
				if j < len(v) && v[j] == ' ' {
					prev = ""
				}
				start = j + 1
			}
		}
	}
}

func letterOrDigit(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
