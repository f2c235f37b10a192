// Package brief chooses the parts of an edit that matter and phrases them: one
// voice for chat messages, answers, the console and the web pages. It is pure;
// how a struck or an added word looks is each renderer's business.
//
//	news.Report ──Of──> Brief ──> Discord embed, Slack blocks, terminal, HTML
package brief

// A Brief is an announcement in words, compact and complete in itself.
//
// A renderer shows, from the top: Source and What; the Lines; the Remarks;
// When. It links URL from the source line and the Links at the foot.
type Brief struct {
	Source string // the publication: "The Harbour Post"
	What   string // "headline and 3 paragraphs", "article removed"
	URL    string // the article

	// Headline is the article's current headline. It is set unless a Line
	// already shows it.
	Headline string
	Lines    []Line
	More     int      // parts that Lines leave out
	Remarks  []string // "6 paragraphs unchanged", "facts changed, no correction note"
	When     []string // "Version 4, 2 h 10 min after version 3", "changed between 10:02 and 10:12 UTC"
	Links    []Link   // "History", "Side by side"
}

// A Line is one part of an edit or one sentence of a notice.
type Line struct {
	Label string // "¶2"; empty for the headline and for sentences
	Sign  string // "+" added, "−" removed, "↕" moved; otherwise empty
	Runs  []Run
}

// A Run is text with one mark.
type Run struct {
	Mark Mark
	Text string
}

// Mark says how a run is shown.
type Mark int

const (
	Plain Mark = iota // unchanged context or a sentence
	Del               // struck: it was there
	Ins               // bold: it is there now
	Gap               // "…" for context left out
)

// A Link is an address with its name.
type Link struct {
	Label, URL string
}
