package textdiff

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/clipperhouse/uax29/v2/words"
)

// A Token is one word, number or mark in a text, from byte Start up to End.
// White space lies between tokens and belongs to none.
type Token struct{ Start, End int }

// In returns the token's text in s, the string it was found in.
func (t Token) In(s string) string { return s[t.Start:t.End] }

// Tokens returns the tokens of s in order. They do not overlap and cover all
// but white space, of which they contain only what is part of a grapheme.
func Tokens(s string) []Token {
	out := make([]Token, 0, len(s)/5+1)
	inner := innerBoundaries(s)
	it := words.FromString(s)
	for it.Next() {
		start, end := it.Start(), it.End()
		n := len(out)
		adjoins := n > 0 && out[n-1].End == start
		switch {
		case adjoins && inner[start]:
			out[n-1].End = end
			continue
		case isSpace(s[start:end]):
			continue
		case adjoins && joins(s, out[n-1], start, end):
			out[n-1].End = end
			continue
		}
		for inner[start] { // a grapheme that begins with a space
			_, size := utf8.DecodeLastRuneInString(s[:start])
			start -= size
		}
		out = append(out, Token{start, end})
	}
	return out
}

// innerBoundaries returns the places of s at which a word boundary may not be
// kept because it lies inside a grapheme, as it does in Thai before U+0E33. It
// is nil for ASCII, where there are none.
func innerBoundaries(s string) map[int]bool {
	ascii := true
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		return nil
	}
	var inner map[int]bool
	it := graphemes.FromString(s)
	for it.Next() {
		if it.End()-it.Start() < 2 || isSpace(s[it.Start():it.End()]) {
			continue
		}
		for i := it.Start() + 1; i < it.End(); i++ {
			if utf8.RuneStart(s[i]) {
				if inner == nil {
					inner = make(map[int]bool)
				}
				inner[i] = true
			}
		}
	}
	return inner
}

// joins reports whether the segment s[start:end], which follows the token last
// without a space, is seen as part of it.
func joins(s string, last Token, start, end int) bool {
	prev, seg := last.In(s), s[start:end]
	if address(prev) {
		return !closes(s, start, end)
	}
	before, _ := utf8.DecodeLastRuneInString(prev)
	first, size := utf8.DecodeRuneInString(seg)
	next, _ := utf8.DecodeRuneInString(s[end:])
	switch {
	case size < len(seg) || wordRune(first):
		// A word or number after a mark that was joined, or that it completes.
		switch {
		case linker(before) && hasWordRune(prev):
			return true
		case unicode.IsDigit(first):
			return sign(before) && signs(s, last) || unicode.Is(unicode.Sc, before)
		}
		return false
	case first == '%' || first == '‰' || first == '°' || unicode.Is(unicode.Sc, first):
		return unicode.IsDigit(before) || unicode.IsDigit(next) && sign(before) && signs(s, last)
	case (first == '.' || first == '-') && strings.Trim(prev, seg) == "":
		return true // an ellipsis, a typed dash
	case first == ':' && next == '/' && (prev == "http" || prev == "https"):
		return true
	case first == '.' && abbreviation(prev):
		return true
	case first == ':' || first == '/' || first == '–' || first == '.' || first == ',':
		// Times, dates, scores and ranges: 10:30, 12/03/2024, 3–2.
		return unicode.IsDigit(before) && unicode.IsDigit(next)
	case first == '-' || first == '\u2010' || first == '\u2011':
		return wordRune(before) && wordRune(next) && !ideograph(before) && !ideograph(next)
	}
	return false
}

// linker reports whether r, at the end of a token of several runes, ties it to
// the word that follows.
func linker(r rune) bool {
	switch r {
	case '-', '\u2010', '\u2011', '–', ':', '/', '.', ',':
		return true
	}
	return false
}

// sign reports whether r can be the sign of a number.
func sign(r rune) bool { return r == '-' || r == '+' || r == '\u2212' || r == '–' }

// signs reports whether the mark t stands where a sign does: not after a word.
func signs(s string, t Token) bool {
	r, size := utf8.DecodeLastRuneInString(s[:t.Start])
	return size == 0 || unicode.IsSpace(r) || unicode.In(r, unicode.Ps, unicode.Pi, unicode.Sc)
}

// abbreviation reports whether a full stop after prev belongs to it: U.S, e.g.
func abbreviation(prev string) bool {
	want, dots := true, 0 // a letter is wanted, then a stop, in turn
	for _, r := range prev {
		if want != unicode.IsLetter(r) || !want && r != '.' {
			return false
		}
		if r == '.' {
			dots++
		}
		want = !want
	}
	return !want && dots > 0
}

// address reports whether prev is the beginning of a web address.
func address(prev string) bool {
	return strings.HasPrefix(prev, "http:") || strings.HasPrefix(prev, "https:") ||
		strings.HasPrefix(prev, "www.") && len(prev) > 4
}

// closes reports whether the segment s[start:end] is punctuation after an
// address rather than in it.
func closes(s string, start, end int) bool {
	if strings.ContainsAny(s[start:end], ")]>\"'»”’") {
		return true
	}
	next, size := utf8.DecodeRuneInString(s[end:])
	return strings.ContainsAny(s[start:end], ".,;:!?") && (size == 0 || unicode.IsSpace(next))
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// ideograph reports whether r belongs to a script that is written without
// spaces, whose segments are shorter than words.
func ideograph(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func isSpace(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}
