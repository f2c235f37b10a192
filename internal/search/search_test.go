package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// A bench is a store and an index beside it.
type bench struct {
	testing.TB
	st   store.Store
	x    *Index
	path string
	now  time.Time
}

func newBench(t testing.TB) *bench {
	b := &bench{TB: t, path: filepath.Join(t.TempDir(), "test.search.db"), now: start}
	st, err := bolt.Open(filepath.Join(t.TempDir(), "test.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b.st = st
	t.Cleanup(func() { st.Close() })
	b.open()
	t.Cleanup(func() { b.x.Close() })
	return b
}

func (b *bench) open() {
	b.Helper()
	x, err := Open(b.path, b.st, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.x = x
}

// article makes an article of a source.
func (b *bench) article(source, name string) news.ArticleID {
	b.Helper()
	url := "https://" + name + ".example/"
	seen, err := b.st.Sight(context.Background(), nil, []store.Sighting{{
		Keys: []news.Key{news.Key(url)}, Article: news.Article{URL: url, Source: source, FirstSeen: b.now},
	}})
	if err != nil {
		b.Fatal(err)
	}
	return seen[0].Article.ID
}

// version records the article's next version, an hour after what was recorded
// last.
func (b *bench) version(id news.ArticleID, headline string, paragraphs ...string) {
	b.Helper()
	ctx := context.Background()
	b.now = b.now.Add(time.Hour)
	a, err := b.st.Article(ctx, id)
	if err != nil {
		b.Fatal(err)
	}
	a.Versions++
	text := news.Text{Headline: headline, Paragraphs: paragraphs}
	r := store.Record{Article: a, Version: &news.Version{Article: id, Number: a.Versions, Seen: b.now, Hash: text.Hash(), Text: text}}
	if a.Versions > 1 {
		old, err := b.st.Version(ctx, id, a.Versions-1)
		if err != nil {
			b.Fatal(err)
		}
		e := edit.Compare(old.Text, text)
		r.Events = []news.Event{{Kind: news.Edited, At: b.now, From: a.Versions - 1, To: a.Versions, Significance: e.Significance, Classes: e.Classes}}
	}
	if _, err := b.st.Record(ctx, r); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) catchUp() {
	b.Helper()
	if err := b.x.CatchUp(context.Background()); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) search(q Query) Results {
	b.Helper()
	r, err := b.x.Search(context.Background(), q)
	if err != nil {
		b.Fatalf("%+v: %v", q, err)
	}
	return r
}

// names says which versions hits are, such as "a1/2".
func names(r Results) string {
	var list []string
	for _, h := range r.Hits {
		list = append(list, fmt.Sprintf("%s/%d", h.Article, h.To))
	}
	return strings.Join(list, " ")
}

// told is a small newsroom: a1 has three versions, a2 one, a3 two.
func told(t testing.TB) *bench {
	b := newBench(t)
	a1, a2, a3 := b.article("The Harbour Post", "a"), b.article("The Harbour Post", "b"), b.article("Küstenblatt", "c")
	b.version(a1, "Council delays bridge repair, citing cost", "The bridge carries 8,000 vehicles a day.", "Ferries will run as usual.") // +1h
	b.version(a2, "Ferry timetable", "Two new ferries cross the harbour. Naïve façades of the old port.", "新しい橋が開通しました。")                // +2h
	b.version(a1, "Council votes to close bridge for two years", "The bridge carries 11,000 vehicles a day.", "Ferries will run as usual.")
	b.version(a3, "Die Brücke bleibt geschlossen", "Der Bürgermeister sprach am Montag.") // +4h
	b.version(a3, "Die Brücke bleibt geschlossen", "Der Bürgermeister sprach am Dienstag.")
	b.version(a1, "Council votes to close bridge for two years", "The bridge carries 11,000 vehicles a day.", "Ferries will run as usual.", "The mayor declined to comment.") // +6h
	b.catchUp()
	return b
}

func TestSearch(t *testing.T) {
	b := told(t)
	tests := []struct {
		name string
		q    Query
		want string
	}{
		{"word", Query{Words: "bridge"}, "a1/3"},
		{"every version", Query{Words: "bridge", Each: true}, "a1/3 a1/2 a1/1"},
		{"struck from the headline", Query{Words: "delays"}, "a1/2"},
		{"struck from the text", Query{Words: "8,000"}, "a1/2"},
		{"both sides", Query{Words: "citing votes"}, "a1/2"},
		{"two articles", Query{Words: "ferr"}, "a1/3 a2/1"},
		{"whole word", Query{Words: "ferr "}, ""},
		{"star", Query{Words: "ferr* harbour"}, "a2/1"},
		{"case", Query{Words: "FERRIES"}, "a1/3 a2/1"},
		{"diacritics left out", Query{Words: "naive facades"}, "a2/1"},
		{"diacritics", Query{Words: "brücke"}, "a3/2"},
		{"as letters", Query{Words: "brucke"}, "a3/2"},
		{"phrase", Query{Words: `"close bridge"`}, "a1/3"},
		{"phrase in other order", Query{Words: `"bridge close"`}, ""},
		{"phrase over paragraphs", Query{Words: `"a day Ferries"`}, ""},
		{"phrase unfinished", Query{Words: `"two ye`}, "a1/3"},
		{"without", Query{Words: "ferries -bridge"}, "a2/1"},
		{"without a phrase", Query{Words: `ferries -"run as usual"`}, "a2/1"},
		{"only without", Query{Words: "-bridge"}, "a3/2 a2/1"},
		{"ideographs", Query{Words: "新しい橋"}, "a2/1"},
		{"one ideograph", Query{Words: "橋"}, "a2/1"},
		{"inner ideographs", Query{Words: "橋が開"}, "a2/1"},
		{"last ideographs", Query{Words: "した"}, "a2/1"},
		{"other ideographs", Query{Words: "橋開"}, ""},
		{"nothing", Query{Words: "zeppelin"}, ""},
		{"no word", Query{Words: "?!"}, ""},
		{"everything", Query{}, "a1/3 a3/2 a2/1"},
		{"source", Query{Source: "Küstenblatt"}, "a3/2"},
		{"no such source", Query{Source: "kustenblatt"}, ""},
		{"article", Query{Article: "a1"}, "a1/3 a1/2 a1/1"},
		{"class", Query{Classes: []news.Class{news.ClassHeadline}}, "a1/2"},
		{"one of two classes", Query{Classes: []news.Class{news.ClassAddition, news.ClassHeadline}, Each: true}, "a1/3 a1/2"},
		{"significance", Query{Least: news.Major, Words: "dienstag"}, "a3/2"},
		{"no baseline matters", Query{Least: news.Typography, Words: "ferry"}, ""},
		{"since", Query{Words: "bridge", Since: start.Add(6 * time.Hour)}, "a1/3"},
		{"until", Query{Words: "bridge", Until: start.Add(6 * time.Hour)}, "a1/2"},
		{"since and until", Query{Since: start.Add(2 * time.Hour), Until: start.Add(5 * time.Hour), Each: true}, "a3/1 a1/2 a2/1"},
		{"too late", Query{Since: start.Add(24 * time.Hour)}, ""},
		{"too early", Query{Until: start}, ""},
		{"headline", Query{Words: "ferr", Headline: true}, "a2/1"},
		{"struck headline", Query{Words: "delays", Headline: true}, "a1/2"},
		{"changed", Query{Words: "ferries", Changed: true, Each: true}, ""},
		{"rewritten around it", Query{Words: "bridge", Changed: true, Each: true}, "a1/2"},
		{"struck", Query{Words: "montag", Changed: true}, "a3/2"},
		{"added", Query{Words: "mayor", Changed: true}, "a1/3"},
		{"added to the headline", Query{Words: "years", Changed: true, Headline: true}, "a1/2"},
		{"where", Query{Words: "bridge ", Where: of("a1")}, "a1/3"},
		{"elsewhere", Query{Words: "bridge", Where: of("a2", "a3")}, ""},
		{"every version where", Query{Each: true, Where: of("a2", "a3")}, "a3/2 a3/1 a2/1"},
		{"nowhere", Query{Where: of()}, ""},
		{"not added to the headline", Query{Words: "mayor", Changed: true, Headline: true}, ""},
	}
	for _, tt := range tests {
		for _, best := range []bool{false, true} {
			tt.q.Best = best
			got := names(b.search(tt.q))
			if best && !tt.q.Each { // another version of the article may be the best
				got, tt.want = articles(got), articles(tt.want)
			} else if best {
				got, tt.want = sorted(got), sorted(tt.want)
			}
			if got != tt.want {
				t.Errorf("%s (best first: %v): got %q, want %q", tt.name, best, got, tt.want)
			}
		}
	}
}

// of wants articles with one of the IDs.
func of(ids ...news.ArticleID) func(news.Article) bool {
	return func(a news.Article) bool { return slices.Contains(ids, a.ID) }
}

func sorted(s string) string {
	return strings.Join(slices.Sorted(slices.Values(strings.Fields(s))), " ")
}

func articles(s string) string {
	list := strings.Fields(s)
	for i := range list {
		list[i], _, _ = strings.Cut(list[i], "/")
	}
	return sorted(strings.Join(list, " "))
}

// show writes runs as people would: [-struck-] {+added+} and what was found in
// capitals.
func show(runs []Run) string {
	var b strings.Builder
	for _, r := range runs {
		text := r.Text
		if r.Hit {
			text = strings.ToUpper(text)
		}
		b.WriteString(map[news.WordOp]string{news.Del: "[-", news.Ins: "{+"}[r.Op] + text + map[news.WordOp]string{news.Del: "-]", news.Ins: "+}"}[r.Op])
	}
	return b.String()
}

func TestHit(t *testing.T) {
	b := told(t)
	for _, tt := range []struct{ words, title, snippet string }{
		{"delays", "[-Council -][-DELAYS-][- bridge repair, citing cost-]{+Council votes to close bridge for two years+}", ""},
		{"8,000", "Council votes to close bridge for two years", "The bridge carries [-8,000-]{+11,000+} vehicles a day."},
		{"naive", "Ferry timetable", "Two new ferries cross the harbour. NAÏVE façades of the old port."},
		{"橋", "Ferry timetable", "新しい橋が開通しました。"},
		{`"votes to" may`, "Council VOTES TO close bridge for two years", "{+The +}{+MAYOR+}{+ declined to comment.+}"},
	} {
		h := b.search(Query{Words: tt.words}).Hits[0]
		if got := show(h.Title); got != tt.title {
			t.Errorf("%s: title %q, want %q", tt.words, got, tt.title)
		}
		if got := show(h.Snippet); got != tt.snippet {
			t.Errorf("%s: snippet %q, want %q", tt.words, got, tt.snippet)
		}
	}
	h := b.search(Query{Words: "dienstag"}).Hits[0]
	h.Title, h.Snippet = nil, nil
	want := Hit{Article: "a3", Source: "Küstenblatt", URL: "https://c.example/", Headline: "Die Brücke bleibt geschlossen",
		From: 1, To: 2, Seq: 2, At: start.Add(5 * time.Hour), Significance: h.Significance, Classes: h.Classes}
	if d := cmp.Diff(want, h); d != "" || len(h.Classes) == 0 {
		t.Error(d)
	}
}

func TestPages(t *testing.T) {
	b := newBench(t)
	var ids []news.ArticleID
	for i := range 12 {
		ids = append(ids, b.article("The Harbour Post", fmt.Sprint(i)))
	}
	for round := range 4 {
		for i, id := range ids {
			b.version(id, fmt.Sprintf("Bridge %d", i), fmt.Sprintf("Round %d.", round))
		}
	}
	b.catchUp()
	for _, q := range []Query{{Words: "bridge"}, {Words: "bridge", Each: true}, {Words: "bridge", Best: true}, {Words: "bridge", Best: true, Each: true}} {
		q.Max = 100
		all := names(b.search(q))
		if want := map[bool]int{false: 12, true: 48}[q.Each]; len(strings.Fields(all)) != want {
			t.Fatalf("%+v: %q", q, all)
		}
		q.Max = 5
		var paged []string
		for {
			r := b.search(q)
			paged = append(paged, names(r))
			if q.After = r.Next; r.Next == "" {
				break
			}
		}
		if got := strings.Join(paged, " "); got != all {
			t.Errorf("%+v: pages have %q, want %q", q, got, all)
		}
	}
	for _, after := range []string{"x", "-1", "0", "9999999999999999999999"} {
		if _, err := b.x.Search(t.Context(), Query{After: after}); !errors.Is(err, ErrCursor) {
			t.Errorf("after %q: %v", after, err)
		}
	}
}

// TestNewest: what came into the record late, as by an import, stands where its
// time is, and moves nothing on the pages that follow.
func TestNewest(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		b.version(b.article("Post", name), "Bridge")
	}
	b.catchUp()
	first := b.search(Query{Words: "bridge", Max: 2})
	if got := names(first); got != "a4/1 a3/1" {
		t.Error(got)
	}
	b.now = start.Add(-time.Hour)
	b.version(b.article("Post", "e"), "Bridge") // at the start
	b.now = start.Add(time.Hour)
	b.version(b.article("Post", "f"), "Bridge") // when the second was
	b.now = start.Add(9 * time.Hour)
	b.version(b.article("Post", "g"), "Bridge")
	b.catchUp()
	for q, want := range map[*Query]string{
		{}:                  "a7/1 a4/1 a3/1 a6/1 a2/1 a1/1 a5/1",
		{Best: true}:        "a7/1 a4/1 a3/1 a6/1 a2/1 a1/1 a5/1",
		{After: first.Next}: "a6/1 a2/1 a1/1 a5/1",
		{Since: start.Add(2 * time.Hour), Until: start.Add(4 * time.Hour)}: "a3/1 a6/1 a2/1",
		{Since: start.Add(2*time.Hour + time.Millisecond)}:                 "a7/1 a4/1 a3/1",
		{Until: start.Add(time.Hour + time.Millisecond)}:                   "a1/1 a5/1",
	} {
		q.Words = "bridge"
		if got := names(b.search(*q)); got != want {
			t.Errorf("%+v finds %s, want %s", *q, got, want)
		}
	}
}

// TestFullSecond: more versions of one second than it has slots are all found.
func TestFullSecond(t *testing.T) {
	b := newBench(t)
	id := b.article("Post", "a")
	b.version(id, "Bridge")
	b.catchUp()
	docs := make(map[store.VersionAt]doc)
	for i := range uint64(slots + 10) {
		docs[store.VersionAt{Place: 100 + i, Article: id, Number: 1}] = doc{at: start, cols: [7]string{0: "bridge", 6: tagAll}}
	}
	if err := b.x.update(t.Context(), func(tx *sql.Tx) error { return put(t.Context(), tx, docs) }); err != nil {
		t.Fatal(err)
	}
	n := 0
	q := Query{Words: "bridge", Each: true, Max: MaxHits, Until: start.Add(2 * time.Second)}
	for more := true; more; more = q.After != "" {
		res := b.search(q)
		n, q.After = n+len(res.Hits), res.Next
	}
	if n != slots+10 {
		t.Errorf("%d are found of %d", n, slots+10)
	}
}

func TestRemove(t *testing.T) {
	b := told(t)
	if err := b.x.Remove(t.Context(), "a1"); err != nil {
		t.Fatal(err)
	}
	if got := names(b.search(Query{Words: "bridge"})); got != "" {
		t.Errorf("found %s", got)
	}
	if got := names(b.search(Query{})); got != "a3/2 a2/1" {
		t.Errorf("left are %s", got)
	}
	b.version("a1", "Council votes to close bridge", "The bridge.")
	b.catchUp()
	if got := names(b.search(Query{Words: "bridge"})); got != "a1/4" {
		t.Errorf("found %s", got)
	}
}

// TestGone: what the store has no more, or withholds, is not found, whether or
// not the index was told.
func TestGone(t *testing.T) {
	b := told(t)
	if err := b.st.Withhold(t.Context(), "a2", start, "asked for"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.st.Delete(t.Context(), "a1"); err != nil {
		t.Fatal(err)
	}
	if got := names(b.search(Query{})); got != "a3/2" {
		t.Errorf("found %s", got)
	}
}

// TestAnew: whatever is wrong with the file, it is made anew.
func TestAnew(t *testing.T) {
	for name, spoil := range map[string]func(b *bench){
		"missing": func(b *bench) { os.Remove(b.path) },
		"empty":   func(b *bench) { os.Truncate(b.path, 0) },
		"text":    func(b *bench) { os.WriteFile(b.path, []byte(strings.Repeat("not an index\n", 1000)), 0o600) },
		"cut":     func(b *bench) { os.Truncate(b.path, 20_000) },
		"layout": func(b *bench) {
			b.open()
			b.x.write.Exec(`UPDATE state SET layout = 0`)
			b.x.Close()
		},
		"place": func(b *bench) { // another store's
			b.open()
			b.x.write.Exec(`UPDATE state SET place = 1000`)
			b.x.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := told(t)
			b.x.Close()
			spoil(b)
			b.open()
			b.follow(func() bool { return names(b.search(Query{Words: "bridge"})) == "a1/3" })
			if s, err := b.x.Status(t.Context()); err != nil || s != (Status{Versions: 6, Of: 6}) {
				t.Errorf("%+v, %v", s, err)
			}
			if info, err := os.Stat(b.path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the file is %v, %v", info.Mode(), err)
			}
		})
	}
}

// follow has the index follow the store until done.
func (b *bench) follow(done func() bool) {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.x.Run(ctx) }()
	for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			b.Fatal("it never came")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		b.Error(err)
	}
}

