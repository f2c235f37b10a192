package edit

import (
	"strings"
	"unicode"

	"github.com/editwatch/editwatch/internal/news"
)

// Fold returns s in the form in which texts are equal that differ only in
// typography: in the kind of quotation marks, dashes and ellipses, and in
// spaces beside punctuation. It is for comparing, never for showing, and
// idempotent. Canonical form is included.
//
// What could be a fact is not folded: the sign and the decimal mark of a number
// stay, and no two words become one.
func Fold(s string) string {
	return tighten(foldMarks(news.Canonical(s)))
}

var marks = strings.NewReplacer(
	"“", `"`, "”", `"`, "„", `"`, "‟", `"`, "«", `"`, "»", `"`, "″", `"`, "＂", `"`,
	"‘", "'", "’", "'", "‚", "'", "‛", "'", "‹", "'", "›", "'", "′", "'", "´", "'", "`", "'", "ʼ", "'", "＇", "'",
	"‐", "-", "‑", "-", "‒", "-", "–", "-", "−", "-", "﹘", "-", "－", "-",
	"—", " - ", "―", " - ", "⸺", " - ", "---", " - ", "--", " - ",
	"…", "...", "⋯", "...",
)

// foldMarks folds quotation marks, dashes and ellipses.
func foldMarks(s string) string {
	for { // an apostrophe may meet another only after a first pass
		folded := marks.Replace(s)
		if folded == s {
			return s
		}
		s = folded
	}
}

// tighten drops the spaces beside punctuation, but not beside a dash, which
// could be a sign, nor between two digits.
func tighten(s string) string {
	in := []rune(s)
	out := make([]rune, 0, len(in))
	for i, r := range in {
		if !unicode.IsSpace(r) {
			out = append(out, r)
			continue
		}
		if len(out) == 0 || i+1 == len(in) || unicode.IsSpace(in[i+1]) {
			continue
		}
		before, after := out[len(out)-1], in[i+1]
		if loose(before) || loose(after) {
			if !(digitNear(out, -1) && digitNear(in[i+1:], 1)) {
				continue
			}
		}
		out = append(out, ' ')
	}
	return string(out)
}

// loose reports whether a space beside r says nothing.
func loose(r rune) bool {
	return r != '-' && (unicode.IsPunct(r) || unicode.Is(unicode.Sc, r))
}

// digitNear reports whether the rune at an end of rs (the last for dir -1), or
// the one behind a mark there, is a digit.
func digitNear(rs []rune, dir int) bool {
	at := 0
	if dir < 0 {
		at = len(rs) - 1
	}
	for range 2 {
		if at < 0 || at >= len(rs) {
			return false
		}
		if unicode.IsDigit(rs[at]) {
			return true
		}
		if !loose(rs[at]) {
			return false
		}
		at += dir
	}
	return false
}
