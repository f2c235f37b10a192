package store

import (
	"context"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// Archive keeps which versions are wanted at a public archive, and what came of
// it. One caller at a time follows the events, asks the archive and records:
//
//	Followed → events after it → Want          (what is wanted)
//	NextCopy → the archive → RecordCopy        (what came of it)
//
// A copy outlives the text of its version that is no longer kept, and goes with
// its article.
type Archive interface {
	// Followed returns the number of the newest event of which it was decided
	// what to archive. Asked for the first time ever, that is the newest event
	// there is: what happened before is never asked for.
	Followed(ctx context.Context) (news.Seq, error)
	// Want adds copies and moves Followed on to an event, in one transaction. A
	// copy that is there already stays as it is. One of an article that is
	// withheld or is no more, or of a version it does not have, is left out.
	// Followed never moves back: told less than it is, Want does nothing.
	Want(ctx context.Context, followed news.Seq, copies []news.Copy) error
	// NextCopy returns the copy that is to be seen to first, and when: when it is
	// due, or when the archive is no longer held back. It returns ErrNothing if
	// every copy is done.
	NextCopy(ctx context.Context) (news.Copy, time.Time, error)
	// RecordCopy replaces the record of a copy, which is there. If it is kept
	// now, an event of kind Archived tells so, recorded with it at its Settled. A
	// copy that is done already is left alone: recording twice changes nothing.
	RecordCopy(ctx context.Context, c news.Copy) error
	// ImportCopies adds copies that another record has, of versions that have none
	// here. No event tells of them. A copy of a version that is not there is
	// ErrConflict: nothing is written.
	ImportCopies(ctx context.Context, copies []news.Copy) error
	// HoldArchive holds the archive back until a time, which survives a restart;
	// the zero time lifts that.
	HoldArchive(ctx context.Context, until time.Time) error
	// Copies returns the copies of the article's versions from..to, both included,
	// by version; a to of 0 means the newest. Those of an article that is
	// withheld are among them: whoever shows them looks at it first.
	Copies(ctx context.Context, article news.ArticleID, from, to int) ([]news.Copy, error)
}
