package exchange

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var start = time.Date(2026, 5, 3, 10, 2, 0, 250e6, time.UTC)

type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// open opens an empty store, which is checked and closed at the end.
func open(t testing.TB) store.Store {
	t.Helper()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "store.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.Check(context.Background()), s.Close()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// sight makes an article known under its address or, where keys are given,
// under them.
func sight(t fataler, s store.Store, a news.Article, keys ...news.Key) news.Article {
	t.Helper()
	if a.Reading == "" {
		a.Reading = news.PageReading
	}
	if len(keys) == 0 {
		keys = []news.Key{news.AddressKey(a.Reading, a.URL)}
	}
	got, err := s.Sight(context.Background(), nil, []store.Sighting{{Keys: keys, Article: a}})
	if err != nil {
		t.Fatal(err)
	}
	return got[0].Article
}

// read records a reading of an article and, from the second on, its edit.
func read(t fataler, s store.Store, id news.ArticleID, text news.Text, at time.Time) {
	t.Helper()
	ctx := context.Background()
	a, err := s.Article(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	r := store.Record{Version: &news.Version{Article: id, Number: a.Versions + 1, Seen: at, Hash: text.Hash(), Extractor: "page/1", Text: text}}
	if a.Versions > 0 {
		old, err := s.Version(ctx, id, a.Versions)
		if err != nil {
			t.Fatal(err)
		}
		e := edit.Compare(old.Text, text)
		r.Events = []news.Event{{Kind: news.Edited, At: at, From: a.Versions, To: a.Versions + 1,
			ChangedAfter: at.Add(-10 * time.Minute), ChangedBefore: at, Significance: e.Significance, Classes: e.Classes, Noted: e.Noted}}
		a.Edits++
	}
	a.Versions++
	a.Hash, a.Headline, a.Extractor = text.Hash(), text.Headline, "page/1"
	r.Article = a
	if _, err := s.Record(ctx, r); err != nil {
		t.Fatal(err)
	}
}

// happened records an event that changed no text.
func happened(t fataler, s store.Store, id news.ArticleID, e news.Event) {
	t.Helper()
	a, err := s.Article(context.Background(), id)
	if err == nil {
		_, err = s.Record(context.Background(), store.Record{Article: a, Events: []news.Event{e}})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func text(headline string, paragraphs ...string) news.Text {
	return news.Text{Headline: headline, Paragraphs: paragraphs}
}

// sample is a small record with some of everything.
func sample(t testing.TB) store.Store {
	s := open(t)
	a := sight(t, s, news.Article{URL: "https://harbourpost.example/bridge", Source: "The Harbour Post", Language: "en-GB",
		Kind: "NewsArticle", FirstSeen: start, Published: start.Add(-time.Hour)})
	b := sight(t, s, news.Article{URL: "https://gazette.example/fair", Source: "Gazette", FirstSeen: start.Add(time.Minute)})
	sight(t, s, news.Article{URL: "https://gazette.example/unread", Source: "Gazette", FirstSeen: start})
	twin := sight(t, s, news.Article{URL: "https://gazette.example/fair?utm_source=x", Source: "Gazette", Reading: news.PageReading,
		FirstSeen: start.Add(2 * time.Minute)}, "another key")
	read(t, s, a.ID, text("Council delays bridge repair", "It carries 8,000 vehicles.", "Ferries run."), start)
	read(t, s, b.ID, text("Fair opens <b>", "=HYPERLINK(\"https://evil.example\")", "On Saturday.", "同じ文\u202e"), start.Add(time.Minute))
	read(t, s, a.ID, text("Council closes bridge", "It carries 11,000 vehicles.", "Ferries run."), start.Add(time.Hour))
	read(t, s, twin.ID, text("Another fair", "On Monday."), start.Add(2*time.Hour))
	read(t, s, b.ID, text("Fair opens <b>", "On Sunday.", "@cell"), start.Add(24*time.Hour))
	happened(t, s, b.ID, news.Event{Kind: news.Removed, At: start.Add(25 * time.Hour), Detail: "gone for good (410)"})
	read(t, s, a.ID, text("Council closes bridge", "It carries 11,500 vehicles."), start.Add(48*time.Hour))
	happened(t, s, a.ID, news.Event{Kind: news.Redirected, At: start.Add(49 * time.Hour), RedirectedTo: "https://harbourpost.example/closed"})
	read(t, s, a.ID, text("Council delays bridge repair", "It carries 8,000 vehicles.", "Ferries run."), start.Add(50*time.Hour))
	happened(t, s, a.ID, news.Event{Kind: news.Reverted, At: start.Add(50 * time.Hour), To: 4, From: 3, RevertedTo: 1, Significance: news.Major})
	archived(t, s, a.ID, 2, "https://archive.example/web/20260503110500/https://harbourpost.example/bridge")
	feed := news.Feed{URL: "https://gazette.example/feed?token=secret", Title: "Gazette"}
	if _, err := s.Sight(t.Context(), &feed, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.RecordFeed(t.Context(), feed, &news.Event{Kind: news.Failing, At: start.Add(51 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	return s
}

// archived has an archive keep a version.
func archived(t fataler, s store.Store, id news.ArticleID, version int, url string) {
	t.Helper()
	c := news.Copy{Article: id, Version: version, State: news.CopyKept, Wanted: start, Settled: start, URL: url}
	if err := s.ImportCopies(context.Background(), []news.Copy{c}); err != nil {
		t.Fatal(err)
	}
}

func exported(t fataler, s Source, part Part) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := Export(context.Background(), s, part, &b, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func imported(t fataler, s Target, file string) Totals {
	t.Helper()
	totals, err := Import(context.Background(), s, strings.NewReader(file), nil)
	if err != nil {
		t.Fatal(err)
	}
	return totals
}

func TestGolden(t *testing.T) {
	s := sample(t)
	var table bytes.Buffer
	if _, err := Table(t.Context(), s, Part{}, &table, nil); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{
		"history.jsonl": exported(t, s, Part{}),
		"part.jsonl":    exported(t, s, Part{Since: start.Add(time.Minute), Until: start.Add(26 * time.Hour), Source: "Gazette"}),
		"edits.csv":     table.String(),
	} {
		golden(t, name, got)
	}
}

// golden compares with a golden file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
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
		t.Errorf("%s differs; look, then rerun with -update (-want +got):\n%s", file, d)
	}
	if strings.Contains(got, "secret") {
		t.Errorf("%s holds a feed's address", file)
	}
}

// TestRoundTrip: what was exported and imported into an empty store is exported
// as the same bytes, and importing again adds nothing.
func TestRoundTrip(t *testing.T) {
	s := sample(t)
	for name, part := range map[string]Part{
		"all":    {},
		"source": {Source: "Gazette"},
		"time":   {Since: start.Add(time.Minute), Until: start.Add(49 * time.Hour)},
	} {
		file := exported(t, s, part)
		fresh := open(t)
		first := imported(t, fresh, file)
		if again := exported(t, fresh, part); again != file {
			t.Errorf("%s: %s", name, cmp.Diff(file, again))
		}
		if first.Articles == 0 || first.Versions == 0 || first.Events == 0 || first.Left != 0 || first.Here != 0 {
			t.Errorf("%s: %+v", name, first)
		}
		if second := imported(t, fresh, file); second != (Totals{Here: first.Articles}) {
			t.Errorf("%s: imported again, it adds %+v", name, second)
		}
		if n, err := fresh.Unplanned(t.Context(), 10); err != nil || len(n) != 0 {
			t.Errorf("%s: %d events wait to be told, %v", name, len(n), err)
		}
	}
	if own := imported(t, s, exported(t, s, Part{})); own.Versions+own.Events+own.Articles+own.Left != 0 {
		t.Errorf("its own export adds %+v", own)
	}
}

// TestOlderTextsStay: a text that was read by older rules, which kept marks that
// turn its direction, goes round as it is, for its hash is of it.
func TestOlderTextsStay(t *testing.T) {
	s := open(t)
	a := sight(t, s, news.Article{URL: "https://court.example/1", Source: "The \u202eCourt", FirstSeen: start})
	read(t, s, a.ID, text("Court \u202edessap47\u202c rulings", "It said \u2067that\u2069 47."), start)
	read(t, s, a.ID, text("Court \u202edessap48\u202c rulings", "It said \u2067that\u2069 48."), start.Add(time.Hour))
	file, fresh := exported(t, s, Part{}), open(t)
	if got := imported(t, fresh, file); got.Versions != 2 || got.Left != 0 {
		t.Errorf("%+v", got)
	}
	if again := exported(t, fresh, Part{}); again != file {
		t.Error(cmp.Diff(file, again))
	}
}

// TestImportGoesOn: an import that broke off anywhere is completed by another.
func TestImportGoesOn(t *testing.T) {
	file := exported(t, sample(t), Part{})
	lines := strings.SplitAfter(strings.TrimSuffix(file, "\n"), "\n")
	for n := 1; n < len(lines); n++ {
		s := open(t)
		whole := strings.Join(lines[:n], "")
		if _, err := Import(t.Context(), s, strings.NewReader(whole), nil); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("line %d: the file breaks off here", n+1)) {
			t.Errorf("a file without line %d and what follows: %v", n+1, err)
		}
		if _, err := Import(t.Context(), s, strings.NewReader(whole+lines[n][:len(lines[n])/2]), nil); err == nil || !strings.Contains(err.Error(), "breaks off here") {
			t.Errorf("half of line %d: %v", n+1, err)
		}
		imported(t, s, file)
		if again := exported(t, s, Part{}); again != file {
			t.Fatalf("broken off after line %d: %s", n, cmp.Diff(file, again))
		}
	}
}

func TestImportIntoAnotherRecord(t *testing.T) {
	file := exported(t, sample(t), Part{})
	s := open(t)
	// Watched here, with a baseline of its own.
	watched := sight(t, s, news.Article{URL: "https://www.harbourpost.example/bridge/", FirstSeen: start, Polling: news.Polling{Host: "harbourpost.example", Next: start}})
	read(t, s, watched.ID, text("Council closes bridge", "Here, the text begins later."), start.Add(30*time.Hour))
	before := exported(t, s, Part{})
	totals := imported(t, s, file)
	if totals.Left != 1 || totals.Here != 1 || totals.Articles != 2 || totals.Versions != 3 || totals.Events != 2 {
		t.Errorf("%+v", totals)
	}
	if got := strings.Split(exported(t, s, Part{}), "\n")[2]; got != strings.Split(before, "\n")[2] {
		t.Errorf("the watched article was changed: %s", got)
	}
	if a, err := s.Article(t.Context(), watched.ID); err != nil || a.Versions != 1 || a.Edits != 0 {
		t.Errorf("%+v %v", a, err)
	}
}

// TestDeletedStaysSo: what was deleted for good does not come back with a file.
func TestDeletedStaysSo(t *testing.T) {
	s := sample(t)
	file := exported(t, s, Part{})
	a, err := s.FindArticle(t.Context(), news.AddressKey(news.PageReading, "https://harbourpost.example/bridge"))
	if err == nil {
		_, err = s.Delete(t.Context(), a.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if totals := imported(t, s, file); totals != (Totals{Here: 2, Deleted: 1}) {
			t.Errorf("%+v", totals)
		}
	}
	if again := exported(t, s, Part{}); strings.Contains(again, "harbourpost") {
		t.Errorf("it came back: %s", again)
	}
}

// TestPrunedHistory: where the oldest versions are no longer kept, those that are
// have the same numbers here, and so have the ends of events.
func TestPrunedHistory(t *testing.T) {
	s := sample(t)
	pruned, err := s.Prune(t.Context(), store.Pruning{Versions: start.Add(1000 * time.Hour)})
	if err != nil || pruned.Versions != 4 {
		t.Fatalf("%+v %v", pruned, err)
	}
	file := exported(t, s, Part{})
	golden(t, "pruned.jsonl", file)
	fresh := open(t)
	first := imported(t, fresh, file)
	if again := exported(t, fresh, Part{}); again != file {
		t.Errorf("it comes back as another: %s", cmp.Diff(file, again))
	}
	if second := imported(t, fresh, file); second != (Totals{Here: first.Articles}) {
		t.Errorf("imported again, it adds %+v", second)
	}
	for _, id := range []news.ArticleID{"a1", "a2"} {
		want, err := s.Article(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		a, err := fresh.FindArticle(t.Context(), news.AddressKey(want.Reading, want.URL))
		if err != nil || a.Versions != want.Versions || a.Pruned != want.Pruned || a.Pruned == 0 {
			t.Errorf("%d of %d versions are pruned here, %d of %d there, %v", a.Pruned, a.Versions, want.Pruned, want.Versions, err)
		}
	}
	// The article goes on from there, and so does an import of what it is there.
	next := text("Council opens bridge", "It carries 12,000 vehicles.")
	read(t, s, "a1", next, start.Add(2000*time.Hour))
	if more := imported(t, fresh, exported(t, s, Part{})); more.Versions != 1 || more.Events != 1 || more.Left != 0 {
		t.Errorf("what followed adds %+v", more)
	}
}

// TestPrunedHistoryOfBefore: one that was imported with numbers from 1, as once
// they were, keeps these.
func TestPrunedHistoryOfBefore(t *testing.T) {
	s, fresh := sample(t), open(t)
	if _, err := s.Prune(t.Context(), store.Pruning{Versions: start.Add(1000 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	file := exported(t, s, Part{Source: "The Harbour Post"})
	newest, err := s.Version(t.Context(), "a1", 4)
	if err != nil {
		t.Fatal(err)
	}
	a := sight(t, fresh, news.Article{URL: "https://harbourpost.example/bridge", FirstSeen: start})
	read(t, fresh, a.ID, newest.Text, start)
	if first := imported(t, fresh, file); first.Versions != 0 || first.Left != 0 || first.Events == 0 {
		t.Errorf("it adds %+v", first)
	}
	if second := imported(t, fresh, file); second != (Totals{Here: 1}) {
		t.Errorf("imported again, it adds %+v", second)
	}
}

func TestBadFiles(t *testing.T) {
	head := `{"editwatch":"history","version":1}` + "\n"
	article := `{"type":"article","id":"x1","reading":"page","url":"https://a.example/1","first_seen":"2026-05-03T10:00:00Z"}` + "\n"
	for name, tt := range map[string]struct{ file, want string }{
		"empty":         {"", "there is nothing in the file"},
		"not ours":      {`{"a":1}`, "line 1: this is not an export of editwatch"},
		"not JSON":      {"hello", "line 1: this is not an export"},
		"newer":         {`{"editwatch":"history","version":2}`, "line 1: a newer editwatch wrote this file"},
		"no line":       {head + "x\n", "line 2: this is not a line of an export"},
		"other type":    {head + `{"type":"x"}` + "\n", "line 2: this is not a line of an export"},
		"no address":    {head + `{"type":"article","id":"x"}`, "line 2: an article needs an id, a url"},
		"reading":       {head + strings.Replace(article, "page", "book", 1), `line 2: an article is read from its page or a feed, not "book"`},
		"hash":          {head + article + `{"type":"version","article":"x1","number":1,"hash":"00","text":{"headline":"H"}}`, "line 3: version 1 does not have the text"},
		"stray version": {head + `{"type":"version","article":"x1","number":1,"hash":"` + string(news.Text{}.Hash()) + `","text":{}}`, "line 2: a version stands behind its article"},
		"stray event":   {head + `{"type":"event","article":{"id":"x1"},"kind":"removed","at":"2026-05-03T10:00:00Z"}` + "\n" + `{"type":"end"}`, "there is no article"},
		"kind":          {head + article + `{"type":"event","article":{"id":"x1"},"kind":"x","at":"2026-05-03T10:00:00Z"}`, "line 3: there is no event of the kind"},
		"archive":       {head + article + `{"type":"version","article":"x1","number":1,"archive":"javascript:alert(1)","hash":"` + string(news.Text{}.Hash()) + `"}`, "line 3: version 1 is archived at no web address"},
		"time":          {head + article + `{"type":"event","article":{"id":"x1"},"kind":"removed"}`, "line 3: an event needs"},
		"script":        {head + strings.Replace(article, "https:", "javascript:", 1), "line 2: an article is at a web address"},
		"elsewhere":     {head + article + `{"type":"event","article":{"id":"x1"},"kind":"redirected","at":"2026-05-03T10:00:00Z","redirected_to":"javascript:alert(1)"}`, "line 3: an article is redirected to a web address"},
		"no end":        {head + article, "line 3: the file breaks off here"},
		"cut":           {head + article[:40], "line 2: the file breaks off here"},
		"behind it":     {head + `{"type":"end"}` + "\n" + article, "line 3: this is not a line of an export"},
	} {
		_, err := Import(t.Context(), open(t), strings.NewReader(tt.file), nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

// TestTableIsSafe: no cell is a formula, whatever a page says.
func TestTableIsSafe(t *testing.T) {
	s := sample(t)
	var b bytes.Buffer
	totals, err := Table(t.Context(), s, Part{}, &b, nil)
	if err != nil || totals.Events != 7 {
		t.Fatal(totals, err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	guarded := 0
	for _, row := range rows {
		for _, cell := range row {
			if strings.HasPrefix(cell, "'") {
				guarded++
			}
			if cell != "" && strings.Contains("=+-@\t\r", cell[:1]) {
				t.Errorf("a formula: %q", cell)
			}
		}
	}
	if guarded != 2 {
		t.Errorf("%d cells begin with an apostrophe, want 2", guarded)
	}
}

// TestAnyRecordGoesRound is TestRoundTrip for records that nobody thought of.
func TestAnyRecordGoesRound(t *testing.T) {
	dir := t.TempDir()
	n := 0
	fresh := func(t *rapid.T) store.Store {
		n++
		s, err := bolt.Open(filepath.Join(dir, fmt.Sprint(n, ".db")), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	word := rapid.StringMatching(`[a-z"<=\\é漢]{1,6}( [0-9]{1,3})?`)
	rapid.Check(t, func(t *rapid.T) {
		s := fresh(t)
		defer s.Close()
		var ids []news.ArticleID
		for i := range rapid.IntRange(1, 6).Draw(t, "articles") {
			a := news.Article{URL: fmt.Sprintf("https://%s.example/%d", rapid.SampledFrom([]string{"a", "b"}).Draw(t, "host"), i/2),
				Source: word.Draw(t, "source"), FirstSeen: start.Add(time.Duration(i) * time.Hour)}
			ids = append(ids, sight(t, s, a, news.AddressKey(news.PageReading, a.URL+fmt.Sprint("/", i))).ID)
			if i%2 == 0 {
				sight(t, s, a)
			}
		}
		for i := range rapid.IntRange(0, 20).Draw(t, "happenings") {
			id := rapid.SampledFrom(ids).Draw(t, "article")
			at := start.Add(time.Duration(i+7) * time.Hour)
			if rapid.IntRange(0, 3).Draw(t, "what") == 0 {
				happened(t, s, id, news.Event{Kind: rapid.SampledFrom(news.HistoryKinds).Draw(t, "kind"), At: at, Detail: word.Draw(t, "detail")})
				continue
			}
			read(t, s, id, text(word.Draw(t, "headline"), rapid.SliceOfN(word, 0, 4).Draw(t, "paragraphs")...), at)
		}
		if rapid.Bool().Draw(t, "pruned") {
			if _, err := s.Prune(context.Background(), store.Pruning{Versions: start.Add(1000 * time.Hour)}); err != nil {
				t.Fatal(err)
			}
		}
		file := exported(t, s, Part{})
		other := fresh(t)
		defer other.Close()
		imported(t, other, file)
		if again := exported(t, other, Part{}); again != file {
			t.Fatal(cmp.Diff(file, again))
		}
		if more := imported(t, other, file); more.Articles+more.Versions+more.Events+more.Left != 0 {
			t.Fatalf("imported again, it adds %+v", more)
		}
	})
}

func FuzzImport(f *testing.F) {
	b, err := os.ReadFile(filepath.Join("testdata", "history.jsonl"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"editwatch":"history","version":1}` + "\n" + `{"type":"event","article":{"id":"x"},"kind":"edited","at":"2026-05-03T10:00:00Z","from":{"version":-1}}`))
	s, err := bolt.Open(filepath.Join(f.TempDir(), "store.db"), bolt.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := errors.Join(s.Check(context.Background()), s.Close()); err != nil {
			f.Error(err)
		}
	})
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = Import(t.Context(), s, bytes.NewReader(b), nil) // whatever it is, the store stays whole
	})
}
