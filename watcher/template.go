package watcher

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// What stands in many articles of a host is the host's and not theirs. Two
// things are learnt, and kept in the host's [news.Template]:
//
//   - boilerplate: blocks that stand in several articles. They are left out on
//     both sides when two readings are compared; what is stored has them.
//   - redesigns: many articles that changed alike within a window. Their new
//     texts become what the next readings are compared with, and nobody but
//     the operator is told.
//
// Prose is not boilerplate because it stands in three articles: agencies repeat
// a paragraph of background for weeks. Correction notes never are.
const (
	// blockArticles is how many articles must have a block at their edges.
	blockArticles = 3
	// Prose needs proseArticles, and proseShare of all articles met.
	proseArticles = 6
	proseShare    = 0.75

	// maxBlocks bounds what is remembered of a host, maxArticles of a block.
	maxBlocks   = 256
	maxArticles = 32

	// headBlocks and tailBlocks are how many blocks are at the edges of a text,
	// but never more than a quarter and a third of it.
	headBlocks, tailBlocks = 2, 4

	// A redesign is when redesignArticles, and more than half of those that were
	// read in redesignWindow, changed alike. It holds for redesignFor, so that
	// articles that are read once a day meet it too.
	redesignArticles = 5
	redesignWindow   = 6 * time.Hour
	redesignFor      = 7 * 24 * time.Hour
	maxShifts        = 512
	maxRedesigns     = 32
)

// A template is what is known of a host while its articles are polled.
type template struct {
	news.Template
	changed bool
}

// template reads what is known of the article's host, once a round. Without a
// round, as for a watch that is being placed, nothing is learnt.
func (v *visit) template(ctx context.Context, host string) (*template, error) {
	if v.round == nil {
		t, err := v.store.Template(ctx, host)
		return &template{Template: t}, err
	}
	if t := v.round.template; t != nil && t.Host == host {
		return t, nil
	}
	if err := v.round.keep(ctx, v.Watcher); err != nil {
		return nil, err
	}
	t, err := v.store.Template(ctx, host)
	if err != nil {
		return nil, err
	}
	v.round.template = &template{Template: t}
	return v.round.template, nil
}

// keep stores what the round has learnt.
func (r *round) keep(ctx context.Context, w *Watcher) error {
	t := r.template
	if t == nil || !t.changed {
		return nil
	}
	t.Read = w.reads.of(t.Host, t.Read, time.Now().UTC())
	if err := w.store.PutTemplate(ctx, t.Template); err != nil {
		return err
	}
	t.changed = false
	return nil
}

// reads remembers which articles were read of late, by host. It is kept with
// the template only when that changes: to read an article that has not changed
// is to cost nothing.
type reads struct {
	mu     sync.Mutex // guards the fields below
	hosts  map[string]map[news.ArticleID]time.Time
	pruned time.Time            // when reads out of the window were last dropped
	asked  map[string]time.Time // when siblings were looked at
	stale  map[string]time.Time // when an old copy was served
}

// maxHosts bounds how many hosts are remembered.
const maxHosts = 4096

// note remembers that an article's text was read.
func (r *reads) note(host string, id news.ArticleID, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hosts == nil {
		r.hosts = make(map[string]map[news.ArticleID]time.Time)
	}
	if now.Sub(r.pruned) > redesignWindow {
		for host, of := range r.hosts {
			maps.DeleteFunc(of, func(_ news.ArticleID, at time.Time) bool { return now.Sub(at) > redesignWindow })
			if len(of) == 0 {
				delete(r.hosts, host)
			}
		}
		r.pruned = now
	}
	of := r.hosts[host]
	if of == nil && len(r.hosts) >= maxHosts {
		return
	}
	if of == nil {
		of = make(map[news.ArticleID]time.Time)
		r.hosts[host] = of
	}
	if len(of) >= maxShifts {
		for id, at := range of {
			if now.Sub(at) > redesignWindow {
				delete(of, id)
			}
		}
	}
	if len(of) < maxShifts {
		of[id] = now
	}
}

// ask reports whether it is time to look at other articles of a host, and
// notes that it is done.
func (r *reads) ask(host string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at, ok := r.asked[host]; ok && now.Sub(at) < siblingsEvery {
		return false
	}
	if r.asked == nil || len(r.asked) >= maxHosts {
		r.asked = make(map[string]time.Time)
	}
	r.asked[host] = now
	return true
}

// staleFor is how long a host that served an old copy is thought to do so.
const staleFor = 24 * time.Hour

// noteStale remembers that a host served an old copy. That is not kept: a crash
// may take it.
func (r *reads) noteStale(host string, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stale == nil || len(r.stale) >= maxHosts {
		r.stale = make(map[string]time.Time)
	}
	r.stale[host] = now
}

// isStale reports whether the host served an old copy of late.
func (r *reads) isStale(host string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.stale[host]
	return ok && now.Sub(at) < staleFor
}

