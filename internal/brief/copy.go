package brief

import "github.com/editwatch/editwatch/internal/news"

// Copy says how a version's copy at a public archive stands. It completes
// "archived copy: …".
func Copy(c news.Copy) string {
	switch c.State {
	case news.CopyKept:
		return "kept"
	case news.CopyTaken:
		return "saved; the next check tells whether this version stood then"
	case news.CopyAsked:
		return "asked for"
	case news.CopyGivenUp:
		return "none: " + tidy(c.Trouble)
	}
	if c.Trouble == "" {
		return "to be asked for"
	}
	return "not yet: " + tidy(c.Trouble)
}
