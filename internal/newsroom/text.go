package newsroom

import (
	"slices"
	"strings"
	"unicode"
)

// Text is what a reader sees of an article.
type Text struct {
	Headline   string   `json:"headline"`
	Standfirst string   `json:"standfirst,omitempty"`
	Paragraphs []string `json:"paragraphs"`
}

// Clone returns a copy that shares nothing with t.
func (t Text) Clone() Text {
	t.Paragraphs = slices.Clone(t.Paragraphs)
	return t
}

// Equal reports whether a reader could not tell t from u.
func (t Text) Equal(u Text) bool {
	return t.Headline == u.Headline && t.Standfirst == u.Standfirst && slices.Equal(t.Paragraphs, u.Paragraphs)
}

// each applies f to every piece of the text.
func (t Text) each(f func(string) string) Text {
	u := Text{Headline: f(t.Headline), Standfirst: f(t.Standfirst), Paragraphs: make([]string, len(t.Paragraphs))}
	for i, p := range t.Paragraphs {
		u.Paragraphs[i] = f(p)
	}
	return u
}

// straighten returns s as typed on a keyboard: straight quotes, three dots,
// hyphens for spaced dashes. Guillemets lose the spaces inside them.
func straighten(s string) string { return straightener.Replace(s) }

var straightener = strings.NewReplacer(
	"« ", `"`, "«\u00a0", `"`, "«", `"`, " »", `"`, "\u00a0»", `"`, "»", `"`,
	"“", `"`, "”", `"`, "„", `"`, "‘", "'", "’", "'", "‚", "'",
	" – ", " - ", "…", "...",
)

// curl is the inverse of straighten for texts written with a spaced dash and
// an ellipsis of three dots: it sets the quotation marks of the language.
func curl(s, lang string) string {
	marks := [2]string{"“", "”"}
	switch lang {
	case "de":
		marks = [2]string{"„", "“"}
	case "fr":
		marks = [2]string{"« ", " »"}
	}
	s = strings.ReplaceAll(s, " - ", " – ")
	s = strings.ReplaceAll(s, "...", "…")
	var b strings.Builder
	prev := ' '
	for _, r := range s {
		opens := unicode.IsSpace(prev) || strings.ContainsRune("([–—", prev)
		switch {
		case r == '"' && opens:
			b.WriteString(marks[0])
		case r == '"':
			b.WriteString(marks[1])
		case r == '\'' && opens && lang == "en":
			b.WriteString("‘")
		case r == '\'':
			b.WriteString("’")
		default:
			b.WriteRune(r)
		}
		prev = r
	}
	return b.String()
}
