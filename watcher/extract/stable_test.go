package extract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/editwatch/editwatch/internal/news"
)

// realPages are the pages the stability of readings is measured on.
func realPages(t testing.TB) []goldPage {
	return append(goldPages(t, "naeb"), goldPages(t, "readability")...)
}

// TestRealOneWordEdits puts one-word edits into paragraphs of real pages. Each
// must change exactly one paragraph.
func TestRealOneWordEdits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	edits, one, missed, moved, refused, headline := 0, 0, 0, 0, 0, 0
	for _, g := range realPages(t) {
		before, err := Read(g.Page, Options{URL: g.URL})
		if err != nil {
			continue
		}
		for range 5 {
			page, where := editWord(g.Page, before.Text, rng)
			if page == nil {
				continue
			}
			edits++
			after, err := Read(page, Options{URL: g.URL, Place: before.Place, Last: before.Text})
			changed := 0
			for _, p := range after.Text.Paragraphs {
				if !slices.Contains(before.Text.Paragraphs, p) {
					changed++
				}
			}
			same := len(after.Text.Paragraphs) == len(before.Text.Paragraphs)
			switch {
			case err != nil:
				refused++
				t.Logf("%s refused: %v", g.ID, err)
			case after.Moved:
				moved++
				t.Logf("%s moved from %s to %s", g.ID, before.Place, after.Place)
			case before.Text.Hash() == after.Text.Hash():
				missed++
				t.Logf("%s missed in %.80q", g.ID, where)
			case changed == 1 && same && after.Text.Headline == before.Text.Headline && after.Text.Standfirst == before.Text.Standfirst:
				one++
			default:
				if after.Text.Headline != before.Text.Headline {
					headline++
				}
				t.Logf("%s: %d changed, %d paragraphs became %d: %.80q", g.ID, changed, len(before.Text.Paragraphs), len(after.Text.Paragraphs), where)
			}
		}
	}
	if one*1000 < edits*995 {
		t.Error("fewer than 99.5 % of one-word edits give exactly one changed paragraph")
	}
	t.Logf("one-word edits: %d, exactly one paragraph changed %d (%.2f %%), missed %d, moved %d, refused %d", edits, one, 100*float64(one)/float64(max(1, edits)), missed, moved, refused)
}

// editWord puts a word into a paragraph of the page that stands in it once.
func editWord(page []byte, text news.Text, rng *rand.Rand) ([]byte, string) {
	for range 30 {
		para := text.Paragraphs[rng.IntN(len(text.Paragraphs))]
		words := strings.Fields(para)
		if len(words) < 15 {
			continue
		}
		i := 3 + rng.IntN(len(words)-9)
		run := []byte(strings.Join(words[i:i+4], " "))
		if bytes.Count(page, run) != 1 {
			continue
		}
		edited := append([]byte(strings.Join(words[i:i+2], " ")), " zugzwang "...)
		edited = append(edited, strings.Join(words[i+2:i+4], " ")...)
		at := bytes.Index(page, run)
		// A script or an attribute may hold the run as well as, or instead of, the text.
		if open := bytes.LastIndexByte(page[:at], '<'); open >= 0 && bytes.IndexByte(page[open:at], '>') < 0 || bytes.HasPrefix(page[max(0, open):], []byte("<script")) {
			continue
		}
		return bytes.Replace(page, run, edited, 1), para
	}
	return nil, ""
}

// TestRealNoise adds to real pages what changes between two polls. Nothing of
// it is text.
func TestRealNoise(t *testing.T) {
	kinds := map[string]func(doc *html.Node, rng *rand.Rand){
		"ads": func(doc *html.Node, rng *rand.Rand) {
			insertBetween(doc, rng, `<div class="ad-slot" id="google_ads_7"><span>Advertisement</span><iframe src="x"></iframe><script>googletag.cmd.push(function(){});</script></div>`)
		},
		"related": func(doc *html.Node, rng *rand.Rand) {
			insertBetween(doc, rng, `<div class="story-more"><h3>Related stories</h3><ul><li><a href="/1">Harbour master says no jobs will go</a></li><li><a href="/2">Ferry back after the storm</a></li><li><a href="/3">Why the bridge moves</a></li></ul></div>`)
		},
		"comments": func(doc *html.Node, rng *rand.Rand) {
			appendToBody(doc, `<section id="comments"><h2>3 comments</h2><div class="comment"><p>I for one have never believed a word of what the council says about that bridge, and I never will.</p><p>10 minutes ago</p></div><div class="comment"><p>Nor have I, neighbour, and my father before me had no better opinion of it.</p></div></section>`)
		},
		"ids": churn,
	}
	for _, kind := range slices.Sorted(func(yield func(string) bool) {
		for k := range kinds {
			if !yield(k) {
				return
			}
		}
	}) {
		pages, same, moved := 0, 0, 0
		rng := rand.New(rand.NewPCG(3, 4))
		for _, g := range realPages(t) {
			before, err := Read(g.Page, Options{URL: g.URL})
			if err != nil {
				continue
			}
			doc, err := html.Parse(strings.NewReader(decode(g.Page, "")))
			if err != nil {
				t.Fatal(err)
			}
			kinds[kind](doc, rng)
			var b bytes.Buffer
			if html.Render(&b, doc) != nil {
				continue // some broken pages cannot be written back
			}
			pages++
			after, err := Read(b.Bytes(), Options{URL: g.URL, Place: before.Place, Last: before.Text, ContentType: "text/html; charset=utf-8"})
			if after.Moved {
				moved++
			}
			if err == nil && after.Text.Hash() == before.Text.Hash() {
				same++
			} else {
				t.Errorf("%s %s: %v %v %s", kind, g.ID, err, after.Moved, firstDifference(before.Text, after.Text))
			}
		}
		t.Logf("%s: unchanged %d of %d, moved %d", kind, same, pages, moved)
	}
}

