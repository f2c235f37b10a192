package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/editwatch/editwatch/internal/news"
)

// realData returns the folder of real pages and feeds, which are not ours to
// publish.
func realData(t *testing.T, set string) string {
	t.Helper()
	if raced {
		t.Skip("measures, and takes ten times as long with the race detector")
	}
	dir := os.Getenv("EDITWATCH_DATA")
	if dir == "" {
		t.Skip("EDITWATCH_DATA does not name a folder with " + set)
	}
	return filepath.Join(dir, set)
}

func readLines[T any](t *testing.T, file string) (all []T) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

// TestReplayFeeds serves the snapshots of real feeds in their order and holds
// what is told of titles and summaries against the changes that are known.
// Halfway, everything is closed and opened again.
func TestReplayFeeds(t *testing.T) {
	type change struct {
		GUID              string `json:"guid"`
		After             int    `json:"seq_after"`
		TitleBefore       string `json:"title_before"`
		TitleAfter        string `json:"title_after"`
		DescriptionBefore string `json:"description_before"`
		DescriptionAfter  string `json:"description_after"`
		Revert            bool   `json:"revert"`
	}
	type snapshot struct {
		Seq int `json:"seq"`
	}
	for _, name := range []string{"bbc", "smh"} {
		t.Run(name, func(t *testing.T) {
			dir := realData(t, filepath.Join("feeds", name))
			changes := readLines[change](t, filepath.Join(dir, "changes.jsonl"))
			snapshots := readLines[snapshot](t, filepath.Join(dir, "snapshots.jsonl"))
			var current atomic.Pointer[[]byte]
			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/feed.xml" {
					http.NotFound(w, r)
					return
				}
				w.Header().Set("Content-Type", "application/rss+xml")
				w.Write(*current.Load())
			}))
			defer site.Close()

			bySeq := make(map[int][]change)
			for _, c := range changes {
				bySeq[c.After] = append(bySeq[c.After], c)
			}
			d := newDesk(t, nil)
			d.min = "any"
			right, missed, invented, reverts := 0, 0, 0, 0
			for i, s := range snapshots {
				body, err := os.ReadFile(filepath.Join(dir, "raw", fmt.Sprintf("%05d.xml", s.Seq)))
				if err != nil {
					t.Fatal(err)
				}
				current.Store(&body)
				if i == 0 {
					if a, ok := d.watch(site.URL+"/feed.xml", false); !ok {
						t.Fatal(a.Lines)
					}
				}
				if i == len(snapshots)/2 {
					d.restart()
				}
				told := d.poll()
				for _, c := range bySeq[s.Seq] {
					found := false
					for j, r := range told {
						if says(r, c.TitleBefore, c.TitleAfter, c.DescriptionBefore, c.DescriptionAfter) {
							told = append(told[:j], told[j+1:]...)
							found = true
							if c.Revert && r.Kind == news.Reverted {
								reverts++
							}
							break
						}
					}
					if found {
						right++
					} else {
						missed++
						t.Logf("missed in %d: %q → %q, %q → %q", s.Seq, c.TitleBefore, c.TitleAfter, c.DescriptionBefore, c.DescriptionAfter)
					}
				}
				for _, r := range told {
					invented++
					b, _ := json.Marshal(r.Edit)
					t.Logf("not a known change in %d: %s %s %s", s.Seq, r.Kind, r.Article.URL, b)
				}
			}
			t.Logf("%s: %d snapshots, %d changes: %d told, %d missed, %d not known; %d told as reverts", name, len(snapshots), len(changes), right, missed, invented, reverts)
			if missed > 0 {
				t.Errorf("%d changes were not told", missed)
			}
			if invented > len(changes)/100 {
				t.Errorf("%d announcements are of no known change", invented)
			}
		})
	}
}

