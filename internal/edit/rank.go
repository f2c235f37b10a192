package edit

import (
	"slices"

	"github.com/editwatch/editwatch/internal/news"
)

// ranking lists the classes, most significant first.
var ranking = []news.Class{
	news.ClassHeadline,
	news.ClassCorrection,
	news.ClassFact,
	news.ClassStandfirst,
	news.ClassAddition,
	news.ClassRemoval,
	news.ClassRewrite,
	news.ClassReorder,
	news.ClassMinor,
	news.ClassTypography,
}

// Rank returns the place of a class among all, 0 for the one that matters most.
// An unknown class comes last.
func Rank(class news.Class) int {
	if i := slices.Index(ranking, class); i >= 0 {
		return i
	}
	return len(ranking)
}

// Significance returns how much a class matters.
func Significance(class news.Class) news.Significance {
	switch class {
	case news.ClassReorder, news.ClassMinor:
		return news.Minor
	case news.ClassTypography:
		return news.Typography
	}
	return news.Major
}

// significance returns the highest of the classes.
func significance(classes []news.Class) news.Significance {
	highest := news.None
	for _, class := range classes {
		highest = max(highest, Significance(class))
	}
	return highest
}

// A classSet collects classes.
type classSet map[news.Class]bool

func (s classSet) add(classes ...news.Class) {
	for _, class := range classes {
		s[class] = true
	}
}

// list returns the classes, most significant first. What is minor or typography
// goes without saying beside a class that says more.
func (s classSet) list() []news.Class {
	out := []news.Class{}
	for _, class := range ranking {
		if s[class] && (len(out) == 0 || class != news.ClassMinor && class != news.ClassTypography) {
			out = append(out, class)
		}
	}
	return out
}
