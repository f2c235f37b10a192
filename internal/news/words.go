package news

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxWords is the most words or phrases a watch includes, and excludes.
	MaxWords = 20
	// MaxWord is the most characters of one.
	MaxWord = 60
)

// WantsWords reports whether the watch's Include and Exclude let pass what the
// texts say, and if not, why, in the words of [Watch.Wants]. The texts are the
// headlines on both sides of an edit and the changed paragraphs, as they were
// and as they are; of other events, the headline.
//
// A word stands for itself, whatever its case, and not for a part of another
// word: "port" is not in "report". A phrase has spaces between its words, and
// a word that ends in * stands for its beginning: "flood*". In scripts that
// put no spaces between words, any place will do.
func (w Watch) WantsWords(texts ...string) (ok bool, why string) {
	if len(w.Include) == 0 && len(w.Exclude) == 0 {
		return true, ""
	}
	low := make([]string, len(texts))
	for i, t := range texts {
		low[i] = foldWords(t)
	}
	has := func(word string) bool {
		return slices.ContainsFunc(low, func(t string) bool { return hasWord(t, foldWords(word)) })
	}
	if i := slices.IndexFunc(w.Exclude, has); i >= 0 {
		return false, fmt.Sprintf("the watch leaves out what says “%s”", w.Exclude[i])
	}
	if len(w.Include) > 0 && !slices.ContainsFunc(w.Include, has) {
		return false, fmt.Sprintf("nothing in it says “%s”, and the watch wants only what does", strings.Join(w.Include, "” or “"))
	}
	return true, ""
}

// foldWords folds case, typographic apostrophes and white space.
func foldWords(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '’' || r == 'ʼ' {
			return '\''
		}
		return unicode.ToLower(r)
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// hasWord reports whether the word stands in the text; both are folded.
func hasWord(text, word string) bool {
	word, begins := strings.CutSuffix(word, "*")
	if word == "" {
		return false
	}
	for at := 0; ; {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return false
		}
		i += at
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		first, size := utf8.DecodeRuneInString(word)
		last, _ := utf8.DecodeLastRuneInString(word)
		after, _ := utf8.DecodeRuneInString(text[i+len(word):])
		if !joined(before, first) && (begins || !joined(last, after)) {
			return true
		}
		at = i + size
	}
}

// joined reports whether two characters next to each other are of one word.
func joined(a, b rune) bool { return ofWord(a) && ofWord(b) }

// spaceless are scripts that do not put spaces between words.
var spaceless = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

func ofWord(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)) && !unicode.IsOneOf(spaceless, r)
}

// ParseWords reads words and phrases separated by commas. The empty string and
// "none" are no words.
func ParseWords(s string) ([]string, error) {
	var words []string
	if off(s) {
		return nil, nil
	}
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == '、' || r == '，' }) {
		word = strings.Join(strings.Fields(strings.Trim(word, ` "“”`)), " ")
		switch {
		case word == "" || slices.Contains(words, word):
			continue
		case utf8.RuneCountInString(word) > MaxWord:
			return nil, fmt.Errorf("a word or phrase has at most %d characters", MaxWord)
		case strings.Trim(word, "* ") == "" || strings.ContainsFunc(word, unicode.IsControl):
			return nil, fmt.Errorf("words are separated by commas, like bridge, flood*; not %q", typed(s))
		}
		words = append(words, word)
	}
	if len(words) > MaxWords {
		return nil, fmt.Errorf("at most %d words or phrases can be given", MaxWords)
	}
	return words, nil
}
