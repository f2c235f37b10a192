package watcher

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/watcher/extract"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// article polls the page of an article and records what came of it.
func (v *visit) article(ctx context.Context, a news.Article) error {
	now := time.Now().UTC()
	watched, err := v.isWatched(ctx, a)
	if err != nil {
		return err
	}
	if !watched {
		a.Polling.Next = time.Time{}
		a.Polling.Detail = "nobody watches it any more"
		return v.record(ctx, store.Record{Article: a})
	}
	if a.Versions > 0 && !now.Before(v.when.retires(a)) {
		return v.retire(ctx, a, now)
	}
	resp, err := v.fetch.Get(ctx, fetch.Request{
		URL: a.URL, Accept: fetch.AcceptPage, MaxBytes: v.maxPage,
		ETag: a.Polling.ETag, LastModified: a.Polling.LastModified, BodyHash: a.Polling.BodyHash,
		Raw: v.keep == KeepAll,
	})
	if ctx.Err() != nil {
		return ctx.Err() // being stopped is nobody's failure
	}
	now = time.Now().UTC()
	v.note(a.Polling.Host, err, now)
	switch {
	case err != nil:
		if detail, ok := missing(err); ok {
			return v.gone(ctx, a, detail, now)
		}
		return v.failed(ctx, a, err, now)
	case resp.NotModified && a.Hold == nil && a.Removed.IsZero():
		return v.unchanged(ctx, a, news.OutcomeNotModified, now)
	case resp.Same && a.Hold == nil && a.Removed.IsZero():
		return v.unchanged(ctx, a, news.OutcomeSameBytes, now)
	case resp.NotModified || resp.Same:
		// The validators are kept only of readings that were believed, so that
		// an unchanged answer says that the newest version stands.
		return v.standing(ctx, a, now)
	}
	if leadsElsewhere(a.URL, resp.URL) {
		return v.gone(ctx, a, "it leads to "+section(resp.URL), now)
	}
	last, err := v.last(ctx, a)
	if err != nil {
		return err
	}
	known, err := v.reread(ctx, &a, last, resp.ContentType, now)
	if err != nil {
		return err
	}
	base := comparedWith(a, last)
	reading, err := v.read(resp.Body, extract.Options{URL: resp.URL, ContentType: resp.ContentType, Place: a.Place, Last: base})
	if err != nil {
		return v.refused(ctx, a, err, now)
	}
	if broken(reading.Text) > broken(base) {
		// Bytes of another charset than the page says: a fault of the answer,
		// which nobody wrote.
		return v.refused(ctx, a, &extract.Refusal{Reason: "a text with broken characters"}, now)
	}
	v.moved(&a, resp, now)
	v.describe(&a, reading, resp)
	if a.Versions == 0 {
		return v.baseline(ctx, a, reading, resp, now)
	}
	v.reads.note(a.Polling.Host, a.ID, now)
	f := finding{
		text: reading.Text, extractor: reading.Extractor, place: reading.Place, moved: reading.Moved, at: now, modified: reading.Modified,
	}
	hash := reading.Text.Hash()
	switch {
	case hash == a.Hash:
		// The newest version itself stands, and today's rules read it.
		a.Rereading, a.Extractor = nil, reading.Extractor
	case !known:
		// What the newest version was read from is not there to be read again.
		return v.rebase(ctx, a, f, news.RereadUpgrade, "it was read by newer rules", resp)
	case a.Rereading == nil || hash != base.Hash():
		return v.differs(ctx, a, last, f, resp)
	}
	remember(&a, resp)
	a.Place, a.Modified = reading.Place, reading.Modified
	return v.standing(ctx, a, now)
}

// last returns the newest version of the article, or a zero one.
func (v *visit) last(ctx context.Context, a news.Article) (news.Version, error) {
	if a.Versions == 0 {
		return news.Version{}, nil
	}
	return v.store.Version(ctx, a.ID, a.Versions)
}

