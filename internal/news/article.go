package news

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"time"
)

// ArticleID identifies an article for as long as its record is kept. It is
// opaque: it does not follow the article's address or headline.
type ArticleID string

// FeedID identifies a feed. It is opaque.
type FeedID string

// Reading says what an article's text was read from. Readings of different
// kinds are never compared with each other.
type Reading string

const (
	// PageReading is the text of the article's own page.
	PageReading Reading = "page"
	// FeedReading is the title and summary an entry has in its feed.
	FeedReading Reading = "feed"
)

// Text is what a reader sees of an article, in canonical form.
type Text struct {
	Headline   string   `json:"headline"`
	Standfirst string   `json:"standfirst,omitempty"`
	Paragraphs []string `json:"paragraphs"`
}

// Empty reports whether there is nothing to read.
func (t Text) Empty() bool {
	return t.Headline == "" && t.Standfirst == "" && len(t.Paragraphs) == 0
}

// Hash is the SHA-256 of a canonical text in hexadecimal; see [Text.Hash].
type Hash string

// Hash returns the text's content hash: the SHA-256 of the headline, the
// standfirst and each paragraph in order, each followed by a zero byte, which
// canonical text cannot contain. Anyone who holds the text can recompute it.
func (t Text) Hash() Hash {
	h := sha256.New()
	for _, s := range append([]string{t.Headline, t.Standfirst}, t.Paragraphs...) {
		io.WriteString(h, s)
		h.Write([]byte{0})
	}
	return Hash(hex.EncodeToString(h.Sum(nil)))
}

// A Version is one stored reading of an article.
type Version struct {
	Article   ArticleID
	Number    int       // 1 is the baseline
	Seen      time.Time // the poll that first read this text
	Hash      Hash
	Extractor string // the extractor and its version that read the text, e.g. "page/1"
	Text      Text
	// Basis is what the version's edit is counted from, where that is not the
	// text of the version before it: a rereading of that one, or the same with
	// the boilerplate of today. Nil everywhere else.
	Basis *Text
}

// Before returns the text that v's edit is counted from; previous is the
// version before v.
func (v Version) Before(previous Version) Text {
	if v.Basis != nil && v.Number == previous.Number+1 {
		return *v.Basis
	}
	return previous.Text
}

// An Article is a page over time.
type Article struct {
	ID       ArticleID
	Reading  Reading
	URL      string   // where it is read, and where people are sent
	Feeds    []FeedID // the feeds that have listed it
	Source   string   // the publication's name, as people know it: "The Harbour Post"
	Headline string   // of the newest version, or the feed's until there is one
	Language string   // BCP 47, empty when unknown
	Kind     string   // schema.org type when the page states one: NewsArticle, LiveBlogPosting …

	FirstSeen  time.Time
	Published  time.Time // as the page or feed states it; zero when unknown
	LastEdited time.Time // when the newest significant edit was seen; zero when none
	Armed      time.Time // when a person asked for it to be checked again; zero when never
	Versions   int       // 0 until the baseline is read
	Edits      int       // edits recorded, counted rather than derived

	Hash      Hash   // of the newest version
	Extractor string // that read it
	Place     string // where on the page the text stood, opaque to all but the extractor

	Hold   *Hold    // a reading that waits for a second look
	Flips  int      // held readings that were gone at the second look
	Tested []string // headlines under test, once told as such
	// Vanished are headlines that were held and gone at a later look, each once
	// and the newest last; one that vanishes twice is under test.
	Vanished []string
	// Rereading is what the next reading is compared with, in place of the
	// newest version's text; nil for most.
	Rereading *Rereading
	Modified  time.Time // as the page of the newest believed reading states it; zero when unknown
	// Steady is when the newest version was read again after a poll that had seen
	// something else: a reading that was held and not believed, or no page. What the
	// page said in between is not known. Zero when there was no such poll.
	Steady time.Time
	// Live is since when the article is a live page; zero when it is none. See
	// [Article.LiveAt]. Lives counts how often that was told.
	Live  time.Time
	Lives int

	Removed time.Time // when its removal was confirmed; zero while it stands
	Retired time.Time // when it left the schedule by age; zero while checked

	// Withheld is since when the operator withholds the article: it is visited
	// and recorded as before, but nothing of it is told or shown. Zero for most.
	// WithheldWhy is the sentence that is shown in its place.
	Withheld    time.Time
	WithheldWhy string
	// Pruned is how many of its oldest versions are no longer kept: their texts
	// are gone, their numbers and events stay. Zero for most.
	Pruned int

	Polling Polling
}