func firstDifference(a, b news.Text) string {
	for i, p := range b.Paragraphs {
		if i >= len(a.Paragraphs) || a.Paragraphs[i] != p {
			return fmt.Sprintf("paragraph %d of %d/%d: %.100q", i, len(a.Paragraphs), len(b.Paragraphs), p)
		}
	}
	return fmt.Sprintf("%d/%d paragraphs, headline %q/%q, standfirst %q/%q", len(a.Paragraphs), len(b.Paragraphs), a.Headline, b.Headline, a.Standfirst, b.Standfirst)
}

// insertBetween puts a block after some paragraphs that have a paragraph for sibling.
func insertBetween(doc *html.Node, rng *rand.Rand, block string) {
	var spots []*html.Node
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom == atom.P && c.NextSibling != nil && c.FirstChild != nil && n.DataAtom != atom.A {
				spots = append(spots, c)
			}
			walk(c)
		}
	}
	walk(doc)
	for range min(3, len(spots)) {
		p := spots[rng.IntN(len(spots))]
		insert(p.Parent, p.NextSibling, block)
	}
}

func appendToBody(doc *html.Node, block string) {
	var body *html.Node
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil && body == nil; c = c.NextSibling {
			if c.DataAtom == atom.Body {
				body = c
				return
			}
			walk(c)
		}
	}
	walk(doc)
	if body != nil {
		insert(body, nil, block)
	}
}

func insert(parent, before *html.Node, block string) {
	nodes, err := html.ParseFragment(strings.NewReader(block), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		panic(err)
	}
	for _, n := range nodes {
		parent.InsertBefore(n, before)
	}
}

var numbers = regexp.MustCompile(`[0-9]+`)

// churn changes each number in ids and classes, as builds of a site do.
func churn(doc *html.Node, rng *rand.Rand) {
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		for i := range n.Attr {
			switch n.Attr[i].Key {
			case "id", "class", "data-id", "data-key", "nonce":
				n.Attr[i].Val = numbers.ReplaceAllStringFunc(n.Attr[i].Val, func(s string) string {
					return fmt.Sprint(1 + rng.IntN(9))[:1] + s[1:]
				})
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
}

// TestRealPairs reads pages before and after: those nobody edited must read the
// same, those somebody edited must not.
func TestRealPairs(t *testing.T) {
	dir := filepath.Join(dataDir(t), "pairs")
	both := func(a, b string) (Reading, Reading, bool) {
		x, err := os.ReadFile(a)
		if err != nil {
			t.Fatal(err)
		}
		y, err := os.ReadFile(b)
		if err != nil {
			t.Fatal(err)
		}
		before, err := Read(x, Options{})
		if err != nil {
			t.Logf("%s: %v", a, err)
			return before, before, false
		}
		after, err := Read(y, Options{Place: before.Place, Last: before.Text})
		if err != nil {
			t.Logf("%s: %v", b, err)
			return before, before, false
		}
		return before, after, true
	}
	same, moved, n := 0, 0, 0
	unedited, _ := filepath.Glob(filepath.Join(dir, "unedited", "*"))
	for _, d := range unedited {
		n++
		before, after, ok := both(filepath.Join(d, "a.html"), filepath.Join(d, "b.html"))
		if after.Moved {
			moved++
		}
		if ok && before.Text.Hash() == after.Text.Hash() {
			same++
		} else if ok {
			t.Logf("%s differs: %s", filepath.Base(d), firstDifference(before.Text, after.Text))
			t.Logf("  %q", before.Text.Paragraphs[min(len(before.Text.Paragraphs)-1, 105)])
			t.Logf("  %q", after.Text.Paragraphs[min(len(after.Text.Paragraphs)-1, 105)])
		}
	}
	t.Logf("unedited: same text in %d of %d, moved %d", same, n, moved)

	told, n, moved, markup := 0, 0, 0, 0
	rows, err := os.ReadFile(filepath.Join(dir, "edited.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(strings.TrimSpace(string(rows)), "\n") {
		var row struct {
			ID   string
			Rule bool `json:"extraction_rule_change"`
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		n++
		before, after, ok := both(filepath.Join(dir, "edited", row.ID, "before.html"), filepath.Join(dir, "edited", row.ID, "after.html"))
		if after.Moved {
			moved++
		}
		if ok && before.Text.Hash() != after.Text.Hash() {
			told++
		} else if markdownText(t, filepath.Join(dir, "edited", row.ID, "before.md")) == markdownText(t, filepath.Join(dir, "edited", row.ID, "after.md")) {
			markup++
		} else {
			t.Logf("%s reads the same (rule change: %v, read: %v)", row.ID, row.Rule, ok)
		}
	}
	t.Logf("edited: text differs in %d of %d; %d more differ in markup alone; moved %d", told, n, markup, moved)
}

var linkTarget = regexp.MustCompile(`\]\([^)]*\)|<br>`)

// markdownText returns the letters and digits of a Markdown file's text.
func markdownText(t *testing.T, name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, linkTarget.ReplaceAllString(string(b), " "))
}
