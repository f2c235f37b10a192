package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"go.etcd.io/bbolt"
)

// filled makes a store with something in every bucket, and returns its path.
func filled(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "filled.db")
	s := openAt(t, path)
	ctx := t.Context()
	rnd := rand.New(rand.NewPCG(3, 3))
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	f := news.Feed{URL: "https://x.example/feed", Polling: news.Polling{Host: "x.example", Next: now}}
	var list []store.Sighting
	hs := generated(rnd, 8, 5)
	for _, h := range hs {
		list = append(list, store.Sighting{Keys: []news.Key{news.Key(h.name)}, Article: news.Article{URL: h.name, Source: "The Harbour Post", Reading: news.PageReading, FirstSeen: now, Polling: news.Polling{Host: "x.example", Next: now}}})
	}
	seen, err := s.Sight(ctx, &f, list)
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range hs {
		a := seen[i].Article
		for _, x := range h.texts {
			now = now.Add(time.Second)
			a = recordText(t, s, a, x, now)
		}
		a.Hold = &news.Hold{Reason: news.HoldLoss, Text: h.texts[0]}
		a.Rereading = &news.Rereading{Why: news.RereadUpgrade, Text: h.texts[0], At: now}
		if _, err := s.Record(ctx, store.Record{Article: a, Page: bytes.Repeat([]byte("<p>page</p>"), 900), Events: []news.Event{{Kind: news.Removed, At: now}}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.AddWatch(ctx, news.Watch{Channel: "desk", Feed: f.ID, Pages: true}); err != nil {
		t.Fatal(err)
	}
	keptAndDeleted(t, s, now)
	if err := s.Want(ctx, 1, []news.Copy{{Article: seen[0].Article.ID, Version: 1, State: news.CopyWanted, Wanted: now, Due: now}}); err != nil {
		t.Fatal(err)
	}
	if err := s.PutTemplate(ctx, news.Template{Host: "x.example"}); err != nil {
		t.Fatal(err)
	}
	last := news.Seq(s.newestEvent(t))
	if err := s.Plan(ctx, last, []store.Duty{{Channel: "desk", Kind: news.Post, Due: now}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// keptAndDeleted adds an article that is withheld, with a capture of its
// version, and deletes another one.
func keptAndDeleted(t *testing.T, s *Store, now time.Time) {
	t.Helper()
	ctx := t.Context()
	seen, err := s.Sight(ctx, nil, []store.Sighting{
		{Keys: []news.Key{"captured"}, Article: news.Article{URL: "https://y.example/captured", FirstSeen: now}},
		{Keys: []news.Key{"deleted"}, Article: news.Article{URL: "https://y.example/deleted", FirstSeen: now}},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := seen[0].Article
	a.Versions = 1
	_, err = s.Record(ctx, store.Record{
		Article: a, Version: &news.Version{Article: a.ID, Number: 1, Seen: now, Text: news.Text{Headline: "Captured"}},
		Capture: &news.Capture{At: now, Asked: a.URL, URL: a.URL, Proto: "HTTP/1.1", Status: 200, Header: []string{"Content-Type: text/html"}, Body: []byte("<h1>Captured</h1>")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Withhold(ctx, a.ID, now, "Withheld."); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Delete(ctx, seen[1].Article.ID); err != nil {
		t.Fatal(err)
	}
}

func withheldOf(t *testing.T, s *Store) []news.Article {
	t.Helper()
	list, err := s.Withheld(t.Context())
	if err != nil || len(list) == 0 {
		t.Fatalf("%d articles are withheld, %v", len(list), err)
	}
	return list
}

func (s *Store) newestEvent(t *testing.T) int {
	c, err := s.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c.Events
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, err := os.ReadFile(filled(t))
	if err != nil {
		t.Fatal(err)
	}
	schemaIs := func(name string, n uint64) string {
		path := write(name, good)
		db, err := bbolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.Update(func(tx *bbolt.Tx) error { return putSchema(tx, n) }); err != nil {
			t.Fatal(err)
		}
		return path
	}
	foreign := func() string {
		path := filepath.Join(dir, "foreign.db")
		db, err := bbolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("theirs")); return err }); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct {
		name, path string
		opts       Options
		want       error
		says       string
	}{
		{"directory missing", filepath.Join(dir, "none", "x.db"), Options{}, fs.ErrNotExist, "create its directory first"},
		{"is a directory", dir, Options{}, nil, "is a directory"},
		{"missing, to read", filepath.Join(dir, "none.db"), Options{ReadOnly: true}, fs.ErrNotExist, "no store yet"},
		{"text", write("text.db", []byte(strings.Repeat("not a store\n", 2000))), Options{}, store.ErrDamaged, "no editwatch store"},
		{"short text", write("short.db", []byte("[poll]\n")), Options{}, store.ErrDamaged, ""},
		{"zeros", write("zeros.db", make([]byte, 64<<10)), Options{}, store.ErrDamaged, ""},
		{"cut in half", write("half.db", good[:len(good)/2]), Options{}, store.ErrDamaged, ""},
		{"cut at the end", write("cut.db", good[:len(good)-40<<10]), Options{}, store.ErrDamaged, ""},
		{"cut, to read", write("cut2.db", good[:len(good)/2]), Options{ReadOnly: true}, store.ErrDamaged, ""},
		{"another program's", foreign(), Options{}, store.ErrDamaged, "another program"},
		{"newer", schemaIs("newer.db", Schema+1), Options{}, store.ErrNewer, "schema"},
		{"newer, to read", schemaIs("newer2.db", Schema+1), Options{ReadOnly: true}, store.ErrNewer, "schema"},
	} {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			s, err := Open(tt.path, tt.opts)
			if err == nil {
				s.Close()
				t.Fatal("it was opened")
			}
			if tt.want != nil && !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got error %q, want %v saying %q", err, tt.want, tt.says)
			}
		})
	}
}

// TestMigrateFrom1 opens a store of schema 1, which lacks what 2, 3 and 4 added.
func TestMigrateFrom1(t *testing.T) {
	path := filled(t)
	s := openAt(t, path)
	ctx := t.Context()
	list, err := s.Articles(ctx, store.ArticleQuery{Max: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		a.Rereading = nil
		if _, err := s.Record(ctx, store.Record{Article: a}); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range withheldOf(t, s) {
		if _, err := s.Delete(ctx, a.ID); err != nil { // with its capture
			t.Fatal(err)
		}
	}
	want, err := s.Counts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	err = s.db.Update(func(btx *bbolt.Tx) error {
		err := errors.Join(putSchema(btx, 1), btx.Bucket(bucketNames[meta]).Delete(goneKeys[captures]))
		for _, b := range []bucket{rereadings, templates, removed, settings, manners, marks, captures, archives, withheld, deleted} {
			err = errors.Join(err, btx.DeleteBucket(bucketNames[b]))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = openAt(t, path)
	defer s.Close()
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
	want.Wanted = 0 // schema 1 had no archive
	if got, err := s.Counts(ctx); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestOpenInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := openAt(t, path)
	defer s.Close()
	for _, opts := range []Options{{}, {ReadOnly: true}} {
		_, err := Open(path, opts)
		if !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), path) {
			t.Errorf("got error %v, want one that wraps ErrInUse and names the file", err)
		}
	}
}

func TestFileMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	openAt(t, path).Close()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, want that only its owner reads it", info.Mode())
	}
}

func TestReadOnly(t *testing.T) {
	path := filled(t)
	s, err := Open(path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := t.Context()
	other, err := Open(path, Options{ReadOnly: true}) // beside it
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
	list, err := s.Articles(ctx, store.ArticleQuery{Max: 1})
	if err != nil || len(list) != 1 {
		t.Fatalf("read %d articles, %v", len(list), err)
	}
	if _, err := s.Record(ctx, store.Record{Article: list[0]}); !errors.Is(err, errReadOnly) {
		t.Errorf("Record: got error %v, want %v", err, errReadOnly)
	}
	if _, err := s.LeaseHost(ctx, time.Now(), time.Now(), 1); !errors.Is(err, errReadOnly) {
		t.Errorf("LeaseHost: got error %v, want %v", err, errReadOnly)
	}
}

// TestBackupAndCompact copies a store in both ways; a copy has everything.
func TestBackupAndCompact(t *testing.T) {
	path := filled(t)
	s := openAt(t, path)
	ctx := t.Context()
	want, err := s.Counts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(t.TempDir(), "backup.db")
	f, err := os.Create(backup)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Backup(ctx, f), f.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	compacted := filepath.Join(t.TempDir(), "compacted.db")
	if err := Compact(path, compacted); err != nil {
		t.Fatal(err)
	}
	if a, b := fileSize(t, compacted), fileSize(t, path); a >= b {
		t.Errorf("compacting %d bytes gave %d", b, a)
	}
	for _, copied := range []string{backup, compacted} {
		s := openAt(t, copied)
		got, err := s.Counts(ctx)
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", filepath.Base(copied), got, err, want)
		}
		if err := s.Check(ctx); err != nil {
			t.Errorf("%s: %v", filepath.Base(copied), err)
		}
		// Numbers go on where they were.
		w, err := s.AddWatch(ctx, news.Watch{Channel: "other", URL: "https://y.example/"})
		if err != nil || w.ID != "w2" {
			t.Errorf("%s: the next watch is %s, %v, want w2", filepath.Base(copied), w.ID, err)
		}
		s.Close()
	}
	if err := Compact(path, compacted); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Compact over a file: got error %v, want %v", err, fs.ErrExist)
	}
}

// TestDamage flips bytes all over a store. Whatever comes of it, nothing
// crashes, and a text is never wrong: it is the right one or an error.
func TestDamage(t *testing.T) {
	good, err := os.ReadFile(filled(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "damaged.db")
	rnd := rand.New(rand.NewPCG(9, 9))
	rounds, noticed := 40, 0
	if testing.Short() {
		rounds = 20
	}
	for range rounds {
		b := bytes.Clone(good)
		at := rnd.IntN(len(b))
		for i := range 1 + rnd.IntN(16) {
			b[min(at+i, len(b)-1)] ^= byte(1 + rnd.IntN(255))
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path, Options{noSync: true})
		if err != nil {
			if !errors.Is(err, store.ErrDamaged) && !errors.Is(err, store.ErrNewer) {
				t.Fatalf("byte %d: %v", at, err)
			}
			noticed++
			continue
		}
		if err := s.Check(t.Context()); err != nil {
			if !errors.Is(err, store.ErrDamaged) {
				t.Fatalf("byte %d: %v", at, err)
			}
			noticed++
		}
		readAll(t, s)
		s.Close()
	}
	t.Logf("%d of %d damages were noticed; the others hit free space or what has no hash, such as a headline in a list", noticed, rounds)
}

// readAll reads what it can.
func readAll(t *testing.T, s *Store) {
	ctx := t.Context()
	list, _ := s.Articles(ctx, store.ArticleQuery{Max: 1000})
	for _, a := range list {
		for n := 1; n <= min(a.Versions, 100); n++ {
			if v, err := s.Version(ctx, a.ID, n); err == nil && v.Text.Hash() != v.Hash {
				t.Fatalf("article %s version %d has a wrong text", a.ID, n)
			}
		}
		s.Page(ctx, a.ID)
	}
	s.Events(ctx, store.EventQuery{Max: 1000})
	s.Deliveries(ctx, store.DeliveryQuery{Max: 1000})
	s.Watches(ctx, store.WatchQuery{})
}

func TestCheckNamesTheVersion(t *testing.T) {
	path := filled(t)
	s := openAt(t, path)
	defer s.Close()
	err := s.db.Update(func(btx *bbolt.Tx) error {
		tx := &tx{Tx: btx, s: s}
		a, err := tx.find("a1")
		if err != nil {
			return err
		}
		b := bytes.Clone(tx.get(versions, n8(a.newest)))
		b[len(b)-1] ^= 1
		return tx.put(versions, n8(a.newest), b)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Check(t.Context())
	if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "article a1 version 5") {
		t.Errorf("Check said %v, want it to name article a1 version 5", err)
	}
	if _, err := s.Version(t.Context(), "a1", 5); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "article a1 version 5") {
		t.Errorf("Version said %v, want it to name article a1 version 5", err)
	}
}

// TestCheckFinds breaks each promise between buckets and expects Check to
// notice.
func TestCheckFinds(t *testing.T) {
	for b := range buckets {
		if b == meta {
			continue
		}
		t.Run(string(bucketNames[b]), func(t *testing.T) {
			s := openAt(t, filled(t))
			defer s.Close()
			empty := false
			err := s.db.Update(func(btx *bbolt.Tx) error {
				c := btx.Bucket(bucketNames[b]).Cursor()
				k, _ := c.First()
				empty = k == nil
				if empty {
					return nil
				}
				return c.Delete()
			})
			if err != nil {
				t.Fatal(err)
			}
			if b == unplanned || b == pages || b == templates || b == removed || b == settings || b == manners || b == deleted {
				t.Skip("what is not there cannot be missed")
			}
			if empty {
				t.Fatal("there is nothing in it to test with")
			}
			// The names that are cached would hide what is missing.
			s.names.numbers, s.names.texts = map[string]uint32{}, map[uint32]string{}
			if err := s.Check(t.Context()); !errors.Is(err, store.ErrDamaged) {
				t.Errorf("Check said %v", err)
			}
		})
	}
}

// TestFull fills a disk: a write that does not fit fails clearly, what was
// acknowledged stays, and smaller writes go on.
func TestFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "full.db")
	s, err := Open(path, Options{noSync: true, maxSize: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	seen, err := s.Sight(ctx, nil, []store.Sighting{{Keys: []news.Key{"k"}, Article: news.Article{URL: "https://x.example/"}}})
	if err != nil {
		t.Fatal(err)
	}
	a := seen[0].Article
	rnd := rand.New(rand.NewPCG(5, 5))
	page := make([]byte, 4<<20)
	for i := 0; i < len(page); i += 8 {
		binary.LittleEndian.PutUint64(page[i:], rnd.Uint64())
	}
	for n := 0; ; n++ {
		next := a
		next.Versions++
		v := &news.Version{Article: a.ID, Number: next.Versions, Text: news.Text{Headline: fmt.Sprint(n), Paragraphs: []string{paragraph(rnd)}}}
		r := store.Record{Article: next, Version: v}
		if n > 0 && n%10 == 0 {
			r.Page = page
		}
		if _, err = s.Record(ctx, r); err != nil {
			if !strings.Contains(err.Error(), "nothing was written") {
				t.Fatalf("got error %v, want one that says what became of the write", err)
			}
			if n%10 == 0 && n < 50 {
				continue // without its page it fits
			}
			break
		}
		a = next
		if n > 100 {
			break
		}
	}
	if a.Versions < 30 {
		t.Errorf("only %d versions fitted", a.Versions)
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, path)
	defer s.Close()
	if got, err := s.Article(ctx, a.ID); err != nil || got.Versions != a.Versions {
		t.Errorf("%d versions are left of %d, %v", got.Versions, a.Versions, err)
	}
}

// TestGroups shows that writes that arrive together share a commit, and that
// none is held up to wait for others.
func TestGroups(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "test.db"))
	defer s.Close()
	ctx := t.Context()
	commits := func() (n int) {
		s.db.View(func(tx *bbolt.Tx) error { n = tx.ID(); return nil })
		return n
	}
	before := commits()
	// The first holds the writer until the others have queued up.
	entered, go_on := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		s.update(ctx, func(t *tx) error { close(entered); <-go_on; return t.put(meta, []byte("x"), nil) })
	})
	<-entered
	bad := errors.New("bad")
	errs := make([]error, 100)
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.update(ctx, func(t *tx) error {
				if i%10 == 3 {
					return bad // before it writes
				}
				return t.put(meta, fmt.Appendf(nil, "x%d", i), nil)
			})
		})
	}
	for len(s.writes) < len(errs) {
		time.Sleep(time.Millisecond)
	}
	close(go_on)
	wg.Wait()
	if n := commits() - before; n != 2 {
		t.Errorf("101 writes took %d commits, want 2", n)
	}
	for i, err := range errs {
		if want := map[bool]error{true: bad}[i%10 == 3]; err != want {
			t.Errorf("write %d: got error %v, want %v", i, err, want)
		}
	}
}

