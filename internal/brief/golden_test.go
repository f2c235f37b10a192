package brief

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the goldens name zones

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/editwatch/editwatch/internal/news"
)

var update = flag.Bool("update", false, "rewrite the wants of the goldens")

// TestGoldens phrases each report in testdata. A report file has "key: value"
// lines; an edit file has a line for each part, "where op from>to classes:
// words", with the words' marks as [-struck-] and {+added+}.
func TestGoldens(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("goldens: %d files, %v", len(files), err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var report, edit, want string
			wantAt := -1
			for i, f := range ar.Files {
				switch f.Name {
				case "report":
					report = string(f.Data)
				case "edit":
					edit = string(f.Data)
				case "want":
					want, wantAt = string(f.Data), i
				}
			}
			r, o := parseReport(t, report)
			if edit != "" {
				r.Edit = parseEdit(t, &r, edit)
			}
			b := Of(r, o)
			check(t, b, o.Budget)
			got := dump(b) + "\n-- plain --\n" + b.Plain() + "\n-- summary --\n" + b.Summary(120) + "\n"
			if *update {
				if wantAt < 0 {
					ar.Files, wantAt = append(ar.Files, txtar.File{Name: "want"}), len(ar.Files)
				}
				ar.Files = ar.Files[:wantAt+1]
				ar.Files[wantAt].Data = []byte(strings.ReplaceAll(got, "\n-- ", "\n=== "))
				if err := os.WriteFile(name, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(want, strings.ReplaceAll(got, "\n-- ", "\n=== ")); d != "" {
				t.Errorf("%s\n(-want +got)\n%s", ar.Comment, d)
			}
		})
	}
}

// dump shows a brief as a renderer with the marks ~~struck~~ and **added**
// would.
func dump(b Brief) string {
	var s strings.Builder
	fmt.Fprintln(&s, b.Title())
	if b.Headline != "" {
		fmt.Fprintln(&s, "("+b.Headline+")")
	}
	for _, l := range b.Lines {
		s.WriteString(strings.TrimLeft(l.Label+"  ", " "))
		if l.Sign != "" {
			s.WriteString(l.Sign + " ")
		}
		for _, r := range l.Runs {
			mark := map[Mark]string{Del: "~~", Ins: "**"}[r.Mark]
			s.WriteString(mark + r.Text + mark)
		}
		s.WriteString("\n")
	}
	for _, line := range []string{b.Notes(), strings.Join(b.When, " · ")} {
		if line != "" {
			fmt.Fprintln(&s, line)
		}
	}
	for _, l := range b.Links {
		fmt.Fprintf(&s, "[%s] ", l.Label)
	}
	return strings.TrimSpace(s.String())
}

func parseReport(t testing.TB, s string) (news.Report, Options) {
	t.Helper()
	r := news.Report{Kind: news.Edited, Article: news.ReportArticle{ID: "a1"}, Edits: 1}
	var o Options
	at := func(s string) time.Time {
		v, err := time.Parse("2006-01-02 15:04:05", strings.TrimSpace(s))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	num := func(s string) int {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	end := func(s string) *news.ReportEnd {
		v, seen, _ := strings.Cut(s, " ")
		return &news.ReportEnd{Version: num(v), Seen: at(seen)}
	}
	for line := range strings.Lines(s) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "kind":
			r.Kind = news.EventKind(value)
		case "source":
			r.Article.Source = value
		case "url":
			r.Article.URL = value
		case "headline":
			r.Article.Headline = value
		case "article":
			r.Article.ID = ""
		case "from":
			r.From = end(value)
		case "to":
			r.To = end(value)
		case "between":
			a, b, _ := strings.Cut(value, " and ")
			r.ChangedBetween = &[2]time.Time{at(a), at(b)}
		case "edits":
			r.Edits = num(value)
		case "paragraphs":
			r.Old.Paragraphs = make([]string, num(value))
		case "reverted to":
			r.RevertedTo = num(value)
		case "redirected to":
			r.RedirectedTo = value
		case "detail":
			r.Detail = value
		case "links":
			r.Links = news.ReportLinks{History: value + "/history", Diff: value + "/diff", Archive: value + "/archive"}
		case "archived before":
			r.From.Archive = value
		case "zone":
			z, err := time.LoadLocation(value)
			if err != nil {
				t.Fatal(err)
			}
			o.Zone = z
		case "now":
			o.Now = at(value)
		case "lines":
			o.Lines = num(value)
		case "budget":
			o.Budget = num(value)
		default:
			t.Fatalf("report: unknown key in %q", line)
		}
	}
	return r, o
}

func parseEdit(t testing.TB, r *news.Report, s string) *news.Edit {
	t.Helper()
	e := &news.Edit{Significance: news.Major}
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\n")
		switch line {
		case "noted":
			e.Noted = true
			continue
		case "minor":
			e.Significance = news.Minor
			continue
		case "typography":
			e.Significance = news.Typography
			continue
		}
		headText, words, _ := strings.Cut(line, ": ")
		f := strings.Fields(headText)
		if len(f) != 4 {
			t.Fatalf("edit: %q", line)
		}
		p := news.Part{Part: news.Where(f[0]), Op: news.Op(f[1])}
		from, to, _ := strings.Cut(f[2], ">")
		if n, err := strconv.Atoi(from); err == nil {
			p.From = &n
		}
		if n, err := strconv.Atoi(to); err == nil {
			p.To = &n
		}
		for c := range strings.SplitSeq(f[3], ",") {
			p.Classes = append(p.Classes, news.Class(c))
			e.Classes = append(e.Classes, news.Class(c))
		}
		p.Words = parseWords(words)
		for _, w := range p.Words {
			if w.Op != news.Ins {
				p.Before += w.Text
			}
			if w.Op != news.Del {
				p.After += w.Text
			}
		}
		if p.Part == news.WhereHeadline {
			r.Old.Headline, r.New.Headline = p.Before, p.After
		}
		e.Parts = append(e.Parts, p)
	}
	return e
}

// parseWords reads "same [-struck-]{+added+} same", with ×n after a closing
// mark or at the end to say a text n times.
func parseWords(s string) []news.Word {
	var out []news.Word
	add := func(op news.WordOp, text string) {
		if body, times, ok := strings.Cut(text, "×"); ok {
			if n, err := strconv.Atoi(times); err == nil {
				text = strings.Repeat(body, n)
			}
		}
		if text != "" {
			out = append(out, news.Word{Op: op, Text: text})
		}
	}
	for s != "" {
		i := strings.IndexAny(s, "[{")
		if i < 0 || i+1 >= len(s) || s[i+1] != '-' && s[i+1] != '+' {
			add(news.Same, s)
			break
		}
		add(news.Same, s[:i])
		op, end := news.Del, "-]"
		if s[i] == '{' {
			op, end = news.Ins, "+}"
		}
		text, rest, _ := strings.Cut(s[i+2:], end)
		add(op, text)
		s = rest
	}
	return out
}
