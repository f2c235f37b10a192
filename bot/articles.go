package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

// article returns the article that the target names: by its address in any of
// its forms, by its ID, or by a watch of it.
func (b *Bot) article(ctx context.Context, c Command) (news.Article, error) {
	target := strings.Trim(strings.TrimSpace(c.Target), "<>")
	if target == "" {
		return news.Article{}, &news.Refusal{What: "Which article is it about?", Do: "Give its address."}
	}
	if !strings.ContainsAny(target, "/.") {
		if w, err := b.store.Watch(ctx, news.WatchID(strings.ToLower(target))); err == nil && w.Article != "" {
			return b.store.Article(ctx, w.Article)
		}
		if a, err := b.store.Article(ctx, news.ArticleID(target)); err == nil {
			return a, nil
		}
	}
	if !strings.Contains(target, "://") {
		target = "https://" + target
	}
	a, err := b.store.FindArticle(ctx, news.AddressKey(news.PageReading, target), news.AddressKey(news.FeedReading, target))
	if errors.Is(err, store.ErrNotFound) {
		return news.Article{}, &news.Refusal{
			What: "I do not know that article: no watched feed has listed it, and nobody watches it.",
			Do:   "To watch it from now on: add " + target,
		}
	}
	return a, err
}

// An articleFact is what History tells first, as --json.
type articleFact struct {
	ID        news.ArticleID   `json:"id"`
	URL       string           `json:"url"`
	Headline  string           `json:"headline"`
	Source    string           `json:"source"`
	FirstSeen time.Time        `json:"first_seen"`
	Checked   *time.Time       `json:"checked"`
	Next      *time.Time       `json:"next"`
	Removed   *time.Time       `json:"removed"`
	Retired   *time.Time       `json:"retired"`
	Versions  int              `json:"versions"`
	Edits     int              `json:"edits"`
	Links     news.ReportLinks `json:"links"`
}

func (b *Bot) articleFact(a news.Article) articleFact {
	return articleFact{
		ID: a.ID, URL: a.URL, Headline: a.Headline, Source: a.Source, FirstSeen: a.FirstSeen,
		Checked: known(a.Polling.Last), Next: known(a.Polling.Next), Removed: known(a.Removed), Retired: known(a.Retired),
		Versions: a.Versions, Edits: a.Edits, Links: news.ReportLinks{History: b.o.Links.History(a.ID)},
	}
}

// defaultHistory is how many events History shows unless asked for more.
const defaultHistory = 10

