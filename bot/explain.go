package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

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
	Copies       []explainCopy     `json:"copies,omitempty"` // of both versions, at a public archive
}

type explainTold struct {
	Watch   news.WatchID     `json:"watch"`
	Channel news.ChannelName `json:"channel"`
	State   string           `json:"state"`
}

type explainCopy struct {
	Version int            `json:"version"`
	State   news.CopyState `json:"state"`
	URL     string         `json:"url,omitempty"`
	Trouble string         `json:"trouble,omitempty"`
}

// explain says when the article was last checked, what came back, and why
// nothing was said.
func (b *Bot) explain(ctx context.Context, c Command, now time.Time) (Answer, error) {
	a, w, err := b.explained(ctx, c)
	switch {
	case err != nil:
		return Answer{}, err
	case w != nil:
		return b.explainWatch(ctx, c, *w, now)
	}
	if err := withheld(c, a); err != nil {
		return Answer{}, err
	}
	zone := b.zoneOf(ctx, c)
	p := a.Polling
	f := explainFact{Article: b.articleFact(a), Outcome: p.Outcome, Detail: p.Detail}
	lines := []string{quote(first(a.Headline, a.URL)) + ", " + brief.Versions(a.Versions, a.Edits)}
	lines = append(lines, hidden(a, now, zone)...)
	lines = append(lines, standing(c, a, now, zone))
	if s := outcome(p); !p.Last.IsZero() && s != "" {
		lines = append(lines, "The last check: "+s+".")
	}
	if p.Failures > 0 {
		f.Failing = news.Known(p.FailingSince)
		lines = append(lines, fmt.Sprintf("It failed %s in a row, since %s; it is tried again ever less often, and never given up.",
			times(p.Failures), brief.Clock(p.FailingSince, now, zone)))
	}
	if h := a.Hold; h != nil {
		f.Held = string(h.Reason)
		lines = append(lines, held(a, now, zone))
	}
	if len(a.Tested) > 0 {
		lines = append(lines, "Its headline is under test between "+quote(strings.Join(a.Tested, "” and “"))+"; switches between these are not told again.")
	}
	watches, err := b.store.Watching(ctx, a)
	if err != nil {
		return Answer{}, err
	}
	lines = append(lines, circumstances(a, watches, c, now, zone)...)
	events, err := b.store.Events(ctx, store.EventQuery{Article: a.ID, Withheld: true, Kinds: news.HistoryKinds, Max: 1})
	if err != nil {
		return Answer{}, err
	}
	if len(events) == 0 {
		lines = append(lines, "Nothing was ever told of it: "+unchanged(a)+".")
		return Answer{Lines: lines, Facts: facts(f)}, nil
	}
	last, told, err := b.told(ctx, c, a, events[0], now)
	if err != nil {
		return Answer{}, err
	}
	f.Last = &last
	return Answer{
		Lines: append(lines, told...), Facts: facts(f),
		Buttons: []news.Button{button("History", news.Action{Verb: string(History), Target: string(a.ID)})},
	}, nil
}

// explained returns what Explain is asked about: an article, or a watch that is
// not of one.
func (b *Bot) explained(ctx context.Context, c Command) (news.Article, *news.Watch, error) {
	match, err := b.matching(ctx, c)
	if err != nil && !refused(err) { // whoever is in no channel may ask about articles
		return news.Article{}, nil, err
	}
	if len(match) == 0 {
		a, err := b.article(ctx, c)
		return a, nil, err
	}
	w := match[0]
	for _, other := range match[1:] { // of one article they are told together
		if w.Article == "" || other.Article != w.Article {
			return news.Article{}, nil, several(match)
		}
	}
	if w.Article == "" {
		return news.Article{}, &w, nil
	}
	a, err := b.store.Article(ctx, w.Article)
	return a, nil, err
}

// unchanged says why there is no event of an article.
func unchanged(a news.Article) string {
	switch {
	case a.Versions > 0:
		return "its text is still the one first seen"
	case a.Polling.Last.IsZero():
		return "it was never read, because that was not tried yet"
	}
	if s := outcome(a.Polling); s != "" {
		return "it was never read, because at the last check " + s
	}
	return "it was never read"
}

// told says who was told of an event, and why others were not. Where other
// channels stand is told only to who owns the bot.
func (b *Bot) told(ctx context.Context, c Command, a news.Article, e news.Event, now time.Time) (explainEvent, []string, error) {
	f := explainEvent{ID: e.ID(), Kind: e.Kind, At: e.At, Significance: e.Significance, Told: []explainTold{}}
	r, err := report.Of(ctx, b.store, []news.Event{e}, b.o.Links)
	if err != nil {
		return f, nil, err
	}
	lines := []string{fmt.Sprintf("The newest event, %s: %s, %s.", brief.Clock(e.At, now, b.zoneOf(ctx, c)), brief.Of(r, brief.Options{}).What, e.Significance)}
	watches, err := b.store.Watching(ctx, a)
	if err != nil {
		return f, nil, err
	}
	for _, w := range watches {
		if w.Channel != c.Channel && !c.Everywhere {
			continue
		}
		state, err := b.fate(ctx, w, e, r, now)
		if err != nil {
			return f, nil, err
		}
		f.Told = append(f.Told, explainTold{Watch: w.ID, Channel: b.o.Aliases.Called(w.Channel), State: state})
		lines = append(lines, fmt.Sprintf("%s in %s: %s.", w.ID, c.place(w.Channel), state))
	}
	if len(f.Told) == 0 {
		lines = append(lines, "No watch here is of this article.")
	}
	archived, err := b.archived(ctx, e, &f)
	return f, append(lines, archived...), err
}