// differs decides about a text that is not the one compared with. resp is nil
// for the reading of a feed. The stages, each of which may end it:
//
//  1. a headline that is known to alternate is read as if it had not;
//  2. what then says the same as before stands;
//  3. an earlier version is looked for that says this, or this in other
//     typography, for it may be an old copy or a revert;
//  4. in pages, what is the site's and not the article's is left out of the
//     comparison: boilerplate, and redesigns;
//  5. judge decides: it says the same, it is held, or it is believed.
func (v *visit) differs(ctx context.Context, a news.Article, last news.Version, f finding, resp *fetch.Response) error {
	base := comparedWith(a, last)
	if underTest(a, f.text.Headline) && underTest(a, base.Headline) && f.text.Headline != base.Headline && !headlineOnly(edit.Compare(base, f.text)) {
		// The headline alternates, which has been told: read the rest as if it had not.
		f.text.Headline = base.Headline
	}
	hash := f.text.Hash()
	if hash == a.Hash || hash == base.Hash() {
		return v.standing(ctx, a, f.at)
	}
	if n, err := v.store.FindVersion(ctx, a.ID, hash); err == nil {
		f.earlier = n
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	f.base, f.edit, f.stale = base, edit.Compare(base, f.text), v.reads.isStale(a.Polling.Host, f.at)
	if f.earlier == 0 && f.edit.Significance > news.Typography {
		var err error
		if f.earlier, err = v.earlierWords(ctx, a, f.text); err != nil {
			return err
		}
	}
	if a.Reading == news.PageReading {
		if done, err := v.dressed(ctx, &a, &f, resp); done || err != nil {
			return err
		}
	}
	verdict, h := judge(a, f.base, f, v.settle, v.when)
	switch verdict {
	case same:
		return v.standing(ctx, a, f.at)
	case hold:
		return v.hold(ctx, a, h, f)
	}
	return v.believe(ctx, a, last, f, resp)
}

// hold keeps a reading that is to be looked at again.
func (v *visit) hold(ctx context.Context, a news.Article, h *news.Hold, f finding) error {
	if old := a.Hold; old != nil && h.Looks == 1 {
		vanish(&a, *old, f.stale) // something third was read
	}
	a.Hold = h
	a.Polling = answered(a.Polling, news.OutcomeHeld, "it reads differently ("+string(h.Reason)+"); a second look decides", f.at)
	a.Polling.LastOK = h.After // what was seen last for certain
	a.Polling.Next = f.at.Add(min(nextLook(a, *h, v.when, rand.Float64()), max(v.when.interval(a, f.at), v.when.Look)))
	if f.site || h.Reason == news.HoldPlace {
		if err := v.siblings(ctx, a, f.at); err != nil {
			return err
		}
	}
	return v.record(ctx, store.Record{Article: a})
}

// believe stores a version and what happened.
func (v *visit) believe(ctx context.Context, a news.Article, last news.Version, f finding, resp *fetch.Response) error {
	seen, after := f.at, a.Polling.LastOK
	if a.Hold != nil && a.Hold.Reason != news.HoldGone && sameWords(a.Hold.Text, f.text) {
		seen, after = a.Hold.Since, a.Hold.After
	}
	kind := news.Edited
	switch {
	case !a.Removed.IsZero():
		kind = news.Returned
	case f.earlier > 0:
		kind = news.Reverted
	}
	event := news.Event{
		Kind: kind, At: f.at, From: last.Number, To: last.Number + 1,
		ChangedAfter: after, ChangedBefore: seen,
		Significance: f.edit.Significance, Classes: f.edit.Classes, Noted: f.edit.Noted,
	}
	if kind == news.Reverted {
		event.RevertedTo = f.earlier
	}
	version := news.Version{
		Article: a.ID, Number: last.Number + 1, Seen: seen, Hash: f.text.Hash(), Extractor: f.extractor, Text: f.text,
	}
	if f.base.Hash() != last.Hash {
		version.Basis = &f.base
	}
	a.Versions, a.Edits, a.Hash, a.Extractor = version.Number, a.Edits+1, version.Hash, version.Extractor
	a.Headline = f.text.Headline
	a.Place = f.place
	if underTest(a, f.text.Headline) && headlineOnly(f.edit) {
		a.Tested = nil // it has won
	}
	a.Hold, a.Removed, a.Rereading, a.Modified = nil, time.Time{}, nil, f.modified
	if f.edit.Significance >= news.Minor && !headlineOnly(f.edit) {
		a.Flips = 0
	}
	events, err := v.live(ctx, &a, event)
	if err != nil {
		return err
	}
	if f.edit.Significance >= news.Minor {
		a.LastEdited = seen
	}
	a.Polling = answered(a.Polling, news.OutcomeEdited, fmt.Sprintf("version %d was stored", version.Number), f.at)
	record := store.Record{Article: a, Version: &version, Events: events}
	if resp != nil {
		remember(&record.Article, resp)
		v.keepPage(&record, resp)
		record.Article.Polling.Next = v.next(f.at, v.when.interval(a, f.at), a.URL)
	}
	v.log.Info("edit", "article", a.ID, "version", version.Number, "kind", kind, "significance", f.edit.Significance)
	return v.record(ctx, record)
}

// baseline stores the first version, of which nothing is told.
func (v *visit) baseline(ctx context.Context, a news.Article, r extract.Reading, resp *fetch.Response, now time.Time) error {
	if into, ok, err := v.twin(ctx, a, r.Canonical); err != nil {
		return err
	} else if ok {
		v.log.Debug("same article under two addresses", "article", into.ID)
		return v.store.Merge(ctx, a.ID, into.ID)
	}
	version := news.Version{Article: a.ID, Number: 1, Seen: now, Hash: r.Text.Hash(), Extractor: r.Extractor, Text: r.Text}
	a.Versions, a.Hash, a.Extractor, a.Headline, a.Place, a.Modified = 1, version.Hash, r.Extractor, r.Text.Headline, r.Place, r.Modified
	if v.round != nil {
		t, err := v.template(ctx, a.Polling.Host)
		if err != nil {
			return err
		}
		t.learn(a.ID, r.Text, now)
		v.reads.note(a.Polling.Host, a.ID, now)
	}
	remember(&a, resp)
	a.Polling = answered(a.Polling, news.OutcomeBaseline, "version 1 was stored", now)
	a.Polling.Next = v.next(now, v.when.interval(a, now), a.URL)
	var keys []news.Key
	if r.Canonical != "" {
		keys = append(keys, news.AddressKey(news.PageReading, r.Canonical))
	}
	keys = append(keys, news.AddressKey(news.PageReading, resp.URL))
	record := store.Record{Article: a, Version: &version, Keys: keys}
	v.keepPage(&record, resp)
	return v.record(ctx, record)
}

// twin returns the article that is known by the canonical address already.
// A canonical address is refused when it is a home page, or when the two
// articles stand in one feed side by side: then it is the site's mistake.
func (v *visit) twin(ctx context.Context, a news.Article, canonical string) (news.Article, bool, error) {
	if canonical == "" || homePage(canonical) {
		return news.Article{}, false, nil
	}
	other, err := v.store.FindArticle(ctx, news.AddressKey(a.Reading, canonical))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return news.Article{}, false, nil
	case err != nil:
		return news.Article{}, false, err
	}
	shared := slices.ContainsFunc(a.Feeds, func(f news.FeedID) bool { return slices.Contains(other.Feeds, f) })
	return other, other.ID != a.ID && !shared, nil
}

