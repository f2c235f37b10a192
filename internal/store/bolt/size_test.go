package bolt

import (
	"bufio"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"go.etcd.io/bbolt"
)

// The goal is that a version costs no more in the live file than the same
// text does in git after gc, although the file has indexes, events and
// deliveries beside it. TestSize measures both on the same histories, with
//
//	go test ./internal/store/bolt -run TestSize -v -sizes
//
// and with EDITWATCH_DATA set on real ones too. Without -sizes it takes only
// the first set, and with it it also tells where the bytes are.

var sizes = flag.Bool("sizes", false, "measure the size of the store on all sets")

// A history is the texts an article had, one after another.
type history struct {
	name    string
	reading news.Reading
	texts   []news.Text
}

func TestSize(t *testing.T) {
	if testing.Short() {
		t.Skip("measuring takes seconds")
	}
	rnd := rand.New(rand.NewPCG(7, 7))
	for i, set := range []struct {
		name      string
		histories func(t *testing.T) []history
		most      float64 // times git
	}{
		// Small, to be quick, and so it pays for twenty spare pages; see below.
		{"generated/small", func(*testing.T) []history { return generated(rnd, 40, 15) }, 1.4},
		{"generated/6_versions", func(*testing.T) []history { return generated(rnd, 300, 6) }, 1},
		{"generated/40_versions", func(*testing.T) []history { return generated(rnd, 40, 40) }, 1},
		{"generated/few_edits", func(*testing.T) []history { return seldomEdited(rnd, 1000) }, 1.1},
		{"generated/titles", func(*testing.T) []history { return titles(rnd, 1500) }, 1},
		// A hundred articles are too few: a store of any size has some twenty pages to
		// spare, which is 250 bytes a version here.
		{"posts", posts, 1.6},
		{"feeds_bbc", bbc, 1.8},
	} {
		t.Run(set.name, func(t *testing.T) {
			if i > 0 && !*sizes {
				t.Skip("one set will do; -sizes measures all")
			}
			hs := set.histories(t)
			versions, bytes := 0, 0
			for _, h := range hs {
				versions += len(h.texts)
				for _, x := range h.texts {
					bytes += len(asFile(x))
				}
			}
			live, compacted := storeSize(t, hs)
			pack, all := gitSize(t, hs)
			per := func(n int64) float64 { return float64(n) / float64(versions) }
			t.Logf("%d articles, %d versions of %.0f bytes; bytes a version: git pack %.0f, git with index %.0f, live file %.0f, compacted %.0f",
				len(hs), versions, float64(bytes)/float64(versions), per(pack), per(all), per(live), per(compacted))
			t.Logf("live file: %.2f times git, %.2f times its packs alone", float64(live)/float64(all), float64(live)/float64(pack))
			if got := float64(live) / float64(all); got > set.most {
				t.Errorf("a version costs %.2f times what it does in git, want at most %.2f", got, set.most)
			}
		})
	}
}