// archived says how the copies at a public archive stand, of the versions at both
// ends of an event.
func (b *Bot) archived(ctx context.Context, e news.Event, f *explainEvent) (lines []string, err error) {
	if e.To == 0 {
		return nil, nil
	}
	copies, err := b.store.Copies(ctx, e.Article, cmp.Or(e.From, e.To), e.To)
	for _, c := range copies {
		x := explainCopy{Version: c.Version, State: c.State, Trouble: c.Trouble, URL: news.CopyURL(copies, c.Version)}
		f.Copies = append(f.Copies, x)
		lines = append(lines, fmt.Sprintf("Archived copy of version %d: %s", c.Version, first(x.URL, brief.Copy(c)+".")))
	}
	return lines, err
}

// fate says whether a watch told its channel of an event, of which r is the
// report, and if not, why.
func (b *Bot) fate(ctx context.Context, w news.Watch, e news.Event, r news.Report, now time.Time) (string, error) {
	// A watch that is younger than the event has no part in what others of its
	// channel told. One that was resumed since may have.
	if e.Seq > w.After || !e.At.Before(w.Placed) {
		d, err := b.deliveryOf(ctx, w.Channel, e)
		if err != nil {
			return "", err
		}
		if d != nil {
			return delivered(*d, now), nil
		}
	}
	return b.untold(ctx, w, e, r, now)
}

// gathered is how many of a channel's newest deliveries are looked through for
// one that tells of an event among others.
const gathered = 300

// deliveryOf returns the delivery that puts an event into a channel, or nil.
func (b *Bot) deliveryOf(ctx context.Context, channel news.ChannelName, e news.Event) (*news.Delivery, error) {
	list, err := b.store.Deliveries(ctx, store.DeliveryQuery{Channel: channel, Event: e.Seq})
	if err != nil {
		return nil, err
	}
	for _, d := range slices.Backward(list) { // the first that was made
		if d.Kind != news.Update {
			return &d, nil
		}
	}
	// What was gathered is about no single article.
	recent, err := b.store.Deliveries(ctx, store.DeliveryQuery{Channel: channel, Max: gathered})
	if err != nil {
		return nil, err
	}
	for _, d := range recent {
		if d.Article == "" && slices.Contains(d.Events, e.Seq) {
			return &d, nil
		}
	}
	return nil, nil
}

// untold says why a watch heard nothing of an event, of which r is the report.
// It asks for the time of the event, as planning did: what happened in a pause
// is not told after it.
func (b *Bot) untold(ctx context.Context, w news.Watch, e news.Event, r news.Report, now time.Time) (string, error) {
	if ok, why := w.Wants(e, e.At); !ok {
		if e.Seq > w.After && w.Paused(e.At) && !w.Paused(now) {
			why = "the watch was paused at the time"
		}
		return "not told, because " + why, nil
	}
	if ok, why := w.Wants(e, now); !ok {
		return "not told, because " + why, nil
	}
	if ok, why := w.WantsWords(report.Words(r)...); !ok && !e.Kind.Notice() {
		return "not told, because " + why, nil
	}
	th, err := b.store.Thread(ctx, w.Channel, e.Article)
	switch {
	case err != nil:
		return "", err
	case now.Before(th.Muted):
		return "not told, because the article is muted here", nil
	case e.At.Before(th.Muted):
		return "not told, because the article was muted here at the time", nil
	}
	return "not told yet", nil
}

// delivered says what became of a delivery.
func delivered(d news.Delivery, now time.Time) string {
	switch d.State {
	case news.Sent:
		return "told " + brief.Ago(now.Sub(d.Settled))
	case news.Moot:
		return "not told, because " + first(d.Trouble, "nothing was left to say")
	case news.Rejected:
		return "the channel refused it (" + d.Trouble + ")"
	}
	if d.Attempts == 0 && d.Trouble != "" {
		return fmt.Sprintf("to be told %s, because %s", soon(d.Due, now), d.Trouble)
	}
	if d.Kind == news.Gather && d.Attempts == 0 {
		return "gathered with others, to be told " + soon(d.Due, now)
	}
	if d.Attempts > 0 && d.Trouble != "" {
		return fmt.Sprintf("tried %s, not sent yet (%s), again %s", times(d.Attempts), d.Trouble, soon(d.Due, now))
	}
	return "to be told " + soon(d.Due, now)
}

// outcome says what came of a poll, or nothing where that is not known.
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
func (b *Bot) explainWatch(ctx context.Context, c Command, w news.Watch, now time.Time) (Answer, error) {
	zone := b.zoneOf(ctx, c)
	f, err := b.watchFact(ctx, w, now, zone)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Lines: []string{fmt.Sprintf("%s  %s: %s", w.ID, f.Title, f.line(now))}, Facts: facts(f)}
	if w.Feed == "" {
		return a, nil
	}
	feed, err := b.store.Feed(ctx, w.Feed)
	if err != nil {
		return Answer{}, err
	}
	last := ""
	if s := outcome(feed.Polling); s != "" {
		last = "The last check: " + s + ". "
	}
	a.Lines = append(a.Lines, fmt.Sprintf("%sIt lists %s and is checked about every %s.", last, entries(feed.Entries), brief.Span(feed.Every)))
	if feed.Polling.Failures > 0 {
		a.Lines = append(a.Lines, fmt.Sprintf("It failed %s in a row, since %s.", times(feed.Polling.Failures), brief.Clock(feed.Polling.FailingSince, now, zone)))
	}
	a.Lines = append(a.Lines, "For one article of it, give its address: "+c.typed(Explain, exampleArticle))
	return a, nil
}
