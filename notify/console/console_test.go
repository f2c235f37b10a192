package console

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/notify"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// bridge is the announcement of the design's example.
var bridge = brief.Brief{
	Source:  "The Harbour Post",
	What:    "headline and 3 paragraphs",
	URL:     "https://harbour.example/bridge",
	Subject: "Council votes to close bridge for two years",
	Lines: []brief.Line{
		{Part: news.WhereHeadline, Runs: []brief.Run{{Mark: brief.Del, Text: "Council delays bridge repair, citing cost"}}},
		{Part: news.WhereHeadline, Runs: []brief.Run{{Mark: brief.Ins, Text: "Council votes to close bridge for two years"}}},
		{Part: news.WhereParagraph, Label: "¶2", Runs: []brief.Run{
			{Text: "The bridge carries "}, {Mark: brief.Del, Text: "8,000"}, {Text: " "}, {Mark: brief.Ins, Text: "11,000"},
			{Text: " vehicles a day, most of them"}, {Mark: brief.Gap, Text: " …"},
		}},
		{Part: news.WhereParagraph, Label: "¶5", Sign: "+", Runs: []brief.Run{{Mark: brief.Ins, Text: `"We were not asked," the harbour master said on Tuesday.`}}},
		{Part: news.WhereParagraph, Label: "¶9", Sign: "−", Runs: []brief.Run{{Mark: brief.Del, Text: "東京都知事は火曜日に記者会見を開き The mayor had promised in March that no jobs would go."}}},
	},
	More:    2,
	Remarks: []string{"6 paragraphs unchanged", "facts changed, no correction note"},
	When:    []string{"Version 4, 2 h 10 min after version 3", "changed between 10:02 and 10:12 UTC"},
	Links:   []brief.Link{{Label: "History", URL: "https://edits.example/a1"}},
}

func TestFormatGolden(t *testing.T) {
	quiet := bridge
	quiet.Headline, quiet.Lines, quiet.More = bridge.Subject, nil, 0
	found := brief.Brief{Source: "The Harbour Post", What: "version 2", Lines: []brief.Line{{Runs: []brief.Run{
		{Text: "The "}, {Mark: brief.Found, Text: "bridge"}, {Text: " carries "}, {Mark: brief.Del, Text: "8,000"}, {Text: " vehicles a day."},
	}}}}
	tests := map[string]struct {
		brief brief.Brief
		style Style
	}{
		"found":       {found, Style{Color: true, Width: 72}},
		"found_pipe":  {found, Style{}},
		"pipe":        {bridge, Style{}},
		"narrow":      {bridge, Style{Width: 40}},
		"terminal":    {bridge, Style{Color: true, Width: 72}},
		"no_lines":    {quiet, Style{}},
		"tiny_column": {bridge, Style{Width: 3}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := strings.ReplaceAll(Format(tt.brief, tt.style), "\x1b", "␛")
			file := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), got); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

var sgr = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// hostile fills every field of a brief with a text.
func hostile(s string) brief.Brief {
	return brief.Brief{
		Source: s, What: s, URL: s, Headline: s, Remarks: []string{s}, When: []string{s},
		Lines: []brief.Line{{Label: s, Sign: s, Runs: []brief.Run{{Text: s}, {Mark: brief.Del, Text: s}, {Mark: brief.Ins, Text: s}}}},
		Links: []brief.Link{{Label: s, URL: s}},
	}
}

func FuzzFormatCommandsNoTerminal(f *testing.F) {
	for _, s := range []string{"plain", "\x1b[2J\x1b]0;owned\x07", "\u009b31m", "a\rb\nc", "\u202eabc", "\xff\xfe", strings.Repeat("x", 300)} {
		f.Add(s, 40, true)
		f.Add(s, 0, false)
	}
	f.Fuzz(func(t *testing.T, s string, width int, color bool) {
		out := Format(hostile(s), Style{Color: color, Width: min(width, 1000)})
		if color {
			out = sgr.ReplaceAllString(out, "")
		}
		for _, r := range out {
			if r != '\n' && (unicode.IsControl(r) || '\u202A' <= r && r <= '\u202E') {
				t.Fatalf("%U reached the terminal: %q", r, out)
			}
		}
	})
}

func TestLinesFitTheWidth(t *testing.T) {
	for width := 30; width < 90; width++ {
		for line := range strings.Lines(Format(bridge, Style{Width: width})) {
			line = strings.TrimSuffix(line, "\n")
			if n := brief.Cells(line); n > width && !strings.Contains(line, "https://") {
				t.Errorf("%d columns at width %d: %q", n, width, line)
			}
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestSend(t *testing.T) {
	var out bytes.Buffer
	s := New(&out, Style{})
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if _, err := s.Send(t.Context(), notify.Announcement{Brief: bridge}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got, want := out.String(), strings.Repeat(Format(bridge, Style{})+"\n", 10); got != want {
		t.Errorf("ten announcements are mixed up:\n%s", got)
	}

	if _, err := New(brokenPipe{}, Style{}).Send(t.Context(), notify.Announcement{Brief: bridge}); err == nil {
		t.Error("a write that failed is not an error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Send(ctx, notify.Announcement{Brief: bridge}); !errors.Is(err, context.Canceled) {
		t.Errorf("Send after the end: %v", err)
	}
}

func TestStyleOfAFileIsPlain(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := StyleOf(f); got != (Style{}) {
		t.Errorf("StyleOf(file) = %+v, want marks and no wrapping", got)
	}
}