// standing records that the newest version stands: what was held was not to be
// believed, and what was removed has returned.
func (v *visit) standing(ctx context.Context, a news.Article, now time.Time) error {
	if a.Hold == nil && a.Removed.IsZero() && a.Reading == news.PageReading {
		return v.unchanged(ctx, a, news.OutcomeSameText, now)
	}
	var events []news.Event
	if a.Hold != nil || !a.Removed.IsZero() {
		a.Steady = now
	}
	if h := a.Hold; h != nil {
		a.Hold = nil
		if h.Detail == oldCopy {
			v.reads.noteStale(a.Polling.Host, now)
		}
		if vanish(&a, *h, v.reads.isStale(a.Polling.Host, now)) {
			events = append(events, news.Event{
				Kind: news.Testing, At: now, From: a.Versions, To: a.Versions,
				ChangedAfter: h.After, ChangedBefore: now, Significance: news.Major,
				Classes: []news.Class{news.ClassHeadline}, Detail: "“" + a.Headline + "” and “" + h.Text.Headline + "”",
			})
		}
	}
	if !a.Removed.IsZero() {
		events = append(events, v.returned(&a, now))
	}
	a.Polling = answered(a.Polling, news.OutcomeSameText, v.why, now)
	if a.Reading == news.PageReading {
		a.Polling.Next = v.next(now, v.when.interval(a, now), a.URL)
	}
	return v.record(ctx, store.Record{Article: a, Events: events})
}

