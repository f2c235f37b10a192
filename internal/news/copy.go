package news

import "time"

// A Copy is one version's page as a public archive keeps it: proof that does not
// rest on our word. An archive keeps a page as of a time; its copy is one of the
// version only if the version is known to have stood at that time.
type Copy struct {
	Article ArticleID
	Version int
	State   CopyState
	Wanted  time.Time // when it was first wanted
	// Due is the earliest time of the next step; Settled is when there was none
	// left. One of the two is zero.
	Due, Settled time.Time
	Attempts     int // that came to nothing

	Job   string    // CopyAsked: the archive's name for what it does for us
	Asked time.Time // when the archive took the job on
	// Taken is the archive's time of the copy, and URL where people find it; both
	// are empty until there is one. The URL of a copy that is not CopyKept is
	// shown to nobody.
	Taken time.Time
	URL   string
	// Trouble says why the newest attempt came to nothing, in words safe for
	// people.
	Trouble string
}

// CopyState is where a copy stands.
type CopyState string

const (
	CopyWanted CopyState = "wanted" // to be asked or looked for
	CopyAsked  CopyState = "asked"  // the archive said that it will save the page
	// CopyTaken: the archive saved the page. The next look at the page tells
	// whether the version stood then.
	CopyTaken   CopyState = "taken"
	CopyKept    CopyState = "kept"     // the archive keeps the version
	CopyGivenUp CopyState = "given up" // it will not come about; Trouble says why
)

// Done reports whether nothing more will be done for the copy.
func (c Copy) Done() bool { return c.State == CopyKept || c.State == CopyGivenUp }

// CopyURL returns where an archive keeps the version, among copies, or an empty
// string.
func CopyURL(copies []Copy, version int) string {
	for _, c := range copies {
		if c.Version == version && c.State == CopyKept {
			return c.URL
		}
	}
	return ""
}
