package edit

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/editwatch/editwatch/internal/news"
)

// An excerpt is what is shown of texts where whole ones must not be: what
// changed, with a little around it. This is the one place that says how much.
const (
	// ExcerptWords is how many words are shown on either side of what changed,
	// and of a passage that only moved.
	ExcerptWords = 25
	// excerptLetters bounds that where words are not set apart, in characters.
	excerptLetters = 200
	// Omitted stands for what an excerpt leaves out.
	Omitted = "…"
)

// Excerpt returns the edit with nothing in its parts but what changed and the
// words around it. Words still concatenate to Before and After; the edit can no
// longer be applied. The headline stays whole.
func Excerpt(e news.Edit) news.Edit {
	e.Parts = slices.Clone(e.Parts)
	for i := range e.Parts {
		p := &e.Parts[i]
		if p.Part == news.WhereHeadline {
			continue
		}
		p.Words = excerptWords(p.Words)
		var before, after strings.Builder
		for _, w := range p.Words {
			if w.Op != news.Ins {
				before.WriteString(w.Text)
			}
			if w.Op != news.Del {
				after.WriteString(w.Text)
			}
		}
		p.Before, p.After = before.String(), after.String()
	}
	return e
}

// excerptWords cuts the unchanged runs of a part.
func excerptWords(words []news.Word) []news.Word {
	words = slices.Clone(words)
	for i := range words {
		w := &words[i]
		if w.Op != news.Same {
			continue
		}
		switch {
		case len(words) == 1:
			w.Text = cutAround(w.Text, true, false)
		default:
			w.Text = cutAround(w.Text, i > 0, i < len(words)-1)
		}
	}
	return words
}

// cutAround keeps of an unchanged run the words at its start, at its end, or
// both.
func cutAround(s string, atStart, atEnd bool) string {
	head, tail := 0, len(s)
	if atStart {
		head = firstWords(s)
	}
	if atEnd {
		tail = len(s) - lastWords(s)
	}
	if tail <= head || strings.TrimSpace(s[head:tail]) == "" {
		return s
	}
	before, after := strings.TrimRightFunc(s[:head], unicode.IsSpace), strings.TrimLeftFunc(s[tail:], unicode.IsSpace)
	if before != "" {
		before += " "
	}
	if after != "" {
		after = " " + after
	}
	return before + Omitted + after
}

// firstWords returns how many bytes the first words of s have.
func firstWords(s string) int {
	words, letters, inside := 0, 0, false
	for i, r := range s {
		space := unicode.IsSpace(r)
		if inside && space {
			words++
		}
		if words == ExcerptWords || letters == excerptLetters {
			return i
		}
		letters++
		inside = !space
	}
	return len(s)
}

// lastWords returns how many bytes the last words of s have.
func lastWords(s string) int {
	words, letters, inside := 0, 0, false
	for i := len(s); i > 0; {
		r, n := utf8.DecodeLastRuneInString(s[:i])
		space := unicode.IsSpace(r)
		if inside && space {
			words++
		}
		if words == ExcerptWords || letters == excerptLetters {
			return len(s) - i
		}
		letters++
		inside = !space
		i -= n
	}
	return len(s)
}

// ExcerptText returns of a text what an edit led to in it, and what another
// one led away from, with the words around that; each run of other paragraphs
// is one that says [Omitted]. Either edit may be nil. The headline stays whole.
func ExcerptText(t news.Text, to, from *news.Edit) news.Text {
	shown := map[int]string{}
	standfirst := ""
	note := func(e *news.Edit, number func(news.Part) *int, op news.WordOp) {
		if e == nil {
			return
		}
		for _, p := range e.Parts {
			n := number(p)
			text := sideOf(excerptWords(p.Words), op)
			switch {
			case p.Part == news.WhereStandfirst:
				standfirst = longer(standfirst, text)
			case p.Part == news.WhereParagraph && n != nil:
				shown[*n] = longer(shown[*n], text)
			}
		}
	}
	note(to, func(p news.Part) *int { return p.To }, news.Ins)
	note(from, func(p news.Part) *int { return p.From }, news.Del)
	out := news.Text{Headline: t.Headline, Standfirst: standfirst}
	if t.Standfirst != "" && standfirst == "" {
		out.Standfirst = Omitted
	}
	for i := range t.Paragraphs {
		switch text, ok := shown[i]; {
		case ok:
			out.Paragraphs = append(out.Paragraphs, text)
		case len(out.Paragraphs) == 0 || out.Paragraphs[len(out.Paragraphs)-1] != Omitted:
			out.Paragraphs = append(out.Paragraphs, Omitted)
		}
	}
	return out
}

// sideOf returns the text of one side of a part.
func sideOf(words []news.Word, op news.WordOp) string {
	var b strings.Builder
	for _, w := range words {
		if w.Op == news.Same || w.Op == op {
			b.WriteString(w.Text)
		}
	}
	return b.String()
}

// longer returns the longer text: of two excerpts of a paragraph the one that
// shows more, rather than the paragraph almost whole.
func longer(a, b string) string {
	if len(b) > len(a) {
		return b
	}
	return a
}

// ExcerptTexts returns both texts of an edit with every paragraph that it leaves
// alone replaced by [Omitted], so that each keeps its number, and the standfirst
// likewise; and the edit as [Excerpt] does.
func ExcerptTexts(old, next news.Text, e news.Edit) (news.Text, news.Text, news.Edit) {
	e = Excerpt(e)
	omit := func(t news.Text) news.Text {
		t.Paragraphs = slices.Repeat([]string{Omitted}, len(t.Paragraphs))
		return t
	}
	standfirst := old.Standfirst == next.Standfirst && old.Standfirst != ""
	old, next = omit(old), omit(next)
	if standfirst {
		old.Standfirst, next.Standfirst = Omitted, Omitted
	}
	for _, p := range e.Parts {
		if p.Part != news.WhereParagraph {
			continue
		}
		if p.From != nil && *p.From < len(old.Paragraphs) {
			old.Paragraphs[*p.From] = p.Before
		}
		if p.To != nil && *p.To < len(next.Paragraphs) {
			next.Paragraphs[*p.To] = p.After
		}
	}
	return old, next, e
}