func (b *Bot) history(ctx context.Context, c Command, now time.Time) (Answer, error) {
	a, err := b.article(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	most := c.Max
	if most <= 0 {
		most = defaultHistory
	}
	events, err := b.store.Events(ctx, store.EventQuery{Article: a.ID, Max: most})
	if err != nil {
		return Answer{}, err
	}
	ans := Answer{Facts: []json.RawMessage{fact(b.articleFact(a))}}
	ans.Lines = append(ans.Lines, fmt.Sprintf("%s of %s", brief.Versions(a.Versions, a.Edits), quote(first(a.Headline, a.URL))))
	if a.Source != "" {
		ans.Lines[0] += " in " + a.Source
	}
	for _, e := range events {
		r, err := report.Of(ctx, b.store, []news.Event{e}, b.o.Links)
		if err != nil {
			return Answer{}, err
		}
		line := fmt.Sprintf("%-4s %s  %s", number(e), brief.Clock(first2(e.ChangedBefore, e.At), now, nil), brief.Of(r, brief.Options{}).What)
		if e.Kind == news.Edited && e.Significance < news.Major {
			line += " (" + e.Significance.String() + ")"
		}
		ans.Lines = append(ans.Lines, line)
		ans.Facts = append(ans.Facts, fact(r))
	}
	if len(events) < most {
		ans.Lines = append(ans.Lines, fmt.Sprintf("%-4s %s  first seen", "v1", brief.Clock(a.FirstSeen, now, nil)))
	}
	ans.Lines = append(ans.Lines, b.standing(a, now))
	if link := b.o.Links.History(a.ID); link != "" {
		ans.Lines = append(ans.Lines, link)
	}
	return ans, nil
}

// number names the version an event led to.
func number(e news.Event) string {
	if e.To == 0 || e.To == e.From {
		return ""
	}
	return fmt.Sprintf("v%d", e.To)
}

func first2(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t
}

// standing says whether the article is still checked.
func (b *Bot) standing(a news.Article, now time.Time) string {
	switch {
	case !a.Retired.IsZero():
		return fmt.Sprintf("It is no longer checked since %s. To check it again: add %s", brief.Date(a.Retired, nil), a.URL)
	case a.Polling.Last.IsZero() && a.Reading == news.PageReading:
		return "It was not read yet; that is due " + soon(a.Polling.Next, now) + "."
	case a.Reading == news.FeedReading:
		return "It is compared whenever its feed is read."
	case a.Polling.Next.IsZero():
		return "It is no longer checked: nobody watches it any more."
	}
	s := fmt.Sprintf("Checked %s, next %s.", brief.Ago(now.Sub(a.Polling.Last)), soon(a.Polling.Next, now))
	if !a.Removed.IsZero() {
		s = fmt.Sprintf("Removed since %s. ", brief.Clock(a.Removed, now, nil)) + s
	}
	return s
}

func (b *Bot) diff(ctx context.Context, c Command) (Answer, error) {
	a, err := b.article(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	from, to := c.From, c.To
	if to == 0 {
		to = a.Versions
	}
	if from == 0 {
		from = to - 1
	}
	switch {
	case a.Versions == 0:
		return Answer{}, &news.Refusal{What: "That article was not read yet.", Do: "Ask explain for the reason."}
	case a.Versions == 1:
		return Answer{}, &news.Refusal{What: "That article has one version: it was not edited since it was first seen.", Do: "Ask explain for when it was last checked."}
	case from < 1 || to < 1 || from > a.Versions || to > a.Versions || from == to:
		return Answer{}, &news.Refusal{
			What: fmt.Sprintf("That article has versions 1 to %d.", a.Versions),
			Do:   "Give two different ones of these, the older first.",
		}
	}
	r, err := b.compare(ctx, a, from, to)
	if err != nil {
		return Answer{}, err
	}
	return Answer{Briefs: []brief.Brief{brief.Of(r, brief.Options{Lines: -1, Budget: -1})}, Facts: []json.RawMessage{fact(r)}}, nil
}

// compare reports what changed between any two versions of an article.
func (b *Bot) compare(ctx context.Context, a news.Article, from, to int) (news.Report, error) {
	prev, err := b.store.Version(ctx, a.ID, from)
	if err != nil {
		return news.Report{}, err
	}
	next, err := b.store.Version(ctx, a.ID, to)
	if err != nil {
		return news.Report{}, err
	}
	old := next.Before(prev)
	e := edit.Compare(old, next.Text)
	return news.Report{
		Kind:    news.Edited,
		Article: news.ReportArticle{ID: a.ID, URL: a.URL, Headline: next.Text.Headline, Source: a.Source},
		From:    &news.ReportEnd{Version: from, Seen: prev.Seen, Hash: prev.Hash},
		To:      &news.ReportEnd{Version: to, Seen: next.Seen, Hash: next.Hash},
		Edit:    &e, Old: prev.Text, New: next.Text, Edits: 1,
		Links: news.ReportLinks{History: b.o.Links.History(a.ID), Diff: b.o.Links.Diff(a.ID, from, to)},
	}, nil
}

// An explainFact is what Explain tells, as --json.
type explainFact struct {
	Article articleFact   `json:"article"`
	Outcome news.Outcome  `json:"outcome"`
	Detail  string        `json:"detail,omitempty"`
	Held    string        `json:"held,omitempty"`
	Failing *time.Time    `json:"failing_since"`
	Last    *explainEvent `json:"last_event"`
}

type explainEvent struct {
	ID           string            `json:"id"`
	Kind         news.EventKind    `json:"kind"`
	At           time.Time         `json:"at"`
	Significance news.Significance `json:"significance"`
	Told         []explainTold     `json:"channels"`
}

type explainTold struct {
	Watch   news.WatchID     `json:"watch"`
	Channel news.ChannelName `json:"channel"`
	State   string           `json:"state"`
}

// explain says when the article was last checked, what came back, and why
// nothing was said.
func (b *Bot) explain(ctx context.Context, c Command, now time.Time) (Answer, error) {
	if w, err := b.find(ctx, c); err == nil && w.Article == "" {
		return b.explainWatch(ctx, w, now)
	}
	a, err := b.article(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	p := a.Polling
	f := explainFact{Article: b.articleFact(a), Outcome: p.Outcome, Detail: p.Detail}
	lines := []string{quote(first(a.Headline, a.URL)) + ", " + brief.Versions(a.Versions, a.Edits)}
	lines = append(lines, b.standing(a, now))
	if !p.Last.IsZero() {
		lines = append(lines, "The last check: "+outcome(p)+".")
	}
	if p.Failures > 0 {
		f.Failing = known(p.FailingSince)
		lines = append(lines, fmt.Sprintf("It failed %s in a row, since %s; it is tried again ever less often, and never given up.",
			times(p.Failures), brief.Clock(p.FailingSince, now, nil)))
	}
	if h := a.Hold; h != nil {
		f.Held = string(h.Reason)
		lines = append(lines, held(a, now))
	}
	if len(a.Tested) > 0 {
		lines = append(lines, "Its headline is under test between "+quote(strings.Join(a.Tested, "” and “"))+"; switches between these are not told again.")
	}
	watches, err := b.store.Watching(ctx, a)
	if err != nil {
		return Answer{}, err
	}
	lines = append(lines, circumstances(a, watches, now)...)
	events, err := b.store.Events(ctx, store.EventQuery{Article: a.ID, Max: 1})
	if err != nil {
		return Answer{}, err
	}
	if len(events) == 0 {
		lines = append(lines, "Nothing was ever told of it: its text is still the one first seen.")
		return Answer{Lines: lines, Facts: []json.RawMessage{fact(f)}}, nil
	}
	last, told, err := b.told(ctx, a, events[0], now)
	if err != nil {
		return Answer{}, err
	}
	f.Last = &last
	return Answer{Lines: append(lines, told...), Facts: []json.RawMessage{fact(f)}}, nil
}

// told says who was told of an event, and why others were not.
func (b *Bot) told(ctx context.Context, a news.Article, e news.Event, now time.Time) (explainEvent, []string, error) {
	f := explainEvent{ID: e.ID(), Kind: e.Kind, At: e.At, Significance: e.Significance, Told: []explainTold{}}
	r, err := report.Of(ctx, b.store, []news.Event{e}, b.o.Links)
	if err != nil {
		return f, nil, err
	}
	lines := []string{fmt.Sprintf("The newest event, %s: %s, %s.", brief.Clock(e.At, now, nil), brief.Of(r, brief.Options{}).What, e.Significance)}
	watches, err := b.store.Watching(ctx, a)
	if err != nil {
		return f, nil, err
	}
	deliveries, err := b.store.Deliveries(ctx, store.DeliveryQuery{Event: e.Seq})
	if err != nil {
		return f, nil, err
	}
	for _, w := range watches {
		state := ""
		for _, d := range deliveries {
			if d.Channel == w.Channel && d.Kind != news.Update {
				state = delivered(d, now)
			}
		}
		if state == "" {
			if ok, why := w.Wants(e, now); ok {
				state = "not told yet"
			} else {
				state = "not told, because " + why
			}
		}
		f.Told = append(f.Told, explainTold{Watch: w.ID, Channel: w.Channel, State: state})
		lines = append(lines, fmt.Sprintf("%s in %s: %s.", w.ID, w.Channel, state))
	}
	return f, lines, nil
}

// delivered says what became of a delivery.
func delivered(d news.Delivery, now time.Time) string {
	switch d.State {
	case news.Sent:
		return "told " + brief.Ago(now.Sub(d.Settled))
	case news.Rejected:
		return "the channel refused it (" + d.Trouble + ")"
	}
	if d.Attempts > 0 && d.Trouble != "" {
		return fmt.Sprintf("tried %s, not sent yet (%s), again %s", times(d.Attempts), d.Trouble, soon(d.Due, now))
	}
	return "to be told " + soon(d.Due, now)
}

// outcome says what came of a poll.
func outcome(p news.Polling) string {
	s := map[news.Outcome]string{
		news.OutcomeBaseline:    "it was read for the first time",
		news.OutcomeNotModified: "not modified, says the server",
		news.OutcomeSameBytes:   "the same page, to the byte",
		news.OutcomeSameText:    "the page changed, its text did not",
		news.OutcomeEdited:      "an edit was found",
		news.OutcomeHeld:        "it reads differently",
		news.OutcomeRefused:     "the answer was not the article",
		news.OutcomeGone:        "the page is missing",
		news.OutcomeFailed:      "it could not be read",
		news.OutcomeListed:      "the feed was read",
	}[p.Outcome]
	switch p.Outcome {
	case news.OutcomeRefused, news.OutcomeGone, news.OutcomeFailed, news.OutcomeHeld:
		if p.Detail != "" {
			return p.Detail
		}
	case news.OutcomeSameText:
		if p.Detail != "" {
			return "the page changed; " + p.Detail
		}
	}
	return first(s, string(p.Outcome))
}

// holdReason says why a reading is looked at twice.
func holdReason(h news.Hold) string {
	switch h.Reason {
	case news.HoldHeadline:
		return "only the headline differs (" + quote(h.Text.Headline) + "), which may be a test"
	case news.HoldLoss:
		return "much of the text is missing, which may be a fault"
	case news.HoldEarlier:
		return "the text of an earlier version is back, which may be an old copy"
	case news.HoldPlace:
		return "the text was found elsewhere on the page, which may be a redesign"
	case news.HoldSite:
		return "what differs stands at the edges of the text, and may be the site's and not the article's"
	}
	return "the page is missing (" + h.Detail + ")"
}

// explainWatch explains a feed, or a watch that was not read yet.
func (b *Bot) explainWatch(ctx context.Context, w news.Watch, now time.Time) (Answer, error) {
	f, err := b.watchFact(ctx, w, now)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Lines: []string{fmt.Sprintf("%s  %s: %s", w.ID, f.Title, f.line(now))}, Facts: []json.RawMessage{fact(f)}}
	if w.Feed == "" {
		return a, nil
	}
	feed, err := b.store.Feed(ctx, w.Feed)
	if err != nil {
		return Answer{}, err
	}
	a.Lines = append(a.Lines, fmt.Sprintf("The last check: %s. It lists %s and is checked about every %s.",
		outcome(feed.Polling), entries(feed.Entries), brief.Span(feed.Every)))
	if feed.Polling.Failures > 0 {
		a.Lines = append(a.Lines, fmt.Sprintf("It failed %s in a row, since %s.", times(feed.Polling.Failures), brief.Clock(feed.Polling.FailingSince, now, nil)))
	}
	a.Lines = append(a.Lines, "For one article of it, ask explain with the article's address.")
	return a, nil
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return brief.Count(n, "time")
}
