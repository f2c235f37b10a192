package brief

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/editwatch/editwatch/internal/news"
)

// Title is the brief's first line: "The Harbour Post · headline and 3
// paragraphs".
func (b Brief) Title() string { return join(" · ", b.Source, b.What) }

// Notes is the line under the parts: "and 4 more · 6 paragraphs unchanged".
func (b Brief) Notes() string {
	more := ""
	if b.More > 0 {
		more = "and " + strconv.Itoa(b.More) + " more"
	}
	return join(" · ", append([]string{more}, b.Remarks...)...)
}

// Summary is the brief in one line of at most most characters, for what pops up
// on a phone: who, what, and the headline.
func (b Brief) Summary(most int) string {
	s := join(", ", b.Source, b.What)
	about := cmp.Or(b.Subject, b.Headline)
	switch {
	case b.test():
		about = b.Lines[0].raw() + " / " + b.Lines[1].raw()
	case about == "" && len(b.Lines) > 0 && b.Lines[0].Link == "":
		return Cut(join(". ", s, b.Lines[0].Plain()), most) // a sentence
	case about == "" && len(b.Lines) > 0:
		about = b.Lines[0].Plain()
	}
	sep := ": "
	if strings.Contains(b.What, sep) { // one is enough
		sep = " – "
	}
	return Cut(join(sep, s, about), most)
}

// test reports whether the brief shows two headlines that alternate.
func (b Brief) test() bool {
	return len(b.Lines) > 1 && b.Lines[0].Label == "A" && b.Lines[1].Label == "B"
}

// Plain is the whole brief in plain words, a line each, without the links: for
// notifications, screen readers and wherever nothing can be struck.
func (b Brief) Plain() string {
	out := []string{b.Title()}
	if b.Headline != "" {
		out = append(out, b.Headline)
	}
	for _, l := range b.Lines {
		out = append(out, l.Plain())
	}
	out = append(out, b.Notes(), strings.Join(b.When, " · "))
	return join("\n", out...)
}

// Plain is the line in plain words: "¶2: The bridge carries 8,000 → 11,000
// vehicles a day", "¶9 removed: …".
func (l Line) Plain() string {
	name := l.Label
	if l.Part == news.WhereHeadline && name == "" {
		name = "headline"
	}
	only := l.only()
	switch {
	case l.Sign == SignAdded:
		name += " added"
	case l.Sign == SignRemoved:
		name += " removed"
	case l.Sign == SignMoved:
		name += " moved"
	case only == Del:
		name += " before"
	case only == Ins:
		name += " now"
	}
	text := l.words()
	if l.Sign == SignAdded || l.Sign == SignRemoved || only != Plain {
		text = l.raw()
	}
	return join(": ", strings.TrimSpace(name), text)
}

// only returns Del or Ins if the line has runs of that mark and of no other,
// else Plain.
func (l Line) only() Mark {
	mark := Gap
	for _, r := range l.Runs {
		switch {
		case r.Mark == Gap:
		case mark == Gap:
			mark = r.Mark
		case mark != r.Mark:
			return Plain
		}
	}
	if !mark.Changed() {
		return Plain
	}
	return mark
}

// words says the runs with an arrow between what was and what is, and brackets
// around what was only added or only removed.
func (l Line) words() string {
	var b strings.Builder
	replaced := false // the run before was struck and one added follows it
	for i, r := range l.Runs {
		switch r.Mark {
		case Del:
			if replaced = l.replaced(i); replaced {
				b.WriteString("“" + r.Text + "”")
				continue
			}
			b.WriteString("[removed: " + r.Text + "]")
		case Ins:
			if replaced {
				b.WriteString("→ “" + r.Text + "”")
				replaced = false
				continue
			}
			b.WriteString("[added: " + r.Text + "]")
		default:
			b.WriteString(r.Text)
		}
	}
	return strings.TrimSpace(b.String())
}

// replaced reports whether what run i struck has something in its place: an
// added run with no text between.
func (l Line) replaced(i int) bool {
	for _, r := range l.Runs[i+1:] {
		switch {
		case r.Mark == Ins:
			return true
		case r.Mark == Del, r.Mark == Plain && r.Text != " ":
			return false
		}
	}
	return false
}

// raw is the line's text without its marks.
func (l Line) raw() string {
	var b strings.Builder
	for _, r := range l.Runs {
		b.WriteString(r.Text)
	}
	return strings.TrimSpace(b.String())
}

// join is strings.Join without the empty ones.
func join(sep string, parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, sep)
}
