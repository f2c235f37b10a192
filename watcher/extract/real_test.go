package extract

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	readability "codeberg.org/readeck/go-readability/v2"

	"github.com/editwatch/editwatch/internal/news"
)

// The tests of this file measure the extractor on real pages. They read
// EDITWATCH_DATA, a folder with pages/ and pairs/, and print their figures:
//
//	EDITWATCH_DATA=… go test -run Real -v ./watcher/extract
var worst = flag.Int("worst", 0, "list so many of the worst pages")

func dataDir(t testing.TB) string {
	dir := os.Getenv("EDITWATCH_DATA")
	if dir == "" {
		t.Skip("EDITWATCH_DATA names no folder of real pages")
	}
	return dir
}

// goldPage is a page with the text people found on it.
type goldPage struct {
	ID, URL, Title, Body, Lang string
	Page                       []byte
}

// tuned reports whether a page belongs to the half that rules were tuned on.
// The other half was never looked at: IDs that begin with an odd hexadecimal
// digit or, where they are names, whose bytes have an odd sum.
func (g goldPage) tuned() bool {
	if len(g.ID) == 32 {
		n, err := strconv.ParseInt(g.ID[:1], 16, 0)
		return err == nil && n%2 == 0
	}
	sum := 0
	for i := range len(g.ID) {
		sum += int(g.ID[i])
	}
	return sum%2 == 0
}

func goldPages(t testing.TB, set string) []goldPage {
	dir := filepath.Join(dataDir(t), "pages", set)
	f, err := os.Open(filepath.Join(dir, "gold.jsonl"))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	var out []goldPage
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var g goldPage
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		if g.Page, err = os.ReadFile(filepath.Join(dir, "html", g.ID+".html")); err != nil {
			t.Fatal(err)
		}
		out = append(out, g)
	}
	return out
}

// shingles counts the runs of four words, as the article extraction benchmark does.
func shingles(s string) map[string]int {
	words := strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && !unicode.IsMark(r)
	})
	set := make(map[string]int)
	for i := 0; i < len(words)-3 || i == 0 && len(words) > 0; i++ {
		set[strings.Join(words[i:min(i+4, len(words))], " ")]++
	}
	return set
}

func overlap(want, got string) (precision, recall float64) {
	a, b := shingles(want), shingles(got)
	both, na, nb := 0, 0, 0
	for s, n := range a {
		na += n
		both += min(n, b[s])
	}
	for _, n := range b {
		nb += n
	}
	precision, recall = -1, -1
	if nb > 0 {
		precision = float64(both) / float64(nb)
	}
	if na > 0 {
		recall = float64(both) / float64(na)
	}
	return precision, recall
}

// score gathers means over pages.
type score struct {
	p, r   float64
	np, nr int
}

func (s *score) add(p, r float64) {
	if p >= 0 {
		s.p += p
		s.np++
	}
	if r >= 0 {
		s.r += r
		s.nr++
	}
}

func (s score) String() string {
	p, r := s.p/float64(max(1, s.np)), s.r/float64(max(1, s.nr))
	return fmt.Sprintf("precision %.3f recall %.3f F1 %.3f", p, r, 2*p*r/(p+r))
}

func TestRealBodies(t *testing.T) {
	for _, set := range []string{"naeb", "readability"} {
		for _, tuned := range []bool{true, false} {
			var ours, withStand, plain score
			type bad struct {
				line string
				f    float64
			}
			var bads []bad
			pages, refused := 0, 0
			for _, g := range goldPages(t, set) {
				if g.tuned() != tuned {
					continue
				}
				pages++
				r, err := Read(g.Page, Options{URL: g.URL})
				if err != nil {
					refused++
					if tuned {
						t.Logf("%s refused: %v %s", g.ID, err, g.URL)
					}
				}
				p, rec := overlap(g.Body, strings.Join(r.Text.Paragraphs, "\n\n"))
				ours.add(p, rec)
				withStand.add(overlap(g.Body, r.Text.Standfirst+"\n\n"+strings.Join(r.Text.Paragraphs, "\n\n")))
				bads = append(bads, bad{fmt.Sprintf("%.2f %.2f %s %s %s", p, rec, g.ID, g.URL, r.Place), min(p, rec)})
				if a, err := readability.FromReader(strings.NewReader(string(g.Page)), nil); err == nil {
					var b strings.Builder
					if a.Node != nil {
						a.RenderText(&b)
					}
					plain.add(overlap(g.Body, b.String()))
				}
			}
			name := map[bool]string{true: "tuned on", false: "held back"}[tuned]
			if refused > 5 || set == "naeb" && refused > 0 {
				t.Error("articles were refused")
			}
			t.Logf("%s, %s (%d pages, %d refused): %v; with standfirst: %v; readability alone: %v", set, name, pages, refused, ours, withStand, plain)
			if tuned {
				sortBy(bads, func(a, b bad) bool { return a.f < b.f })
				for _, b := range bads[:min(*worst, len(bads))] {
					t.Log(b.line)
				}
			}
		}
	}
}

func TestRealHeadlines(t *testing.T) {
	for _, tuned := range []bool{true, false} {
		exact, pages := 0, 0
		for _, g := range goldPages(t, "naeb") {
			if g.tuned() != tuned {
				continue
			}
			pages++
			r, err := Read(g.Page, Options{URL: g.URL})
			if err == nil && r.Text.Headline == news.Canonical(g.Title) {
				exact++
			} else if tuned {
				t.Logf("got %q want %q: %v %s %s", r.Text.Headline, g.Title, err, g.ID, r.Place)
			}
		}
		name := map[bool]string{true: "tuned on", false: "held back"}[tuned]
		if exact*100 < pages*87 {
			t.Error("fewer than 87 % of headlines are exact")
		}
		t.Logf("headline exact on naeb, %s: %d of %d", name, exact, pages)
	}
}

func sortBy[T any](s []T, less func(a, b T) bool) {
	for i := range s {
		for j := i; j > 0 && less(s[j], s[j-1]); j-- {
			s[j], s[j-1] = s[j-1], s[j]
		}
	}
}
