package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A scene is the whole page as far as walls are told by it. It is looked at
// only when there is little text.
type scene struct {
	text       string   // what is seen outside header, nav and footer, in lower case
	controls   []string // buttons and links, in lower case
	password   bool
	linkTitles int // links that read like headlines
	visible    int // bytes of text seen anywhere
	scripts    int
	appRoot    bool   // an empty element that a script fills
	noscript   string // in lower case
}

// sceneText bounds the text looked at, in bytes.
const sceneText = 64 << 10

func look(doc *html.Node) *scene {
	s := &scene{}
	var b strings.Builder
	s.walk(doc, &b, false)
	s.text = strings.ReplaceAll(strings.ToLower(b.String()), "’", "'")
	return s
}

func (s *scene) walk(n *html.Node, b *strings.Builder, side bool) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			t := strings.TrimSpace(c.Data)
			s.visible += len(t)
			if t != "" && !side && b.Len() < sceneText {
				b.WriteString(strings.Join(strings.Fields(t), " "))
				b.WriteByte(' ')
			}
		case html.ElementNode:
			s.element(c, b, side)
		}
	}
}

func (s *scene) element(c *html.Node, b *strings.Builder, side bool) {
	switch c.DataAtom {
	case atom.Script:
		s.scripts++
		return
	case atom.Noscript:
		if c.FirstChild != nil && len(s.noscript) < 4096 {
			s.noscript += strings.ToLower(c.FirstChild.Data)
		}
		return
	case atom.Style, atom.Template, atom.Svg, atom.Head, atom.Option, atom.Textarea:
		if c.DataAtom == atom.Head {
			s.head(c)
		}
		return
	case atom.Header, atom.Nav, atom.Footer:
		side = true
	case atom.Input:
		switch strings.ToLower(attr(c, "type")) {
		case "password":
			s.password = true
		case "submit", "button":
			s.addControl(attr(c, "value"))
		}
		return
	case atom.Button, atom.A:
		t := strings.ToLower(strings.TrimSpace(content(c)))
		s.addControl(t)
		if c.DataAtom == atom.A && len(strings.Fields(t)) >= 5 {
			s.linkTitles++
		}
	case atom.Div, atom.Main, atom.Section:
		if c.FirstChild == nil && (attr(c, "id") != "" || attr(c, "data-reactroot") != "") {
			switch id := strings.ToLower(attr(c, "id")); id {
			case "root", "app", "__next", "__nuxt", "main", "react-root", "application", "app-root", "svelte", "gatsby", "___gatsby", "ember", "content":
				s.appRoot = true
			}
		}
	}
	if c.Data == "app-root" && c.FirstChild == nil {
		s.appRoot = true
	}
	if unseen(c) || hiddenClass(attr(c, "class")) {
		return
	}
	s.walk(c, b, side)
	if block(c.DataAtom) && b.Len() > 0 {
		b.WriteByte('\n')
	}
}

func (s *scene) head(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Script:
			s.scripts++
		case atom.Noscript:
			for k := c.FirstChild; k != nil; k = k.NextSibling {
				s.noscript += strings.ToLower(k.Data)
			}
		}
	}
}

func (s *scene) addControl(t string) {
	t = strings.ToLower(strings.Join(strings.Fields(t), " "))
	if t != "" && len(t) <= 60 && len(s.controls) < 500 {
		s.controls = append(s.controls, t)
	}
}

// control reports whether one of the controls begins with one of the phrases.
func (s *scene) control(phrases []string) bool {
	for _, c := range s.controls {
		for _, phrase := range phrases {
			if strings.HasPrefix(c, phrase) {
				return true
			}
		}
	}
	return false
}

// titles are the page's own names for itself, in lower case, one a line.
func (s *scene) titles(p *sheet) string {
	all := clean(p.survey.title)
	for i, n := range p.survey.headings {
		if n.DataAtom == atom.H1 && i < 4 {
			all += "\n" + clean(content(n))
		}
	}
	return strings.ReplaceAll(strings.ToLower(all+"\n"+p.headline.text), "’", "'")
}

// script reports whether the page shows nothing without JavaScript.
func (s *scene) script() bool {
	if count(s.text, scriptPhrases, 1) > 0 {
		return true
	}
	return s.visible < shortText && s.scripts > 0 &&
		(s.appRoot || strings.Contains(s.noscript, "javascript"))
}

// count returns how many of the phrases text contains, at most most.
func count(text string, phrases []string, most int) int {
	n := 0
	for _, phrase := range phrases {
		if strings.Contains(text, phrase) {
			if n++; n >= most {
				break
			}
		}
	}
	return n
}
