// Package report puts an event, or several of one article, together with all
// that a stranger needs to understand it: the article, the versions at both
// ends, what changed between them and where to read more. Announcements,
// answers, pages and webhooks all start from the report made here, so they
// never tell the same edit differently.
//
//	events ──Of──> news.Report ──brief.Of──> words
//	  └─ article, two versions and their copies at an archive, edit.Compare
//
// It reads and never writes. Several events become one report by comparing
// the text before the first with the text after the last, so that what was
// changed and changed back in between is not told.
package report

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
)

// Store is what a report is made from; see package store for the contract.
type Store interface {
	Article(ctx context.Context, id news.ArticleID) (news.Article, error)
	Version(ctx context.Context, article news.ArticleID, number int) (news.Version, error)
	Feed(ctx context.Context, id news.FeedID) (news.Feed, error)
	Copies(ctx context.Context, article news.ArticleID, from, to int) ([]news.Copy, error)
}

// Links makes the addresses of the pages people are sent to.
type Links struct {
	// Base is the address the pages are served under, for example
	// "https://edits.example.org". When it is empty there are no links.
	Base string
}

// Home returns the address of the list of recent edits, or an empty string.
func (l Links) Home() string { return l.to("/") }

// History returns the address of an article's history, or an empty string.
func (l Links) History(article news.ArticleID) string {
	return l.to("/articles/" + string(article))
}

// Diff returns the address that shows two versions of an article side by
// side, or an empty string.
func (l Links) Diff(article news.ArticleID, from, to int) string {
	return l.to("/articles/" + string(article) + "/diff/" + strconv.Itoa(from) + "/" + strconv.Itoa(to))
}

func (l Links) to(path string) string {
	if l.Base == "" {
		return ""
	}
	return strings.TrimSuffix(l.Base, "/") + path
}

// Of returns the report of events, which all concern the same article or the
// same feed and are ordered oldest first. The newest names the report's kind.
//
// When something that the report needs cannot be read, Of returns the error
// together with as much of the report as there is: who cannot wait tells that.
// It panics if there are no events.
func Of(ctx context.Context, s Store, events []news.Event, links Links) (news.Report, error) {
	last := events[len(events)-1]
	r := news.Report{
		ID:           last.ID(),
		Seq:          last.Seq,
		Kind:         last.Kind,
		RedirectedTo: last.RedirectedTo,
		RevertedTo:   last.RevertedTo,
		Detail:       last.Detail,
		Edits:        edits(events),
	}
	r.ChangedBetween = between(events)
	if last.Article == "" {
		return r, feed(ctx, s, &r, last.Feed)
	}
	r.Article.ID = last.Article
	r.Links.History = links.History(last.Article)

	article, err := s.Article(ctx, last.Article)
	if err != nil {
		return r, fmt.Errorf("read article %s: %w", last.Article, err)
	}
	r.Article.URL = article.URL
	r.Article.Headline = article.Headline
	r.Article.Source = article.Source
	return r, texts(ctx, s, &r, events, links, article.Pruned)
}

// feed fills in what a notice about a feed says of it. People are sent to the
// site.
func feed(ctx context.Context, s Store, r *news.Report, id news.FeedID) error {
	f, err := s.Feed(ctx, id)
	if err != nil {
		return fmt.Errorf("read feed %s: %w", id, err)
	}
	r.Article.Source = f.Title
	r.Article.Headline = f.Title
	r.Article.URL = Site(f)
	return nil
}

// Site returns the address of a feed's site, or an empty string. The feed's own
// address may hold a reader's token.
func Site(f news.Feed) string {
	if f.SiteURL != "" {
		return f.SiteURL
	}
	return front(f.URL)
}

// front returns the front page of the host of an address, without anything that
// may be a secret in it, or an empty string.
func front(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}).String()
}

// texts fills in both ends and the edit between them, as far as they are kept:
// the first versions, as many as pruned, are not.
func texts(ctx context.Context, s Store, r *news.Report, events []news.Event, links Links, pruned int) error {
	from, to := Span(events)
	if to == 0 {
		return nil
	}
	copies, err := s.Copies(ctx, r.Article.ID, to, to)
	if err != nil {
		return fmt.Errorf("read the copy of version %d of article %s: %w", to, r.Article.ID, err)
	}
	r.Links.Archive = news.CopyURL(copies, to)
	if to <= pruned {
		r.Pruned = true
		return nil
	}
	next, err := s.Version(ctx, r.Article.ID, to)
	if err != nil {
		return fmt.Errorf("read version %d of article %s: %w", to, r.Article.ID, err)
	}
	newer := End(next, copies)
	r.To, r.New = &newer, next.Text
	if next.Text.Headline != "" {
		r.Article.Headline = next.Text.Headline
	}
	if from == 0 || from == to {
		return nil
	}
	if from <= pruned {
		r.Pruned = true
		return nil
	}
	r.Links.Diff = links.Diff(r.Article.ID, from, to)
	prev, err := s.Version(ctx, r.Article.ID, from)
	if err != nil {
		return fmt.Errorf("read version %d of article %s: %w", from, r.Article.ID, err)
	}
	if copies, err = s.Copies(ctx, r.Article.ID, from, from); err != nil {
		return fmt.Errorf("read the copy of version %d of article %s: %w", from, r.Article.ID, err)
	}
	older := End(prev, copies)
	r.From, r.Old = &older, next.Before(prev)
	e := edit.Compare(r.Old, next.Text)
	r.Edit = &e
	return nil
}

// End returns a version as the end of a report; its copy may be among copies.
func End(v news.Version, copies []news.Copy) news.ReportEnd {
	return news.ReportEnd{Version: v.Number, Seen: v.Seen.UTC(), Hash: v.Hash, Archive: news.CopyURL(copies, v.Number)}
}

// Span returns the number of the version before the first of the events and of
// the one after the last. They are zero when no event names a version, and
// equal when no text changed.
func Span(events []news.Event) (from, to int) {
	for _, e := range events {
		if from == 0 {
			from = e.From
		}
		if e.To != 0 {
			to = e.To
		}
	}
	return from, to
}

// edits counts the events that changed the text.
func edits(events []news.Event) (n int) {
	for _, e := range events {
		if e.From != e.To {
			n++
		}
	}
	return n
}

// between returns the poll that last saw the state before the first event and
// the poll that first saw the state after the last, or nil if it is not known.
func between(events []news.Event) *[2]time.Time {
	first, last := events[0].ChangedAfter, events[len(events)-1].ChangedBefore
	if first.IsZero() || last.IsZero() {
		return nil
	}
	return &[2]time.Time{first.UTC(), last.UTC()}
}
