package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/editwatch/editwatch/"

// mayImport says which packages of ours each package may import. A rule for
// "notify/*" holds for every folder below notify. Tests of a package may
// import more: real stores and test servers.
var mayImport = map[string][]string{
	"cmd/editwatch": {"*"},

	"bot":         {"internal/brief", "internal/edit", "internal/news", "internal/report", "internal/search", "internal/store"},
	"bot/cli":     {"bot", "internal/brief", "internal/news"},
	"bot/discord": {"bot", "internal/brief", "internal/discord", "internal/news", "internal/store"},
	"bot/slack":   {"bot", "internal/brief", "internal/slack", "internal/news", "internal/store"},
	"bot/web":     {"bot", "bot/web/card", "internal/brief", "internal/edit", "internal/news", "internal/report", "internal/search", "internal/store"},

	"bot/web/card": {"internal/brief", "internal/news"},

	"watcher":         {"watcher/extract", "watcher/feed", "watcher/fetch", "internal/edit", "internal/news", "internal/store"},
	"watcher/fetch":   {"internal/news", "internal/safehttp"},
	"watcher/feed":    {"internal/news", "internal/safehttp"},
	"watcher/extract": {"internal/news"},

	"watcher/archive":             {"internal/news", "internal/safehttp", "internal/store"},
	"watcher/archive/archivetest": {},

	"notify":            {"internal/brief", "internal/news", "internal/report", "internal/store"},
	"notify/console":    {"notify", "internal/brief"},
	"notify/discord":    {"notify", "internal/brief", "internal/discord", "internal/news"},
	"notify/slack":      {"notify", "internal/brief", "internal/slack", "internal/news"},
	"notify/webhook":    {"notify", "internal/brief", "internal/news", "internal/safehttp"},
	"notify/notifytest": {"notify", "internal/*"},

	"internal/news":              {},
	"internal/textdiff":          {},
	"internal/edit":              {"internal/news", "internal/textdiff"},
	"internal/exchange":          {"internal/edit", "internal/news", "internal/report", "internal/store"},
	"internal/brief":             {"internal/news", "internal/edit"},
	"internal/report":            {"internal/news", "internal/edit"},
	"internal/store":             {"internal/news"},
	"internal/store/bolt":        {"internal/store", "internal/news"},
	"internal/store/storetest":   {"internal/store", "internal/news"},
	"internal/search":            {"internal/edit", "internal/news", "internal/store"},
	"internal/search/searchtest": {"internal/news", "internal/search"},
	"internal/warc":              {"internal/news"},
	"internal/safehttp":          {},
	"internal/discord":           {"internal/brief", "internal/news", "internal/safehttp"},
	"internal/slack":             {"internal/brief", "internal/news", "internal/safehttp"},
	"internal/newsroom":          {},
	"internal/chattest":          {},
}

// TestImports keeps the arrows of doc.go pointing one way. It parses the files
// itself, so that a cached result never hides a new import.
func TestImports(t *testing.T) {
	for dir, files := range packages(t) {
		allowed, ok := mayImport[dir]
		if !ok {
			t.Errorf("%s is new: say in mayImport what it may import", dir)
			continue
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, dir, file), nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range f.Imports {
				p, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				if ours, ok := strings.CutPrefix(p, module); ok && !matches(allowed, ours) {
					t.Errorf("%s/%s imports %s, which %s may not", dir, file, ours, dir)
				}
			}
		}
	}
}

// TestPackageComments wants every package to say what it is for, once.
func TestPackageComments(t *testing.T) {
	for dir, files := range packages(t) {
		var in []string
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, dir, file), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			if f.Doc != nil {
				in = append(in, file)
			}
		}
		if len(in) != 1 {
			t.Errorf("%s: the package comment stands in %d files %v, want one", dir, len(in), in)
		}
	}
}

const root = "../.."

// packages returns the folders that hold Go files, with the files' names.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	all := make(map[string][]string)
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && p != root):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(p, ".go"):
			return nil
		}
		dir, err := filepath.Rel(root, filepath.Dir(p))
		all[filepath.ToSlash(dir)] = append(all[filepath.ToSlash(dir)], d.Name())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func matches(allowed []string, p string) bool {
	return slices.ContainsFunc(allowed, func(a string) bool {
		return a == "*" || a == p || strings.HasSuffix(a, "/*") && strings.HasPrefix(p, path.Dir(a)+"/")
	})
}