// unchanged records that the server sent nothing new.
func (v *visit) unchanged(ctx context.Context, a news.Article, o news.Outcome, now time.Time) error {
	a.Polling = answered(a.Polling, o, v.why, now)
	a.Polling.Next = v.next(now, v.when.interval(a, now), a.URL)
	return v.recordQuietly(ctx, a)
}

// record writes the record; events get the article's ID. A record that was
// changed by somebody else meanwhile is left as it is: the next poll sees.
func (v *visit) record(ctx context.Context, r store.Record) error {
	r.Events = append(v.events, r.Events...)
	r.Keys = append(v.keys, r.Keys...)
	v.events, v.keys = nil, nil
	for i := range r.Events {
		r.Events[i].Article = r.Article.ID
	}
	if r.Article.Polling.FailureTold && r.Article.Polling.Failures == 0 {
		r.Article.Polling.FailureTold = false
		now := r.Article.Polling.Last
		r.Events = append(r.Events, news.Event{Kind: news.Recovered, Article: r.Article.ID, At: now, ChangedBefore: now})
	}
	_, err := v.store.Record(ctx, r)
	switch {
	case errors.Is(err, store.ErrDeleted):
		v.log.Info("an article that was deleted came back under another address", "article", r.Article.ID)
		_, err = v.store.Delete(ctx, r.Article.ID)
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound): // the latter was deleted
		v.log.Debug("article changed meanwhile", "article", r.Article.ID)
		return nil
	}
	return err
}

// note tells the outage guard whether the host answered.
func (v *visit) note(host string, err error, now time.Time) {
	var fe *fetch.Error
	v.outage.note(host, !errors.As(err, &fe) || !fe.NoAnswer(), now)
}

// describe fills in what a page says about its article.
func (v *visit) describe(a *news.Article, r extract.Reading, resp *fetch.Response) {
	if a.Source == "" || r.Source != "" {
		a.Source = cmp.Or(r.Source, a.Source)
	}
	a.Language = cmp.Or(r.Language, a.Language)
	a.Kind = cmp.Or(r.Kind, a.Kind)
	if a.Published.IsZero() {
		a.Published = r.Published
	}
}

// broken counts the characters that stand for bytes that could not be read.
func broken(t news.Text) int {
	return strings.Count(t.Headline+t.Standfirst+strings.Join(t.Paragraphs, ""), "\uFFFD")
}

// remember keeps the validators of an answer whose text is believed.
func remember(a *news.Article, resp *fetch.Response) {
	a.Polling.ETag, a.Polling.LastModified, a.Polling.BodyHash = resp.ETag, resp.LastModified, resp.BodyHash
}

// answered returns the state after a poll that got an answer about the text.
func answered(p news.Polling, o news.Outcome, detail string, now time.Time) news.Polling {
	p.Last, p.LastOK, p.Outcome, p.Detail = now, now, o, detail
	p.Failures, p.FailingSince = 0, time.Time{}
	return p
}
