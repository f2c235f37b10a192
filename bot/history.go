package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

const (
	// defaultHistory is how many events History shows unless asked for more.
	defaultHistory = 10
	// MaxHistory is the most events that History shows in a chat.
	MaxHistory = 20
)

// history tells what happened to an article, newest first, a page at a time.
func (b *Bot) history(ctx context.Context, c Command, now time.Time) (Answer, error) {
	a, err := b.article(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	zone := b.zoneOf(ctx, c)
	events, older, newer, err := b.pageOf(ctx, c, a)
	if err != nil {
		return Answer{}, err
	}
	ans := Answer{Facts: facts(b.articleFact(a)), Replaces: c.Before > 0 || c.After > 0}
	ans.Lines = append(ans.Lines, fmt.Sprintf("%s of %s", brief.Versions(a.Versions, a.Edits), quote(first(a.Headline, a.URL))))
	if a.Source != "" {
		ans.Lines[0] += " in " + a.Source
	}
	if a.Pruned > 0 {
		ans.Lines = append(ans.Lines, brief.Pruned(a.Pruned))
	}
	for _, e := range events {
		r, err := report.Of(ctx, b.store, []news.Event{e}, b.o.Links)
		if err != nil {
			return Answer{}, err
		}
		line := fmt.Sprintf("%-4s %s  %s", number(e), brief.Clock(first2(e.ChangedBefore, e.At), now, zone), brief.Of(r, brief.Options{}).What)
		if e.Kind == news.Edited && e.Significance < news.Major {
			line += " (" + e.Significance.String() + ")"
		}
		if r.Pruned && (e.Kind == news.Edited || e.Kind == news.Reverted) {
			line += "; what changed was not kept"
		}
		if e.Kind == news.Testing && e.Detail != "" {
			line += ", " + e.Detail
		}
		ans.Lines = append(ans.Lines, line)
		ans.Facts = append(ans.Facts, fact(r))
	}
	if !older {
		ans.Lines = append(ans.Lines, fmt.Sprintf("%-4s %s  first seen", "v1", brief.Clock(a.FirstSeen, now, zone)))
	}
	ans.Lines = append(ans.Lines, standing(c, a, now, zone))
	ans.Lines = append(ans.Lines, hidden(a, now, zone)...)
	if link := b.o.Links.History(a.ID); link != "" {
		ans.Lines = append(ans.Lines, link)
	}
	ans.Buttons = b.historyButtons(a, events, older, newer)
	return ans, nil
}

// pageOf returns the events that are asked for, and whether there are older and
// newer ones.
func (b *Bot) pageOf(ctx context.Context, c Command, a news.Article) (events []news.Event, older, newer bool, err error) {
	most := c.Max
	if most <= 0 {
		most = defaultHistory
	}
	if c.After > 0 {
		q := store.EventQuery{Article: a.ID, Withheld: true, Kinds: news.HistoryKinds, After: news.Seq(c.After), Oldest: true, Max: most + 1}
		if events, err = b.store.Events(ctx, q); err != nil {
			return nil, false, false, err
		}
		newer = len(events) > most
		events = events[:min(len(events), most)]
		slices.Reverse(events)
		return events, true, newer, nil
	}
	q := store.EventQuery{Article: a.ID, Withheld: true, Kinds: news.HistoryKinds, Before: news.Seq(max(c.Before, 0)), Max: most + 1}
	if events, err = b.store.Events(ctx, q); err != nil {
		return nil, false, false, err
	}
	older = len(events) > most
	return events[:min(len(events), most)], older, c.Before > 0, nil
}

func (b *Bot) historyButtons(a news.Article, events []news.Event, older, newer bool) (buttons []news.Button) {
	at := func(label string, act news.Action) { buttons = append(buttons, button(label, act)) }
	id := string(a.ID)
	if newer && len(events) > 0 {
		at("Newer", news.Action{Verb: string(History), Target: id, After: int(events[0].Seq)})
	}
	if older {
		at("Older", news.Action{Verb: string(History), Target: id, Before: int(events[len(events)-1].Seq)})
	}
	for _, e := range events {
		if e.From > a.Pruned && e.To > e.From {
			at(fmt.Sprintf("What changed in v%d", e.To), news.Action{Verb: string(Diff), Target: id, From: e.From, To: e.To})
			break
		}
	}
	at("Why?", news.Action{Verb: string(Explain), Target: id})
	if link := b.o.Links.History(a.ID); link != "" {
		buttons = append(buttons, news.Button{Label: "Open", URL: link})
	}
	return buttons
}
