// Package brief chooses the parts of an edit that matter and phrases them: one
// voice for chat messages, answers, the console and the web pages. It is pure;
// how a struck or an added word looks is each renderer's business.
//
//	news.Report ──Of──> Brief ──> Discord embed, Slack blocks, terminal, HTML
//	                      └─Shrink─> a smaller Brief, for a renderer it does not fit
//
// What holds of every Brief, whatever bytes the report has:
//
//   - No text in it has a line break, a control character or a mark that turns
//     the direction of what follows; none is cut inside a character as readers
//     see it (a grapheme cluster).
//   - Del and Ins runs are not empty, neither start nor end with a space, and
//     something separates two that follow each other.
//   - Nothing is escaped: page text is as the reader of the page saw it.
//
// Lengths are counted in Unicode code points, as Discord and Slack count them.
package brief

import (
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// A Brief is an announcement in words, compact and complete in itself.
//
// A renderer shows, from the top: Title; the Headline, if set; the Lines; the
// Notes; When. It links URL from the title and the Links at the foot.
type Brief struct {
	Source string // the publication: "The Harbour Post"
	What   string // "headline and 3 paragraphs", "article removed"
	URL    string // the article

	// Subject is the article's headline as of this announcement.
	Subject string
	// Headline is the Subject, unless a Line already shows it.
	Headline string
	Lines    []Line   // most important first
	More     int      // parts, or what a notice counts, that Lines leave out
	Remarks  []string // "6 paragraphs unchanged", "facts changed, no correction note"
	When     []string // "Version 4, 2 h 10 min after version 3", "changed between 10:02 and 10:12 UTC"
	Links    []Link   // "History", "Side by side"
}

// A Line is one part of an edit or one sentence of a notice. A headline that
// was written anew has two: the old one and the new one.
type Line struct {
	Part  news.Where // what it shows; empty for a sentence
	Label string     // "¶2"; empty for the headline and for sentences
	Sign  string     // "+" added, "−" removed, "↕" moved; otherwise empty
	Runs  []Run
	// Link is where people read more of what the first run names, in a digest.
	Link string
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
	Gap               // "…" for context left out, with the spaces around it
	Found             // unchanged, and what somebody looked for
)

// Changed reports whether the mark is of what an edit struck or added.
func (m Mark) Changed() bool { return m == Del || m == Ins }

// A Link is an address with its name.
type Link struct {
	Label, URL string
}

// Options say how much a brief tells and in whose time. The zero value is
// good for a chat message. A negative number means no limit.
type Options struct {
	Zone *time.Location // of the times shown; nil is UTC
	// Now is when the brief will be read, so that times on another day get
	// their date. The zero time stands for the day of the event.
	Now     time.Time
	Lines   int // the most parts and sentences shown; 0 is DefaultLines
	Context int // characters of unchanged text on either side of a change; 0 is DefaultContext
	Budget  int // characters in all lines together; 0 is DefaultBudget
}

// What the zero [Options] stand for. The numbers keep an announcement on one
// screen of a phone.
const (
	DefaultLines   = 8
	DefaultContext = 48
	DefaultBudget  = 1600
)

// Names longer than these, in characters, are no names.
const (
	maxSource   = 80
	maxHeadline = 300
)

// unlimited stands for a negative option.
const unlimited = 1 << 28

func (o Options) withDefaults() Options {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	set := func(n *int, def int) {
		switch {
		case *n == 0:
			*n = def
		case *n < 0:
			*n = unlimited
		}
	}
	set(&o.Lines, DefaultLines)
	set(&o.Context, DefaultContext)
	set(&o.Budget, DefaultBudget)
	return o
}

// Of phrases a report. It never fails: what the report lacks is left unsaid,
// and what is too long is cut at the end of a word. An edited report without
// an edit, which is a baseline, gives the zero Brief.
func Of(r news.Report, o Options) Brief {
	o = o.withDefaults()
	if r.Kind == news.Edited && r.Edit == nil && !r.Pruned {
		return Brief{}
	}
	var quiet int
	r.Edit, quiet = worthTelling(r.Edit)
	b := Brief{
		Source:  source(r),
		What:    what(r),
		URL:     r.Article.URL,
		Subject: subjectOf(r),
		Links:   links(r),
	}
	b.Source, b.Subject = Cut(b.Source, maxSource), Cut(b.Subject, maxHeadline)
	b.Lines = append(sentences(r), editLines(r, o)...)
	if limit := o.Lines; partsIn(b.Lines) > limit {
		b.Lines, b.More = firstParts(b.Lines, limit)
	}
	if !showsHeadline(b.Lines) {
		b.Headline = b.Subject
	}
	b.Remarks = remarks(r, quiet)
	b.When = when(r, o)
	return b.shrink(o.Budget, o.Context)
}

// An Item is what a digest says of one article or feed.
type Item struct {
	Name string // "The Harbour Post · Council votes to close bridge"
	Said string // "headline and 3 paragraphs"
	Link string // where people read more; may be empty
}

// Digest returns a brief with a line for each of the items.
func Digest(source, what, url string, items ...Item) Brief {
	b := Notice(source, what, url)
	for _, i := range items {
		l := Line{Runs: []Run{{Plain, tidy(i.Name)}}, Link: i.Link}
		if said := tidy(i.Said); said != "" {
			l.Runs = append(l.Runs, Run{Plain, " – " + said})
		}
		b.Lines = append(b.Lines, l)
	}
	return b
}

// Notice returns a brief of sentences about the watching itself, such as what
// waited while a channel could not be reached.
func Notice(source, what, url string, sentences ...string) Brief {
	b := Brief{Source: Cut(tidy(source), maxSource), What: tidy(what), URL: url}
	for _, s := range sentences {
		if s = tidy(s); s != "" {
			b.Lines = append(b.Lines, sentence(s))
		}
	}
	return b
}

// Runs makes the runs of a line of pieces of text, whatever is in them: pieces of
// one mark become one, spaces are moved out of what was struck and added, and one
// separates the two.
func Runs(pieces ...Run) []Run {
	var out []Run
	for i := 0; i < len(pieces); {
		whole := pieces[i]
		for i++; i < len(pieces) && pieces[i].Mark == whole.Mark; i++ {
			whole.Text += pieces[i].Text
		}
		out = appendPiece(out, whole)
	}
	if n := len(out); n > 0 && out[n-1] == (Run{Plain, " "}) {
		out = out[:n-1]
	}
	return out
}

// Empty reports whether there is nothing to say.
func (b Brief) Empty() bool { return b.What == "" && len(b.Lines) == 0 }

// links are where people read more. Of the copies at an archive there may be
// either, both or none.
func links(r news.Report) []Link {
	after := Link{"Archived copy", r.Links.Archive}
	var before Link
	if r.From != nil && r.Edit != nil {
		before, after.Label = Link{"Archived before", r.From.Archive}, "Archived after"
	}
	var out []Link
	for _, link := range []Link{{"History", r.Links.History}, {"Side by side", r.Links.Diff}, before, after} {
		if link.URL != "" {
			out = append(out, link)
		}
	}
	return out
}

// source is the publication's name, or the host people would look for.
func source(r news.Report) string {
	if s := tidy(r.Article.Source); s != "" {
		return s
	}
	return tidy(news.Host(r.Article.URL))
}

// subjectOf is the headline after an edit of it, else the newest one known.
func subjectOf(r news.Report) string {
	if r.Edit != nil && r.Kind != news.Testing {
		for _, p := range r.Edit.Parts {
			if s := tidy(p.After); p.Part == news.WhereHeadline && s != "" {
				return s
			}
		}
	}
	if s := tidy(r.Article.Headline); s != "" {
		return s
	}
	return tidy(r.New.Headline)
}

func showsHeadline(lines []Line) bool {
	for _, l := range lines {
		if l.Part == news.WhereHeadline {
			return true
		}
	}
	return false
}