// TestReadOwnWrites: what a write of a group put, the next one of the group
// finds, also where the value is empty.
func TestReadOwnWrites(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "test.db"))
	defer s.Close()
	err := s.update(t.Context(), func(tx *tx) error {
		if err := tx.put(unplanned, n8(1), nil); err != nil {
			return err
		}
		if tx.get(unplanned, n8(1)) == nil {
			t.Error("what was put is not there")
		}
		return tx.del(unplanned, n8(1))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestGiveUp shows that a write whose caller gave up before its turn is not
// made.
func TestGiveUp(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "test.db"))
	defer s.Close()
	entered, go_on := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		s.update(t.Context(), func(t *tx) error { close(entered); <-go_on; return nil })
	})
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	ran := false
	result := make(chan error)
	go func() { result <- s.update(ctx, func(*tx) error { ran = true; return nil }) }()
	for len(s.writes) == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
	close(go_on)
	wg.Wait()
	if err := s.update(t.Context(), func(*tx) error { return nil }); err != nil || ran {
		t.Errorf("after giving up: ran %v, %v", ran, err)
	}
}

// TestBubble runs a store in a synctest bubble, where a day passes at once.
func TestBubble(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bubble.db")
	synctest.Test(t, func(t *testing.T) {
		s := openAt(t, path)
		ctx := t.Context()
		f := &news.Feed{URL: "https://x.example/feed", Polling: news.Polling{Host: "x.example", Next: time.Now()}}
		if _, err := s.Sight(ctx, f, nil); err != nil {
			t.Fatal(err)
		}
		changed, stop := s.Signal()
		defer stop()
		polls := 0
		for end := time.Now().Add(24 * time.Hour); time.Now().Before(end); {
			next, err := s.NextDue(ctx)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Until(next))
			l, err := s.LeaseHost(ctx, time.Now(), time.Now().Add(time.Minute), 1)
			if err != nil {
				t.Fatal(err)
			}
			polls++
			p := *l.Polls[0].Feed
			p.Polling.Next = time.Now().Add(15 * time.Minute)
			if err := s.RecordFeed(ctx, p, nil); err != nil {
				t.Fatal(err)
			}
			if err := s.ReleaseHost(ctx, l.Host, time.Now().Add(2*time.Second)); err != nil {
				t.Fatal(err)
			}
			<-changed
		}
		if polls != 97 { // at both ends of the day
			t.Errorf("polled %d times a day, want 97", polls)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