// storeSize records the histories as they would come, a round of polls at a
// time, each edit with its event and a delivery that was sent.
func storeSize(t *testing.T, hs []history) (live, compacted int64) {
	dir := t.TempDir()
	path := filepath.Join(dir, "size.db")
	s := openAt(t, path)
	ctx := t.Context()
	now := time.Date(2026, 3, 1, 12, 0, 0, 123e6, time.UTC)
	list := make([]news.Article, len(hs))
	for i, h := range hs {
		x := store.Sighting{Keys: []news.Key{news.GUIDKey(h.reading, "f1", h.name), news.AddressKey(h.reading, h.name)}, Article: news.Article{
			Reading: h.reading, URL: h.name, Source: "The Harbour Post", Headline: h.texts[0].Headline, FirstSeen: now,
			Polling: news.Polling{Host: news.Host(h.name), Next: now},
		}}
		seen, err := s.Sight(ctx, nil, []store.Sighting{x})
		if err != nil {
			t.Fatal(err)
		}
		list[i] = seen[0].Article
	}
	for round, more := 0, true; more; round++ {
		more = false
		for i, h := range hs {
			if round >= len(h.texts) {
				continue
			}
			more = true
			now = now.Add(1777 * time.Millisecond)
			list[i] = recordText(t, s, list[i], h.texts[round], now)
		}
	}
	if *sizes {
		bucketSizes(t, s)
	}
	if err := s.Check(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	small := filepath.Join(dir, "small.db")
	if err := Compact(path, small); err != nil {
		t.Fatal(err)
	}
	return fileSize(t, path), fileSize(t, small)
}

func recordText(t *testing.T, s *Store, a news.Article, body news.Text, now time.Time) news.Article {
	ctx := t.Context()
	a.Versions++
	a.Hash, a.Headline, a.Extractor = body.Hash(), body.Headline, "page/1"
	a.Polling.Last, a.Polling.LastOK, a.Polling.Next, a.Polling.Outcome = now, now, now.Add(5*time.Minute), news.OutcomeEdited
	if a.Reading == news.PageReading {
		a.Place = "main > article > div.body"
		a.Polling.ETag, a.Polling.LastModified, a.Polling.BodyHash = fmt.Sprintf("%q", body.Hash()[:16]), now.Format("Mon, 02 Jan 2006 15:04:05 GMT"), string(body.Hash())
	}
	r := store.Record{Article: a, Version: &news.Version{Article: a.ID, Number: a.Versions, Seen: now, Hash: body.Hash(), Extractor: "page/1", Text: body}}
	if a.Versions > 1 {
		r.Article.Edits++
		r.Article.LastEdited = now
		r.Events = []news.Event{{Kind: news.Edited, At: now, From: a.Versions - 1, To: a.Versions, ChangedAfter: now.Add(-5 * time.Minute),
			ChangedBefore: now, Significance: news.Major, Classes: []news.Class{news.ClassFact, news.ClassMinor}}}
	}
	done, err := s.Record(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range done.Events {
		if err := s.Plan(ctx, e.Seq, []store.Duty{{Channel: "desk", Kind: news.Post, Article: a.ID, Due: now, Join: true}}); err != nil {
			t.Fatal(err)
		}
		d, err := s.LeaseDelivery(ctx, now, now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		d.State, d.Settled, d.Message = news.Sent, now, fmt.Sprint(1234567890123456789+uint64(e.Seq))
		if err := s.Settle(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	return r.Article
}

// bucketSizes tells where the bytes of a store are.
func bucketSizes(t *testing.T, s *Store) {
	s.db.View(func(btx *bbolt.Tx) error {
		for _, name := range bucketNames {
			st := btx.Bucket(name).Stats()
			t.Logf("%-11s %6d keys  %8d allocated  %8d used  %3.0f %%", name, st.KeyN, st.LeafAlloc+st.BranchAlloc, st.LeafInuse+st.BranchInuse,
				100*float64(st.LeafInuse+st.BranchInuse)/float64(max(st.LeafAlloc+st.BranchAlloc, 1)))
		}
		return nil
	})
}

func fileSize(t *testing.T, path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// asFile is a text as one would keep it in git.
func asFile(x news.Text) []byte {
	return []byte(strings.Join(append([]string{x.Headline, x.Standfirst}, x.Paragraphs...), "\n\n") + "\n")
}

// gitSize commits the histories, one file an article and one commit a version,
// and returns the size of the packs alone and of all objects with their index.
func gitSize(t *testing.T, hs []history) (pack, all int64) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not here to compare with")
	}
	dir := t.TempDir()
	run := func(stdin string, args ...string) {
		cmd := exec.Command(git, args...)
		cmd.Dir = dir
		cmd.Stdin = strings.NewReader(stdin)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args[0], err, out)
		}
	}
	run("", "init", "-q", "--bare", ".")
	var in strings.Builder
	n := 0
	for round, more := 0, true; more; round++ {
		more = false
		for i, h := range hs {
			if round < len(h.texts) {
				more = true
				n++
				body := asFile(h.texts[round])
				fmt.Fprintf(&in, "commit refs/heads/main\ncommitter a <a@b> %d +0000\ndata 1\nv\nM 100644 inline a%d\ndata %d\n%s\n", 1767225600+n*60, i, len(body), body)
			}
		}
	}
	run(in.String(), "fast-import", "--quiet")
	run("", "repack", "-q", "-a", "-d", "-f") // fast-import's deltas are poor; these are gc's
	files, err := filepath.Glob(filepath.Join(dir, "objects", "pack", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		size := fileSize(t, f)
		all += size
		if strings.HasSuffix(f, ".pack") {
			pack += size
		}
	}
	return pack, all
}

// generated makes articles of a few hundred words and edits them as editors
// do: a word, a number, a sentence, now and then a paragraph or the headline.
func generated(rnd *rand.Rand, n, versions int) []history {
	var hs []history
	for i := range n {
		x := news.Text{Headline: sentence(rnd, 6, 10), Standfirst: sentence(rnd, 12, 20)}
		for range 8 + rnd.IntN(14) {
			x.Paragraphs = append(x.Paragraphs, paragraph(rnd))
		}
		h := history{reading: news.PageReading, name: fmt.Sprintf("https://post.example/2026/03/%s-%d", strings.ReplaceAll(strings.ToLower(strings.Trim(x.Headline, ".")), " ", "-"), 48200000+i)}
		for range versions {
			h.texts = append(h.texts, x)
			x = revise(rnd, x)
		}
		hs = append(hs, h)
	}
	return hs
}

// seldomEdited makes articles of which most are never edited, as it is.
func seldomEdited(rnd *rand.Rand, n int) []history {
	hs := generated(rnd, n, 8)
	for i := range hs {
		hs[i].texts = hs[i].texts[:[]int{1, 1, 1, 2, 2, 3, 5, 8}[rnd.IntN(8)]]
	}
	return hs
}

// titles makes feed readings: a title and a summary, edited now and then.
func titles(rnd *rand.Rand, n int) []history {
	hs := generated(rnd, n, 1)
	for i := range hs {
		h := &hs[i]
		h.reading = news.FeedReading
		x := h.texts[0]
		x.Paragraphs = nil
		h.texts = nil
		for range 1 + rnd.IntN(4) {
			h.add(x)
			if rnd.IntN(2) == 0 {
				x.Headline = sentence(rnd, 6, 10)
			} else {
				words := strings.Fields(x.Standfirst)
				words[rnd.IntN(len(words))] = word(rnd)
				x.Standfirst = strings.Join(words, " ")
			}
		}
	}
	return hs
}

func paragraph(rnd *rand.Rand) string {
	var list []string
	for range 1 + rnd.IntN(3) {
		list = append(list, sentence(rnd, 8, 24))
	}
	return strings.Join(list, " ")
}

func sentence(rnd *rand.Rand, least, most int) string {
	var list []string
	for range least + rnd.IntN(most-least) {
		switch rnd.IntN(25) {
		case 0:
			list = append(list, fmt.Sprint(rnd.IntN(5000)))
		case 1:
			list = append(list, []string{"Mr", "Ms", "Dr"}[rnd.IntN(3)]+" "+strings.ToUpper(word(rnd)[:1])+word(rnd))
		default:
			list = append(list, word(rnd))
		}
	}
	s := strings.Join(list, " ")
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

var vocabulary = strings.Fields(`the of to and in a that was for on is with he it by at as from said his be are has have not were which but had they
who an their been will would more after over about one new council bridge harbour city government people year years last week police minister
officials report court company million percent workers school hospital water road weather storm minister president party vote election budget
plan plans opened closed called told asked added denied confirmed expected announced agreed rejected spokesperson residents decision public
evidence investigation statement morning afternoon Tuesday Wednesday Friday between against during without before because although however
transport energy market prices growth trade border region northern southern coastal village families children teachers doctors patients emergency
services rescue flood damage insurance housing planning committee chair member members former leader opposition parliament amendment legislation
independent review published findings concerns safety inspectors engineers temporary permanent structure foundation concrete traffic vehicles
drivers passengers ferry terminal shipping cargo fishing fleet protest demonstrators arrested charged released custody hearing judge lawyer`)

func word(rnd *rand.Rand) string {
	// Common words come first in the list, and often.
	f := rnd.Float64()
	return vocabulary[int(f*f*float64(len(vocabulary)))]
}

// revise makes one edit.
func revise(rnd *rand.Rand, x news.Text) news.Text {
	p := slices.Clone(x.Paragraphs)
	i := rnd.IntN(len(p))
	switch r := rnd.IntN(20); {
	case r < 8: // a word or a number
		words := strings.Fields(p[i])
		words[rnd.IntN(len(words))] = []string{word(rnd), fmt.Sprint(rnd.IntN(5000))}[rnd.IntN(2)]
		p[i] = strings.Join(words, " ")
	case r < 12:
		p[i] += " " + sentence(rnd, 8, 20)
	case r < 15:
		p = slices.Insert(p, i, paragraph(rnd))
	case r < 16 && len(p) > 5:
		p = slices.Delete(p, i, i+1)
	case r < 18:
		x.Headline = sentence(rnd, 6, 10)
	default:
		p[i] = paragraph(rnd)
	}
	x.Paragraphs = p
	return x
}

// dataFile opens a file of real histories.
func dataFile(t *testing.T, name string) *bufio.Scanner {
	dir := os.Getenv("EDITWATCH_DATA")
	if dir == "" {
		t.Skip("EDITWATCH_DATA names no folder of real articles")
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { f.Close() })
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<26)
	return sc
}

func canonical(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, news.Canonical(s))
	}
	return out
}

// posts are blog posts and one edit of each.
func posts(t *testing.T) []history {
	sc := dataFile(t, "posts/pairs.jsonl")
	byPath := map[string]*history{}
	for sc.Scan() {
		var p struct {
			Path           string
			HeadlineBefore string   `json:"headline_before"`
			HeadlineAfter  string   `json:"headline_after"`
			Before         []string `json:"paragraphs_before"`
			After          []string `json:"paragraphs_after"`
		}
		if err := json.Unmarshal(sc.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		h := byPath[p.Path]
		if h == nil {
			h = &history{name: "https://news.example/" + p.Path, reading: news.PageReading}
			byPath[p.Path] = h
		}
		h.add(news.Text{Headline: news.Canonical(p.HeadlineBefore), Paragraphs: canonical(p.Before)})
		h.add(news.Text{Headline: news.Canonical(p.HeadlineAfter), Paragraphs: canonical(p.After)})
	}
	return sorted(byPath)
}

// bbc are the titles and summaries of entries of a feed that changed.
func bbc(t *testing.T) []history {
	sc := dataFile(t, "feeds/bbc/changes.jsonl")
	byGUID := map[string]*history{}
	for sc.Scan() {
		var p struct {
			GUID              string `json:"guid"`
			TitleBefore       string `json:"title_before"`
			TitleAfter        string `json:"title_after"`
			DescriptionBefore string `json:"description_before"`
			DescriptionAfter  string `json:"description_after"`
		}
		if err := json.Unmarshal(sc.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		h := byGUID[p.GUID]
		if h == nil {
			h = &history{name: p.GUID, reading: news.FeedReading}
			byGUID[p.GUID] = h
		}
		h.add(news.Text{Headline: news.Canonical(p.TitleBefore), Standfirst: news.Canonical(p.DescriptionBefore)})
		h.add(news.Text{Headline: news.Canonical(p.TitleAfter), Standfirst: news.Canonical(p.DescriptionAfter)})
	}
	return sorted(byGUID)
}

func (h *history) add(x news.Text) {
	if n := len(h.texts); n == 0 || h.texts[n-1].Hash() != x.Hash() {
		h.texts = append(h.texts, x)
	}
}

func sorted(m map[string]*history) []history {
	var list []history
	for _, h := range m {
		list = append(list, *h)
	}
	slices.SortFunc(list, func(a, b history) int { return cmp.Compare(a.name, b.name) })
	return list
}
