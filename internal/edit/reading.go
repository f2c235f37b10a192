package edit

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/editwatch/editwatch/internal/textdiff"
)

// A word is a token of a text with what its surroundings say about it.
type word struct {
	textdiff.Token
	text   string // as it stands
	low    string // in lower case, with plain apostrophes and hyphens
	mark   bool   // punctuation
	first  bool   // the first word of a sentence, or a mark before it
	quoted bool   // inside quotation marks
}

// read returns the words of s.
func read(s string) []word {
	tokens := textdiff.Tokens(s)
	ws := make([]word, len(tokens))
	first := true
	for i, t := range tokens {
		w := word{Token: t, text: t.In(s)}
		w.low = strings.ToLower(foldMarks(w.text))
		w.mark = strings.IndexFunc(w.text, wordRune) < 0
		w.first = first
		switch {
		case !w.mark:
			first = false
		case closing(w.text) && i > 0 && ws[i-1].mark:
			// A quotation mark or bracket after a full stop belongs to the sentence before.
			w.first = false
		case sentenceEnd(w.text) && i > 0 && !abbreviated(ws[i-1], tokens, i, s):
			first = true
			w.first = false
		}
		ws[i] = w
	}
	quote(s, ws)
	return ws
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func sentenceEnd(mark string) bool {
	switch mark {
	case ".", "!", "?", "…", "...", "。", "！", "？", "؟", "।":
		return true
	}
	return false
}

func closing(mark string) bool {
	switch mark {
	case `"`, "'", "”", "’", "»", ")", "]", "」", "』", "）", "“":
		return true
	}
	return false
}

// abbreviations end in a full stop that ends no sentence.
var abbreviations = set(`mr mrs ms dr prof st sr jr gen col lt sgt capt rev hon gov sen rep no vs etc inc ltd co corp
	jan feb mar apr jun jul aug sep sept oct nov dec bzw ca nr str usw z.b hr fr m mme mlle mm sra srta dott sig ing avv`)

// abbreviated reports whether the full stop at token i, after w, ends no
// sentence: after an abbreviation or an initial, or when what follows goes on
// in lower case.
func abbreviated(w word, tokens []textdiff.Token, i int, s string) bool {
	if tokens[i].In(s) != "." || w.End != tokens[i].Start {
		return false
	}
	if abbreviations[w.low] || utf8.RuneCountInString(w.text) == 1 && unicode.IsUpper([]rune(w.text)[0]) {
		return true
	}
	if i+1 < len(tokens) {
		r, _ := utf8.DecodeRuneInString(tokens[i+1].In(s))
		return unicode.IsLower(r)
	}
	return false
}

// quote marks the words inside quotation marks. A quotation that is not closed
// goes on to the end of the paragraph, as quotations of several paragraphs do,
// if it began the paragraph; otherwise it is taken for a slip.
func quote(s string, ws []word) {
	open, closer := -1, ""
	for i := range ws {
		if !ws[i].mark {
			continue
		}
		m := ws[i].text
		spaceBefore := i == 0 || ws[i-1].End < ws[i].Start || ws[i-1].mark
		spaceAfter := i+1 == len(ws) || ws[i].End < ws[i+1].Start || ws[i+1].mark
		switch {
		case open >= 0 && strings.Contains(closer, m) && (spaceAfter || !spaceBefore || m == "」" || m == "』"):
			for k := open + 1; k < i; k++ {
				ws[k].quoted = true
			}
			open = -1
		case open < 0 && closers[m] != "" && (spaceBefore || m == "「" || m == "『"):
			open, closer = i, closers[m]
		}
	}
	if open == 0 {
		for k := range ws[1:] {
			ws[k+1].quoted = true
		}
	}
}

// closers tells for each opening quotation mark what closes it.
var closers = map[string]string{
	`"`: `"”`, "“": `”"`, "„": `“”"`, "«": "»", "»": "«", "'": "'’", "‘": "’'", "‚": "‘’", "「": "」", "『": "』", "‹": "›",
}

// quoteMark reports whether the mark can open or close a quotation, and cannot
// be an apostrophe.
func quoteMark(mark string) bool {
	switch mark {
	case `"`, "“", "”", "„", "«", "»", "「", "」", "『", "』":
		return true
	}
	return false
}

// key returns the words in a form in which case, punctuation and hyphens make no
// difference. Numbers keep their sign and their marks.
func key(ws []word) string {
	var b strings.Builder
	for _, w := range ws {
		if w.mark {
			continue
		}
		digits := strings.IndexFunc(w.low, unicode.IsDigit) >= 0
		for _, r := range w.low {
			switch {
			case digits || wordRune(r) || unicode.IsMark(r):
				b.WriteRune(r)
			case r == '\'':
			default:
				b.WriteByte(' ')
			}
		}
		b.WriteByte(' ')
	}
	return b.String()
}

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
