package search

import (
	"errors"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// A Query says what to find. Zero fields select all.
type Query struct {
	// Words is what a person typed: words, all of which must be there; phrases
	// in quotes; -words that must not be there. The last word stands for every
	// word that begins with it, as it may still be being typed; a word that ends
	// in * does so too. Anything may be typed: what is no word is passed over.
	// Empty words find all that the other fields select.
	Words string

	Source  string
	Article news.ArticleID
	// Since and Until bound when the version was recorded: from Since on, and
	// before Until.
	Since, Until time.Time
	// Classes wants versions whose edit has one of the classes at least, and
	// Least those whose edit has that significance at least. Neither finds
	// baselines.
	Classes []news.Class
	Least   news.Significance

	Headline bool // the words stand in the headline
	Changed  bool // the words were struck or added
	// Each finds every version that matches; otherwise one of each article is
	// found, the one that would stand first among them.
	Each bool
	// Best puts first what matches best among the newest [MaxRanked] versions
	// that match; otherwise the newest stands first.
	Best bool

	// Where has only articles be found of which it is true; nil is all. It is
	// asked once of each article with versions that match, until the page is
	// full, and must be quick. Best looks at the newest that match anywhere.
	Where func(news.Article) bool `json:"-"`

	Max int // hits on a page; 0: [DefaultHits], at most [MaxHits]
	// After is the Next of the page before, of a query that is otherwise the
	// same.
	After string
}

const (
	// DefaultHits is how many hits a page has.
	DefaultHits = 20
	// MaxHits is the most hits a page can have.
	MaxHits = 100
	// MaxRanked is how many of the newest matches Query.Best looks at.
	MaxRanked = 1000
	// MaxTerms is how many words and phrases of a query are looked for. Those
	// after them are passed over.
	MaxTerms = 16
)

var (
	// ErrCursor means that Query.After is not the Next of a page.
	ErrCursor = errors.New("this place in the list cannot be found; start again from its first page")
	// ErrSlow means that the search was given up because it takes too long.
	ErrSlow = errors.New("this search takes too long; look for longer words, or for fewer")
	// ErrUnavailable means that the index cannot be read right now. Nothing else
	// depends on it.
	ErrUnavailable = errors.New("search does not work right now")
)

// Results are one page of what was found.
type Results struct {
	Hits []Hit `json:"hits"`
	// Next is the After of the next page; empty on the last.
	Next string `json:"next"`
	// Rebuilding says that the index does not know all of the record yet, so
	// that there may be more to find soon.
	Rebuilding bool `json:"rebuilding,omitempty"`
}

// A Hit is a version that matches, with the edit that led to it. Its JSON form
// is the same in the API and on the command line.
type Hit struct {
	Article news.ArticleID `json:"article"`
	Source  string         `json:"source"`
	URL     string         `json:"url"`
	// Headline is the version's, and so it may not be the article's of today.
	Headline string `json:"headline"`
	// From and To number the versions of the edit. From is 0 where To is the
	// baseline.
	From int `json:"from"`
	To   int `json:"to"`
	// Seq is the event that tells of the edit; 0 where there is none.
	Seq          news.Seq          `json:"seq"`
	At           time.Time         `json:"at"` // when the version was recorded
	Significance news.Significance `json:"significance"`
	Classes      []news.Class      `json:"classes"`
	// Title is the headline in runs, with what was struck from it where that
	// was found.
	Title []Run `json:"title"`
	// Snippet is the piece of the text that shows best what was found; empty
	// where nothing but the headline matches.
	Snippet []Run `json:"snippet"`
}

// A Run is a piece of text as it is: no markup.
type Run struct {
	Text string      `json:"text"`
	Op   news.WordOp `json:"op"` // whether the edit struck it, added it, or left it
	Hit  bool        `json:"hit,omitempty"`
}

// Status says how far an index has come.
type Status struct {
	Versions int // that can be found
	Of       int // that the store has
	// Rebuilding says that the index was new or unusable when it was opened, and
	// has not caught up with the store yet.
	Rebuilding bool
}
