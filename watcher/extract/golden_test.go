package extract

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the wants of testdata")

// TestGolden reads the pages of testdata. An archive has a page before and may
// have the same page after; the second is read at the place of the first.
func TestGolden(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files := make(map[string]*txtar.File)
			for i := range archive.Files {
				files[archive.Files[i].Name] = &archive.Files[i]
			}
			opts := Options{URL: "https://www.harbourpost.example/news/bridge-closes?utm_source=feed", ContentType: "text/html; charset=utf-8"}
			for _, half := range []string{"before", "after"} {
				in, want := files[half+".html"], files[half+".json"]
				if in == nil {
					continue
				}
				r, err := Read(in.Data, opts)
				got := describe(t, r, err)
				opts.Place, opts.Last = r.Place, r.Text
				if *update {
					want.Data = got
				} else if !bytes.Equal(got, want.Data) {
					t.Errorf("%s: got\n%s\nwant\n%s", half, got, want.Data)
				}
			}
			if *update {
				if err := os.WriteFile(name, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func describe(t *testing.T, r Reading, err error) []byte {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return []byte(refusal.Error() + "\n")
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
