package bolt

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// old unpacks a store that an earlier editwatch wrote.
func old(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name+".gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "old.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestMigrateSchema1 opens a store of one feed, one article of two versions and
// one announcement, which the first schema wrote.
func TestMigrateSchema1(t *testing.T) {
	path := old(t, "schema1.db")
	if _, err := Open(path, Options{ReadOnly: true}); err == nil {
		t.Error("an older store can be opened for reading only, and not be migrated")
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := Compact(path, copied); err != nil {
		t.Errorf("copy an older store: %v", err)
	}
	for _, path := range []string{path, copied} {
		s, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		ctx := t.Context()
		if err := s.Check(ctx); err != nil {
			t.Fatal(err)
		}
		watches, err := s.Watches(ctx, store.WatchQuery{})
		if err != nil || len(watches) != 1 || watches[0].Channel != "desk" || watches[0].Feed == "" {
			t.Fatalf("watches %+v, %v", watches, err)
		}
		th, err := s.Thread(ctx, "desk", "a1")
		if err != nil || th.Root != "123456789" || th.Posts != 1 {
			t.Errorf("thread %+v, %v", th, err)
		}
		if v, err := s.Version(ctx, "a1", 2); err != nil || v.Text.Headline != "Council votes to close bridge" {
			t.Errorf("version %+v, %v", v, err)
		}
		if err := s.SetSettings(ctx, "desk", news.Settings{Cap: 3}); err != nil {
			t.Error(err)
		}
		if err := s.RemoveWatch(ctx, watches[0].ID); err != nil {
			t.Error(err)
		}
		if w, err := s.RestoreWatch(ctx, watches[0].ID, "desk"); err != nil || w.URL != watches[0].URL {
			t.Errorf("restored %+v, %v", w, err)
		}
		if err := s.Check(ctx); err != nil {
			t.Error(err)
		}
	}
}
