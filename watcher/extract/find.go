package extract

import (
	"net/url"
	"strconv"
	"strings"

	readability "codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// mark is the attribute by which an element is known again in readability's copy.
const mark = "data-editwatch-mark"

// bodyShare is how much of the text readability finds must stand in an element
// for it to be the body's container. What lies outside is mostly what
// readability joined from elsewhere.
const bodyShare = 0.87

// find returns the element that holds the article's body, nil when there is
// none. Readability finds the text in a copy of the tree; the container is the
// innermost element of the real one that holds nearly all of it.
func find(doc *html.Node, base *url.URL) *html.Node {
	copied, marked := copyMarked(doc)
	if len(marked) > maxElements {
		return nil
	}
	parser := readability.NewParser()
	parser.MaxElemsToParse = maxElements
	parser.DisableJSONLD = true
	article, err := parser.ParseAndMutate(copied, base)
	if err != nil || article.Node == nil {
		return nil
	}
	weight := make(map[*html.Node]int)
	total := 0
	weigh(article.Node, nil, marked, weight, &total)
	if total == 0 {
		return nil
	}
	return innermost(doc, weight, total)
}

// weigh adds the length of each text found to the marked element it stands in.
func weigh(n, owner *html.Node, marked []*html.Node, weight map[*html.Node]int, total *int) {
	if n.Type == html.ElementNode {
		if i, err := strconv.Atoi(attr(n, mark)); err == nil && i < len(marked) {
			owner = marked[i]
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			if l := len(strings.TrimSpace(c.Data)); owner != nil {
				weight[owner] += l
				*total += l
			}
			continue
		}
		weigh(c, owner, marked, weight, total)
	}
}

// innermost descends from the root while one child holds bodyShare of the text.
func innermost(doc *html.Node, weight map[*html.Node]int, total int) *html.Node {
	// Sums over whole subtrees.
	var sum func(n *html.Node) int
	sums := make(map[*html.Node]int, len(weight)*4)
	sum = func(n *html.Node) int {
		t := weight[n]
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode {
				t += sum(c)
			}
		}
		if t > 0 {
			sums[n] = t
		}
		return t
	}
	sum(doc)
	need := int(bodyShare * float64(total))
	at := doc
	for {
		var in *html.Node
		for c := at.FirstChild; c != nil; c = c.NextSibling {
			if sums[c] >= need && c.DataAtom != atom.P && !passedOver(c) {
				in = c
			}
		}
		if in == nil {
			break
		}
		at = in
	}
	if at.Type != html.ElementNode {
		return nil
	}
	return at
}

// notBody reports what readability must not choose: it counts words, and a
// banner may have more of them than a short report.
func notBody(n *html.Node) bool {
	return n.DataAtom == atom.Dialog || attr(n, "role") == "dialog" || n.DataAtom == atom.Div && noiseName(n) == consentName
}

// copyMarked copies the tree, each element carrying its number in marked.
func copyMarked(doc *html.Node) (*html.Node, []*html.Node) {
	var marked []*html.Node
	var copyOf func(n *html.Node) *html.Node
	copyOf = func(n *html.Node) *html.Node {
		c := &html.Node{Type: n.Type, DataAtom: n.DataAtom, Data: n.Data, Namespace: n.Namespace}
		if n.Type == html.ElementNode {
			c.Attr = make([]html.Attribute, len(n.Attr), len(n.Attr)+1)
			copy(c.Attr, n.Attr)
			c.Attr = append(c.Attr, html.Attribute{Key: mark, Val: strconv.Itoa(len(marked))})
			marked = append(marked, n)
		}
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			if k.Type == html.CommentNode || k.Type == html.ElementNode && notBody(k) {
				continue
			}
			c.AppendChild(copyOf(k))
		}
		return c
	}
	return copyOf(doc), marked
}
