package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// article returns the article that the target names: by its address in any form
// of [news.Addresses], by its ID, or by a watch of it.
func (b *Bot) article(ctx context.Context, c Command) (news.Article, error) {
	target := strings.TrimSpace(c.Target)
	if target == "" {
		return news.Article{}, &news.Refusal{What: "Which article is it about?", Do: "Give its address."}
	}
	addresses := news.Addresses(target)
	find := func() (news.Article, error) { return b.store.FindArticle(ctx, news.AddressKeys(target)...) }
	if len(addresses) == 0 {
		find = func() (news.Article, error) { return b.articleByID(ctx, c, target) }
	}
	a, err := find()
	switch {
	case errors.Is(err, store.ErrNotFound) && len(addresses) == 0:
		return news.Article{}, b.noAddress(c, target)
	case errors.Is(err, store.ErrNotFound):
		return news.Article{}, &news.Refusal{
			What: "I do not know that article: no watched feed has listed it, and nobody watches it.",
			Do:   "To watch it from now on: " + c.typed(Add, addresses[0]),
		}
	case err != nil:
		return news.Article{}, err
	}
	return a, withheld(c, a)
}

// maxRepeated is how many characters of what was typed are given back in a hint.
const maxRepeated = 300

// noAddress refuses words where an article's address belongs, and says how to
// look for them.
func (b *Bot) noAddress(c Command, words string) error {
	if c.FromButton {
		return &news.Refusal{What: "I do not know that article any more.", Do: "Ask again by its link."}
	}
	r := &news.Refusal{What: fmt.Sprintf("%s is no link, and no ID of an article.", quote(short(words))), Do: "Give the article's link."}
	if words = brief.OneLine(words); brief.Len(words) > maxRepeated {
		words = exampleWords
	}
	if b.o.Search != nil {
		r.Do = "To look for an article by its words: " + c.typed(Search, words)
	}
	return r
}

// mayAsk refuses an article that was named by its ID where nobody watches it.
// IDs can be counted through, and what other channels watch is theirs; who
// knows the article's address may ask by that.
func (b *Bot) mayAsk(ctx context.Context, c Command, a news.Article) error {
	if c.Everywhere || c.FromButton {
		return nil
	}
	watched, err := b.watched(ctx, c)
	if err != nil {
		return err
	}
	if watched.has(a) {
		return nil
	}
	return &news.Refusal{What: "That article is not watched here.", Do: "Ask by its address."}
}

// A reach is which articles the watches of a channel concern, however they are
// paused and whatever they wish for: see [store.Watches.Watching], which says of
// one article what a reach says of many.
type reach struct {
	articles map[news.ArticleID]bool
	feeds    map[fedReading]bool
}

// A fedReading is a feed whose articles are read in one of two ways.
type fedReading struct {
	feed  news.FeedID
	pages bool
}

// watched returns what is watched where the command was given.
func (b *Bot) watched(ctx context.Context, c Command) (reach, error) {
	r := reach{map[news.ArticleID]bool{}, map[fedReading]bool{}}
	if c.Channel == "" {
		return r, nil
	}
	watches, err := b.store.Watches(ctx, store.WatchQuery{Channel: c.Channel})
	for _, w := range watches {
		switch {
		case w.Article != "":
			r.articles[w.Article] = true
		case w.Feed != "":
			r.feeds[fedReading{w.Feed, w.Pages}] = true
		}
	}
	return r, err
}

func (r reach) empty() bool { return len(r.articles) == 0 && len(r.feeds) == 0 }

func (r reach) has(a news.Article) bool {
	return r.articles[a.ID] || slices.ContainsFunc(a.Feeds, func(f news.FeedID) bool {
		return r.feeds[fedReading{f, a.Reading == news.PageReading}]
	})
}

// watchID is what the IDs of watches look like.
var watchID = regexp.MustCompile(`^[wW][0-9]+$`)

