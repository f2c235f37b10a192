package edit

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// nameChanged reports whether a name stands on one side of ch only. A word that
// only changed its capital is none.
func (c *comparison) nameChanged(ch change) bool {
	if titled(c.before) || titled(c.after) {
		return false
	}
	return c.nameMissing(c.before, ch.b0, ch.b1, c.new(ch)) || c.nameMissing(c.after, ch.a0, ch.a1, c.old(ch)) ||
		c.subjectChanged(ch)
}

// subjectChanged reports whether a sentence that began with one word begins with
// quite another, and both may be names: "Smith said", "Jones said". Words that
// the article has in lower case as well are none, and in German all nouns look
// alike.
func (c *comparison) subjectChanged(ch change) bool {
	if c.lang == "de" || ch.b1-ch.b0 != 1 || ch.a1-ch.a0 != 1 {
		return false
	}
	o, n := c.before[ch.b0], c.after[ch.a0]
	for _, w := range []word{o, n} {
		if w.mark || !w.first || !capital(w.text) || function(w.low) || utf8.RuneCountInString(w.low) < 3 || c.plain != nil && c.plain(w.low) {
			return false
		}
		if openers[w.low] {
			return false
		}
	}
	if slipped(o, n) {
		return false
	}
	return !strings.HasPrefix(n.low, firstRunes(o.low, 3))
}

// openers begin sentences and name nobody.
var openers = set(`however still meanwhile yet now later earlier police officials experts people others many some most both all
	another instead nevertheless nonetheless moreover furthermore although though because since despite during such here
	selon ainsi pourtant cependant mais según además también aunque ainda também segundo porém secondo anche inoltre`)

// firstRunes returns the first n runes of s.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// nameMissing reports whether ws[lo:hi] has a name that others lack.
func (c *comparison) nameMissing(ws []word, lo, hi int, others []word) bool {
	for i := lo; i < hi; i++ {
		if !c.name(ws, i) {
			continue
		}
		found := false
		for _, o := range others {
			found = found || stem(o.low) == stem(ws[i].low) || slipped(o, ws[i])
		}
		if !found {
			return true
		}
	}
	return false
}

// slipped reports whether a and b are one capitalised word in which two
// neighbouring letters changed places: Road, Raod. That is a slip of the fingers
// put right, or made, and no other name. The first letter stands, and acronyms
// are made of nothing but first letters.
func slipped(a, b word) bool {
	if !capital(a.text) || !capital(b.text) || acronym(a.text) || acronym(b.text) {
		return false
	}
	x, y := []rune(stem(a.low)), []rune(stem(b.low))
	if len(x) != len(y) {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	return i > 0 && i+1 < len(x) && unicode.IsLetter(x[i]) && unicode.IsLetter(x[i+1]) &&
		x[i] == y[i+1] && x[i+1] == y[i] && slices.Equal(x[i+2:], y[i+2:])
}

// stem drops a possessive ending.
func stem(low string) string { return strings.TrimSuffix(strings.TrimSuffix(low, "'s"), "'") }

// name reports whether word i is a name: capitalised where grammar does not ask
// for it. At the beginning of a sentence it does, so there a word must be known
// as a name from elsewhere, be followed by another, or be an acronym.
func (c *comparison) name(ws []word, i int) bool {
	w := ws[i]
	if w.mark || !capital(w.text) || w.low == "i" || strings.HasPrefix(w.low, "i'") {
		return false
	}
	if _, ok := dateWords[w.low]; ok {
		return false // told as a date
	}
	if numberWords[w.low] != "" || unitWords[w.low] != "" {
		return false
	}
	if acronym(w.text) {
		return true
	}
	if c.lang == "de" && germanNoun(ws, i) {
		return false
	}
	if !w.first {
		return true
	}
	if function(w.low) {
		return false
	}
	if c.names != nil && c.names(w.low) {
		return true
	}
	return c.lang != "de" && i+1 < len(ws) && !ws[i+1].mark && capital(ws[i+1].text) && !acronym(ws[i+1].text)
}

func capital(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(r) || unicode.IsTitle(r)
}

// acronym reports whether s has two capitals or more and no small letter.
func acronym(s string) bool {
	n := 0
	for _, r := range s {
		switch {
		case unicode.IsUpper(r):
			n++
		case unicode.IsLower(r):
			return false
		}
	}
	return n >= 2
}

// titled reports whether most words are capitalised, as in an English headline,
// so that a capital says nothing.
func titled(ws []word) bool {
	long, capitals := 0, 0
	for _, w := range ws {
		if w.mark || utf8.RuneCountInString(w.text) < 5 {
			continue
		}
		long++
		if capital(w.text) {
			capitals++
		}
	}
	return long >= 3 && 10*capitals >= 9*long
}

// determiners and endings by which a German noun is told from a name.
var (
	germanDeterminers = set(`der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner
		im am zum zur beim vom ins ans sein seine seinen seinem seiner ihr ihre ihren ihrem ihrer unser unsere mein meine
		dieser diese dieses diesen diesem jeder jede jedes viele mehrere einige alle beide zwei drei vier fünf`)
	germanNounEndings = []string{"ung", "ungen", "heit", "heiten", "keit", "keiten", "schaft", "schaften", "tion", "tionen",
		"tät", "täten", "ismus", "nis", "nisse", "tum", "chen", "lein", "ling"}
	germanAdjectiveEndings = []string{"en", "em", "er", "es", "e"}
)

// germanNoun reports whether word i, capitalised as all nouns are in German, is
// an ordinary one.
func germanNoun(ws []word, i int) bool {
	for _, end := range germanNounEndings {
		if strings.HasSuffix(ws[i].low, end) {
			return true
		}
	}
	if i == 0 || ws[i].first {
		return false
	}
	prev := ws[i-1]
	if germanDeterminers[prev.low] {
		return true
	}
	if capital(prev.text) || prev.mark || function(prev.low) || utf8.RuneCountInString(prev.low) < 5 {
		return false
	}
	for _, end := range germanAdjectiveEndings {
		if strings.HasSuffix(prev.low, end) {
			return true
		}
	}
	return false
}
