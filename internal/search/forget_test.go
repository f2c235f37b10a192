package search

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/store"
)

// prune has the store keep nothing but the newest version of each article.
func (b *bench) prune() {
	b.Helper()
	done, err := b.st.Prune(b.Context(), store.Pruning{Versions: b.now.Add(time.Hour)})
	if err != nil || done.Versions == 0 {
		b.Fatalf("%+v, %v", done, err)
	}
}

// TestForget: what retention removes cannot be found, neither in the version
// where it stood nor as what the next one struck; what was deleted while nobody
// told the index goes too.
func TestForget(t *testing.T) {
	b := told(t)
	b.prune()
	if _, err := b.st.Delete(t.Context(), "a2"); err != nil {
		t.Fatal(err)
	}
	b.catchUp()
	if s, err := b.x.Status(t.Context()); err != nil || s != (Status{Versions: 2, Of: 2}) {
		t.Errorf("%+v, %v", s, err)
	}
	for words, want := range map[string]string{"delays": "", "8,000": "", "montag": "", "ferry": "", "dienstag": "a3/2", "bridge": "a1/3", "": "a1/3 a3/2"} {
		if got := names(b.search(Query{Words: words, Each: true})); got != want {
			t.Errorf("%q: found %q, want %q", words, got, want)
		}
	}
	// It goes on as before.
	b.version("a3", "Die Brücke öffnet", "Der Bürgermeister sprach am Mittwoch.")
	b.catchUp()
	if got := names(b.search(Query{Words: "dienstag", Each: true})); got != "a3/3 a3/2" {
		t.Errorf("found %q", got)
	}
}

// TestForgetMany: versions of one article stand far apart in the record.
func TestForgetMany(t *testing.T) {
	b := newBench(t)
	long, short := b.article("The Harbour Post", "long"), b.article("The Harbour Post", "short")
	for i := range 2*batch + 10 {
		id := long
		if i%100 == 50 {
			id = short
		}
		b.version(id, "Count", "The count stands at "+strings.Repeat("i", i%7+1)+".")
	}
	b.version(long, "Count", "The count is over.")
	b.catchUp()
	b.prune()
	b.catchUp()
	if s, err := b.x.Status(t.Context()); err != nil || s != (Status{Versions: 2, Of: 2}) {
		t.Errorf("%+v, %v", s, err)
	}
	if got := b.search(Query{Words: "count", Each: true}); len(got.Hits) != 2 {
		t.Errorf("found %s", names(got))
	}
	if got := names(b.search(Query{Words: "stands", Each: true, Article: long})); got != "" {
		t.Errorf("found %s by what it struck", got)
	}
}

// TestCompact: words that were taken out leave the file, and what is left can
// still be found.
func TestCompact(t *testing.T) {
	b := told(t)
	const secret = "zqxylophone"
	b.version("a2", "Ferry "+secret, "A "+secret+" lands.")
	b.version("a2", "Ferry timetable", "A balloon lands.")
	for range 300 {
		b.version("a1", "Council votes", strings.Repeat("The bridge carries 11,000 vehicles. ", 30)+b.now.String())
	}
	b.catchUp()
	b.prune()
	b.catchUp()
	holds := func() bool {
		t.Helper()
		for _, ending := range []string{"", "-wal"} {
			if f, err := os.ReadFile(b.path + ending); err == nil && bytes.Contains(f, []byte("xylophone")) {
				return true
			}
		}
		return false
	}
	if got := names(b.search(Query{Words: secret})); got != "" {
		t.Errorf("found %q before", got)
	}
	b.x.Close()
	if !holds() {
		t.Error("the word is not in the file, so that nothing is tested")
	}
	before, after, err := Compact(t.Context(), b.path, b.st)
	if err != nil || after == 0 || after >= before {
		t.Errorf("%d bytes before, %d after: %v", before, after, err)
	}
	if holds() {
		t.Error("the word is still in the file")
	}
	b.open()
	b.catchUp()
	if b.x.rebuilding.Load() {
		t.Error("it is made anew")
	}
	for words, want := range map[string]string{secret: "", "balloon": "a2/3", "dienstag": "a3/2", "council": "a1/303"} {
		if got := names(b.search(Query{Words: words, Each: true})); got != want {
			t.Errorf("%q: found %q, want %q", words, got, want)
		}
	}
}

// TestCompactUnusable: an index that cannot be used, or is another store's, is
// removed; one that is not there stays so.
func TestCompactUnusable(t *testing.T) {
	for name, spoil := range map[string]func(b *bench){
		"missing": func(b *bench) { os.Remove(b.path) },
		"text":    func(b *bench) { os.WriteFile(b.path, []byte(strings.Repeat("not an index\n", 1000)), 0o600) },
		"layout":  func(b *bench) { b.open(); b.x.write.Exec(`UPDATE state SET layout = 0`); b.x.Close() },
		"store":   func(b *bench) { b.open(); b.x.write.Exec(`UPDATE state SET version = 1`); b.x.Close() },
	} {
		b := told(t)
		b.x.Close()
		spoil(b)
		if _, after, err := Compact(t.Context(), b.path, b.st); err != nil || after != 0 {
			t.Errorf("%s: %d bytes, %v", name, after, err)
		}
		if left, _ := filepath.Glob(b.path + "*"); len(left) > 0 {
			t.Errorf("%s: left are %v", name, left)
		}
	}
}

// TestDiskFull: on a full disk searches find what was taken in before and say
// that it is not all; when there is room again, the index goes on.
func TestDiskFull(t *testing.T) {
	b := told(t)
	var pages int
	if err := b.x.write.QueryRow(`PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(n int) {
		t.Helper()
		if _, err := b.x.write.Exec(`PRAGMA max_page_count = ` + strconv.Itoa(n)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages)
	for range 50 {
		b.version("a2", "Ferry timetable", strings.Repeat("A zeppelin lands. ", 200)+b.now.String())
	}
	if err := b.x.CatchUp(t.Context()); err == nil || unusable(err) {
		t.Fatalf("on a full disk: %v", err)
	}
	if r := b.search(Query{Words: "bridge"}); names(r) != "a1/3" || !r.Rebuilding {
		t.Errorf("found %q, all of it: %v", names(r), !r.Rebuilding)
	}
	limit(1 << 20)
	b.catchUp()
	if r := b.search(Query{Words: "zeppelin"}); names(r) != "a2/51" || r.Rebuilding {
		t.Errorf("found %q, all of it: %v", names(r), !r.Rebuilding)
	}
}

// TestCrash: an index as a crash leaves it, with commits that are not in its
// main file yet, is used as it is and goes on.
func TestCrash(t *testing.T) {
	b := told(t)
	b.version("a2", "Ferry timetable", "A zeppelin lands.")
	b.catchUp()
	b.version("a2", "Ferry timetable", "A balloon lands.")
	crashed := filepath.Join(t.TempDir(), "crashed.search.db")
	for _, ending := range []string{"", "-wal"} {
		f, err := os.ReadFile(b.path + ending)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(crashed+ending, f, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.x.Close()
	b.path = crashed
	b.open()
	if b.x.rebuilding.Load() {
		t.Error("it is made anew")
	}
	if got := names(b.search(Query{Words: "zeppelin"})); got != "a2/2" {
		t.Errorf("found %q of what was taken in", got)
	}
	b.catchUp()
	if got := names(b.search(Query{Words: "balloon"})); got != "a2/3" {
		t.Errorf("found %q of what was recorded since", got)
	}
}
