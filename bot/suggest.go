package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// A Choice is one completion of what somebody types.
type Choice struct {
	Label string // what people see, at most 100 characters
	Value string // what goes into the command, at most 100 characters
}

const (
	// maxChoices and maxChoice are what Discord takes
	// (https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-choice-structure).
	maxChoices = 25
	maxChoice  = 100
	// looked is how many articles of a feed, or of a publication, are looked at
	// for a suggestion.
	looked = 200
)

// SuggestWatches returns the channel's watches that match what was typed so
// far, at most 25.
func (b *Bot) SuggestWatches(ctx context.Context, c Command, typed string) ([]Choice, error) {
	watches, err := b.store.Watches(ctx, store.WatchQuery{Channel: c.Channel})
	if err != nil {
		return nil, err
	}
	var out []Choice
	for _, w := range watches {
		label := string(w.ID) + " " + first(w.Label, w.URL)
		if has(label+" "+w.URL, typed) {
			out = append(out, Choice{brief.Cut(label, maxChoice), string(w.ID)})
		}
		if len(out) == maxChoices {
			break
		}
	}
	return out, nil
}

// SuggestArticles returns articles that the channel watches and that match what
// was typed so far, those with the newest edits first, at most 25.
func (b *Bot) SuggestArticles(ctx context.Context, c Command, typed string) ([]Choice, error) {
	watches, err := b.store.Watches(ctx, store.WatchQuery{Channel: c.Channel})
	if err != nil {
		return nil, err
	}
	var found []news.Article
	for _, w := range watches {
		switch {
		case w.Article != "":
			a, err := b.store.Article(ctx, w.Article)
			if err != nil {
				return nil, err
			}
			found = append(found, a)
		case w.Feed != "":
			of, err := b.store.Articles(ctx, store.ArticleQuery{Feed: w.Feed, Max: looked})
			if err != nil {
				return nil, err
			}
			found = append(found, of...)
		}
	}
	slices.SortStableFunc(found, func(x, y news.Article) int { return newestOf(y).Compare(newestOf(x)) })
	var out []Choice
	seen := map[news.ArticleID]bool{}
	for _, a := range found {
		if seen[a.ID] || a.Versions == 0 || !has(a.Headline+" "+a.URL, typed) {
			continue
		}
		seen[a.ID] = true
		out = append(out, Choice{brief.Cut(first(a.Headline, a.URL), maxChoice), string(a.ID)})
		if len(out) == maxChoices {
			break
		}
	}
	return out, nil
}

// SuggestSources returns publications of what the channel watches that match
// what was typed so far, at most 25.
func (b *Bot) SuggestSources(ctx context.Context, c Command, typed string) ([]Choice, error) {
	watched, err := b.watched(ctx, c)
	if err != nil || watched.empty() {
		return nil, err
	}
	names, err := b.sources(ctx, watched, typed)
	var out []Choice
	for _, name := range names {
		if brief.Len(name) <= maxChoice {
			out = append(out, Choice{name, name})
		}
	}
	return out, err
}

// sourcesTime bounds the look for publications, as a chat platform gives three
// seconds for a suggestion
// (https://discord.com/developers/docs/interactions/receiving-and-responding).
const sourcesTime = time.Second

// sources returns the publications, by name, that match what was typed and of
// whose newest articles some are watched; at most 25, and those that are found
// within sourcesTime: where there are very many, more must be typed.
func (b *Bot) sources(ctx context.Context, watched reach, typed string) (names []string, err error) {
	const page = 1000
	looking, end := context.WithTimeout(ctx, sourcesTime)
	defer end()
	defer func() {
		if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			err = nil
		}
	}()
	for after := ""; ; {
		all, err := b.store.Sources(looking, after, page)
		if err != nil {
			return names, err
		}
		for _, name := range all {
			if !has(name, typed) {
				continue
			}
			newest, err := b.store.Articles(looking, store.ArticleQuery{Source: name, Max: looked})
			if err != nil {
				return names, err
			}
			if slices.ContainsFunc(newest, watched.has) {
				names = append(names, name)
			}
			if len(names) == maxChoices {
				return names, nil
			}
		}
		if len(all) < page {
			return names, nil
		}
		after = all[len(all)-1]
	}
}

// newestOf returns when something last happened to an article.
func newestOf(a news.Article) time.Time {
	if a.LastEdited.After(a.FirstSeen) {
		return a.LastEdited
	}
	return a.FirstSeen
}

// has reports whether every word that was typed stands somewhere in the text.
func has(text, typed string) bool {
	text = strings.ToLower(text)
	for _, word := range strings.Fields(strings.ToLower(typed)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
