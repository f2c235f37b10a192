package edit

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"os"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the wants of the golden files")

// TestGolden compares the texts of testdata/*.txtar: "# " headline, "> "
// standfirst, and paragraphs, one a line.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			texts := make(map[string]string)
			for _, f := range a.Files {
				texts[f.Name] = string(f.Data)
			}
			old, new := parse(texts["old"]), parse(texts["new"])
			if err := check(old, new); err != nil {
				t.Error(err)
			}
			got := render(Compare(old, new))
			if *update {
				a.Files = append(a.Files[:2:2], txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := texts["want"]; got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func parse(s string) news.Text {
	var text news.Text
	for line := range strings.Lines(s) {
		line = news.Canonical(line)
		if h, ok := strings.CutPrefix(line, "# "); ok {
			text.Headline = h
		} else if f, ok := strings.CutPrefix(line, "> "); ok {
			text.Standfirst = f
		} else if line != "" {
			text.Paragraphs = append(text.Paragraphs, line)
		}
	}
	return text
}

func render(e news.Edit) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %v", e.Significance, e.Classes)
	if e.Noted {
		b.WriteString(" noted")
	}
	for _, p := range e.Parts {
		fmt.Fprintf(&b, "\n%v %v", p.Op, p.Part)
		if p.From != nil {
			fmt.Fprintf(&b, " from %d", *p.From)
		}
		if p.To != nil {
			fmt.Fprintf(&b, " to %d", *p.To)
		}
		fmt.Fprintf(&b, " %v\n\t", p.Classes)
		for i, w := range p.Words {
			switch w.Op {
			case news.Same:
				b.WriteString(w.Text)
			case news.Del:
				b.WriteString("[-" + w.Text + "-]")
			case news.Ins:
				if i > 0 && p.Words[i-1].Op == news.Del {
					b.WriteByte(' ')
				}
				b.WriteString("{+" + w.Text + "+}")
			}
		}
	}
	b.WriteByte('\n')
	return b.String()
}