// of returns the articles of the host read within the window, those of before
// included.
func (r *reads) of(host string, before []news.ArticleRead, now time.Time) []news.ArticleRead {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []news.ArticleRead
	for _, x := range before {
		if _, ok := r.hosts[host][x.Article]; !ok && now.Sub(x.At) <= redesignWindow {
			list = append(list, x)
		}
	}
	for id, at := range r.hosts[host] {
		if now.Sub(at) <= redesignWindow {
			list = append(list, news.ArticleRead{Article: id, At: at})
		}
	}
	slices.SortFunc(list, func(a, b news.ArticleRead) int { return strings.Compare(string(a.Article), string(b.Article)) })
	return list
}

// learn notes the blocks of an article's reading that may be boilerplate.
func (t *template) learn(id news.ArticleID, text news.Text, now time.Time) {
	for i, p := range text.Paragraphs {
		if !mayRepeat(text, i) {
			continue
		}
		sum := sumOf(p)
		at := slices.IndexFunc(t.Blocks, func(b news.Block) bool { return b.Sum == sum })
		b := news.Block{Sum: sum, Prose: prose(p)}
		if at >= 0 {
			b = t.Blocks[at]
			if slices.Contains(b.Articles, id) && now.Sub(b.At) < redesignWindow {
				continue
			}
			t.Blocks = slices.Delete(t.Blocks, at, at+1)
		}
		if !slices.Contains(b.Articles, id) && len(b.Articles) < maxArticles {
			b.Articles = append(b.Articles, id)
		}
		b.At = now
		t.Blocks = append(t.Blocks, b)
		t.changed = true
	}
	for len(t.Blocks) > maxBlocks {
		// The oldest of those met in one article go first.
		at := slices.IndexFunc(t.Blocks, func(b news.Block) bool { return len(b.Articles) < 2 })
		t.Blocks = slices.Delete(t.Blocks, max(at, 0), max(at, 0)+1)
	}
}

// articles counts the articles whose blocks are remembered.
func (t *template) articles() int {
	all := make(map[news.ArticleID]bool)
	for _, b := range t.Blocks {
		for _, id := range b.Articles {
			all[id] = true
		}
	}
	return len(all)
}

// boilerplate tells which paragraphs of a text are the host's.
func (t *template) boilerplate(text news.Text) []bool {
	var is []bool
	for i, p := range text.Paragraphs {
		if mayRepeat(text, i) && t.hosts(sumOf(p)) {
			if is == nil {
				is = make([]bool, len(text.Paragraphs))
			}
			is[i] = true
		}
	}
	if !slices.Contains(is, false) {
		return nil // it would leave nothing
	}
	return is
}

// hosts reports whether a block is the host's.
func (t *template) hosts(sum uint64) bool {
	name := strconv.FormatUint(sum, 36)
	for _, r := range t.Redesigns {
		if r.Feature == featureAdded+name || r.Feature == featureGone+name {
			return true
		}
	}
	for _, b := range t.Blocks {
		if b.Sum != sum {
			continue
		}
		n := len(b.Articles)
		if b.Prose {
			return n >= proseArticles && float64(n) >= proseShare*float64(min(t.articles(), maxArticles))
		}
		return n >= blockArticles
	}
	return false
}

// withBoilerplateOf returns old as it would read with the boilerplate of text
// in place of its own, so that a comparison finds none. It reports whether that
// differs from old.
func (t *template) withBoilerplateOf(old, text news.Text) (news.Text, bool) {
	was, is := t.boilerplate(old), t.boilerplate(text)
	if was == nil && is == nil {
		return old, false
	}
	var before, after []string // the boilerplate of both
	var kept []string
	for i, p := range old.Paragraphs {
		if was != nil && was[i] {
			before = append(before, p)
		} else {
			kept = append(kept, p)
		}
	}
	for i, p := range text.Paragraphs {
		if is != nil && is[i] {
			after = append(after, p)
		}
	}
	if slices.Equal(before, after) {
		return old, false
	}
	out := old
	out.Paragraphs = weave(kept, text.Paragraphs, is)
	return out, true
}

// weave puts the marked paragraphs of text among those kept, beside the
// neighbours they have in text.
func weave(kept, text []string, marked []bool) []string {
	at := func(i int) bool { return marked != nil && marked[i] }
	first, last := 0, len(text)
	for first < len(text) && at(first) {
		first++
	}
	for last > first && at(last-1) {
		last--
	}
	out := slices.Clone(kept)
	for i := last - 1; i >= first; i-- {
		if !at(i) {
			continue
		}
		where := -1
		for j := i + 1; j < last && where < 0; j++ {
			if !at(j) {
				where = slices.Index(out, text[j])
			}
		}
		for j := i - 1; j >= first && where < 0; j-- {
			if !at(j) {
				if k := slices.Index(out, text[j]); k >= 0 {
					where = k + 1
				}
			}
		}
		if where < 0 {
			where = min(i-first, len(out))
		}
		out = slices.Insert(out, where, text[i])
	}
	out = append(slices.Clone(text[:first]), out...)
	return append(out, text[last:]...)
}
