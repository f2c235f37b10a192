package brief

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/clipperhouse/uax29/v2/words"

	"github.com/editwatch/editwatch/internal/news"
)

// ellipsis stands for what is left out.
const ellipsis = "…"

// Len returns how many characters s has as chat platforms count them: code
// points.
func Len(s string) int { return utf8.RuneCountInString(s) }

// Clean makes text safe to set into a line: line breaks and other white space
// become spaces, and control characters are left out, with the marks that turn
// the direction of all that follows, which would reach past the text they came
// in. It changes nothing a reader sees of ordinary text, and keeps the spaces at
// its ends.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), news.Turns(r), r == '\uFEFF':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// OneLine is Clean with one space for every run of white space and none at the
// ends: a name, to be shown as it is where nothing is escaped.
func OneLine(s string) string { return strings.Join(strings.Fields(Clean(s)), " ") }

// tidy is Clean without the spaces at the ends.
func tidy(s string) string { return strings.TrimSpace(Clean(s)) }

// Cut returns s, or its beginning and "…" if it has more than most characters,
// cut at the end of a word. The result never has more than most characters.
func Cut(s string, most int) string {
	if Len(s) <= most {
		return s
	}
	if most < 1 {
		return ""
	}
	return start(s, most-1) + ellipsis
}

// maxNames is how many characters a list of names has, at most.
const maxNames = 300

// Names lists names within a sentence, as many as fit into one.
func Names(names []string) string { return Cut(strings.Join(names, ", "), maxNames) }

// start returns the beginning of s: whole words; else, where not one fits,
// whole grapheme clusters; else characters, since something must be shown.
func start(s string, most int) string {
	h := trimRight(head(s, most))
	if h == "" {
		at, _ := lastStart(graphemes.FromString(s), most)
		h = trimRight(s[:at])
	}
	if h == "" {
		h = trimRight(runes(s, most))
	}
	return h
}

// segments walks the words or the grapheme clusters of a text.
type segments interface {
	Next() bool
	Value() string
	Start() int
}

// longWord is the length from which a word may be cut inside.
const longWord = 24

// head returns as many whole words from the start of s as fit into most
// characters, and the whole grapheme clusters that fit of a long word after
// them.
func head(s string, most int) string {
	if Len(s) <= most {
		return s
	}
	at, next := lastStart(words.FromString(s), most)
	if next >= longWord {
		at, _ = lastStart(graphemes.FromString(s), most)
	}
	return s[:at]
}

// tail is head from the end of s.
func tail(s string, most int) string {
	skip := Len(s) - most
	if skip <= 0 {
		return s
	}
	at, prev := firstStart(words.FromString(s), len(s), skip)
	if prev >= longWord {
		at, _ = firstStart(graphemes.FromString(s), len(s), skip)
	}
	return s[at:]
}

// lastStart returns the start of the last segment that has at most n characters
// before it, and that segment's length.
func lastStart(seg segments, n int) (at, length int) {
	for seen := 0; seg.Next() && seen <= n; seen += length {
		at, length = seg.Start(), Len(seg.Value())
	}
	return at, length
}

// firstStart returns the start of the first segment that has at least n
// characters before it, or end, and the length of the segment before it.
func firstStart(seg segments, end, n int) (at, length int) {
	for seen := 0; seg.Next(); seen += length {
		if seen >= n {
			return seg.Start(), length
		}
		length = Len(seg.Value())
	}
	return end, length
}

// runes returns the first n characters of s.
func runes(s string, n int) string {
	for i := range s {
		if n <= 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// phraseHead is head, ended at the end of a phrase if one is near.
func phraseHead(s string, most int) string {
	h := head(s, most)
	if len(h) == len(s) {
		return s
	}
	for i := len(h); i > len(h)*3/5; {
		r, n := utf8.DecodeLastRuneInString(h[:i])
		if pauses(r, s[i:]) {
			return h[:i]
		}
		i -= n
	}
	return h
}

// phraseTail is tail, begun at the start of a phrase if one is near.
func phraseTail(s string, most int) string {
	t := tail(s, most)
	if len(t) == len(s) {
		return s
	}
	for i, r := range t {
		if i > len(t)*2/5 {
			break
		}
		if rest := t[i+utf8.RuneLen(r):]; pauses(r, rest) {
			return strings.TrimLeft(rest, " ")
		}
	}
	return t
}

// pauses reports whether a reader pauses after r, given what follows it: the
// comma of "8,000" is no pause.
func pauses(r rune, rest string) bool {
	switch r {
	case '，', '。', '；', '：', '、', '！', '？':
		return true
	case ',', ';', ':', '.', '!', '?', '،', '؛', '؟', '।':
		return strings.HasPrefix(rest, " ")
	}
	return false
}

// Upper returns s with its first letter in upper case.
func Upper(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

func trimRight(s string) string     { return strings.TrimRight(s, " ") }
func trimLeft(s string) string      { return strings.TrimLeft(s, " ") }
func startsWithSpace(s string) bool { return strings.HasPrefix(s, " ") }
