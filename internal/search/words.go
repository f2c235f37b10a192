package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A token is one word of a text, or a pair of neighbours where a script puts
// no spaces between words. Both the index and queries are made of tokens, and
// nothing else ever reaches the index's own language.
type token struct {
	start, end int    // in the text
	first      int    // where the first character of a pair ends; end otherwise
	term       string // folded
}

// maxTerm bounds a term, in bytes: what is longer is cut, in texts and queries
// alike.
const maxTerm = 64

// breakTerm stands between paragraphs in the index, so that no phrase goes
// across. It is a letter to the index and none to tokens.
const breakTerm = "¶"

// tokens returns the words of a text: runs of letters and digits, without case
// and diacritics. Apostrophes and hyphens part words.
func tokens(s string) (list []token) {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !ofWord(r) {
			i += size
			continue
		}
		dense := spaceless(r)
		end := i + size
		for end < len(s) {
			r, size := utf8.DecodeRuneInString(s[end:])
			if !ofWord(r) || spaceless(r) != dense && !unicode.IsMark(r) {
				break
			}
			end += size
		}
		if dense {
			list = appendPairs(list, s, i, end)
		} else if term := fold(s[i:end]); term != "" {
			list = append(list, token{i, end, end, term})
		}
		i = end
	}
	return list
}

// appendPairs adds each character of a run with its neighbour, and the last one
// alone: whatever piece of the run is looked for is a phrase of pairs, or the
// beginning of one.
func appendPairs(list []token, s string, start, end int) []token {
	for i := start; i < end; {
		_, size := utf8.DecodeRuneInString(s[i:end])
		_, next := utf8.DecodeRuneInString(s[i+size : end])
		if term := fold(s[i : i+size+next]); term != "" {
			list = append(list, token{i, i + size + next, i + size, term})
		}
		i += size
	}
	return list
}

func ofWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// spaceless reports whether a character's script puts no spaces between words,
// or, as Korean does, hangs what others make words of on to them.
func spaceless(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao,
		unicode.Khmer, unicode.Myanmar) || r == 'ー'
}

// letters are those that Unicode does not take apart, and people leave out all
// the same.
var letters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ð", "d", "ł", "l", "ħ", "h", "þ", "th", "ı", "i")

// fold takes case, diacritics and width from a word.
func fold(s string) string {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	s = strings.ToLower(s)
	if !ascii {
		s = norm.NFC.String(strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Mn, r) {
				return -1
			}
			return r
		}, norm.NFKD.String(s)))
		s = letters.Replace(strings.ToLower(s))
		s = strings.Map(func(r rune) rune {
			if !ofWord(r) { // some letters are taken apart into more
				return -1
			}
			return r
		}, s)
	}
	if len(s) > maxTerm {
		cut := maxTerm
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut]
	}
	return s
}

// appendTerms writes the terms of a text as the index takes them.
func appendTerms(b []byte, s string) []byte {
	for _, t := range tokens(s) {
		b = append(b, t.term...)
		b = append(b, ' ')
	}
	return b
}

// A term is what a query looks for: words in a row.
type term struct {
	words  []string
	begins bool // the last word may go on
	not    bool
}

// parse reads what a person typed. It understands everything somehow.
func parse(s string) (terms []term) {
	for s = strings.TrimLeftFunc(s, unicode.IsSpace); s != "" && len(terms) < MaxTerms; s = strings.TrimLeftFunc(s, unicode.IsSpace) {
		var t term
		if rest, ok := cutAny(s, "-−"); ok && rest != "" && !unicode.IsSpace(firstRune(rest)) {
			t.not, s = true, rest
		}
		word, rest, closed := s, "", false
		if body, ok := cutAny(s, `"“”„«»`); ok {
			if i := strings.IndexAny(body, `"“”«»`); i >= 0 {
				_, size := utf8.DecodeRuneInString(body[i:])
				word, rest, closed = body[:i], body[i+size:], true
			} else {
				word = body // still being typed
			}
		} else if i := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`"“„«`, r) }); i > 0 {
			word, rest = s[:i], s[i:]
		}
		s = rest
		// The last word may still be being typed, unless something follows it.
		t.begins = strings.HasSuffix(word, "*") || s == "" && !closed && !endsWord(word)
		toks := tokens(word)
		for i, tok := range toks {
			if i > 0 && i == len(toks)-1 && tok.end == tok.first && tok.start == toks[i-1].first {
				continue // the last character of a run stands in the pair before it
			}
			t.words = append(t.words, tok.term)
		}
		if n := len(toks); n > 0 && spaceless(firstRune(word[toks[n-1].start:])) {
			// A character alone is the beginning of a pair; a pair ends with itself.
			t.begins = toks[n-1].end == toks[n-1].first && len(t.words) == 1
		}
		if len(t.words) > 0 {
			terms = append(terms, t)
		}
	}
	return terms
}

// endsWord reports whether what was typed ends with something that is of no
// word, such as a space or a full stop.
func endsWord(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return !ofWord(r)
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func cutAny(s, chars string) (rest string, ok bool) {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 || !strings.ContainsRune(chars, r) {
		return s, false
	}
	return s[size:], true
}
