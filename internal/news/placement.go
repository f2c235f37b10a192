package news

import "time"

// A Placement says what came of placing a watch.
type Placement struct {
	Watch   Watch
	Existed bool // the channel had this watch already; nothing was changed

	// Of the feed or article that is watched:
	Title      string // the feed's title or the article's headline
	Articles   int    // articles the feed lists
	Paragraphs int    // paragraphs of the article's newest version
	Version    int    // the article's newest version
	Next       time.Time
	Found      string // the feed's address, when it was found on the page that was given
}

// A Refusal is an error for the person who asked: what is wrong, and what to
// do about it, a sentence each. It never contains an IP address, a secret or
// a piece of an answer.
type Refusal struct {
	What string
	Do   string
}

func (r *Refusal) Error() string {
	if r.Do == "" {
		return r.What
	}
	return r.What + " " + r.Do
}
