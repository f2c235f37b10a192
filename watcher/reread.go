package watcher

import (
	"context"
	"errors"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/watcher/extract"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// comparedWith returns the text that the next reading is compared with: the
// newest version's, unless a rereading stands in for it.
func comparedWith(a news.Article, last news.Version) news.Text {
	if a.Rereading != nil {
		return a.Rereading.Text
	}
	return last.Text
}

// reread reads the kept page again when another extractor read it, so that the
// next reading is compared with what today's rules make of the same bytes: what
// differs then was edited. It changes a, which the poll records in any case, so
// the work is done once. It reports whether that could be done; without the
// page, or when today's rules refuse it, nothing is known to compare with.
func (v *visit) reread(ctx context.Context, a *news.Article, last news.Version, contentType string, now time.Time) (known bool, err error) {
	if a.Versions == 0 {
		return true, nil
	}
	by := a.Extractor
	if a.Rereading != nil {
		by = a.Rereading.Extractor
	}
	if by == v.extractor {
		return true, nil
	}
	if h := a.Hold; h != nil && h.Reason != news.HoldGone {
		a.Hold = nil // read by the old rules; what it held is found again
	}
	page, err := v.store.Page(ctx, a.ID)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	// The charset that a header named is not kept; a site seldom changes it.
	reading, err := v.read(page, extract.Options{URL: a.URL, ContentType: contentType, Place: a.Place, Last: comparedWith(*a, last)})
	if err != nil {
		v.log.Warn("the kept page is refused by newer rules", "article", a.ID, "err", err)
		return false, nil
	}
	v.log.Debug("reread", "article", a.ID, "extractor", reading.Extractor)
	why := news.RereadUpgrade
	if a.Rereading != nil {
		why = a.Rereading.Why // still what stands in for it
	}
	a.Place, a.Modified = reading.Place, reading.Modified
	a.Rereading = &news.Rereading{Why: why, Text: reading.Text, Extractor: reading.Extractor, At: now}
	return true, nil
}

// rebase makes a reading what the next one is compared with, and tells nobody.
func (v *visit) rebase(ctx context.Context, a news.Article, f finding, why news.RereadingReason, detail string, resp *fetch.Response) error {
	a.Rereading = &news.Rereading{Why: why, Text: f.text, Extractor: f.extractor, At: f.at}
	a.Place, a.Modified, a.Hold = f.place, f.modified, nil
	remember(&a, resp)
	if !a.Removed.IsZero() {
		v.events = append(v.events, v.returned(&a, f.at))
	}
	a.Polling = answered(a.Polling, news.OutcomeSameText, detail, f.at)
	a.Polling.Next = v.next(f.at, v.when.interval(a, f.at), a.URL)
	record := store.Record{Article: a}
	v.keepPage(&record, resp)
	return v.record(ctx, record)
}
