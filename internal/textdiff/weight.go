package textdiff

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What it is worth to leave a token unmarked, and what a mark costs. An island
// of unmarked text between two marks must be worth more than the second mark.
// The values were chosen on one half of the sentence pairs marked by people
// (see TestWordsAgainstPeople) and measured on the other.
const (
	weightWord     = 20
	weightFunction = 7
	weightMark     = 9 // punctuation, and single ideographs
	costRegion     = 7
	costSwap       = 4 // more for a region that replaces than for one that only adds or takes
)

// functionWords are the commonest words that carry grammar rather than content
// in English, German, French, Spanish, Portuguese, Italian and Dutch. Two texts
// share them by chance.
var functionWords = set(`
a an the and or but of to in on at by for with from as is are was were be been being it its this that these those
he she they we you i his her their our your my him them us has have had will would can could which who whom whose
than then so if when while there also into over under about after before not no do does did up out
der die das den dem des ein eine einen einem einer eines und oder aber von zu im in am an auf aus bei mit nach für
ist sind war waren wird werden wurde wurden hat haben hatte er sie es wir ihr sein seine ihre sich als auch wie dass nicht
le la les l un une des du de et ou mais à au aux en dans sur par pour avec est sont était été a ont avait il elle ils
elles on ce cet cette ces qui que qu se son sa ses leur leurs ne pas plus
el los las lo una unos unas y o pero del al con por para es son fue era ha han había su sus se que como más no
o os as um uma uns umas e ou mas do da dos das no na nos nas ao aos à às em com por para é são foi era tem seu sua
il lo gli i uno e ed o ma di del dello della dei degli delle al allo alla ai agli alle dal dalla nel nella nei sul sulla
con per tra fra è sono era ha hanno aveva si che non suo sua più come
het een en of maar van te op met voor door uit is zijn was werd hij zij ze we dat die deze dit niet
`)

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// weight returns what leaving the token unmarked is worth.
func weight(token string) int32 {
	r, size := utf8.DecodeRuneInString(token)
	switch {
	case size == len(token) && ideograph(r):
		return weightMark
	case !wordRune(r) && !hasWordRune(token[size:]):
		return weightMark
	case functionWords[strings.ToLower(token)]:
		return weightFunction
	}
	return weightWord
}

func hasWordRune(s string) bool { return strings.IndexFunc(s, wordRune) >= 0 }

// isMark reports whether the token is punctuation.
func isMark(token string) bool {
	return !hasWordRune(token) && strings.IndexFunc(token, unicode.IsPunct) >= 0
}
