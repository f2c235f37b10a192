package bolt

import (
	"path/filepath"
	"testing"

	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/storetest"
)

func open(t *testing.T) store.Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "test.db"))
}

func openAt(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(path, Options{noSync: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestContract(t *testing.T) {
	storetest.Run(t, open, func(t *testing.T, s store.Store) store.Store {
		t.Helper()
		path := s.(*Store).path
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return openAt(t, path)
	})
}