// says reports whether the announcement leads between the texts.
func says(r news.Report, titleBefore, titleAfter, summaryBefore, summaryAfter string) bool {
	if r.Edit == nil {
		return false
	}
	want := map[news.Where][2]string{}
	plain := func(s string) string { return strings.Join(strings.Fields(news.Canonical(s)), " ") }
	if a, b := plain(titleBefore), plain(titleAfter); a != b {
		want[news.WhereHeadline] = [2]string{a, b}
	}
	if a, b := plain(summaryBefore), plain(summaryAfter); a != b {
		want[news.WhereStandfirst] = [2]string{a, b}
	}
	if len(r.Edit.Parts) == 0 {
		return false
	}
	for _, p := range r.Edit.Parts {
		w, ok := want[p.Part]
		if !ok || plain(p.Before) != w[0] || plain(p.After) != w[1] {
			return false
		}
	}
	return len(r.Edit.Parts) == len(want)
}

// TestReplayPairs serves real pages before and after, some edited and some
// not, each on a host of its own, and counts which are told. A pair counts as
// edited when the words differ in the texts that an independent extraction made
// of it, and its rules did not change in between.
func TestReplayPairs(t *testing.T) {
	for _, set := range []string{"edited", "unedited"} {
		t.Run(set, func(t *testing.T) {
			dir := realData(t, filepath.Join("pairs", set))
			type pair struct {
				ID          string `json:"id"`
				RuleChanged bool   `json:"extraction_rule_change"`
			}
			names := [2]string{"before", "after"}
			if set == "unedited" {
				names = [2]string{"a", "b"}
			}
			var second atomic.Bool
			d := newDesk(t, nil)
			hosts := make(map[string]string) // by the pair's ID
			refused := 0
			pairs := readLines[pair](t, dir+".jsonl")
			for _, p := range pairs {
				site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					name := names[0]
					if second.Load() {
						name = names[1]
					}
					if r.URL.Path != "/page" {
						http.NotFound(w, r)
						return
					}
					body, err := os.ReadFile(filepath.Join(dir, p.ID, name+".html"))
					if err != nil {
						t.Error(err)
					}
					w.Header().Set("Content-Type", "text/html")
					w.Write(body)
				}))
				defer site.Close()
				hosts[p.ID] = site.URL
				if a, ok := d.watch(site.URL+"/page", true); !ok {
					refused++
					t.Logf("%s refused: %s", p.ID, strings.Join(a.Lines, " "))
				}
			}
			if told := d.poll(); len(told) > 0 {
				t.Errorf("%d announcements of unchanged pages", len(told))
			}
			second.Store(true)
			told := make(map[string]news.Report)
			for _, r := range d.poll() {
				told[strings.TrimSuffix(r.Article.URL, "/page")] = r
			}
			edited, right := 0, 0
			for _, p := range pairs {
				r, ok := told[hosts[p.ID]]
				if set == "unedited" {
					if ok {
						b, _ := json.Marshal(r.Edit)
						t.Logf("%s told, though unedited: %.600s", p.ID, b)
					}
					continue
				}
				differ := wordsOf(t, filepath.Join(dir, p.ID, "before.md")) != wordsOf(t, filepath.Join(dir, p.ID, "after.md"))
				if differ && !p.RuleChanged {
					edited++
					if ok {
						right++
					} else {
						t.Logf("%s not told", p.ID)
					}
				} else if ok {
					t.Logf("%s told, though its text by other rules shows no edit of words", p.ID)
				}
			}
			t.Logf("%s: %d pages, %d refused, %d told", set, len(pairs), refused, len(told))
			if set == "edited" {
				t.Logf("edited in words: %d, of which %d told", edited, right)
				if right*10 < edited*9 {
					t.Errorf("%d of %d edited pages are told, want nine in ten", right, edited)
				}
			}
			if set == "unedited" && len(told) > 10 {
				t.Errorf("%d of %d unedited pages alarm, want 10 at most", len(told), len(pairs))
			}
		})
	}
}

var (
	mdLink  = regexp.MustCompile(`\]\([^)]*\)|(?m)^\[[^\]]*\]:.*$`)
	mdWords = regexp.MustCompile(`[\pL\pN]+`)
)

// wordsOf returns the words of a Markdown text, without its links' targets.
func wordsOf(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(mdWords.FindAllString(mdLink.ReplaceAllString(string(b), " "), -1), " ")
}