func TestRun(t *testing.T) {
	b := told(t)
	go func() {
		time.Sleep(10 * time.Millisecond)
		b.version("a2", "Ferry timetable", "A zeppelin lands.")
	}()
	b.follow(func() bool { return names(b.search(Query{Words: "zeppelin"})) == "a2/2" })
	// It goes on where it was.
	b.x.Close()
	b.version("a2", "Ferry timetable", "A balloon lands.")
	b.open()
	if b.x.rebuilding.Load() {
		t.Error("a good index is made anew")
	}
	b.follow(func() bool { return names(b.search(Query{Words: "balloon"})) == "a2/3" })
}

// TestRestored: an index that is ahead of a restored backup is made anew, also
// where nobody runs it.
func TestRestored(t *testing.T) {
	b := told(t)
	path := filepath.Join(t.TempDir(), "restored.db")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.st.Backup(t.Context(), f), f.Close()); err != nil {
		t.Fatal(err)
	}
	b.version("a2", "Ferry timetable", "A zeppelin lands.")
	b.catchUp()
	b.x.Close()
	if b.st, err = bolt.Open(path, bolt.Options{}); err != nil {
		t.Fatal(err)
	}
	defer b.st.Close()
	b.version("a2", "Ferry timetable", "A balloon lands.")
	b.open()
	b.catchUp()
	if got := names(b.search(Query{Words: "balloon"})); got != "a2/2" {
		t.Errorf("found %q of what was recorded since", got)
	}
	if got := names(b.search(Query{Words: "zeppelin"})); got != "" {
		t.Errorf("found %q, which the backup does not have", got)
	}
}
