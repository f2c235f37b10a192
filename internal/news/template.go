package news

import "time"

// A Template is what is learnt of how one host dresses its articles: blocks
// that stand in many of them, and changes that many of them had alike.
type Template struct {
	Host string // as in Polling.Host
	// Read are the articles that were read of late, by ID.
	Read []ArticleRead
	// Blocks are those met in articles, most recently met last.
	Blocks []Block
	// Shifts are changes that could be the host's, most recent last.
	Shifts []Shift
	// Redesigns are changes that were taken for the host's, most recent last.
	Redesigns []Redesign
}

// An ArticleRead is when an article's text was last read.
type ArticleRead struct {
	Article ArticleID
	At      time.Time
}

// A Block is a paragraph that may be boilerplate.
type Block struct {
	Sum      uint64      // of its folded text
	Prose    bool        // it reads like a sentence of an article, so it takes more to call it boilerplate
	Articles []ArticleID // that had it, up to a bound
	At       time.Time   // when it was last met
}

// A Shift is one feature of how an article's text changed.
type Shift struct {
	Feature string
	Article ArticleID
	At      time.Time
}

// A Redesign is a feature by which many articles of the host changed alike.
type Redesign struct {
	Feature  string
	At       time.Time // when it was recognised
	Articles int       // that had changed by then
}
