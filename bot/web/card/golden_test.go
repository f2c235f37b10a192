package card

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
)

var (
	update   = flag.Bool("update", false, "rewrite the wants of the goldens")
	pictures = flag.String("pictures", "", "a folder to paint the goldens' cards into, to be looked at")
)

// TestGoldens lays out the edit between the texts of testdata/*.txtar: "# "
// headline, "> " standfirst, and paragraphs, one a line. What is wanted is where
// every piece stands and how it looks, then what the card says in plain words.
func TestGoldens(t *testing.T) {
	for name, told := range goldens(t) {
		t.Run(name, func(t *testing.T) {
			l := Lay(told.brief)
			check(t, told.brief, l)
			if *pictures != "" {
				paintInto(t, filepath.Join(*pictures, name+".png"), l)
			}
			got := l.String() + told.brief.Plain() + "\n"
			if *update {
				a := told.archive
				a.Files = append(a.Files[:told.texts:told.texts], txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(told.file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(told.archive.Files[told.texts].Data), got); diff != "" {
				t.Errorf("%s(-want +got)\n%s", told.archive.Comment, diff)
			}
		})
	}
}

// A golden is one file of testdata, read.
type golden struct {
	file    string
	archive *txtar.Archive
	texts   int // how many of its files are not the want
	brief   brief.Brief
}

func goldens(t testing.TB) map[string]golden {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("goldens: %d files, %v", len(files), err)
	}
	out := make(map[string]golden)
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		g := golden{file: file, archive: a}
		source, texts := "The Harbour Post", make(map[string]news.Text)
		for i, f := range a.Files {
			switch f.Name {
			case "source":
				source = strings.TrimSpace(string(f.Data))
			case "old", "new":
				texts[f.Name] = parse(string(f.Data))
			case "want":
				continue
			}
			g.texts = i + 1
		}
		g.brief = briefOf(source, texts["old"], texts["new"])
		out[strings.TrimSuffix(filepath.Base(file), ".txtar")] = g
	}
	return out
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

func briefOf(source string, old, new news.Text) brief.Brief {
	e := edit.Compare(old, new)
	seen := time.Date(2026, 5, 3, 8, 2, 0, 0, time.UTC)
	return Tell(news.Report{
		Kind: news.Edited, Article: news.ReportArticle{Source: source, Headline: new.Headline}, Edit: &e, Old: old, New: new,
		From: &news.ReportEnd{Version: 3, Seen: seen}, To: &news.ReportEnd{Version: 4, Seen: seen.Add(4 * time.Hour)},
	})
}

func paintInto(t testing.TB, file string, l Layout) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := l.Encode(f); err != nil {
		t.Fatal(err)
	}
}