// LiveQuiet is how long a live page must rest before all its edits are told
// again.
const LiveQuiet = 6 * time.Hour

// LiveAt reports whether the page is live at the time, that is, edited so often
// that its edits are recorded, and told only where the headline, a fact or a
// correction changed.
func (a Article) LiveAt(t time.Time) bool {
	return !a.Live.IsZero() && t.Sub(Later(a.Live, a.LastEdited)) < LiveQuiet
}

// Later returns the later of two times.
func Later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Known returns nil for the zero time, which JSON would show as a year.
func Known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// A Rereading stands in for the newest version's text when the next reading
// is compared. It is not a version, and nothing is ever told of it.
type Rereading struct {
	Why       RereadingReason
	Text      Text
	Extractor string // that read Text
	At        time.Time
}

// RereadingReason says why the newest version's text is not what to compare with.
type RereadingReason string

const (
	RereadUpgrade  RereadingReason = "upgrade"  // newer rules read what it was read from
	RereadRedesign RereadingReason = "redesign" // the site gave many articles another dress at once
)

// A Hold is a reading that differs and waits for a second look.
type Hold struct {
	Reason HoldReason
	Text   Text      // what was read; empty for HoldGone
	After  time.Time // the last poll that saw the old state
	Since  time.Time // the poll that first found it
	Looks  int       // how many polls have found it, the first included

	// Extractor and Place belong to Text as they do to a version's.
	Extractor string
	Place     string
	// Detail says more in words, e.g. "404" for HoldGone.
	Detail   string
	Modified time.Time // as the held page states it; zero when unknown
}

// HoldReason says why a reading is not believed at first sight.
type HoldReason string

const (
	HoldHeadline HoldReason = "headline"     // only the headline differs: a test, perhaps
	HoldLoss     HoldReason = "loss"         // much of the text is missing
	HoldEarlier  HoldReason = "earlier text" // the text of an earlier version came back
	HoldPlace    HoldReason = "place"        // the text was found elsewhere on the page
	HoldSite     HoldReason = "site"         // what differs may be the site's dress, not the article's
	HoldGone     HoldReason = "gone"         // the page is missing
)

// Polling is the state of visiting one address: a feed's or an article's.
type Polling struct {
	Host string    // authority of the address: what politeness is owed to
	Next time.Time // when the next poll is due; zero when not scheduled

	Last    time.Time // the newest poll
	LastOK  time.Time // the newest poll that got an answer about the text
	Outcome Outcome   // what came of the newest poll
	Detail  string    // the outcome in a few words for people; no address, no body

	Failures     int       // polls in a row that failed
	FailingSince time.Time // the first of those
	FailureTold  bool      // channels were told that it fails

	// Validators of the newest full answer.
	ETag         string
	LastModified string
	BodyHash     string // of the bytes as sent, before unpacking
}

// Outcome is what came of a poll.
type Outcome string

const (
	OutcomeBaseline    Outcome = "baseline"     // the first version was stored
	OutcomeNotModified Outcome = "not modified" // the server said so (304)
	OutcomeSameBytes   Outcome = "same bytes"
	OutcomeSameText    Outcome = "same text"
	OutcomeEdited      Outcome = "edited"  // a version was stored
	OutcomeHeld        Outcome = "held"    // it differs and waits for a second look
	OutcomeRefused     Outcome = "refused" // the answer is no article: a wall, an error page
	OutcomeGone        Outcome = "gone"    // 404, 410 or a redirect to a section page
	OutcomeFailed      Outcome = "failed"  // no usable answer
	OutcomeListed      Outcome = "listed"  // a feed was read
)

// A Feed is a syndication document that lists entries.
type Feed struct {
	ID        FeedID
	URL       string
	Title     string
	SiteURL   string
	FirstSeen time.Time
	Listed    time.Time // when it last listed an entry not seen before
	Entries   int       // entries in the newest reading
	// Every is the newest interval between polls, adapted to how often it lists something new.
	Every   time.Duration
	Polling Polling
}
