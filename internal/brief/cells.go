package brief

import (
	"unicode"

	"golang.org/x/text/width"
)

// Cells returns how many cells of a terminal s takes, about: terminals differ
// about emoji.
func Cells(s string) (n int) {
	for _, r := range s {
		switch k := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case k == width.EastAsianWide, k == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