// articleByID returns the article with an ID, or the one that the watch with
// that ID is of. It returns store.ErrNotFound if the target may be an address
// instead.
func (b *Bot) articleByID(ctx context.Context, c Command, target string) (news.Article, error) {
	a, err := b.store.Article(ctx, news.ArticleID(target))
	if err == nil {
		return a, b.mayAsk(ctx, c, a)
	}
	if !errors.Is(err, store.ErrNotFound) || !watchID.MatchString(target) {
		return a, err
	}
	w, err := b.store.Watch(ctx, news.WatchID(strings.ToLower(target)))
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && w.Channel != c.Channel && c.Channel != "" && !c.Everywhere:
		return news.Article{}, c.noWatch(target)
	case err != nil:
		return news.Article{}, err
	case w.Article == "":
		return news.Article{}, &news.Refusal{What: fmt.Sprintf("%s is not of one article.", w.ID), Do: "Give the article's address."}
	}
	return b.store.Article(ctx, w.Article)
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
		Checked: news.Known(a.Polling.Last), Next: news.Known(a.Polling.Next), Removed: news.Known(a.Removed), Retired: news.Known(a.Retired),
		Versions: a.Versions, Edits: a.Edits, Links: news.ReportLinks{History: b.o.Links.History(a.ID)},
	}
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
func standing(c Command, a news.Article, now time.Time, zone *time.Location) string {
	switch {
	case !a.Retired.IsZero():
		return fmt.Sprintf("It is no longer checked since %s. To check it again: %s", brief.Date(a.Retired, zone), c.typed(Add, a.URL))
	case a.Polling.Last.IsZero() && a.Polling.Next.IsZero() && a.Reading == news.PageReading:
		return "It was not read yet, and no reading of it is due."
	case a.Polling.Last.IsZero() && a.Reading == news.PageReading:
		return "It was not read yet; that is due " + soon(a.Polling.Next, now) + "."
	case a.Reading == news.FeedReading:
		return "It is compared whenever its feed is read."
	case a.Polling.Next.IsZero():
		return "It is no longer checked: nobody watches it any more."
	}
	s := fmt.Sprintf("Checked %s, %s.", brief.Ago(now.Sub(a.Polling.Last)), nextCheck(a.Polling.Next, now))
	if !a.Removed.IsZero() {
		s = fmt.Sprintf("Removed since %s. ", brief.Clock(a.Removed, now, zone)) + s
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
	from, to = min(from, to), max(from, to) // as the pages do
	switch {
	case a.Versions == 0:
		return Answer{}, &news.Refusal{What: "That article was not read yet.", Do: "The reason: " + c.typed(Explain, a.URL)}
	case a.Versions == 1:
		return Answer{}, &news.Refusal{What: "That article has one version: it was not edited since it was first seen.", Do: "When it was last checked: " + c.typed(Explain, a.URL)}
	case from < 1 || to < 1 || from > a.Versions || to > a.Versions || from == to:
		return Answer{}, &news.Refusal{
			What: fmt.Sprintf("That article has versions 1 to %d.", a.Versions),
			Do:   "Give two different ones of these.",
		}
	}
	if from <= a.Pruned {
		return Answer{}, c.pruned(a, from)
	}
	r, err := b.compare(ctx, a, from, to)
	if errors.Is(err, store.ErrNotFound) { // since the article was read
		return Answer{}, c.pruned(a, from)
	}
	if err != nil {
		return Answer{}, err
	}
	ans := Answer{
		Briefs: []brief.Brief{brief.Of(r, brief.Options{Zone: b.zoneOf(ctx, c), Lines: -1, Budget: -1})},
		Facts:  facts(r),
	}
	id := string(a.ID)
	if from-1 > a.Pruned && to == from+1 {
		ans.Buttons = append(ans.Buttons, button("The edit before", news.Action{Verb: string(Diff), Target: id, From: from - 1, To: from}))
	}
	if to == from+1 && to < a.Versions {
		ans.Buttons = append(ans.Buttons, button("The next edit", news.Action{Verb: string(Diff), Target: id, From: to, To: to + 1}))
	}
	ans.Buttons = append(ans.Buttons, button("History", news.Action{Verb: string(History), Target: id}))
	if link := r.Links.Diff; link != "" {
		ans.Buttons = append(ans.Buttons, news.Button{Label: "Side by side", URL: link})
	}
	return ans, nil
}

// pruned refuses a version that is not kept any more, and says what is left.
func (c Command) pruned(a news.Article, version int) error {
	r := &news.Refusal{
		What: fmt.Sprintf("Version %d is no longer kept.", version),
		Do:   "When it was edited, and what is left of it: " + c.typed(History, a.URL),
	}
	if left := a.Pruned + 1; version < left && left < a.Versions {
		r.Do = fmt.Sprintf("Versions %d to %d are; give two of these.", left, a.Versions)
	}
	return r
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
		Edit:    &e, Old: old, New: next.Text, Edits: 1,
		Links: news.ReportLinks{History: b.o.Links.History(a.ID), Diff: b.o.Links.Diff(a.ID, from, to)},
	}, nil
}
