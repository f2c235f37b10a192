package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/editwatch/editwatch/internal/news"
)

const (
	// snippetLen is about how long a snippet is, in bytes.
	snippetLen = 260
	// lead is how much of that stands before what was found.
	lead = 80
)

// excerpt shows a version's headline and the piece of its text, or of what the
// edit struck from it, that has the most of what was looked for. Of pieces that
// have as much, those that the edit changed go first.
func (f *finder) excerpt(t news.Text, e news.Edit) (title, snippet []Run) {
	title, _ = f.mark([]news.Word{{Op: news.Same, Text: t.Headline}})
	best := 0
	for _, p := range e.Parts {
		runs, found := f.mark(wordsOf(p))
		switch {
		case p.Part == news.WhereHeadline:
			if found > 0 {
				title = runs
			}
		case !f.q.Headline && found > best:
			snippet, best = runs, found
		}
	}
	if !f.q.Headline && !f.q.Changed {
		for _, p := range append([]string{t.Standfirst}, t.Paragraphs...) {
			if runs, found := f.mark([]news.Word{{Op: news.Same, Text: p}}); found > best {
				snippet, best = runs, found
			}
		}
	}
	return title, crop(snippet)
}

// wordsOf returns the runs of a part, which has none where it was moved only.
func wordsOf(p news.Part) []news.Word {
	if len(p.Words) > 0 {
		return p.Words
	}
	switch p.Op {
	case news.OpAdd:
		return []news.Word{{Op: news.Ins, Text: p.After}}
	case news.OpRemove:
		return []news.Word{{Op: news.Del, Text: p.Before}}
	}
	return []news.Word{{Op: news.Same, Text: p.After}}
}

// mark returns the words as runs, with what was looked for marked in the text
// as it was and as it is, and how many of the terms are there.
func (f *finder) mark(words []news.Word) (runs []Run, found int) {
	var before, after strings.Builder
	for _, w := range words {
		if w.Op != news.Ins {
			before.WriteString(w.Text)
		}
		if w.Op != news.Del {
			after.WriteString(w.Text)
		}
	}
	old, oldTerms := f.spans(before.String())
	new, newTerms := f.spans(after.String())
	for i := range f.terms {
		if oldTerms[i] || newTerms[i] {
			found++
		}
	}
	was, is := 0, 0 // where the word begins in each text
	changedHit := false
	for _, w := range words {
		hits := make([]bool, len(w.Text))
		for i := range hits {
			hits[i] = w.Op != news.Ins && old[was+i] || w.Op != news.Del && new[is+i]
			changedHit = changedHit || hits[i] && w.Op != news.Same
		}
		for from := 0; from < len(hits); {
			to := from
			for to < len(hits) && hits[to] == hits[from] {
				to++
			}
			runs = append(runs, Run{Text: w.Text[from:to], Op: w.Op, Hit: hits[from]})
			from = to
		}
		if w.Op != news.Ins {
			was += len(w.Text)
		}
		if w.Op != news.Del {
			is += len(w.Text)
		}
	}
	if f.q.Changed && !changedHit {
		found = 0
	}
	return runs, found
}

// spans returns which bytes of a text are of something looked for, and which
// of the terms there are.
func (f *finder) spans(s string) (hits []bool, terms []bool) {
	hits, terms = make([]bool, len(s)), make([]bool, len(f.terms))
	toks := tokens(s)
	for n, t := range f.terms {
		if t.not {
			continue
		}
		for i := range toks {
			end, ok := t.at(toks[i:])
			if !ok {
				continue
			}
			terms[n] = true
			for j := toks[i].start; j < end; j++ {
				hits[j] = true
			}
		}
	}
	return hits, terms
}

// at reports whether the tokens begin with the term, and where it ends.
func (t term) at(toks []token) (end int, ok bool) {
	if len(toks) < len(t.words) {
		return 0, false
	}
	for i, w := range t.words {
		last := i == len(t.words)-1
		switch {
		case toks[i].term == w:
			end = toks[i].end
		case last && t.begins && strings.HasPrefix(toks[i].term, w):
			end = toks[i].first // of a pair, its first character; of a word, all
		default:
			return 0, false
		}
	}
	return end, true
}

// crop leaves about snippetLen bytes around what was found first.
func crop(runs []Run) []Run {
	total, hit := 0, -1
	for _, r := range runs {
		if r.Hit && hit < 0 {
			hit = total
		}
		total += len(r.Text)
	}
	if total <= snippetLen+lead {
		return runs
	}
	from := max(min(hit-lead, total-snippetLen), 0)
	to := from + snippetLen
	var out []Run
	pos := 0
	for _, r := range runs {
		start, end := pos, pos+len(r.Text)
		pos = end
		if end <= from || start >= to {
			continue
		}
		text := r.Text
		if end > to && !r.Hit {
			text = cutAfter(text, to-start)
		}
		if start < from && !r.Hit {
			text = text[cutBefore(text, from-start):]
		}
		r.Text = text
		if text != "" {
			out = append(out, r)
		}
	}
	if len(out) > 0 && from > 0 {
		out = slices.Insert(out, 0, Run{Text: "… ", Op: news.Same})
	}
	if to < total {
		out = append(out, Run{Text: " …", Op: news.Same})
	}
	return out
}

// cutAfter returns s up to a space near n.
func cutAfter(s string, n int) string {
	if i := strings.LastIndexByte(s[:n], ' '); i > n-40 && i >= 0 {
		return s[:i]
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// cutBefore returns where the first word from n on begins.
func cutBefore(s string, n int) int {
	if i := strings.IndexByte(s[n:], ' '); i >= 0 && i < 40 {
		return n + i + 1
	}
	for n < len(s) && !utf8.RuneStart(s[n]) {
		n++
	}
	return n
}
